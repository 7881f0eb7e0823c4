"""Walking through the pages as a person does: from the first page along every link, a few pages of each kind."""

from __future__ import annotations

from collections import Counter, deque
from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple
from urllib.parse import parse_qs, urljoin, urlsplit

from tests.support.pages import Form, Page

if TYPE_CHECKING:
    from collections.abc import Iterator

    from flask import Flask

    from tests.support.pages import CheckingClient

LEADING_AWAY = ("mailto:", "tel:", "webcal:", "#")


class Kind(NamedTuple):
    """What makes two addresses the same kind of page: the endpoint and the names in the query."""

    endpoint: str
    asks: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Step:
    """One page that was reached: its address, its kind, from where, and what it holds (None when no page)."""

    path: str
    kind: Kind
    came_from: str
    status: int
    page: Page | None

    @property
    def is_dead(self) -> bool:
        """Whether the link leads nowhere."""
        return self.status >= 400


def kind_of(app: Flask, path: str, method: str = "GET") -> Kind:
    """The kind of an address of ours; raises werkzeug's `HTTPException` when there is no such page."""
    parts = urlsplit(path)
    endpoint, _ = app.url_map.bind("localhost").match(parts.path, method=method)
    return Kind(str(endpoint), tuple(sorted(parse_qs(parts.query))))


def walk(client: CheckingClient, *, most: int = 2, start: str = "/") -> Iterator[Step]:
    """Every page reached along links from `start`, at most `most` of each kind; the client checks each of them."""
    app = client.application
    seen = {start}
    taken: Counter[Kind] = Counter()
    waiting = deque([(start, "the beginning")])
    while waiting:
        path, came_from = waiting.popleft()
        try:
            kind = kind_of(app, path)
        except Exception:  # noqa: BLE001 - whatever it is, the link is dead
            yield Step(path, Kind("?", ()), came_from, 404, None)
            continue
        taken[kind] += 1
        if taken[kind] > most or kind.endpoint == "static":
            continue
        response = client.get(path, follow_redirects=True)
        is_page = response.mimetype == "text/html"
        step = Step(path, kind, came_from, response.status_code, Page(response.text) if is_page else None)
        here = response.request.path
        response.close()
        yield step
        for address in links_of(step.page, here) if step.page else ():
            if address not in seen:
                seen.add(address)
                waiting.append((address, path))


def links_of(page: Page, here: str) -> list[str]:
    """The addresses that a page at `here` leads to: of links, of forms that only ask, of buttons that turn."""
    found = [link["href"] for link in page.all("a", "area") if "href" in link.attributes]
    asks = [form.get("action") or here for form in page.all("form") if form.get("method", "get").lower() == "get"]
    turns = [
        form["action"] + b["value"] for form in page.all("form", id="turn") for b in page.all("button", form="turn")
    ]
    return [
        urljoin(here, address).split("#")[0] for address in found + asks + turns if not address.startswith(LEADING_AWAY)
    ]


def forms_of(page: Page) -> Iterator[Form]:
    """The forms of a page that post."""

    for element in page.all("form"):
        if element.get("method").lower() == "post":
            yield Form(element)

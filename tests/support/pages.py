"""What every page must be: a small document tree, the checks it is held to, and a client that applies them."""

from __future__ import annotations

import contextvars
import re
from collections import Counter
from dataclasses import dataclass, field
from html.parser import HTMLParser
from typing import TYPE_CHECKING, Any

import html5lib
from flask import has_app_context
from flask.testing import FlaskClient

from app.database import db

if TYPE_CHECKING:
    from collections.abc import Iterator

    from werkzeug.test import TestResponse

VOID = frozenset("area base br col embed hr img input link meta source track wbr".split())
MAY_STAY_OPEN = frozenset("p li dt dd option optgroup thead tbody tfoot tr td th".split())
ENDS = {  # what a start tag ends by itself when its own end tag was left out
    "td": {"td", "th"},
    "th": {"td", "th"},
    "tr": {"td", "th", "tr"},
    "tbody": {"td", "th", "tr", "thead", "tbody"},
    "li": {"li"},
    "option": {"option"},
    "dt": {"dt", "dd"},
    "dd": {"dt", "dd"},
}
CONTROLS = frozenset({"input", "select", "textarea"})
UNLABELLED = frozenset({"hidden", "submit", "button", "reset", "image"})
REFERENCES = ("for", "aria-describedby", "aria-labelledby", "aria-controls", "aria-errormessage", "list", "form")
LARGEST = 100_000

_parsed_strictly: set[tuple[str | None, int]] = set()


@dataclass(eq=False)
class Element:
    """One element of a page with its attributes, children and text."""

    tag: str
    attributes: dict[str, str]
    parent: Element | None = None
    children: list[Element | str] = field(default_factory=list)

    def __getitem__(self, name: str) -> str:
        return self.attributes[name]

    def get(self, name: str, default: str = "") -> str:
        return self.attributes.get(name, default)

    def walk(self) -> Iterator[Element]:
        """This element's descendants in document order."""
        for child in self.children:
            if isinstance(child, Element):
                yield child
                yield from child.walk()

    def all(self, *tags: str, **attributes: str) -> list[Element]:
        """Descendants of one of these tags that carry these attributes (`class_` matches one class)."""
        wanted = {name.rstrip("_").replace("_", "-"): value for name, value in attributes.items()}
        return [e for e in self.walk() if (not tags or e.tag in tags) and e.matches(wanted)]

    def one(self, *tags: str, **attributes: str) -> Element:
        """The only such descendant."""
        found = self.all(*tags, **attributes)
        assert len(found) == 1, f"{len(found)} of {tags} {attributes}, not 1"
        return found[0]

    def matches(self, wanted: dict[str, str]) -> bool:
        return all(
            value in self.get(name).split() if name == "class" else self.attributes.get(name) == value
            for name, value in wanted.items()
        )

    def inside(self, tag: str) -> bool:
        above = self.parent
        while above is not None:
            if above.tag == tag:
                return True
            above = above.parent
        return False

    @property
    def text(self) -> str:
        """All text inside, with white space as a reader sees it."""
        return " ".join("".join(self._texts()).split())

    def _texts(self) -> Iterator[str]:
        for child in self.children:
            if isinstance(child, str):
                yield child
            else:
                yield " "
                yield from child._texts()
                yield " "


class Page(Element):
    """A whole document."""

    address = ""

    def __init__(self, html: str) -> None:
        super().__init__("#document", {})
        _Reader(self).feed(html)

    @property
    def title(self) -> str:
        return self.one("title").text if self.all("head") else ""

    @property
    def body_text(self) -> str:
        return self.one("body").text

    def form(self, action: str | None = None, **attributes: str) -> Form:
        """The only form (leading to this address, if given; else the only one in <main>)."""
        forms = [f for f in self.all("form", **attributes) if action is None or _leads_to(f).split("?")[0] == action]
        if len(forms) > 1:
            forms = [f for f in forms if f.inside("main")]
        assert len(forms) == 1, f"{len(forms)} forms with action {action}: {[f.attributes for f in self.all('form')]}"
        return Form(forms[0])


def _leads_to(form: Element) -> str:
    """The action of a form, with the page that it names where pages share one address."""
    pages = form.all("input", name="page", type="hidden") if form.get("action") else []
    return form.get("action") + (pages[0]["value"] if pages else "")


class Form:
    """A form as a browser fills it: every successful control with the value the page gave it."""

    def __init__(self, element: Element) -> None:
        self.element = element
        self.action = element.get("action")
        self.leads_to = _leads_to(element)
        self.method = element.get("method", "get").lower()
        self.values: dict[str, list[str]] = {}
        for control in self._controls():
            self._take(control)

    @property
    def buttons(self) -> list[Element]:
        """What sends it, wherever on the page that stands."""
        return [each for each in self._controls() if each.tag == "button" or each.get("type") == "submit"]

    def _controls(self) -> list[Element]:
        """Controls inside the form, and those elsewhere on the page that name it."""
        top = self.element
        while top.parent is not None:
            top = top.parent
        found = self.element.all(*CONTROLS, "button")
        return found + (top.all(*CONTROLS, "button", form=self.element["id"]) if self.element.get("id") else [])

    def _take(self, control: Element) -> None:
        name = control.get("name")
        if not name or control.tag == "button" or "disabled" in control.attributes:
            return
        values = self.values.setdefault(name, [])
        if control.tag == "select":
            options = control.all("option")
            chosen = [o for o in options if "selected" in o.attributes]
            if not chosen and "multiple" not in control.attributes:
                chosen = options[:1]
            values += [o.get("value", o.text) for o in chosen]
        elif control.tag == "textarea":
            values.append("".join(c for c in control.children if isinstance(c, str)).removeprefix("\n"))
        elif control.get("type") in {"checkbox", "radio"}:
            if "checked" in control.attributes:
                values.append(control.get("value", "on"))
        elif control.get("type") not in {"submit", "button", "reset", "image", "file"}:
            values.append(control.get("value"))

    def filled(self, **changes: Any) -> dict[str, Any]:
        """The values to post, with these changed (None leaves a field out); an unknown name is a mistake."""
        data: dict[str, Any] = dict(self.values)
        known = {e.get("name") for e in self._controls()}
        for name, value in changes.items():
            assert name in known, f"the form has no field {name!r}; it has {sorted(known)}"
            data[name] = value if isinstance(value, list) else [value]
            if value is None:
                del data[name]
        return {name: value[0] if len(value) == 1 else value for name, value in data.items() if value}


class _Reader(HTMLParser):
    def __init__(self, page: Page) -> None:
        super().__init__()
        self.open: list[Element] = [page]

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        repeated = [name for name, count in Counter(name for name, _ in attrs).items() if count > 1]
        assert not repeated, f"<{tag}> names {repeated} twice"
        while self.open[-1].tag in ENDS.get(tag, ()):
            self.open.pop()
        element = Element(tag, {name: value or "" for name, value in attrs}, self.open[-1])
        self.open[-1].children.append(element)
        if tag not in VOID:
            self.open.append(element)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.handle_starttag(tag, attrs)
        if tag not in VOID:
            self.open.pop()

    def handle_endtag(self, tag: str) -> None:
        while len(self.open) > 1 and self.open[-1].tag != tag and self.open[-1].tag in MAY_STAY_OPEN:
            self.open.pop()
        assert self.open[-1].tag == tag, f"</{tag}> closes <{self.open[-1].tag} {self.open[-1].attributes}>"
        self.open.pop()

    def handle_data(self, data: str) -> None:
        self.open[-1].children.append(data)


def faults_of(page: Page) -> Iterator[str]:
    """Everything about a page's markup that a person, a screen reader or the policy would stumble over."""
    html = page.one("html")
    if not html.get("lang"):
        yield "<html> has no lang"
    if not page.title or page.title.count("Evenhand") != 1:
        yield f"title {page.title!r} does not name the page and Evenhand once"
    if len(page.all("h1")) != 1:
        yield f"{len(page.all('h1'))} h1 headings, not one: {[h.text for h in page.all('h1')]}"
    if len(page.all("main")) != 1:
        yield "not exactly one <main>"
    ids = Counter(e["id"] for e in page.walk() if "id" in e.attributes)
    yield from (f"id {name!r} stands {count} times" for name, count in ids.items() if count > 1)
    for element in page.walk():
        yield from _element_faults(element, set(ids))
    labelled = {e["for"] for e in page.all("label") if "for" in e.attributes}
    for control in (e for e in page.walk() if e.tag in CONTROLS):
        named = control.get("id") in labelled or control.inside("label") or _is_named(control)
        if control.get("type") not in UNLABELLED and not named:
            yield f"{control.tag} {control.get('name')!r} has no label"
    for form in page.all("form"):
        if form.get("method").lower() == "post" and not form.all("input", name="csrf_token"):
            yield f"form {form.get('action')!r} has no CSRF field"


def _element_faults(element: Element, ids: set[str]) -> Iterator[str]:
    tag = element.tag
    for name, value in element.attributes.items():
        if name == "style" or name.startswith("on") or value.strip().lower().startswith("javascript:"):
            yield f"<{tag}> carries {name}={value!r}, which the policy forbids"
        if name in REFERENCES:
            yield from (f"<{tag}> {name} names {i!r}, which is not there" for i in value.split() if i not in ids)
    if tag == "style" or (tag == "script" and not element.get("src")):
        yield f"an inline <{tag}>"
    if tag in {"script", "img", "link", "iframe"} and "//" in element.get("src") + element.get("href"):
        yield f"<{tag}> loads {element.get('src') or element.get('href')}"
    says = element.text or _is_named(element) or any(image.get("alt") for image in element.all("img"))
    if tag in {"a", "button", "summary", "label", "legend"} and not says:
        yield f"an empty <{tag}> {element.attributes}"
    if tag == "img" and "alt" not in element.attributes:
        yield f"<img> {element.get('src')!r} has no alt"


def _is_named(element: Element) -> bool:
    return bool(element.get("aria-label") or element.get("aria-labelledby") or element.get("title"))


def header_faults(response: TestResponse) -> Iterator[str]:
    """What a response's security headers lack."""
    policy = response.headers.get("Content-Security-Policy", "")
    for part in (
        "default-src 'none'",
        "script-src 'self'",
        "style-src 'self'",
        "frame-ancestors 'none'",
        "base-uri 'none'",
    ):
        if part not in policy:
            yield f"no {part} in the content policy {policy!r}"
    if "unsafe" in policy:
        yield f"unsafe content policy {policy!r}"
    if response.headers.get("X-Content-Type-Options") != "nosniff":
        yield "no nosniff"
    if response.headers.get("Referrer-Policy") != "same-origin":
        yield "Referrer-Policy is not same-origin"
    if response.mimetype == "text/html" and "no-store" not in response.headers.get("Cache-Control", ""):
        yield "the page may be stored"


def check(response: TestResponse, endpoint: str | None) -> None:
    """Hold one response to everything above."""
    faults = list(header_faults(response))
    if response.mimetype == "text/html" and response.status_code not in range(300, 400) and response.data:
        html = response.get_data(as_text=True)
        if html.lstrip().lower().startswith("<!doctype"):
            faults += faults_of(Page(html))
            faults += _strict_faults(html, endpoint, response.status_code)
        if len(response.data) > LARGEST:
            faults.append(f"{len(response.data)} bytes, over {LARGEST}")
    asked = response.request
    assert not faults, f"{asked.method} {asked.path} -> {response.status_code}:\n  " + "\n  ".join(faults)


def _strict_faults(html: str, endpoint: str | None, status: int) -> list[str]:
    """Faults a strict parser finds; once for each endpoint and status in a run, since it is slow."""
    if (endpoint, status) in _parsed_strictly:
        return []
    _parsed_strictly.add((endpoint, status))
    parser = html5lib.HTMLParser()
    parser.parse(html)
    return [f"line {line}: {code} {values}" for (line, _), code, values in parser.errors]


def end_transaction() -> None:
    """End the test's own transaction, so that what it asks next is not kept waiting and is read anew."""
    if has_app_context():
        left = [*db.session.new, *db.session.dirty, *db.session.deleted]
        assert not left, f"the test changed {left} and did not commit"
        db.session.rollback()


class CheckingClient(FlaskClient):
    """A client that holds every page it fetches to the checks above, and fills in forms as a browser would."""

    def open(self, *args: Any, **kwargs: Any) -> TestResponse:
        # A request is a context of its own, as in life: it shares no session and no `g` with the test around it.
        end_transaction()
        response = contextvars.Context().run(super().open, *args, **kwargs)
        endpoint = _endpoint(self, response)
        if endpoint != "static":
            check(response, endpoint)
        return response

    def page(self, path: str, status: int = 200) -> Page:
        """Fetch a page, following redirects, and parse it."""
        response = self.get(path, follow_redirects=True)
        assert response.status_code == status, f"{path} -> {response.status_code}, not {status}: {_said(response)}"
        page = Page(response.get_data(as_text=True))
        page.address = response.request.path if response.history else path
        return page

    def submit(self, path: str, action: str | None = None, **changes: Any) -> Page:
        """Fetch a page, fill in its form (the one with this action), send it, and give the page that follows."""
        response = self.send(path, action, **changes)
        while response.status_code in range(300, 400):
            response = self.get(response.location, follow_redirects=True)
        assert response.status_code < 500, f"{path} -> {response.status_code}"
        return Page(response.get_data(as_text=True))

    def send(self, path: str, action: str | None = None, **changes: Any) -> TestResponse:
        """The same, giving the bare response to the POST."""
        page = self.page(path)
        form = page.form(action)
        return self.open(form.action or page.address, method=form.method.upper(), data=form.filled(**changes))

    def token(self) -> str:
        """A CSRF token of this client's session, read from a page that has one."""
        text = self.get("/", follow_redirects=True).get_data(as_text=True)
        found = re.search(r'name="csrf_token"[^>]*value="([^"]+)"', text)
        assert found, "the front page has no form with a CSRF token"
        return found[1]


def _endpoint(client: FlaskClient, response: TestResponse) -> str | None:
    adapter = client.application.url_map.bind("localhost")
    try:
        return str(adapter.match(response.request.path, method=response.request.method)[0])
    except Exception:  # noqa: BLE001 - a path that is no page, a redirect: nothing to name
        return None


def _said(response: TestResponse) -> str:
    return Page(response.get_data(as_text=True)).text[:300] if response.mimetype == "text/html" else response.text[:300]

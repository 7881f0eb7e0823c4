"""Pages under load: `python -m bench.pages [--during-solve] [--seconds S] [--database sqlite|postgresql] [PAGE ...]`.

Serves the demo group with real gunicorn on each database, signs in as a coordinator and as a peer, and measures each
main page at 16 connections beside a bare Flask page with as many rows, cells, forms and fields, in the same run.
"""

from __future__ import annotations

import argparse
import logging
import re
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

import sqlalchemy as sa

from app import create_app
from app.database import db
from app.demo import build, cast
from bench.bare import Shape
from bench.load import Load, Visit, load
from bench.served import KINDS, Served, cpu_seconds, memory, served, signed_in
from tests.support.processes import children_of
from tests.support.visitor import Visitor

CONNECTIONS = 16
CPU_TARGET = 1.5
KB_TARGET = 100.0
QUERY_TARGET = 12
WEB_TARGET = 150.0
ID = "[a-z0-9]{12}"


@dataclass(frozen=True, slots=True)
class Place:
    """One page to measure: its name, who visits it (a role), and how it is found.

    `steps` is a path to start from and then patterns of links to follow, each to the first link that matches whole.
    """

    name: str
    role: str
    steps: tuple[str, ...]


BOARD = ("board",)
"""Stands for the board of a draft that is begun for the measurement."""

# To measure one more page, add it here.
PLACES = (
    Place("home of a coordinator", "coordinator", ("/",)),
    Place("home of a peer", "peer", ("/",)),
    Place("people", "coordinator", ("/people/",)),
    Place("one person", "coordinator", ("/people/", f"/people/{ID}")),
    Place("availability", "peer", ("/", "/availability.*|/people/me/availability.*")),
    Place("sites", "coordinator", ("/sites/",)),
    Place("rosters", "coordinator", ("/rosters/",)),
    Place("period", "coordinator", ("/rosters/", f"/rosters/{ID}")),
    Place("rules", "coordinator", ("/rules/",)),
    Place("my shifts", "peer", ("/shifts/",)),
    Place("my sign-in", "peer", ("/account",)),
    Place("today", "coordinator", ("/attendance/",)),
    Place("my pay", "peer", ("/pay/mine",)),
    Place("owed", "treasurer", ("/pay/",)),
    Place("check-in", "peer", ("/own/",)),
    Place("board", "coordinator", BOARD),
    Place("open places", "coordinator", ("/gaps/",)),
    Place("shifts to take", "peer", ("/take/",)),
)


@dataclass(frozen=True, slots=True)
class Measured:
    """One page measured: what it answers a second, its size, its queries and its processor time beside the bare one."""

    name: str
    load: Load
    kb: float
    queries: int
    cpu_ms: float
    bare_cpu_ms: float
    bare: Load

    @property
    def ratio(self) -> float:
        """How many times the bare page's processor time this page takes."""
        return self.cpu_ms / self.bare_cpu_ms

    @property
    def over(self) -> list[str]:
        """The targets this page misses."""
        missed = {
            "CPU": self.ratio > CPU_TARGET,
            "kB": self.kb >= KB_TARGET,
            "queries": self.queries > QUERY_TARGET,
        }
        return [name for name, is_missed in missed.items() if is_missed]


def main() -> int:
    """Measure and print; the exit status is 1 when a target is missed or a page was not found."""
    parser = argparse.ArgumentParser(prog="python -m bench.pages", description=__doc__)
    parser.add_argument("pages", nargs="*", help="measure only pages whose name contains one of these")
    parser.add_argument("--seconds", type=float, default=3.0, help="how long each page is asked for (3)")
    parser.add_argument("--database", choices=KINDS, action="append", help="measure on this one only")
    arguments = parser.parse_args()
    places = [p for p in PLACES if not arguments.pages or any(word in p.name for word in arguments.pages)]
    missed = 0
    for kind in arguments.database or KINDS:
        with served(kind) as site:
            missed += _measure_all(site, places, arguments.seconds)
    return min(missed, 1)


def _measure_all(site: Served, places: list[Place], seconds: float) -> int:
    print(f"\n{site.kind}: 1 gunicorn process, 4 threads, {CONNECTIONS} connections, {seconds:g} s a page")
    print(
        f"{'page':26}{'req/s':>8}{'p50 ms':>8}{'p99 ms':>8}{'CPU ms':>8}{'bare':>7}{'ratio':>7}{'kB':>7}{'queries':>9}"
    )
    missed = 0
    with _counting(site) as count:
        board = _board_of_a_new_draft(site) if any(each.steps == BOARD for each in places) else ()
        for place in places:
            visitor = signed_in(site.port, _address(place.role), cast.PASSPHRASE)
            path = _find(visitor, site.port, board if place.steps == BOARD else place.steps)
            if path is None:
                print(f"{place.name:26}not found")
                missed += 1
                continue
            found = _measure(site, place.name, Visit(site.port, path, visitor.cookies), seconds, count)
            missed += bool(found.over)
            _print(found)
    rest = {"web": site.web, "worker at rest": site.worker, "bare web": site.bare_web}
    if beside := children_of(site.web):
        rest["the process that checks passphrases"] = beside[0]
    figures = {name: memory(pid) for name, pid in rest.items()}
    words = (f"{name} {now:.0f} (at its highest {most:.0f})" for name, (now, most) in figures.items())
    print("memory, MiB: " + ", ".join(words))
    return missed + (figures["web"][1] >= WEB_TARGET)


def _measure(site: Served, name: str, visit: Visit, seconds: float, count: _Count) -> Measured:
    html = count.fetch(visit)
    shape = shape_of(html)
    bare_visit = Visit(site.bare_port, shape.path, _bare_cookie(site))
    cpu_ms, found = _cpu_of(site.web, visit, seconds)
    bare_cpu_ms, bare = _cpu_of(site.bare_web, bare_visit, seconds)
    return Measured(name, found, len(html.encode()) / 1000, count.queries, cpu_ms, bare_cpu_ms, bare)


def _cpu_of(pid: int, visit: Visit, seconds: float) -> tuple[float, Load]:
    """The processor time of a request in ms, after some to warm up, and what the load was."""
    load(visit, connections=CONNECTIONS, seconds=0.3)
    before = cpu_seconds(pid)
    found = load(visit, connections=CONNECTIONS, seconds=seconds)
    return (cpu_seconds(pid) - before) * 1000 / len(found.answers), found


def _print(found: Measured) -> None:
    print(
        f"{found.name:26}{found.load.per_second:8.0f}{found.load.percentile(0.5):8.1f}{found.load.percentile(0.99):8.1f}"
        f"{found.cpu_ms:8.2f}{found.bare_cpu_ms:7.2f}{found.ratio:7.2f}{found.kb:7.1f}{found.queries:9}"
        + (f"  over: {', '.join(found.over)}" if found.over else "")
    )


def shape_of(html: str) -> Shape:
    """Count what a page is made of."""
    rows, cells, items, forms, options = (
        len(re.findall(rf"<{tag}[\s>]", html)) for tag in ("tr", "t[dh]", "li", "form", "option")
    )
    fields = len(re.findall(r"<(?:textarea|select)[\s>]|<input(?![^>]*type=\"hidden\")[\s>]", html))
    return Shape(rows + items, cells + items, forms, fields, options)


def _board_of_a_new_draft(site: Served) -> tuple[str, ...]:
    """The board of a draft begun from the roster that is published now; nothing when there is none."""
    visitor = signed_in(site.port, _address("coordinator"), cast.PASSPHRASE)
    for link in visitor.visit(site.port, "/rosters/").all("a"):
        period = link.get("href")
        if re.fullmatch(f"/rosters/{ID}", period) is None:
            continue
        if visitor.visit(site.port, period).all("input", name="source", value="published"):
            visitor.submit(site.port, period, f"{period}/drafts")
            return (f"/review/{visitor.address.rpartition('/')[2]}/",)
    return ()


def _find(visitor: Visitor, port: int, steps: tuple[str, ...]) -> str | None:
    """The path that the steps lead to; None when a link is missing."""
    if not steps:
        return None
    path, *patterns = steps
    page = visitor.visit(port, path)
    for pattern in patterns:
        links = [link.get("href").partition("#")[0] for link in page.all("a")]
        found = next((link for link in links if re.fullmatch(pattern, link)), None)
        if found is None:
            return None
        path, page = found, visitor.visit(port, found)
    return path if visitor.status == 200 and "/sign-in" not in visitor.address else None


def _address(role: str) -> str:
    """The address of the first of the cast whose first role is this."""
    return build.address_of(next(member for member in cast.CAST if member.roles[0] == role))


def _bare_cookie(site: Served) -> str:
    visitor = Visitor()
    visitor.visit(site.bare_port, "/")
    return visitor.cookies


class _Count:
    """Fetches pages inside this process, over the served database, and counts the queries of the last."""

    def __init__(self, site: Served) -> None:
        self._app = create_app(site.environ)
        logging.getLogger("evenhand").setLevel(logging.ERROR)
        self.queries = 0
        with self._app.app_context():
            sa.event.listen(db.engine, "before_cursor_execute", self._note)

    def _note(self, _connection: object, _cursor: object, statement: str, *_: object) -> None:
        self.queries += statement.lstrip()[:6].upper() in {"SELECT", "INSERT", "UPDATE", "DELETE"} or (
            statement.lstrip()[:4].upper() == "WITH"
        )

    def fetch(self, visit: Visit) -> str:
        for _ in range(2):  # the first fills what is kept between requests
            self.queries = 0
            answer = self._app.test_client(use_cookies=False).get(visit.path, headers={"Cookie": visit.cookie})
        assert answer.status_code == 200, f"{visit.path} -> {answer.status}"
        return answer.get_data(as_text=True)

    def close(self) -> None:
        with self._app.app_context():
            db.engine.dispose()


@contextmanager
def _counting(site: Served) -> Iterator[_Count]:
    count = _Count(site)
    try:
        yield count
    finally:
        count.close()


if __name__ == "__main__":
    sys.exit(main())

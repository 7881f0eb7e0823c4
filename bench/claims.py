"""Everybody wants the same shift: `python -m bench.claims [--db sqlite|postgresql] [--people 50] [--places 3]`.

In each of some rounds many signed-in people press "Take this shift" at the same moment, over HTTP, on two web
processes of the served application; then one person presses it for as many overlapping shifts at once. Prints one
JSON line and exits 1 when a shift has more people than places (or fewer than could come), a person stands on two
shifts at once, or anybody was answered with anything but "It is yours" or a kind refusal.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import logging
import sys
import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any
from urllib.parse import urlencode

import sqlalchemy as sa
from flask import Flask

from app import clock, create_app
from app.database import db
from app.exchange.services import set_terms
from app.exchange.terms import Terms
from app.roster.models import Assignment, Period, Shift, ShiftDemand
from app.sites.models import Service, Site
from bench.load import HOST
from bench.payouts import environ_of, visitor_of
from bench.served import KINDS
from tests.support.databases import migrate_at
from tests.support.people import add_person
from tests.support.processes import Processes

WEB_PROCESSES = 2
FIRST = timedelta(days=2)
HOUR = timedelta(hours=1)


@dataclass(frozen=True, slots=True)
class Caller:
    """A signed-in person as a server sees them: cookies and the token of their forms."""

    cookie: str
    token: str


@dataclass
class Tally:
    """What came of it: wrong outcomes by kind, and how long (s) each answer took."""

    oversold: int = 0
    unsold: int = 0
    overlapping: int = 0
    errors: list[str] = field(default_factory=list)
    seconds: list[float] = field(default_factory=list)

    def percentile(self, share: float) -> float:
        """The time in milliseconds within which this share (0 to 1) of the claims was answered."""
        ordered = sorted(self.seconds)
        return round(ordered[min(len(ordered) - 1, int(share * len(ordered)))] * 1000, 1)


class Town:
    """A site with a published roster, and people who want to work there."""

    def __init__(self, people: int) -> None:
        site, service = Site(code="house", name="House"), Service(code="kit", name="Supplies")
        today = clock.today()
        period = Period(name="Weeks", starts_on=today, ends_on=today + timedelta(days=60), version=1)
        period.published_at = period.created_at = clock.now()
        db.session.add_all([site, service, period])
        db.session.flush()
        self.site, self.service = site.id, service.id
        db.session.commit()
        set_terms(self.site, Terms(first_hours=0), 0)
        self.people = [add_person(f"Peer {number}") for number in range(people)]

    def shifts(self, day: int, count: int, places: int) -> list[str]:
        """Add shifts at one hour of one day."""
        at = (datetime.now(UTC) + FIRST + timedelta(days=day)).replace(hour=20, minute=0, second=0, microsecond=0)
        rows = [
            Shift(
                site_id=self.site,
                service_id=self.service,
                day_on=clock.local(at).date(),
                starts_at=at,
                ends_at=at + HOUR,
                demands=[ShiftDemand(position=0, minimum=0, target=places)],
            )
            for _ in range(count)
        ]
        db.session.add_all(rows)
        db.session.flush()
        ids = [row.id for row in rows]
        db.session.commit()  # and no transaction is open any more: on SQLite it would keep everybody waiting
        return ids

    def taken(self, shifts: Sequence[str]) -> int:
        """How many places of these shifts are taken."""
        found = db.session.scalar(sa.select(sa.func.count()).where(Assignment.shift_id.in_(shifts)))
        db.session.rollback()
        return found or 0

    def clear(self, shifts: Sequence[str]) -> None:
        """Remove shifts, and whoever stands on them."""
        db.session.execute(sa.delete(Assignment).where(Assignment.shift_id.in_(shifts)))
        db.session.execute(sa.delete(ShiftDemand).where(ShiftDemand.shift_id.in_(shifts)))
        db.session.execute(sa.delete(Shift).where(Shift.id.in_(shifts)))
        db.session.commit()


async def press(ports: Sequence[int], claims: Sequence[tuple[Caller, str]], tally: Tally) -> None:
    """Let every caller press the button of their shift at once, each on a connection that is open already."""
    lines = [await asyncio.open_connection(HOST, ports[number % len(ports)]) for number in range(len(claims))]
    go = asyncio.Event()

    async def one(number: int) -> None:
        (caller, shift), (reader, writer) = claims[number], lines[number]
        body = urlencode({"csrf_token": caller.token})
        head = (
            f"POST /take/{shift} HTTP/1.1\r\nHost: {HOST}:{ports[number % len(ports)]}\r\nCookie: {caller.cookie}\r\n"
            f"Content-Type: application/x-www-form-urlencoded\r\nContent-Length: {len(body)}\r\n"
            "Connection: close\r\n\r\n"
        )
        await go.wait()
        asked = time.perf_counter()
        writer.write((head + body).encode())
        answer = (await reader.read()).decode(errors="replace")
        tally.seconds.append(time.perf_counter() - asked)
        writer.close()
        status = answer.partition("\r\n")[0]
        is_mine = " 303 " in status and "\nLocation: /shifts/" in answer
        if not is_mine and " 409 " not in status:
            tally.errors.append(status or "no answer")

    tasks = [asyncio.create_task(one(number)) for number in range(len(claims))]
    await asyncio.sleep(0)
    go.set()
    await asyncio.gather(*tasks)


def callers(app: Flask, people: Sequence[str], port: int) -> list[Caller]:
    """Sign people in."""
    found = []
    for person in people:
        visitor = visitor_of(app, person)
        page = visitor.visit(port, "/take/")
        found.append(Caller(visitor.cookies, str(page.all("input", name="csrf_token")[0]["value"])))
    return found


def measure(kind: str, people: int, places: int, rounds: int) -> dict[str, Any]:
    """Play the rounds over one kind of database; what came of them."""
    with TemporaryDirectory(prefix="evenhand-bench-") as name, environ_of(kind, Path(name)) as environ:
        migrate_at(environ)
        app = create_app(environ)
        processes = Processes(Path(name))
        tally = Tally()
        try:
            with app.app_context():
                town = Town(people)
                ports = [processes.web(environ) for _ in range(WEB_PROCESSES)]
                crowd = callers(app, town.people, ports[0])
                for number in range(rounds):
                    (shift,) = town.shifts(number, 1, places)
                    asyncio.run(press(ports, [(each, shift) for each in crowd], tally))
                    taken = town.taken([shift])
                    tally.oversold += max(0, taken - places)
                    tally.unsold += max(0, min(places, people) - taken)
                    town.clear([shift])
                    shifts = town.shifts(number, people, 1)
                    one = crowd[number % people]
                    asyncio.run(press(ports, [(one, each) for each in shifts], tally))
                    taken = town.taken(shifts)
                    tally.overlapping += max(0, taken - 1)
                    tally.unsold += max(0, 1 - taken)
                    town.clear(shifts)
        finally:
            processes.end()
    return {
        "db": kind,
        "people": people,
        "places": places,
        "rounds": rounds,
        "oversold": tally.oversold,
        "unsold": tally.unsold,
        "overlapping": tally.overlapping,
        "errors": len(tally.errors),
        "p50_ms": tally.percentile(0.5),
        "p99_ms": tally.percentile(0.99),
    } | ({"first_errors": sorted(set(tally.errors))[:3]} if tally.errors else {})


def main() -> int:
    """Measure as asked on the command line."""
    parser = argparse.ArgumentParser(description="Let many people claim few places at once.")
    parser.add_argument("--db", choices=KINDS, default="sqlite")
    parser.add_argument("--people", type=int, default=50)
    parser.add_argument("--places", type=int, default=3)
    parser.add_argument("--rounds", type=int, default=20)
    asked = parser.parse_args()
    logging.disable(logging.INFO)
    result = measure(asked.db, asked.people, asked.places, asked.rounds)
    print(json.dumps(result))
    return int(any(result[name] for name in ("oversold", "unsold", "overlapping", "errors")))


if __name__ == "__main__":
    sys.exit(main())

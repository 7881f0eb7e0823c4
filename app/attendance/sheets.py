"""Paper: the plan for the wall, and the sheet people sign on the day."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from datetime import date, timedelta

import sqlalchemy as sa

from app.database import db
from app.exchange.openings import missing_between
from app.people.models import Person
from app.roster.models import Assignment, Shift
from app.roster.queries import is_published
from app.sites.models import Service, Site
from app.words import clock_time

DAY = timedelta(days=1)
WEEK_DAYS = 7
NOBODY = ""
"""A place that nobody has: a line to write a name on."""


@dataclass(frozen=True, slots=True)
class WallLine:
    """One time of a week at one place, and who comes on each of its seven days (None: no shift on that day).

    After the names stands `NOBODY` for each place that is open.
    """

    time: str
    site: str
    service: str
    days: tuple[tuple[str, ...] | None, ...]


@dataclass(frozen=True, slots=True)
class WallWeek:
    """One week of the wall: its days and its lines, by place."""

    days: tuple[date, ...]
    lines: tuple[WallLine, ...]

    def lines_of(self, at: int) -> list[WallLine]:
        """What is on one of the seven days, the earliest first."""
        return sorted((line for line in self.lines if line.days[at] is not None), key=lambda line: line.time)


def month_of(day: date) -> tuple[date, date]:
    """The first and last day of the whole weeks, from Monday, that hold the month of a day."""
    first = day.replace(day=1)
    last = (first + 31 * DAY).replace(day=1) - DAY
    return first - first.weekday() * DAY, last + (WEEK_DAYS - 1 - last.weekday()) * DAY


def wall(first_on: date, last_on: date, site_id: str | None) -> list[WallWeek]:
    """The published plan of whole weeks (each from the weekday of `first_on`), of one site or all: two queries."""
    query = (
        sa.select(Shift.id, Shift.day_on, Shift.starts_at, Shift.ends_at, Site.name, Service.name.label("service"))
        .add_columns(Person.name.label("person"))
        .join(Site, Site.id == Shift.site_id)
        .join(Service, Service.id == Shift.service_id)
        .outerjoin(Assignment, Assignment.shift_id == Shift.id)
        .outerjoin(Person, sa.and_(Person.id == Assignment.person_id, Person.is_active))
        .where(Shift.day_on.between(first_on, last_on), Shift.cancelled_at.is_(None), is_published())
        .order_by(Site.name, Shift.starts_at, Shift.id, sa.func.lower(Person.name))
    )
    if site_id:
        query = query.where(Shift.site_id == site_id)
    weeks = ((last_on - first_on).days + 1) // WEEK_DAYS
    found: list[dict[tuple[str, str, str], dict[int, list[str]]]] = [
        defaultdict(lambda: defaultdict(list)) for _ in range(weeks)
    ]
    missing = missing_between(first_on, last_on)
    for row in db.session.execute(query):
        week, day = divmod((row.day_on - first_on).days, WEEK_DAYS)
        time = f"{clock_time(row.starts_at)} to {clock_time(row.ends_at)}"
        names = found[week][row.name, time, row.service][day]
        names += [row.person] if row.person else []
        names += [NOBODY] * missing.pop(row.id, 0)  # once for each shift, however many stand on it
    return [
        WallWeek(
            tuple(first_on + DAY * (WEEK_DAYS * number + day) for day in range(WEEK_DAYS)),
            tuple(_line(*key, days) for key, days in sorted(lines.items())),
        )
        for number, lines in enumerate(found)
    ]


def _line(site: str, time: str, service: str, days: dict[int, list[str]]) -> WallLine:
    return WallLine(time, site, service, tuple(_names(days[day]) if day in days else None for day in range(WEEK_DAYS)))


def _names(cell: list[str]) -> tuple[str, ...]:
    return tuple(sorted(cell, key=lambda name: name == NOBODY))

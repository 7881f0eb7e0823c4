"""When people can come, as pages show it: the rows put together again as they were typed, and one week laid out."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, time, timedelta
from functools import cache
from typing import Any

import sqlalchemy as sa

from app import clock
from app.database import Statement, db, known_rows
from app.fields import day_words
from app.people.calendar import DAY, DayPart, availability_spans, day_parts
from app.people.models import Availability, Grade, Person

WEEK = timedelta(days=7)
SHORT = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
EVERY_WORDS = {1: "every", 2: "every second", 3: "every third", 4: "every fourth"}
MIDNIGHT = time()


@dataclass(frozen=True)
class Entry:
    """Rows that were typed together: regular ones that differ in the weekday only, or dated ones of days in a row."""

    rows: tuple[Availability, ...]

    @property
    def first(self) -> Availability:
        """The first row, by which the entry is named."""
        return self.rows[0]

    @property
    def ids(self) -> str:
        """The ids of all rows, to be sent with a form."""
        return ",".join(row.id for row in self.rows)

    @property
    def grade(self) -> Grade:
        """How well these times suit."""
        return Grade(self.first.grade)

    @property
    def days(self) -> str:
        """The days in words."""
        if self.first.on_date is not None:
            last = self.rows[-1].on_date
            if last is None or last == self.first.on_date:
                return day_words(self.first.on_date, weekday=True)
            return f"{day_words(self.first.on_date)} to {day_words(last)}"
        names = ", ".join(SHORT[row.weekday or 0] for row in self.rows)
        every = EVERY_WORDS.get(self.first.every_weeks, f"every {self.first.every_weeks} weeks:")
        return f"{every} {names}{self._bounds}"

    @property
    def _bounds(self) -> str:
        since = f", from {day_words(self.first.starts_on)}" if self.first.starts_on else ""
        return since + (f", until {day_words(self.first.ends_on)}" if self.first.ends_on else "")

    @property
    def times(self) -> str:
        """The times in words."""
        return times_words(self.first.starts_at, self.first.ends_at)


@dataclass(frozen=True)
class Week:
    """One week of a person, Monday to Sunday, with the Mondays before and after."""

    monday: date
    days: list[tuple[date, list[DayPart]]]

    @property
    def before(self) -> date:
        """The Monday before."""
        return self.monday - WEEK

    @property
    def after(self) -> date:
        """The Monday after."""
        return self.monday + WEEK


def times_words(starts_at: time, ends_at: time) -> str:
    """A time span in words: "all day", "09:00 to 17:00", "22:00 to 06:00 next day"."""
    if starts_at == ends_at == MIDNIGHT:
        return "all day"
    return f"{starts_at:%H:%M} to {ends_at:%H:%M}" + (" next day" if ends_at <= starts_at else "")


def rows_of(person_id: str) -> Sequence[Availability]:
    """Everything a person said about when they can come."""
    return db.session.scalars(_rows(), {"person": person_id}).all()


def shown_rows_of(person_id: str) -> Sequence[Any]:
    """The same for a page that only shows it: its columns, asked for again when anything has changed."""
    return known_rows(_shown_rows, person=person_id)


@cache
def _shown_rows() -> Statement:
    return _rows().with_only_columns(*Availability.__table__.c)


@cache
def _rows() -> Statement:
    return (
        sa.select(Availability)
        .where(Availability.person_id == sa.bindparam("person"))
        .order_by(
            Availability.starts_at, Availability.ends_at, Availability.weekday, Availability.on_date, Availability.id
        )
    )


def week_of(person: Person, rows: Iterable[Availability], day: date) -> Week:
    """The week of a day, as these rows lay it out."""
    monday = day - timedelta(days=day.weekday())
    sunday = monday + 6 * DAY
    spans = availability_spans(rows, person.default_grade, monday, sunday, clock.zone())
    return Week(monday, day_parts(spans, monday, sunday, clock.zone()))


def week_rows(rows: Iterable[Availability], monday: date | None) -> list[Availability]:
    """The rows that a week in parts is made of: plain weekly ones, or those dated in (or reaching into) one week."""
    if monday is None:
        return [row for row in rows if row.weekday is not None and _is_plain(row)]
    return [
        row
        for row in rows
        if row.on_date is not None
        and (
            monday <= row.on_date < monday + WEEK + DAY
            or (row.on_date == monday - DAY and row.ends_at <= row.starts_at)
        )
    ]


def _is_plain(row: Availability) -> bool:
    return row.every_weeks == 1 and row.starts_on is None and row.ends_on is None


def usual_rows(rows: Iterable[Availability]) -> list[Availability]:
    """What comes round."""
    return [row for row in rows if row.on_date is None]


def mark_of(rows: Iterable[Availability]) -> str:
    """A short text that changes when any of these rows does: what a page showed can be told from what is kept."""
    told = sorted(f"{row.id}{row.grade}{row.on_date}{row.weekday}{row.starts_at}{row.ends_at}" for row in rows)
    return hashlib.sha256("|".join(told).encode()).hexdigest()[:24]


def regular_entries(rows: Iterable[Availability]) -> list[Entry]:
    """What comes round, by first weekday and time; what is over is left out."""
    found: dict[tuple[object, ...], list[Availability]] = {}
    for row in rows:
        if row.weekday is not None and (row.ends_on is None or row.ends_on >= clock.today()):
            alike = (row.grade, row.starts_at, row.ends_at, row.every_weeks, row.starts_on, row.ends_on)
            found.setdefault(alike, []).append(row)
    entries = [Entry(tuple(sorted(each, key=lambda row: row.weekday or 0))) for each in found.values()]
    return sorted(entries, key=lambda entry: (entry.first.weekday or 0, entry.first.starts_at))


def dated_entries(rows: Iterable[Availability]) -> list[Entry]:
    """Single days and ranges of days that are not over, by date."""
    runs: list[list[Availability]] = []
    dated = [row for row in rows if row.on_date is not None and row.on_date >= clock.today() - DAY]
    for row in sorted(dated, key=lambda row: (row.grade, row.starts_at, row.ends_at, row.on_date)):
        if runs and _goes_on(runs[-1][-1], row):
            runs[-1].append(row)
        else:
            runs.append([row])
    return sorted((Entry(tuple(run)) for run in runs), key=lambda entry: (entry.first.on_date, entry.first.starts_at))


def _goes_on(before: Availability, row: Availability) -> bool:
    if before.on_date is None or row.on_date is None:
        return False
    alike = (before.grade, before.starts_at, before.ends_at) == (row.grade, row.starts_at, row.ends_at)
    return alike and row.on_date - before.on_date <= DAY


def entry_with(rows: Sequence[Availability], row_id: str) -> Entry | None:
    """The entry that a row is part of."""
    entries = [*regular_entries(rows), *dated_entries(rows)]
    return next((entry for entry in entries if any(row.id == row_id for row in entry.rows)), None)

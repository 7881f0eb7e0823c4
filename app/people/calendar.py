"""When a person can come: their rows of availability laid out on the calendar. Pure functions, no database.

Which row counts where several overlap: *a dated row beats a recurring one; among equals the worse grade wins;
where no row says anything the person's default grade holds.*
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta, tzinfo
from itertools import pairwise
from typing import Protocol

from app.people.models import Grade
from app.walltime import instant_of, span_of

Span = tuple[datetime, datetime, Grade]
WORST_FIRST = (Grade.UNAVAILABLE, Grade.UNWANTED, Grade.AVAILABLE, Grade.PREFERRED)
DAY = timedelta(days=1)
DAY_MINUTES = 24 * 60
EPOCH = date(1970, 1, 5)  # a Monday


class AvailabilityRow(Protocol):
    """The columns of `Availability` that say when and how well."""

    @property
    def grade(self) -> str: ...  # noqa: D102
    @property
    def on_date(self) -> date | None: ...  # noqa: D102
    @property
    def weekday(self) -> int | None: ...  # noqa: D102
    @property
    def every_weeks(self) -> int: ...  # noqa: D102
    @property
    def starts_at(self) -> time: ...  # noqa: D102
    @property
    def ends_at(self) -> time: ...  # noqa: D102
    @property
    def starts_on(self) -> date | None: ...  # noqa: D102
    @property
    def ends_on(self) -> date | None: ...  # noqa: D102


def availability_spans(
    rows: Iterable[AvailabilityRow], default_grade: str, first_day: date, last_day: date, zone: tzinfo
) -> list[Span]:
    """How well each time from `first_day` through `last_day` suits a person: (start, end, grade), instants in UTC.

    The spans follow one another without holes or overlaps from the first local midnight to the one after the
    last day; neighbours differ in grade. A row that begins on the day before and runs past midnight is seen.
    Ask for a day more than the last shift's day: a night shift ends on the next one.
    """
    start, end = instant_of(first_day, time(), zone), instant_of(last_day + DAY, time(), zone)
    edges: dict[datetime, list[tuple[tuple[bool, Grade], int]]] = {start: [], end: []}
    for row in rows:
        rank = row.on_date is not None, Grade(row.grade)
        for day in row_days(row, first_day - DAY, last_day):
            begins, ends = span_of(day, row.starts_at, row.ends_at, zone)
            begins, ends = max(begins, start), min(ends, end)
            if begins < ends:
                edges.setdefault(begins, []).append((rank, 1))
                edges.setdefault(ends, []).append((rank, -1))
    return list(_joined(_swept(edges, Grade(default_grade))))


def row_days(row: AvailabilityRow, first_day: date, last_day: date) -> Iterator[date]:
    """The days from `first_day` through `last_day` on which a row begins.

    Every second (third ..) week counts from the week of `starts_on`; without one from a fixed Monday.
    """
    if row.on_date is not None:
        if first_day <= row.on_date <= last_day:
            yield row.on_date
        return
    if row.weekday is None:
        raise ValueError("a row of availability is dated or recurring")
    first = first_day if row.starts_on is None else max(first_day, row.starts_on)
    last = last_day if row.ends_on is None else min(last_day, row.ends_on)
    day = first + timedelta(days=(row.weekday - first.weekday()) % 7)
    anchor = row.starts_on or EPOCH
    anchor -= timedelta(days=anchor.weekday())
    while day <= last:
        if (day - anchor).days // 7 % row.every_weeks == 0:
            yield day
        day += timedelta(days=7)


@dataclass(frozen=True)
class DayPart:
    """A part of one local day with its grade: wall times, and minutes since midnight on the wall (0 to 1440)."""

    starts_at: time
    ends_at: time
    first_minute: int
    last_minute: int
    grade: Grade

    @property
    def is_all_day(self) -> bool:
        """Whether it is the whole day."""
        return (self.first_minute, self.last_minute) == (0, DAY_MINUTES)


def day_parts(spans: Iterable[Span], first_day: date, last_day: date, zone: tzinfo) -> list[tuple[date, list[DayPart]]]:
    """The spans cut at local midnights, day by day, as the wall clock shows them."""
    days = [first_day + timedelta(days=number) for number in range((last_day - first_day).days + 1)]
    parts: dict[date, list[DayPart]] = {day: [] for day in days}
    for start, end, grade in spans:
        begins, ends = start.astimezone(zone), end.astimezone(zone)
        day = begins.date()
        while day <= ends.date():
            first = begins.time() if day == begins.date() else time()
            last = ends.time() if day == ends.date() else time()
            first_minute = first.hour * 60 + first.minute
            last_minute = last.hour * 60 + last.minute if day == ends.date() else DAY_MINUTES
            if first_minute < last_minute and day in parts:
                parts[day].append(
                    DayPart(first.replace(fold=0), last.replace(fold=0), first_minute, last_minute, grade)
                )
            day += DAY
    return list(parts.items())


def _swept(edges: dict[datetime, list[tuple[tuple[bool, Grade], int]]], default: Grade) -> Iterator[Span]:
    """Walk over the edges in order, knowing at each how many rows of which rank are open."""
    open_rows: Counter[tuple[bool, Grade]] = Counter()
    for here, until in pairwise(sorted(edges)):
        for rank, change in edges[here]:
            open_rows[rank] += change
        yield here, until, _counting(open_rows, default)


def _counting(open_rows: Counter[tuple[bool, Grade]], default: Grade) -> Grade:
    for is_dated in (True, False):
        for grade in WORST_FIRST:
            if open_rows[is_dated, grade]:
                return grade
    return default


def _joined(spans: Iterator[Span]) -> Iterator[Span]:
    """Make one of neighbours of one grade."""
    held: Span | None = None
    for start, end, grade in spans:
        if held is not None and held[2] == grade:
            held = held[0], end, grade
        else:
            if held is not None:
                yield held
            held = start, end, grade
    if held is not None:
        yield held

"""A week in parts of days, to be filled in with a thumb: what each part says, and what rows become when parts change.

Pure functions, no database. A day of such a week begins at six in the morning, so that the night belongs to the
day on which it begins. Times are counted in minutes from Monday's midnight on the wall.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, time, timedelta
from itertools import pairwise
from typing import Literal, Protocol

from app.people.calendar import DAY_MINUTES, WORST_FIRST
from app.people.models import Grade

WEEK_MINUTES = 7 * DAY_MINUTES
PARTS = (
    ("Morning", "6 to 12", 360, 720),
    ("Afternoon", "12 to 18", 720, 1080),
    ("Evening", "18 to 24", 1080, 1440),
    ("Night", "0 to 6, the day after", 1440, 1800),
)
"""Name, hours in words, first and last minute of each part, from the midnight on which its day begins."""

Cell = tuple[int, int]
"""A day (0 is Monday) and the number of a part."""

Said = Grade | None | Literal["several"]
"""What a part says: one grade, nothing, or several that differ."""


class Row(Protocol):
    """The columns of `Availability` that matter here."""

    @property
    def grade(self) -> str: ...  # noqa: D102
    @property
    def on_date(self) -> date | None: ...  # noqa: D102
    @property
    def weekday(self) -> int | None: ...  # noqa: D102
    @property
    def starts_at(self) -> time: ...  # noqa: D102
    @property
    def ends_at(self) -> time: ...  # noqa: D102


@dataclass(frozen=True, order=True)
class Stretch:
    """A time with its grade; at most a day long. In a usual week it may begin before Monday or end after Sunday."""

    first: int
    last: int
    grade: Grade

    def wall(self) -> tuple[int, time, time]:
        """The day it begins on (from Monday), and its first and last wall time."""
        day, minute = divmod(self.first, DAY_MINUTES)
        return day, _clock(minute), _clock(self.last % DAY_MINUTES)


def _clock(minute: int) -> time:
    return time(minute // 60, minute % 60)


def stretch_of(row: Row, monday: date | None = None) -> Stretch:
    """A row as minutes from Monday's midnight; `monday` is that of a dated week."""
    day = row.weekday if row.on_date is None or monday is None else (row.on_date - monday).days
    starts, ends = (each.hour * 60 + each.minute for each in (row.starts_at, row.ends_at))
    first = (day or 0) * DAY_MINUTES + starts
    return Stretch(first, first + ((ends - starts) % DAY_MINUTES or DAY_MINUTES), Grade(row.grade))


def part_span(cell: Cell) -> tuple[int, int]:
    """First and last minute of a part of the week."""
    day, part = cell
    return day * DAY_MINUTES + PARTS[part][2], day * DAY_MINUTES + PARTS[part][3]


def cells() -> Iterator[Cell]:
    """Every part of the week, day by day."""
    return ((day, part) for day in range(7) for part in range(len(PARTS)))


def said(stretches: Iterable[Stretch], *, is_round: bool) -> dict[Cell, Said]:
    """What each part says; in a round week Sunday's night is the one before Monday."""
    known = list(_turned(stretches) if is_round else stretches)
    return {cell: _said_in(known, *part_span(cell)) for cell in cells()}


def _turned(stretches: Iterable[Stretch]) -> Iterator[Stretch]:
    """The stretches of a round week, and those of the weeks beside it that come within a day of it."""
    for each in stretches:
        yield each
        if each.last > WEEK_MINUTES - DAY_MINUTES:
            yield Stretch(each.first - WEEK_MINUTES, each.last - WEEK_MINUTES, each.grade)
        if each.first < DAY_MINUTES:
            yield Stretch(each.first + WEEK_MINUTES, each.last + WEEK_MINUTES, each.grade)


def _said_in(stretches: list[Stretch], first: int, last: int) -> Said:
    found = {grade for _, _, grade in _pieces(stretches, first, last)}
    return found.pop() if len(found) == 1 else "several"


def _pieces(stretches: list[Stretch], first: int, last: int) -> Iterator[tuple[int, int, Grade | None]]:
    inside = [each for each in stretches if each.first < last and first < each.last]
    edges = sorted({first, last, *(edge for s in inside for edge in (s.first, s.last) if first < edge < last)})
    for edge, end in pairwise(edges):
        yield edge, end, _worst(each.grade for each in inside if each.first <= edge < each.last)


def pieces(stretches: Iterable[Stretch], cell: Cell, *, is_round: bool) -> list[Stretch]:
    """What a part says to the minute; times of which nothing is said are left out."""
    known = list(_turned(stretches) if is_round else stretches)
    first, last = part_span(cell)
    return list(_joined(Stretch(a, b, grade) for a, b, grade in _pieces(known, first, last) if grade))


def _worst(grades: Iterable[Grade]) -> Grade | None:
    there = set(grades)
    return next((grade for grade in WORST_FIRST if grade in there), None)


def changed_week(
    stretches: Iterable[Stretch], changes: Mapping[Cell, Grade | None], *, is_round: bool
) -> tuple[set[Stretch], list[Stretch]]:
    """What to take away and what to put in its place when parts are to say something else (None: nothing).

    What lies outside the changed parts stays to the minute.
    """
    holes = sorted(part_span(cell) for cell in changes)
    if is_round:
        holes = [(a + turn, b + turn) for a, b in holes for turn in (-WEEK_MINUTES, 0, WEEK_MINUTES)]
    gone: set[Stretch] = set()
    made: list[Stretch] = []
    for each in set(stretches):
        rest = _without(each, holes)
        if rest != [each]:
            gone.add(each)
            made += rest
    new = [Stretch(*part_span(cell), grade) for cell, grade in sorted(changes.items(), key=lambda c: c[0]) if grade]
    return gone, made + list(_joined(new))


def _without(stretch: Stretch, holes: Iterable[tuple[int, int]]) -> list[Stretch]:
    rest = [stretch]
    for first, last in holes:
        rest = [piece for each in rest for piece in _cut(each, first, last)]
    return rest


def _cut(each: Stretch, first: int, last: int) -> Iterator[Stretch]:
    if last <= each.first or each.last <= first:
        yield each
        return
    if each.first < first:
        yield Stretch(each.first, first, each.grade)
    if last < each.last:
        yield Stretch(last, each.last, each.grade)


def _joined(stretches: Iterable[Stretch]) -> Iterator[Stretch]:
    """Make one of neighbours of one grade, up to a day."""
    held: Stretch | None = None
    for each in stretches:
        is_next = held is not None and held.last == each.first and held.grade == each.grade
        if held is not None and is_next and each.last - held.first <= DAY_MINUTES:
            held = Stretch(held.first, each.last, each.grade)
            continue
        if held is not None:
            yield held
        held = each
    if held is not None:
        yield held


def monday_of(day: date) -> date:
    """The Monday of a day's week."""
    return day - timedelta(days=day.weekday())

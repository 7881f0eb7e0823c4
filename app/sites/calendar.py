"""On which days a pattern comes round and when exactly its shifts begin and end: pure functions, no database."""

from __future__ import annotations

import calendar
from collections.abc import Iterator
from datetime import date, datetime, time, timedelta, tzinfo
from itertools import islice
from typing import Protocol

from app.sites.models import Cycle
from app.walltime import span_of

WEEKDAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
LAST = -1
NTH_WORDS = {1: "first", 2: "second", 3: "third", 4: "fourth", 5: "fifth", LAST: "last"}
LOOK_AHEAD = timedelta(days=366 * 3)


class Recurring(Protocol):
    """What a pattern says about its days: the columns of `Pattern` that matter here."""

    @property
    def cycle(self) -> str: ...  # noqa: D102
    @property
    def weekdays(self) -> str: ...  # noqa: D102
    @property
    def every_weeks(self) -> int: ...  # noqa: D102
    @property
    def nth(self) -> int | None: ...  # noqa: D102
    @property
    def starts_on(self) -> date: ...  # noqa: D102
    @property
    def ends_on(self) -> date | None: ...  # noqa: D102


def pattern_days(pattern: Recurring, first_day: date, last_day: date) -> list[date]:
    """The local days from `first_day` through `last_day` on which a pattern's shifts begin.

    Weeks are Monday to Sunday and counted from the week of `starts_on`; a monthly pattern has no shift in a
    month without a fifth such weekday. Whether the pattern is active is for the caller to know.
    """
    first = max(first_day, pattern.starts_on)
    last = last_day if pattern.ends_on is None else min(last_day, pattern.ends_on)
    wanted = frozenset(map(int, pattern.weekdays))
    days = (first + timedelta(days=number) for number in range((last - first).days + 1))
    return [day for day in days if day.weekday() in wanted and _is_its_turn(pattern, day)]


def next_days(pattern: Recurring, from_day: date, count: int) -> list[date]:
    """The next days, at most `count` and within three years, on which a pattern comes round."""
    start = max(from_day, pattern.starts_on)
    return list(islice(_by_month(pattern, start, start + LOOK_AHEAD), count))


def shift_instants(day: date, starts_at: time, ends_at: time, zone: tzinfo) -> tuple[datetime, datetime]:
    """When a shift that begins on a local day begins and ends (aware, UTC); it ends on the next day if it must.

    On days when clocks change: a time that comes twice means its first coming, a time that is left out means
    the instant of the jump (see `app.walltime`), so shifts that meet on paper meet in life. A shift that lies
    wholly inside the hour left out begins at the jump and keeps its length.
    """
    start, end = span_of(day, starts_at, ends_at, zone)
    if end <= start:
        end = start + (datetime.combine(day, ends_at) - datetime.combine(day, starts_at))
    return start, end


def is_overnight(starts_at: time, ends_at: time) -> bool:
    """Whether a shift with these times ends on the next day."""
    return ends_at <= starts_at


def _by_month(pattern: Recurring, first_day: date, last_day: date) -> Iterator[date]:
    while first_day <= last_day:
        step_end = min(first_day + timedelta(days=30), last_day)
        yield from pattern_days(pattern, first_day, step_end)
        first_day = step_end + timedelta(days=1)


def _is_its_turn(pattern: Recurring, day: date) -> bool:
    if pattern.cycle == Cycle.MONTHLY:
        return _is_nth(day, pattern.nth or 1)
    return weeks_between(pattern.starts_on, day) % pattern.every_weeks == 0


def weeks_between(earlier: date, later: date) -> int:
    """Number of calendar weeks (Monday to Sunday) from the week of one day to the week of another."""
    monday = earlier - timedelta(days=earlier.weekday())
    return (later - monday).days // 7


def _is_nth(day: date, nth: int) -> bool:
    if nth == LAST:
        return day.day + 7 > calendar.monthrange(day.year, day.month)[1]
    return (day.day - 1) // 7 + 1 == nth

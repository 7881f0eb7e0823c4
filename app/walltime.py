"""Wall-clock times and the instants they name, on the two days a year when clocks change too.

One rule for everybody, so that times that meet on paper meet in life:

- A time that comes twice (clocks go back) means its first coming.
- A time that is left out (clocks go forward) means the instant at which the clock jumps.

Both keep order: a later wall time of one day never names an earlier instant, and a shift that ends at 02:30
and one that begins at 02:30 neither overlap nor leave a hole.
"""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta, tzinfo
from functools import lru_cache

DAY = timedelta(days=1)


@lru_cache(maxsize=8192)  # a roster asks for the same midnights and opening hours again and again
def instant_of(day: date, at: time, zone: tzinfo) -> datetime:
    """The instant (aware, UTC) at which the clocks of a zone show a time on a day."""
    wall = datetime.combine(day, at)
    early = wall.replace(tzinfo=zone, fold=0).astimezone(UTC)
    if early.astimezone(zone).replace(tzinfo=None) == wall:
        return early
    return _jump_between(wall.replace(tzinfo=zone, fold=1).astimezone(UTC), early, zone)


def span_of(day: date, starts_at: time, ends_at: time, zone: tzinfo) -> tuple[datetime, datetime]:
    """The instants of a time span that begins on a day; it runs into the next day when it ends at or before its start.

    The two are equal when the clock jumps over the whole span.
    """
    end_day = day + DAY if ends_at <= starts_at else day
    return instant_of(day, starts_at, zone), instant_of(end_day, ends_at, zone)


def _jump_between(before: datetime, after: datetime, zone: tzinfo) -> datetime:
    """The instant between two others at which a zone's offset changes, to the second."""
    offset = before.astimezone(zone).utcoffset()
    low, high = 0, int((after - before).total_seconds())
    while high - low > 1:
        middle = (low + high) // 2
        if (before + timedelta(seconds=middle)).astimezone(zone).utcoffset() == offset:
            low = middle
        else:
            high = middle
    return before + timedelta(seconds=high)

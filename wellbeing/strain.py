"""What in a person's shifts is known to wear people down: named reasons with points and sources.

Points are 100 times the logarithm of a relative risk. They rank one roster against another; they do not add up to
a probability and say nothing about one person's health. Check-ins are no part of this.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

HOUR = 60
QUICK = 11 * HOUR
AFTER_NIGHT = 48 * HOUR
LONG, LONGER = 10 * HOUR, 12 * HOUR
WEEK = 7
EVENING, EVENING_LEAST = 18 * HOUR, 3 * HOUR


def is_evening(begins: int, minutes: int) -> bool:
    """Whether a shift that begins at this minute of its day lies in the evening for three hours or more."""
    return begins + minutes - max(begins, EVENING) >= EVENING_LEAST


@dataclass(frozen=True)
class Factor:
    """One reason: how much it is worth each time, how many times it counts at most in four weeks, and its source."""

    name: str
    title: str
    effect: str
    points: int
    most: int
    source: str


FACTORS = (
    Factor(
        "quick_return",
        "Less than 11 hours between two shifts",
        "injuries x 1.39 in the two days after",
        33,
        3,
        "Scand J Work Environ Health, article 3770",
    ),
    Factor("quick_returns", "Each quick return of the month", "sick days x 1.066", 6, 10, "Occup Environ Med 74/7/496"),
    Factor("night", "Night shift", "injuries x 1.33 against mornings", 29, 4, "Fischer 2017"),
    Factor("second_night", "Second night in a row", "x 1.05", 5, 4, "Fischer 2017"),
    Factor("third_night", "Third night in a row", "x 1.17, not checked against its source", 16, 4, "Fischer 2017"),
    Factor("fourth_night", "Fourth night in a row or later", "x 1.36", 31, 4, "Fischer 2017"),
    Factor(
        "after_nights",
        "Day work within two days of a night",
        "odds x 1.33",
        29,
        4,
        "Scand J Work Environ Health, article 3905",
    ),
    Factor("evening", "Evening shift", "odds x 1.09", 9, 8, "Scand J Work Environ Health, article 3905"),
    Factor("ten_hours", "Shift of 10 hours or more", "13 % more accidents than at 8", 12, 8, "HSE fatigue guidance"),
    Factor("twelve_hours", "Shift of 12 hours or more", "27 % more than at 8", 24, 8, "HSE fatigue guidance"),
    Factor("week_60", "More than 60 hours in a week", "odds x 2 against 40", 69, 4, "10.1002/1348-9585.12228"),
    Factor("week_74", "More than 74 hours in a week", "odds x 3 against 40", 110, 4, "10.1002/1348-9585.12228"),
    Factor("week_84", "More than 84 hours in a week", "odds x 4 against 40", 139, 4, "10.1002/1348-9585.12228"),
    Factor("second_day", "Second day in a row", "x 1.02", 2, 8, "Folkard and Tucker 2003"),
    Factor("third_day", "Third day in a row", "x 1.07", 7, 8, "Folkard and Tucker 2003"),
    Factor(
        "fourth_day",
        "Fourth day in a row or later",
        "x 1.17, not checked against its source",
        16,
        8,
        "Folkard and Tucker 2003",
    ),
    Factor("weekend", "Weekend shift", "no number is known", 0, 0, "a fact only"),
)
CAVEAT = "One study found no effect of quick returns (Härmä 2020)."


@dataclass(frozen=True)
class Stint:
    """One shift of one person: minutes from any fixed start, and the local day (as `date.toordinal`) it begins on."""

    start: int
    end: int
    day: int
    is_night: bool = False
    is_evening: bool = False

    def __post_init__(self) -> None:
        if self.start >= self.end:
            raise ValueError("a stint ends before it begins")


@dataclass(frozen=True)
class Reason:
    """One factor that was found: on which days, and the points it brings."""

    factor: Factor
    days: tuple[int, ...]
    points: int


def reasons(stints: Sequence[Stint], points: Mapping[str, int] | None = None, since: int | None = None) -> list[Reason]:
    """What wears in these shifts of one person, the heaviest first; `points` replaces the points of some factors.

    Only what is found on day `since` or later counts; earlier shifts still tell where rest was short.
    """
    chosen = points or {}
    days: dict[str, list[int]] = {each.name: [] for each in FACTORS}
    for name, day in _findings(sorted(stints, key=lambda each: each.start)):
        if since is None or day >= since:
            days[name].append(day)
    found = [
        Reason(factor, tuple(days[factor.name]), chosen.get(factor.name, factor.points) * _counted(factor, days))
        for factor in FACTORS
        if days[factor.name]
    ]
    return sorted(found, key=lambda each: (-each.points, each.factor.name))


def total(found: Sequence[Reason]) -> int:
    """Points of all reasons together, to rank with and for nothing else."""
    return sum(each.points for each in found)


def _counted(factor: Factor, days: Mapping[str, Sequence[int]]) -> int:
    return min(factor.most, len(days[factor.name]))


def _findings(stints: Sequence[Stint]) -> Iterator[tuple[str, int]]:
    yield from _of_each(stints)
    yield from _between(stints)
    yield from _runs({each.day for each in stints if each.is_night}, ("second_night", "third_night", "fourth_night"))
    yield from _runs({each.day for each in stints}, ("second_day", "third_day", "fourth_day"))
    yield from _weeks(stints)


def _of_each(stints: Sequence[Stint]) -> Iterator[tuple[str, int]]:
    for each in stints:
        length = each.end - each.start
        if each.is_night:
            yield "night", each.day
        elif each.is_evening:
            yield "evening", each.day
        if length >= LONGER:
            yield "twelve_hours", each.day
        elif length >= LONG:
            yield "ten_hours", each.day
        if (each.day - 1) % WEEK >= WEEK - 2:  # day 1 was a Monday
            yield "weekend", each.day


def _between(stints: Sequence[Stint]) -> Iterator[tuple[str, int]]:
    for before, after in pairwise(stints):
        gap = after.start - before.end
        # Two shifts that follow at once are one long piece of work, not a return.
        if HOUR < gap < QUICK:
            yield "quick_return", after.day
            yield "quick_returns", after.day
        if before.is_night and not after.is_night and gap < AFTER_NIGHT:
            yield "after_nights", after.day


def _runs(days: set[int], names: tuple[str, str, str]) -> Iterator[tuple[str, int]]:
    run = 0
    for day in sorted(days):
        run = run + 1 if day - 1 in days else 1
        if run > 1:
            yield names[min(run, len(names) + 1) - 2], day


def _weeks(stints: Sequence[Stint]) -> Iterator[tuple[str, int]]:
    minutes: dict[int, int] = {}
    for each in stints:
        monday = each.day - (each.day - 1) % WEEK
        minutes[monday] = minutes.get(monday, 0) + each.end - each.start
    for monday, worked in sorted(minutes.items()):
        for hours in (84, 74, 60):
            if worked > hours * HOUR:
                yield f"week_{hours}", monday
                break

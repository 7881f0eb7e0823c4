"""How the roster's people, shifts, sites and skills are called on a page; it serves the roster room's `Names`."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time
from typing import Protocol

from app.sites.calendar import NTH_WORDS, WEEKDAYS

SIXTY = 60


class PatternLabel(Protocol):
    """What is told of a pattern: columns of it, and the names of its place and work."""

    @property
    def site(self) -> str: ...  # noqa: D102
    @property
    def service(self) -> str: ...  # noqa: D102
    @property
    def weekdays(self) -> str: ...  # noqa: D102
    @property
    def every_weeks(self) -> int: ...  # noqa: D102
    @property
    def nth(self) -> int | None: ...  # noqa: D102
    @property
    def starts_at(self) -> time: ...  # noqa: D102
    @property
    def ends_at(self) -> time: ...  # noqa: D102


@dataclass(frozen=True, slots=True)
class PersonLabel:
    """A person as a coordinator knows them; one who left may still stand on shifts."""

    name: str
    level: str
    is_active: bool = True


@dataclass(frozen=True, slots=True)
class ShiftLabel:
    """A shift by its local day, its wall-clock times, its place and its work."""

    day_on: date
    starts_at: datetime
    ends_at: datetime
    site: str
    service: str

    @property
    def instants(self) -> tuple[datetime, datetime]:
        """Start and end as instants, between which time can be reckoned over a change of the clocks."""
        return self.starts_at.astimezone(UTC), self.ends_at.astimezone(UTC)

    @property
    def hours(self) -> str:
        """The times, as in 22:00-06:00."""
        return f"{self.starts_at:%H:%M}-{self.ends_at:%H:%M}"

    def __str__(self) -> str:
        return f"{day_words(self.day_on)} {self.hours}, {self.site}, {self.service}"


@dataclass(frozen=True, slots=True)
class RosterNames:
    """Names by id for everything in one problem."""

    people: Mapping[str, PersonLabel] = field(default_factory=dict)
    shifts: Mapping[str, ShiftLabel] = field(default_factory=dict)
    sites: Mapping[str, str] = field(default_factory=dict)
    services: Mapping[str, str] = field(default_factory=dict)
    skills: Mapping[str, str] = field(default_factory=dict)

    def worker(self, worker: str) -> str:
        """The person's chosen name."""
        found = self.people.get(worker)
        return found.name if found else "Someone who left"

    def shift(self, shift: str) -> str:
        """As in "Tue 24 Nov 22:00-06:00, Harbour House, Outreach"."""
        found = self.shifts.get(shift)
        return str(found) if found else "A shift that is gone"

    def day(self, day: date) -> str:
        """As in "Tue 24 Nov"."""
        return day_words(day)

    def skill(self, skill: str) -> str:
        """The name of a skill or certificate."""
        return self.skills.get(skill, skill)

    def kind(self, kind: str) -> str:
        """The name of a kind of service."""
        return self.services.get(kind, kind)

    def site(self, site: str) -> str:
        """The name of a site."""
        return self.sites.get(site, site)


def day_words(day: date) -> str:
    """Weekday, day and month, as in Tue 24 Nov."""
    return f"{day:%a} {day.day} {day:%b}"


def hours_words(minutes: int) -> str:
    """Hours and minutes, as in "7 h" or "7 h 30"."""
    hours, rest = divmod(abs(minutes), 60)
    return f"{'-' if minutes < 0 else ''}{hours} h{f' {rest:02}' if rest else ''}"


def pattern_words(pattern: PatternLabel) -> str:
    """A pattern in one line and a smaller second one: "Harbour House, Outreach" and "every Tuesday 18:00-22:00"."""
    return (
        f"{pattern.site}: {pattern.service}\n{cycle_words(pattern)}, {pattern.starts_at:%H:%M}-{pattern.ends_at:%H:%M}"
    )


def cycle_words(pattern: PatternLabel) -> str:
    """When a pattern comes round, as in "every second week on Monday and Friday"."""
    days = [WEEKDAYS[int(digit)] for digit in sorted(pattern.weekdays)]
    if pattern.nth is not None:
        return f"{NTH_WORDS[pattern.nth]} {' and '.join(days) or 'day'} of the month"
    if len(days) == len(WEEKDAYS):
        told = "every day"
    else:
        told = f"every {', '.join(day[:3] for day in days)}" if len(days) > 1 else f"every {days[0] if days else 'day'}"
    return told if pattern.every_weeks == 1 else f"{told}, each {_ordinal(pattern.every_weeks)} week"


def seconds_words(seconds: float) -> str:
    """As in "9 seconds" or "2 minutes"."""
    whole = round(seconds)
    if whole < 2 * SIXTY:
        return f"{whole} second{'' if whole == 1 else 's'}"
    return f"{whole // SIXTY} minutes"


def _ordinal(number: int) -> str:
    return {2: "second", 3: "third", 4: "fourth"}.get(number, f"{number}th")

"""Rate cards: what is paid for which work on which day, and what comes on top."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum

FULL = 100
MOST_PERCENT = 300
SHORTEST_NIGHT = 30
DAY_MINUTES = 24 * 60


class Basis(StrEnum):
    """What a rate or premium is counted by."""

    HOUR = "hour"
    SHIFT = "shift"
    PERCENT = "percent"  # of the basic pay for the same minutes; premiums only


class Premium(StrEnum):
    """When something comes on top."""

    NIGHT = "night"
    WEEKEND = "weekend"
    LATE_CHANGE = "late_change"
    DEMANDING = "demanding"


@dataclass(frozen=True, slots=True)
class Rate:
    """What work is paid by the hour or by the shift from a day on, until a later rate for the same work.

    None stands for every activity, level or service. `amount` is in minor units. `number` tells which of two rates
    of one day was entered later, and so holds.
    """

    id: str
    number: int
    from_on: dt.date
    basis: Basis
    amount: int
    activity: str | None = None
    level: str | None = None
    service: str | None = None

    def __post_init__(self) -> None:
        if self.amount < 0 or self.basis == Basis.PERCENT:
            raise ValueError("a rate is an amount per hour or per shift, zero or more")

    @property
    def key(self) -> tuple[str | None, str | None, str | None]:
        """What work the rate is for."""
        return self.activity, self.service, self.level

    def fits(self, activity: str, service: str | None, level: str) -> bool:
        """Whether the rate is for this work."""
        return (
            self.activity in {None, activity}
            and self.level in {None, level}
            and (self.service is None or self.service == service)
        )


@dataclass(frozen=True, slots=True)
class PremiumRate:
    """What comes on top from a day on: per hour of such time, per shift, or in percent of the basic pay for it."""

    id: str
    number: int
    from_on: dt.date
    premium: Premium
    basis: Basis
    amount: int

    def __post_init__(self) -> None:
        if self.amount < 0 or (self.basis == Basis.PERCENT and self.amount > MOST_PERCENT):
            raise ValueError("a premium is zero or more, and at most three times the basic pay")


@dataclass(frozen=True, slots=True)
class Terms:
    """The rest of the law of one day: when night is, how time is rounded, what a late cancellation is paid.

    Time is counted in steps of `step_minutes`, always up to the next full step. A shift that the group calls off
    less than `cancel_hours` before it begins is paid `cancel_percent` of its basic pay.
    """

    from_on: dt.date = dt.date(1970, 1, 1)
    number: int = 0
    night_starts: dt.time = dt.time(22)
    night_ends: dt.time = dt.time(6)
    step_minutes: int = 1
    cancel_hours: int = 24
    cancel_percent: int = FULL

    def __post_init__(self) -> None:
        if self.step_minutes not in {1, 5, 6, 10, 15, 30} or not 0 <= self.cancel_percent <= FULL:
            raise ValueError("time is rounded to 1, 5, 6, 10, 15 or 30 minutes; a cancellation is paid 0 to 100 %")
        night = (_minutes(self.night_ends) - _minutes(self.night_starts)) % DAY_MINUTES
        if not SHORTEST_NIGHT <= night <= DAY_MINUTES - SHORTEST_NIGHT or self.night_starts.second:
            raise ValueError("a night begins and ends on full minutes and is half an hour or longer")

    def cancellation_percent(self, planned_starts_at: dt.datetime, called_off_at: dt.datetime) -> int:
        """What share of the basic pay is due for a shift called off at an instant."""
        notice = planned_starts_at - called_off_at
        return self.cancel_percent if notice < dt.timedelta(hours=self.cancel_hours) else 0


@dataclass(frozen=True, slots=True)
class RateCard:
    """Every rate, premium and term there ever was: the past is looked up in it, never written anew."""

    currency: str
    rates: tuple[Rate, ...] = ()
    premiums: tuple[PremiumRate, ...] = ()
    terms: tuple[Terms, ...] = ()

    def rate_for(self, activity: str, service: str | None, level: str, day: dt.date) -> Rate | None:
        """The rate for some work on a day, None when nothing was agreed.

        Of the rates in force the most particular holds: one for the activity before one for all, then one for the
        service, then one for the level. Of two for the same work the later day, then the later entry.
        """
        fitting = [each for each in self.rates if each.from_on <= day and each.fits(activity, service, level)]
        return max(fitting, key=_rank, default=None)

    def premium_for(self, premium: Premium, day: dt.date) -> PremiumRate | None:
        """What comes on top on a day, None when nothing does."""
        found = [each for each in self.premiums if each.premium == premium and each.from_on <= day]
        latest = max(found, key=lambda each: (each.from_on, each.number), default=None)
        return latest if latest is not None and latest.amount else None

    def terms_on(self, day: dt.date) -> Terms:
        """The terms in force on a day."""
        found = [each for each in self.terms if each.from_on <= day]
        return max(found, key=lambda each: (each.from_on, each.number), default=Terms())


def _rank(rate: Rate) -> tuple[bool, bool, bool, dt.date, int]:
    return rate.activity is not None, rate.service is not None, rate.level is not None, rate.from_on, rate.number


def _minutes(at: dt.time) -> int:
    return at.hour * 60 + at.minute


def in_force(rates: Iterable[Rate], day: dt.date) -> list[Rate]:
    """The rates that hold on a day, one for each kind of work, the most general first."""
    latest: dict[tuple[str | None, str | None, str | None], Rate] = {}
    for each in rates:
        now = latest.get(each.key)
        if each.from_on <= day and (now is None or (now.from_on, now.number) < (each.from_on, each.number)):
            latest[each.key] = each
    return sorted(latest.values(), key=lambda each: tuple(part or "" for part in each.key))

"""What a piece of work is paid: the time that counts, line by line, on the clocks of the place it was done.

Time is elapsed time: a night in which clocks go back is an hour longer, and is paid so. It is rounded up to the
step the terms state; each line is rounded to the nearest minor unit, a half up. The same reckoning tells the amount
before a shift is accepted and the amount that accrues.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from fractions import Fraction

from payroll.money import Money, rounded, total
from payroll.rates import FULL, Basis, Premium, PremiumRate, Rate, RateCard, Terms

MINUTE = dt.timedelta(minutes=1)
QUARTER = dt.timedelta(minutes=15)
DAY = dt.timedelta(days=1)
HOUR_MINUTES = 60
SATURDAY = 5
CANCELLATION = "cancellation"
SHIFT = "shift"


@dataclass(frozen=True, slots=True)
class Work:
    """One piece of work of one payee, planned or done; instants are aware.

    `planned_starts_at` decides the day whose rates hold, so that coming early before midnight changes nothing.
    A cancellation is work that the group called off too late: nothing was done, its planned time is paid.
    """

    id: str
    payee: str
    activity: str
    level: str
    service: str | None
    starts_at: dt.datetime
    ends_at: dt.datetime
    planned_starts_at: dt.datetime | None = None
    is_demanding: bool = False
    is_late_change: bool = False

    def __post_init__(self) -> None:
        if self.starts_at.tzinfo is None or self.ends_at.tzinfo is None or self.ends_at < self.starts_at:
            raise ValueError("work begins and ends at aware instants, in that order")

    def day_in(self, zone: dt.tzinfo) -> dt.date:
        """The day whose rates hold."""
        return (self.planned_starts_at or self.starts_at).astimezone(zone).date()


@dataclass(frozen=True, slots=True)
class Line:
    """One line of an honorarium: what for, how many minutes, at what, how much (minor units)."""

    what: str
    basis: Basis
    minutes: int
    rate: int
    amount: int
    rate_id: str


@dataclass(frozen=True, slots=True)
class Honorarium:
    """What one piece of work is paid, and why; without a rate there are no lines and `is_agreed` is false."""

    day_on: dt.date
    minutes: int
    lines: tuple[Line, ...]
    amount: Money
    is_agreed: bool = True


def honorarium(work: Work, card: RateCard, zone: dt.tzinfo) -> Honorarium:
    """What a piece of work is paid by a rate card, on the clocks of a zone."""
    day = work.day_in(zone)
    terms = card.terms_on(day)
    rate = rate_of(card, work.activity, work.service, work.level, day)
    is_own = rate is not None and rate.activity == work.activity
    minutes = counted(work.ends_at - work.starts_at, terms)
    if rate is None:
        return Honorarium(day, minutes, (), Money(0, card.currency), is_agreed=False)
    lines = [_basic(rate, minutes)]
    if work.activity == CANCELLATION:
        if not is_own:
            lines[0] = replace(lines[0], amount=rounded(Fraction(lines[0].amount * terms.cancel_percent, FULL)))
    else:
        lines += _premiums(work, card, zone, rate, minutes)
    kept = tuple(line for line in lines if line.amount)
    amounts = (Money(line.amount, card.currency) for line in kept)
    return Honorarium(day, minutes, kept, total(amounts, card.currency))


def rate_of(card: RateCard, activity: str, service: str | None, level: str, day: dt.date) -> Rate | None:
    """The rate some work of a day is paid by: that of shifts for a shift called off, unless it has one of its own."""
    rate = card.rate_for(activity, service, level, day)
    if activity == CANCELLATION and (rate is None or rate.activity != CANCELLATION):
        return card.rate_for(SHIFT, service, level, day)
    return rate


def counted(length: dt.timedelta, terms: Terms) -> int:
    """The minutes that count of a length of time: up to the next full step."""
    step = terms.step_minutes * MINUTE
    return -(-length // step) * terms.step_minutes


def _basic(rate: Rate, minutes: int) -> Line:
    if rate.basis == Basis.SHIFT:
        return Line("basic", Basis.SHIFT, minutes, rate.amount, rate.amount if minutes else 0, rate.id)
    return Line("basic", Basis.HOUR, minutes, rate.amount, _by_hour(rate.amount, minutes), rate.id)


def _by_hour(amount: int, minutes: int) -> int:
    return rounded(Fraction(amount * minutes, HOUR_MINUTES))


def _premiums(work: Work, card: RateCard, zone: dt.tzinfo, rate: Rate, minutes: int) -> Iterator[Line]:
    terms = card.terms_on(work.day_in(zone))
    times: dict[Premium, Callable[[], int]] = {
        Premium.NIGHT: lambda: min(minutes, counted(_span(work, zone, lambda at: is_night(at, terms)), terms)),
        Premium.WEEKEND: lambda: min(minutes, counted(_span(work, zone, is_weekend), terms)),
        Premium.LATE_CHANGE: lambda: minutes if work.is_late_change else 0,
        Premium.DEMANDING: lambda: minutes if work.is_demanding else 0,
    }
    for premium, minutes_of in times.items():
        found = card.premium_for(premium, work.day_in(zone))
        part = minutes_of() if found is not None else 0
        if found is not None and part:
            yield Line(premium, found.basis, part, found.amount, _on_top(found, rate, part, minutes), found.id)


def _on_top(found: PremiumRate, rate: Rate, part: int, minutes: int) -> int:
    if found.basis == Basis.SHIFT:
        return found.amount
    if found.basis == Basis.HOUR:
        return _by_hour(found.amount, part)
    basic = Fraction(rate.amount * part, HOUR_MINUTES if rate.basis == Basis.HOUR else minutes)
    return rounded(basic * found.amount / FULL)


def is_weekend(wall: dt.datetime) -> bool:
    """Whether a wall clock shows a Saturday or Sunday."""
    return wall.weekday() >= SATURDAY


def is_night(wall: dt.datetime, terms: Terms) -> bool:
    """Whether a wall clock shows a time of the night."""
    starts, ends, now = terms.night_starts, terms.night_ends, wall.time()
    return starts <= now < ends if starts < ends else now >= starts or now < ends


def _span(work: Work, zone: dt.tzinfo, holds: Callable[[dt.datetime], bool]) -> dt.timedelta:
    """How much of the work lies in times of which something holds on the wall clock."""
    found = dt.timedelta()
    for start, end in _pieces(work.starts_at.astimezone(dt.UTC), work.ends_at.astimezone(dt.UTC)):
        # Within a quarter hour of UTC no clock changes; a wall time may still cross a boundary inside it.
        wall, last = start.astimezone(zone), (end - dt.timedelta(microseconds=1)).astimezone(zone)
        if holds(wall) == holds(last):
            found += end - start if holds(wall) else dt.timedelta()
        else:
            found += _part(start, end, lambda at: holds(at.astimezone(zone)))
    return found


def _part(start: dt.datetime, end: dt.datetime, holds: Callable[[dt.datetime], bool]) -> dt.timedelta:
    """The part of a quarter hour for which something holds that turns once in it, on a full minute."""
    at = start
    while at < end and holds(at) == holds(start):
        at = min(end, at.replace(second=0, microsecond=0) + MINUTE)
    return at - start if holds(start) else end - at


def _pieces(start: dt.datetime, end: dt.datetime) -> Iterator[tuple[dt.datetime, dt.datetime]]:
    while start < end:
        next_quarter = start.replace(minute=start.minute // 15 * 15, second=0, microsecond=0) + QUARTER
        yield start, min(next_quarter, end)
        start = next_quarter

"""What a payee got and is owed over some days, and where they stand with a public earnings limit."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from enum import StrEnum

from payroll.money import Money


@dataclass(frozen=True, slots=True)
class Movement:
    """Something that changed what a payee is owed: above zero they earned it, below they got it (minor units)."""

    on: dt.date
    kind: str
    words: str
    minor: int


@dataclass(frozen=True, slots=True)
class StatementLine:
    """A movement with what was owed after it."""

    movement: Movement
    owed: Money


@dataclass(frozen=True, slots=True)
class Statement:
    """What a payee was owed before some days, what happened on them, and what was owed after.

    `earned` is for work; `refunded` is what they spent for the group and is owed back, which is no earning.
    """

    starts_on: dt.date
    ends_on: dt.date
    before: Money
    lines: tuple[StatementLine, ...]
    after: Money
    earned: Money
    received: Money
    refunded: Money


def statement(movements: Iterable[Movement], starts_on: dt.date, ends_on: dt.date, currency: str) -> Statement:
    """A payee's statement from `starts_on` through `ends_on`; earlier movements make the opening balance."""
    known = sorted(movements, key=lambda each: each.on)
    before = sum(each.minor for each in known if each.on < starts_on)
    within = [each for each in known if starts_on <= each.on <= ends_on]
    owed, lines = before, []
    for each in within:
        owed += each.minor
        lines.append(StatementLine(each, Money(owed, currency)))
    received = -sum(each.minor for each in within if each.kind in RECEIPTS)
    refunded = sum(each.minor for each in within if each.kind == EXPENSE)
    return Statement(
        starts_on,
        ends_on,
        Money(before, currency),
        tuple(lines),
        Money(owed, currency),
        Money(owed - before + received - refunded, currency),
        Money(received, currency),
        Money(refunded, currency),
    )


PAYOUT, TAKEN_BACK, EXPENSE = "payout", "taken_back", "expense"
RECEIPTS = frozenset({PAYOUT, TAKEN_BACK})


class Span(StrEnum):
    """What an earnings limit is counted over."""

    WEEK = "week"
    MONTH = "month"
    YEAR = "year"


@dataclass(frozen=True, slots=True)
class Limit:
    """A public rule about earnings, from a day on: what one may receive in a span, and what happens above it.

    `source` says who made it, `checked_on` when we last looked; `is_sure` is false for a figure at second hand.
    `hours` is a limit of hours in the same span that goes with it.
    """

    code: str
    place: str
    name: str
    from_on: dt.date
    currency: str
    minor: int
    span: Span
    above: str
    source: str
    checked_on: dt.date
    is_sure: bool = True
    hours: int | None = None


_CHECKED = dt.date(2026, 11, 20)
_BC = "Government of British Columbia, annual earnings exemption for disability assistance"
_ON = "Government of Ontario, directive on the treatment of earnings"
_US = "United States Social Security Administration, amounts of the year"
_UK = "United Kingdom Department for Work and Pensions, permitted work"
_YEAR_RULE = "Above it, each dollar is taken off the assistance. A letter comes at 75 %."

LIMITS: tuple[Limit, ...] = (
    Limit(
        "bc-pwd-couple-one",
        "British Columbia",
        "Disability assistance, couple, one with the designation",
        dt.date(2025, 1, 1),
        "CAD",
        1_944_000,
        Span.YEAR,
        _YEAR_RULE,
        _BC,
        _CHECKED,
    ),
    Limit(
        "bc-pwd-couple-one",
        "British Columbia",
        "Disability assistance, couple, one with the designation",
        dt.date(2026, 1, 1),
        "CAD",
        2_340_000,
        Span.YEAR,
        _YEAR_RULE,
        _BC,
        _CHECKED,
    ),
    Limit(
        "bc-pwd-single",
        "British Columbia",
        "Disability assistance, single person",
        dt.date(2025, 1, 1),
        "CAD",
        1_620_000,
        Span.YEAR,
        _YEAR_RULE,
        _BC,
        _CHECKED,
        is_sure=False,
    ),
    Limit(
        "on-odsp",
        "Ontario",
        "Disability support (ODSP)",
        dt.date(2023, 2, 1),
        "CAD",
        100_000,
        Span.MONTH,
        "Above it (after tax), 75 % is taken off.",
        _ON,
        _CHECKED,
    ),
    Limit(
        "on-works",
        "Ontario",
        "Ontario Works",
        dt.date(2013, 9, 1),
        "CAD",
        20_000,
        Span.MONTH,
        "Above it, half is taken off.",
        _ON,
        _CHECKED,
    ),
    Limit(
        "us-sga",
        "United States",
        "Disability insurance (SSDI), substantial work",
        dt.date(2026, 1, 1),
        "USD",
        169_000,
        Span.MONTH,
        "Above it, the work may count as substantial and the benefit may end.",
        _US,
        _CHECKED,
    ),
    Limit(
        "us-trial-work",
        "United States",
        "Disability insurance (SSDI), trial work month",
        dt.date(2026, 1, 1),
        "USD",
        121_000,
        Span.MONTH,
        "Above it, the month counts as one of nine trial months.",
        _US,
        _CHECKED,
    ),
    Limit(
        "us-ssi",
        "United States",
        "Supplemental income (SSI)",
        dt.date(1974, 1, 1),
        "USD",
        6_500,
        Span.MONTH,
        "Above it, half is taken off. The first 20 dollars of any income may be free as well.",
        _US,
        _CHECKED,
    ),
    Limit(
        "uk-esa",
        "United Kingdom",
        "Employment and Support Allowance, permitted work",
        dt.date(2025, 4, 7),
        "GBP",
        19_550,
        Span.WEEK,
        "Above it, or at 16 hours a week, the benefit may stop.",
        _UK,
        _CHECKED,
        hours=16,
    ),
)


def limits_on(day: dt.date, currency: str, limits: Sequence[Limit] = LIMITS) -> list[Limit]:
    """The limits of a currency in force on a day, one for each code."""
    latest: dict[str, Limit] = {}
    for each in sorted(limits, key=lambda each: each.from_on):
        if each.currency == currency and each.from_on <= day:
            latest[each.code] = each
    return list(latest.values())


@dataclass(frozen=True, slots=True)
class Standing:
    """Where a payee stands with a limit: received in the span, the most, and what the next payment would bring."""

    starts_on: dt.date
    ends_on: dt.date
    received: Money
    most: Money
    after: Money

    @property
    def left(self) -> Money:
        """What may still be received in the span; nothing when it is used up."""
        return Money(max(0, self.most.minor - self.received.minor), self.most.currency)

    @property
    def is_over(self) -> bool:
        """Whether the next payment would go above the limit."""
        return self.most < self.after

    @property
    def percent(self) -> int:
        """How much of the limit is used, in whole percent, rounded down."""
        return self.received.minor * 100 // self.most.minor if self.most.minor > 0 else 100


def span_around(span: Span, day: dt.date) -> tuple[dt.date, dt.date]:
    """The first and last day of the week (from Monday), month or year around a day."""
    if span == Span.WEEK:
        monday = day - dt.timedelta(days=day.weekday())
        return monday, monday + dt.timedelta(days=6)
    if span == Span.YEAR:
        return day.replace(month=1, day=1), day.replace(month=12, day=31)
    first = day.replace(day=1)
    return first, (first + dt.timedelta(days=31)).replace(day=1) - dt.timedelta(days=1)


def standing(most: Money, span: Span, received: Iterable[tuple[dt.date, int]], day: dt.date, coming: int) -> Standing:
    """Where a payee stands on a day: what they received (day, minor units) in the span, and with `coming` on top."""
    first, last = span_around(span, day)
    got = sum(minor for on, minor in received if first <= on <= last)
    return Standing(first, last, Money(got, most.currency), most, Money(got + coming, most.currency))

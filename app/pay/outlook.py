"""What a roster in the making must know of money: what its shifts pay, the caps people set, what funds have left.

Nothing is asked for that no rule needs: without a cap and without a fund this is two short queries.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from functools import cache
from typing import Any

import sqlalchemy as sa

from app import clock
from app.database import Statement, db, rows
from app.pay import own, queries, reports
from app.pay.currency import money
from app.pay.models import AccountKind, EarningsChoice
from app.roster.models import Assignment, Shift
from payroll import honoraria
from payroll.funds import category_of
from payroll.statement import span_around

DAY = timedelta(days=1)
AMPLE = 2
"""A fund that has this many times left of what the roster's places cost is no matter for the roster."""


@dataclass(frozen=True, slots=True)
class PlannedShift:
    """A shift as pay sees it; `people` is how many it is planned for."""

    id: str
    service_id: str
    starts_at: datetime
    ends_at: datetime
    demanding: int
    people: int


@dataclass(frozen=True, slots=True)
class Cap:
    """What someone wants to earn at most with the shifts of some days (both included), in the smallest unit."""

    first: date
    last: date
    most: int


@dataclass(frozen=True, slots=True)
class Outlook:
    """Money as far as a roster is concerned.

    `pay` is what each shift pays by level; `levels` are the levels of those who are paid at all; `funds` the weights
    of those that bear a shift, None when the group has no funds; `left` what is left of funds that might not do.
    """

    pay: Mapping[str, tuple[tuple[str, int], ...]] = field(default_factory=dict)
    levels: Mapping[str, str] = field(default_factory=dict)
    caps: Mapping[str, tuple[Cap, ...]] = field(default_factory=dict)
    funds: Mapping[str, tuple[tuple[str, int], ...]] | None = None
    left: Mapping[str, int] = field(default_factory=dict)


def outlook(shifts: Sequence[PlannedShift], ids: Iterable[str], days: tuple[date, date], *, has_funds: bool) -> Outlook:
    """What a roster of some days (both included) must know of money, for some people; of funds only when asked.

    A claim or a swap asks for none: money that a fund lacks is for who plans, not for a peer, to mend.
    """
    asked = sorted(ids)
    choices = _capped(asked)
    bearers = queries.bearers() if has_funds else queries.Bearers({}, ())
    if not choices and not bearers.known:
        return Outlook()
    levels = queries.levels_of_paid(asked)
    pay = _pay(shifts, sorted(set(levels.values())))
    caps = {person_id: tuple(_caps(person_id, choice, *days)) for person_id, choice in choices.items()}
    if not bearers.known:
        return Outlook(pay, levels, caps)
    return Outlook(pay, levels, caps, _weights(shifts, bearers), _left(shifts, pay, bearers, days))


def _capped(ids: Sequence[str]) -> dict[str, own.Watched]:
    """The limits that people asked the roster to keep them below, by person."""
    choices = {row.person_id: json.loads(row.choice) for row in rows(_choices(), ids=ids)}
    found = {key: own.watched(choice) for key, choice in choices.items() if choice.get("is_cap")}
    return {key: what for key, what in found.items() if what is not None}


@cache
def _choices() -> Statement:
    ids: sa.BindParameter[Any] = sa.bindparam("ids", expanding=True)
    return sa.select(EarningsChoice.person_id, EarningsChoice.choice).where(EarningsChoice.person_id.in_(ids))


def _pay(shifts: Iterable[PlannedShift], levels: Sequence[str]) -> dict[str, tuple[tuple[str, int], ...]]:
    """What each shift pays by level: everyone of a level is paid the same for it."""
    card, zone = queries.rate_card(), clock.zone()
    return {
        shift.id: tuple((level, queries.amount_of(_work(shift, level), card, zone).minor) for level in levels)
        for shift in shifts
    }


def _work(shift: PlannedShift, level: str) -> honoraria.Work:
    is_demanding = shift.demanding >= queries.DEMANDING
    plan = shift.service_id, shift.starts_at, shift.ends_at, shift.starts_at, is_demanding
    return honoraria.Work(shift.id, "", honoraria.SHIFT, level, *plan)


def _caps(person_id: str, what: own.Watched, first: date, last: date) -> Iterator[Cap]:
    """What a person may still earn, span by span, with the shifts from today on that lie within these days.

    What they got, are owed, and will get for published shifts of the span outside these days is taken off. Today's
    work that is already paid counts twice until midnight: rather too little than over the limit.
    """
    today = clock.today()
    day = max(first, today)
    while day <= last:
        starts_on, ends_on = span_around(what.limit.span, day)
        got = sum(minor for _, minor in reports.receipts_of(person_id, starts_on, ends_on))
        if starts_on <= today <= ends_on:
            got += what.other
            got += max(0, queries.balances(AccountKind.PAYABLE, person_id).get(person_id, 0))
        since = today - DAY if starts_on <= today else starts_on  # a night shift of yesterday may still go on
        got += _published(person_id, (since, ends_on), (max(first, today), last))
        yield Cap(day, min(ends_on, last), max(0, what.limit.minor - got))
        day = ends_on + DAY


def _published(person_id: str, span: tuple[date, date], within: tuple[date, date]) -> int:
    """What a person's published shifts of a span pay that are not over and lie outside the days of a roster."""
    ids = db.session.scalars(
        sa.select(Shift.id)
        .join(Assignment, Assignment.shift_id == Shift.id)
        .where(Assignment.person_id == person_id, Shift.cancelled_at.is_(None), Shift.ends_at > clock.now())
        .where(Shift.day_on.between(*span), ~Shift.day_on.between(*within))
    ).all()
    return sum(each.amount.minor for each in queries.quotes(person_id, ids).values()) if ids else 0


def _weights(shifts: Iterable[PlannedShift], bearers: queries.Bearers) -> dict[str, tuple[tuple[str, int], ...]]:
    """The funds that bear each shift, with their weights."""
    return {shift.id: bearers.weights(_day(shift), shift.service_id, category_of(honoraria.SHIFT)) for shift in shifts}


def _left(
    shifts: Iterable[PlannedShift],
    pay: Mapping[str, tuple[tuple[str, int], ...]],
    bearers: queries.Bearers,
    days: tuple[date, date],
) -> dict[str, int]:
    """What is left of each fund that might not do for these days, once the roster around them is paid."""
    needed: dict[str | None, int] = {}
    for shift in shifts:
        dearest = money(max((minor for _, minor in pay[shift.id]), default=0) * shift.people)
        for fund_id, part in bearers.shares(dearest, _day(shift), shift.service_id, category_of(honoraria.SHIFT)):
            needed[fund_id] = needed.get(fund_id, 0) + part.minor
    left = reports.left_for(days, bearers)
    return {key: max(0, left[key]) for key in sorted(left) if left[key] < AMPLE * needed.get(key, 0)}


def _day(shift: PlannedShift) -> date:
    return clock.local(shift.starts_at).date()

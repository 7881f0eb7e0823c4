"""What people are owed, piece by piece, and since when."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cache, cached_property
from typing import Any

import sqlalchemy as sa

from app import clock
from app.database import Statement, kept, known_rows, rows
from app.pay import queries
from app.pay.accrual import pending
from app.pay.currency import currency, money
from app.pay.models import (
    AccountKind,
    Expense,
    ExpenseState,
    Honorarium,
    LedgerAccount,
    LedgerPosting,
    PayChoice,
    Payout,
    Standing,
)
from app.pay.words import expense_words
from app.people.models import Person
from app.sites.models import Service
from payroll.money import Money, pieces_of
from payroll.payout import OPEN, Due, Method, is_late, owed_in_all, still_due, worked_off


@dataclass(frozen=True)
class DueLine:
    """One thing a person is owed: what for, since when, how much of it is left (minor units)."""

    id: str
    words: str
    earned_at: datetime
    minor: int
    is_refund: bool = False


@dataclass(frozen=True, slots=True)
class UnderWay:
    """A payment that is not settled yet."""

    id: str
    state: str
    minor: int


@dataclass(frozen=True)
class Owed:
    """What one person is owed now, with the oldest first. `payout` is one that is under way."""

    person_id: str
    name: str
    is_volunteer: bool
    pay: int
    refund: int
    dues: tuple[DueLine, ...]
    method: str
    is_declined: bool = False
    payout: UnderWay | None = None

    @cached_property
    def total(self) -> Money:
        """All of it."""
        return money(owed_in_all(self.pay, self.refund))

    @cached_property
    def since(self) -> datetime | None:
        """When the oldest of it was earned."""
        return min((each.earned_at for each in self.dues), default=None)

    @cached_property
    def is_late(self) -> bool:
        """Whether any of it is older than a day; what no coin can pay is not."""
        least = min(pieces_of(currency()))
        if self.total.minor < least:
            return False
        return is_late([Due(each.id, each.earned_at, each.minor) for each in self.dues], clock.now())


def earned(person_id: str | None = None) -> dict[str, list[DueLine]]:
    """What people earned and may not have been paid yet, by person: as many honoraria as reach what they are owed."""
    return dict(kept(("earned", person_id), lambda: _lines_of(person_id)))


def _lines_of(person_id: str | None) -> dict[str, list[DueLine]]:
    lines: dict[str, list[DueLine]] = {}
    found = rows(_earned(is_one=person_id is not None), person=person_id)
    for row_id, who, activity, ends_at, minor, service in found:
        lines.setdefault(who, []).append(DueLine(row_id, queries.work_words(activity, service), ends_at, int(minor)))
    return lines


@cache
def _earned(*, is_one: bool) -> Statement:
    owed = (
        sa.select(LedgerAccount.person_id, (-sa.func.sum(LedgerPosting.minor)).label("owed"))
        .join(LedgerPosting, LedgerPosting.account_id == LedgerAccount.id)
        .where(LedgerAccount.kind == AccountKind.PAYABLE)
        .group_by(LedgerAccount.person_id)
        .having(-sa.func.sum(LedgerPosting.minor) > 0)
        .subquery()
    )
    newest_first = (Honorarium.ends_at.desc(), Honorarium.id.desc())
    reach = sa.func.sum(Honorarium.minor).over(partition_by=Honorarium.person_id, order_by=newest_first)
    live = (
        sa.select(Honorarium.id, Honorarium.person_id, Honorarium.activity, Honorarium.service_id)
        .add_columns(Honorarium.ends_at, Honorarium.minor, reach.label("reach"))
        .where(Honorarium.voided_at.is_(None), Honorarium.entry_id.is_not(None))
    )
    if is_one:
        live = live.where(Honorarium.person_id == sa.bindparam("person"))
    row = live.subquery().c
    return (
        sa.select(row.id, row.person_id, row.activity, row.ends_at, row.minor, Service.name)
        .join(owed, owed.c.person_id == row.person_id)
        .outerjoin(Service, Service.id == row.service_id)
        .where(row.reach - row.minor < owed.c.owed)
        .order_by(row.ends_at, row.id)
    )


def spent(person_id: str | None = None) -> dict[str, list[DueLine]]:
    """Accepted expenses by person, the oldest first."""
    found: dict[str, list[DueLine]] = {}
    asked = {"person": person_id, "since": clock.now() - timedelta(days=400)}
    for row in rows(_spent(is_one=person_id is not None), **asked):
        line = DueLine(row.id, expense_words(row.category), row.decided_at, row.minor, is_refund=True)
        found.setdefault(row.person_id, []).append(line)
    return found


@cache
def _spent(*, is_one: bool) -> Statement:
    query = (
        sa.select(Expense.id, Expense.person_id, Expense.category, Expense.decided_at, Expense.minor)
        .where(Expense.state == ExpenseState.ACCEPTED, Expense.decided_at >= sa.bindparam("since"))
        .order_by(Expense.decided_at, Expense.id)
    )
    return query.where(Expense.person_id == sa.bindparam("person")) if is_one else query


def left_of(lines: Sequence[DueLine], owed: int) -> list[DueLine]:
    """The lines that are still owed, when so much is owed in all: the oldest were paid first."""
    by_id = {each.id: each for each in lines}
    settled = sum(each.minor for each in lines) - max(0, owed)
    due = still_due([Due(each.id, each.earned_at, each.minor) for each in lines], settled)
    return [
        DueLine(each.id, by_id[each.id].words, each.earned_at, each.amount, by_id[each.id].is_refund) for each in due
    ]


def owed_list(person_id: str | None = None) -> list[Owed]:
    """Everyone who is owed something or was paid ahead (or this person, if so), the longest wait first.

    What was worked but is not in the ledger yet is counted in.
    """
    pay, refund = _balances(person_id)
    lines, expenses = earned(person_id), spent(person_id)
    is_settled = kept("is settled", lambda: not pending().changes)
    for change in () if is_settled else pending().changes:
        if change.before is not None and change.before.entry_id is not None:
            who = change.before.person_id
            pay[who] = pay.get(who, 0) - change.before.minor
            lines[who] = [each for each in lines.get(who, []) if each.id != change.before.id]
        if change.after is not None and change.after.standing == Standing.OWED and change.after.amount:
            who = change.after.person_id
            pay[who] = pay.get(who, 0) + change.after.amount.minor
            words = queries.work_words(change.after.activity, change.after.service_name)
            more = DueLine(change.after.record_id, words, change.after.ends_at, change.after.amount.minor)
            lines[who] = [*lines.get(who, []), more]  # never the list itself, which is kept
    ids = {who for who, minor in (*pay.items(), *refund.items()) if minor and person_id in {None, who}}
    found = [
        _owed(row, pay.get(row.id, 0), refund.get(row.id, 0), (lines.get(row.id, []), expenses.get(row.id, [])))
        for row in _payees(ids)
    ]
    return sorted(found, key=lambda each: (each.since is None, each.since or clock.now(), each.name.lower()))


def owed_to(person_id: str) -> Owed | None:
    """What one person is owed by the ledger; None when there is no such person."""
    row = next(iter(_payees([person_id])), None)
    if row is None:
        return None
    pay, refund = (each.get(person_id, 0) for each in _balances(person_id))
    return _owed(row, pay, refund, (earned(person_id).get(person_id, []), spent(person_id).get(person_id, [])))


def _balances(person_id: str | None) -> tuple[dict[str, int], dict[str, int]]:
    """What people are owed for work, and for expenses, by person."""
    found: dict[str, dict[str, int]] = {AccountKind.PAYABLE: {}, AccountKind.REFUND: {}}
    balanced = kept(("balanced", person_id), lambda: rows(_balanced(is_one=person_id is not None), person=person_id))
    for kind, who, minor in balanced:
        found[kind][who] = int(minor)
    return found[AccountKind.PAYABLE], found[AccountKind.REFUND]


@cache
def _balanced(*, is_one: bool) -> Statement:
    query = (
        sa.select(LedgerAccount.kind, LedgerAccount.person_id, -sa.func.sum(LedgerPosting.minor))
        .join(LedgerPosting, LedgerPosting.account_id == LedgerAccount.id)
        .where(LedgerAccount.kind.in_([AccountKind.PAYABLE, AccountKind.REFUND]))
        .group_by(LedgerAccount.kind, LedgerAccount.person_id)
    )
    return query.where(LedgerAccount.person_id == sa.bindparam("person")) if is_one else query


def _payees(ids: Iterable[str]) -> Sequence[Any]:
    """People with how they want to be paid and the payout that is under way to them (each has at most one)."""
    asked = tuple(sorted(ids))
    return known_rows(_payees_and_payouts, ids=asked) if asked else []


@cache
def _payees_and_payouts() -> Statement:
    ids: sa.BindParameter[Any] = sa.bindparam("ids", expanding=True)
    return (
        sa.select(Person.id, Person.name, Person.is_volunteer, PayChoice.method, PayChoice.is_declined)
        .add_columns(Payout.id.label("payout_id"), Payout.state, Payout.minor)
        .outerjoin(PayChoice, PayChoice.person_id == Person.id)
        .outerjoin(Payout, sa.and_(Payout.person_id == Person.id, Payout.state.in_(OPEN)))
        .where(Person.id.in_(ids))
    )


def _owed(row: Any, pay: int, refund: int, lines: tuple[list[DueLine], list[DueLine]]) -> Owed:
    return Owed(
        row.id,
        row.name,
        row.is_volunteer,
        pay,
        refund,
        (*left_of(lines[0], pay - worked_off(pay, refund)), *left_of(lines[1], refund)),
        row.method or Method.CASH,
        bool(row.is_declined),
        UnderWay(row.payout_id, row.state, row.minor) if row.payout_id else None,
    )

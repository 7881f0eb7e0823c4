"""What a person sees of their own pay: movements, statement, expenses, and the limit they watch in private."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from functools import cache
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import aliased

from app import clock
from app.database import db, known_rows
from app.pay import ledger, queries, reports
from app.pay.currency import currency, money
from app.pay.models import (
    AccountKind,
    EarningsChoice,
    EntryKind,
    Expense,
    ExpensePhoto,
    Honorarium,
    LedgerAccount,
    LedgerEntry,
    LedgerPosting,
    Payout,
    Standing,
)
from app.pay.words import METHOD_WORDS, expense_words
from app.people.models import Person
from app.sites.models import Service, Site
from payroll.payout import Method
from payroll.statement import (
    EXPENSE,
    TAKEN_BACK,
    Limit,
    Movement,
    Span,
    Statement,
    limits_on,
    span_around,
    standing,
    statement,
)
from payroll.statement import Standing as Stand

UNDOING = {EntryKind.PAYOUT: TAKEN_BACK, EntryKind.EXPENSE: EXPENSE}
"""What it is to a payee when an entry of a kind is undone: money given back, an expense that was none."""


@dataclass(frozen=True)
class WorkLine:
    """One honorarium of a person, with the reckoning behind it."""

    row: Honorarium
    service: str | None
    site: str | None

    @property
    def words(self) -> str:
        """What it was."""
        return queries.work_words(self.row.activity, self.service)


@dataclass(frozen=True, slots=True)
class Worked:
    """One piece of work as a list of them shows it."""

    id: str
    starts_at: datetime
    ends_at: datetime
    standing: str
    minor: int
    words: str


def last_work_of(person_id: str, since: date, most: int) -> list[Worked]:
    """What a person worked last, since a day, and what it is paid, the newest first."""
    found = known_rows(_last_work, person=person_id, since=since, most=most)
    return [
        Worked(row.id, row.starts_at, row.ends_at, row.standing, row.minor, queries.work_words(row.activity, row.name))
        for row in found
    ]


@cache
def _last_work() -> sa.Select[*tuple[Any, ...]]:
    return (
        sa.select(Honorarium.id, Honorarium.starts_at, Honorarium.ends_at, Honorarium.standing, Honorarium.minor)
        .add_columns(Honorarium.activity, Service.name)
        .outerjoin(Service, Service.id == Honorarium.service_id)
        .where(Honorarium.person_id == sa.bindparam("person"), Honorarium.voided_at.is_(None))
        .where(Honorarium.day_on >= sa.bindparam("since"))
        .order_by(Honorarium.starts_at.desc(), Honorarium.id)
        .limit(sa.bindparam("most"))
    )


def work_line(honorarium_id: str, person_id: str) -> WorkLine | None:
    """One honorarium of a person; None when there is none, or it is somebody else's."""
    query = (
        sa.select(Honorarium, Service.name, Site.name)
        .outerjoin(Service, Service.id == Honorarium.service_id)
        .outerjoin(Site, Site.id == Honorarium.site_id)
        .where(Honorarium.id == honorarium_id, Honorarium.person_id == person_id)
    )
    row = db.session.execute(query).first()
    return None if row is None else WorkLine(*row)


def statement_of(person_id: str, first: date, last: date) -> Statement:
    """A person's statement, work and expenses together."""
    return statement(movements(person_id, last), first, last, currency())


def movements(person_id: str, last: date) -> list[Movement]:
    """Everything that changed what a person is owed, until a day."""
    undone = aliased(LedgerEntry)
    query = (
        sa.select(LedgerEntry.id, LedgerEntry.key, LedgerEntry.happened_on, LedgerEntry.kind, LedgerEntry.reason)
        .add_columns(LedgerEntry.reverses_id, sa.func.sum(LedgerPosting.minor).label("minor"))
        .add_columns(sa.func.max(undone.kind).label("undone"))  # there is at most one
        .outerjoin(undone, undone.id == LedgerEntry.reverses_id)
        .join(LedgerPosting, LedgerPosting.entry_id == LedgerEntry.id)
        .join(LedgerAccount, LedgerAccount.id == LedgerPosting.account_id)
        .where(LedgerAccount.person_id == person_id, LedgerEntry.happened_on <= last)
        .where(LedgerAccount.kind.in_([AccountKind.PAYABLE, AccountKind.REFUND]))
        .group_by(LedgerEntry.id)
        .having(sa.func.sum(LedgerPosting.minor) != 0)  # what was set off changes nothing that is owed
        .order_by(LedgerEntry.number)
    )
    rows = db.session.execute(query).all()
    work = {
        each.entry_id: each
        for each in db.session.scalars(sa.select(Honorarium).where(Honorarium.person_id == person_id))
    }
    paid = {each.entry_id: each for each in db.session.scalars(sa.select(Payout).where(Payout.person_id == person_id))}
    spent = {
        ledger.expense_key(each.id): each
        for each in db.session.scalars(sa.select(Expense).where(Expense.person_id == person_id))
    }
    services = queries.service_names()
    found = []
    for row in rows:
        kind = UNDOING.get(row.undone, row.kind)
        if row.id in work:
            words = queries.work_words(work[row.id].activity, services.get(work[row.id].service_id or ""))
        elif row.id in paid:
            words = f"Paid: {METHOD_WORDS[Method(paid[row.id].method)].lower()}"
        elif row.key in spent:
            words = expense_words(spent[row.key].category)
        else:
            words = f"Put right: {row.reason or ''}"
        found.append(Movement(row.happened_on, kind, words, -int(row.minor)))
    return found


def expenses_of(person_id: str) -> Sequence[Expense]:
    """A person's expenses, the newest first."""
    return db.session.scalars(
        sa.select(Expense).where(Expense.person_id == person_id).order_by(Expense.asked_at.desc()).limit(100)
    ).all()


@dataclass(frozen=True)
class ExpenseShown:
    """An expense with the name of who asks and whether there is a photo."""

    row: Expense
    person: str
    is_volunteer: bool
    has_photo: bool


def expenses_in(*states: str) -> list[ExpenseShown]:
    """Expenses in some states, the oldest first."""
    return _expenses(Expense.state.in_(states))


def expense(expense_id: str) -> ExpenseShown | None:
    """One expense."""
    return next(iter(_expenses(Expense.id == expense_id)), None)


def _expenses(condition: Any) -> list[ExpenseShown]:
    query = (
        sa.select(Expense, Person.name, Person.is_volunteer, ExpensePhoto.expense_id.is_not(None))
        .join(Person, Person.id == Expense.person_id)
        .outerjoin(ExpensePhoto, ExpensePhoto.expense_id == Expense.id)
        .where(condition)
        .order_by(Expense.asked_at, Expense.id)
        .limit(200)
    )
    return [ExpenseShown(*row) for row in db.session.execute(query)]


def photo(expense_id: str) -> ExpensePhoto | None:
    """The photo of an expense."""
    return db.session.get(ExpensePhoto, expense_id)


# The limit a person watches in private


@dataclass(frozen=True)
class Watched:
    """A limit as a person watches it: a public one or their own.

    `other` is what they got from elsewhere in the span around today; what they said of an earlier span is over.
    """

    limit: Limit
    other: int = 0


def limits() -> list[Limit]:
    """The public limits of the group's currency that are in force."""
    return limits_on(clock.today(), currency())


def own_limit(minor: int, span: str) -> Limit:
    """A limit that a person set for themselves."""
    today = clock.today()
    return Limit("own", "", "My own limit", today, currency(), minor, Span(span), "", "you", today)


def choice_of(person_id: str) -> dict[str, Any] | None:
    """What a person chose to have remembered; asked for nobody but themselves."""
    row = db.session.get(EarningsChoice, person_id)
    return None if row is None else json.loads(row.choice)


def watched(choice: dict[str, Any] | None) -> Watched | None:
    """The limit of a choice, None when it names none that there is."""
    if not choice:
        return None
    if choice.get("code") == "own":
        if not choice.get("own"):
            return None
        limit: Limit | None = own_limit(int(choice["own"]), choice.get("span") or Span.MONTH)
    else:
        limit = next((each for each in limits() if each.code == choice.get("code")), None)
    if limit is None:
        return None
    is_now = choice.get("since") == since_of(limit)
    return Watched(limit, int(choice.get("other") or 0) if is_now else 0)


def since_of(limit: Limit) -> str:
    """The first day of the span that what else a person got belongs to, as it is kept with their choice."""
    return span_around(limit.span, clock.today())[0].isoformat()


def dated(choice: dict[str, Any]) -> dict[str, Any]:
    """A choice as it is made now: with the span in which they got what else they got."""
    what = watched(choice)
    return choice if what is None else choice | {"since": since_of(what.limit)}


def counts_now(what: Watched, at: datetime) -> bool:
    """Whether a shift lies in the span of the limit around today."""
    first, last = span_around(what.limit.span, clock.today())
    return first <= clock.local(at).date() <= last


def stand(person_id: str, what: Watched, coming: int) -> Stand:
    """Where a person stands today, by the days on which they received pay, and with `coming` on top."""
    today = clock.today()
    first, last = span_around(what.limit.span, today)
    got = reports.receipts_of(person_id, first, last)
    if what.other:
        got.append((today, what.other))
    return standing(money(what.limit.minor), what.limit.span, got, today, coming)


NOT_PAID_WORDS = {
    Standing.UNAGREED: "No rate is agreed for this yet. The treasurer has been told.",
    Standing.VOLUNTEER: "Volunteers get their expenses back, and no honorarium.",
    Standing.DECLINED: "You wanted no pay for this.",
}

"""Rates, terms, funds, expenses and what people choose about their own pay."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import sqlalchemy as sa

from app import clock
from app.attendance.queries import worked_records
from app.audit.services import record
from app.database import db, new_id, writing
from app.editing import Outcome, Saved, changed_names, free_code, is_taken, kept, locked, outdated, refuse
from app.pay import accounts, accrual, ledger, promises, queries
from app.pay.currency import currency, money
from app.pay.models import (
    EarningsChoice,
    EntryKind,
    Expense,
    ExpensePhoto,
    ExpenseState,
    Fund,
    FundShare,
    PayChoice,
    PayeeName,
    PayeeNameRead,
    PayRate,
    PayTerms,
)
from app.pay.photos import Photo
from app.pay.repeats import SENT_BEFORE, request_hash
from app.pay.set_off import set_off
from app.pay.words import CATEGORY_WORDS
from payroll import checks, honoraria
from payroll.funds import Category
from payroll.ledger import Entry, Posting
from payroll.money import Money
from payroll.rates import RateCard

DAY = timedelta(days=1)
RAISED = "A higher sum for the second approver begins tomorrow at the earliest: until then all treasurers see it."


def add_rate(facts: Mapping[str, Any], by_id: str, key: str | None = None) -> Outcome:
    """Add a rate: activity, level and service (None for all), basis, amount, from_on; `key` was made with the form."""
    return _add_rate(facts, by_id, key)


def add_premium(facts: Mapping[str, Any], by_id: str, key: str | None = None) -> Outcome:
    """Add a premium: premium, basis, amount (nothing ends it), from_on."""
    return _add_rate(facts, by_id, key)


def _add_rate(facts: Mapping[str, Any], by_id: str, key: str | None) -> Outcome:
    ledger.lock()
    accrual.accrue_within()  # what was worked is reckoned by the rates that held until now
    before = db.session.get(PayRate, key) if key else None
    if before is not None:
        return _again(before, facts)
    row = PayRate(id=key or new_id(), number=_next(PayRate.number), by_id=by_id, at=clock.now(), **facts)
    card = queries.rate_card()
    if row.premium is None:
        after = replace(card, rates=(*card.rates, queries.rate_value(row)))
    else:
        after = replace(card, premiums=(*card.premiums, queries.premium_value(row)))
    settled = _last_changed(card, after, row.from_on) if row.premium is None else queries.last_settled()
    problem = checks.new_rate_day(row.from_on, settled) or promises.lowered(after, row.from_on)
    if problem:
        return refuse(from_on=problem)
    db.session.add(row)
    record(db.session, "add rate", "rate", row.id, actor_id=by_id, from_on=row.from_on.isoformat())
    words = _now_owed()
    outcome = kept(row.id)
    return replace(outcome, words=words) if isinstance(outcome, Saved) else outcome


def _last_changed(before: RateCard, after: RateCard, from_on: date) -> date | None:
    """The last day of work that is owed by one rate and would be by another, None when none would.

    Work that nobody agreed a rate for is not among it: a group that noted work before it had all its rates agrees
    them afterwards.
    """
    days = queries.owed_days(from_on)
    changed = []
    for work in worked_records(from_on - DAY) if days else ():
        if work.id in days:
            what = str(work.activity), work.service_id, work.level, days[work.id]
            if honoraria.rate_of(before, *what) != honoraria.rate_of(after, *what):
                changed.append(days[work.id])
    return max(changed, default=None)


def _now_owed() -> str:
    """Reckon, in the caller's transaction, work that waited for a rate; in plain words what is owed for it now."""
    count, minor = queries.owed_work()
    db.session.flush()
    accrual.accrue_within()
    more, sums = queries.owed_work()
    if more == count:
        return ""
    pieces = "One piece of work" if more - count == 1 else f"{more - count} pieces of work"
    return f"{pieces} that had no rate until now: {money(sums - minor)} more is owed."


def _again(row: PayRate | PayTerms | FundShare, facts: Mapping[str, Any]) -> Outcome:
    """What is answered to a form whose key (it became the row's id) came before: the same, unless it says another."""
    if changed_names(row, facts):
        return refuse(key=SENT_BEFORE)
    db.session.rollback()
    return Saved(row.id)


def _next(column: Any) -> int:
    return int(db.session.scalar(sa.select(sa.func.coalesce(sa.func.max(column), 0))) or 0) + 1


def set_terms(facts: Mapping[str, Any], by_id: str, key: str | None = None) -> Outcome:
    """Set night, rounding, cancellation and the sum that needs a second approver from a day on."""
    ledger.lock()
    accrual.accrue_within()
    before = db.session.get(PayTerms, key) if key else None
    if before is not None:
        return _again(before, facts)
    row = PayTerms(id=key or new_id(), number=_next(PayTerms.number), by_id=by_id, at=clock.now(), **facts)
    card = queries.rate_card()
    after = replace(card, terms=(*card.terms, queries.terms_value(row)))
    problem = checks.new_rate_day(row.from_on, queries.last_settled()) or promises.lowered(after, row.from_on)
    if problem is None and row.from_on <= clock.today() and queries.second_above(row.from_on) < row.second_above:
        problem = RAISED
    if problem:
        return refuse(from_on=problem)
    db.session.add(row)
    told = {"from_on": row.from_on.isoformat(), "second_above": row.second_above}
    record(db.session, "set pay terms", "terms", row.id, actor_id=by_id, **told)
    return kept(row.id)


def add_fund(facts: Mapping[str, Any], by_id: str) -> Outcome:
    """Add a fund."""
    if is_taken(Fund.name, facts["name"]):
        return refuse(name="There is a fund with this name.")
    row = Fund(id=new_id(), code=free_code(Fund.code, facts["name"]), **facts)
    db.session.add(row)
    record(db.session, "add fund", "fund", row.id, actor_id=by_id)
    return kept(row.id)


def change_fund(fund_id: str, facts: Mapping[str, Any], version: int, by_id: str) -> Outcome:
    """Change a fund; neither its days nor what it may pay for can leave out a cost that was posted to it."""
    ledger.lock()
    row = locked(Fund, fund_id)
    if row is None:
        return refuse(form="This fund is not there any more.")
    if row.version != version:
        return outdated(row.version)
    if is_taken(Fund.name, facts["name"], fund_id):
        return refuse(name="There is a fund with this name.")
    first, last = queries.fund_days(fund_id)
    if first is not None and last is not None and not facts["starts_on"] <= first <= last <= facts["ends_on"]:
        return refuse(ends_on=f"It has paid costs from {first} to {last}. Its days must hold these.")
    missing = queries.fund_categories(fund_id) - set(facts["categories"])
    if missing:
        words = ", ".join(CATEGORY_WORDS[Category(each)] for each in sorted(missing))
        return refuse(categories=f"It has paid for this already: {words}. Leave it chosen.")
    changed = changed_names(row, facts)
    for name in changed:
        setattr(row, name, facts[name])
    if changed:
        record(db.session, "change fund", "fund", fund_id, actor_id=by_id, changed=changed)
    return kept(fund_id)


def share_costs(
    from_on: date, service_id: str | None, weights: Mapping[str, int], by_id: str, key: str | None = None
) -> Outcome:
    """Say which funds share the costs of a service (None: all others) from a day on."""
    ledger.lock()
    shares = [[fund_id, weight] for fund_id, weight in weights.items() if weight]
    before = db.session.get(FundShare, key) if key else None
    if before is not None:
        return _again(before, {"from_on": from_on, "service_id": service_id, "weights": shares})
    if not any(weights.values()):
        return refuse(form="Give at least one fund a share.")
    if from_on < clock.today() and queries.has_costs_since(from_on):
        return refuse(from_on="Costs of those days are shared out already. Choose today or a later day.")
    row = FundShare(
        id=key or new_id(),
        number=_next(FundShare.number),
        from_on=from_on,
        service_id=service_id,
        weights=shares,
        by_id=by_id,
        at=clock.now(),
    )
    db.session.add(row)
    record(db.session, "share costs", "fund share", row.id, actor_id=by_id, from_on=from_on.isoformat())
    return kept(row.id)


def ask_expense(person_id: str, facts: Mapping[str, Any], photo: Photo | None, key: str) -> Outcome:
    """Ask for money back: category, minor, spent_on, note; `key` was made with the form."""
    ledger.lock()
    says = request_hash(person_id, facts, None if photo is None else photo.text)
    before = db.session.scalars(sa.select(Expense).where(Expense.key == key)).one_or_none()
    if before is not None:
        return Saved(before.id) if before.request_hash == says else refuse(key=SENT_BEFORE)
    row = Expense(
        id=new_id(),
        key=key,
        request_hash=says,
        person_id=person_id,
        currency=currency(),
        state=ExpenseState.ASKED,
        asked_at=clock.now(),
        **facts,
    )
    db.session.add(row)
    db.session.flush()
    if photo is not None:
        db.session.add(ExpensePhoto(expense_id=row.id, kind=photo.kind, content=photo.text))
    record(db.session, "ask for expense", "expense", row.id, actor_id=person_id)
    return kept(row.id)


def decide_expense(expense_id: str, answer: str, by_id: str, *, is_accepted: bool) -> Outcome:
    """Accept an expense, which is then owed, or refuse it with an answer."""
    ledger.lock()
    row = locked(Expense, expense_id)
    if row is None:
        return refuse(form="This expense is not there any more.")
    wanted = ExpenseState.ACCEPTED if is_accepted else ExpenseState.REFUSED
    if row.state != ExpenseState.ASKED:
        db.session.rollback()
        return Saved(expense_id) if row.state == wanted else refuse(form="Someone else has answered this one already.")
    if row.person_id == by_id:
        return refuse(form="Nobody accepts their own expenses. Ask someone else.")
    if not is_accepted and not answer.strip():
        return refuse(answer="Say why not, so that they understand.")
    if is_accepted:
        amount = Money(row.minor, row.currency)
        shares = queries.bearers().shares(amount, row.spent_on, row.service_id, row.category)
        costs = tuple(Posting(accounts.cost(fund_id, row.category), part) for fund_id, part in shares)
        entry = Entry(EntryKind.EXPENSE, row.spent_on, (*costs, Posting(accounts.refund(row.person_id), -amount)))
        row.entry_id = ledger.post_all([ledger.Writing(entry, ledger.expense_key(row.id), by_id=by_id)])[0]
    row.state, row.decided_by_id, row.decided_at = wanted, by_id, clock.now()
    row.answer = answer.strip() or None
    record(db.session, "accept expense" if is_accepted else "refuse expense", "expense", row.id, actor_id=by_id)
    return kept(expense_id)


def take_expense_back(expense_id: str, reason: str, by_id: str) -> Outcome:
    """Undo the yes to an expense that was accepted by mistake; who was paid it already owes it from now on."""
    ledger.lock()
    row = locked(Expense, expense_id)
    if row is None:
        return refuse(form="This expense is not there any more.")
    if row.state == ExpenseState.TAKEN_BACK:
        db.session.rollback()
        return Saved(expense_id)
    if row.entry_id is None:
        return refuse(form="Only an expense that was accepted can be taken back.")
    if row.person_id == by_id:
        return refuse(form="This one is yours. Ask someone else to take it back.")
    if not reason.strip():
        return refuse(reason="Say why, in a few words.")
    ledger.reverse(row.entry_id, reason.strip(), by_id=by_id)
    set_off([row.person_id])
    row.state, row.entry_id, row.answer = ExpenseState.TAKEN_BACK, None, reason.strip()
    row.decided_by_id, row.decided_at = by_id, clock.now()
    record(db.session, "take expense back", "expense", row.id, actor_id=by_id)
    return kept(expense_id)


def withdraw_expense(expense_id: str, person_id: str) -> Outcome:
    """Take back an expense of one's own that nobody has answered yet."""
    row = locked(Expense, expense_id)
    if row is None or row.person_id != person_id or row.state not in {ExpenseState.ASKED, ExpenseState.WITHDRAWN}:
        return refuse(form="This one was answered already.")
    row.state = ExpenseState.WITHDRAWN
    record(db.session, "withdraw expense", "expense", row.id, actor_id=person_id)
    return kept(expense_id)


def choose_pay(person_id: str, method: str, *, is_declined: bool) -> Outcome:
    """Say how one wants to be paid from now on, or that one wants no pay."""
    accrual.accrue_within()  # what was worked until now was worked for pay, or not, as they had said before
    row = db.session.get(PayChoice, person_id)
    if row is None:
        row = PayChoice(person_id=person_id, method=method, is_declined=is_declined, changed_at=clock.now())
        db.session.add(row)
    row.method, row.is_declined, row.changed_at = method, is_declined, clock.now()
    record(db.session, "choose pay", "person", person_id, actor_id=person_id)
    return kept(person_id)


def keep_earnings_choice(person_id: str, choice: Mapping[str, Any] | None) -> None:
    """Keep which limit a person watches, or (None) forget it; nothing of it goes into the log."""
    row = db.session.get(EarningsChoice, person_id)
    if choice is None:
        if row is not None:
            db.session.delete(row)
    elif row is None:
        db.session.add(EarningsChoice(person_id=person_id, choice=json.dumps(dict(choice))))
    else:
        row.choice = json.dumps(dict(choice))
    db.session.commit()


def keep_payee_name(person_id: str, legal_name: str, address: str | None, by_id: str) -> Outcome:
    """Keep the name a yearly slip must carry."""
    row = db.session.get(PayeeName, person_id)
    if row is None:
        row = PayeeName(person_id=person_id, legal_name=legal_name, address=address, changed_at=clock.now())
        db.session.add(row)
    row.legal_name, row.address, row.changed_at = legal_name, address, clock.now()
    record(db.session, "keep payee name", "person", person_id, actor_id=by_id)
    return kept(person_id)


def note_name_read(act: str, by_id: str) -> None:
    """Write down that somebody looks at legal names: a fact that a GET must keep."""
    with writing() as session:
        session.add(PayeeNameRead(id=new_id(), by_id=by_id, act=act, at=clock.now()))

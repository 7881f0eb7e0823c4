"""Reports: spending by fund, category and month without names, yearly sums by payment date, the journal."""

from __future__ import annotations

import csv
import hashlib
import hmac
import io
import secrets
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import aliased

from app import clock
from app.database import db
from app.pay import queries
from app.pay.currency import currency, money
from app.pay.models import (
    AccountKind,
    CashFloat,
    EntryKind,
    Fund,
    Honorarium,
    LedgerAccount,
    LedgerEntry,
    LedgerPosting,
    PayChoice,
    PayeeName,
)
from app.pay.words import CATEGORY_WORDS
from app.people.models import Person
from app.roster.late import is_late_change
from app.roster.models import Assignment, Shift
from app.sites.models import Service
from payroll import funds, honoraria
from payroll.funds import LEAST_PEOPLE, SEVERAL, Cell, Spending, category_of
from payroll.money import Money, decimal_text
from payroll.slips import Slip, slip_of_year

NO_FUND = "No fund"
UNDONE = aliased(LedgerEntry)  # what an entry takes back
FORMULA = ("=", "+", "-", "@", "\t", "\r")


def spending() -> list[Spending]:
    """Costs of all months that are over, by fund, category, month and person; what was undone is left out.

    A month that is over stays as it is: what is written down or put right later counts in the month that was done
    in. Only what was entered in the first month of the ledger counts in its own month, however long ago; until that
    month is over nothing is shown, for two reports would tell what was entered between them.
    """
    began = db.session.scalar(sa.select(LedgerEntry.at).order_by(LedgerEntry.number).limit(1))
    this = clock.today().replace(day=1)
    if began is None or _month(began) >= this:
        return []
    who, whose = aliased(LedgerPosting), aliased(LedgerAccount)
    query = (
        sa.select(LedgerAccount.fund_id, LedgerAccount.category, LedgerEntry.happened_on, LedgerEntry.at)
        .add_columns(whose.person_id, sa.func.sum(LedgerPosting.minor))
        .join(LedgerPosting, LedgerPosting.account_id == LedgerAccount.id)
        .join(LedgerEntry, LedgerEntry.id == LedgerPosting.entry_id)
        .join(who, who.entry_id == LedgerEntry.id)
        .join(whose, whose.id == who.account_id)
        .where(LedgerAccount.kind == AccountKind.COST, whose.person_id.is_not(None))
        .group_by(LedgerAccount.fund_id, LedgerAccount.category, LedgerEntry.happened_on, LedgerEntry.at)
        .group_by(whose.person_id)
    )
    sums: dict[tuple[str, str, date, str], int] = {}
    for fund_id, category, day, at, person_id, minor in db.session.execute(query):
        month, written = day.replace(day=1), _month(at)
        if written > _month(began):
            month = max(month, written)
        if month < this:
            key = fund_id or "", category, month, person_id
            sums[key] = sums.get(key, 0) + int(minor)
    return [Spending(*key, minor) for key, minor in sums.items() if minor]


def _month(at: datetime) -> date:
    return clock.local(at).date().replace(day=1)


def months_over(spent: Sequence[Spending]) -> list[date]:
    """The first days of all months from the first in which anything was spent to the last that is over."""
    month, this = min((each.month for each in spent), default=date.max), clock.today().replace(day=1)
    found = []
    while month < this:
        found.append(month)
        month = (month + timedelta(days=31)).replace(day=1)
    return found


@dataclass(frozen=True)
class FundReport:
    """The figures of one fund; `is_hidden` when it paid too few people for any, `has_rest` for some of its costs."""

    name: str
    cells: tuple[Cell, ...]
    total: Money
    is_hidden: bool
    has_rest: bool


def report(spent: Sequence[Spending], first: date, last: date) -> list[FundReport]:
    """What a funder may see of the months from one to another: no names, no figure on fewer than five people.

    The figures are the same whichever months are asked for; those that reach beyond them are left out.
    """
    names = {row.id: row.name for row in queries.fund_rows()} | {"": NO_FUND}
    cells = [each for each in funds.report(spent) if first <= each.months[0] and each.months[-1] <= last]
    within = [each for each in spent if first <= each.month <= last]
    found = []
    for fund_id in sorted({each.fund for each in within}, key=lambda each: (not each, names[each].lower())):
        mine = tuple(each for each in cells if each.fund == fund_id)
        shown = sum(each.minor for each in mine)
        has_rest = shown != sum(each.minor for each in within if each.fund == fund_id)
        found.append(FundReport(names[fund_id], mine, money(shown), not mine, has_rest))
    return found


def months_words(months: Sequence[date]) -> str:
    """Months in words, as in March 2026, or January to March 2026."""
    if len(months) == 1:
        return f"{months[0]:%B %Y}"
    last = f"{months[-1]:%B %Y}"
    if len(months) > (months[-1].year - months[0].year) * 12 + months[-1].month - months[0].month:
        return f"{months[0]:%B}{'' if months[0].year == months[-1].year else f' {months[0].year}'} to {last}"
    return ", ".join(f"{each:%B}" for each in months[:-1]) + f" and {last}"


def category_words(category: str) -> str:
    """A category in words."""
    return "Several kinds together" if category == SEVERAL else CATEGORY_WORDS[funds.Category(category)]


def report_csv(found: Iterable[FundReport]) -> str:
    """The report as a file."""
    lines = [["fund", "category", "months", "amount", "currency"]]
    for fund in found:
        for cell in fund.cells:
            amount = decimal_text(money(cell.minor))
            lines.append([fund.name, category_words(cell.category), months_words(cell.months), amount, currency()])
        if fund.has_rest:
            lines.append([fund.name, f"fewer than {LEAST_PEOPLE} people", "", "", ""])
    return to_csv(lines)


def to_csv(lines: Iterable[Sequence[str]]) -> str:
    """Lines as CSV that no spreadsheet takes for formulas."""
    file = io.StringIO()
    writer = csv.writer(file, lineterminator="\r\n")
    for line in lines:
        writer.writerow([f"'{cell}" if cell.startswith(FORMULA) and not _is_number(cell) else cell for cell in line])
    return file.getvalue()


def _is_number(text: str) -> bool:
    return text.removeprefix("-").replace(".", "", 1).isdecimal()


def outlooks() -> dict[str, funds.Outlook]:
    """Where each fund stands: budget, spent, and what the published roster will cost it from now on."""
    rows, spent = queries.fund_rows(), _spent()
    coming = dict.fromkeys((row.id for row in rows), 0)
    for fund_id, amount in coming_costs():
        if fund_id is not None:
            coming[fund_id] = coming.get(fund_id, 0) + amount.minor
    return {
        row.id: funds.Outlook(money(row.budget), money(spent.get(row.id, 0)), money(coming[row.id])) for row in rows
    }


def left_for(days: tuple[date, date], bearers: queries.Bearers) -> dict[str, int]:
    """What each fund in use has left for the shifts of some days, in minor units, with all else paid out of it.

    Shifts of those days that are reckoned already are not taken off: whoever plans these days counts them.
    """
    spent = _spent(LedgerPosting.entry_id.not_in(_of_shifts(days)))
    left = {fund_id: each.budget.minor - spent.get(fund_id, 0) for fund_id, each in bearers.known.items()}
    for fund_id, amount in coming_costs(days, bearers):
        if fund_id is not None:
            left[fund_id] -= amount.minor
    return left


def _spent(*conditions: sa.ColumnElement[bool]) -> dict[str, int]:
    """What was posted to each fund, in minor units."""
    query = (
        sa.select(LedgerAccount.fund_id, sa.func.sum(LedgerPosting.minor))
        .join(LedgerPosting, LedgerPosting.account_id == LedgerAccount.id)
        .where(LedgerAccount.kind == AccountKind.COST, LedgerAccount.fund_id.is_not(None), *conditions)
        .group_by(LedgerAccount.fund_id)
    )
    return {str(fund_id): int(minor) for fund_id, minor in db.session.execute(query)}


def _of_shifts(days: tuple[date, date]) -> sa.Select[*tuple[Any, ...]]:
    """The entries of shifts of some days, as they stand."""
    return sa.select(Honorarium.entry_id).where(
        Honorarium.day_on.between(*days),
        Honorarium.activity == honoraria.SHIFT,
        Honorarium.voided_at.is_(None),
        Honorarium.entry_id.is_not(None),
    )


def coming_costs(
    outside: tuple[date, date] | None = None, bearers: queries.Bearers | None = None
) -> Iterator[tuple[str | None, Money]]:
    """What the published roster will cost, fund by fund, from now on; without the shifts of some days when asked."""
    elsewhere = sa.true() if outside is None else ~Shift.day_on.between(*outside)
    place = aliased(Assignment)  # another than the one that is asked for a late change
    rows = db.session.execute(
        sa.select(Shift.id, Shift.service_id, Shift.starts_at, Shift.ends_at, Service.demanding)
        .add_columns(Person.level, is_late_change(Shift.id, Person.id).label("is_late"))
        .join(place, place.shift_id == Shift.id)
        .join(Person, Person.id == place.person_id)
        .join(Service, Service.id == Shift.service_id)
        .outerjoin(PayChoice, PayChoice.person_id == Person.id)
        .where(Shift.cancelled_at.is_(None), Shift.starts_at > clock.now(), place.declined_at.is_(None))
        .where(Person.is_volunteer.is_(False), sa.func.coalesce(PayChoice.is_declined, sa.false()).is_(False))
        .where(elsewhere)
    ).all()
    card, zone, bearers = queries.rate_card(), clock.zone(), bearers or queries.bearers()
    known: dict[tuple[str, str, bool], Money] = {}
    for row in rows:
        alike = row.id, row.level, bool(row.is_late)  # these are all paid the same for a shift
        if alike not in known:
            is_demanding = row.demanding >= queries.DEMANDING
            plan = row.service_id, row.starts_at, row.ends_at, row.starts_at, is_demanding, alike[-1]
            work = honoraria.Work(row.id, "", honoraria.SHIFT, row.level, *plan)
            known[alike] = queries.amount_of(work, card, zone)
        amount = known[alike]
        if amount:
            day = clock.local(row.starts_at).date()
            yield from bearers.shares(amount, day, row.service_id, category_of(honoraria.SHIFT))


@dataclass(frozen=True)
class YearRow:
    """What one person received for work in a calendar year, by the days they got it."""

    person_id: str
    name: str
    amount: Money
    needs_slip: bool


def slip_of(year: int) -> Slip | None:
    """The yearly slip of this currency and year, None when we know of none."""
    return slip_of_year(year, currency())


def year_rows(year: int) -> list[YearRow]:
    """Who received what for work in a year, the largest first; expenses at cost do not count."""
    received = received_by(date(year, 1, 1), date(year, 12, 31))
    slip = slip_of(year)
    people = {row.id: row.name for row in db.session.scalars(sa.select(Person).where(Person.id.in_(received)))}
    rows = [
        YearRow(who, people[who], money(minor), slip is not None and slip.is_due(minor))
        for who, minor in received.items()
        if minor
    ]
    return sorted(rows, key=lambda each: (-each.amount.minor, each.name.lower()))


def needs_slip(person_id: str, year: int) -> bool:
    """Whether a yearly slip is due for what one person received in a year."""
    slip, received = slip_of(year), received_by(date(year, 1, 1), date(year, 12, 31), person_id)
    return slip is not None and slip.is_due(received.get(person_id, 0))


def received_by(first: date, last: date, person_id: str | None = None) -> dict[str, int]:
    """What each person received for work on some days, in minor units; what was taken back is taken off."""
    return dict(_received(first, last, person_id))


def _received(first: date, last: date, person_id: str | None) -> Iterator[tuple[str, int]]:
    query = (
        sa.select(LedgerAccount.person_id, sa.func.sum(LedgerPosting.minor))
        .join(LedgerPosting, LedgerPosting.account_id == LedgerAccount.id)
        .join(LedgerEntry, LedgerEntry.id == LedgerPosting.entry_id)
        .outerjoin(UNDONE, UNDONE.id == LedgerEntry.reverses_id)
        .where(LedgerAccount.kind == AccountKind.PAYABLE, _is_payment(first, last))
        .group_by(LedgerAccount.person_id)
    )
    if person_id is not None:
        query = query.where(LedgerAccount.person_id == person_id)
    for who, minor in db.session.execute(query):
        yield str(who), int(minor)


def _is_payment(first: date, last: date) -> sa.ColumnElement[bool]:
    """Whether an entry is a payment of some days, takes one back, or makes pay of what somebody had already.

    A payment that is taken back was none: that counts on the day of the payment, whenever it is written down.
    """
    return sa.or_(
        sa.and_(
            LedgerEntry.kind.in_([EntryKind.PAYOUT, EntryKind.SET_OFF]), LedgerEntry.happened_on.between(first, last)
        ),
        sa.and_(UNDONE.kind == EntryKind.PAYOUT, UNDONE.happened_on.between(first, last)),
    )


def receipts_of(person_id: str, first: date, last: date) -> list[tuple[date, int]]:
    """The days on which a person received pay for work, and how much."""
    day = sa.func.coalesce(UNDONE.happened_on, LedgerEntry.happened_on)
    query = (
        sa.select(day, sa.func.sum(LedgerPosting.minor))
        .select_from(LedgerEntry)
        .join(LedgerPosting, LedgerPosting.entry_id == LedgerEntry.id)
        .join(LedgerAccount, LedgerAccount.id == LedgerPosting.account_id)
        .outerjoin(UNDONE, UNDONE.id == LedgerEntry.reverses_id)
        .where(LedgerAccount.kind == AccountKind.PAYABLE, LedgerAccount.person_id == person_id)
        .where(_is_payment(first, last))
        .group_by(day)
        .having(sa.func.sum(LedgerPosting.minor) != 0)
    )
    return [(day, int(minor)) for day, minor in db.session.execute(query)]


def payee_names(ids: Iterable[str]) -> dict[str, PayeeName]:
    """Legal names, of those that are kept."""
    return {
        row.person_id: row for row in db.session.scalars(sa.select(PayeeName).where(PayeeName.person_id.in_(list(ids))))
    }


def year_csv(year: int, rows: Iterable[YearRow], names: Mapping[str, PayeeName]) -> str:
    """The year as a file for whoever writes the slips."""
    due = slip_of(year)
    lines = [["legal name", "address", "amount", "currency", "year", "slip"]]
    for row in rows:
        kept = names.get(row.person_id)
        slip = due.name if row.needs_slip and due is not None else ""
        named = [kept.legal_name, kept.address or ""] if kept else ["", ""]
        lines.append([*named, decimal_text(row.amount), currency(), str(year), slip])
    return to_csv(lines)


# The journal


def journal() -> str:
    """The whole ledger as a plain-text journal (beancount), people as ids that are new in each export."""
    salt = secrets.token_bytes(16)
    names = _journal_names(salt)
    query = (
        sa.select(LedgerEntry.number, LedgerEntry.happened_on, LedgerEntry.kind, LedgerEntry.reason)
        .add_columns(LedgerAccount.code, LedgerPosting.minor, LedgerPosting.currency)
        .join(LedgerPosting, LedgerPosting.entry_id == LedgerEntry.id)
        .join(LedgerAccount, LedgerAccount.id == LedgerPosting.account_id)
        .order_by(LedgerEntry.happened_on, LedgerEntry.number, LedgerPosting.position)
    )
    rows = db.session.execute(query).all()
    first = min((row.happened_on for row in rows), default=clock.today())
    used = sorted({names[row.code] for row in rows})
    parts = ['option "title" "Honoraria"', f'option "operating_currency" "{currency()}"', ""]
    parts += [f"{first} open {name}" for name in used]
    number = None
    for row in rows:
        if row.number != number:
            number = row.number
            parts += ["", f'{row.happened_on} * "{row.kind}"', f"  number: {row.number}"]
        parts.append(f"  {names[row.code]}  {decimal_text(Money(row.minor, row.currency))} {row.currency}")
    return "\n".join(parts) + "\n"


def _journal_names(salt: bytes) -> dict[str, str]:
    """A name for each account in the journal's own spelling; reasons and people's names are not in it."""
    funds_ = {row.id: _spelled(row.code) for row in db.session.scalars(sa.select(Fund))}
    boxes = {row.id: f"Box{number}" for number, row in enumerate(db.session.scalars(sa.select(CashFloat)), 1)}
    found = {}
    for row in db.session.scalars(sa.select(LedgerAccount)):
        who = hmac.new(salt, (row.person_id or "").encode(), hashlib.sha256).hexdigest()[:10].upper()
        fund = funds_.get(row.fund_id or "", "None")
        found[row.code] = {
            AccountKind.PAYABLE: f"Liabilities:Honoraria:P{who}",
            AccountKind.REFUND: f"Liabilities:Expenses:P{who}",
            AccountKind.COST: f"Expenses:{fund}:{(row.category or 'other').capitalize()}",
            AccountKind.FLOAT: f"Assets:Cash:{boxes.get(row.float_id or '', 'Box')}",
            AccountKind.BANK: "Assets:Bank",
            AccountKind.OVER_SHORT: "Expenses:OverShort",
        }[AccountKind(row.kind)]
    return found


def _spelled(code: str) -> str:
    return "Fund-" + "".join(each if each.isalnum() else "-" for each in code).strip("-")

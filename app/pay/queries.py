"""What the pages of pay ask: rates in force, what is owed and how old it is, payouts, boxes."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta, tzinfo
from functools import cache, lru_cache
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import aliased

from app import clock
from app.access import Role
from app.database import Statement, db, kept, known_rows, rows
from app.pay import accounts
from app.pay.currency import currency, money
from app.pay.ledger import fund_value
from app.pay.models import (
    LEAST_SECOND,
    AccountKind,
    CashFloat,
    CashSlip,
    Fund,
    FundShare,
    Honorarium,
    LedgerAccount,
    LedgerEntry,
    LedgerPosting,
    PayChoice,
    PayeeNameRead,
    Payout,
    PayRate,
    PayTerms,
    Standing,
)
from app.pay.words import ACTIVITY_WORDS
from app.people.models import Person, PersonRole
from app.roster.late import is_late_change
from app.roster.models import Assignment, Shift
from app.sites.models import Service, Site
from payroll import funds, honoraria
from payroll.money import Money
from payroll.payout import OPEN, State
from payroll.rates import Basis, Premium, PremiumRate, Rate, RateCard, Terms

WEEK = timedelta(days=7)
DEMANDING = 2  # a service's weight from which the premium for demanding work is paid
MOST_QUOTES = 500
APPROVERS = (Role.TREASURER, Role.COORDINATOR, Role.SUPERVISOR, Role.ADMIN)


def rate_rows() -> Sequence[PayRate]:
    """Every rate and premium there ever was, in the order they were entered."""
    return db.session.scalars(sa.select(PayRate).order_by(PayRate.number)).all()


def terms_rows() -> Sequence[PayTerms]:
    """All terms there ever were, in the order they were entered."""
    return db.session.scalars(sa.select(PayTerms).order_by(PayTerms.number)).all()


def rate_card() -> RateCard:
    """The group's rate card, past and coming rates included."""
    return kept("rate card", _rate_card)


def _rate_card() -> RateCard:
    found = rows(_every_rate())
    rates = [rate_value(each) for each in found if each.premium is None]
    premiums = [premium_value(each) for each in found if each.premium is not None]
    return RateCard(
        currency(), tuple(rates), tuple(premiums), tuple(terms_value(each) for each in rows(_every_terms()))
    )


def rate_value(row: Any) -> Rate:
    """A rate as the room of money sees it."""
    basis = Basis(row.basis)
    return Rate(row.id, row.number, row.from_on, basis, row.amount, row.activity, row.level, row.service_id)


def premium_value(row: Any) -> PremiumRate:
    """A premium as the room of money sees it."""
    return PremiumRate(row.id, row.number, row.from_on, Premium(row.premium), Basis(row.basis), row.amount)


def terms_value(row: Any) -> Terms:
    """Terms as the room of money sees them."""
    night = row.night_starts, row.night_ends
    return Terms(row.from_on, row.number, *night, row.step_minutes, row.cancel_hours, row.cancel_percent)


@lru_cache(maxsize=4096)  # worked out from nothing but what it is given
def amount_of(work: honoraria.Work, card: RateCard, zone: tzinfo) -> Money:
    """What a planned piece of work is paid by a rate card; rosters are reckoned again and again by one card."""
    return honoraria.honorarium(work, card, zone).amount


@cache
def _every_rate() -> Statement:
    return (
        sa.select(PayRate.id, PayRate.number, PayRate.from_on, PayRate.premium, PayRate.basis, PayRate.amount)
        .add_columns(PayRate.activity, PayRate.level, PayRate.service_id)
        .order_by(PayRate.number)
    )


@cache
def _every_terms() -> Statement:
    return (
        sa.select(PayTerms.number, PayTerms.from_on, PayTerms.night_starts, PayTerms.night_ends)
        .add_columns(PayTerms.step_minutes, PayTerms.cancel_hours, PayTerms.cancel_percent)
        .order_by(PayTerms.number)
    )


def second_above(day: date) -> int:
    """The sum (minor units) above which a payout needs a second approver."""
    found = [each for each in terms_rows() if each.from_on <= day]
    latest = max(found, key=lambda each: (each.from_on, each.number), default=None)
    return LEAST_SECOND if latest is None else latest.second_above


@dataclass(frozen=True)
class Raised:
    """A change of the sum above which a second approver is needed, from a day on."""

    from_on: date
    minor: int
    by: str | None


def second_raised() -> Raised | None:
    """The rise of that sum that begins next or began within a week, for all treasurers to see; None without one."""
    before = LEAST_SECOND
    for from_on, second_above, name in known_rows(_seconds):
        if second_above > before and from_on > clock.today() - WEEK:
            return Raised(from_on, second_above, name)
        before = second_above
    return None


@cache
def _seconds() -> Statement:
    """The sum above which a second approver is needed, by the day it begins, and who set it."""
    return (
        sa.select(PayTerms.from_on, PayTerms.second_above, Person.name)
        .outerjoin(Person, Person.id == PayTerms.by_id)
        .order_by(PayTerms.from_on, PayTerms.number)
    )


def last_settled() -> date | None:
    """The last day of work that was reckoned by a rate already, None when none was."""
    return db.session.scalar(
        sa.select(sa.func.max(Honorarium.day_on)).where(
            Honorarium.voided_at.is_(None), Honorarium.standing == Standing.OWED
        )
    )


def owed_days(from_on: date) -> dict[str, date]:
    """The days, from one on, of work that is owed something by a rate, by worked record."""
    is_owed = sa.and_(Honorarium.voided_at.is_(None), Honorarium.standing == Standing.OWED)
    found = db.session.execute(
        sa.select(Honorarium.record_id, Honorarium.day_on).where(is_owed, Honorarium.day_on >= from_on)
    )
    return {row.record_id: row.day_on for row in found}


def owed_work() -> tuple[int, int]:
    """How many pieces of work are owed by a rate, paid or not, and how much that is in minor units."""
    is_owed = sa.and_(Honorarium.voided_at.is_(None), Honorarium.standing == Standing.OWED)
    count, minor = db.session.execute(
        sa.select(sa.func.count(), sa.func.coalesce(sa.func.sum(Honorarium.minor), 0)).where(is_owed)
    ).one()
    return int(count), int(minor)


def next_rate_day() -> date:
    """The first day, from today on, from which any rate may be another one."""
    today, last = clock.today(), last_settled()
    return today if last is None else max(today, last + timedelta(days=1))


def fund_rows() -> Sequence[Fund]:
    """Every fund by name, those in use first."""
    return db.session.scalars(sa.select(Fund).order_by(Fund.is_active.desc(), sa.func.lower(Fund.name))).all()


def fund(fund_id: str) -> Fund | None:
    """A fund by id."""
    return db.session.get(Fund, fund_id)


@dataclass(frozen=True)
class Bearers:
    """Which funds bear which costs; asked many times in a row, read once."""

    known: Mapping[str, funds.Fund]
    sharings: Sequence[funds.Sharing]

    def shares(self, amount: Money, day: date, service_id: str | None, category: str) -> list[tuple[str | None, Money]]:
        """A cost shared out among the funds that bear it; (None, all of it) when none does."""
        weights = self.weights(day, service_id, category)
        return list(funds.shared_out(amount, weights)) if weights else [(None, amount)]

    def weights(self, day: date, service_id: str | None, category: str) -> tuple[tuple[str, int], ...]:
        """The funds that bear a cost, with their weights; empty when none does."""
        return funds.weights_for(self.sharings, self.known, day, service_id, category)


def bearers() -> Bearers:
    """The funds in use and how they share costs."""
    known = {row.id: fund_value(row, currency()) for row in fund_rows() if row.is_active}
    sharings = [
        funds.Sharing(row.from_on, row.number, row.service_id, tuple((str(one), int(two)) for one, two in row.weights))
        for row in share_rows()
    ]
    return Bearers(known, sharings)


def share_rows() -> Sequence[FundShare]:
    """Every sharing of costs there ever was, in the order they were entered."""
    return db.session.scalars(sa.select(FundShare).order_by(FundShare.number)).all()


# What is in the ledger


def balances(kind: AccountKind, person_id: str | None = None) -> dict[str, int]:
    """What each person (or one) is owed on accounts of a kind, in minor units; below zero they were paid ahead."""
    query = (
        sa.select(LedgerAccount.person_id, -sa.func.sum(LedgerPosting.minor))
        .join(LedgerPosting, LedgerPosting.account_id == LedgerAccount.id)
        .where(LedgerAccount.kind == kind)
        .group_by(LedgerAccount.person_id)
    )
    if person_id is not None:
        query = query.where(LedgerAccount.person_id == person_id)
    return {str(who): int(minor) for who, minor in db.session.execute(query)}


def balance(code: str) -> int:
    """What is on one account, in minor units."""
    query = (
        sa.select(sa.func.coalesce(sa.func.sum(LedgerPosting.minor), 0))
        .join(LedgerAccount, LedgerAccount.id == LedgerPosting.account_id)
        .where(LedgerAccount.code == code)
    )
    return int(db.session.scalar(query) or 0)


def pay_choices(ids: Iterable[str]) -> dict[str, PayChoice]:
    """How these people want to be paid, of those who said so."""
    query = sa.select(PayChoice).where(PayChoice.person_id.in_(list(ids)))
    return {row.person_id: row for row in db.session.scalars(query)}


def unagreed() -> list[tuple[str, str, int, date]]:
    """Work that nobody agreed a rate for: (activity, service, how many pieces of work, the first day of it)."""
    return [(activity, service or "", count, day) for activity, service, count, day in known_rows(_unagreed)]


@cache
def _unagreed() -> Statement:
    return (
        sa.select(Honorarium.activity, Service.name, sa.func.count(), sa.func.min(Honorarium.day_on))
        .outerjoin(Service, Service.id == Honorarium.service_id)
        .where(Honorarium.voided_at.is_(None), Honorarium.standing == Standing.UNAGREED)
        .group_by(Honorarium.activity, Service.name)
        .order_by(Honorarium.activity, Service.name)
    )


def work_words(activity: str, service: str | None) -> str:
    """What some work was, in words."""
    words = ACTIVITY_WORDS.get(activity, activity)
    return f"{words}: {service}" if service else words


# What a shift will pay


@dataclass(frozen=True)
class Quote:
    """What a shift will pay a person; `standing` says why it is nothing."""

    standing: Standing
    amount: Money
    lines: tuple[honoraria.Line, ...] = ()


def quotes(person_id: str, shift_ids: Iterable[str], *, late: Collection[str] = ()) -> dict[str, Quote]:
    """What shifts will pay a person, by shift: the same reckoning by which it accrues once it is worked.

    `late` are those which they would take so late that a premium is paid for it, where they are not on them yet.
    """
    return _quotes(rows(_shifts_paid(), person=person_id, ids=list(shift_ids)), late)


def _quotes(found: Iterable[Any], late: Collection[str] = ()) -> dict[str, Quote]:
    """What shifts will pay, each row a shift of `_shifts_and_payee`."""
    return {row.id: _quote_of(row, is_late=bool(row.is_late) or row.id in late) for row in found}


def _quote_of(row: Any, *, is_late: bool) -> Quote:
    """What one shift will pay, reckoned once while neither it nor any rate changes."""
    work = honoraria.Work(
        row.id,
        row.person_id,
        honoraria.SHIFT,
        row.level,
        row.service_id,
        row.starts_at,
        row.ends_at,
        row.starts_at,
        row.demanding >= DEMANDING,
        is_late,
    )
    standing = _standing(row.is_volunteer, row.is_declined)
    return kept(("quote", work, standing), lambda: quote(work, rate_card(), clock.zone(), standing), most=MOST_QUOTES)


def _shifts_and_payee() -> Statement:
    """All shifts with what it takes to know what each pays a person."""
    person: sa.BindParameter[str] = sa.bindparam("person")
    return (
        sa.select(Shift.id, Shift.service_id, Shift.starts_at, Shift.ends_at, Service.demanding, Service.name)
        .add_columns(is_late_change(Shift.id, person).label("is_late"))
        .add_columns(Person.id.label("person_id"), Person.level, Person.is_volunteer, PayChoice.is_declined)
        .select_from(Shift)
        .join(Service, Service.id == Shift.service_id)
        .join(Person, Person.id == person)
        .outerjoin(PayChoice, PayChoice.person_id == Person.id)
    )


@cache
def _shifts_paid() -> Statement:
    ids: sa.BindParameter[Any] = sa.bindparam("ids", expanding=True)
    return _shifts_and_payee().where(Shift.id.in_(ids))


def amounts(person_id: str, shift_ids: Iterable[str], *, late: Collection[str] = ()) -> dict[str, Money]:
    """What shifts will pay a person, only those for which there is something to pay."""
    found = quotes(person_id, shift_ids, late=late)
    return {shift: each.amount for shift, each in found.items() if each.standing is Standing.OWED and each.amount}


def quote(work: honoraria.Work, card: RateCard, zone: Any, standing: Standing) -> Quote:
    """What one piece of work pays a person of some standing."""
    found = honoraria.honorarium(work, card, zone)
    if standing is Standing.OWED and not found.is_agreed:
        standing = Standing.UNAGREED
    if standing is not Standing.OWED:
        return Quote(standing, Money(0, card.currency))
    return Quote(standing, found.amount, found.lines)


def standing_of(person: Person, choice: PayChoice | None) -> Standing:
    """Whether a person's work is paid."""
    return _standing(person.is_volunteer, choice is not None and choice.is_declined)


def levels_of_paid(ids: Collection[str]) -> dict[str, str]:
    """The levels of those among some people whose work is paid, by person."""
    query = sa.select(Person.id, Person.level, Person.is_volunteer, PayChoice.is_declined)
    found = db.session.execute(query.outerjoin(PayChoice, PayChoice.person_id == Person.id).where(Person.id.in_(ids)))
    return {row.id: row.level for row in found if _standing(row.is_volunteer, row.is_declined) is Standing.OWED}


def _standing(is_volunteer: bool, is_declined: bool | None) -> Standing:  # noqa: FBT001 - two columns of a row
    if is_volunteer:
        return Standing.VOLUNTEER
    return Standing.DECLINED if is_declined else Standing.OWED


@dataclass(frozen=True, slots=True)
class Coming:
    """A coming shift of a person, and what it will pay."""

    id: str
    starts_at: datetime
    ends_at: datetime
    service: str
    amount: Money


def coming_shifts(person_id: str, most: int = 3) -> list[Coming]:
    """A person's next shifts with the name of the service and what each will pay."""
    found = rows(_coming_shifts(), person=person_id, now=clock.now(), most=most)
    paid = _quotes(found) if found else {}
    return [Coming(row.id, row.starts_at, row.ends_at, row.name, paid[row.id].amount) for row in found]


@cache
def _coming_shifts() -> Statement:
    place = aliased(Assignment)  # another than the one that is asked for a late change
    return (
        _shifts_and_payee()
        .join(place, sa.and_(place.shift_id == Shift.id, place.person_id == Person.id))
        .where(Shift.cancelled_at.is_(None), Shift.ends_at > sa.bindparam("now"))
        .order_by(Shift.starts_at)
        .limit(sa.bindparam("most"))
    )


# Payouts


@dataclass(frozen=True)
class PayoutShown:
    """A payout with the names of the people it concerns."""

    row: Payout
    payee: str
    payer: str
    approver: str | None
    second: str | None
    witness: str | None
    box: str | None

    @property
    def amount(self) -> Money:
        """How much it is."""
        return Money(self.row.minor, self.row.currency)


@dataclass(frozen=True, slots=True)
class Received:
    """A payment that somebody got: how, when, how much."""

    method: str
    settled_at: datetime
    amount: Money


def received_by(person_id: str, most: int) -> list[Received]:
    """What a person got, the newest first."""
    found = known_rows(_received, person=person_id, most=most)
    return [Received(row.method, row.settled_at, Money(row.minor, row.currency)) for row in found]


@cache
def _received() -> Statement:
    return (
        sa.select(Payout.method, Payout.settled_at, Payout.minor, Payout.currency)
        .where(Payout.person_id == sa.bindparam("person"), Payout.state == State.PAID)
        .order_by(Payout.asked_at.desc(), Payout.id)
        .limit(sa.bindparam("most"))
    )


def payout(payout_id: str) -> PayoutShown | None:
    """A payout by id."""
    return next(iter(_payouts(Payout.id == payout_id)), None)


def payouts_in(*states: State, person_id: str | None = None, most: int = 200) -> list[PayoutShown]:
    """Payouts in some states, the oldest first (for settled ones the newest)."""
    conditions: list[Any] = [Payout.state.in_(states)]
    if person_id is not None:
        conditions.append(Payout.person_id == person_id)
    newest_first = not set(states) & OPEN
    return _payouts(*conditions, order=Payout.asked_at.desc() if newest_first else Payout.asked_at, most=most)


def _payouts(*conditions: Any, order: Any = Payout.asked_at, most: int = 200) -> list[PayoutShown]:
    query = _payouts_and_names().where(*conditions).order_by(order, Payout.id).limit(most)
    return [PayoutShown(*row) for row in db.session.execute(query)]


@cache
def _payouts_and_names() -> Statement:
    payee, payer, approver, second, witness = (aliased(Person) for _ in range(5))
    return (
        sa.select(Payout, payee.name, payer.name, approver.name, second.name, witness.name, CashFloat.name)
        .join(payee, payee.id == Payout.person_id)
        .join(payer, payer.id == Payout.payer_id)
        .outerjoin(approver, approver.id == Payout.approver_id)
        .outerjoin(second, second.id == Payout.second_id)
        .outerjoin(witness, witness.id == Payout.witness_id)
        .outerjoin(CashFloat, CashFloat.id == Payout.float_id)
    )


def staff() -> list[tuple[str, str]]:
    """Active people who may approve: (id, name) by name."""
    query = (
        sa.select(Person.id, Person.name)
        .join(PersonRole, PersonRole.person_id == Person.id)
        .where(PersonRole.role.in_(APPROVERS), Person.is_active)
        .distinct()
        .order_by(Person.name)
    )
    return [(row.id, row.name) for row in db.session.execute(query)]


def has_treasurer(ids: Collection[str | None]) -> bool:
    """Whether one of these people is a treasurer."""
    query = sa.select(PersonRole.person_id).where(PersonRole.role == Role.TREASURER, PersonRole.person_id.in_(ids))
    return db.session.scalar(query.limit(1)) is not None


def everyone() -> list[tuple[str, str]]:
    """Active people: (id, name) by name."""
    query = sa.select(Person.id, Person.name).where(Person.is_active).order_by(sa.func.lower(Person.name))
    return [(row.id, row.name) for row in db.session.execute(query)]


# Boxes of cash


@dataclass(frozen=True)
class Box:
    """A box of cash: what is in it by its slips, and who keeps it."""

    row: CashFloat
    custodian: str
    stock: Mapping[int, int]
    minor: int
    counted_at: datetime | None = None
    slips: tuple[CashSlip, ...] = field(default=())

    @property
    def amount(self) -> Money:
        """What should be in it."""
        return Money(self.minor, self.row.currency)


def boxes(*, is_open: bool = True) -> list[Box]:
    """Every open box (or closed one)."""
    query = (
        sa.select(CashFloat, Person.name)
        .join(Person, Person.id == CashFloat.custodian_id)
        .where(CashFloat.closed_at.is_(None) if is_open else CashFloat.closed_at.is_not(None))
        .order_by(CashFloat.name)
    )
    return [_box(row, name) for row, name in db.session.execute(query)]


def cash_in_boxes() -> tuple[int, int]:
    """How many open boxes there are, and how much their slips leave in all of them, in minor units."""
    boxes, minor = known_rows(_cash_in_boxes)[0]
    return boxes, int(minor or 0)


@cache
def _cash_in_boxes() -> Statement:
    return (
        sa.select(sa.func.count(CashFloat.id.distinct()), sa.func.sum(CashSlip.minor))
        .outerjoin(CashSlip, CashSlip.float_id == CashFloat.id)
        .where(CashFloat.closed_at.is_(None))
    )


def box(float_id: str) -> Box | None:
    """One box."""
    row = db.session.get(CashFloat, float_id)
    return None if row is None else _box(row, db.session.get_one(Person, row.custodian_id).name)


def _box(row: CashFloat, custodian: str) -> Box:
    slips = db.session.scalars(
        sa.select(CashSlip).where(CashSlip.float_id == row.id).order_by(CashSlip.at, CashSlip.id)
    )
    kept = tuple(slips)
    counted = [each.at for each in kept if each.counted is not None]
    return Box(row, custodian, stock_of(kept), sum(each.minor for each in kept), max(counted, default=None), kept[::-1])


def stock_of(slips: Iterable[CashSlip]) -> dict[int, int]:
    """The notes and coins that slips leave in a box."""
    stock: dict[int, int] = {}
    for slip in slips:
        for piece, number in slip.pieces.items():
            stock[int(piece)] = stock.get(int(piece), 0) + number
    return {piece: number for piece, number in sorted(stock.items(), reverse=True) if number}


def float_balance(float_id: str) -> int:
    """What the ledger says is in a box."""
    return balance(accounts.cash(float_id))


def site_names() -> dict[str, str]:
    """Names of sites by id."""
    return {row.id: row.name for row in db.session.execute(sa.select(Site.id, Site.name))}


def service_names() -> dict[str, str]:
    """Names of kinds of service by id."""
    return {row.id: row.name for row in db.session.execute(sa.select(Service.id, Service.name).order_by(Service.name))}


# Funds


def fund_days(fund_id: str) -> tuple[date | None, date | None]:
    """The first and last day of the costs posted to a fund."""
    row = db.session.execute(
        sa.select(sa.func.min(LedgerEntry.happened_on), sa.func.max(LedgerEntry.happened_on))
        .join(LedgerPosting, LedgerPosting.entry_id == LedgerEntry.id)
        .join(LedgerAccount, LedgerAccount.id == LedgerPosting.account_id)
        .where(LedgerAccount.fund_id == fund_id)
    ).one()
    return row[0], row[1]


def fund_categories(fund_id: str) -> set[str]:
    """The categories of the costs that a fund bears now; what was undone is none."""
    query = (
        sa.select(LedgerAccount.category)
        .join(LedgerPosting, LedgerPosting.account_id == LedgerAccount.id)
        .where(LedgerAccount.fund_id == fund_id)
        .group_by(LedgerAccount.category)
        .having(sa.func.sum(LedgerPosting.minor) != 0)
    )
    return {str(category) for category in db.session.scalars(query)}


def has_costs_since(day: date) -> bool:
    """Whether any cost of that day or later is in the ledger."""
    query = (
        sa.select(LedgerPosting.entry_id)
        .join(LedgerEntry, LedgerEntry.id == LedgerPosting.entry_id)
        .join(LedgerAccount, LedgerAccount.id == LedgerPosting.account_id)
        .where(LedgerAccount.kind == AccountKind.COST, LedgerEntry.happened_on >= day)
        .limit(1)
    )
    return db.session.scalar(query) is not None


def balance_without_fund() -> Money:
    """Costs that no fund bears yet."""
    query = (
        sa.select(sa.func.coalesce(sa.func.sum(LedgerPosting.minor), 0))
        .join(LedgerAccount, LedgerAccount.id == LedgerPosting.account_id)
        .where(LedgerAccount.kind == AccountKind.COST, LedgerAccount.fund_id.is_(None))
    )
    return money(int(db.session.scalar(query) or 0))


def name_reads(most: int = 30) -> list[tuple[datetime, str, str]]:
    """Who looked at legal names of late: (when, who, what they did)."""
    query = (
        sa.select(PayeeNameRead.at, Person.name, PayeeNameRead.act)
        .join(Person, Person.id == PayeeNameRead.by_id)
        .order_by(PayeeNameRead.at.desc())
        .limit(most)
    )
    return [(at, name, act) for at, name, act in db.session.execute(query)]

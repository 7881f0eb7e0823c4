"""Whatever happens in whatever order: nothing lost, nothing twice, and the balances are those of a simple model."""

from __future__ import annotations

import os
from datetime import date, timedelta
from itertools import count

import hypothesis
import sqlalchemy as sa
from hypothesis import strategies as st
from hypothesis.stateful import Bundle, RuleBasedStateMachine, invariant, rule, run_state_machine_as_test

from app import clock
from app.attendance import services as attendance
from app.attendance.models import Attendance, NotedVia
from app.database import db, new_id
from app.editing import Refused
from app.exchange import answers, swaps
from app.pay import accounts, accrual, owed, payouts, queries, reports, services
from app.pay.models import Honorarium, Payout
from app.roster import planning
from app.roster.models import Assignment, Period, Shift, ShiftDemand, as_told
from payroll.payout import Method, Share
from tests.app.pay.purse import Purse, saved
from tests.support.people import add_person

SOAK = os.environ.get("EVENHAND_SOAK") == "1"
WHO = st.sampled_from(["ana", "bo", "cy"])
MINUTES = st.integers(1, 600)
names = count()


class Machine(RuleBasedStateMachine):
    """Three people, one box; the model keeps who is owed what and what is in the box, in plain numbers."""

    purse: Purse
    period: str
    funds: tuple[str, str]
    records = Bundle("records")
    payments = Bundle("payments")
    expenses = Bundle("expenses")

    def __init__(self) -> None:
        super().__init__()
        number = next(names)
        for who in ("ana", "bo", "cy"):
            setattr(self.purse, who, add_person(f"{who} {number}"))
        self.ids = {who: getattr(self.purse, who) for who in ("ana", "bo", "cy")}
        self.work: dict[str, tuple[str, int]] = {}
        self.got = dict.fromkeys(self.ids, 0)  # for work
        self.spent: dict[str, tuple[str, int]] = {}
        self.refunded = dict.fromkeys(self.ids, 0)
        self.worked_off = dict.fromkeys(self.ids, 0)
        self.cash = self.purse.cash()
        self.borne = {fund: bearing(fund) for fund in self.funds}
        self.made: dict[str, tuple[str, int, int, bool]] = {}

    def owed_apart(self, who: str) -> tuple[int, int]:
        """What is owed for work and for expenses; pay makes up for what was given back for no expense."""
        worked = sum(pay(minutes) for one, minutes in self.work.values() if one == who) - self.got[who]
        spent = sum(minor for one, minor in self.spent.values() if one == who) - self.refunded[who]
        self.worked_off[who] += max(0, min(worked - self.worked_off[who], -spent - self.worked_off[who]))
        return worked - self.worked_off[who], spent + self.worked_off[who]

    def owed(self, who: str) -> int:
        worked, spent = self.owed_apart(who)
        return spent if worked < 0 < spent else worked + spent

    @rule(target=records, who=WHO, minutes=MINUTES)
    def somebody_works(self, who: str, minutes: int) -> str:
        record = self.purse.work(self.ids[who], minutes=minutes, ended=timedelta(hours=minutes % 30))
        self.work[record] = who, minutes
        return record

    @rule(target=records, who=WHO, other=WHO, hours=st.integers(1, 8))
    def a_place_may_change_hands_and_is_worked(self, who: str, other: str, hours: int) -> str:
        shift = self.place(who, hours)
        swapped = self.give(who, other, shift)
        holder = other if swapped else who
        self.purse.clock.move(hours=hours + 3)
        planned = attendance.Noting(self.purse.robin, NotedVia.COORDINATOR, 0)
        record = saved(attendance.note_as_planned(shift, self.ids[holder], planned))
        if swapped:  # whoever gave it away was not there
            own = attendance.at_kiosk(self.ids[who], 0)
            assert isinstance(attendance.note_as_planned(shift, self.ids[who], own), Refused)
        accrual.accrue()
        next_ = next(each for each in self.ids if each != holder)
        assert not self.give(holder, next_, shift), "what is worked does not change hands"
        self.work[record] = holder, hours * 60
        return record

    @rule(target=records, who=WHO, hours=st.integers(2, 8), is_there=st.booleans())
    def a_shift_is_called_off_while_it_runs(self, who: str, hours: int, is_there: bool) -> str:
        shift = self.place(who, hours)
        self.purse.clock.move(hours=2)
        if is_there:
            saved(attendance.arrive(shift, self.ids[who], attendance.at_kiosk(self.ids[who], 0)))
        self.purse.clock.move(hours=1)
        saved(planning.call_off(self.period, shift))
        accrual.accrue()
        self.purse.clock.move(hours=hours + 3)
        attendance.close_forgotten(None)
        noted = {row.activity: row.id for row in db.session.scalars(sa.select(Attendance).filter_by(shift_id=shift))}
        for record in noted.values():
            self.purse.correct(record, is_exact=True)
        if not is_there:
            self.work[noted["cancellation"]] = who, hours * 60
            return noted["cancellation"]
        self.work[noted["shift"]] = who, 60
        self.work[noted["cancellation"]] = who, hours * 60 - 60  # the rest, so that both are the whole place
        return noted["shift"]

    def place(self, who: str, hours: int) -> str:
        """A shift that begins in two hours, with one place that somebody has."""
        starts_at = self.purse.clock() + timedelta(hours=2)
        row = Shift(
            site_id=self.purse.site,
            service_id=self.purse.service,
            day_on=clock.local(starts_at).date(),
            starts_at=starts_at,
            ends_at=starts_at + timedelta(hours=hours),
            demands=[ShiftDemand(position=0, minimum=0, target=1)],
        )
        db.session.add(row)
        db.session.flush()
        shift_id = row.id
        said = {"assigned_at": clock.now(), "accepted_at": clock.now()} | as_told(row)
        db.session.add(Assignment(shift_id=shift_id, person_id=self.ids[who], **said))
        db.session.commit()
        return shift_id

    def give(self, who: str, other: str, shift: str) -> bool:
        """Whether a place could be given to another who wants it."""
        wanted = swaps.Wanted(self.ids[who], shift, self.ids[other], None)
        both = frozenset({self.ids[who], self.ids[other]})
        return who != other and isinstance(swaps.ask_swap(wanted, self.purse.robin, have_agreed=both), answers.Done)

    @rule(record=records, minutes=MINUTES)
    def hours_are_corrected(self, record: str, minutes: int) -> None:
        if record in self.work:
            ends_at = db.session.get_one(Attendance, record).left_at
            assert ends_at is not None
            self.purse.correct(record, arrived_at=ends_at - timedelta(minutes=minutes))
            self.work[record] = self.work[record][0], minutes

    @rule(record=records, who=WHO)
    def somebody_else_did_it(self, record: str, who: str) -> None:
        if record in self.work:
            self.purse.correct(record, person_id=self.ids[who])
            self.work[record] = who, self.work[record][1]

    @rule(record=records)
    def work_is_taken_back(self, record: str) -> None:
        if record in self.work:
            self.purse.correct(record, state="void")
            del self.work[record]

    @rule(target=expenses, who=WHO, minor=st.integers(1, 9000))
    def somebody_spends(self, who: str, minor: int) -> str:
        facts = {"category": "travel", "minor": minor, "spent_on": self.purse.clock().date(), "note": None}
        expense = saved(services.ask_expense(self.ids[who], facts, None, new_id()))
        for _ in range(2):
            saved(services.decide_expense(expense, "", self.purse.toni, is_accepted=True))
        self.spent[expense] = who, minor
        return expense

    @rule(expense=expenses)
    def an_expense_is_taken_back(self, expense: str) -> None:
        for _ in range(2):
            saved(services.take_expense_back(expense, "it was wrong", self.purse.tess))
        self.spent.pop(expense, None)

    @rule(
        target=payments,
        who=WHO,
        share=st.sampled_from([Share.ALL, Share.HALF, Share.AHEAD, Share.PART]),
        minor=st.integers(1, 200).map(lambda each: each * 5),
        is_cash=st.booleans(),
        is_twice=st.booleans(),
    )
    def somebody_is_paid(self, who: str, share: Share, minor: int, is_cash: bool, is_twice: bool) -> str | None:
        method = Method.CASH if is_cash else Method.TRANSFER
        asked = minor if share in {Share.AHEAD, Share.PART} else None
        key = new_id()
        outcome = self.purse.ask(self.ids[who], share, method=method, minor=asked, key=key)
        if is_twice:
            self.purse.ask(self.ids[who], share, method=method, minor=asked, key=key)
        if isinstance(outcome, Refused):
            assert self.owed(who) <= max(0, asked or 0) or is_cash
            return None
        payout_id = saved(outcome)
        amount = db.session.get_one(Payout, payout_id).minor
        assert share == Share.AHEAD or 0 < amount <= self.owed(who)
        payouts.approve_payouts([payout_id], self.purse.robin)
        payouts.approve_payouts([payout_id], self.purse.tess)
        for _ in range(1 + is_twice):
            saved(payouts.start_payout(payout_id, self.purse.toni))
        for _ in range(1 + is_twice):
            saved(payouts.finish_payout(payout_id, self.purse.receipt(), self.purse.toni))
        refund = 0 if share == Share.AHEAD else max(0, min(self.owed_apart(who)[1], amount))
        self.got[who] += amount - refund
        self.refunded[who] += refund
        self.cash -= amount if is_cash else 0
        self.made[payout_id] = who, amount, refund, is_cash
        return payout_id

    @rule(payment=payments)
    def a_payment_is_taken_back(self, payment: str | None) -> None:
        if payment in self.made:
            who, amount, refund, is_cash = self.made.pop(payment)
            saved(payouts.reverse_payout(payment, "it was wrong", self.purse.tess, witness_id=self.purse.kim))
            self.got[who] -= amount - refund
            self.refunded[who] -= refund
            self.cash += amount if is_cash else 0

    @rule(who=WHO)
    def a_payment_breaks_off(self, who: str) -> None:
        outcome = self.purse.ask(self.ids[who])
        if not isinstance(outcome, Refused):
            payout_id = saved(outcome)
            payouts.approve_payouts([payout_id], self.purse.robin)
            payouts.approve_payouts([payout_id], self.purse.tess)
            saved(payouts.start_payout(payout_id, self.purse.toni))
            saved(payouts.doubt_payout(payout_id, self.purse.toni))
            saved(payouts.cancel_payout(payout_id, self.purse.toni))

    @invariant()
    def balances_are_those_of_the_model(self) -> None:
        for who, person_id in self.ids.items():
            self.purse.owed(person_id)
            found = owed.owed_to(person_id)
            assert (found.pay, found.refund) == self.owed_apart(who)
            assert found.total.minor == self.owed(who)
            due = sum(each.minor for each in found.dues)
            most = max(0, self.owed(who))
            assert due == most or (due < most and self.worked_off[who])
            got = sum(minor for _, minor in reports.receipts_of(person_id, date(2026, 1, 1), date(2036, 12, 31)))
            assert got == self.got[who] + self.worked_off[who], "pay received is pay alone, and all of it"
        assert self.purse.cash() == self.cash
        parts = [shared(pay(minutes)) for _, minutes in self.work.values()]
        for number, fund in enumerate(self.funds):
            assert bearing(fund) - self.borne[fund] == sum(each[number] for each in parts)

    def teardown(self) -> None:
        db.session.rollback()
        self.purse.whole()
        owed_now = Honorarium.voided_at.is_(None), Honorarium.entry_id.is_not(None)
        live = sa.select(Attendance.shift_id, Attendance.activity)
        live = live.join(Honorarium, Honorarium.record_id == Attendance.id).where(Attendance.shift_id.is_not(None))
        paid = [tuple(row) for row in db.session.execute(live.where(*owed_now))]
        assert len(paid) == len(set(paid)), "one payment per place"
        whole = {shift for shift, _ in paid if (shift, "shift") in paid and (shift, "cancellation") in paid}
        off = set(db.session.scalars(sa.select(Shift.id).where(Shift.cancelled_at.is_not(None))))
        assert whole <= off, "or the rest of it beside what was worked"


def bearing(fund: str) -> int:
    """What a fund bears of work so far."""
    return sum(queries.balance(accounts.cost(fund, each)) for each in ("honoraria", "training"))


def shared(minor: int) -> tuple[int, int]:
    """Three and two fifths, no cent lost: an odd one goes where more of it is missing, to the first if equal."""
    first = minor * 3 // 5
    odd = minor - first - minor * 2 // 5
    first += odd if minor * 3 % 5 >= minor * 2 % 5 else 0
    return first, minor - first


def grant(purse: Purse, name: str) -> str:
    """A fund for work of the years the machine lives in."""
    days = {"starts_on": date(2026, 1, 1), "ends_on": date(2036, 12, 31)}
    facts = {"name": name, "budget": 10**9, "categories": ["honoraria", "training"]} | days
    return saved(services.add_fund(facts, purse.toni))


def pay(minutes: int) -> int:
    """An hour at 25.00 to the nearest cent, a half up, in whole numbers."""
    return (minutes * 2500 * 2 + 60) // 120


def test_money_is_neither_lost_nor_made_whatever_happens(purse):
    class Here(Machine):
        pass

    Here.purse = purse
    city, trust = grant(purse, "City"), grant(purse, "Trust")
    saved(services.share_costs(date(2026, 1, 1), None, {city: 60, trust: 40}, purse.toni))
    Here.funds = city, trust
    span = {"starts_on": date(2026, 11, 1), "ends_on": date(2036, 12, 31), "version": 1}
    period = Period(name="All of it", published_at=clock.now(), created_at=clock.now(), **span)
    db.session.add(period)
    db.session.flush()
    Here.period = period.id
    db.session.commit()
    settings = hypothesis.settings(
        max_examples=200 if SOAK else 6,
        stateful_step_count=30 if SOAK else 14,
        deadline=None,
        derandomize=not SOAK,
        suppress_health_check=list(hypothesis.HealthCheck),
    )
    run_state_machine_as_test(Here, settings=settings)

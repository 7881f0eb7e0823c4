"""Whatever happens in whatever order: nothing lost, nothing twice, and the balances are those of a simple model."""

from __future__ import annotations

import os
from datetime import timedelta
from itertools import count

import hypothesis
from hypothesis import strategies as st
from hypothesis.stateful import Bundle, RuleBasedStateMachine, invariant, precondition, rule, run_state_machine_as_test

from app.attendance.models import Attendance
from app.database import db, new_id
from app.editing import Refused
from app.pay import payouts, services
from app.pay.models import Honorarium, Payout
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
    records = Bundle("records")
    payments = Bundle("payments")

    def __init__(self) -> None:
        super().__init__()
        number = next(names)
        for who in ("ana", "bo", "cy"):
            setattr(self.purse, who, add_person(f"{who} {number}"))
        self.ids = {who: getattr(self.purse, who) for who in ("ana", "bo", "cy")}
        self.work: dict[str, tuple[str, int]] = {}
        self.got = dict.fromkeys(self.ids, 0)
        self.spent = dict.fromkeys(self.ids, 0)
        self.cash = self.purse.cash()
        self.made: dict[str, tuple[str, int, bool]] = {}

    def owed(self, who: str) -> int:
        worked = sum(pay(minutes) for one, minutes in self.work.values() if one == who)
        return worked + self.spent[who] - self.got[who]

    @rule(target=records, who=WHO, minutes=MINUTES)
    def somebody_works(self, who: str, minutes: int) -> str:
        record = self.purse.work(self.ids[who], minutes=minutes, ended=timedelta(hours=minutes % 30))
        self.work[record] = who, minutes
        return record

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

    @rule(who=WHO, minor=st.integers(1, 9000))
    def somebody_spends(self, who: str, minor: int) -> None:
        facts = {"category": "travel", "minor": minor, "spent_on": self.purse.clock().date(), "note": None}
        expense = saved(services.ask_expense(self.ids[who], facts, None, new_id()))
        for _ in range(2):
            saved(services.decide_expense(expense, "", self.purse.toni, is_accepted=True))
        self.spent[who] += minor

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
        payouts.approve_payouts([payout_id], self.purse.kim)
        for _ in range(1 + is_twice):
            saved(payouts.start_payout(payout_id, self.purse.toni))
        for _ in range(1 + is_twice):
            saved(payouts.finish_payout(payout_id, self.purse.receipt(), self.purse.toni))
        self.got[who] += amount
        self.cash -= amount if is_cash else 0
        self.made[payout_id] = who, amount, is_cash
        return payout_id

    @rule(payment=payments)
    def a_payment_is_taken_back(self, payment: str | None) -> None:
        if payment in self.made:
            who, amount, is_cash = self.made.pop(payment)
            saved(payouts.reverse_payout(payment, "it was wrong", self.purse.tess))
            self.got[who] -= amount
            self.cash += amount if is_cash else 0

    @rule(who=WHO)
    def a_payment_breaks_off(self, who: str) -> None:
        outcome = self.purse.ask(self.ids[who])
        if not isinstance(outcome, Refused):
            payout_id = saved(outcome)
            payouts.approve_payouts([payout_id], self.purse.robin)
            payouts.approve_payouts([payout_id], self.purse.kim)
            saved(payouts.start_payout(payout_id, self.purse.toni))
            saved(payouts.doubt_payout(payout_id, self.purse.toni))
            saved(payouts.cancel_payout(payout_id, self.purse.toni))

    @precondition(lambda self: self.work)
    @invariant()
    def balances_are_those_of_the_model(self) -> None:
        for who, person_id in self.ids.items():
            assert self.purse.owed(person_id) == self.owed(who)
        assert self.purse.cash() == self.cash

    def teardown(self) -> None:
        db.session.rollback()
        self.purse.whole()
        rows = db.session.query(Honorarium.record_id).where(Honorarium.voided_at.is_(None)).all()
        assert len(rows) == len(set(rows)), "one payment per place"


def pay(minutes: int) -> int:
    """An hour at 25.00 to the nearest cent, a half up, in whole numbers."""
    return (minutes * 2500 * 2 + 60) // 120


def test_money_is_neither_lost_nor_made_whatever_happens(purse):
    class Here(Machine):
        pass

    Here.purse = purse
    settings = hypothesis.settings(
        max_examples=200 if SOAK else 6,
        stateful_step_count=30 if SOAK else 14,
        deadline=None,
        derandomize=not SOAK,
        suppress_health_check=list(hypothesis.HealthCheck),
    )
    run_state_machine_as_test(Here, settings=settings)

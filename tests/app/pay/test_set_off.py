"""Work and expenses: what was given back for no expense becomes pay by work; an advance eats no expense."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from app.pay import accrual, owed, payouts, reports, services
from app.pay.models import EntryKind
from payroll.payout import Share, owed_in_all, worked_off
from tests.app.pay.purse import saved

YEAR = date(2026, 1, 1), date(2026, 12, 31)


def spend(purse, minor, *, is_paid=False, is_wrong=False):
    """Ana spends something, which is accepted, and perhaps paid, and then perhaps found to be wrong."""
    facts = {"category": "travel", "minor": minor, "spent_on": purse.clock().date(), "note": None}
    expense = saved(services.ask_expense(purse.ana, facts, None, f"spend{minor:07}"))
    saved(services.decide_expense(expense, "", purse.robin, is_accepted=True))
    if is_paid:
        purse.pay(purse.ana)
    if is_wrong:
        saved(services.take_expense_back(expense, "it was wrong", purse.robin))


def apart(purse):
    accrual.accrue()
    found = owed.owed_to(purse.ana)
    return found.pay, found.refund


def got(purse):
    """What counts as pay received."""
    return sum(minor for _, minor in reports.receipts_of(purse.ana, *YEAR))


def test_what_was_paid_for_no_expense_is_worked_off_and_counts_as_pay(purse, as_):
    spend(purse, 1000, is_paid=True, is_wrong=True)
    assert (apart(purse), got(purse)) == ((0, -1000), 0)
    purse.work(purse.ana, minutes=120)
    assert (apart(purse), got(purse)) == ((4000, 0), 1000)
    purse.pay(purse.ana)
    assert [(row.name, row.amount.minor) for row in reports.year_rows(2026)] == [("Ana", 5000)]
    statement = as_(purse.ana).page("/pay/mine/statement").body_text
    assert EntryKind.SET_OFF not in statement
    purse.clock.move(days=2)
    purse.work(purse.ana, minutes=60, ended=timedelta(minutes=5))
    assert apart(purse) == (2500, 0)
    assert not owed.owed_to(purse.ana).is_late, "nothing older is left of it"
    purse.whole()


@pytest.mark.parametrize("is_written", [True, False])
def test_who_is_owed_nothing_sees_no_dues(purse, as_, is_written):
    spend(purse, 6000, is_paid=True, is_wrong=True)
    purse.work(purse.ana, minutes=144)
    if is_written:
        assert (apart(purse), got(purse)) == ((0, 0), 6000)
    found = next(iter(owed.owed_list(purse.ana)), None) or owed.owed_to(purse.ana)
    assert (found.total.minor, found.dues, found.is_late) == (0, (), False)
    assert "What you are owed" not in as_(purse.ana).page("/pay/mine").body_text


def test_an_expense_is_paid_back_in_full_to_whoever_was_paid_ahead(purse, as_):
    purse.pay(purse.ana, Share.AHEAD, minor=5000)
    spend(purse, 1000)
    page = as_(purse.ana).page("/pay/mine").body_text
    assert "$10.00" in page
    assert "You were also paid $50.00 ahead" in page
    spend(purse, 6000)
    purse.pay(purse.ana)
    found = owed.owed_to(purse.ana)
    assert (found.pay, found.refund, found.dues) == (-5000, 0, ())
    assert got(purse) == 5000
    assert "Expense: travel" not in as_(purse.ana).page("/pay/mine").body_text


def test_a_payment_is_not_begun_when_the_work_in_it_has_become_an_expense(purse):
    record = purse.work(purse.ana)
    payout_id = saved(purse.ask(purse.ana))
    payouts.approve_payouts([payout_id], purse.robin)
    purse.correct(record, state="void")
    spend(purse, 10_000)
    assert "has changed" in payouts.start_payout(payout_id, purse.toni).problems[""]


def test_what_is_owed_in_all():
    assert [owed_in_all(*each) for each in ((5, 3), (-5, 3), (5, -3), (-5, -3), (-5, 0))] == [8, 3, 2, -8, -5]
    assert [worked_off(*each) for each in ((5, -3), (2, -3), (-2, -3), (5, 3))] == [3, 2, 0, 0]

"""Paying out: how much, to whom, how old, and by whom."""

from __future__ import annotations

import datetime as dt

import pytest
from hypothesis import given
from hypothesis import strategies as st

from payroll.checks import float_agrees, may_witness, new_rate_day, three_people, volunteer_pay
from payroll.money import Money
from payroll.payout import NEXT, OPEN, Due, Share, State, half_before, is_late, may_become, payable, still_due

NOW = dt.datetime(2026, 3, 6, 20, tzinfo=dt.UTC)


def cad(minor: int) -> Money:
    return Money(minor, "CAD")


@given(st.integers(0, 10**7))
def test_half_before_and_half_after_are_the_whole(minor):
    first = half_before(cad(minor))
    rest = cad(minor) - first
    assert first.minor - rest.minor in {0, 1}


@pytest.mark.parametrize(
    ("share", "owed", "asked", "paid"),
    [
        (Share.ALL, 5000, None, 5000),
        (Share.ALL, 0, None, None),
        (Share.ALL, -200, None, None),
        (Share.HALF, 5001, None, 2501),
        (Share.PART, 5000, 2000, 2000),
        (Share.PART, 5000, 5001, None),
        (Share.PART, 5000, 0, None),
        (Share.AHEAD, 0, 3000, 3000),
        (Share.AHEAD, -3000, 3000, 3000),
        (Share.AHEAD, 0, None, None),
    ],
)
def test_only_an_advance_is_more_than_what_is_owed(share, owed, asked, paid):
    found = payable(share, cad(owed), None if asked is None else cad(asked))
    assert (found and found.minor) == paid


def test_money_goes_only_to_where_its_state_allows():
    assert [state for state in State if may_become(state, State.PAID)] == [State.SENDING, State.UNKNOWN]
    assert not any(may_become(State.PAID, wanted) for wanted in State if wanted != State.VOID)
    assert {state for state in State if may_become(state, State.CANCELLED)} == OPEN
    assert set(NEXT) == set(State)


dues = st.lists(
    st.tuples(st.integers(0, 400), st.integers(1, 10_000)).map(
        lambda each: Due(f"d{each[0]}", NOW - dt.timedelta(hours=each[0]), each[1])
    ),
    max_size=8,
)


@given(dues, st.integers(0, 50_000))
def test_the_oldest_is_paid_first_and_nothing_is_lost(earned, settled):
    left = still_due(earned, settled)
    total = sum(each.amount for each in earned)
    assert sum(each.amount for each in left) == max(0, total - settled)
    if left:
        oldest = min(each.earned_at for each in left)
        assert all(each in left for each in earned if each.earned_at > oldest)


@pytest.mark.parametrize(("hours", "late"), [(23, False), (24, False), (25, True)])
def test_what_is_owed_for_over_a_day_is_late(hours, late):
    assert is_late([Due("d", NOW - dt.timedelta(hours=hours), 1)], NOW) is late


@given(*[st.sampled_from("abcd")] * 4)
def test_four_hands_are_four_people(payee, payer, approver, second):
    is_well = len({payee, payer, approver, second}) == 4
    assert (three_people(payee, payer, approver, second) is None) == is_well
    assert (three_people(payee, payer, approver) is None) == (len({payee, payer, approver}) == 3)


def test_a_float_that_is_out_is_explained_before_it_is_closed():
    assert float_agrees(cad(5000), cad(5000), "") is None
    assert float_agrees(cad(5000), cad(4500), " ") == "$5.00 is missing. Write down what you know about it."
    assert float_agrees(cad(5000), cad(5500), "found under the tray") is None


def test_a_witness_stands_apart():
    assert may_witness("a", {"a", "b"})
    assert may_witness("c", {"a", "b", None}) is None


def test_volunteers_get_no_honorarium_and_are_told_why():
    assert "employees" in (volunteer_pay(is_volunteer=True) or "")
    assert volunteer_pay(is_volunteer=False) is None


def test_a_rate_never_reaches_back_once_there_were_rates():
    today = NOW.date()
    yesterday = today - dt.timedelta(days=1)
    assert new_rate_day(yesterday, yesterday)
    assert new_rate_day(today, yesterday) is None
    assert new_rate_day(yesterday, None) is None

"""Statements, and where a person stands with a public limit."""

from __future__ import annotations

import datetime as dt

import pytest
from hypothesis import given
from hypothesis import strategies as st

from payroll.money import Money
from payroll.statement import LIMITS, Movement, Span, limits_on, span_around, standing, statement

DAYS = st.dates(dt.date(2026, 1, 1), dt.date(2026, 6, 30))
movements = st.lists(
    st.builds(
        Movement,
        DAYS,
        st.sampled_from(["honorarium", "payout", "reversal", "expense"]),
        st.just(""),
        st.integers(-99, 99),
    )
)


@given(movements, DAYS, DAYS)
def test_a_statement_runs_from_what_was_owed_to_what_is(moves, one, other):
    first, last = sorted((one, other))
    found = statement(moves, first, last, "CAD")
    assert found.after.minor == sum(each.minor for each in moves if each.on <= last)
    assert found.before + found.earned + found.refunded - found.received == found.after
    assert found.refunded.minor == sum(
        each.minor for each in moves if each.kind == "expense" and first <= each.on <= last
    )
    owed = [found.before, *(line.owed for line in found.lines)]
    assert all(
        (after - before).minor == line.movement.minor
        for before, after, line in zip(owed[:-1], owed[1:], found.lines, strict=True)
    )


@given(movements, DAYS, st.integers(1, 100))
def test_statements_of_days_that_meet_carry_over(moves, day, length):
    first = statement(moves, dt.date(2026, 1, 1), day, "CAD")
    then = statement(moves, day + dt.timedelta(days=1), day + dt.timedelta(days=length), "CAD")
    assert first.after == then.before


@pytest.mark.parametrize(
    ("span", "first", "last"),
    [
        (Span.WEEK, (2026, 2, 23), (2026, 3, 1)),
        (Span.MONTH, (2026, 2, 1), (2026, 2, 28)),
        (Span.YEAR, (2026, 1, 1), (2026, 12, 31)),
    ],
)
def test_a_limit_counts_by_calendar(span, first, last):
    assert span_around(span, dt.date(2026, 2, 25)) == (dt.date(*first), dt.date(*last))


def test_what_was_received_counts_by_its_day_and_the_next_shift_is_tried_on():
    received = [(dt.date(2026, 1, 31), 900), (dt.date(2026, 2, 1), 700), (dt.date(2026, 2, 28), 100)]
    found = standing(Money(1000, "CAD"), Span.MONTH, received, dt.date(2026, 2, 10), 300)
    assert (found.received.minor, found.left.minor, found.percent, found.is_over) == (800, 200, 80, True)


def test_the_limit_of_its_year_holds_and_each_has_its_source():
    def couple(day: dt.date) -> int:
        return next(each.minor for each in limits_on(day, "CAD") if each.code == "bc-pwd-couple-one")

    assert [couple(dt.date(2025, 12, 31)), couple(dt.date(2026, 1, 1))] == [1_944_000, 2_340_000]
    assert all(each.source and each.checked_on.year == 2026 for each in LIMITS)

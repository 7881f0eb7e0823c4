"""Funds: their days and kinds of cost, sharing without loss, reports that name nobody."""

from __future__ import annotations

import datetime as dt

from hypothesis import given
from hypothesis import strategies as st

from payroll.funds import LEAST_PEOPLE, Fund, Sharing, Spending, report, shared_out, weights_for
from payroll.money import Money

CITY = Fund(
    "city", "City grant", dt.date(2026, 1, 1), dt.date(2026, 6, 30), Money(10_000, "CAD"), frozenset({"honoraria"})
)
TRUST = Fund(
    "trust", "Trust", dt.date(2026, 4, 1), dt.date(2027, 3, 31), Money(9_000, "CAD"), frozenset({"honoraria", "food"})
)
FUNDS = {fund.id: fund for fund in (CITY, TRUST)}
SHARED = (
    Sharing(dt.date(2026, 1, 1), 1, None, (("city", 60), ("trust", 40))),
    Sharing(dt.date(2026, 5, 1), 2, "outreach", (("trust", 1),)),
)


def test_a_cost_outside_a_funds_days_or_kinds_is_refused_in_words():
    assert CITY.refuses(dt.date(2026, 6, 30), "honoraria") is None
    assert CITY.refuses(dt.date(2026, 7, 1), "honoraria") == "City grant ended on 30 June 2026."
    assert CITY.refuses(dt.date(2025, 12, 31), "honoraria") == "City grant begins only on 1 January 2026."
    assert CITY.refuses(dt.date(2026, 3, 1), "food") == "City grant does not pay for food."


def test_costs_go_to_the_funds_that_may_bear_them():
    def found(day: dt.date, service: str | None, category: str) -> tuple[tuple[str, int], ...]:
        return weights_for(SHARED, FUNDS, day, service, category)

    assert found(dt.date(2026, 3, 1), None, "honoraria") == (("city", 60),)
    assert found(dt.date(2026, 4, 1), None, "honoraria") == (("city", 60), ("trust", 40))
    assert found(dt.date(2026, 4, 1), None, "food") == (("trust", 40),)
    assert found(dt.date(2026, 5, 1), "outreach", "honoraria") == (("trust", 1),)
    assert found(dt.date(2027, 5, 1), None, "honoraria") == ()


@given(st.integers(1, 10**7), st.lists(st.integers(1, 100), min_size=1, max_size=5))
def test_sharing_loses_no_cent(minor, weights):
    parts = shared_out(Money(minor, "CAD"), [(f"f{place}", weight) for place, weight in enumerate(weights)])
    assert sum(part.minor for _, part in parts) == minor


spending = st.lists(
    st.builds(
        Spending,
        st.sampled_from(["city", "trust"]),
        st.sampled_from(["honoraria", "travel", "supplies"]),
        st.integers(1, 6).map(lambda month: dt.date(2026, month, 1)),
        st.one_of(st.none(), st.sampled_from("abcdefghi")),
        st.integers(1, 900),
    ),
    max_size=60,
)


@given(spending)
def test_no_figure_rests_on_too_few_people_and_none_counts_twice(rows):
    cells = report(rows)
    for cell in cells:
        under = [each for each in rows if each.fund == cell.fund and each.month in cell.months]
        if cell.category != "several":
            under = [each for each in under if each.category == cell.category]
        people = {each.person for each in under} - {None}
        assert not people or len(people) >= LEAST_PEOPLE
    for fund in {each.fund for each in rows}:
        spent = sum(each.minor for each in rows if each.fund == fund)
        assert sum(cell.minor for cell in cells if cell.fund == fund) <= spent


@given(spending, st.integers(1, 6).map(lambda month: dt.date(2026, month, 1)))
def test_no_figure_is_ever_made_anew_by_the_months_that_follow(rows, month):
    earlier = report([each for each in rows if each.month <= month])
    later = report(rows)
    assert all(later.count(cell) == earlier.count(cell) for cell in earlier)


def test_a_rest_on_few_people_is_shown_with_others_after_three_months():
    def paid(month: int, category: str, people: str) -> list[Spending]:
        return [Spending("city", category, dt.date(2026, month, 1), each, 100) for each in people]

    rows = paid(1, "travel", "a")
    for month in range(1, 5):
        rows += paid(month, "honoraria", "abcde")
    first, *_, last = report(rows)
    assert (first.category, first.minor, last.category, last.minor) == ("honoraria", 500, "several", 600)
    assert last.months == (dt.date(2026, 1, 1), dt.date(2026, 4, 1))

"""The law of hours: what counts never depends on luck."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from hypothesis import assume, given
from hypothesis import strategies as st

from app.attendance.hours import GRACE, worked_span

ZERO = datetime(2026, 11, 1, tzinfo=UTC)
instants = st.integers(0, 3 * 24 * 3600).map(lambda seconds: ZERO + timedelta(seconds=seconds))
plans = st.tuples(instants, st.integers(15 * 60, 12 * 3600)).map(lambda p: (p[0], p[0] + timedelta(seconds=p[1])))
spans = st.tuples(instants, instants).map(sorted)


@given(spans, plans)
def test_what_counts_begins_before_it_ends_and_never_before_the_plan(span, plan):
    found = worked_span(*span, plan)
    if found is not None:
        assert found[0] < found[1]
        assert found[0] >= plan[0]


@given(spans, plans)
def test_nobody_loses_or_gains_more_than_the_grace_by_rounding(span, plan):
    found = worked_span(*span, plan)
    assume(found is not None)
    came = max(span[0], plan[0])
    assert abs(found[0] - came) <= GRACE
    assert abs(found[1] - span[1]) <= GRACE


@given(plans, st.integers(-600, 600), st.integers(-600, 600))
def test_within_the_grace_the_plan_counts(plan, early, late):
    span = (plan[0] + timedelta(seconds=early), plan[1] + timedelta(seconds=late))
    assume(span[0] <= span[1])
    assert worked_span(*span, plan) == plan


@given(instants, instants, instants, plans)
def test_leaving_later_never_counts_less(came, left, later, plan):
    came, left, later = sorted((came, left, later))
    shorter, longer = worked_span(came, left, plan), worked_span(came, later, plan)
    if shorter is not None:
        assert longer is not None
        assert longer[1] - longer[0] >= shorter[1] - shorter[0]


@given(spans, plans)
def test_exact_times_count_as_they_are(span, plan):
    assert worked_span(*span, plan, is_exact=True) == (tuple(span) if span[0] < span[1] else None)

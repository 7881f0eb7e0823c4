"""Honoraria: exact over clock changes, midnight and partial hours; the amount shown is the amount that accrues."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace
from fractions import Fraction
from zoneinfo import ZoneInfo

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from payroll.honoraria import Work, honorarium, is_night, is_weekend
from payroll.money import rounded
from payroll.rates import Basis, Premium, PremiumRate, Rate, RateCard, Terms

ZONES = [ZoneInfo(name) for name in ("America/Vancouver", "Australia/Lord_Howe", "Asia/Kathmandu", "UTC")]
VANCOUVER = ZONES[0]
LONG_AGO = dt.date(2020, 1, 1)
HOURLY = Rate("r1", 1, LONG_AGO, Basis.HOUR, 2500)


def on_top(premium: Premium, basis: Basis, amount: int, from_on: dt.date = LONG_AGO) -> PremiumRate:
    return PremiumRate(f"p-{premium}", 2, from_on, premium, basis, amount)


FULL_CARD = RateCard(
    "CAD",
    (HOURLY,),
    (
        on_top(Premium.NIGHT, Basis.HOUR, 300),
        on_top(Premium.WEEKEND, Basis.PERCENT, 20),
        on_top(Premium.LATE_CHANGE, Basis.SHIFT, 1500),
        on_top(Premium.DEMANDING, Basis.HOUR, 250),
    ),
)


def work(start: str, end: str, zone: ZoneInfo = VANCOUVER, **facts: object) -> Work:
    starts_at, ends_at = (dt.datetime.fromisoformat(text).replace(tzinfo=zone) for text in (start, end))
    made = Work("w", "ana", "shift", "peer", "outreach", starts_at.astimezone(dt.UTC), ends_at.astimezone(dt.UTC))
    return replace(made, **facts)


def paid(done: Work, card: RateCard = FULL_CARD, zone: ZoneInfo = VANCOUVER) -> dict[str, tuple[int, int]]:
    return {line.what: (line.minutes, line.amount) for line in honorarium(done, card, zone).lines}


def test_a_plain_shift_is_hours_times_rate():
    assert paid(work("2026-03-03 10:00", "2026-03-03 15:00")) == {"basic": (300, 12_500)}


def test_the_night_clocks_go_back_is_an_hour_longer_and_paid_so():
    assert paid(work("2026-10-31 22:00", "2026-11-01 04:00"))["basic"] == (420, 17_500)


def test_the_night_clocks_go_forward_is_an_hour_shorter_and_its_premium_too():
    lines = paid(work("2026-03-07 22:00", "2026-03-08 07:00"))
    assert lines["basic"] == (480, 20_000)
    assert lines["night"] == (420, 2_100)


def test_a_weekend_begins_and_ends_at_midnight():
    assert paid(work("2026-03-06 22:00", "2026-03-07 02:00"))["weekend"] == (120, 1_000)
    assert paid(work("2026-03-08 22:00", "2026-03-09 02:00"))["weekend"] == (120, 1_000)


def test_premiums_of_a_shift_come_once_whatever_its_length():
    short, long = work("2026-03-03 10:00", "2026-03-03 11:00"), work("2026-03-03 10:00", "2026-03-03 20:00")
    assert {paid(replace(each, is_late_change=True))["late_change"][1] for each in (short, long)} == {1500}


@pytest.mark.parametrize(("step", "minutes"), [(1, 61), (5, 65), (15, 75), (30, 90)])
def test_time_counts_up_to_the_next_step(step, minutes):
    card = replace(FULL_CARD, terms=(Terms(step_minutes=step),))
    done = work("2026-03-03 10:00", "2026-03-03 11:01")
    assert paid(done, card)["basic"] == (minutes, rounded(Fraction(2500 * minutes, 60)))


def test_work_that_nobody_agreed_a_rate_for_is_not_paid_nothing_in_silence():
    found = honorarium(work("2026-03-03 10:00", "2026-03-03 11:00"), RateCard("CAD"), VANCOUVER)
    assert not found.is_agreed


def test_a_called_off_shift_is_paid_its_basic_pay_and_no_premium():
    called_off = work("2026-03-07 22:00", "2026-03-08 02:00", activity="cancellation", is_late_change=True)
    assert paid(called_off) == {"basic": (240, 10_000)}
    half = replace(FULL_CARD, terms=(Terms(cancel_percent=50),))
    assert paid(called_off, half) == {"basic": (240, 5_000)}


@pytest.mark.parametrize(("hours", "percent"), [(23, 100), (24, 0), (48, 0)])
def test_full_pay_is_due_under_a_day_of_notice(hours, percent):
    starts_at = dt.datetime(2026, 3, 3, 18, tzinfo=dt.UTC)
    assert Terms().cancellation_percent(starts_at, starts_at - dt.timedelta(hours=hours)) == percent


def test_the_most_particular_rate_holds_and_of_those_the_latest():
    card = RateCard(
        "CAD",
        (
            Rate("any", 1, LONG_AGO, Basis.HOUR, 1000),
            Rate("lead", 2, LONG_AGO, Basis.HOUR, 2000, level="lead"),
            Rate("night", 3, LONG_AGO, Basis.HOUR, 3000, service="outreach"),
            Rate("training", 4, LONG_AGO, Basis.SHIFT, 4000, activity="training"),
            Rate("later", 5, dt.date(2026, 4, 1), Basis.HOUR, 5000, service="outreach"),
        ),
    )
    march, april = dt.date(2026, 3, 31), dt.date(2026, 4, 1)
    found = [
        card.rate_for("shift", None, "peer", march),
        card.rate_for("shift", None, "lead", march),
        card.rate_for("shift", "outreach", "lead", march),
        card.rate_for("training", "outreach", "lead", march),
        card.rate_for("shift", "outreach", "lead", april),
        card.rate_for("shift", None, "peer", dt.date(2019, 1, 1)),
    ]
    assert [each and each.id for each in found] == ["any", "lead", "night", "training", "later", None]


instants = st.integers(0, 2_000_000 * 60).map(
    lambda seconds: dt.datetime(2024, 1, 1, tzinfo=dt.UTC) + dt.timedelta(seconds=seconds)
)
lengths = st.integers(0, 16 * 60 * 60).map(lambda seconds: dt.timedelta(seconds=seconds))
times = st.times().map(lambda at: at.replace(second=0, microsecond=0))


@st.composite
def terms(draw: st.DrawFn) -> Terms:
    starts, length = draw(times), draw(st.integers(30, 24 * 60 - 30))
    ends = (dt.datetime.combine(LONG_AGO, starts) + dt.timedelta(minutes=length)).time()
    return Terms(night_starts=starts, night_ends=ends, step_minutes=draw(st.sampled_from([1, 5, 15])))


@given(instants, lengths, st.sampled_from(ZONES), terms())
@example(dt.datetime(2026, 11, 1, 5, tzinfo=dt.UTC), dt.timedelta(hours=9), VANCOUVER, Terms())
def test_premium_time_is_what_a_minute_by_minute_watch_would_count(start, length, zone, law):
    start = start.replace(second=0, microsecond=0)
    length = dt.timedelta(minutes=length // dt.timedelta(minutes=1))
    card = replace(FULL_CARD, terms=(law,))
    walls = [(start + dt.timedelta(minutes=each)).astimezone(zone) for each in range(int(length.total_seconds() // 60))]
    lines = paid(Work("w", "ana", "shift", "peer", None, start, start + length), card, zone)
    for what, holds in (("night", lambda at: is_night(at, law)), ("weekend", is_weekend)):
        counted = -(-sum(map(holds, walls)) // law.step_minutes) * law.step_minutes
        assert lines.get(what, (0, 0))[0] == counted


@given(instants, lengths, st.sampled_from(ZONES), terms(), st.booleans())
def test_what_is_shown_before_accepting_is_what_accrues_when_worked_as_planned(start, length, zone, law, hard):
    """Coming early or leaving late is reckoned apart; the same times give the same cents, to the line."""
    card = replace(FULL_CARD, terms=(law,))
    planned = Work("shift", "ana", "shift", "peer", None, start, start + length, start, hard, is_late_change=not hard)
    done = replace(planned, id="record", starts_at=start.astimezone(zone), ends_at=(start + length).astimezone(zone))
    assert honorarium(planned, card, zone) == honorarium(done, card, zone)


@given(instants, lengths, st.integers(0, 10**6), st.dates(dt.date(2024, 1, 1), dt.date(2028, 1, 1)))
def test_a_rate_that_starts_later_never_changes_what_was_worked_before(start, length, amount, from_on):
    done = Work("w", "ana", "shift", "peer", None, start, start + length)
    later = Rate("r9", 9, from_on, Basis.HOUR, amount)
    dearer = on_top(Premium.NIGHT, Basis.HOUR, amount, from_on)
    after = replace(FULL_CARD, rates=(*FULL_CARD.rates, later), premiums=(*FULL_CARD.premiums, dearer))
    if done.day_in(VANCOUVER) < from_on:
        assert honorarium(done, after, VANCOUVER) == honorarium(done, FULL_CARD, VANCOUVER)
    elif length >= dt.timedelta(minutes=1):
        assert honorarium(done, after, VANCOUVER).lines[:1] != honorarium(done, FULL_CARD, VANCOUVER).lines[:1] or (
            amount == HOURLY.amount
        )


@given(instants, lengths, st.sampled_from(ZONES))
def test_lines_sum_to_the_amount_and_none_says_nothing(start, length, zone):
    found = honorarium(
        Work("w", "ana", "shift", "peer", None, start, start + length, None, True, True), FULL_CARD, zone
    )
    assert sum(line.amount for line in found.lines) == found.amount.minor
    assert all(line.amount > 0 for line in found.lines)

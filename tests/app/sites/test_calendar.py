from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.sites.calendar import next_days, pattern_days, shift_instants
from app.walltime import instant_of

PACIFIC = ZoneInfo("America/Los_Angeles")
ZONES = st.sampled_from(
    ["America/Vancouver", "America/St_Johns", "Europe/Berlin", "Australia/Lord_Howe", "America/Sao_Paulo", "UTC"]
).map(ZoneInfo)
DAYS = st.dates(date(2015, 1, 1), date(2031, 12, 31))
MINUTES = st.integers(0, 24 * 60 - 1).map(lambda minute: time(minute // 60, minute % 60))


@dataclass(frozen=True)
class Plan:
    cycle: str = "weekly"
    weekdays: str = "1"
    every_weeks: int = 1
    nth: int | None = None
    starts_on: date = date(2026, 1, 1)
    ends_on: date | None = None


PLANS = st.one_of(
    st.builds(
        Plan,
        weekdays=st.sets(st.sampled_from("0123456"), min_size=1).map(lambda days: "".join(sorted(days))),
        every_weeks=st.integers(1, 6),
        starts_on=DAYS,
    ),
    st.builds(
        Plan,
        cycle=st.just("monthly"),
        weekdays=st.sampled_from("0123456"),
        nth=st.sampled_from([1, 2, 3, 4, 5, -1]),
        starts_on=DAYS,
    ),
)


def test_a_weekly_pattern_comes_on_each_of_its_weekdays():
    plan = Plan(weekdays="024", starts_on=date(2026, 3, 4))
    assert pattern_days(plan, date(2026, 3, 1), date(2026, 3, 11)) == [
        date(2026, 3, 4),
        date(2026, 3, 6),
        date(2026, 3, 9),
        date(2026, 3, 11),
    ]


def test_every_second_week_counts_from_the_week_of_the_start_also_when_it_starts_late_in_the_week():
    plan = Plan(weekdays="1", every_weeks=2, starts_on=date(2026, 3, 5))  # a Thursday: its week's Tuesday is past
    assert pattern_days(plan, date(2026, 3, 1), date(2026, 4, 20)) == [
        date(2026, 3, 17),
        date(2026, 3, 31),
        date(2026, 4, 14),
    ]


@pytest.mark.parametrize(
    ("nth", "days"),
    [
        (1, [date(2026, 3, 2), date(2026, 4, 6), date(2026, 5, 4)]),
        (5, [date(2026, 3, 30)]),
        (-1, [date(2026, 3, 30), date(2026, 4, 27), date(2026, 5, 25)]),
    ],
)
def test_the_nth_monday_of_the_month(nth, days):
    plan = Plan(cycle="monthly", weekdays="0", nth=nth)
    assert pattern_days(plan, date(2026, 3, 1), date(2026, 5, 31)) == days


def test_a_pattern_has_no_day_before_its_start_or_after_its_end():
    plan = Plan(weekdays="0123456", starts_on=date(2026, 3, 4), ends_on=date(2026, 3, 6))
    assert pattern_days(plan, date(2026, 1, 1), date(2026, 12, 31)) == [date(2026, 3, day) for day in (4, 5, 6)]
    assert pattern_days(plan, date(2026, 4, 1), date(2026, 3, 1)) == []


@given(PLANS, DAYS, st.integers(0, 60), st.integers(0, 60))
def test_days_of_two_windows_that_meet_are_the_days_of_both(plan, day, first, second):
    middle, end = day + timedelta(first), day + timedelta(first + second)
    split = pattern_days(plan, day, middle) + pattern_days(plan, middle + timedelta(1), end)
    assert split == pattern_days(plan, day, end)


@given(PLANS, DAYS)
def test_the_next_days_are_the_first_days_of_the_coming_years(plan, day):
    coming = pattern_days(plan, day, max(day, plan.starts_on) + timedelta(1090))
    assert next_days(plan, day, 10) == coming[:10]


def test_a_shift_over_midnight_ends_on_the_next_day():
    assert shift_instants(date(2026, 11, 23), time(22), time(6), PACIFIC) == (
        datetime(2026, 11, 24, 6, tzinfo=UTC),
        datetime(2026, 11, 24, 14, tzinfo=UTC),
    )


@pytest.mark.parametrize(
    ("day", "hours"), [(date(2026, 3, 7), 7), (date(2026, 10, 31), 9), (date(2026, 6, 1), 8)], ids=str
)
def test_a_night_in_which_clocks_change_is_as_long_as_it_is(day, hours):
    start, end = shift_instants(day, time(22), time(6), ZoneInfo("America/Toronto"))
    assert end - start == timedelta(hours=hours)


def test_a_time_that_is_left_out_means_the_jump_and_one_that_comes_twice_its_first_coming():
    toronto = ZoneInfo("America/Toronto")
    jump = datetime(2026, 3, 8, 7, tzinfo=UTC)
    assert instant_of(date(2026, 3, 8), time(2, 30), toronto) == jump
    assert instant_of(date(2026, 3, 8), time(2), toronto) == instant_of(date(2026, 3, 8), time(3), toronto) == jump
    assert instant_of(date(2026, 11, 1), time(1, 30), toronto) == datetime(2026, 11, 1, 5, 30, tzinfo=UTC)


def test_a_shift_inside_the_hour_left_out_keeps_its_length():
    start, end = shift_instants(date(2026, 3, 8), time(2, 15), time(2, 45), ZoneInfo("America/Toronto"))
    assert start == datetime(2026, 3, 8, 7, tzinfo=UTC)
    assert end - start == timedelta(minutes=30)


@given(DAYS, MINUTES, MINUTES, ZONES)
def test_later_on_the_wall_is_never_earlier_in_life(day, one, other, zone):
    low, high = sorted((one, other))
    assert instant_of(day, low, zone) <= instant_of(day, high, zone) <= instant_of(day + timedelta(1), time(), zone)


@given(DAYS, MINUTES, MINUTES, ZONES)
def test_every_shift_has_a_length_and_shows_its_times_on_the_wall(day, starts_at, ends_at, zone):
    start, end = shift_instants(day, starts_at, ends_at, zone)
    assert timedelta(0) < end - start <= timedelta(hours=25)
    shown = start.astimezone(zone).replace(tzinfo=None)
    assert shown >= datetime.combine(day, starts_at)
    assert shown - datetime.combine(day, starts_at) <= timedelta(hours=1)

"""Strain: reasons by name, each found where it is and nowhere else."""

from __future__ import annotations

from datetime import date
from math import log

import pytest
from hypothesis import given
from hypothesis import strategies as st

from wellbeing.strain import FACTORS, Stint, is_evening, reasons, total

MONDAY = date(2017, 1, 2).toordinal()
DAY = 1440


def stint(day, start, hours, **facts):
    begin = day * DAY + start * 60
    return Stint(begin, begin + hours * 60, MONDAY + day, **facts)


def found(*stints):
    return {each.factor.name: len(each.days) for each in reasons(stints)}


def test_a_plain_day_wears_nobody_down():
    assert found(stint(0, 9, 8)) == {}


def test_a_quick_return_is_told_twice_for_its_two_effects():
    assert found(stint(0, 14, 8, is_evening=True), stint(1, 7, 8)) == {
        "quick_return": 1, "quick_returns": 1, "evening": 1, "second_day": 1,
    }  # fmt: skip
    assert "quick_return" not in found(stint(0, 9, 8), stint(1, 4, 8))
    assert "quick_return" not in found(stint(0, 9, 4), stint(0, 13, 4))


def test_nights_in_a_row_and_the_day_after():
    nights = [stint(day, 22, 8, is_night=True) for day in range(5)]
    assert found(*nights, stint(6, 9, 6)) == {
        "night": 5, "second_night": 1, "third_night": 1, "fourth_night": 2, "after_nights": 1,
        "second_day": 1, "third_day": 1, "fourth_day": 2, "weekend": 1,
    }  # fmt: skip
    assert "after_nights" not in found(stint(0, 22, 8, is_night=True), stint(3, 9, 6))


@pytest.mark.parametrize(("hours", "name"), [(60, None), (61, "week_60"), (75, "week_74"), (85, "week_84")])
def test_long_weeks_count_once_at_their_step(hours, name):
    parts = [stint(day, 0, 10) for day in range(5)]
    told = found(*parts, stint(5, 0, hours - 50))
    assert {each for each in told if each.startswith("week_")} == ({name} if name else set())


def test_the_points_are_those_of_the_relative_risks():
    points = {each.name: each.points for each in FACTORS}
    for name, risk in [("quick_return", 1.39), ("quick_returns", 1.066), ("night", 1.33), ("fourth_night", 1.36),
                       ("after_nights", 1.33), ("evening", 1.09), ("ten_hours", 1.13), ("twelve_hours", 1.27),
                       ("week_60", 2), ("week_74", 3), ("week_84", 4), ("second_day", 1.02), ("third_day", 1.07),
                       ("fourth_day", 1.17), ("third_night", 1.17), ("second_night", 1.05)]:  # fmt: skip
        assert abs(points[name] - 100 * log(risk)) <= 1, name
    assert all(each.source and each.effect for each in FACTORS)


def test_points_can_be_changed_and_are_capped():
    nights = [stint(day * 3, 22, 8, is_night=True) for day in range(8)]
    night = next(each for each in reasons(nights) if each.factor.name == "night")
    assert night.points == 4 * 29
    assert next(each for each in reasons(nights, {"night": 10}) if each.factor.name == "night").points == 40


def test_a_weekend_is_a_fact_without_points():
    assert [(each.factor.name, each.points) for each in reasons([stint(5, 9, 8)])] == [("weekend", 0)]


@given(st.lists(st.tuples(st.integers(0, 27), st.integers(0, 23), st.integers(1, 14), st.booleans()), max_size=12))
def test_one_more_shift_far_away_only_adds(rows):
    stints = [stint(day, hour, hours, is_night=night) for day, hour, hours, night in rows]
    more = [*stints, stint(200, 22, 13, is_night=True)]
    before, after = reasons(stints), reasons(more)
    assert total(after) >= total(before)
    assert all(each.points == 0 or each.days for each in after)
    assert reasons(list(reversed(stints))) == before or len({each.start for each in stints}) < len(stints)


def test_what_lies_before_the_first_day_tells_only_where_rest_was_short():
    before, after = stint(0, 14, 8, is_evening=True), stint(1, 7, 8)
    counted = {each.factor.name: len(each.days) for each in reasons([before, after], since=MONDAY + 1)}
    assert counted == {"quick_return": 1, "quick_returns": 1, "second_day": 1}


@pytest.mark.parametrize(("begins", "hours", "late"), [(18, 3, True), (18, 2, False), (13, 8, True), (12, 8, False)])
def test_an_evening_shift_lies_three_hours_in_the_evening(begins, hours, late):
    assert is_evening(begins * 60, hours * 60) is late

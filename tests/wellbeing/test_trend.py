"""The two rules of the trend: when they speak, when they must not, and how often they are wrong."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from bench import trend as bench
from wellbeing.trend import USUAL, Reading, Signal, current_run, may_share, signal, usual_level

SCORES = st.lists(st.floats(0, 100), max_size=40)


def weekly(*values, first=1):
    return [Reading(week, score) for week, score in enumerate(values, first)]


def test_two_weeks_well_above_the_own_median_speak():
    assert signal(weekly(30, 40, 20, 30, 55, 55)) is Signal.TWO_IN_A_ROW
    assert signal(weekly(30, 40, 20, 30, 55)) is Signal.NOTHING
    assert signal(weekly(30, 40, 20, 30, 54, 55)) is not Signal.TWO_IN_A_ROW


def test_two_weeks_at_75_speak_whatever_is_usual():
    assert signal(weekly(70, 70, 70, 75, 75)) is Signal.TWO_IN_A_ROW


def test_before_four_answers_nothing_is_said():
    assert signal(weekly(0, 0, 100, 100)) is Signal.NOTHING
    assert usual_level(weekly(0, 0, 100)) is None


def test_a_week_without_an_answer_is_never_a_signal():
    answered = weekly(30, 40, 20, 30, 55)
    assert signal([*answered, Reading(9, 55)]) is Signal.TWO_IN_A_ROW
    assert signal(answered) is Signal.NOTHING


def test_a_long_gap_starts_anew():
    before = weekly(10, 10, 10, 10, 10, 10)
    after = weekly(60, 60, first=13)
    assert signal([*before, *after]) is Signal.NOTHING
    assert [each.week for each in current_run([*before, *after])] == [13, 14]
    assert signal([*before, *weekly(60, 60, first=12)]) is Signal.TWO_IN_A_ROW


def test_a_slow_rise_speaks_through_the_average():
    found = [signal(weekly(*([30] * 6), *([48] * count))) for count in range(1, 7)]
    assert Signal.DRIFT in found
    assert found[-1] is Signal.FIRM_DRIFT
    assert [may_share(each) for each in (Signal.NOTHING, Signal.DRIFT, Signal.FIRM_DRIFT)] == [False, False, True]


@given(SCORES)
def test_the_order_of_reading_changes_nothing(values):
    readings = weekly(*values)
    assert signal(readings) is signal(list(reversed(readings)))


@given(SCORES, st.integers(1, 3))
def test_weeks_left_out_say_nothing_by_themselves(values, stride):
    spread = [Reading(week * stride, score) for week, score in enumerate(values)]
    assert signal(spread) is signal(weekly(*values))


@given(SCORES, st.integers(7, 50))
def test_what_lies_before_a_gap_changes_nothing(values, gap):
    later = weekly(*values, first=100)
    assert signal([*weekly(0, 100, 0, 100, first=100 - gap - 3), *later]) is signal(later)


@given(st.lists(st.floats(0, 100), min_size=5, max_size=20), st.floats(0, 30))
def test_a_worse_last_week_never_silences_the_first_rule(values, more):
    worse = [*values[:-1], min(100, values[-1] + more)]
    assert USUAL.first.holds(worse) or not USUAL.first.holds(values)


@given(st.floats(0, 74), st.integers(0, 30))
def test_a_person_who_is_always_the_same_hears_nothing(level, count):
    assert signal(weekly(*([level] * count))) is Signal.NOTHING


def test_the_simulation_gives_the_stated_figures_within_its_error():
    figures = list(bench.figures(2_000))
    assert len(figures) == 9
    assert [each for each in figures if abs(each.found - each.stated) > each.error] == []

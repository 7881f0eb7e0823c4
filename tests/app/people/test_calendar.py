from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

from hypothesis import given
from hypothesis import strategies as st

from app.people.calendar import WORST_FIRST, availability_spans, row_days
from app.people.models import Grade
from app.walltime import instant_of, span_of

BERLIN = ZoneInfo("Europe/Berlin")
MIDNIGHT = time()


@dataclass(frozen=True)
class Row:
    grade: Grade
    on_date: date | None = None
    weekday: int | None = None
    every_weeks: int = 1
    starts_at: time = MIDNIGHT
    ends_at: time = MIDNIGHT
    starts_on: date | None = None
    ends_on: date | None = None


def local_spans(rows, default, first, last, zone=BERLIN):
    """Spans with wall times as text, easy to read in a test."""
    return [
        (f"{start.astimezone(zone):%d %H:%M}", f"{end.astimezone(zone):%d %H:%M}", grade)
        for start, end, grade in availability_spans(rows, default, first, last, zone)
    ]


def test_without_rows_the_default_grade_holds_all_the_time():
    assert local_spans([], "unwanted", date(2026, 6, 1), date(2026, 6, 2)) == [("01 00:00", "03 00:00", Grade.UNWANTED)]


def test_a_recurring_night_reaches_into_the_next_day_and_in_from_the_day_before():
    nights = [Row(Grade.PREFERRED, weekday=0, starts_at=time(22), ends_at=time(6))]
    assert local_spans(nights, "available", date(2026, 6, 1), date(2026, 6, 1)) == [
        ("01 00:00", "01 22:00", Grade.AVAILABLE),
        ("01 22:00", "02 00:00", Grade.PREFERRED),
    ]
    assert local_spans(nights, "available", date(2026, 6, 2), date(2026, 6, 2)) == [
        ("02 00:00", "02 06:00", Grade.PREFERRED),
        ("02 06:00", "03 00:00", Grade.AVAILABLE),
    ]


def test_a_dated_row_beats_a_recurring_one_for_better_and_for_worse():
    rows = [
        Row(Grade.UNAVAILABLE, weekday=0),
        Row(Grade.PREFERRED, on_date=date(2026, 6, 1), starts_at=time(10), ends_at=time(12)),
    ]
    assert local_spans(rows, "available", date(2026, 6, 1), date(2026, 6, 1)) == [
        ("01 00:00", "01 10:00", Grade.UNAVAILABLE),
        ("01 10:00", "01 12:00", Grade.PREFERRED),
        ("01 12:00", "02 00:00", Grade.UNAVAILABLE),
    ]


def test_among_equals_the_worse_grade_wins():
    rows = [
        Row(Grade.PREFERRED, weekday=0, starts_at=time(8), ends_at=time(16)),
        Row(Grade.UNWANTED, weekday=0, starts_at=time(12), ends_at=time(20)),
    ]
    assert local_spans(rows, "unavailable", date(2026, 6, 1), date(2026, 6, 1)) == [
        ("01 00:00", "01 08:00", Grade.UNAVAILABLE),
        ("01 08:00", "01 12:00", Grade.PREFERRED),
        ("01 12:00", "01 20:00", Grade.UNWANTED),
        ("01 20:00", "02 00:00", Grade.UNAVAILABLE),
    ]


def test_every_second_week_counts_from_the_week_of_its_start():
    row = Row(Grade.UNAVAILABLE, weekday=0, every_weeks=2, starts_on=date(2026, 6, 4))
    assert list(row_days(row, date(2026, 6, 1), date(2026, 7, 1))) == [date(2026, 6, 15), date(2026, 6, 29)]


def test_a_recurring_row_holds_from_its_first_day_to_its_last():
    row = Row(Grade.UNAVAILABLE, weekday=2, starts_on=date(2026, 6, 10), ends_on=date(2026, 6, 17))
    assert list(row_days(row, date(2026, 5, 1), date(2026, 8, 1))) == [date(2026, 6, 10), date(2026, 6, 17)]


def test_a_day_in_which_clocks_change_has_23_or_25_hours():
    for day, hours in ((date(2026, 3, 29), 23), (date(2026, 10, 25), 25)):
        row = Row(Grade.UNAVAILABLE, on_date=day)
        ((start, end, grade),) = availability_spans([row], "available", day, day, BERLIN)
        assert (end - start, grade) == (timedelta(hours=hours), Grade.UNAVAILABLE)


def test_a_row_inside_the_hour_left_out_says_nothing():
    row = Row(Grade.UNAVAILABLE, weekday=6, starts_at=time(2), ends_at=time(3))
    ((_, _, grade),) = availability_spans([row], "available", date(2026, 3, 29), date(2026, 3, 29), BERLIN)
    assert grade == Grade.AVAILABLE


FIRST = date(2026, 3, 25)
TIMES = st.integers(0, 47).map(lambda half: time(half // 2, half % 2 * 30))
NEAR = st.integers(-3, 12).map(lambda days: FIRST + timedelta(days))
GRADES = st.sampled_from(list(Grade))
ROWS = st.lists(
    st.one_of(
        st.builds(Row, GRADES, on_date=NEAR, starts_at=TIMES, ends_at=TIMES),
        st.builds(
            Row,
            GRADES,
            weekday=st.integers(0, 6),
            every_weeks=st.integers(1, 3),
            starts_at=TIMES,
            ends_at=TIMES,
            starts_on=st.none() | NEAR,
            ends_on=st.none() | NEAR,
        ),
    ),
    max_size=6,
)


def grade_at(rows, default, instant, zone):
    """The rule of the house said plainly, one instant at a time."""
    found = []
    for row in rows:
        for day in row_days(row, FIRST - timedelta(3), FIRST + timedelta(20)):
            start, end = span_of(day, row.starts_at, row.ends_at, zone)
            if start <= instant < end:
                found.append((row.on_date is not None, -WORST_FIRST.index(row.grade), row.grade))
    return max(found)[2] if found else default


@given(ROWS, GRADES, st.integers(0, 9), st.sampled_from(["Europe/Berlin", "America/Vancouver", "Australia/Lord_Howe"]))
def test_spans_fill_the_window_and_say_at_each_instant_what_the_rule_says(rows, default, days, name):
    zone = ZoneInfo(name)
    last = FIRST + timedelta(days)
    spans = availability_spans(rows, default, FIRST, last, zone)
    assert spans[0][0] == instant_of(FIRST, MIDNIGHT, zone)
    assert spans[-1][1] == instant_of(last + timedelta(1), MIDNIGHT, zone)
    for one, other in pairwise(spans):
        assert one[1] == other[0]
        assert one[2] != other[2]
    for start, end, grade in spans:
        assert start.tzinfo is UTC
        instant = start
        while instant < end:
            assert grade_at(rows, default, instant, zone) == grade
            instant += timedelta(minutes=150)


def test_a_window_that_ends_before_it_begins_has_no_spans():
    assert availability_spans([], "available", date(2026, 6, 2), date(2026, 6, 1), BERLIN) == []


def test_instants_are_in_utc():
    ((start, _, _),) = availability_spans([], "available", date(2026, 6, 1), date(2026, 6, 1), BERLIN)
    assert start == datetime(2026, 5, 31, 22, tzinfo=UTC)

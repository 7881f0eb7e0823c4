"""Who was to come is paid when a shift is called off at short notice, once, and not when it runs after all."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
import sqlalchemy as sa

from app.access import Role
from app.attendance import services as attendance
from app.attendance.models import Activity, Attendance
from app.attendance.queries import noted_shifts, worked_records
from app.database import db
from app.editing import Refused, Saved
from app.exchange import clockwork, covers
from app.exchange.services import set_terms
from app.exchange.terms import Terms
from app.pay import accrual, owed
from app.pay import services as pay
from app.roster import planning
from app.roster.models import Assignment, Shift, as_told
from app.words import span_words
from tests.app.roster.planned import FIRST
from tests.support.people import add_person

DUE = 6 * 2000


@pytest.fixture
def shift(town, period, clock):
    """Ana and Bo are on a shift of six hours, Bo has said no; the rate is 20 an hour."""
    agreed = {"activity": None, "level": None, "service_id": None, "basis": "hour", "premium": None}
    toni = add_person("Toni", Role.TREASURER)
    assert isinstance(pay.add_rate(agreed | {"amount": 2000, "from_on": date(2026, 1, 1)}, toni), Saved)
    row = db.session.scalars(sa.select(Shift).where(Shift.day_on == FIRST)).one()
    ana, bo = town.people[:2]
    place = {"shift_id": row.id, "assigned_at": clock()} | as_told(row)
    db.session.add(Assignment(person_id=ana, accepted_at=clock(), **place))
    db.session.add(Assignment(person_id=bo, declined_at=clock(), **place))
    db.session.commit()
    return row


def due(person_id):
    accrual.accrue()
    return owed.owed_to(person_id).pay


def test_short_notice_is_paid_in_full_once_and_only_to_who_was_to_come(shift, period, town, clock):
    clock.set(shift.starts_at - timedelta(hours=23))
    for _ in range(2):
        planning.call_off(period, shift.id)
        assert [due(each) for each in town.people] == [DUE, 0, 0, 0]


@pytest.mark.parametrize("hours", [23, -1])
def test_whoever_gave_their_place_back_is_due_nothing_though_they_stay_listed(shift, period, town, clock, hours):
    ana = town.people[0]
    set_terms(shift.site_id, Terms(stays_listed=True), 0)
    clock.set(shift.starts_at - timedelta(hours=24))
    covers.cannot_come(ana, shift.id, ana)
    clock.set(shift.starts_at - timedelta(hours=hours))
    clockwork.turn(None)
    planning.call_off(period, shift.id)
    assert due(ana) == 0


def test_a_day_of_notice_is_free(shift, period, town, clock):
    clock.set(shift.starts_at - timedelta(hours=24))
    planning.call_off(period, shift.id)
    assert due(town.people[0]) == 0


def test_what_runs_after_all_is_owed_no_more_and_called_off_again_it_is(shift, period, town, clock):
    clock.set(shift.starts_at - timedelta(hours=2))
    planning.call_off(period, shift.id)
    due(town.people[0])
    clock.move(minutes=5)
    planning.bring_back(period, shift.id)
    assert due(town.people[0]) == 0
    clock.move(minutes=5)
    planning.call_off(period, shift.id)
    assert due(town.people[0]) == DUE


def test_what_was_noted_when_a_shift_was_called_off_stays_beside_it_when_it_is_brought_back(
    shift, period, town, clock, as_
):
    clock.set(shift.starts_at - timedelta(hours=2))
    planning.call_off(period, shift.id)
    (noted,) = worked_records(FIRST, FIRST)
    planning.bring_back(period, shift.id)
    planning.call_off(period, shift.id)
    page = as_(add_person("Rae", Role.COORDINATOR)).page(f"/attendance/records/{noted.id}").text
    assert page.index("The shift was called off again.") < page.index("The shift takes place after all.")
    assert f"Before: {span_words(noted.starts_at, noted.ends_at)}" in page


def test_what_was_called_off_is_paid_but_not_counted_as_work(shift, period, town, clock):
    clock.set(shift.starts_at - timedelta(hours=2))
    planning.call_off(period, shift.id)
    assert noted_shifts(FIRST, FIRST) == {}
    assert [each.activity for each in worked_records(FIRST, FIRST)] == [Activity.CANCELLATION]


def test_whoever_had_come_when_a_running_shift_is_called_off_is_paid_as_who_had_not(shift, period, town, clock):
    ana = town.people[0]
    clock.set(shift.starts_at)
    assert isinstance(attendance.arrive(shift.id, ana, attendance.at_kiosk(ana, 0)), Saved)
    clock.move(hours=2)
    planning.call_off(period, shift.id)
    assert due(ana) == DUE - 2 * 2000, "the rest of it at once"
    clock.move(hours=10)
    attendance.close_forgotten(None)
    assert due(ana) == DUE
    rest = db.session.scalars(sa.select(Attendance).filter_by(activity="cancellation")).one()
    for hours, answer in ((3, Saved), (5, Refused)):
        times = attendance.Times(rest.state, shift.ends_at - timedelta(hours=hours), shift.ends_at)
        assert isinstance(attendance.correct(rest.id, times, "so long", rest.version, town.people[1]), answer)


def test_whoever_left_before_a_running_shift_is_called_off_is_due_no_more(shift, period, town, clock):
    ana = town.people[0]
    clock.set(shift.starts_at)
    came = attendance.arrive(shift.id, ana, attendance.at_kiosk(ana, 0))
    clock.move(hours=1)
    assert isinstance(attendance.leave(shift.id, ana, attendance.at_kiosk(ana, 1)), Saved), came
    clock.move(hours=1)
    planning.call_off(period, shift.id)
    assert due(ana) == 2000


@pytest.mark.parametrize("way", ["by the shift", "at the very end"])
def test_what_the_whole_shift_pays_already_is_not_paid_again(shift, period, town, clock, way):
    ana = town.people[0]
    if way == "by the shift":
        agreed = {"activity": "shift", "level": None, "service_id": None, "basis": "shift", "premium": None}
        pay.add_rate(agreed | {"amount": DUE, "from_on": FIRST}, add_person("Tess", Role.TREASURER))
    clock.set(shift.starts_at)
    assert isinstance(attendance.arrive(shift.id, ana, attendance.at_kiosk(ana, 0)), Saved)
    clock.set(shift.ends_at - timedelta(minutes=9 if way == "at the very end" else 120))
    planning.call_off(period, shift.id)
    clock.move(hours=12)
    attendance.close_forgotten(None)
    assert due(ana) == DUE


def test_whoever_came_early_to_a_shift_called_off_before_its_start_is_paid_as_called_off(shift, period, town, clock):
    ana = town.people[0]
    clock.set(shift.starts_at - timedelta(minutes=10))
    assert isinstance(attendance.arrive(shift.id, ana, attendance.at_kiosk(ana, 0)), Saved)
    planning.call_off(period, shift.id)
    clock.move(hours=12)
    attendance.close_forgotten(None)
    assert due(ana) == DUE


def test_a_running_shift_that_was_called_off_and_brought_back_is_paid_as_worked(shift, period, town, clock):
    ana = town.people[0]
    clock.set(shift.starts_at)
    assert isinstance(attendance.arrive(shift.id, ana, attendance.at_kiosk(ana, 0)), Saved)
    clock.move(hours=2)
    planning.call_off(period, shift.id)
    planning.bring_back(period, shift.id)
    clock.move(hours=10)
    attendance.close_forgotten(None)
    assert due(ana) == DUE


def test_a_place_is_paid_as_called_off_or_as_worked_never_as_both(shift, period, town, clock):
    ana, other = town.people[:2]
    clock.set(shift.starts_at - timedelta(minutes=10))
    came = attendance.arrive(shift.id, ana, attendance.at_kiosk(ana, 0))
    attendance.take_back(came.id, attendance.at_kiosk(ana, 1))
    clock.set(shift.starts_at + timedelta(hours=1))
    planning.call_off(period, shift.id)
    row = db.session.get_one(Attendance, came.id)
    times = attendance.Times(attendance.AttendanceState.LEFT, shift.starts_at, clock())
    outcome = attendance.correct(row.id, times, "was there", row.version, other)
    assert isinstance(outcome, Refused)
    assert "called off" in outcome.problems[""]
    assert due(ana) == DUE


def test_a_tap_from_before_a_shift_was_called_off_is_mended_by_a_coordinator_and_costs_nothing(
    shift, period, town, clock
):
    ana, robin = town.people[0], town.robin
    clock.set(shift.starts_at)
    came = attendance.arrive(shift.id, ana, attendance.at_kiosk(ana, 0))
    clock.move(hours=2)
    attendance.leave(shift.id, ana, attendance.at_kiosk(ana, 1))
    clock.move(minutes=1)
    planning.call_off(period, shift.id)
    outcome = attendance.take_back(came.id, attendance.at_kiosk(ana, 2))
    assert outcome.problems[""] == "The shift was called off. A coordinator corrects this."
    assert due(ana) == 2 * 2000
    times = attendance.Times(attendance.AttendanceState.LEFT, shift.starts_at, clock())
    assert isinstance(attendance.correct(came.id, times, "tapped by mistake", 2, robin), Saved)
    assert due(ana) == DUE

"""Who said yes to a shift is paid no less when its hours or its service are changed at short notice."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, time, timedelta

import pytest
import sqlalchemy as sa

from app.attendance import services as attendance
from app.attendance.models import NotedVia
from app.database import db
from app.editing import Refused, Saved
from app.exchange import covers
from app.pay import services as pay
from app.roster import drafts, planning, queries
from app.roster.models import Assignment, Shift
from app.roster.patterns import Line
from app.shifts.services import answer_change
from app.sites.models import Pattern, Service
from tests.app.review.test_publishing import publish
from tests.app.roster.planned import FIRST
from tests.app.roster.test_called_off import DUE, due, shift

__all__ = ["shift"]
HOUR = timedelta(hours=1)


@pytest.fixture
def change(shift, period):
    """Changes the shift as its form would, which begins with what it is now."""
    shift_id = shift.id

    def change(**facts):
        row = db.session.get_one(Shift, shift_id, populate_existing=True)
        starts, ends = planning.wall_times(row)
        lines = tuple(Line(d.skill_id, d.minimum, d.target, d.maximum) for d in row.demands)
        now = planning.ShiftFacts(row.site_id, row.service_id, row.day_on, starts, ends, 0, None, lines)
        return planning.edit_shift(period, shift_id, replace(now, **facts), row.version)

    return change


@pytest.fixture
def late(shift, change, clock):
    """The same, two hours before the shift."""
    clock.set(shift.starts_at - 2 * HOUR)
    return change


@pytest.fixture
def tell(period, town, as_):
    """Publishes what was changed."""
    return lambda: publish(as_(town.robin), drafts.begin_draft(period, drafts.Source.PUBLISHED).id)


def planned(shift_id, town):
    noting = attendance.Noting(town.robin, NotedVia.COORDINATOR, 0)
    return attendance.note_as_planned(shift_id, town.people[0], noting)


@pytest.mark.parametrize("hours", [(9, 10), (14, 15), (11, 12)])
def test_hours_lost_at_short_notice_are_paid_beside_those_worked(shift, town, clock, change, hours):
    clock.set(shift.starts_at - 2 * HOUR)
    outcome = change(starts_at=time(hours[0]), ends_at=time(hours[1]))
    assert outcome.words == "1 person is paid for the hours they lose at short notice."
    assert [due(each) for each in town.people] == [DUE - 2000, 0, 0, 0], "Bo had said no"
    clock.set(shift.starts_at + 12 * HOUR)
    assert isinstance(planned(shift.id, town), Saved)
    assert due(town.people[0]) == DUE


def test_the_page_of_a_shift_says_before_that_lost_hours_are_paid(shift, period, town, clock, as_):
    path = f"/rosters/{period}/shifts/{shift.id}"
    for hours, is_told in ((25, False), (2, True)):
        clock.set(shift.starts_at - hours * HOUR)
        assert ("1 person is paid for the hours they lose" in as_(town.robin).page(path).body_text) is is_told


def test_hours_that_come_back_take_the_note_away(shift, town, clock, change):
    clock.set(shift.starts_at - 2 * HOUR)
    for ends, lost in ((10, 5), (12, 3), (16, 0), (15, 0), (9 + 1, 5)):
        change(ends_at=time(ends))
        assert due(town.people[0]) == lost * 2000


def test_with_a_day_of_notice_hours_are_changed_for_nothing(shift, town, clock, change):
    clock.set(shift.starts_at - 25 * HOUR)
    assert not change(ends_at=time(10)).words
    assert due(town.people[0]) == 0


def test_a_later_shift_as_long_as_before_loses_nobody_anything(shift, town, clock, change):
    clock.set(shift.starts_at - 2 * HOUR)
    change(starts_at=time(10), ends_at=time(16))
    assert due(town.people[0]) == 0


@pytest.mark.parametrize("stays", [False, True])
def test_a_running_shift_made_shorter_pays_each_hour_once(shift, town, clock, change, stays):
    ana, ends_at = town.people[0], shift.ends_at
    clock.set(shift.starts_at)
    assert isinstance(attendance.arrive(shift.id, ana, attendance.at_kiosk(ana, 0)), Saved)
    clock.move(hours=1)
    change(ends_at=time(10))
    if stays:
        clock.set(ends_at)
        attendance.leave(shift.id, ana, attendance.at_kiosk(ana, 1))
    clock.set(ends_at + 12 * HOUR)
    attendance.close_forgotten(None)
    assert due(ana) == DUE


@pytest.mark.parametrize("hours", [(9, 10), (17, 23)])
def test_what_is_changed_and_then_called_off_is_paid_once(shift, period, town, late, hours):
    late(starts_at=time(hours[0]), ends_at=time(hours[1]))
    before = due(town.people[0])
    planning.call_off(period, shift.id)
    assert due(town.people[0]) == DUE
    planning.bring_back(period, shift.id)
    assert due(town.people[0]) == before


def test_what_is_moved_to_another_day_at_short_notice_was_lost_on_this_one(shift, period, town, clock, change):
    shift.pattern_id = None
    db.session.commit()
    clock.set(shift.starts_at - 2 * HOUR)
    change(day_on=FIRST + timedelta(days=3))
    planning.call_off(period, shift.id)
    assert due(town.people[0]) == DUE


@pytest.mark.parametrize("hours", [(10, 16), (16, 22), (9, 12)])
def test_a_no_to_hours_that_were_moved_at_short_notice_loses_nothing(shift, town, late, tell, hours):
    shift_id, ana = shift.id, town.people[0]
    late(starts_at=time(hours[0]), ends_at=time(hours[1]))
    tell()
    place = db.session.scalars(sa.select(Assignment).filter_by(shift_id=shift_id, person_id=ana)).one()
    sequence = place.version + db.session.get_one(Shift, shift_id).version - 2
    answer_change(ana, shift_id, sequence, is_yes=False)
    assert due(ana) == DUE


def test_whoever_cannot_come_is_due_nothing_when_the_hours_are_changed(shift, town, clock, change):
    clock.set(shift.starts_at - 3 * HOUR)
    covers.cannot_come(town.people[0], shift.id, town.people[0])
    change(ends_at=time(10))
    assert due(town.people[0]) == 0


def test_a_shift_is_not_made_one_of_a_service_that_pays_less(shift, town, clock, change):
    cheap = Service(code="cheap", name="Cheap")
    db.session.add(cheap)
    db.session.commit()
    agreed = {"activity": None, "level": None, "basis": "hour", "premium": None, "service_id": cheap.id}
    assert isinstance(pay.add_rate(agreed | {"amount": 500, "from_on": date(2026, 1, 1)}, town.sam), Saved)
    assert "would pay less" in change(service_id=cheap.id).problems[""]


def test_hours_that_somebody_worked_are_corrected_there_and_not_in_the_plan(shift, town, clock, change):
    clock.set(shift.ends_at)
    assert "is over" in change(ends_at=time(10)).problems[""]
    planned(shift.id, town)
    assert "correct their hours" in change(ends_at=time(10)).problems[""]
    assert isinstance(change(note="The key is at the door"), Saved)


def test_what_a_pattern_takes_away_at_short_notice_is_paid_too(shift, period, town, clock):
    clock.set(shift.starts_at - 2 * HOUR)
    db.session.get_one(Pattern, town.day).ends_at = time(10)
    db.session.commit()
    difference = queries.pattern_difference(db.session.get_one(queries.Period, period))
    outcome = planning.follow_patterns(period, [town.day], difference.fingerprint)
    assert not isinstance(outcome, Refused)
    assert due(town.people[0]) == 5 * 2000

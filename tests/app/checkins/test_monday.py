"""A supervisor's Monday: what waits and what was hard, and nothing about who answered what."""

from __future__ import annotations

import pytest

from app import jobs
from app.access import Role
from app.attendance.queries import worked_records
from app.checkins import parcels
from app.incidents import services as incidents
from app.incidents.models import Kind
from tests.app.checkins.conftest import OTHER_WORDS
from tests.support.people import add_person

TASK = jobs.Task("job", {}, 1)


@pytest.fixture
def page(kim, as_):
    """Kim's Monday, read anew each time."""
    client = as_(kim)
    return lambda: client.page("/own/monday").text, client


def test_it_says_how_many_wait_only_while_the_supervisors_own_words_hold_it_open(ana, kim, check_in, page):
    look, client = page
    check_in(ana, 4, 4, 4, to=kim)
    parcels.deliver(TASK)
    assert "It opens with your private words" in look()
    client.submit("/own/box", "", passphrase=OTHER_WORDS)
    assert "1 waits" in look()
    assert "Ana" not in look()


def test_what_was_hard_is_there_without_names(ana, page):
    look, _ = page
    assert "Nothing was told." in look()
    incidents.tell_incident(ana, Kind.OVERDOSE)
    said = look()
    assert "Overdose" in said
    assert "1 person there" in said
    assert "Ana" not in said


def test_a_supervisor_gives_paid_quiet_work_and_nothing_else_of_pay(ana, kim, as_):
    client = as_(kim)
    page = client.page("/own/monday")
    assert any(link.get("href") == "/attendance/extra" for link in page.all("a"))
    page = client.page("/attendance/extra")
    assert {each.get("value") for each in page.all("input", name="activity")} == {"quiet", "debrief"}
    hours = {"day_on": "2026-11-22", "starts_at": "10:00", "ends_at": "12:00", "person_id": ana}
    client.submit("/attendance/extra", "", activity="training", **hours)
    assert worked_records(person_id=ana) == []
    client.submit("/attendance/extra", "", activity="quiet", **hours)
    (record,) = worked_records(person_id=ana)
    assert (record.activity, record.minutes) == ("quiet", 120)


def test_a_supervisor_nobody_can_choose_is_told_so(as_):
    assert "Nobody can choose you yet" in as_(add_person("Lee", Role.SUPERVISOR)).page("/own/monday").text

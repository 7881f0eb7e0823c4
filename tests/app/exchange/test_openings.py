"""What is open is seen by coordinators as the rules see it: what cannot run, and who would be alone, comes first."""

from __future__ import annotations

from datetime import timedelta

import pytest

from app import clock as app_clock
from app.attendance import services as attendance
from app.attendance.models import AttendanceState
from app.database import db
from app.exchange import covers
from app.exchange.openings import openings_within
from app.sites.models import Service


def seen():
    found = {each.shift_id: (each.missing, each.badge[0]) for each in openings_within(timedelta(days=14))}
    db.session.rollback()
    return found


@pytest.fixture
def listed(town):
    """A shift that Ana stands on only until somebody takes her place."""
    town.agree(stays_listed=True)
    shift = town.shift("2026-11-23 10:30", 6, town.ana, town.bo, minimum=2)
    covers.cannot_come(town.ana, shift, town.ana)
    assert town.people_on(shift) == {town.ana, town.bo}
    return shift


def test_a_shift_that_cannot_run_without_who_gave_it_back_is_seen_though_they_stay_listed(town, listed, as_):
    assert seen() == {listed: (1, "Cannot run")}
    for page in ("/", "/gaps/"):
        assert "Cannot run" in as_(town.robin).page(page).body_text


def test_who_gave_a_place_back_and_is_there_counts_again(town, listed):
    attendance.enter(listed, town.ana, attendance.Times(AttendanceState.HERE, app_clock.now()), town.robin)
    assert seen() == {}


def test_whoever_would_be_alone_where_nobody_should_be_is_seen_first(town, as_):
    db.session.get_one(Service, town.service).minimum_company = 2
    db.session.commit()
    sooner = town.shift("2026-11-24 01:00", 6, town.cy, town.di, target=3, minimum=1)
    shift = town.shift("2026-11-25 09:00", 6, town.ana, minimum=1)
    assert seen() == {sooner: (1, "1 open"), shift: (1, "Leaves one alone")}
    for page in ("/", "/gaps/"):
        links = [link["href"] for link in as_(town.robin).page(page).one("main").all("a")]
        assert links.index(f"/gaps/{shift}") < links.index(f"/gaps/{sooner}")

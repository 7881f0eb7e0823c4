"""Going easy while a roster stands: what is theirs stays theirs, and a coordinator reads nothing that tells of it."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, time, timedelta

import pytest

from app.database import db
from app.people import capacity
from app.people.capacity import Less
from app.people.models import Availability
from app.review.queries import review_of
from app.roster import drafts
from app.roster.models import Shift
from app.sites.models import Service
from scheduling import NOT_AVAILABLE, Assignment, Roster, Waiver, check
from tests.app.review.hands import away, move, put
from tests.app.review.test_publishing import live, publish
from tests.app.roster.planned import LAST


@pytest.fixture
def again(town, period, draft, on, as_):
    """A new draft of a published roster in which Ana has a day and a demanding night, both with Bo."""
    db.session.get_one(Service, town.service).demanding = 2
    db.session.commit()
    put(draft, *((person, on(day)) for person in (town.ana, town.bo) for day in (5, 7)))
    publish(as_(town.robin), draft)
    return drafts.begin_draft(period, drafts.Source.PUBLISHED).id


def seen(page):
    """All that a page holds but its tokens."""
    main = page.one("main")
    marks = [(each.tag, each.attributes) for each in main.walk() if each.get("name") != "csrf_token"]
    return main.text, marks


LESS = (Less(no_nights=True), Less(no_demanding=True), Less(maximum_shifts=0), Less(maximum_minutes=60))


@pytest.mark.parametrize("less", LESS)
def test_no_page_about_what_is_theirs_already_changes(town, again, on, as_, less):
    robin = as_(town.robin)
    paths = ("", "/fairness", "/publish", "/changes", f"/shift/{on(5)}", f"/shift/{on(7)}")
    before = [seen(robin.page(f"/review/{again}{path}")) for path in paths]
    capacity.go_easy(town.ana, LAST, less)
    assert [seen(robin.page(f"/review/{again}{path}")) for path in paths] == before
    for day in (5, 7):
        assert "Ana said that they can come at this time" in robin.page(f"/review/{again}/at/{town.ana}/{on(day)}").text


@pytest.mark.parametrize("less", LESS)
def test_it_takes_no_shift_away_and_keeps_nobody_from_publishing(town, again, on, as_, less):
    capacity.go_easy(town.ana, LAST, less)
    move(again, "assign", town.cy, on(9))
    assert "Published: 1 change" in publish(as_(town.robin), again).text
    assert {(town.ana, on(5)), (town.ana, on(7))} <= set(live())


def test_who_is_away_from_what_is_theirs_keeps_nobody_from_publishing_either(town, again, on, as_):
    away(town.ana, 7)
    move(again, "assign", town.cy, on(9))
    robin = as_(town.robin)
    assert "Ana is not available for Mon 7 Dec" in robin.page(f"/review/{again}/at/{town.ana}/{on(7)}").text
    assert "Published: 1 change" in publish(robin, again).text


def test_a_shift_that_moved_into_a_time_when_somebody_cannot_come_holds_a_draft(town, period, again, on, as_):
    shift, later = db.session.get_one(Shift, on(7)), timedelta(hours=7)
    shift.starts_at, shift.ends_at = shift.starts_at + later, shift.ends_at + later
    evening = {"on_date": date(2026, 12, 7), "starts_at": time(17), "ends_at": time(19)}
    db.session.add(Availability(person_id=town.ana, grade="unavailable", **evening))
    db.session.commit()
    draft = drafts.begin_draft(period, drafts.Source.PUBLISHED).id
    assert "Ana is not available for Mon 7 Dec" in as_(town.robin).page(f"/review/{draft}/publish").text


@pytest.fixture
def later(town, period, again, on):
    """A new draft of what is published, in which Ana's night begins an hour later than she was told."""
    shift, hour = db.session.get_one(Shift, on(5)), timedelta(hours=1)
    shift.starts_at, shift.ends_at = shift.starts_at + hour, shift.ends_at + hour
    db.session.get_one(Service, shift.service_id).demanding = 2
    db.session.commit()
    return drafts.begin_draft(period, drafts.Source.PUBLISHED).id


@pytest.mark.parametrize("less", LESS)
def test_a_shift_that_moved_since_is_theirs_no_more_and_tells_no_reason(town, later, on, as_, less):
    capacity.go_easy(town.ana, date(2026, 12, 5), less)
    assert "Ana is not available for " in as_(town.robin).page(f"/review/{later}/publish").text
    move(later, "give", town.ana, on(5), to_person=town.cy)
    assert move(later, "give", town.cy, on(5), to_person=town.ana).reasons[0] == NOT_AVAILABLE


def test_a_shift_that_moved_reads_the_same_whether_somebody_goes_easy_or_is_away(town, later, on, as_):
    robin = as_(town.robin)
    paths = ("", "/publish", "/changes", f"/shift/{on(5)}", f"/at/{town.ana}/{on(5)}")
    capacity.go_easy(town.ana, date(2026, 12, 5), Less(no_nights=True))
    easy = [seen(robin.page(f"/review/{later}{path}")) for path in paths]
    assert "Ana is not available for Sat 5 Dec" in easy[1][0]
    capacity.as_usual(town.ana)
    away(town.ana, 5)
    assert [seen(robin.page(f"/review/{later}{path}")) for path in paths] == easy


def test_another_site_at_the_same_hours_leaves_a_shift_theirs(town, period, again, on, as_):
    db.session.get_one(Shift, on(5)).site_id = town.site
    db.session.commit()
    capacity.go_easy(town.ana, LAST, Less(no_nights=True))
    draft = drafts.begin_draft(period, drafts.Source.PUBLISHED).id
    assert "Published: 2 changes for 2 people" in publish(as_(town.robin), draft).text


def test_what_a_draft_gave_before_reads_like_being_away(town, draft, on, as_):
    put(draft, (town.ana, on(5)), (town.cy, on(5)))
    capacity.go_easy(town.ana, LAST, Less(no_nights=True))
    away(town.cy, 5)
    robin = as_(town.robin)
    for name in ("ana", "cy"):
        page = robin.page(f"/review/{draft}/at/{getattr(town, name)}/{on(5)}").text
        assert f"{name.title()} is not available for Sat 5 Dec" in page
        assert f"{name.title()} said that they cannot come at this time" in page


def test_whatever_else_is_set_aside_a_limit_of_ones_own_stays(town, again, on):
    capacity.go_easy(town.ana, LAST, Less(maximum_shifts=0))
    problem = review_of(again).problem
    waived = replace(
        problem, waivers=tuple(Waiver(each.name, on(9), None) for each in problem.rules if each.name != "agreed_hours")
    )
    stops = [
        each.rule
        for each in check(waived, Roster([Assignment(town.ana, on(9)), Assignment(town.ana, on(7))]))
        if each.is_forbidden
    ]
    assert "agreed_hours" in stops


def test_it_stands_first_whatever_else_stops_someone(town, again, on, as_):
    capacity.go_easy(town.ana, LAST, Less(maximum_shifts=0))
    away(town.cy, 9)
    for person in (town.ana, town.cy):
        assert move(again, "assign", person, on(9)).reasons[0] == NOT_AVAILABLE

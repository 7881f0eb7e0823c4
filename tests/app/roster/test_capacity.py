"""Going easy: the roster keeps to it, and what others read is what they read of anybody who is away."""

from __future__ import annotations

from datetime import date, time

import pytest

from app.checkins import keys, sealing
from app.checkins import services as check_ins
from app.database import db
from app.editing import Refused, Saved
from app.exchange import claims
from app.people import availability_services, capacity
from app.people.capacity import Less
from app.people.models import Grade, Wish, WishKind
from app.review import moves
from app.roster import facts
from app.sites.models import Service
from scheduling import NOT_AVAILABLE, NOT_AVAILABLE_FIX, Assignment, Roster, check
from tests.app.roster.planned import LAST
from tests.support.people import add_person

FIRST_WEEK_ENDS = date(2026, 12, 6)


@pytest.fixture
def ana(town):
    return town.people[0]


def problem_of(period):
    db.session.expire_all()
    return facts.read_problem(period).problem


def refused(period, person, count=None, *, nights=False):
    """What forbids a person on the first shifts of the period, nights or not."""
    problem = problem_of(period)
    chosen = [each.id for each in problem.shifts if each.is_night == nights][:count]
    found = check(problem, Roster(Assignment(person, each) for each in chosen))
    return sorted((each.rule, each.code) for each in found if each.price is None and person in each.workers)


def test_a_night_is_refused_as_private_and_as_any_other_time_when_one_is_away_as_well(period, ana):
    assert capacity.go_easy(ana, LAST, Less(no_nights=True)) == Saved(ana)
    assert ("availability", "ruled_out") in refused(period, ana, 1, nights=True)
    assert ("availability", "ruled_out") not in refused(period, ana, 1)
    availability_services.keep_dated_times(
        ana, Grade.UNAVAILABLE, (date(2026, 12, 5), FIRST_WEEK_ENDS), (time(), time())
    )
    assert ("availability", "unavailable") in refused(period, ana, 1, nights=True)


def test_what_others_read_is_the_same_for_every_private_limit_and_for_being_away(period, ana, town):
    """Not at a site, no demanding shifts, fewer shifts or hours, away: none can be told from another."""
    bo, cy, di, el = *town.people[1:4], add_person("El")
    db.session.get_one(Service, town.service).demanding = 2
    db.session.add(Wish(person_id=ana, kind=WishKind.NOT_AT, site_id=town.site))
    db.session.commit()
    capacity.go_easy(bo, LAST, Less(no_demanding=True))
    capacity.go_easy(cy, LAST, Less(maximum_shifts=0))
    capacity.go_easy(di, LAST, Less(maximum_minutes=60))
    availability_services.keep_dated_times(el, Grade.UNAVAILABLE, (date(2026, 11, 30), LAST), (time(), time()))
    read = facts.read_problem(period)
    (shift,) = [each.id for each in read.problem.shifts if not each.is_night][:1]
    for person in (ana, bo, cy, di, el):
        found = list(check(read.problem, Roster([Assignment(person, shift)]), (person,), ()))
        stops = [each for each in found if each.is_forbidden and person in each.workers]
        assert moves.told(stops, read.names) == [NOT_AVAILABLE]
        assert (moves.fixes(stops, read.names), any(map(moves.is_waivable, stops))) == ([NOT_AVAILABLE_FIX], False)
        assert claims.told(stops, read.names) == (NOT_AVAILABLE,)


def test_only_the_person_is_told_which_limit_of_their_own_it_is(period, ana, town):
    capacity.go_easy(ana, FIRST_WEEK_ENDS, Less(maximum_shifts=0))
    read = facts.read_problem(period)
    chosen = next(each.id for each in read.problem.shifts if not each.is_night)
    found = [each for each in check(read.problem, Roster([Assignment(ana, chosen)])) if each.rule == "agreed_hours"]
    (own,) = claims.told(found, read.names, ana)
    assert own.startswith("You are not available for more work")
    assert claims.told(found, read.names, town.people[1]) == (claims.NEUTRAL,)


def test_demanding_shifts_are_left_out_when_asked(period, ana, town):
    db.session.get_one(Service, town.service).demanding = 2
    db.session.commit()
    capacity.go_easy(ana, LAST, Less(no_demanding=True))
    assert len(problem_of(period).worker[ana].unavailable_for) == 8


def test_fewer_hours_and_fewer_shifts_bind_each_week_until_the_day(period, ana):
    capacity.go_easy(ana, FIRST_WEEK_ENDS, Less(maximum_shifts=2))
    assert refused(period, ana, 2) == []
    assert refused(period, ana, 3) == [("agreed_hours", "spell")]
    capacity.go_easy(ana, FIRST_WEEK_ENDS, Less(maximum_minutes=360))
    assert refused(period, ana, 2) == [("agreed_hours", "spell")]
    second_week = {Assignment(ana, each.id) for each in problem_of(period).shifts if not each.is_night and each.day > 6}
    assert [each for each in check(problem_of(period), Roster(second_week)) if each.rule == "agreed_hours"] == []


def test_it_ends_by_itself_and_by_its_owner(period, ana, clock):
    capacity.go_easy(ana, date(2026, 11, 29), Less(no_nights=True))
    assert problem_of(period).worker[ana].unavailable_for == frozenset()
    capacity.go_easy(ana, LAST, Less(no_nights=True))
    assert problem_of(period).worker[ana].unavailable_for
    capacity.as_usual(ana)
    assert problem_of(period).worker[ana].unavailable_for == frozenset()


def test_nothing_less_and_a_day_gone_by_are_refused_in_words(ana):
    assert isinstance(capacity.go_easy(ana, LAST, Less()), Refused)
    assert isinstance(capacity.go_easy(ana, date(2026, 11, 1), Less(no_nights=True)), Refused)


def test_only_the_person_sees_that_it_is_on(period, ana, town, as_):
    capacity.go_easy(ana, LAST, Less(no_nights=True))
    assert "It is on until" in as_(ana).page("/people/me/pace").text
    robin = as_(town.robin)
    for path in (f"/people/{ana}", f"/people/{ana}/availability", "/people/"):
        assert "easy" not in robin.page(path).text.lower()
    assert "easy" not in robin.page("/people/me/pace").text.lower().replace("go easy on me", "")


def test_it_is_one_tap(ana, as_):
    page = as_(ana).submit("/people/me/pace", "")
    assert "It is on until Monday 7 December" in page.text
    assert capacity.capacity_of(ana).maximum_minutes == 600


def test_whatever_people_answer_the_roster_is_made_of_the_same_facts(app, period, town, monkeypatch):
    monkeypatch.setattr(sealing, "MEMORY_KIB", 64)
    before = repr(problem_of(period))
    with app.test_request_context("/", method="POST"):
        for person, level in zip(town.people, (0, 2, 4, None), strict=True):
            keys.make_key(person, "otter lamp cedar quiet train")
            given = check_ins.Given(dict.fromkeys(("energy", "load", "rest"), level), something_hard=level == 4)
            check_ins.send_check_in(person, given)
    assert repr(problem_of(period)) == before

"""What people agreed to holds for that and nothing else: times, places, people, and what is told of them."""

from __future__ import annotations

from datetime import timedelta

import pytest
import sqlalchemy as sa

from app import clock as app_clock
from app.database import db
from app.exchange import answers, claims, clockwork, covers, gaps, queries, swaps
from app.exchange.models import Ask, AskState, Cover, CoverState, Swap, SwapState, WaitState
from app.exchange.swaps import Wanted
from app.mail.models import OutgoingMail
from app.people.models import Person
from app.roster.models import Assignment, Shift
from tests.support.people import add_person


@pytest.fixture
def swap(town):
    """Ana said yes to giving the first for Bo's second."""
    town.a, town.b = town.shift("2026-12-01 09:00", 4, town.ana), town.shift("2026-12-02 09:00", 4, town.bo)
    swaps.ask_swap(Wanted(town.ana, town.a, town.bo, town.b), town.ana, have_agreed=frozenset({town.ana}))
    found = db.session.scalar(sa.select(Swap.id))
    db.session.rollback()
    return found


def change(model, key, **values):
    db.session.execute(sa.update(model).where(model.id == key).values(**values))
    db.session.commit()


def move(shift_id, hours=9):
    shift = db.session.get_one(Shift, shift_id)
    starts_at, ends_at = shift.starts_at + timedelta(hours=hours), shift.ends_at + timedelta(hours=hours)
    change(Shift, shift_id, starts_at=starts_at, ends_at=ends_at)


def state_of(model, key):
    state = db.session.get_one(model, key, populate_existing=True).state
    db.session.rollback()
    return state


def asked_about(shift_id):
    found = {ask.person_id for ask, _ in queries.asks_of(shift_id) if ask.state == AskState.ASKED}
    db.session.rollback()
    return found


@pytest.mark.parametrize("is_seen_by_the_worker", [True, False])
def test_a_swap_ends_when_one_of_its_shifts_is_moved(town, swap, is_seen_by_the_worker):
    move(town.b)
    if is_seen_by_the_worker:
        clockwork.turn(None)
    swaps.answer_swap(swap, town.bo, is_yes=True)
    assert state_of(Swap, swap) == SwapState.OVERTAKEN
    assert (town.people_on(town.a), town.people_on(town.b)) == ({town.ana}, {town.bo})


def test_a_swap_ends_when_one_of_the_two_leaves(town, swap):
    change(Person, town.ana, is_active=False)
    clockwork.turn(None)
    assert state_of(Swap, swap) == SwapState.OVERTAKEN
    gift = Wanted(town.bo, town.b, town.ana, None)
    assert isinstance(swaps.ask_swap(gift, town.bo, have_agreed=frozenset({town.bo})), answers.Stopped)


def test_a_yes_to_a_question_does_not_hold_for_another_time(town):
    shift = town.shift("2026-11-24 09:00", 6, town.ana, town.bo)
    covers.cannot_come(town.ana, shift, town.ana)
    ask = db.session.scalar(sa.select(Ask).where(Ask.state == AskState.ASKED))
    key, person = ask.id, ask.person_id
    move(shift, 2)
    assert isinstance(claims.answer_question(key, person, is_yes=True), answers.Over)
    assert person not in town.people_on(shift)


def test_a_shift_moved_since_its_page_was_read_is_not_taken(town):
    shift = town.shift("2026-12-10 09:00", 6)
    seen = queries.plan_of(shift)
    move(shift, 2)
    assert isinstance(claims.claim_shift(town.ana, shift, seen), answers.Moved)
    assert town.people_on(shift) == set()
    assert isinstance(claims.claim_shift(town.ana, shift, queries.plan_of(shift)), answers.Done)


def test_who_left_is_asked_no_more_and_the_next_is_asked(town):
    shift = town.shift("2026-11-24 09:00", 6, town.ana, town.bo)
    covers.cannot_come(town.ana, shift, town.ana)
    (first,) = asked_about(shift)
    change(Person, first, is_active=False)
    clockwork.turn(None)
    assert len(asked_about(shift)) == 1
    assert asked_about(shift) != {first}


def test_a_refusal_speaks_to_the_reader(town):
    town.shift("2026-12-01 00:00", 6, town.ana)
    shift = town.shift("2026-12-01 09:00", 6)
    stopped = claims.claim_shift(town.ana, shift).reasons
    assert any(each.startswith("You would have less than") for each in stopped)
    assert not any("Ana" in each for each in stopped)
    assert any("Ana" in each for each in claims.put_on(town.ana, shift).reasons)


def test_who_waits_and_is_asked_about_another_time_goes_on_waiting(town):
    shift = town.shift("2026-12-10 09:00", 6, town.ana, town.bo)
    claims.wait_for(town.cy, shift)
    covers.cannot_come(town.ana, shift, town.ana)
    key = db.session.scalar(sa.select(Ask.id).where(Ask.person_id == town.cy, Ask.state == AskState.ASKED))
    move(shift, 2)
    claims.answer_question(key, town.cy, is_yes=True)
    assert queries.waits_of(town.cy)[shift].state == WaitState.WAITING


def test_one_of_two_learns_of_the_other_only_that_it_would_not_fit(town):
    town.shift("2026-12-01 10:00", 4, town.bo)
    a, b = town.shift("2026-12-01 09:00", 4, town.ana), town.shift("2026-12-04 09:00", 4, town.bo)
    wanted = Wanted(town.ana, a, town.bo, b)
    stopped = swaps.ask_swap(wanted, town.ana, have_agreed=frozenset({town.ana}))
    assert stopped.reasons == (swaps.NOT_FOR_THEM,)
    stopped = swaps.ask_swap(wanted, town.robin, have_agreed=frozenset({town.ana, town.bo}))
    assert any("Bo" in each for each in stopped.reasons)


def test_a_trainee_covers_for_nobody(town):
    town.agree(stays_listed=True)
    shift = town.shift("2026-11-24 09:00", 4, town.ana, town.bo)
    change(Shift, shift, trainee_seats=1)
    learner = add_person("Lo", level="trainee", wanted_minutes=1200)
    covers.cannot_come(town.ana, shift, town.ana)
    asked = asked_about(shift)
    assert isinstance(claims.claim_shift(learner, shift), answers.Done)
    assert town.people_on(shift) == {town.ana, town.bo, learner}
    assert state_of(Cover, db.session.scalar(sa.select(Cover.id))) == CoverState.OPEN
    assert asked_about(shift) == asked != set()


def test_the_place_of_someone_who_left_can_be_taken(town):
    shift = town.shift("2026-11-26 09:00", 4, town.ana, town.bo)
    change(Person, town.ana, is_active=False)
    assert isinstance(claims.put_on(town.cy, shift), answers.Done)
    assert town.cy in town.people_on(shift)


@pytest.mark.parametrize("had_given_it_back", [True, False])
def test_who_left_stands_on_nothing_ahead_and_somebody_is_asked(town, had_given_it_back):
    town.agree(stays_listed=True)
    shift = town.shift("2026-11-24 09:00", 4, town.ana, town.bo)
    if had_given_it_back:
        covers.cannot_come(town.ana, shift, town.ana)
    change(Person, town.ana, is_active=False)
    clockwork.turn(None)
    clockwork.turn(None)
    assert town.people_on(shift) == {town.bo}
    assert asked_about(shift)


def test_a_place_given_to_someone_ends_what_was_open_about_it(town):
    town.agree(stays_listed=True)
    shift = town.shift("2026-11-24 17:00", 4, town.ana, town.bo)
    covers.cannot_come(town.ana, shift, town.ana)
    gift = Wanted(town.ana, shift, town.di, None)
    swaps.ask_swap(gift, town.robin, have_agreed=frozenset({town.ana, town.di}))
    assert state_of(Cover, db.session.scalar(sa.select(Cover.id))) == CoverState.COVERED
    clockwork.turn(None)
    assert asked_about(shift) == set()


def test_who_waited_hears_once_that_a_shift_is_called_off(town):
    shift = town.shift("2026-12-10 09:00", 6, town.ana, town.bo)
    claims.wait_for(town.cy, shift)
    change(Shift, shift, cancelled_at=app_clock.now())
    clockwork.turn(None)
    clockwork.turn(None)
    assert list(queries.waits_of(town.cy)) == []
    mails = db.session.scalars(sa.select(OutgoingMail).where(OutgoingMail.subject == swaps.END_SUBJECT)).all()
    assert ["This will not take place" in each.body for each in mails] == [True]


def test_a_swap_leaves_no_no_of_the_one_before(town, swap):
    db.session.execute(sa.update(Assignment).values(declined_at=app_clock.now()))
    db.session.commit()
    swaps.answer_swap(swap, town.bo, is_yes=True)
    assert state_of(Swap, swap) == SwapState.DONE
    assert db.session.scalars(sa.select(Assignment.declined_at)).all() == [None, None]


def test_what_cannot_run_comes_before_what_is_sooner(town):
    town.shift("2026-11-26 09:00", 4, target=1)
    town.shift("2026-11-28 09:00", 4, minimum=1)
    found = gaps.gaps_within(timedelta(days=14))
    assert [each.cannot_run for each in found] == [True, False]

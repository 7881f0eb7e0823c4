"""What was asked, waited for and given back, when a plan that is published puts people on a shift or takes them off."""

from __future__ import annotations

import pytest
import sqlalchemy as sa

from app import clock as app_clock
from app.database import db
from app.exchange import answers, claims, clockwork, covers, queries
from app.exchange.models import Ask, AskState, Cover
from app.mail.models import OutgoingMail
from app.roster.models import Assignment, Shift, as_told


def asked(shift):
    found = [(ask.person_id, ask.id) for ask, _ in queries.asks_of(shift) if ask.state == AskState.ASKED]
    db.session.rollback()
    return found


def open_covers():
    found = list(db.session.scalars(sa.select(Cover.person_id).where(Cover.ended_at.is_(None))))
    db.session.rollback()
    return found


def put_there(person, shift):
    """Put a person on a shift past everything that looks."""
    told = as_told(db.session.get_one(Shift, shift))
    db.session.add(Assignment(shift_id=shift, person_id=person, assigned_at=app_clock.now(), **told))
    db.session.commit()


def test_who_is_put_on_a_shift_they_were_asked_about_is_asked_no_more(town, as_):
    shift = town.shift("2026-12-15 09:00", 6, town.ana)
    covers.ask_person(town.bo, shift)
    ((_, ask),) = asked(shift)
    bo = as_(town.bo)
    bo.page(f"/asked/{ask}")
    town.publish(add=[(town.bo, shift)])
    assert queries.questions_for(town.bo) == []
    answer = bo.post(f"/asked/{ask}", data={"csrf_token": bo.token(), "answer": "no"})
    assert answer.headers["Location"] == f"/cannot/{shift}"
    assert claims.ON_IT in bo.page(f"/cannot/{shift}").body_text
    assert "Thank you" not in bo.page("/").body_text


@pytest.mark.parametrize("turns", [0, 1])
def test_a_no_of_someone_who_is_on_the_shift_by_now_tells_them_so(town, turns):
    shift = town.shift("2026-12-15 09:00", 6, town.ana)
    covers.ask_person(town.bo, shift)
    ((_, ask),) = asked(shift)
    put_there(town.bo, shift)
    for _ in range(turns):
        clockwork.turn(None)
        assert asked(shift) == []
    assert claims.answer_question(ask, town.bo, is_yes=False) == answers.Over(claims.ON_IT)
    assert asked(shift) == []


def test_who_waited_for_a_place_and_is_put_on_the_shift_waits_no_more(town):
    shift = town.shift("2026-12-15 09:00", 6, town.ana, town.cy)
    claims.wait_for(town.bo, shift)
    covers.cannot_come(town.ana, shift, town.ana)
    assert [person for person, _ in asked(shift)] == [town.bo]
    town.publish(add=[(town.bo, shift)])
    assert queries.waits_of(town.bo) == {}
    clockwork.turn(None)
    assert asked(shift) == []


def test_who_waits_and_is_on_the_shift_already_is_not_asked(town):
    shift = town.shift("2026-12-15 09:00", 6, town.ana, target=3)
    claims.wait_for(town.bo, shift)
    put_there(town.bo, shift)
    covers.ask_waiting(shift)
    assert db.session.scalars(sa.select(Ask.id)).all() == []
    clockwork.turn(None)
    assert queries.waits_of(town.bo) == {}


def test_who_is_dropped_and_put_on_again_can_give_the_place_back_again(town):
    town.agree(stays_listed=True)
    shift = town.shift("2026-11-25 09:00", 6, town.ana, town.bo)
    covers.cannot_come(town.ana, shift, town.ana)
    town.publish(drop=[(town.ana, shift)])
    assert [each.is_listed for each in queries.covers_of(town.ana).values()] == [False]
    town.publish(add=[(town.ana, shift)])
    assert open_covers() == []
    covers.cannot_come(town.ana, shift, town.ana)
    assert open_covers() == [town.ana]


def test_who_stands_on_a_shift_anew_since_they_gave_it_back_can_give_it_back(town, clock):
    town.agree(stays_listed=True)
    shift = town.shift("2026-11-25 09:00", 6, town.ana, town.bo)
    covers.cannot_come(town.ana, shift, town.ana)
    clock.move(minutes=5)
    db.session.execute(sa.update(Assignment).where(Assignment.person_id == town.ana).values(assigned_at=clock()))
    db.session.commit()
    covers.cannot_come(town.ana, shift, town.ana)
    assert db.session.scalars(sa.select(Cover.opened_at).where(Cover.ended_at.is_(None))).all() == [clock()]


def test_whoever_a_plan_replaces_is_let_go_with_the_next_turn(town):
    town.agree(stays_listed=True)
    shift = town.shift("2026-11-25 09:00", 6, town.ana, target=1)
    covers.cannot_come(town.ana, shift, town.ana)
    town.publish(add=[(town.di, shift)])
    for _ in range(2):
        clockwork.turn(None)
    assert town.people_on(shift) == {town.di}
    assert open_covers() == []
    subjects = [each for each in db.session.scalars(sa.select(OutgoingMail.subject)) if each == claims.OFF_SUBJECT]
    assert len(subjects) == 1

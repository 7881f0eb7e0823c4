"""When somebody cannot come: nobody asks why, the right people are told, those who can are asked."""

from __future__ import annotations

import pytest
import sqlalchemy as sa

from app import clock as app_clock
from app.attendance import services as attendance
from app.attendance.models import AttendanceState, NotedVia
from app.database import db
from app.exchange import answers, claims, clockwork, covers, queries, swaps
from app.exchange.models import Ask, AskState, Cover, CoverState
from app.mail.models import OutgoingMail
from app.people.models import Level, Person, PersonSkill, Skill
from app.roster.models import Assignment, Shift, ShiftDemand, as_told


def mails():
    found = [(row.recipient, row.subject, row.body) for row in db.session.scalars(sa.select(OutgoingMail))]
    db.session.rollback()
    return found


def asked(shift):
    found = [ask.person_id for ask, _ in queries.asks_of(shift) if ask.state == AskState.ASKED]
    db.session.rollback()
    return found


def test_far_ahead_the_place_is_open_to_everybody_at_once(town):
    shift = town.shift("2026-12-10 09:00", 6, town.ana, town.bo)
    assert isinstance(covers.cannot_come(town.ana, shift, town.ana), answers.Done)
    assert town.people_on(shift) == {town.bo}
    assert asked(shift) == []
    assert isinstance(claims.claim_shift(town.cy, shift), answers.Done)


def test_saying_it_twice_has_one_effect(town):
    shift = town.shift("2026-11-24 09:00", 6, town.ana, town.bo)
    for _ in range(2):
        covers.cannot_come(town.ana, shift, town.ana)
    assert db.session.scalar(sa.select(sa.func.count()).select_from(Cover)) == 1


def test_near_the_shift_one_person_is_asked_after_another_the_relief_pool_first(town, clock):
    db.session.get_one(Person, town.di).is_relief = True
    db.session.commit()
    shift = town.shift("2026-11-24 09:00", 6, town.ana, town.bo)
    covers.cannot_come(town.ana, shift, town.ana)
    assert asked(shift) == [town.di]
    clock.move(minutes=31)
    clockwork.turn(None)
    assert asked(shift) == [town.cy]


def test_all_are_asked_at_once_where_the_site_wants_it_and_the_first_yes_holds(town):
    town.agree(asks_all=True)
    shift = town.shift("2026-11-24 09:00", 6, town.ana, town.bo)
    covers.cannot_come(town.ana, shift, town.ana)
    assert set(asked(shift)) == {town.cy, town.di}
    ids = {ask.person_id: ask.id for ask, _ in queries.asks_of(shift)}
    assert isinstance(claims.answer_question(ids[town.cy], town.cy, is_yes=True), answers.Done)
    assert isinstance(claims.answer_question(ids[town.di], town.di, is_yes=True), answers.Taken)
    assert town.people_on(shift) == {town.bo, town.cy}


def test_a_no_leads_to_the_next_person(town):
    shift = town.shift("2026-11-24 09:00", 6, town.ana, town.bo)
    covers.cannot_come(town.ana, shift, town.ana)
    (ask, _), first = queries.asks_of(shift)[0], asked(shift)[0]
    claims.answer_question(ask.id, first, is_yes=False)
    clockwork.turn(None)
    assert asked(shift) == [({town.cy, town.di} - {first}).pop()]


def test_who_gave_it_back_or_said_no_is_not_asked_again(town):
    shift = town.shift("2026-11-24 09:00", 6, town.ana, town.bo)
    covers.cannot_come(town.ana, shift, town.ana)
    ask, _ = queries.asks_of(shift)[0]
    claims.answer_question(ask.id, ask.person_id, is_yes=False)
    claims.claim_shift(({town.cy, town.di} - {ask.person_id}).pop(), shift)
    covers.cannot_come(town.bo, shift, town.bo)
    assert asked(shift) == []


def test_a_person_stays_listed_only_where_the_site_wants_it_until_someone_takes_it(town):
    town.agree(stays_listed=True)
    shift = town.shift("2026-11-24 09:00", 6, town.ana, town.bo)
    covers.cannot_come(town.ana, shift, town.ana)
    assert town.people_on(shift) == {town.ana, town.bo}
    ask = queries.asks_of(shift)[0][0]
    claims.answer_question(ask.id, ask.person_id, is_yes=True)
    assert town.people_on(shift) == {town.bo, ask.person_id}
    ((_, body),) = [(to, body) for to, subject, body in mails() if subject == claims.OFF_SUBJECT]
    assert "You are off and need not come" in body
    assert not any(word in body for word in ("Harbour", "Supplies"))


def test_one_may_come_after_all_while_nobody_has_the_place(town):
    town.agree(stays_listed=True)
    shift = town.shift("2026-11-24 09:00", 6, town.ana, town.bo)
    covers.cannot_come(town.ana, shift, town.ana)
    assert isinstance(covers.come_after_all(town.ana, shift), answers.Done)
    assert asked(shift) == []
    assert db.session.scalar(sa.select(Cover.state)) == CoverState.WITHDRAWN


def test_coordinators_are_told_by_mail_when_it_leaves_too_few_and_nothing_says_what_the_work_is(town):
    shift = town.shift("2026-12-10 22:00", 8, town.ana, town.bo, minimum=2)
    covers.cannot_come(town.ana, shift, town.ana)
    ((to, subject, body),) = mails()
    assert to == "robin@example.org"
    assert subject == covers.OPEN_SUBJECT
    assert "too few people" in body
    assert "Thursday 10 December 22:00 to Friday 06:00" in body
    assert not any(word in body for word in ("Harbour", "Supplies", "Ana"))


def test_who_waits_longest_is_asked_first_and_only_then_others(town, clock):
    shift = town.shift("2026-12-10 09:00", 6, town.ana, town.bo)
    claims.wait_for(town.di, shift)
    clock.move(minutes=1)
    claims.wait_for(town.cy, shift)
    covers.cannot_come(town.ana, shift, town.ana)
    assert asked(shift) == [town.di]
    claims.answer_question(queries.asks_of(shift)[0][0].id, town.di, is_yes=False)
    clockwork.turn(None)
    assert asked(shift) == [town.cy]


def test_every_question_ends_when_its_shift_begins(town, clock):
    shift = town.shift("2026-11-24 09:00", 6, town.ana, town.bo)
    covers.cannot_come(town.ana, shift, town.ana)
    clock.move(days=2)
    clockwork.turn(None)
    assert set(db.session.scalars(sa.select(Ask.state))) <= {AskState.LAPSED, AskState.OVERTAKEN}
    assert db.session.scalar(sa.select(Cover.state)) == CoverState.LAPSED


def test_a_peer_gives_a_shift_back_in_two_taps_and_is_thanked(town, as_):
    shift = town.shift("2026-12-10 09:00", 6, town.ana, town.bo)
    page = as_(town.ana).submit(f"/cannot/{shift}", action=f"/cannot/{shift}")
    assert "Thank you" in page.body_text
    assert town.people_on(shift) == {town.bo}


def test_a_coordinator_asks_and_puts_on_who_could_come(town, as_):
    shift = town.shift("2026-11-24 09:00", 6, town.bo)
    robin = as_(town.robin)
    assert "Cy" in robin.page("/gaps/").body_text or shift in str(robin.get("/gaps/").text)
    robin.post(f"/gaps/{shift}/ask", data={"csrf_token": robin.token(), "person": town.cy})
    assert asked(shift) == [town.cy]
    robin.post(f"/gaps/{shift}/put-on", data={"csrf_token": robin.token(), "person": town.di})
    assert town.people_on(shift) == {town.bo, town.di}
    assert asked(shift) == []


def arrive(person, shift):
    return attendance.arrive(shift, person, attendance.Noting(person, NotedVia.PHONE, 0))


def test_who_has_arrived_cannot_give_the_place_away(town, as_):
    shift = town.shift("2026-11-23 11:00", 6, town.ana, target=1)
    arrive(town.ana, shift)
    assert covers.cannot_come(town.ana, shift, town.ana) == answers.Over(covers.HERE)
    robin = as_(town.robin)
    robin.post(f"/gaps/{shift}/cannot", data={"csrf_token": robin.token(), "person": town.ana})
    assert covers.THEY_ARE_HERE in robin.page(f"/gaps/{shift}").body_text
    assert town.people_on(shift) == {town.ana}


def test_who_gave_a_place_back_and_arrives_before_anybody_took_it_keeps_it(town):
    town.agree(stays_listed=True)
    shift = town.shift("2026-11-23 11:00", 6, town.ana, target=1)
    covers.cannot_come(town.ana, shift, town.ana)
    arrive(town.ana, shift)
    assert asked(shift) == []
    assert isinstance(claims.put_on(town.bo, shift), answers.Taken)
    assert town.people_on(shift) == {town.ana}


def test_who_is_noted_as_here_by_hand_is_not_sent_away_by_whoever_takes_a_place(town):
    town.agree(stays_listed=True)
    shift = town.shift("2026-11-23 10:30", 6, town.ana, target=1)
    covers.cannot_come(town.ana, shift, town.ana)
    here = attendance.Times(AttendanceState.HERE, app_clock.now())
    attendance.enter(shift, town.ana, here, town.robin)
    assert isinstance(claims.put_on(town.bo, shift), answers.Taken)
    assert town.people_on(shift) == {town.ana}


@pytest.mark.parametrize("how", ["take", "are put on", "are given it"])
def test_who_takes_a_place_back_can_give_it_back_again(town, as_, how):
    shift = town.shift("2026-12-10 09:00", 6, town.ana, town.bo)
    covers.cannot_come(town.ana, shift, town.ana)
    if how == "take":
        claims.claim_shift(town.ana, shift)
    elif how == "are put on":
        claims.put_on(town.ana, shift)
    else:
        wanted = swaps.Wanted(town.bo, shift, town.ana, None)
        swaps.ask_swap(wanted, town.robin, have_agreed=frozenset({town.ana, town.bo}))
    assert town.ana in town.people_on(shift)
    assert "You told us already" not in as_(town.ana).page(f"/cannot/{shift}").body_text
    covers.cannot_come(town.ana, shift, town.ana)
    assert town.ana not in town.people_on(shift)


def test_who_takes_their_own_place_back_sends_nobody_else_away(town):
    shift = town.shift("2026-11-24 09:00", 6, town.ana, town.bo)
    covers.cannot_come(town.ana, shift, town.ana)
    town.agree(stays_listed=True)
    covers.cannot_come(town.bo, shift, town.bo)
    claims.claim_shift(town.ana, shift)
    assert town.people_on(shift) == {town.ana, town.bo}
    assert [each.person_id for each in db.session.scalars(sa.select(Cover).where(Cover.ended_at.is_(None)))] == [
        town.bo
    ]


def test_who_is_published_on_a_shift_they_gave_back_can_give_it_back_again(town):
    shift = town.shift("2026-12-10 09:00", 6, town.ana)
    covers.cannot_come(town.ana, shift, town.ana)
    told = as_told(db.session.get_one(Shift, shift))
    db.session.add(Assignment(shift_id=shift, person_id=town.ana, assigned_at=app_clock.now(), **told))
    db.session.commit()
    covers.cannot_come(town.ana, shift, town.ana)
    assert town.people_on(shift) == set()
    assert db.session.scalar(sa.select(sa.func.count()).where(Cover.ended_at.is_(None))) == 1


def test_a_place_given_back_long_ahead_is_asked_about_when_it_comes_near_and_coordinators_hear_again(town, clock):
    shift = town.shift("2026-11-25 22:00", 6, town.ana, town.bo, minimum=2)
    covers.cannot_come(town.ana, shift, town.ana)
    clockwork.turn(None)
    assert asked(shift) == []
    assert [to for to, _, _ in mails()] == ["robin@example.org"]
    clock.move(hours=13)
    for _ in range(2):
        clockwork.turn(None)
    assert len(asked(shift)) == 1
    assert [to for to, subject, _ in mails() if subject == covers.OPEN_SUBJECT] == ["robin@example.org"] * 2


def test_coordinators_hear_nothing_more_of_what_comes_near_and_is_safe(town, clock):
    shift = town.shift("2026-11-25 22:00", 6, town.ana, town.bo, minimum=1)
    covers.cannot_come(town.ana, shift, town.ana)
    clock.move(hours=13)
    clockwork.turn(None)
    assert len(asked(shift)) == 1
    assert [to for to, subject, _ in mails() if subject == covers.OPEN_SUBJECT] == []


def test_whoever_stays_listed_takes_no_shift_that_would_not_fit_beside_it(town):
    town.agree(stays_listed=True)
    shift = town.shift("2026-11-24 09:00", 6, town.ana)
    soon = town.shift("2026-11-24 16:00", 6)
    covers.cannot_come(town.ana, shift, town.ana)
    assert isinstance(claims.claim_shift(town.ana, soon), answers.Stopped)
    claims.put_on(town.bo, shift)
    assert isinstance(claims.claim_shift(town.ana, soon), answers.Done)


def test_a_full_shift_lets_everybody_go_who_stood_there_until_then(town):
    """A trainee who gives their seat back covers for nobody, and nobody covers for them."""
    town.agree(stays_listed=True)
    db.session.get_one(Person, town.ana).level = Level.OBSERVER
    db.session.commit()
    shift = town.shift("2026-11-24 09:00", 6, town.ana, town.bo, target=1)
    db.session.get_one(Shift, shift).trainee_seats = 1
    db.session.commit()
    covers.cannot_come(town.ana, shift, town.ana)
    assert town.people_on(shift) == {town.bo}
    covers.cannot_come(town.bo, shift, town.bo)
    claims.claim_shift(town.cy, shift)
    assert town.people_on(shift) == {town.cy}
    assert queries.covers_of(town.bo) == {}


def test_whoever_nobody_misses_is_off_at_once_and_is_told_so_before(town, as_):
    town.agree(stays_listed=True)
    shift = town.shift("2026-11-24 09:00", 6, town.ana, town.bo, town.cy, target=2)
    assert not covers.leaving(town.ana, shift).stays
    covers.cannot_come(town.ana, shift, town.ana)
    assert town.people_on(shift) == {town.bo, town.cy}
    assert covers.leaving(town.bo, shift).stays
    covers.cannot_come(town.bo, shift, town.bo)
    claims.claim_shift(town.di, shift)
    assert town.people_on(shift) == {town.cy, town.di}


def test_who_takes_a_place_covers_for_someone_who_counted_for_it(town):
    town.agree(stays_listed=True)
    shift = town.shift("2026-11-24 09:00", 6, town.ana, town.bo, target=2)
    skill = Skill(code="drug", name="Drug checking")
    db.session.add(skill)
    db.session.flush()
    db.session.add(PersonSkill(person_id=town.ana, skill_id=skill.id))
    db.session.add(ShiftDemand(shift_id=shift, position=1, skill_id=skill.id, minimum=0, target=2))
    db.session.commit()
    covers.cannot_come(town.ana, shift, town.ana)
    covers.cannot_come(town.bo, shift, town.bo)
    claims.claim_shift(town.cy, shift)
    assert town.people_on(shift) == {town.ana, town.cy}


def test_who_gave_a_place_back_does_not_come_when_the_shift_is_called_off_and_takes_place_after_all(town):
    town.agree(stays_listed=True)
    shift = town.shift("2026-11-25 09:00", 6, town.ana, target=1)
    covers.cannot_come(town.ana, shift, town.ana)
    db.session.get_one(Shift, shift).cancelled_at = app_clock.now()
    db.session.commit()
    clockwork.turn(None)
    db.session.get_one(Shift, shift).cancelled_at = None
    db.session.commit()
    assert town.people_on(shift) == set()


def test_a_trainee_who_waits_for_the_seat_somebody_gave_back_goes_on_being_asked(town):
    shift = town.shift("2026-12-10 09:00", 6, town.ana, town.bo, target=1)
    db.session.execute(sa.update(Person).where(Person.id.in_([town.ana, town.cy])).values(level=Level.TRAINEE))
    db.session.get_one(Shift, shift).trainee_seats = 1
    db.session.commit()
    claims.wait_for(town.cy, shift)
    covers.cannot_come(town.ana, shift, town.ana)
    assert asked(shift) == [town.cy]
    clockwork.turn(None)
    assert asked(shift) == [town.cy]


def test_who_waits_and_was_asked_for_a_place_that_was_taken_back_goes_on_waiting(town):
    shift = town.shift("2026-12-10 09:00", 6, town.ana, town.bo)
    claims.wait_for(town.cy, shift)
    covers.cannot_come(town.ana, shift, town.ana)
    assert asked(shift) == [town.cy]
    db.session.rollback()
    claims.put_on(town.ana, shift)
    assert [each.person_id for each in queries.waiting_on(shift)] == [town.cy]

"""A process that is killed in the middle of an act leaves nothing of it, or all; and asking again has one effect."""

from __future__ import annotations

import os

import pytest
import sqlalchemy as sa

from app import clock as app_clock
from app.attendance.models import Attendance
from app.audit.models import AuditEntry
from app.database import db
from app.exchange import covers, rounds, swaps
from app.exchange.models import Ask, Cover, Round, Swap, Trade, TradeWish, TradeWishShift, Wait
from app.mail.models import OutgoingMail
from app.roster.models import Assignment, Shift, ShiftDemand
from tests.app.exchange import acts
from tests.support.doomed import AFTER_COMMIT, BEFORE_COMMIT, Doomed

SOAK = os.environ.get("EVENHAND_SOAK") == "1"
MOMENTS = (*range(1, 40), BEFORE_COMMIT, AFTER_COMMIT) if SOAK else (2, AFTER_COMMIT)
TABLES = (Trade, Round, TradeWishShift, TradeWish, Ask, Cover, Swap, Wait, Attendance, Assignment, ShiftDemand, Shift)
TABLES = (*TABLES, OutgoingMail, AuditEntry)
TONIGHT, MONDAY, THURSDAY = "2026-11-23 22:00", "2026-11-30 09:00", "2026-12-03 09:00"


def a_claim(town):
    return acts.claim, (town.ana, town.shift(MONDAY, 6, town.bo))


def a_place_given_back(town):
    return acts.give_back, (town.ana, town.shift(TONIGHT, 8, town.ana, town.bo, minimum=2))


def a_cover(town):
    shift = town.shift(TONIGHT, 8, town.ana, town.bo)
    covers.cannot_come(town.ana, shift, town.ana)
    ask, person = db.session.execute(sa.select(Ask.id, Ask.person_id)).one()
    return acts.say_yes, (ask, person)


def a_swap(town):
    mine, theirs = town.shift(MONDAY, 6, town.ana), town.shift(THURSDAY, 6, town.bo)
    swaps.ask_swap(swaps.Wanted(town.ana, mine, town.bo, theirs), town.ana, have_agreed=frozenset({town.ana}))
    return acts.swap, (db.session.scalars(sa.select(Swap.id)).one(), town.bo)


def a_change_among_three(town):
    shifts = {person: town.shift(f"2026-12-0{3 + day} 09:00", 6, person) for day, person in enumerate(trio(town))}
    for person, other in zip(trio(town), (town.bo, town.cy, town.ana), strict=True):
        rounds.make_wish(person, [shifts[person]], [shifts[other]])
    rounds.propose_rounds()
    round_id = db.session.scalars(sa.select(Round.id)).one()
    for person in trio(town)[:2]:
        rounds.answer_round(round_id, person, is_yes=True)
    return acts.change, (round_id, town.cy)


def trio(town):
    return (town.ana, town.bo, town.cy)


def an_arrival(town):
    return acts.arrive, (town.shift("2026-11-23 10:00", 4, town.ana), town.ana, 0)


def a_leaving(town):
    shift = town.shift("2026-11-23 10:00", 4, town.ana)
    acts.arrive(shift, town.ana, 0)
    return acts.leave, (shift, town.ana, db.session.scalars(sa.select(Attendance.version)).one())


SCENES = (a_claim, a_place_given_back, a_cover, a_swap, a_change_among_three, an_arrival, a_leaving)


def emptied():
    for table in TABLES:
        db.session.execute(sa.delete(table))
    db.session.commit()


def shape():
    """Everything that acts leave behind, without ids and times."""
    found = (
        db.session.execute(sa.select(Assignment.person_id, Shift.starts_at).join(Shift)).all(),
        db.session.execute(sa.select(Cover.person_id, Cover.state, Cover.taken_by_id)).all(),
        db.session.execute(sa.select(Ask.person_id, Ask.state)).all(),
        db.session.execute(sa.select(Swap.state, Swap.other_agreed_at.is_(None))).all(),
        db.session.execute(sa.select(Round.state)).all(),
        db.session.execute(sa.select(TradeWish.person_id, TradeWish.state)).all(),
        db.session.execute(sa.select(Attendance.person_id, Attendance.state)).all(),
        db.session.execute(sa.select(OutgoingMail.recipient, OutgoingMail.subject)).all(),
        db.session.execute(sa.select(AuditEntry.act)).all(),
    )
    db.session.rollback()
    return tuple(sorted(map(repr, rows)) for rows in found)


@pytest.fixture
def doomed(environ):
    """A process whose children die on order."""
    process = Doomed(environ)
    yield process
    process.end()


def test_a_killed_act_leaves_nothing_or_all_and_asked_again_has_one_effect(town, doomed):
    for scene in SCENES:
        emptied()
        act, args = scene(town)
        before = shape()
        act(*args)
        after = shape()
        assert before != after, scene
        for moment in MOMENTS:
            emptied()
            act, args = scene(town)
            db.session.rollback()
            killed = doomed.do(f"{act.__module__}:{act.__name__}", *args, at=app_clock.now(), moment=moment)
            assert killed or isinstance(moment, int), (scene, moment)
            is_done = moment == AFTER_COMMIT or not killed
            assert shape() == (after if is_done else before), (scene, moment)
            for _ in range(2):
                act(*args)
                assert shape() == after, (scene, moment)

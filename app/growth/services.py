"""Signing off steps, and moving people up."""

from __future__ import annotations

import sqlalchemy as sa

from app import clock
from app.audit.services import record
from app.database import db, insert_if_absent, new_id
from app.editing import Outcome, Saved, kept, locked, outdated, refuse
from app.growth.models import LevelChange, SignOff
from app.growth.queries import is_mentor, path_of
from app.growth.steps import level_of_step, next_level
from app.pay.promises import lowered_by_level
from app.people.leading import follow_level
from app.people.models import Level, Person
from app.roster.lock import hold_roster

NOT_ONESELF = "Another mentor signs off your own steps."
NOT_OWN_LEVEL = "Nobody sets their own level. Ask someone else."
MENTORS_ONLY = "Only mentors sign off steps."


def sign_off(person_id: str, step: str, by_id: str) -> Outcome:
    """Note that a mentor saw someone take a step; two mentors at once make one sign-off."""
    problem = _signer_problem(person_id, by_id)
    person = db.session.get(Person, person_id)
    if person is None or problem:
        return refuse(form=problem or "This person is not there any more.")
    level = level_of_step(step)
    if level is None or level != next_level(person.level):  # after the last level comes none, and no step leads there
        return refuse(form="This step does not belong to their next level.")
    values = {"id": new_id(), "person_id": person_id, "step": step, "by_id": by_id, "at": clock.now()}
    if insert_if_absent(db.session, SignOff, values):
        record(db.session, "sign off step", "person", person_id, actor_id=by_id, step=step)
    return kept(person_id)


def take_back_sign_off(person_id: str, step: str, by_id: str) -> Outcome:
    """Take a sign-off back; it stays with its date."""
    problem = _signer_problem(person_id, by_id)
    if problem:
        return refuse(form=problem)
    done = db.session.execute(
        sa.update(SignOff)
        .where(SignOff.person_id == person_id, SignOff.step == step, SignOff.taken_back_at.is_(None))
        .values(taken_back_at=clock.now())
    )
    if done.rowcount:  # type: ignore[attr-defined]
        record(db.session, "take back sign-off", "person", person_id, actor_id=by_id, step=step)
    return kept(person_id)


def move_up(person_id: str, version: int, by_id: str) -> Outcome:
    """Move someone to the next level once all its steps are signed off."""
    problem = _signer_problem(person_id, by_id)
    if problem:
        return refuse(form=problem)
    hold_roster()  # nobody says yes to a shift at this very moment
    person = locked(Person, person_id)
    path = path_of(person_id)
    if person is None or path is None:
        return refuse(form="This person is not there any more.")
    if person.version != version:
        return outdated(person.version)
    if path.next is None or not path.may_move_up:
        return refuse(form="Some steps are not signed off yet.")
    lowers = lowered_by_level({person_id: path.next}).get(person_id)
    if lowers:
        return refuse(form=lowers)
    _move(person, path.next, by_id)
    record(db.session, "move up", "person", person_id, actor_id=by_id, level=path.next)
    db.session.commit()
    return Saved(person_id)


def set_level(person_id: str, level: str, reason: str, version: int, by_id: str) -> Outcome:
    """Set someone's level by hand, and keep why: a mistake is mended, or they learned elsewhere.

    What they said yes to at a known sum is not paid less for it.
    """
    if person_id == by_id:
        return refuse(form=NOT_OWN_LEVEL)
    hold_roster()
    person = locked(Person, person_id)
    if person is None:
        return refuse(form="This person is not there any more.")
    if person.version != version:
        return outdated(person.version)
    if person.level == level:
        return refuse(level="They are on this level already.")
    lowers = lowered_by_level({person_id: level}).get(person_id)
    if lowers:
        return refuse(level=lowers)
    _move(person, Level(level), by_id, reason)
    record(db.session, "set level", "person", person_id, actor_id=by_id, level=level)
    db.session.commit()
    return Saved(person_id)


def _move(person: Person, level: Level, by_id: str, reason: str | None = None) -> None:
    """Put a person on a level, with the skills by which services know their leads, or without them."""
    before, person.level = person.level, level
    db.session.add(
        LevelChange(person_id=person.id, before=before, after=level, by_id=by_id, at=clock.now(), reason=reason)
    )
    follow_level(person.id, before, level)


def _signer_problem(person_id: str, by_id: str) -> str:
    if not is_mentor(by_id):
        return MENTORS_ONLY
    return NOT_ONESELF if person_id == by_id else ""

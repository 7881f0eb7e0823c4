"""What people do about their own shifts: say yes or no to a late change, note changes as seen, keep a calendar."""

from __future__ import annotations

import secrets
from collections.abc import Collection
from dataclasses import dataclass

import sqlalchemy as sa
from flask import render_template

from app import clock
from app.attendance.called_off import forget_taken_off, note_said_no
from app.attendance.coming import note_yes_to_change
from app.attendance.queries import begun_places
from app.audit.services import record
from app.auth.queries import digest
from app.database import db
from app.editing import locked
from app.exchange import covers
from app.exchange.queries import who_gave_back
from app.mail.services import link_to, post
from app.people.models import Person
from app.roster.lock import hold_roster
from app.roster.models import Assignment, PublicationChange, Shift
from app.roster.words import day_words
from app.shifts.models import Feed
from app.shifts.queries import coordinators_to_tell

TOKEN_BYTES = 24
SUBJECT = "An answer to a change of plan"


@dataclass(frozen=True, slots=True)
class Answered:
    """The answer is kept."""

    is_yes: bool


@dataclass(frozen=True, slots=True)
class Overtaken:
    """Nothing was kept: the shift is not what the person was looking at any more."""


@dataclass(frozen=True, slots=True)
class TooLate:
    """Nothing was kept: the shift has begun, the person is there already, or it needs no answer."""


Outcome = Answered | Overtaken | TooLate


def answer_change(person_id: str, shift_id: str, sequence: int, *, is_yes: bool) -> Outcome | None:
    """Keep a person's yes or no to a late change of their shift; a no is told to the coordinators.

    A no gives the place back as "I can't come" does: others are asked, and where the site wants it so the person
    stands on the shift until somebody takes it, and may still say yes. None when the person is not on this shift.
    """
    hold_roster()
    assignment_id = db.session.scalar(
        sa.select(Assignment.id).where(Assignment.shift_id == shift_id, Assignment.person_id == person_id)
    )
    assignment = None if assignment_id is None else locked(Assignment, assignment_id)
    if assignment is None:
        said_no = not is_yes and person_id in who_gave_back(shift_id)  # the same tap twice
        db.session.rollback()
        return Answered(is_yes=False) if said_no else None
    shift = db.session.get_one(Shift, shift_id, populate_existing=True)
    refusal = _refusal(assignment, shift, sequence, is_yes=is_yes)
    if refusal is None and (is_yes or assignment.declined_at is None):
        _keep(assignment, shift, is_yes=is_yes)
        db.session.commit()
    else:
        db.session.rollback()
    return refusal or Answered(is_yes)


def _refusal(assignment: Assignment, shift: Shift, sequence: int, *, is_yes: bool) -> Outcome | None:
    if assignment.accepted_at is not None:
        return Answered(is_yes=True) if is_yes else TooLate()
    if shift.cancelled_at is not None or assignment.version + shift.version - 2 != sequence:
        return Overtaken()
    is_there = not is_yes and (assignment.person_id, shift.id) in begun_places(shift.day_on, shift.day_on)
    return TooLate() if is_there or shift.starts_at <= clock.now() else None


def _keep(assignment: Assignment, shift: Shift, *, is_yes: bool) -> None:
    now = clock.now()
    if is_yes:
        forget_taken_off(assignment.person_id, shift.id, assignment.person_id)
    else:
        note_said_no(assignment.person_id, shift.id)
    assignment.accepted_at, assignment.declined_at = (now, None) if is_yes else (None, now)
    db.session.flush()
    _see(assignment.person_id, PublicationChange.shift_id == shift.id)
    record(db.session, "say yes to a late change" if is_yes else "say no to a late change", "shift", shift.id)
    if is_yes:
        covers.keep_place(assignment.person_id, shift.id)
        note_yes_to_change(shift, assignment.person_id)
        return
    covers.give_back(assignment, shift, assignment.person_id, tells=False)
    starts, ends = clock.local(shift.starts_at), clock.local(shift.ends_at)
    when = f"{day_words(starts.date())}, {starts:%H:%M}-{ends:%H:%M}"  # a mail is read on another day
    body = render_template("mail/change_declined.txt", when=when, link=link_to("exchange.gap", shift_id=shift.id))
    for coordinator, address in coordinators_to_tell(assignment.person_id):
        key = f"no-{assignment.id}-{assignment.version}-{coordinator}"
        post(db.session, key=key, to=address, subject=SUBJECT, body=body)


def mark_seen(person_id: str, change_ids: Collection[str]) -> None:
    """Note that a person looked at these changes of theirs; what was published meanwhile stays new."""
    _see(person_id, PublicationChange.id.in_(change_ids))
    db.session.commit()


def _see(person_id: str, which: sa.ColumnElement[bool]) -> None:
    db.session.execute(
        sa.update(PublicationChange)
        .where(PublicationChange.person_id == person_id, PublicationChange.seen_at.is_(None), which)
        .values(seen_at=clock.now())
        .execution_options(synchronize_session=False)
    )


def make_feed(person_id: str) -> str:
    """Give a person a new secret calendar address and return its token, which is kept nowhere; the old one dies."""
    locked(Person, person_id)  # two made at once would both live
    _revoke(person_id)
    token = secrets.token_urlsafe(TOKEN_BYTES)
    db.session.add(Feed(person_id=person_id, token_hash=digest(token), created_at=clock.now()))
    record(db.session, "make calendar address", "person", person_id)
    db.session.commit()
    return token


def revoke_feed(person_id: str) -> bool:
    """Make a person's calendar address useless; False when they had none."""
    had_one = _revoke(person_id)
    if had_one:
        record(db.session, "revoke calendar address", "person", person_id)
    db.session.commit()
    return had_one


def _revoke(person_id: str) -> bool:
    done = db.session.execute(
        sa.update(Feed)
        .where(Feed.person_id == person_id, Feed.revoked_at.is_(None))
        .values(revoked_at=clock.now())
        .execution_options(synchronize_session=False)
    )
    return bool(done.rowcount)  # type: ignore[attr-defined]

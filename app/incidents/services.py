"""Telling that something happened, stopping for the day, asking for relief, and being asked how one is."""

from __future__ import annotations

from datetime import timedelta

import sqlalchemy as sa

from app import clock
from app.attendance import standing_down
from app.audit.queries import actors_of
from app.audit.services import record
from app.database import db, new_id
from app.editing import Outcome, Saved, refuse
from app.exchange import relief
from app.incidents.models import FollowUp, Incident, IncidentPerson, Kind
from app.incidents.queries import is_running, is_second_of_late, may_stop, may_undo, present_shift
from app.people.models import Person
from app.roster.models import Assignment, Shift

STEPS = (timedelta(days=3), timedelta(days=14), timedelta(days=28))
SOONER = timedelta(days=1)
BETWEEN_SHIFTS = timedelta(hours=2)
"""Paid rest when it happened between shifts."""
SAME = timedelta(minutes=30)
"""So long a second word of the same kind on the same shift is taken for the same happening."""
TELL = "tell incident"
ASK_RELIEF = "ask relief"
TOLD_BEFORE = "This was told already, so it counts once. Was it another one? Press so below."


def tell_incident(person_id: str, kind: Kind, key: str = "", *, is_another: bool = False) -> Outcome:
    """Note what happened now; everyone on the shift is asked how they are, in three days, two weeks and four.

    `key` becomes the id, so that the same page sent twice is one; it leads to nothing that another told, or that was
    told of another kind. What someone told of the same kind on the same shift a short while ago is taken for the
    same, unless the person says that it is another.
    """
    shift = present_shift(person_id)
    _hold(person_id, shift.id if shift else None)
    taken = db.session.get(Incident, key) if key else None
    row = taken if taken is not None and (taken.told_by_id, taken.kind) == (person_id, kind) else None
    if row is None and not is_another:
        row = _told_before(person_id, kind, shift.id if shift else None)
    if row is not None:
        _note_there(row, {person_id})
        if person_id not in actors_of(row.id, (TELL,), row.happened_at):
            record(db.session, TELL, "incident", row.id, actor_id=person_id)  # they count on it as well
        db.session.commit()
        return Saved(row.id, TOLD_BEFORE)
    row = Incident(
        id=key if key and taken is None else new_id(), kind=kind, happened_at=clock.now(), told_by_id=person_id
    )
    row.shift_id = shift.id if shift else None
    db.session.add(row)
    db.session.flush()
    there = sa.select(Assignment.person_id).where(Assignment.shift_id == row.shift_id)
    _note_there(row, {person_id, *db.session.scalars(there)})
    record(db.session, TELL, "incident", row.id, actor_id=person_id)
    db.session.commit()
    return Saved(row.id)


def _hold(person_id: str, shift_id: str | None) -> None:
    """Let those who tell of one shift at one moment wait for one another, and a person for themselves."""
    db.session.execute(sa.select(Shift.id).where(Shift.id == shift_id).with_for_update())
    db.session.execute(sa.select(Person.id).where(Person.id == person_id).with_for_update())


def _told_before(person_id: str, kind: Kind, shift_id: str | None) -> Incident | None:
    """The same of late: on the shift by anyone, between shifts by the person themselves."""
    own = () if shift_id else (Incident.told_by_id == person_id,)
    return db.session.scalars(
        sa.select(Incident)
        .where(Incident.shift_id == shift_id, *own, Incident.kind == kind, Incident.happened_at > clock.now() - SAME)
        .order_by(Incident.happened_at.desc())
        .limit(1)
    ).first()


def _note_there(row: Incident, people: set[str]) -> None:
    """Note who was there, and when to ask them how they are; who is noted already is left as they are."""
    known = set(db.session.scalars(sa.select(IncidentPerson.person_id).where(IncidentPerson.incident_id == row.id)))
    for each in sorted(people - known):
        db.session.add(IncidentPerson(incident_id=row.id, person_id=each))
    db.session.flush()
    for each in sorted(people - known):
        again = (SOONER,) if is_second_of_late(each) else ()
        for step in (*again, *STEPS):
            db.session.add(FollowUp(incident_id=row.id, person_id=each, due_on=clock.today() + step))


def _of(incident_id: str, person_id: str) -> tuple[Incident, IncidentPerson] | None:
    """An incident and what it says of one who was there; until the commit nobody else changes or undoes it."""
    row = db.session.get(Incident, incident_id, with_for_update=True)
    there = db.session.get(IncidentPerson, (incident_id, person_id))
    return None if row is None or there is None else (row, there)


def stand_down(incident_id: str, person_id: str, *, wants: bool) -> Outcome:
    """Stop for the day, paid to the end of the shift, or go on after all; either reaches pay as worked records do."""
    _hold(person_id, None)
    found = _of(incident_id, person_id)
    if found is None:
        return refuse(form="This is not there any more.")
    row, there = found
    shift = db.session.get(Shift, row.shift_id) if row.shift_id else None
    if not may_stop(row.happened_at, None if shift is None else shift.ends_at):
        return refuse(form="That day is over, so nothing was changed. If your rest was not paid, tell a coordinator.")
    if wants and there.stand_down_minutes is not None:
        return Saved(incident_id)
    if wants:
        minutes = standing_down.stand_down(person_id, row.shift_id, row.id, BETWEEN_SHIFTS)
        if minutes is None:
            return refuse(form="You have stopped already, and that rest is paid. There is one at a time.")
        there.stand_down_minutes = minutes
    else:
        standing_down.go_on(person_id, row.shift_id, row.id, person_id)
        there.stand_down_minutes = None
    row.settled_at = None
    record(db.session, "stand down" if wants else "go on", "incident", incident_id, actor_id=person_id)
    db.session.commit()
    return Saved(incident_id)


def ask_relief(incident_id: str, person_id: str) -> Outcome:
    """Ask for someone to take over: coordinators hear it by mail at once, and see who could come."""
    found = _of(incident_id, person_id)
    if found is None:
        return refuse(form="This is not there any more.")
    row, _ = found
    if row.shift_id is None or not is_running(row.shift_id):
        return refuse(form="There is no shift to take over just now. Call a coordinator if you need someone.")
    if row.relief_asked_at is None:
        relief.call_coordinators(row.shift_id, row.id)
    row.relief_asked_at, row.settled_at = row.relief_asked_at or clock.now(), None
    record(db.session, ASK_RELIEF, "incident", incident_id, actor_id=person_id)
    db.session.commit()
    return Saved(incident_id)


def undo_incident(incident_id: str, person_id: str) -> Outcome:
    """Take back what was told by mistake, within half an hour; only who told it can."""
    asked = db.session.get(Incident, incident_id)
    _hold(person_id, None if asked is None else asked.shift_id)  # as who tells it, so that neither passes the other by
    found = _of(incident_id, person_id)
    if found is None or not may_undo(found[0], person_id):
        return refuse(form="This cannot be taken back any more. Tell a coordinator.")
    row, there = found
    if _others_count_on(row, person_id):
        return refuse(form="Someone else counts on this. Tell a coordinator.")
    if there.stand_down_minutes is not None:
        standing_down.go_on(person_id, row.shift_id, incident_id, person_id)
    db.session.delete(row)
    record(db.session, "undo incident", "incident", incident_id, actor_id=person_id)
    db.session.commit()
    return Saved(incident_id)


def _others_count_on(row: Incident, person_id: str) -> bool:
    """Whether someone else stopped for this, told the same or asked for relief."""
    stopped = sa.select(IncidentPerson.person_id).where(
        IncidentPerson.incident_id == row.id,
        IncidentPerson.person_id != person_id,
        IncidentPerson.stand_down_minutes.is_not(None),
    )
    if db.session.scalar(stopped.limit(1)) is not None:
        return True
    return not actors_of(row.id, (TELL, ASK_RELIEF), row.happened_at) <= {person_id}


def settle_incident(incident_id: str) -> Outcome:
    """Note that relief and paid stand-down were seen to."""
    row = db.session.get(Incident, incident_id)
    if row is None:
        return refuse(form="This is not there any more.")
    row.settled_at = clock.now()
    record(db.session, "settle incident", "incident", incident_id)
    db.session.commit()
    return Saved(incident_id)


def answer_follow_up(follow_up_id: str, person_id: str) -> Outcome:
    """Note that a person answered how they are; the answer itself is kept nowhere."""
    row = db.session.get(FollowUp, follow_up_id)
    if row is None or row.person_id != person_id:
        return refuse(form="This is not there any more.")
    row.done_on = clock.today()
    db.session.commit()
    return Saved(follow_up_id)

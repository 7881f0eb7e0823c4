"""Shifts called off at short notice are paid: a worked record for each person who was to come."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import sqlalchemy as sa

from app import clock
from app.attendance.corrections import keep_before
from app.attendance.models import Activity, Attendance, AttendanceState, NotedVia
from app.database import db, insert_if_absent, new_id
from app.exchange.queries import looks_for_cover
from app.pay.queries import rate_card
from app.people.models import Person
from app.roster.models import Assignment, Shift
from app.sites.models import Service

RUNS_AFTER_ALL = "The shift takes place after all."
OFF_AGAIN = "The shift was called off again."


def note_called_off(shift_ids: Sequence[str], by_id: str | None) -> None:
    """Note, in the caller's transaction, who is due something for shifts that are called off now.

    Whoever had said no is due nothing, nor is whoever gave their place back and only stood there until somebody took
    it. The planned time counts; how much of it is paid is for pay to say. One place is paid once: of a shift that has
    begun, whoever was noted on it is paid what they worked, and who stood down from it is paid for that.
    """
    now = clock.now()
    noted = sa.exists().where(Attendance.shift_id == Shift.id, Attendance.person_id == Assignment.person_id)
    noted = noted.where(Attendance.state != AttendanceState.VOID)
    has_begun = sa.and_(Shift.starts_at <= now, noted.where(Attendance.activity == Activity.SHIFT))
    rows = db.session.execute(
        sa.select(Shift.id, Shift.day_on, Shift.starts_at, Shift.ends_at, Assignment.person_id, Person.level)
        .add_columns(Service.demanding)
        .join(Assignment, Assignment.shift_id == Shift.id)
        .join(Person, Person.id == Assignment.person_id)
        .join(Service, Service.id == Shift.service_id)
        .where(Shift.id.in_(list(shift_ids)), Shift.ends_at > now, Assignment.declined_at.is_(None))
        .where(
            ~looks_for_cover(Shift.id, Assignment.person_id),
            ~has_begun,
            ~noted.where(Attendance.activity == Activity.STAND_DOWN),
        )
        .order_by(Shift.starts_at, Assignment.person_id)
    ).all()
    card = rate_card() if rows else None
    for row in rows:
        if card is not None and card.terms_on(row.day_on).cancellation_percent(row.starts_at, now):
            _note(row, by_id)


def forget_called_off(shift_id: str, by_id: str | None) -> None:
    """Take back, in the caller's transaction, what was noted when a shift was called off: it runs after all.

    What was noted stays beside it.
    """
    asked = sa.select(Attendance).where(
        Attendance.shift_id == shift_id,
        Attendance.activity == Activity.CANCELLATION,
        Attendance.state == AttendanceState.LEFT,
    )
    for row in db.session.scalars(asked):
        keep_before(row, RUNS_AFTER_ALL, by_id)
        row.state, row.arrived_at, row.left_at = AttendanceState.VOID, None, None
        row.noted_by_id, row.changed_at = by_id, clock.now()


def _note(row: Any, by_id: str | None) -> None:
    now = clock.now()
    said: dict[str, Any] = {"state": AttendanceState.LEFT, "arrived_at": row.starts_at, "left_at": row.ends_at}
    said |= {"is_exact": True, "noted_via": NotedVia.COORDINATOR, "noted_by_id": by_id, "changed_at": now}
    who = {"shift_id": row.id, "person_id": row.person_id, "activity": Activity.CANCELLATION}
    as_it_was = {"level": row.level, "demanding": row.demanding, "day_on": row.day_on}
    values = {"id": new_id(), "created_at": now, "version": 1, **as_it_was, **who, **said}
    if not insert_if_absent(db.session, Attendance, values):
        again = db.session.scalars(sa.select(Attendance).filter_by(**who)).one()
        keep_before(again, OFF_AGAIN, by_id)
        for name, value in said.items():
            setattr(again, name, value)

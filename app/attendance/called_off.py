"""A shift lost at short notice is paid: a worked record for each person who was to come."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any, TypeAlias

import sqlalchemy as sa

from app import clock
from app.attendance.corrections import keep_before
from app.attendance.hours import GRACE
from app.attendance.models import Activity, Attendance, AttendanceState, NotedVia
from app.database import db, insert_if_absent, new_id
from app.exchange.queries import looks_for_cover
from app.pay.queries import pay_choices, rate_card
from app.people.models import Person
from app.roster.models import Assignment, Shift
from app.sites.models import Service
from payroll.rates import Basis, RateCard

Place: TypeAlias = tuple[str, str]
"""A person on a shift."""

RUNS_AFTER_ALL = "The shift takes place after all."
HAS_IT_AGAIN = "They have the shift again."
OFF_AGAIN = "The shift was called off again."


def note_called_off(shift_ids: Sequence[str], by_id: str | None) -> None:
    """Note, in the caller's transaction, who is due something for shifts that are called off now.

    Whoever had said no is due nothing, nor is whoever gave their place back and only stood there until somebody took
    it. The planned time counts; how much of it is paid is for pay to say. One place is paid once: of a shift that has
    begun, whoever is there is due the rest of it beside what they worked, whoever left it or did not come is due no
    more, and who stood down from it is paid for that.
    """
    for row in _due(shift_ids):
        _note(row, clock.now() if row.is_here else row.starts_at, by_id)


def note_taken_off(kept: Mapping[Place, timedelta], by_id: str | None) -> None:
    """Note, in the caller's transaction, who is due something for places they are taken off now, against their wish.

    `kept` says for each place how much time they get elsewhere at the same hours: that is paid as work, not as this.
    """
    for row in _due({shift_id for _, shift_id in kept}):
        starts_at = row.starts_at + kept.get((row.person_id, row.id), row.ends_at - row.starts_at)
        if starts_at < row.ends_at:
            _note(row, starts_at, by_id)


def paid_if_taken_off(kept: Mapping[Place, timedelta]) -> set[Place]:
    """Of these places those that are paid when people are taken off them now."""
    rows = [row for row in _due({shift_id for _, shift_id in kept}) if not row.is_volunteer]
    declined = {who for who, choice in pay_choices({row.person_id for row in rows}).items() if choice.is_declined}
    lost = {(row.person_id, row.id): row.ends_at - row.starts_at for row in rows if row.person_id not in declined}
    return {place for place, length in lost.items() if kept.get(place, length) < length}


def _due(shift_ids: Collection[str]) -> list[Any]:
    """Who is due something when these shifts are lost now; of a shift on which they are, what is left of it."""
    if not shift_ids:
        return []
    now = clock.now()
    noted = sa.exists().where(Attendance.shift_id == Shift.id, Attendance.person_id == Assignment.person_id)
    noted = noted.where(Attendance.state != AttendanceState.VOID)
    on_shift = noted.where(Attendance.activity == Activity.SHIFT)
    is_here = sa.and_(Shift.starts_at <= now, on_shift.where(Attendance.state == AttendanceState.HERE))
    is_over = sa.and_(Shift.starts_at <= now, on_shift.where(Attendance.state != AttendanceState.HERE))
    rows = db.session.execute(
        sa.select(Shift.id, Shift.day_on, Shift.starts_at, Shift.ends_at, Shift.service_id)
        .add_columns(Assignment.person_id, Person.level, Person.is_volunteer, Service.demanding)
        .add_columns(is_here.label("is_here"))
        .join(Assignment, Assignment.shift_id == Shift.id)
        .join(Person, Person.id == Assignment.person_id)
        .join(Service, Service.id == Shift.service_id)
        .where(Shift.id.in_(list(shift_ids)), Shift.ends_at > now, Assignment.declined_at.is_(None))
        .where(
            ~looks_for_cover(Shift.id, Assignment.person_id),
            ~is_over,
            ~noted.where(Attendance.activity == Activity.STAND_DOWN),
        )
        .order_by(Shift.starts_at, Assignment.person_id)
    ).all()
    card = rate_card() if rows else None
    return [row for row in rows if card is not None and _is_due(row, card, now)]


def _is_due(row: Any, card: RateCard, now: datetime) -> bool:
    if not card.terms_on(row.day_on).cancellation_percent(row.starts_at, now):
        return False
    if not row.is_here:
        return True
    # A rest as short as this counts as worked, and a rate for the whole shift is paid whole already.
    shift = card.rate_for(Activity.SHIFT, row.service_id, row.level, row.day_on)
    return row.ends_at - now > GRACE and (shift is None or shift.basis != Basis.SHIFT)


def forget_called_off(shift_id: str, by_id: str | None) -> None:
    """Take back, in the caller's transaction, what was noted when a shift was called off: it runs after all.

    What was noted stays beside it. Whoever was taken off it before stays paid for that.
    """
    is_on = sa.exists().where(Assignment.shift_id == Attendance.shift_id, Assignment.person_id == Attendance.person_id)
    _forget(RUNS_AFTER_ALL, by_id, Attendance.shift_id == shift_id, is_on)


def forget_taken_off(person_id: str, shift_id: str, by_id: str | None) -> None:
    """Take back, in the caller's transaction, what was noted when someone was taken off a shift: they have it again."""
    _forget(HAS_IT_AGAIN, by_id, Attendance.shift_id == shift_id, Attendance.person_id == person_id)


def _forget(reason: str, by_id: str | None, *which: sa.ColumnElement[bool]) -> None:
    asked = sa.select(Attendance).where(
        Attendance.activity == Activity.CANCELLATION, Attendance.state == AttendanceState.LEFT, *which
    )
    for row in db.session.scalars(asked):
        keep_before(row, reason, by_id)
        row.state, row.arrived_at, row.left_at = AttendanceState.VOID, None, None
        row.noted_by_id, row.changed_at = by_id, clock.now()


def _note(row: Any, starts_at: datetime, by_id: str | None) -> None:
    now = clock.now()
    said: dict[str, Any] = {"state": AttendanceState.LEFT, "arrived_at": starts_at, "left_at": row.ends_at}
    said |= {"is_exact": True, "noted_via": NotedVia.COORDINATOR, "noted_by_id": by_id, "changed_at": now}
    who = {"shift_id": row.id, "person_id": row.person_id, "activity": Activity.CANCELLATION}
    as_it_was = {"level": row.level, "demanding": row.demanding, "day_on": row.day_on}
    values = {"id": new_id(), "created_at": now, "version": 1, **as_it_was, **who, **said}
    if not insert_if_absent(db.session, Attendance, values):
        again = db.session.scalars(sa.select(Attendance).filter_by(**who)).one()
        keep_before(again, OFF_AGAIN, by_id)
        for name, value in said.items():
            setattr(again, name, value)

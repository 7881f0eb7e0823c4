"""One person is in one place at a time: what else is noted of them, so that no hour is noted or paid twice."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import sqlalchemy as sa

from app.attendance.hours import worked_span
from app.attendance.models import Activity, Attendance, AttendanceState
from app.database import db
from app.people.models import Person
from app.roster.models import Shift
from app.sites.models import Site
from app.words import span_words, when

UNWORKED = (Activity.STAND_DOWN, Activity.CANCELLATION)
"""What is paid without being work: it may lie beside anything."""


def hold_person(person_id: str) -> str | None:
    """Keep others from noting work of this person until the transaction ends; their name, None when there is nobody.

    Taken before any row of theirs is locked. Rows that only point to the person may still be written.
    """
    return db.session.scalar(sa.select(Person.name).where(Person.id == person_id).with_for_update(key_share=True))


def here_elsewhere(person_id: str, but: str, *, is_own: bool) -> str:
    """What speaks against noting someone as here while they are noted as here on another shift than `but`."""
    name = hold_person(person_id)
    found = db.session.execute(
        _others(person_id, but).where(Attendance.state == AttendanceState.HERE).order_by(Attendance.arrived_at).limit(1)
    ).one_or_none()
    if found is None:
        return ""
    if is_own:
        return f"You are noted as here at {found.site}. Tap 'I am leaving' there first."
    return f"{name} is noted as here at {found.site} since {when(found.arrived_at)}. Note the leaving there first."


def overlap(person_id: str, starts_at: datetime, ends_at: datetime | None, but: str) -> str:
    """What speaks against noting this time, in words: the person worked somewhere else then.

    `ends_at` is None for someone who is still there. `but` is the shift, or the row of work beside shifts, that the
    time is noted on. Time that is rounded to the plan lies where it counts; no word is said of work beside shifts,
    which may be private.
    """
    name = hold_person(person_id)
    for row in db.session.execute(_others(person_id, but).order_by(Attendance.arrived_at)):
        is_here = row.state == AttendanceState.HERE
        plan = (row.starts_at, row.ends_at) if row.activity == Activity.SHIFT else None
        counts = None if is_here else worked_span(row.arrived_at, row.left_at, plan, is_exact=row.is_exact)
        if not is_here and counts is None:
            continue
        first, last = counts or (row.arrived_at, None)
        if (ends_at is None or first < ends_at) and (last is None or starts_at < last):
            place = f"at {row.site}" if plan else "busy with other work"
            if is_here:
                return f"{name} is noted as here {place} since {when(row.arrived_at)}. Note the leaving there first."
            return f"{name} was {place} {span_words(row.arrived_at, row.left_at)} already."
    return ""


def _others(person_id: str, but: str) -> sa.Select[Any]:
    return (
        sa.select(Attendance.state, Attendance.activity, Attendance.arrived_at, Attendance.left_at, Attendance.is_exact)
        .add_columns(Shift.starts_at, Shift.ends_at, Site.name.label("site"))
        .outerjoin(Shift, Shift.id == Attendance.shift_id)
        .outerjoin(Site, Site.id == Shift.site_id)
        .where(Attendance.person_id == person_id, Attendance.activity.not_in(UNWORKED), Attendance.id != but)
        .where(sa.or_(Attendance.shift_id.is_(None), Attendance.shift_id != but))
        .where(Attendance.state.in_([AttendanceState.HERE, AttendanceState.LEFT]))
    )

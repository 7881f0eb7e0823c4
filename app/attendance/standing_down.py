"""Stopping for the day after something hard: what was worked until now is noted, and the rest is paid as stand-down."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import sqlalchemy as sa

from app import clock
from app.attendance.corrections import keep_before
from app.attendance.elsewhere import overlap
from app.attendance.models import Activity, Attendance, AttendanceState, NotedVia
from app.attendance.queries import resting_until, weight_of
from app.database import db, insert_if_absent, new_id
from app.people.models import Person
from app.roster.models import Shift

WENT_ON = "They went on after all."
STOPPED_AGAIN = "They stopped after all."


def stand_down(person_id: str, shift_id: str | None, key: str, rest: timedelta) -> int | None:
    """Note in the caller's transaction that someone stops now; how many minutes of stand-down are to be paid.

    On a shift that goes on these go to its end, and whoever noted no arrival was there from the planned start, unless
    they are noted elsewhere for that time: what is wrong a coordinator corrects. Otherwise they are `rest`, and `key`
    becomes the row's id. Nobody is paid for two at a time: one on a shift begins when an earlier one ends; None, and
    nothing is noted, where the earlier one covers it.
    """
    now, shift = clock.now(), db.session.get(Shift, shift_id) if shift_id else None
    until = resting_until(person_id)
    if until is not None and (shift is None or shift.ends_at <= until):
        return None
    if shift is None or shift.ends_at <= now:
        return _pay(person_id, None, key, now, now + rest)
    if shift.starts_at <= now < shift.ends_at:
        is_free = not overlap(person_id, shift.starts_at, now, shift.id)
        _end_work(person_id, shift, now, was_there=until is None and is_free)
    return _pay(person_id, shift, new_id(), max(now, shift.starts_at, until or now), shift.ends_at)


def go_on(person_id: str, shift_id: str | None, key: str, by_id: str) -> None:
    """Take a stand-down back in the caller's transaction; a shift that still goes on goes on.

    What was noted stays beside it, with who took it back.
    """
    now = clock.now()
    row = _row(person_id, shift_id, Activity.STAND_DOWN, key) or _row(person_id, None, Activity.STAND_DOWN, key)
    if row is None or row.noted_via != NotedVia.PHONE or row.state != AttendanceState.LEFT:
        return
    work = _row(person_id, shift_id, Activity.SHIFT, "") if shift_id else None
    shift = db.session.get(Shift, shift_id) if shift_id else None
    if work is not None and shift is not None and work.left_at == row.arrived_at and now < shift.ends_at:
        keep_before(work, WENT_ON, by_id)
        work.state, work.left_at, work.changed_at = AttendanceState.HERE, None, now
    keep_before(row, WENT_ON, by_id)
    row.state, row.arrived_at, row.left_at, row.changed_at = AttendanceState.VOID, None, None, now


def _end_work(person_id: str, shift: Shift, now: datetime, *, was_there: bool) -> None:
    values = {"arrived_at": shift.starts_at, "left_at": now, "day_on": shift.day_on, "shift_id": shift.id}
    if was_there and _insert(person_id, new_id(), Activity.SHIFT, values):
        return
    row = _row(person_id, shift.id, Activity.SHIFT, "")
    if row is not None and row.state == AttendanceState.HERE:
        row.state, row.left_at, row.changed_at = AttendanceState.LEFT, max(now, row.arrived_at or now), now
        row.noted_via, row.noted_by_id = NotedVia.PHONE, person_id


def _pay(person_id: str, shift: Shift | None, key: str, starts_at: datetime, ends_at: datetime) -> int:
    if starts_at >= ends_at:
        return 0
    day_on = clock.local(starts_at).date() if shift is None else shift.day_on
    values: dict[str, Any] = {"arrived_at": starts_at, "left_at": ends_at, "is_exact": True, "day_on": day_on}
    if shift is not None:
        values["shift_id"] = shift.id
    if not _insert(person_id, key, Activity.STAND_DOWN, values):
        row = _row(person_id, shift.id if shift else None, Activity.STAND_DOWN, key)
        if row is not None and row.state == AttendanceState.VOID:
            keep_before(row, STOPPED_AGAIN, person_id)
            row.state, row.arrived_at, row.left_at = AttendanceState.LEFT, starts_at, ends_at
            row.changed_at = clock.now()
        elif row is not None and row.arrived_at and row.left_at:
            starts_at, ends_at = row.arrived_at, row.left_at
    return int((ends_at - starts_at).total_seconds() // 60)


def _insert(person_id: str, key: str, activity: Activity, values: dict[str, Any]) -> bool:
    now = clock.now()
    shift = db.session.get(Shift, values.get("shift_id") or "")
    level = db.session.scalars(sa.select(Person.level).where(Person.id == person_id)).one()
    row: dict[str, Any] = {
        "id": key,
        "person_id": person_id,
        "activity": activity,
        "level": level,
        "demanding": weight_of(shift.service_id if shift is not None else None),
        "state": AttendanceState.LEFT,
    }
    row |= {"noted_via": NotedVia.PHONE, "noted_by_id": person_id, "is_exact": False}
    row |= {"created_at": now, "changed_at": now, "version": 1} | values
    return insert_if_absent(db.session, Attendance, row)


def _row(person_id: str, shift_id: str | None, activity: Activity, key: str) -> Attendance | None:
    which = Attendance.id == key if shift_id is None else Attendance.shift_id == shift_id
    return db.session.scalar(
        sa.select(Attendance)
        .where(which, Attendance.person_id == person_id, Attendance.activity == activity)
        .with_for_update()
        .execution_options(populate_existing=True)
    )

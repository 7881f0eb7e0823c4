"""Who was there, as the pages and the other slices ask for it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

import sqlalchemy as sa

from app.attendance.hours import worked_span
from app.attendance.models import Activity, Attendance, AttendanceState
from app.database import db
from app.roster.models import PublicationChange, Shift
from app.sites.models import Service


@dataclass(frozen=True, slots=True)
class WorkedRecord:
    """One finished piece of work of one person: the record that pay and fair shares rest on.

    `starts_at` and `ends_at` are what counts as worked, the planned ones the shift's (None for work beside shifts).
    Work beside shifts may belong to no site or service. `level` is the person's on that day, `demanding` the
    service's (0 to 3), `is_late_change` whether the person got this shift, or its time, inside the notice period.
    `version` rises with every correction; a record that was taken back is not among the records any more.
    """

    id: str
    person_id: str
    shift_id: str | None
    activity: Activity
    service_id: str | None
    site_id: str | None
    level: str
    day_on: date
    starts_at: datetime
    ends_at: datetime
    planned_starts_at: datetime | None
    planned_ends_at: datetime | None
    demanding: int
    is_late_change: bool
    version: int

    @property
    def minutes(self) -> int:
        """Whole minutes worked, by elapsed time (a night on which clocks change has an hour more or less)."""
        return int((self.ends_at - self.starts_at).total_seconds() // 60)


def worked_records(
    first: date | None = None,
    last: date | None = None,
    *,
    person_id: str | None = None,
    ids: Iterable[str] | None = None,
    changed_since: datetime | None = None,
) -> list[WorkedRecord]:
    """Worked records by start: of days from `first` through `last`, of a person, of these ids, or changed since."""
    query = _worked().where(Attendance.state == AttendanceState.LEFT)
    if first is not None:
        query = query.where(Attendance.day_on >= first)
    if last is not None:
        query = query.where(Attendance.day_on <= last)
    if person_id is not None:
        query = query.where(Attendance.person_id == person_id)
    if ids is not None:
        query = query.where(Attendance.id.in_(list(ids)))
    if changed_since is not None:
        query = query.where(Attendance.changed_at >= changed_since)
    found = [record for row in db.session.execute(query) if (record := _record(row)) is not None]
    return sorted(found, key=lambda each: (each.starts_at, each.id))


def unworked_ids(changed_since: datetime) -> set[str]:
    """Ids of rows changed since then that are no worked records (any more): whoever reckoned with one takes it back."""
    rows = db.session.scalars(sa.select(Attendance.id).where(Attendance.changed_at >= changed_since)).all()
    return set(rows) - {each.id for each in worked_records(ids=rows)}


def _worked() -> sa.Select[Any]:
    is_late = sa.exists().where(
        PublicationChange.shift_id == Attendance.shift_id,
        PublicationChange.person_id == Attendance.person_id,
        PublicationChange.is_late,
        PublicationChange.kind.in_(["added", "moved"]),
    )
    service_id = sa.func.coalesce(Shift.service_id, Attendance.service_id)
    return (
        sa.select(
            Attendance.id,
            Attendance.person_id,
            Attendance.shift_id,
            Attendance.activity,
            service_id.label("service_id"),
            sa.func.coalesce(Shift.site_id, Attendance.site_id).label("site_id"),
            Attendance.level,
            Attendance.day_on,
            Attendance.arrived_at,
            Attendance.left_at,
        )
        .add_columns(Attendance.is_exact, Shift.starts_at, Shift.ends_at, Attendance.version)
        .add_columns(sa.func.coalesce(Service.demanding, 0).label("demanding"), is_late.label("is_late_change"))
        .outerjoin(Shift, Shift.id == Attendance.shift_id)
        .outerjoin(Service, Service.id == service_id)
    )


def _record(row: Any) -> WorkedRecord | None:
    is_shift = row.activity == Activity.SHIFT
    plan = (row.starts_at, row.ends_at) if is_shift else None
    span = worked_span(row.arrived_at, row.left_at, plan, is_exact=row.is_exact)
    if span is None:
        return None
    return WorkedRecord(
        id=row.id,
        person_id=row.person_id,
        shift_id=row.shift_id,
        activity=Activity(row.activity),
        service_id=row.service_id,
        site_id=row.site_id,
        level=row.level,
        day_on=row.day_on,
        starts_at=span[0],
        ends_at=span[1],
        planned_starts_at=plan[0] if plan else None,
        planned_ends_at=plan[1] if plan else None,
        demanding=row.demanding,
        is_late_change=bool(row.is_late_change),
        version=row.version,
    )

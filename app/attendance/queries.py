"""Who was there, as the pages and the other slices ask for it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from functools import cache
from typing import Any

import sqlalchemy as sa

from app import clock
from app.attendance.hours import worked_span
from app.attendance.models import Activity, Attendance, AttendanceCorrection, AttendanceState, NotedVia
from app.database import Statement, db, rows
from app.people.models import Person
from app.roster.late import is_late_change
from app.roster.models import Shift
from app.sites.models import Service, Site
from app.words import span_words, when


@dataclass(frozen=True, slots=True)
class WorkedRecord:
    """One finished piece of work of one person: the record that pay and fair shares rest on.

    `starts_at` and `ends_at` are what counts as worked, the planned ones the shift's (None for work beside
    shifts). Work beside shifts may belong to no site or service. `level` is the person's on that day, `demanding`
    the service's (0 to 3) when it was noted, `is_late_change` whether the person got this shift, or its time,
    inside the notice period (see `roster.late`).
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


def weight_of(service_id: str | None) -> int:
    """How demanding a service is now; work that belongs to none is light."""
    return db.session.scalar(sa.select(Service.demanding).where(Service.id == service_id)) or 0


def resting_until(person_id: str) -> datetime | None:
    """Until when a person's paid stand-down goes on, None when they are not resting."""
    return db.session.scalar(
        sa.select(sa.func.max(Attendance.left_at)).where(
            Attendance.person_id == person_id,
            Attendance.activity == Activity.STAND_DOWN,
            Attendance.state == AttendanceState.LEFT,
            Attendance.left_at > clock.now(),
        )
    )


def worked_records(
    first: date | None = None,
    last: date | None = None,
    *,
    person_id: str | None = None,
    ids: Iterable[str] | None = None,
) -> list[WorkedRecord]:
    """Worked records by start: of days from `first` through `last`, of a person, or of these ids."""
    query = _worked().where(Attendance.state == AttendanceState.LEFT)
    if first is not None:
        query = query.where(Attendance.day_on >= first)
    if last is not None:
        query = query.where(Attendance.day_on <= last)
    if person_id is not None:
        query = query.where(Attendance.person_id == person_id)
    if ids is not None:
        query = query.where(Attendance.id.in_(list(ids)))
    found = [record for row in db.session.execute(query) if (record := _record(row)) is not None]
    return sorted(found, key=lambda each: (each.starts_at, each.id))


def changed_work(since: datetime) -> tuple[list[WorkedRecord], set[str]]:
    """What changed since then: worked records by start, and ids of rows that are none (any more).

    Whoever reckoned with one of those takes it back.
    """
    found = {
        row.id: _record(row) if row.state == AttendanceState.LEFT else None for row in rows(_changed(), since=since)
    }
    records = [each for each in found.values() if each is not None]
    gone = {key for key, record in found.items() if record is None}
    return sorted(records, key=lambda each: (each.starts_at, each.id)), gone


def begun_places(first: date, last: date) -> set[tuple[str, str]]:
    """Places (person, shift) of some days where somebody arrived or is paid for having stopped: pay rests on them.

    Who left again before the shift started has not arrived on it.
    """
    return {(person, shift) for person, shift in rows(_begun(), first=first, last=last)}


@cache
def _begun() -> Statement:
    return (
        sa.select(Attendance.person_id, Attendance.shift_id)
        .join(Shift, Shift.id == Attendance.shift_id)
        .where(Shift.day_on.between(sa.bindparam("first"), sa.bindparam("last")))
        .where(_arrived(Shift.starts_at))
    )


def _arrived(starts_at: sa.SQLColumnExpression[datetime]) -> sa.ColumnElement[bool]:
    """Whether a row says that somebody was there when their shift started, or is paid for having stopped."""
    was_there = sa.or_(Attendance.activity == Activity.STAND_DOWN, Attendance.left_at > starts_at)
    is_said = sa.or_(
        Attendance.state == AttendanceState.HERE, sa.and_(Attendance.state == AttendanceState.LEFT, was_there)
    )
    return sa.and_(Attendance.activity.in_([Activity.SHIFT, Activity.STAND_DOWN]), is_said)


def has_worked_records(shift_id: str) -> bool:
    """Whether pay rests on the hours of a shift: somebody worked on it and has left."""
    found = sa.exists().where(
        Attendance.shift_id == shift_id,
        Attendance.activity.in_([Activity.SHIFT, Activity.STAND_DOWN]),
        Attendance.state == AttendanceState.LEFT,
    )
    return bool(db.session.scalar(sa.select(found)))


def with_notes(shift_ids: Iterable[str]) -> set[str]:
    """Those of these shifts for which something is noted about somebody, be it that they are paid or did not come."""
    query = sa.select(Attendance.shift_id).where(Attendance.shift_id.in_(list(shift_ids)))
    return {str(each) for each in db.session.scalars(query.distinct())}


def has_come(shift_id: sa.SQLColumnExpression[str], person_id: sa.SQLColumnExpression[str]) -> sa.ColumnElement[bool]:
    """Whether somebody arrived on a shift: for the queries of those who count places."""
    shift = sa.orm.aliased(Shift)
    return sa.exists().where(
        Attendance.shift_id == shift_id,
        Attendance.person_id == person_id,
        shift.id == Attendance.shift_id,
        _arrived(shift.starts_at),
    )


@cache
def _worked() -> Statement:
    is_late = is_late_change(Attendance.shift_id, Attendance.person_id)
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
        .add_columns(Attendance.demanding, is_late.label("is_late_change"))
        .outerjoin(Shift, Shift.id == Attendance.shift_id)
    )


@cache
def _changed() -> Statement:
    return _worked().add_columns(Attendance.state).where(Attendance.changed_at >= sa.bindparam("since"))


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


@dataclass(frozen=True, slots=True)
class Noted:
    """What somebody worked of a shift, as rosters reckon with it: the day, the time that counts, the kind of work."""

    day_on: date
    starts_at: datetime
    ends_at: datetime
    service_id: str
    demanding: int


def noted_shifts(first: date, last: date) -> dict[tuple[str, str], Noted | None]:
    """What is noted of shifts on days from `first` through `last`, by (person, shift); None: they did not come.

    Pairs that are missing are those nobody noted anything about.
    """
    found: dict[tuple[str, str], Noted | None] = {}
    for person, shift, state, *times, is_exact, day_on, service, demanding in rows(_noted(), first=first, last=last):
        arrived_at, left_at, *plan = times
        if state == AttendanceState.ABSENT:
            found.setdefault((person, shift), None)
        elif span := worked_span(arrived_at, left_at, (plan[0], plan[1]), is_exact=is_exact):
            found[person, shift] = Noted(day_on, *span, service, demanding)
    return found


@cache
def _noted() -> Statement:
    return (
        sa.select(Attendance.person_id, Attendance.shift_id, Attendance.state)
        .add_columns(Attendance.arrived_at, Attendance.left_at, Shift.starts_at, Shift.ends_at, Attendance.is_exact)
        .add_columns(Attendance.day_on, Shift.service_id, Attendance.demanding)
        .join(Shift, Shift.id == Attendance.shift_id)
        .where(Attendance.day_on.between(sa.bindparam("first"), sa.bindparam("last")))
        .where(Attendance.activity == Activity.SHIFT)
        .where(Attendance.state.in_([AttendanceState.ABSENT, AttendanceState.LEFT]))
        .order_by(Attendance.day_on, Attendance.id)
    )


@dataclass(frozen=True, slots=True)
class Said:
    """One thing that was noted about a row, then corrected: what it said, why it was changed, by whom and when."""

    words: str
    via: str
    noted_by: str | None
    reason: str
    by: str | None
    at: datetime


def history_of(attendance_id: str) -> list[Said]:
    """What a row said before each correction, the latest first."""
    noter, mender = sa.orm.aliased(Person), sa.orm.aliased(Person)
    rows = db.session.execute(
        sa.select(AttendanceCorrection, noter.name, mender.name)
        .outerjoin(noter, noter.id == AttendanceCorrection.noted_by_id)
        .outerjoin(mender, mender.id == AttendanceCorrection.by_id)
        .where(AttendanceCorrection.attendance_id == attendance_id)
        .order_by(AttendanceCorrection.version.desc())
    )
    return [
        Said(state_words(row.state, row.arrived_at, row.left_at), row.noted_via, noted_by, row.reason, by, row.at)
        for row, noted_by, by in rows
    ]


def state_words(state: str, arrived_at: datetime | None, left_at: datetime | None) -> str:
    """A state with its times, in words."""
    if arrived_at is not None and state == AttendanceState.HERE:
        return f"here since {when(arrived_at)}"
    if arrived_at is not None and left_at is not None:
        return span_words(arrived_at, left_at)
    return "did not come" if state == AttendanceState.ABSENT else "nothing"


def attendance(attendance_id: str) -> Attendance | None:
    """One row."""
    return db.session.get(Attendance, attendance_id)


@dataclass(frozen=True, slots=True)
class HoursLine:
    """One worked record as people read it."""

    record: WorkedRecord
    person: str
    site: str | None
    service: str | None
    note: str | None
    is_corrected: bool
    is_closed: bool


def hours_lines(first: date, last: date, person_id: str | None = None) -> list[HoursLine]:
    """Worked records of some days with the names of their people and places, the latest first."""
    records = worked_records(first, last, person_id=person_id)
    ids = {each.id for each in records}
    corrected = sa.exists().where(AttendanceCorrection.attendance_id == Attendance.id)
    told = {
        row.id: row
        for row in db.session.execute(
            sa.select(Attendance.id, Attendance.note, Attendance.noted_via, Person.name, corrected.label("corrected"))
            .join(Person, Person.id == Attendance.person_id)
            .where(Attendance.day_on.between(first, last))
        )
        if row.id in ids
    }
    sites: dict[str, str] = {row.id: row.name for row in db.session.execute(sa.select(Site.id, Site.name))}
    services: dict[str, str] = {row.id: row.name for row in db.session.execute(sa.select(Service.id, Service.name))}
    return [
        HoursLine(
            each,
            told[each.id].name,
            sites.get(each.site_id or ""),
            services.get(each.service_id or ""),
            told[each.id].note,
            bool(told[each.id].corrected),
            told[each.id].noted_via == NotedVia.CLOSED,
        )
        for each in reversed(records)
    ]


def people_choices() -> list[tuple[str, str]]:
    """(id, name) of every active person; of people with one name the code is said too."""
    rows = db.session.execute(
        sa.select(Person.id, Person.name, Person.code)
        .where(Person.is_active)
        .order_by(sa.func.lower(Person.name), Person.code)
    ).all()
    names = [row.name for row in rows]
    return [(row.id, row.name if names.count(row.name) == 1 else f"{row.name} ({row.code})") for row in rows]


def worked_counts(people: Iterable[str]) -> dict[str, int]:
    """How many shifts each of these people has worked, by id."""
    rows = db.session.execute(
        sa.select(Attendance.person_id, sa.func.count().label("number"))
        .where(
            Attendance.person_id.in_(list(people)),
            Attendance.activity == Activity.SHIFT,
            Attendance.state == AttendanceState.LEFT,
        )
        .group_by(Attendance.person_id)
    )
    return {row.person_id: row.number for row in rows}


def workers_before(moment: datetime) -> set[str]:
    """Who had worked before a moment, as it was noted by then: the ids of these people."""
    asked = sa.select(Attendance.person_id).where(
        Attendance.state == AttendanceState.LEFT,
        Attendance.activity.not_in([Activity.STAND_DOWN, Activity.CANCELLATION]),
        Attendance.left_at < moment,
        Attendance.created_at < moment,
    )
    return set(db.session.scalars(asked.distinct()))


def planned_span(row: Attendance) -> tuple[datetime, datetime] | None:
    """When the shift of a row was planned, None for work beside shifts."""
    if row.shift_id is None:
        return None
    shift = db.session.get_one(Shift, row.shift_id)
    return shift.starts_at, shift.ends_at


@dataclass(frozen=True, slots=True)
class About:
    """What a row is about, by the names of its person, place and work."""

    person: str
    site: str | None
    service: str | None
    plan: tuple[datetime, datetime] | None
    noted_by: str | None


def about(row: Attendance) -> About:
    """The names that go with a row."""
    noter = sa.orm.aliased(Person)
    found = db.session.execute(
        sa.select(Person.name, Site.name, Service.name, noter.name)
        .select_from(Attendance)
        .join(Person, Person.id == Attendance.person_id)
        .outerjoin(Shift, Shift.id == Attendance.shift_id)
        .outerjoin(Site, Site.id == sa.func.coalesce(Shift.site_id, Attendance.site_id))
        .outerjoin(Service, Service.id == sa.func.coalesce(Shift.service_id, Attendance.service_id))
        .outerjoin(noter, noter.id == Attendance.noted_by_id)
        .where(Attendance.id == row.id)
    ).one()
    person, site, service, noted_by = found
    return About(person, site, service, planned_span(row), noted_by)


def site_name(site_id: str) -> str | None:
    """The name of a site, None when there is none."""
    return db.session.scalar(sa.select(Site.name).where(Site.id == site_id))


def site_choices() -> list[tuple[str, str]]:
    """(id, name) of the sites in use."""
    rows = db.session.execute(sa.select(Site.id, Site.name).where(Site.is_active).order_by(sa.func.lower(Site.name)))
    return [(row.id, row.name) for row in rows]


def service_choices() -> list[tuple[str, str]]:
    """(id, name) of the kinds of service in use."""
    rows = db.session.execute(
        sa.select(Service.id, Service.name).where(Service.is_active).order_by(sa.func.lower(Service.name))
    )
    return [(row.id, row.name) for row in rows]

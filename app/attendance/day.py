"""The shifts of a day and who is on them: what a board, a person's own page and a tablet show and may tap."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import cache
from typing import Any

import sqlalchemy as sa

from app import clock
from app.attendance.hours import GRACE
from app.attendance.models import Activity, Attendance, AttendanceState, NotedVia
from app.database import Statement, db, known_rows, rows
from app.people.models import Level, Person, PersonSkill
from app.roster.models import Assignment, Shift
from app.rules.queries import day_settings
from app.sites.models import Service, Site
from app.words import clock_time, length_words

DAY = timedelta(days=1)
UNDO_FOR = timedelta(minutes=10)
STILL_TODAY = timedelta(hours=6)
"""So long after its end a shift of yesterday still stands among today's."""
UNSETTLED_DAYS = timedelta(days=14)
AROUND = timedelta(days=2)
"""So far from today lie the days whose shifts can be among today's."""


@dataclass(frozen=True, slots=True)
class Place:
    """One person's place on one shift of the day, and what is noted of it."""

    shift_id: str
    site_id: str
    site: str
    service: str
    starts_at: datetime
    ends_at: datetime
    opens_at: datetime
    person_id: str
    name: str
    level: str
    is_planned: bool
    attendance_id: str | None
    state: AttendanceState | None
    arrived_at: datetime | None
    left_at: datetime | None
    noted_via: str | None
    noted_by_id: str | None
    changed_at: datetime | None
    is_exact: bool
    version: int
    now: datetime

    @property
    def is_open(self) -> bool:
        """Whether nothing is noted that stands."""
        return self.state is None or self.state == AttendanceState.VOID

    @property
    def may_arrive(self) -> bool:
        """Whether arriving can be noted now."""
        return self.opens_at <= self.now < self.ends_at and (self.is_open or self.state == AttendanceState.ABSENT)

    @property
    def may_leave(self) -> bool:
        """Whether leaving can be noted now."""
        return self.state == AttendanceState.HERE

    @property
    def has_begun(self) -> bool:
        """Whether the shift has begun."""
        return self.starts_at <= self.now

    @property
    def is_over(self) -> bool:
        """Whether the shift has ended."""
        return self.ends_at <= self.now

    @property
    def may_take_back(self) -> bool:
        """Whether whoever may tap here may undo the last tap: while it is fresh, and until the shift begins."""
        return (
            self.changed_at is not None
            and self.state != AttendanceState.VOID
            and (self.now - self.changed_at <= UNDO_FOR or not self.has_begun)
            and self.noted_via not in {NotedVia.COORDINATOR, NotedVia.CLOSED}
        )

    @property
    def words(self) -> str:
        """What is noted, in a few words without blame."""
        if self.is_open:
            return "not noted" if self.is_over else "not here yet" if self.has_begun else "expected"
        if self.state == AttendanceState.ABSENT:
            return "did not come"
        late = "" if self.is_exact else self._late_words
        if self.state == AttendanceState.HERE and self.arrived_at:
            return f"here since {clock_time(self.arrived_at)}{late}"
        if self.arrived_at and self.left_at:
            return f"{clock_time(self.arrived_at)} to {clock_time(self.left_at)}{late}"
        return ""

    @property
    def badge(self) -> str:
        """The colour that goes with the words."""
        if self.is_open:
            return "warn" if self.has_begun else ""
        return {AttendanceState.HERE: "good", AttendanceState.ABSENT: "note"}.get(
            self.state or AttendanceState.VOID, ""
        )

    @property
    def _late_words(self) -> str:
        found = []
        if self.arrived_at and self.arrived_at > self.starts_at + GRACE:
            found.append(f"{length_words(self.starts_at, self.arrived_at)} after the start")
        if self.left_at and self.left_at < self.ends_at - GRACE:
            found.append(f"{length_words(self.left_at, self.ends_at)} before the end")
        return f" ({', '.join(found)})" if found else ""


@dataclass(frozen=True, slots=True)
class BoardShift:
    """One shift of a board with everyone who is planned on it or was there."""

    id: str
    site_id: str
    site: str
    service: str
    starts_at: datetime
    ends_at: datetime
    places: tuple[Place, ...]

    @property
    def here(self) -> int:
        """How many are there now."""
        return sum(each.state == AttendanceState.HERE for each in self.places)

    @property
    def waiting(self) -> int:
        """How many places of a shift that has begun nobody noted anything about."""
        return sum(each.is_open and each.is_planned and each.has_begun for each in self.places)


@cache
def is_of_today() -> sa.ColumnElement[bool]:
    """Whether a shift is one of today's: it starts today, goes on, ended a while ago, or is about to begin.

    So the shift of yesterday evening is still today's in the morning, and the one that starts past midnight is
    already tonight's. `Moment.asked` holds what it asks for.
    """
    goes_on = sa.and_(Shift.starts_at <= sa.bindparam("opening"), Shift.ends_at > sa.bindparam("closed"))
    return sa.or_(Shift.day_on == sa.bindparam("today"), goes_on)


def board(
    *, site_id: str | None = None, day: date | None = None, shift_ids: Iterable[str] | None = None
) -> list[BoardShift]:
    """The shifts of today (of another day, when named) with everyone on them, by start: two queries."""
    asked = None if shift_ids is None else set(shift_ids)
    if asked is not None and not asked:
        return []
    moment = _moment()
    shifts = [
        row
        for row in _shifts_asked(day, moment)
        if site_id in {None, row.site_id} and (asked is None or row.id in asked)
    ]
    places: dict[str, list[Place]] = {row.id: [] for row in shifts}
    for place in _places({row.id: row for row in shifts}, moment):
        places[place.shift_id].append(place)
    return [
        BoardShift(row.id, row.site_id, row.site, row.service, row.starts_at, row.ends_at, tuple(places[row.id]))
        for row in shifts
    ]


def own_day(person_id: str) -> list[Place]:
    """A person's own shifts of today, by start; what is noted of a shift they only helped on is there too."""
    moment = _moment()
    shifts = {row.id: row for row in _shifts_asked(None, moment)}
    found = list(_places(shifts, moment, person_id))
    return sorted(found, key=lambda each: (each.starts_at, each.shift_id))


def own_of(shifts: Iterable[BoardShift], person_id: str) -> list[Place]:
    """A person's own places among the shifts of a board."""
    return [place for each in shifts for place in each.places if place.person_id == person_id]


def place_on(shift_id: str, person_id: str) -> Place | None:
    """One person's place on one shift of any day; for someone who is not planned on it an open one. None: no shift."""
    row = db.session.execute(_shift_rows().where(Shift.id == shift_id)).one_or_none()
    if row is None:
        return None
    moment = _moment()
    found = next(iter(_places({row.id: row}, moment, person_id)), None)
    if found is not None:
        return found
    person = db.session.get(Person, person_id)
    return None if person is None else _place(row, person, is_planned=False, noted=None, moment=moment)


def led_shifts(person_id: str) -> list[str]:
    """Today's shifts on which this person stands as a lead: by their level, or by the skill the service asks for."""
    return [row.id for row in rows(_led(), person=person_id, **_moment().asked)]


@cache
def _led() -> Statement:
    person_id: sa.BindParameter[str] = sa.bindparam("person")
    holds = sa.exists().where(
        PersonSkill.person_id == person_id,
        PersonSkill.skill_id == Service.lead_skill_id,
        sa.or_(PersonSkill.expires_on.is_(None), PersonSkill.expires_on >= Shift.day_on),
    )
    return (
        sa.select(Shift.id)
        .join(Assignment, Assignment.shift_id == Shift.id)
        .join(Person, Person.id == Assignment.person_id)
        .join(Service, Service.id == Shift.service_id)
        .where(
            Person.id == person_id,
            Shift.cancelled_at.is_(None),
            is_of_today(),
            sa.or_(Person.level.in_([Level.LEAD, Level.MENTOR]), holds),
        )
        .order_by(Shift.starts_at, Shift.id)
    )


def people_today(site_id: str | None = None) -> set[str]:
    """Everyone who is planned on a shift of today, at this site or at any."""
    query = (
        sa.select(Assignment.person_id)
        .join(Shift, Shift.id == Assignment.shift_id)
        .where(Shift.cancelled_at.is_(None), is_of_today())
    )
    query = query if site_id is None else query.where(Shift.site_id == site_id)
    return set(db.session.scalars(query, _moment().asked))


@dataclass(frozen=True, slots=True)
class SiteDay:
    """One site on one day, counted."""

    id: str
    name: str
    shifts: int
    here: int
    waiting: int


def site_days(shifts: Iterable[BoardShift]) -> list[SiteDay]:
    """The sites of these shifts with how many are there and how many are waited for, by name."""
    found: dict[tuple[str, str], list[BoardShift]] = {}
    for each in shifts:
        found.setdefault((each.site, each.site_id), []).append(each)
    return [
        SiteDay(site_id, name, len(of), sum(each.here for each in of), sum(each.waiting for each in of))
        for (name, site_id), of in sorted(found.items())
    ]


def unsettled_count() -> int:
    """How many places `unsettled` would find: one query."""
    today, now = clock.today(), clock.now()
    found = known_rows(_unsettled, first=today - UNSETTLED_DAYS, last=today)
    return sum(places for ends_at, places in found if ends_at <= now)


@cache
def _unsettled() -> Statement:
    """By the end of their shift, the places nobody noted anything about, and those that were closed."""
    in_days = sa.and_(Shift.day_on.between(sa.bindparam("first"), sa.bindparam("last")), Shift.cancelled_at.is_(None))
    of_shift = sa.and_(Attendance.activity == Activity.SHIFT, Attendance.state != AttendanceState.VOID)
    is_noted = sa.exists().where(
        Attendance.shift_id == Assignment.shift_id, Attendance.person_id == Assignment.person_id, of_shift
    )
    silent = sa.select(Shift.ends_at).join(Assignment, Assignment.shift_id == Shift.id).where(in_days, ~is_noted)
    closed = (
        sa.select(Shift.ends_at)
        .join(Attendance, Attendance.shift_id == Shift.id)
        .where(in_days, of_shift, Attendance.noted_via == NotedVia.CLOSED)
    )
    both = silent.union_all(closed).subquery()
    return sa.select(both.c.ends_at, sa.func.count()).group_by(both.c.ends_at)


def unsettled() -> list[Place]:
    """Places of the last two weeks that a coordinator should look at, the oldest first.

    The shift is over and nobody noted anything, or nobody noted the leaving.
    """
    today = clock.today()
    rows = db.session.execute(
        _shift_rows().where(
            Shift.day_on.between(today - UNSETTLED_DAYS, today),
            Shift.ends_at <= clock.now(),
            Shift.cancelled_at.is_(None),
        )
    )
    shifts = {row.id: row for row in rows}
    found = [
        each
        for each in _places(shifts, _moment())
        if (each.is_open and each.is_planned) or each.noted_via == NotedVia.CLOSED
    ]
    return sorted(found, key=lambda each: (each.starts_at, each.site, each.name))


@dataclass(frozen=True, slots=True)
class Moment:
    """Now, and how long before its start a shift is open for arriving."""

    now: datetime
    early: timedelta

    def is_on(self, starts_at: datetime, ends_at: datetime) -> bool:
        """Whether a shift goes on, ended a while ago, or is about to begin."""
        return starts_at <= self.now + self.early and ends_at > self.now - STILL_TODAY

    @property
    def asked(self) -> dict[str, Any]:
        """What `is_of_today` asks for."""
        today = clock.local(self.now).date()
        return {"opening": self.now + self.early, "closed": self.now - STILL_TODAY, "today": today}


def _moment() -> Moment:
    return Moment(clock.now(), timedelta(minutes=day_settings().arrive_minutes))


@cache
def _shift_rows() -> Statement:
    return (
        sa.select(Shift.id, Shift.site_id, Site.name.label("site"), Service.name.label("service"))
        .add_columns(Shift.starts_at, Shift.ends_at)
        .join(Site, Site.id == Shift.site_id)
        .join(Service, Service.id == Shift.service_id)
        .order_by(Shift.starts_at, Site.name, Shift.ends_at, Shift.id)
    )


def _shifts_asked(day: date | None, moment: Moment) -> Sequence[Any]:
    if day is not None:
        return known_rows(_shifts_of_days, first=day, last=day)
    today = clock.local(moment.now).date()
    near = known_rows(_shifts_of_days, first=today - AROUND, last=today + AROUND)
    return [each for each in near if each.day_on == today or moment.is_on(each.starts_at, each.ends_at)]


@cache
def _shifts_of_days() -> Statement:
    in_days = Shift.day_on.between(sa.bindparam("first"), sa.bindparam("last"))
    return _shift_rows().add_columns(Shift.day_on).where(Shift.cancelled_at.is_(None), in_days)


def _places(shifts: Mapping[str, Any], moment: Moment, person_id: str | None = None) -> Iterator[Place]:
    """Everyone who is planned on these shifts or of whom something is noted, by shift and name: one query."""
    if not shifts:
        return
    found = (
        known_rows(_places_of_shifts, shifts=tuple(shifts))
        if person_id is None
        else rows(_places_of_person(), shifts=list(shifts), person=person_id)
    )
    for row in found:
        is_on, noted = row.assignment_id is not None, row if row.attendance_id else None
        yield _place(shifts[row.shift_id], row, is_planned=is_on, noted=noted, moment=moment)


@cache
def _places_of_person() -> Statement:
    return _places_of_shifts().where(Person.id == sa.bindparam("person"))


@cache
def _places_of_shifts() -> Statement:
    ids: sa.BindParameter[str] = sa.bindparam("shifts", expanding=True)
    pairs = (
        sa.select(Assignment.shift_id, Assignment.person_id)
        .where(Assignment.shift_id.in_(ids))
        .union(
            sa.select(Attendance.shift_id, Attendance.person_id).where(
                Attendance.shift_id.in_(ids),
                Attendance.activity == Activity.SHIFT,
                Attendance.state != AttendanceState.VOID,
            )
        )
        .subquery()
    )
    return (
        sa.select(pairs.c.shift_id, pairs.c.person_id, Person.name, Person.level)
        .add_columns(Assignment.id.label("assignment_id"), Attendance.id.label("attendance_id"), Attendance.state)
        .add_columns(Attendance.arrived_at, Attendance.left_at, Attendance.noted_via, Attendance.noted_by_id)
        .add_columns(Attendance.changed_at, Attendance.is_exact, Attendance.version)
        .join(Person, Person.id == pairs.c.person_id)
        .outerjoin(
            Assignment, sa.and_(Assignment.shift_id == pairs.c.shift_id, Assignment.person_id == pairs.c.person_id)
        )
        .outerjoin(
            Attendance,
            sa.and_(
                Attendance.shift_id == pairs.c.shift_id,
                Attendance.person_id == pairs.c.person_id,
                Attendance.activity == Activity.SHIFT,
            ),
        )
        .order_by(pairs.c.shift_id, sa.func.lower(Person.name), Person.id)
    )


def _place(shift: Any, person: Any, *, is_planned: bool, noted: Any, moment: Moment) -> Place:
    return Place(
        shift_id=shift.id,
        site_id=shift.site_id,
        site=shift.site,
        service=shift.service,
        starts_at=shift.starts_at,
        ends_at=shift.ends_at,
        opens_at=shift.starts_at - moment.early,
        person_id=getattr(person, "person_id", None) or person.id,
        name=person.name,
        level=person.level,
        is_planned=is_planned,
        attendance_id=noted.attendance_id if noted else None,
        state=AttendanceState(noted.state) if noted else None,
        arrived_at=noted.arrived_at if noted else None,
        left_at=noted.left_at if noted else None,
        noted_via=noted.noted_via if noted else None,
        noted_by_id=noted.noted_by_id if noted else None,
        changed_at=noted.changed_at if noted else None,
        is_exact=noted.is_exact if noted else False,
        version=noted.version if noted else 0,
        now=moment.now,
    )

"""A person's own published shifts, who is on with them, what changed for them, and whose calendar an address is."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import cache
from typing import Any

import sqlalchemy as sa

from app import clock
from app.access import Role
from app.auth.queries import digest
from app.database import Statement, db, known_rows, rows
from app.people.models import LEARNING, Person, PersonRole, PersonSkill
from app.roster.models import Assignment, Period, Publication, PublicationChange, Shift
from app.shifts.models import Feed
from app.sites.models import Service, Site

FEED_BACK = timedelta(days=60)


@dataclass(frozen=True, slots=True)
class OwnShift:
    """A published shift of one person, with what they need to know of it; instants in UTC.

    `sequence` rises whenever the shift or the person's place on it is changed. `told` is the time they were last told.
    """

    id: str
    day_on: date
    starts_at: datetime
    ends_at: datetime
    note: str | None
    cancelled_at: datetime | None
    site: str
    address: str | None
    directions: str | None
    service: str
    hazards: str | None
    assignment_id: str
    assigned_at: datetime
    accepted_at: datetime | None
    declined_at: datetime | None
    told: tuple[datetime, datetime]
    is_elsewhere: bool
    sequence: int
    is_learning: bool
    is_lead: bool

    @property
    def is_off(self) -> bool:
        """Whether the shift was called off."""
        return self.cancelled_at is not None

    @property
    def was(self) -> tuple[datetime, datetime] | None:
        """The time the person was told, when the shift has another one by now."""
        return None if self.told == (self.starts_at, self.ends_at) else self.told

    def is_running(self, now: datetime) -> bool:
        """Whether the shift goes on at this moment."""
        return self.starts_at <= now < self.ends_at and not self.is_off

    def is_awaited(self, now: datetime) -> bool:
        """Whether the person has not said yes to this late change, and still can."""
        return self.accepted_at is None and not self.is_off and now < self.starts_at


@dataclass(frozen=True, slots=True)
class Companion:
    """Someone else on a shift: the name they chose, their pronouns if they gave any, whether they can lead."""

    name: str
    pronouns: str | None
    is_lead: bool


@dataclass(frozen=True, slots=True)
class Change:
    """The last change to a person's shift since they looked; `ids` are all the rows it stands for."""

    ids: tuple[str, ...]
    kind: str
    shift_id: str
    starts_at: datetime
    ends_at: datetime
    site: str
    service: str
    is_late: bool
    is_off: bool


@dataclass(frozen=True, slots=True)
class Place:
    """Someone on a shift as coordinators see them: whether they said yes, no, or nothing yet."""

    person_id: str
    name: str
    accepted_at: datetime | None
    declined_at: datetime | None


@dataclass(frozen=True, slots=True)
class ShiftFacts:
    """Any shift, for coordinators: what it is, which period it belongs to, who is on it."""

    id: str
    starts_at: datetime
    ends_at: datetime
    note: str | None
    cancelled_at: datetime | None
    site: str
    address: str | None
    directions: str | None
    service: str
    hazards: str | None
    period_id: str | None
    places: tuple[Place, ...]


@dataclass(frozen=True, slots=True)
class Answer:
    """A late change that its person has not said yes to: who, on which shift, whether they said no."""

    person: str
    shift_id: str
    starts_at: datetime
    ends_at: datetime
    site: str
    declined_at: datetime | None


def coming_shifts(person_id: str) -> list[OwnShift]:
    """A person's shifts that have not ended, next first."""
    now = clock.now()
    found = known_rows(_ending_after, person=person_id, now=clock.hour())
    return [_own_shift(*row) for row in found if row.ends_at > now]


def past_shifts(person_id: str, first: date, last: date) -> list[OwnShift]:
    """A person's shifts of some days (both included) that have ended, the latest first."""
    return _own(_ended_of_days(), person=person_id, first=first, last=last, now=clock.now())[::-1]


def shifts_between(person_id: str, first: date, last: date) -> list[OwnShift]:
    """A person's shifts that start on one of these days (both included), by start."""
    return _own(_of_days(), person=person_id, first=first, last=last)


def own_shift(person_id: str, shift_id: str) -> OwnShift | None:
    """One shift of a person, None when they are not on it."""
    return next(iter(_own(_one_of_person(), person=person_id, shift=shift_id)), None)


def feed_shifts(person_id: str) -> list[OwnShift]:
    """A person's shifts as their calendar shows them: two months back, and everything ahead."""
    return _own(_ending_after(), person=person_id, now=clock.now() - FEED_BACK)


def _own(statement: Statement, **asked: Any) -> list[OwnShift]:
    return [_own_shift(*row) for row in rows(statement, **asked)]


@cache
def _of_person() -> Statement:
    return (
        sa.select(Shift.id, Shift.day_on, Shift.starts_at, Shift.ends_at, Shift.note, Shift.cancelled_at)
        .add_columns(Site.name, Site.address, Site.directions, Service.name.label("service"), Service.hazards)
        .add_columns(Assignment.id.label("assignment_id"), Assignment.assigned_at, Assignment.accepted_at)
        .add_columns(Assignment.declined_at, Assignment.told_starts_at, Assignment.told_ends_at)
        .add_columns(Assignment.told_site_id != Shift.site_id)
        .add_columns(Assignment.version + Shift.version - 2, Person.level, PersonSkill.id.is_not(None))
        .join(Assignment, Assignment.shift_id == Shift.id)
        .join(Person, Person.id == Assignment.person_id)
        .join(Site, Site.id == Shift.site_id)
        .join(Service, Service.id == Shift.service_id)
        .outerjoin(PersonSkill, _leads())
        .where(Assignment.person_id == sa.bindparam("person"))
        .order_by(Shift.starts_at, Shift.id)
    )


@cache
def _ending_after() -> Statement:
    return _of_person().where(Shift.ends_at > sa.bindparam("now"))


@cache
def _of_days() -> Statement:
    return _of_person().where(Shift.day_on.between(sa.bindparam("first"), sa.bindparam("last")))


@cache
def _ended_of_days() -> Statement:
    return _of_days().where(Shift.ends_at <= sa.bindparam("now"))


@cache
def _one_of_person() -> Statement:
    return _of_person().where(Shift.id == sa.bindparam("shift"))


def _leads() -> sa.ColumnElement[bool]:
    """Joins a person's skill that makes them a lead on the shift of the same row."""
    return sa.and_(
        PersonSkill.person_id == Person.id,
        PersonSkill.skill_id == Service.lead_skill_id,
        sa.or_(PersonSkill.obtained_on.is_(None), PersonSkill.obtained_on <= Shift.day_on),
        sa.or_(PersonSkill.expires_on.is_(None), PersonSkill.expires_on >= Shift.day_on),
        Person.level.not_in(LEARNING),
    )


def _own_shift(*row: Any) -> OwnShift:
    *facts, told_starts_at, told_ends_at, is_elsewhere, sequence, level, is_lead = row
    more = ((told_starts_at, told_ends_at), is_elsewhere, sequence, level in LEARNING, is_lead)
    return OwnShift(*(*facts, *more))


def companions_of(person_id: str, shift_ids: Iterable[str]) -> Mapping[str, list[Companion]]:
    """Who else is on these shifts, by shift: leads first, then by name."""
    wanted = tuple(shift_ids)
    if not wanted:
        return {}
    found: dict[str, list[Companion]] = defaultdict(list)
    for shift_id, name, pronouns, is_lead in known_rows(_companions, person=person_id, shifts=wanted):
        found[shift_id].append(Companion(name, pronouns, is_lead))
    return found


@cache
def _companions() -> Statement:
    return (
        sa.select(Assignment.shift_id, Person.name, Person.pronouns, PersonSkill.id.is_not(None))
        .join(Shift, Shift.id == Assignment.shift_id)
        .join(Service, Service.id == Shift.service_id)
        .join(Person, Person.id == Assignment.person_id)
        .outerjoin(PersonSkill, _leads())
        .where(Assignment.shift_id.in_(sa.bindparam("shifts", expanding=True)))
        .where(Assignment.person_id != sa.bindparam("person"), Person.is_active)
        .order_by(PersonSkill.id.is_(None), sa.func.lower(Person.name))
    )


def unseen_changes(person_id: str) -> list[Change]:
    """What was published for a person since they looked, by start; of several changes to one shift the last."""
    found: dict[str, Change] = {}
    now = clock.now()
    for change_id, kind, shift_id, *facts in known_rows(_unseen, person=person_id, now=clock.hour()):
        before = found[shift_id].ids if shift_id in found else ()
        found[shift_id] = Change((*before, change_id), kind, shift_id, *facts)
    return sorted((each for each in found.values() if each.ends_at > now), key=lambda each: each.starts_at)


@cache
def _unseen() -> Statement:
    return (
        sa.select(PublicationChange.id, PublicationChange.kind, PublicationChange.shift_id, Shift.starts_at)
        .add_columns(Shift.ends_at, Site.name, Service.name.label("service"), PublicationChange.is_late)
        .add_columns(Shift.cancelled_at.is_not(None))
        .join(Publication, Publication.id == PublicationChange.publication_id)
        .join(Shift, Shift.id == PublicationChange.shift_id)
        .join(Site, Site.id == Shift.site_id)
        .join(Service, Service.id == Shift.service_id)
        .where(PublicationChange.person_id == sa.bindparam("person"), PublicationChange.seen_at.is_(None))
        .where(Shift.ends_at > sa.bindparam("now"))
        .order_by(Publication.at, Publication.number)
    )


def months_of(person_id: str) -> tuple[date, date] | None:
    """The days of a person's first and last shift, None when they never had one."""
    first, last = db.session.execute(
        sa.select(sa.func.min(Shift.day_on), sa.func.max(Shift.day_on))
        .join(Assignment, Assignment.shift_id == Shift.id)
        .where(Assignment.person_id == person_id)
    ).one()
    return None if first is None else (first, last)


def shift_facts(shift_id: str) -> ShiftFacts | None:
    """Any shift with who is on it, for coordinators; None when there is none."""
    row = db.session.execute(
        sa.select(Shift.id, Shift.starts_at, Shift.ends_at, Shift.note, Shift.cancelled_at)
        .add_columns(Site.name, Site.address, Site.directions, Service.name.label("service"), Service.hazards)
        .add_columns(Period.id.label("period_id"))
        .join(Site, Site.id == Shift.site_id)
        .join(Service, Service.id == Shift.service_id)
        .outerjoin(Period, Shift.day_on.between(Period.starts_on, Period.ends_on))
        .where(Shift.id == shift_id)
        .limit(1)
    ).one_or_none()
    if row is None:
        return None
    people = db.session.execute(
        sa.select(Person.id, Person.name, Assignment.accepted_at, Assignment.declined_at)
        .join(Person, Person.id == Assignment.person_id)
        .where(Assignment.shift_id == shift_id)
        .order_by(sa.func.lower(Person.name))
    )
    return ShiftFacts(*(*row, tuple(Place(*each) for each in people)))


def is_in_period(day: date) -> bool:
    """Whether a day belongs to a period: only there can be said why somebody is on a shift."""
    query = sa.select(Period.id).where(Period.starts_on <= day, Period.ends_on >= day).limit(1)
    return db.session.scalar(query) is not None


def awaited_answers() -> list[Answer]:
    """Late changes nobody said yes to yet, of shifts still to come: those who said no first, then by start."""
    now = clock.now()
    found = [Answer(*row) for row in known_rows(_awaited, today=clock.today())]
    return [each for each in found if each.starts_at > now]


@cache
def _awaited() -> Statement:
    return (
        sa.select(Person.name, Shift.id, Shift.starts_at, Shift.ends_at, Site.name, Assignment.declined_at)
        .join(Assignment, Assignment.person_id == Person.id)
        .join(Shift, Shift.id == Assignment.shift_id)
        .join(Site, Site.id == Shift.site_id)
        .where(Assignment.accepted_at.is_(None), Shift.cancelled_at.is_(None), Shift.day_on >= sa.bindparam("today"))
        .where(Person.is_active)
        .order_by(Assignment.declined_at.is_(None), Shift.starts_at, Person.name)
    )


def coordinators_to_tell(but: str) -> list[tuple[str, str]]:
    """(id, e-mail address) of every active coordinator with an address, except one person."""
    rows = db.session.execute(
        sa.select(Person.id, Person.email)
        .join(PersonRole, PersonRole.person_id == Person.id)
        .where(PersonRole.role == Role.COORDINATOR, Person.is_active, Person.email.is_not(None), Person.id != but)
    )
    return [(row.id, row.email or "") for row in rows]


def live_feed(person_id: str) -> Feed | None:
    """A person's calendar address that works, None when they have none."""
    return db.session.scalars(
        sa.select(Feed).where(Feed.person_id == person_id, Feed.revoked_at.is_(None)).limit(1)
    ).first()


def feed_of(token: str) -> tuple[str, str] | None:
    """(feed, person) a secret address belongs to; None when it was revoked, its person left, or it never was."""
    row = db.session.execute(
        sa.select(Feed.id, Feed.person_id)
        .join(Person, Person.id == Feed.person_id)
        .where(Feed.token_hash == digest(token), Feed.revoked_at.is_(None), Person.is_active)
    ).one_or_none()
    return None if row is None else (row.id, row.person_id)

"""What happened, to whom it matters, and how much of it each person carries."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cache

import sqlalchemy as sa

from app import clock
from app.database import Statement, db, rows
from app.incidents.models import FollowUp, Incident, IncidentPerson, Kind
from app.people.models import Person
from app.roster.models import Assignment, Shift
from app.sites.models import Site

BEFORE = timedelta(hours=1)
AFTER = timedelta(hours=4)
AGAIN = timedelta(days=7)
UNDO = timedelta(minutes=30)
STOP_AFTER_SHIFT = timedelta(hours=4)
"""So long after a shift the paid rest can still be taken: as long as what is told is taken to be of that shift."""
STOP_AFTER = timedelta(hours=12)
"""So long after it happened between shifts: after a night's sleep it is another day, and no stop for "today"."""
KIND_WORDS = {
    Kind.OVERDOSE: "Overdose",
    Kind.DEATH: "Death",
    Kind.THREAT: "Threat or police",
    Kind.OTHER: "Something else hard",
}
WEIGHT = 2
"""What one incident counts in demanding work when loads are spread, as much as a shift marked so."""


@dataclass(frozen=True, slots=True)
class Present:
    """One who was there, and the paid rest of the shift they stop, if they do."""

    person_id: str
    name: str
    stand_down_minutes: int | None


@dataclass(frozen=True, slots=True)
class IncidentShown:
    """One incident with who was there."""

    id: str
    kind: str
    happened_at: datetime
    site: str | None
    is_relief_asked: bool
    is_settled: bool
    people: list[Present]
    shift_id: str | None = None
    ends_at: datetime | None = None
    is_running: bool = False
    told_by_id: str | None = None
    kind_key: str = ""

    def of(self, person_id: str) -> list[Present]:
        """What it says of one person, nothing when they were not there."""
        return [each for each in self.people if each.person_id == person_id]

    @property
    def needs_relief(self) -> bool:
        """Whether someone asked for relief on a shift that still goes on."""
        return self.is_relief_asked and self.is_running


@dataclass(frozen=True, slots=True)
class Due:
    """One question how someone is, that is due."""

    id: str
    kind: str
    happened_at: datetime


def present_shift(person_id: str) -> Shift | None:
    """The shift a person is on, else the one just over, else the one to come."""
    now = clock.now()
    around = db.session.scalars(
        sa.select(Shift)
        .join(Assignment, Assignment.shift_id == Shift.id)
        .where(
            Assignment.person_id == person_id,
            Shift.starts_at <= now + BEFORE,
            Shift.ends_at >= now - AFTER,
            Shift.cancelled_at.is_(None),
        )
    )
    return min(around, key=lambda shift: _nearness(shift, now), default=None)


def _nearness(shift: Shift, now: datetime) -> tuple[int, timedelta, str]:
    if shift.ends_at <= now:
        return (1, now - shift.ends_at, shift.id)
    return (2 if shift.starts_at > now else 0, abs(shift.starts_at - now), shift.id)


def is_running(shift_id: str) -> bool:
    """Whether a shift is not over yet, so that someone could take over."""
    shift = db.session.get(Shift, shift_id)
    return shift is not None and shift.ends_at > clock.now()


def incident(incident_id: str) -> IncidentShown | None:
    """One incident by its id."""
    return next(iter(_shown(Incident.id == incident_id)), None)


def may_undo(found: Incident | IncidentShown, person_id: str) -> bool:
    """Whether a person may take back what was told: only who told it, and only for a short while."""
    return found.told_by_id == person_id and found.happened_at >= clock.now() - UNDO


def may_stop(happened_at: datetime, ends_at: datetime | None) -> bool:
    """Whether it is still time to stop for the day, or to go on after all; `ends_at` is the end of the shift."""
    until = happened_at + STOP_AFTER if ends_at is None else ends_at + STOP_AFTER_SHIFT
    return clock.now() <= until


def open_incidents() -> list[IncidentShown]:
    """Those with something still to arrange, the oldest first."""
    return _shown(Incident.settled_at.is_(None))


def incidents_since(length: timedelta) -> list[IncidentShown]:
    """What happened within a time up to now, the latest first."""
    return _shown(Incident.happened_at > clock.now() - length)[::-1]


def incidents_of(person_id: str) -> list[IncidentShown]:
    """What a person was there for in the last month, the latest first."""
    was_there = Incident.id.in_(sa.select(IncidentPerson.incident_id).where(IncidentPerson.person_id == person_id))
    found = _shown(sa.and_(was_there, Incident.happened_at > clock.now() - timedelta(days=31)))
    return found[::-1]


def _shown(which: sa.ColumnElement[bool]) -> list[IncidentShown]:
    rows = db.session.execute(
        sa.select(Incident, Site.name, Person.id, Person.name, IncidentPerson.stand_down_minutes, Shift.ends_at)
        .join(IncidentPerson, IncidentPerson.incident_id == Incident.id)
        .join(Person, Person.id == IncidentPerson.person_id)
        .outerjoin(Shift, Shift.id == Incident.shift_id)
        .outerjoin(Site, Site.id == Shift.site_id)
        .where(which)
        .order_by(Incident.happened_at, Incident.id, Person.name)
    ).all()
    found: dict[str, IncidentShown] = {}
    for row, site, person_id, name, minutes, ends_at in rows:
        if row.id not in found:
            words = KIND_WORDS[Kind(row.kind)]
            asked, settled = row.relief_asked_at is not None, row.settled_at is not None
            is_running = ends_at is not None and ends_at > clock.now()
            found[row.id] = IncidentShown(
                row.id,
                words,
                row.happened_at,
                site,
                asked,
                settled,
                [],
                row.shift_id,
                ends_at,
                is_running,
                row.told_by_id,
                row.kind,
            )
        found[row.id].people.append(Present(person_id, name, minutes))
    return list(found.values())


def is_second_of_late(person_id: str) -> bool:
    """Whether a person was there for two or more within seven days, of late."""
    since = clock.now() - AGAIN
    count = db.session.scalar(
        sa.select(sa.func.count())
        .select_from(IncidentPerson)
        .join(Incident, Incident.id == IncidentPerson.incident_id)
        .where(IncidentPerson.person_id == person_id, Incident.happened_at > since)
    )
    return (count or 0) > 1


def due_for(person_id: str) -> list[Due]:
    """The questions how a person is that are due and not answered."""
    rows = db.session.execute(
        sa.select(FollowUp.id, Incident.kind, Incident.happened_at)
        .join(Incident, Incident.id == FollowUp.incident_id)
        .where(FollowUp.person_id == person_id, FollowUp.due_on <= clock.today(), FollowUp.done_on.is_(None))
        .order_by(FollowUp.due_on)
    )
    return [Due(row.id, KIND_WORDS[Kind(row.kind)], row.happened_at) for row in rows]


def exposure_since(since: datetime, until: datetime) -> dict[str, int]:
    """What each person carries of incidents in a time, in units of demanding work."""
    return {person_id: count * WEIGHT for person_id, count in rows(_exposure(), since=since, until=until)}


@cache
def _exposure() -> Statement:
    happened = Incident.happened_at
    return (
        sa.select(IncidentPerson.person_id, sa.func.count())
        .join(Incident, Incident.id == IncidentPerson.incident_id)
        .where(happened >= sa.bindparam("since"), happened < sa.bindparam("until"))
        .group_by(IncidentPerson.person_id)
    )

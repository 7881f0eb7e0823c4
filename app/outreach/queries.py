"""Who is out, as the board shows it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cache
from typing import Any

import sqlalchemy as sa

from app import clock
from app.attendance.day import own_day
from app.database import Statement, db, known_rows, rows
from app.outreach.models import Outing, OutingMember
from app.people.models import Person
from app.rules.queries import day_settings
from app.sites.models import Site
from app.sites.words import listed
from app.words import length_words

UNDO_FOR = timedelta(minutes=10)
LEAST = 2
"""So many go out at least; observers and trainees may come too but do not count."""


@dataclass(frozen=True, slots=True)
class Out:
    """One outing: who, which way, until when, and whom to call."""

    id: str
    site_id: str
    site: str
    people: tuple[tuple[str, str], ...]
    route: str
    contact_name: str
    contact_email: str
    contact_phone: str | None
    left_at: datetime
    due_at: datetime
    red_at: datetime
    told_at: datetime | None
    closed_at: datetime | None
    version: int
    now: datetime
    opened_by_id: str

    @property
    def names(self) -> str:
        """Who is out, as in "Ana and Bo"."""
        return listed([name for _, name in self.people])

    @property
    def state(self) -> str:
        """Where it stands: back, out, due (amber) or overdue (red)."""
        if self.closed_at is not None:
            return "back"
        if self.now >= self.red_at:
            return "overdue"
        return "due" if self.now >= self.due_at else "out"

    @property
    def over(self) -> str:
        """How long they are past their time, in words."""
        return length_words(self.due_at, self.now)

    @property
    def may_reopen(self) -> bool:
        """Whether closing it is fresh enough to be undone."""
        return self.closed_at is not None and self.now - self.closed_at <= UNDO_FOR

    def is_with(self, person_id: str) -> bool:
        """Whether this person is one of them."""
        return any(person_id == each for each, _ in self.people)

    def is_of(self, person_id: str) -> bool:
        """Whether this person is one of them, or noted that they go."""
        return self.is_with(person_id) or person_id == self.opened_by_id


def outings_for(person_id: str, *, is_coordinator: bool) -> list[Out]:
    """Who is out and who came back in the last hours, the latest due first to come: coordinators see all.

    Others see outings that they are on or noted, and those of a site at which they have a shift today.
    """
    found = _outings(sa.or_(Outing.closed_at.is_(None), Outing.closed_at > clock.now() - timedelta(hours=12)))
    if is_coordinator:
        return found
    sites = {each.site_id for each in own_day(person_id)}
    return [each for each in found if each.is_of(person_id) or each.site_id in sites]


def outing(outing_id: str) -> Out | None:
    """One outing."""
    return next(iter(_outings(Outing.id == outing_id)), None)


def overdue() -> list[Out]:
    """Who is past their time, the longest first; nothing is asked where `late_outings` knows of nobody."""
    if not late_outings():
        return []
    found = _outings(sa.and_(Outing.closed_at.is_(None), Outing.due_at <= clock.now()))
    return sorted(found, key=lambda each: each.due_at)


@dataclass(frozen=True, slots=True)
class Late:
    """Some people who are past their time: since when, and whether somebody was mailed about it."""

    names: tuple[str, ...]
    due_at: datetime
    is_told: bool


def late_outings() -> list[Late]:
    """Who is past their time, the longest first, as short as a first page needs it: one query."""
    found: dict[str, Late] = {}
    now = clock.now()
    for outing_id, due_at, told_at, name in known_rows(_who_is_out):
        names = found[outing_id].names if outing_id in found else ()
        if due_at <= now:
            found[outing_id] = Late((*names, name), due_at, told_at is not None)
    return list(found.values())


@cache
def _who_is_out() -> Statement:
    return (
        sa.select(Outing.id, Outing.due_at, Outing.told_at, Person.name)
        .join(OutingMember, OutingMember.outing_id == Outing.id)
        .join(Person, Person.id == OutingMember.person_id)
        .where(Outing.closed_at.is_(None))
        .order_by(Outing.due_at, Outing.id, sa.func.lower(Person.name), Person.id)
    )


def last_contact(person_id: str) -> tuple[str, str, str | None] | None:
    """Name, address and phone of the contact that this person named last."""
    row = db.session.scalars(
        sa.select(Outing).where(Outing.opened_by_id == person_id).order_by(Outing.left_at.desc(), Outing.id).limit(1)
    ).first()
    return None if row is None else (row.contact_name, row.contact_email, row.contact_phone)


def site_choices() -> list[tuple[str, str]]:
    """(id, name) of the sites in use."""
    rows = db.session.execute(sa.select(Site.id, Site.name).where(Site.is_active).order_by(sa.func.lower(Site.name)))
    return [(row.id, row.name) for row in rows]


def _outings(condition: sa.ColumnElement[bool]) -> list[Out]:
    found = db.session.execute(_outings_and_sites().where(condition)).all()
    if not found:
        return []
    people: dict[str, list[tuple[str, str]]] = {row.Outing.id: [] for row in found}
    for outing_id, person_id, name in rows(_members(), ids=list(people)):
        people[outing_id].append((person_id, name))
    now, grace = clock.now(), timedelta(minutes=day_settings().overdue_minutes)
    return [
        Out(
            each.id,
            each.site_id,
            site,
            tuple(people[each.id]),
            each.route,
            each.contact_name,
            each.contact_email,
            each.contact_phone,
            each.left_at,
            each.due_at,
            each.due_at + grace,
            each.told_at,
            each.closed_at,
            each.version,
            now,
            each.opened_by_id,
        )
        for each, site in found
    ]


@cache
def _outings_and_sites() -> Statement:
    return (
        sa.select(Outing, Site.name)
        .join(Site, Site.id == Outing.site_id)
        .order_by(Outing.closed_at.is_not(None), Outing.due_at, Outing.id)
    )


@cache
def _members() -> Statement:
    ids: sa.BindParameter[Any] = sa.bindparam("ids", expanding=True)
    return (
        sa.select(OutingMember.outing_id, Person.id, Person.name)
        .join(Person, Person.id == OutingMember.person_id)
        .where(OutingMember.outing_id.in_(ids))
        .order_by(sa.func.lower(Person.name), Person.id)
    )

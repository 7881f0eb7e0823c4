"""People, what they can do, and their coming shifts."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from functools import cache
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import aliased

from app import clock
from app.access import STAFF, Role
from app.database import Statement, db, known_rows, rows
from app.people.models import Grade, Person, PersonRole, PersonSkill, Skill, Wish
from app.people.words import expiry_badge, plain
from app.roster.models import Assignment, Shift
from app.sites.models import Service, Site
from app.vault import vault

PAGE_SIZE = 40


@dataclass(frozen=True)
class PeopleFilter:
    """What a list of people is narrowed to; empty texts narrow nothing. `state` is active, inactive or all."""

    search: str = ""
    role: str = ""
    level: str = ""
    skill_id: str = ""
    state: str = "active"


@dataclass(frozen=True, slots=True)
class Listed:
    """A person as a list shows them, without what is sealed; `code` tells apart people of one name."""

    id: str
    name: str
    code: str
    pronouns: str | None
    level: str
    wanted_minutes: int | None
    is_active: bool
    is_relief: bool


@dataclass(frozen=True)
class PeoplePage:
    """One page of a list of people, with their roles and the certificates of theirs that need a look, by person."""

    people: Sequence[Listed]
    roles: dict[str, set[Role]]
    badges: dict[str, list[tuple[str, str]]]
    page: int
    pages: int
    total: int


@dataclass(frozen=True)
class Held:
    """A skill or certificate a person holds; `badge` warns when it has run out or soon will."""

    id: str
    skill_id: str
    name: str
    is_certificate: bool
    obtained_on: date | None
    expires_on: date | None
    badge: tuple[str, str] | None


@dataclass(frozen=True)
class CatalogueEntry:
    """A skill with the number of active people who hold it."""

    skill: Skill
    holders: int


@dataclass(frozen=True)
class ComingShift:
    """A published shift of a person that has not ended yet."""

    starts_at: datetime
    site: str
    service: str


@dataclass(frozen=True)
class WishShown:
    """A wish in words, for its owner."""

    id: str
    kind: str
    about: str


def person(person_id: str) -> Person | None:
    """A person by id."""
    return db.session.get(Person, person_id, options=_without_roles())


@cache
def _without_roles() -> tuple[Any, ...]:
    return (sa.orm.lazyload(Person.role_rows),)  # asked for where somebody looks at them


def people_page(narrowed: PeopleFilter, page: int) -> PeoplePage:
    """One page of people by name; a page beyond the last is the last."""
    asked = "" if "@" in narrowed.search else plain(narrowed.search)
    # Databases differ in which letters they take for the same, and in where they put those with marks.
    known = [(plain(row.name), row.code, row) for row in rows(_listed().where(*_conditions(narrowed)))]
    found = [row for name, code, row in sorted(known) if asked in name or asked in plain(code)]
    pages = max(1, -(-len(found) // PAGE_SIZE))
    page = min(max(page, 1), pages)
    shown = [Listed(*row) for row in found[(page - 1) * PAGE_SIZE : page * PAGE_SIZE]]
    ids = [each.id for each in shown]
    return PeoplePage(shown, _roles_of(ids), _badges(ids), page, pages, len(found))


@cache
def _listed() -> Statement:
    return sa.select(
        Person.id, Person.name, Person.code, Person.pronouns, Person.level, Person.wanted_minutes
    ).add_columns(Person.is_active, Person.is_relief)


def _roles_of(person_ids: list[str]) -> dict[str, set[Role]]:
    found: dict[str, set[Role]] = defaultdict(set)
    for person_id, role in rows(_roles(), people=person_ids):
        found[person_id].add(Role(role))
    return found


@cache
def _roles() -> Statement:
    return sa.select(PersonRole.person_id, PersonRole.role).where(
        PersonRole.person_id.in_(sa.bindparam("people", expanding=True))
    )


def _conditions(narrowed: PeopleFilter) -> list[sa.ColumnElement[bool]]:
    wanted: list[sa.ColumnElement[bool]] = []
    if "@" in narrowed.search:
        wanted.append(Person.email_index == vault().index(narrowed.search.lower(), "person.email"))
    if narrowed.state in {"active", "inactive"}:
        wanted.append(Person.is_active == (narrowed.state == "active"))
    if narrowed.level:
        wanted.append(Person.level == narrowed.level)
    if narrowed.role:
        wanted.append(Person.id.in_(sa.select(PersonRole.person_id).where(PersonRole.role == narrowed.role)))
    if narrowed.skill_id:
        wanted.append(Person.id.in_(sa.select(PersonSkill.person_id).where(PersonSkill.skill_id == narrowed.skill_id)))
    return wanted


def _badges(person_ids: list[str]) -> dict[str, list[tuple[str, str]]]:
    """Certificates of these people that have run out or soon will, as (words, colour) by person."""
    found: dict[str, list[tuple[str, str]]] = {}
    today = clock.today()
    for person_id, expires_on, name in rows(_certificates(), people=person_ids):
        badge = expiry_badge(expires_on, today)
        if badge is not None:
            found.setdefault(person_id, []).append((f"{name} {badge[0]}", badge[1]))
    return found


@cache
def _certificates() -> Statement:
    return (
        sa.select(PersonSkill.person_id, PersonSkill.expires_on, Skill.name)
        .join(Skill, Skill.id == PersonSkill.skill_id)
        .where(PersonSkill.person_id.in_(sa.bindparam("people", expanding=True)), PersonSkill.expires_on.is_not(None))
        .order_by(PersonSkill.expires_on)
    )


def skills_of(person_id: str) -> list[Held]:
    """What a person can do, certificates first, by name."""
    today = clock.today()
    return [
        Held(**row._mapping, badge=expiry_badge(row.expires_on, today))  # noqa: SLF001 - how a row is read by name
        for row in known_rows(_held_by, person=person_id)
    ]


@cache
def _held_by() -> Statement:
    return (
        sa.select(
            PersonSkill.id,
            Skill.id.label("skill_id"),
            Skill.name,
            Skill.is_certificate,
            PersonSkill.obtained_on,
            PersonSkill.expires_on,
        )
        .join(Skill, Skill.id == PersonSkill.skill_id)
        .where(PersonSkill.person_id == sa.bindparam("person"))
        .order_by(Skill.is_certificate.desc(), sa.func.lower(Skill.name))
    )


def held_skill(person_id: str, held_id: str) -> Held | None:
    """One skill of a person."""
    row = db.session.execute(
        sa.select(PersonSkill, Skill)
        .join(Skill, Skill.id == PersonSkill.skill_id)
        .where(PersonSkill.id == held_id, PersonSkill.person_id == person_id)
    ).one_or_none()
    return None if row is None else _held(row[0], row[1])


def _held(row: PersonSkill, skill: Skill) -> Held:
    badge = expiry_badge(row.expires_on, clock.today())
    return Held(row.id, skill.id, skill.name, skill.is_certificate, row.obtained_on, row.expires_on, badge)


def catalogue() -> list[CatalogueEntry]:
    """Every skill and certificate, those in use first, by name."""
    holders = (
        sa.select(PersonSkill.skill_id, sa.func.count().label("number"))
        .join(Person, Person.id == PersonSkill.person_id)
        .where(Person.is_active)
        .group_by(PersonSkill.skill_id)
        .subquery()
    )
    rows = db.session.execute(
        sa.select(Skill, sa.func.coalesce(holders.c.number, 0))
        .outerjoin(holders, holders.c.skill_id == Skill.id)
        .order_by(Skill.is_active.desc(), sa.func.lower(Skill.name))
    )
    return [CatalogueEntry(skill, number) for skill, number in rows]


def skill(skill_id: str) -> Skill | None:
    """A skill by id."""
    return db.session.get(Skill, skill_id)


def active_skills() -> Sequence[Skill]:
    """Skills that can be given and asked for, by name."""
    return db.session.scalars(_active_skills()).all()


@cache
def _active_skills() -> Statement:
    return sa.select(Skill).where(Skill.is_active).order_by(sa.func.lower(Skill.name))


def coming_shifts(person_id: str) -> list[ComingShift]:
    """Published shifts of a person that have not ended, next first."""
    return [ComingShift(*row) for row in rows(_coming_shifts(), person=person_id, now=clock.now())]


@cache
def _coming_shifts() -> Statement:
    return (
        sa.select(Shift.starts_at, Site.name, Service.name)
        .join(Assignment, Assignment.shift_id == Shift.id)
        .join(Site, Site.id == Shift.site_id)
        .join(Service, Service.id == Shift.service_id)
        .where(Assignment.person_id == sa.bindparam("person"), Shift.ends_at > sa.bindparam("now"))
        .where(Shift.cancelled_at.is_(None))
        .order_by(Shift.starts_at)
    )


def has_other_admin(person_id: str) -> bool:
    """Whether the group has an active admin beside this person."""
    query = (
        sa.select(Person.id)
        .join(PersonRole, PersonRole.person_id == Person.id)
        .where(PersonRole.role == Role.ADMIN, Person.is_active, Person.id != person_id)
    )
    return db.session.scalar(query.limit(1)) is not None


def may_manage_fully(roles: frozenset[Role], someone: Person | None) -> bool:
    """Whether someone with these roles may change this person's address and whether they are active.

    Whoever sets an address can ask for a sign-in link to it, so only admins do that for people with duties.
    """
    return Role.ADMIN in roles or someone is None or STAFF.isdisjoint(someone.roles)


def others_by_name(person_id: str) -> list[tuple[str, str]]:
    """(id, name) of every other active person; of people with one name the code is said too."""
    found = sa.select(Person.id, Person.name, Person.code).where(Person.is_active, Person.id != person_id)
    rows = sorted(db.session.execute(found), key=lambda row: (plain(row.name), row.code))
    names = [row.name for row in rows]
    return [(row.id, row.name if names.count(row.name) == 1 else f"{row.name} ({row.code})") for row in rows]


def namesakes(name: str, person_id: str | None = None) -> int:
    """How many other people have this name."""
    return sum(row.id != person_id for row in known_rows(_namesakes, name=name.lower()))


@cache
def _namesakes() -> Statement:
    return sa.select(Person.id).where(sa.func.lower(Person.name) == sa.bindparam("name"))


def own_wishes(person_id: str) -> list[WishShown]:
    """A person's private wishes: for their own page and nobody else's."""
    other = aliased(Person)
    rows = db.session.execute(
        sa.select(Wish.id, Wish.kind, sa.func.coalesce(other.name, Site.name, Service.name))
        .outerjoin(other, other.id == Wish.other_person_id)
        .outerjoin(Site, Site.id == Wish.site_id)
        .outerjoin(Service, Service.id == Wish.service_id)
        .where(Wish.person_id == person_id)
        .order_by(Wish.kind, sa.func.coalesce(other.name, Site.name, Service.name))
    )
    return [WishShown(wish_id, kind, about) for wish_id, kind, about in rows]


def default_grade(person_id: str) -> Grade:
    """How well times suit a person of which they said nothing."""
    return Grade(db.session.scalars(sa.select(Person.default_grade).where(Person.id == person_id)).one())

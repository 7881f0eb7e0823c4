"""Sites, kinds of service and patterns."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import sqlalchemy as sa

from app.database import db
from app.people.models import Skill
from app.sites.models import Pattern, Service, ServiceNeed, Site


@dataclass(frozen=True)
class SiteEntry:
    """A site with the number of patterns that make shifts there."""

    site: Site
    patterns: int


@dataclass(frozen=True)
class ServiceEntry:
    """A kind of service with the name of its lead skill, the number of patterns of it, and what everyone holds."""

    service: Service
    lead: str | None
    patterns: int
    needs: list[str]


@dataclass(frozen=True)
class PatternEntry:
    """A pattern with the names of its site, its kind of service and the skills its lines ask for (by skill id)."""

    pattern: Pattern
    site: Site
    service: Service
    skills: dict[str, str]

    @property
    def is_live(self) -> bool:
        """Whether the pattern makes shifts: it, its site and its kind of service are in use."""
        return self.pattern.is_active and self.site.is_active and self.service.is_active


def site(site_id: str) -> Site | None:
    """A site by id."""
    return db.session.get(Site, site_id)


def service(service_id: str) -> Service | None:
    """A kind of service by id."""
    return db.session.get(Service, service_id)


def pattern(pattern_id: str) -> Pattern | None:
    """A pattern by id."""
    return db.session.get(Pattern, pattern_id)


def skills_with(found: Pattern) -> list[tuple[str, str]]:
    """(id, name) of the skills in use, and of those that this pattern asks for even when they are not."""
    asked = [line.skill_id for line in found.demands if line.skill_id]
    rows = db.session.execute(
        sa.select(Skill.id, Skill.name)
        .where(sa.or_(Skill.is_active, Skill.id.in_(asked)))
        .order_by(sa.func.lower(Skill.name))
    )
    return [(row.id, row.name) for row in rows]


def live_pattern_count(kind: str, row_id: str) -> int:
    """How many patterns in use belong to a site or a kind of service."""
    column = Pattern.site_id if kind == "site" else Pattern.service_id
    query = sa.select(sa.func.count()).select_from(Pattern).where(column == row_id, Pattern.is_active)
    return db.session.scalar(query) or 0


def active_sites() -> Sequence[Site]:
    """Sites in use, by name."""
    return db.session.scalars(sa.select(Site).where(Site.is_active).order_by(sa.func.lower(Site.name))).all()


def active_services() -> Sequence[Service]:
    """Kinds of service in use, by name."""
    return db.session.scalars(sa.select(Service).where(Service.is_active).order_by(sa.func.lower(Service.name))).all()


def site_entries() -> list[SiteEntry]:
    """Every site, those in use first, by name."""
    counts = _pattern_counts(Pattern.site_id)
    rows = db.session.execute(
        sa.select(Site, sa.func.coalesce(counts.c.number, 0))
        .outerjoin(counts, counts.c.id == Site.id)
        .order_by(Site.is_active.desc(), sa.func.lower(Site.name))
    )
    return [SiteEntry(found, number) for found, number in rows]


def service_entries() -> list[ServiceEntry]:
    """Every kind of service, those in use first, by name."""
    counts = _pattern_counts(Pattern.service_id)
    rows = db.session.execute(
        sa.select(Service, Skill.name, sa.func.coalesce(counts.c.number, 0))
        .outerjoin(Skill, Skill.id == Service.lead_skill_id)
        .outerjoin(counts, counts.c.id == Service.id)
        .order_by(Service.is_active.desc(), sa.func.lower(Service.name))
    )
    needs = _need_names()
    return [ServiceEntry(found, lead, number, needs.get(found.id, [])) for found, lead, number in rows]


def needs_of(service_id: str) -> list[str]:
    """The names of what everyone must hold who does a kind of service."""
    return _need_names(service_id).get(service_id, [])


def _need_names(service_id: str | None = None) -> dict[str, list[str]]:
    query = (
        sa.select(ServiceNeed.service_id, Skill.name)
        .join(Skill, Skill.id == ServiceNeed.skill_id)
        .order_by(sa.func.lower(Skill.name))
    )
    if service_id is not None:
        query = query.where(ServiceNeed.service_id == service_id)
    found: dict[str, list[str]] = {}
    for of_service, name in db.session.execute(query):
        found.setdefault(of_service, []).append(name)
    return found


def _pattern_counts(column: sa.orm.InstrumentedAttribute[str]) -> sa.Subquery:
    return (
        sa.select(column.label("id"), sa.func.count().label("number"))
        .where(Pattern.is_active)
        .group_by(column)
        .subquery()
    )


def pattern_entries(site_id: str = "") -> list[PatternEntry]:
    """Patterns (of one site, if named), those in use first, by site, kind of service and time."""
    query = (
        sa.select(Pattern, Site, Service)
        .join(Site, Site.id == Pattern.site_id)
        .join(Service, Service.id == Pattern.service_id)
        .order_by(
            sa.func.lower(Site.name),
            Pattern.is_active.desc(),
            Pattern.cycle.desc(),
            Pattern.weekdays,
            Pattern.starts_at,
        )
    )
    if site_id:
        query = query.where(Pattern.site_id == site_id)
    names = _skill_names()
    return [PatternEntry(pattern, at, kind, names) for pattern, at, kind in db.session.execute(query)]


def pattern_entry(pattern_id: str) -> PatternEntry | None:
    """One pattern by id."""
    row = db.session.execute(
        sa.select(Pattern, Site, Service)
        .join(Site, Site.id == Pattern.site_id)
        .join(Service, Service.id == Pattern.service_id)
        .where(Pattern.id == pattern_id)
    ).one_or_none()
    return None if row is None else PatternEntry(row[0], row[1], row[2], _skill_names())


def live_patterns() -> Sequence[Pattern]:
    """Patterns that make shifts: they, their site and their kind of service are in use."""
    return db.session.scalars(
        sa.select(Pattern)
        .join(Site, Site.id == Pattern.site_id)
        .join(Service, Service.id == Pattern.service_id)
        .where(Pattern.is_active, Site.is_active, Service.is_active)
        .order_by(Pattern.code)
    ).all()


def _skill_names() -> dict[str, str]:
    return {row.id: row.name for row in db.session.execute(sa.select(Skill.id, Skill.name))}

"""Places that are still open on published shifts, without reading a whole roster: for first page and wall."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import cache
from typing import Any

import sqlalchemy as sa

from app import clock
from app.database import Statement, known_rows
from app.exchange.queries import looks_for_cover
from app.people.models import LEARNING, Person, PersonSkill, Skill
from app.roster.models import Assignment, Shift, ShiftDemand
from app.roster.queries import is_published
from app.sites.models import Service, Site

DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Opening:
    """A published shift with open places: how many are missing, of whom, and whether it cannot run as it is.

    It cannot with too few people to run, and where those there (`there`) are fewer than may be left by themselves.
    """

    shift_id: str
    starts_at: datetime
    ends_at: datetime
    site: str
    service: str
    missing: int
    skills: tuple[str, ...]
    there: int
    is_short: bool
    is_unsafe: bool

    @property
    def cannot_run(self) -> bool:
        """Whether it may not take place as it is."""
        return self.is_short or self.is_unsafe

    @property
    def badge(self) -> tuple[str, str]:
        """How urgent it is, as (words, kind)."""
        if self.is_short:
            return "Cannot run", "bad"
        if self.is_unsafe:
            return "Leaves one alone" if self.there == 1 else "Too few to be safe", "bad"
        return f"{self.missing} open", "warn"


def openings_within(ahead: timedelta) -> list[Opening]:
    """Shifts that begin within this time, in published periods, and lack someone, by start: one query."""
    now, today = clock.now(), clock.today()
    found: dict[str, list[Any]] = defaultdict(list)
    for row in known_rows(_open_lines_of_days, first=today, last=today + ahead + DAY):
        if now < row.starts_at <= now + ahead:
            found[row.id].append(row)
    return [_opening(open_lines) for open_lines in found.values()]


def missing_between(first: date, last: date) -> dict[str, int]:
    """How many people published shifts of these days lack, by shift, begun or not; full ones are left out."""
    found: dict[str, int] = defaultdict(int)
    for row in known_rows(_open_lines_of_days, first=first, last=last):
        found[row.id] = max(found[row.id], row.target - row.counted)
    return dict(found)


@cache
def _open_lines_of_days() -> Statement:
    return _lines_short_of(_of_days())


def _of_days() -> sa.ColumnElement[bool]:
    """Whether a shift is among those of some days, which are indexed."""
    return sa.and_(Shift.day_on.between(sa.bindparam("first"), sa.bindparam("last")), Shift.cancelled_at.is_(None))


def _lines_short_of(asked: sa.ColumnElement[bool]) -> Statement:
    """Every demand line of these shifts that asks for more people than stand on them."""
    lines = _lines(asked)
    counted = _counted(lines)
    return (
        sa.select(Shift.id, Shift.starts_at, Shift.ends_at)
        .add_columns(Site.name.label("site"), Service.name.label("service"))
        .add_columns(Skill.name.label("skill"), lines.c.minimum, lines.c.target, counted.label("counted"))
        .add_columns(Service.minimum_company.label("company"), _there().label("there"))
        .join(lines, lines.c.shift_id == Shift.id)
        .join(Site, Site.id == Shift.site_id)
        .join(Service, Service.id == Shift.service_id)
        .outerjoin(Skill, Skill.id == lines.c.skill_id)
        .where(is_published(), counted < lines.c.target)
        .order_by(Shift.starts_at, Shift.id, Skill.name)
    )


def _lines(asked: sa.ColumnElement[bool]) -> sa.Subquery:
    """Every demand line of these shifts; a service that asks for a lead makes one, as in the roster's own facts."""
    of_shifts = (
        sa.select(ShiftDemand.shift_id, ShiftDemand.skill_id, ShiftDemand.minimum, ShiftDemand.target)
        .join(Shift, Shift.id == ShiftDemand.shift_id)
        .where(asked)
    )
    of_leads = (
        sa.select(Shift.id, Service.lead_skill_id, sa.literal(1), sa.literal(1))
        .join(Service, Service.id == Shift.service_id)
        .where(asked, Service.lead_skill_id.is_not(None))
    )
    both = of_shifts.union_all(of_leads).subquery()
    return (
        sa.select(both.c.shift_id, both.c.skill_id)
        .add_columns(sa.func.max(both.c.minimum).label("minimum"), sa.func.max(both.c.target).label("target"))
        .group_by(both.c.shift_id, both.c.skill_id)
        .subquery()
    )


def _counted(lines: sa.Subquery) -> sa.ScalarSelect[int]:
    """How many people on the shift count for a line: those there who hold its skill on the day."""
    holds = (
        sa.exists()
        .where(
            PersonSkill.person_id == Person.id,
            PersonSkill.skill_id == lines.c.skill_id,
            sa.or_(PersonSkill.obtained_on.is_(None), PersonSkill.obtained_on <= Shift.day_on),
            sa.or_(PersonSkill.expires_on.is_(None), PersonSkill.expires_on >= Shift.day_on),
        )
        .correlate(Person, Shift, lines)
    )
    return _people(sa.or_(lines.c.skill_id.is_(None), holds)).correlate(Shift, lines).scalar_subquery()


def _there() -> sa.ScalarSelect[int]:
    return _people(sa.true()).correlate(Shift).scalar_subquery()


def _people(which: sa.ColumnElement[bool]) -> sa.Select[int]:
    """How many of these count: active, not learning, and not there only until somebody takes their place."""
    stays = ~looks_for_cover(Assignment.shift_id, Assignment.person_id)
    return (
        sa.select(sa.func.count())
        .select_from(Assignment)
        .join(Person, Person.id == Assignment.person_id)
        .where(Assignment.shift_id == Shift.id, Person.is_active, Person.level.not_in(LEARNING), stays, which)
    )


def _opening(lines: list[Any]) -> Opening:
    row = lines[0]
    return Opening(
        shift_id=row.id,
        starts_at=row.starts_at,
        ends_at=row.ends_at,
        site=row.site,
        service=row.service,
        missing=max(line.target - line.counted for line in lines),
        skills=tuple(line.skill for line in lines if line.skill is not None),
        there=row.there,
        is_short=any(line.counted < line.minimum for line in lines),
        is_unsafe=0 < row.there < row.company,
    )

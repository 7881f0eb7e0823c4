"""What the first page tells: the roster's unfinished business, certificates that run out, whether all is well."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from functools import cache

import sqlalchemy as sa

from app import clock
from app.database import Statement, known_rows
from app.people.models import Person, PersonSkill, Skill
from app.people.words import WARN_DAYS
from app.roster.models import Draft, DraftState, Period, Run

JUST_RUN_OUT = timedelta(days=30)
"""How long a certificate that ran out is still news."""


@dataclass(frozen=True, slots=True)
class Unfinished:
    """A period that is not over: its run going on and its newest working draft, if there are any."""

    period_id: str
    name: str
    starts_on: date
    ends_on: date
    is_published: bool
    run_id: str | None
    draft_id: str | None
    draft: str | None


@dataclass(frozen=True, slots=True)
class Expiry:
    """A certificate of an active person that runs out soon, or just did."""

    person_id: str
    person: str
    certificate: str
    expires_on: date


def unfinished_periods() -> list[Unfinished]:
    """Periods that are not over, by start: one query."""
    return [Unfinished(*row) for row in known_rows(_unfinished, today=clock.today())]


@cache
def _unfinished() -> Statement:
    newest = (
        sa.select(Draft.id)
        .where(Draft.period_id == Period.id, Draft.state == DraftState.WORKING)
        .order_by(Draft.number.desc())
        .limit(1)
        .correlate(Period)
        .scalar_subquery()
    )
    return (
        sa.select(Period.id, Period.name, Period.starts_on, Period.ends_on, Period.published_at.is_not(None))
        .add_columns(Run.id.label("run_id"), Draft.id.label("draft_id"), Draft.name.label("draft"))
        .outerjoin(Run, sa.and_(Run.period_id == Period.id, Run.ended_at.is_(None)))
        .outerjoin(Draft, Draft.id == newest)
        .where(Period.ends_on >= sa.bindparam("today"))
        .order_by(Period.starts_on)
    )


def expiries() -> list[Expiry]:
    """Certificates of active people that run out within the time people are warned of, or just did, by day."""
    today = clock.today()
    until = today + timedelta(days=WARN_DAYS[-1][0])
    return [Expiry(*row) for row in known_rows(_expiries, since=today - JUST_RUN_OUT, until=until)]


@cache
def _expiries() -> Statement:
    return (
        sa.select(Person.id, Person.name, Skill.name.label("certificate"), PersonSkill.expires_on)
        .join(PersonSkill, PersonSkill.person_id == Person.id)
        .join(Skill, Skill.id == PersonSkill.skill_id)
        .where(Person.is_active, PersonSkill.expires_on.between(sa.bindparam("since"), sa.bindparam("until")))
        .order_by(PersonSkill.expires_on, sa.func.lower(Person.name))
    )

"""Who leads holds the skills by which services know their leads, and whoever leads no more holds them no more.

All of this happens in the caller's transaction. Certificates are left out: nobody is given a paper they never earned,
nor does one who steps back lose it.
"""

from __future__ import annotations

from collections.abc import Iterable

import sqlalchemy as sa

from app import clock
from app.audit.services import record
from app.database import db, insert_if_absent, new_id
from app.people.models import LEADING, Person, PersonSkill, Skill
from app.sites.models import Service


def follow_level(person_id: str, before: str | None, after: str) -> None:
    """Give or take the skills of a lead as someone comes to lead or stops; `before` is None for who is new."""
    if after in LEADING and before not in LEADING:
        _give([person_id], db.session.scalars(_asked().where(Service.is_active)).all())
    elif before in LEADING and after not in LEADING:
        _take(person_id)


def follow_service(skill_id: str | None) -> None:
    """Give the skill that a service asks of its leads from now on to everyone who leads."""
    skills = db.session.scalars(sa.select(Skill.id).where(Skill.id == skill_id, ~Skill.is_certificate)).all()
    if skills:
        _give(db.session.scalars(sa.select(Person.id).where(Person.level.in_(LEADING), Person.is_active)).all(), skills)


def _asked() -> sa.Select[str]:
    return sa.select(Skill.id).join(Service, Service.lead_skill_id == Skill.id).where(~Skill.is_certificate).distinct()


def _give(people: Iterable[str], skills: Iterable[str]) -> None:
    skills, today = list(skills), clock.today()
    for person_id in people:
        for skill_id in skills:
            values = {"id": new_id(), "person_id": person_id, "skill_id": skill_id, "obtained_on": today}
            insert_if_absent(db.session, PersonSkill, values)


def _take(person_id: str) -> None:
    held = db.session.execute(
        sa.select(PersonSkill, Skill.code)
        .join(Skill, Skill.id == PersonSkill.skill_id)
        .where(PersonSkill.person_id == person_id, PersonSkill.skill_id.in_(_asked()))
        .order_by(Skill.code)
    ).all()
    for row, code in held:
        record(db.session, "take skill", "person", person_id, skill=code)
        db.session.delete(row)

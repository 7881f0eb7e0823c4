"""Relief for a shift that goes on: the coordinators are told at once, and who could take over by the rules is named."""

from __future__ import annotations

from dataclasses import dataclass

import sqlalchemy as sa
from flask import render_template

from app.access import Role
from app.database import db
from app.exchange import queries
from app.exchange.claims import standing_around
from app.exchange.covers import OPEN_SUBJECT
from app.mail.services import link_to, post
from app.people.models import Person, PersonRole
from app.words import span_words
from scheduling import why_open


@dataclass(frozen=True, slots=True)
class CanCome:
    """Someone who could take over by the rules, with their number; those of the relief pool come first."""

    person_id: str
    name: str
    phone: str | None
    is_relief: bool


def call_coordinators(shift_id: str, key: str) -> None:
    """Mail every coordinator that a running shift needs someone, once for this key; in the caller's transaction."""
    found = queries.shift_with_names(shift_id)
    if found is None:
        return
    rows = db.session.execute(
        sa.select(Person.id, Person.name, Person.email)
        .join(PersonRole, PersonRole.person_id == Person.id)
        .where(PersonRole.role == Role.COORDINATOR, Person.is_active, Person.email.is_not(None))
    ).all()
    for person_id, name, address in rows:
        body = render_template(
            "mail/place_open.txt",
            name=name,
            span=span_words(found[0].starts_at, found[0].ends_at),
            is_unsafe=True,
            link=link_to("incidents.index"),
        )
        post(db.session, key=f"relief-{key}-{person_id}", to=address or "", subject=OPEN_SUBJECT, body=body)


def who_can_come(shift_id: str) -> list[CanCome]:
    """Who could take over on a shift by the same rules as any cover, the relief pool first."""
    found = queries.shift_with_names(shift_id)
    if found is None:
        return []
    standing = standing_around(found[0])
    if shift_id not in standing.problem.shift:
        return []
    able = {each.worker for each in why_open(standing.problem, standing.roster, shift_id) if each.could}
    pool = queries.relief_pool()
    rows = db.session.scalars(sa.select(Person).where(Person.id.in_(able), Person.is_active))
    named = [CanCome(row.id, row.name, row.phone, row.id in pool) for row in rows]
    return sorted(named, key=lambda each: (not each.is_relief, each.name.lower()))

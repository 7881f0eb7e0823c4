"""Moves by hand as a coordinator's buttons make them, and what is in a draft."""

from __future__ import annotations

from datetime import date, time

import sqlalchemy as sa

from app.database import db
from app.editing import Saved
from app.people.models import Availability
from app.review import services
from app.review.moves import Kind, Wanted
from app.roster.models import Draft, DraftAssignment, Waiver
from app.rules.queries import rule_card
from app.rules.services import set_rule

REASON = "They asked for it."


def version_of(draft_id):
    db.session.rollback()
    found = db.session.scalar(sa.select(Draft.version).where(Draft.id == draft_id))
    db.session.rollback()
    return found


def move(draft_id, kind, person, shift, by=None, **more):
    """Make one move on the draft as it is now; the service's answer."""
    wanted = Wanted(version_of(draft_id), Kind(kind), person, shift, **more)
    return services.make_move(draft_id, wanted, by)


def put(draft_id, *pairs, by=None):
    """Put people on shifts; everything must be allowed."""
    for person, shift in pairs:
        answer = move(draft_id, "assign", person, shift, by)
        assert isinstance(answer, services.Done), answer


def rows_of(draft_id):
    """Everything that makes a draft: who is where, what is pinned, which rules are set aside."""
    db.session.rollback()
    people = db.session.execute(
        sa.select(DraftAssignment.shift_id, DraftAssignment.person_id, DraftAssignment.is_pinned).where(
            DraftAssignment.draft_id == draft_id
        )
    ).all()
    columns = (Waiver.id, Waiver.rule, Waiver.shift_id, Waiver.person_id, Waiver.reason, Waiver.by_id, Waiver.at)
    waivers = db.session.execute(sa.select(*columns).where(Waiver.draft_id == draft_id)).all()
    db.session.rollback()
    return {tuple(row) for row in people}, {tuple(row) for row in waivers}


def pairs_of(draft_id):
    """Who is on which shift."""
    return {(person, shift) for shift, person, _ in rows_of(draft_id)[0]}


def press(client, draft_id, path, **fields):
    """Press a button that posts these fields with what every button of a draft carries."""
    common = {"csrf_token": client.token(), "version": version_of(draft_id)}
    return client.post(f"/review/{draft_id}/{path}", data=common | fields, follow_redirects=True)


def allow_few_hours(week=300):
    """Let a rule that may be set aside stand against every shift."""
    card = rule_card("hours")
    fewer = card.values | {"most_week": week, "most_average": week}
    assert isinstance(set_rule("hours", fewer, card.version), Saved)


def away(person, day):
    """The person said that they cannot come on this day of December."""
    db.session.add(
        Availability(
            person_id=person, grade="unavailable", on_date=date(2026, 12, day), starts_at=time(0), ends_at=time(0)
        )
    )
    db.session.commit()

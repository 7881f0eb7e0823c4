"""Naming drafts, putting them away, and beginning one by hand."""

from __future__ import annotations

from enum import StrEnum

import sqlalchemy as sa

from app import clock
from app.audit.services import record
from app.database import db, new_id
from app.editing import Outcome, Saved, actor_id, locked, outdated, refuse
from app.roster.generation import carry_waivers, next_number
from app.roster.models import Assignment, Draft, DraftAssignment, DraftState, Period, Publication, Shift


class Source(StrEnum):
    """What a draft made by hand begins with."""

    PUBLISHED = "published"
    EMPTY = "empty"


def begin_draft(period_id: str, source: Source) -> Outcome:
    """Begin a draft without the solver: a copy of what is published, or nobody anywhere yet."""
    period = locked(Period, period_id)
    if period is None:
        return refuse(form="This period is gone.")
    number = next_number(period_id)
    draft = Draft(
        id=new_id(),
        period_id=period_id,
        number=number,
        name=f"Draft {number}",
        base_version=period.version,
        created_by_id=actor_id(),
        created_at=clock.now(),
    )
    db.session.add(draft)
    db.session.flush()
    if source is Source.PUBLISHED:
        live = (
            sa.select(sa.literal(draft.id), Assignment.shift_id, Assignment.person_id, sa.false())
            .join(Shift, Shift.id == Assignment.shift_id)
            .where(Shift.day_on.between(period.starts_on, period.ends_on), Shift.cancelled_at.is_(None))
        )
        columns = ["draft_id", "shift_id", "person_id", "is_pinned"]
        db.session.execute(sa.insert(DraftAssignment).from_select(columns, live))
        _carry_published_waivers(period_id, draft.id)
    record(db.session, "begin draft", "draft", draft.id, source=str(source))
    db.session.commit()
    return Saved(draft.id)


def _carry_published_waivers(period_id: str, draft_id: str) -> None:
    published = db.session.scalar(
        sa.select(Publication.draft_id)
        .where(Publication.period_id == period_id)
        .order_by(Publication.number.desc())
        .limit(1)
    )
    if published is not None:
        carry_waivers(published, draft_id)


def rename_draft(draft_id: str, name: str, version: int) -> Outcome:
    """Give a draft another name; `version` is the one the page showed."""
    draft = locked(Draft, draft_id)
    if draft is None:
        return refuse(form="This draft is gone.")
    if draft.version != version:
        return outdated(draft.version)
    draft.name = name
    record(db.session, "rename draft", "draft", draft_id)
    db.session.commit()
    return Saved(draft_id)


def discard_draft(draft_id: str) -> Outcome:
    """Put a draft away; it can be brought back. What is published cannot be put away."""
    return _turn(draft_id, DraftState.WORKING, DraftState.DISCARDED)


def restore_draft(draft_id: str) -> Outcome:
    """Bring back a draft that was put away."""
    return _turn(draft_id, DraftState.DISCARDED, DraftState.WORKING)


def _turn(draft_id: str, before: DraftState, after: DraftState) -> Outcome:
    draft = locked(Draft, draft_id)
    if draft is None:
        return refuse(form="This draft is gone.")
    if draft.state == DraftState.PUBLISHED:
        return refuse(form="This draft is what is published. It stays.")
    if draft.state == before:
        draft.state = after
        record(db.session, "put draft away" if after is DraftState.DISCARDED else "bring draft back", "draft", draft_id)
    db.session.commit()
    return Saved(draft_id)

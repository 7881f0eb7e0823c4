"""Carrying what people did themselves into a draft that was begun before they did."""

from __future__ import annotations

import sqlalchemy as sa

from app import clock
from app.audit.services import record
from app.database import db
from app.review.changes import plan_of
from app.review.queries import review_of
from app.review.services import NOT_OPEN, Answer, Done, Refused, Stale, take_draft
from app.roster.lock import hold_roster
from app.roster.models import ChangeKind, Draft, DraftAssignment

KEPT = "The draft has now what people took and gave away themselves. Look at it again before you publish."


def keep_what_people_did(draft_id: str, version: int) -> Answer | None:
    """Put people where they took places since the draft was begun, and off those they left; None: no such draft.

    From now on the draft knows of it: what is changed by hand after this is meant.
    """
    hold_roster()
    review = review_of(draft_id)
    if review is None or not review.is_open:
        db.session.rollback()
        return None if review is None else Refused((NOT_OPEN,))
    if db.session.execute(take_draft(draft_id, version)).rowcount != 1:  # type: ignore[attr-defined]
        db.session.rollback()
        return Stale(version, None)
    undone = plan_of(review).undone
    for each in undone:
        if each.kind is ChangeKind.REMOVED:
            row = DraftAssignment(draft_id=draft_id, shift_id=each.shift.id, person_id=each.person, is_pinned=True)
            db.session.add(row)
        else:
            db.session.execute(
                sa.delete(DraftAssignment).where(
                    DraftAssignment.draft_id == draft_id,
                    DraftAssignment.shift_id == each.shift.id,
                    DraftAssignment.person_id == each.person,
                )
            )
    db.session.execute(sa.update(Draft).where(Draft.id == draft_id).values(knows_until=clock.now()))
    record(db.session, "keep what people did", "draft", draft_id, changes=len(undone))
    db.session.commit()
    return Done(KEPT)

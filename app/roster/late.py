"""What counts as a late change of a person's plan: pay and what is shown before a shift ask the same."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa

from app.roster.models import Assignment, ChangeKind, PublicationChange


def is_late_change(shift_id: Any, person_id: Any) -> sa.ColumnElement[bool]:
    """Whether a person got a shift, or its time, inside the notice period: by a publication, or to fill a place.

    Who changes shifts with somebody does so by their own wish: that is no late change.
    """
    published = sa.exists().where(
        PublicationChange.shift_id == shift_id,
        PublicationChange.person_id == person_id,
        PublicationChange.is_late,
        PublicationChange.kind.in_([ChangeKind.ADDED, ChangeKind.MOVED]),
    )
    taken = sa.exists().where(
        Assignment.shift_id == shift_id, Assignment.person_id == person_id, Assignment.is_taken_late
    )
    return sa.or_(published, taken)

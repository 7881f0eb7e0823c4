"""Writing the audit log, in the transaction of the act itself, and forgetting when people came and went."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import sqlalchemy as sa
from flask import has_request_context
from flask_login import current_user
from sqlalchemy.orm import Session

from app import clock, jobs
from app.audit.models import AuditEntry
from app.database import db

FORGET = "forget-comings-and-goings"
EVERY = timedelta(hours=6)
COMING_AND_GOING = ("sign in", "sign out")
KEEP = timedelta(days=30)


def record(
    session: Session,
    act: str,
    object_kind: str | None = None,
    object_id: str | None = None,
    *,
    actor_id: str | None = None,
    **details: Any,
) -> None:
    """Note an act of the person signed in (nobody, for jobs and commands) in the caller's transaction.

    `act` is verb and object ("publish roster"). Details hold no contact field, private wish or passphrase.
    `actor_id` names who acted where nobody is signed in yet.
    """
    actor = actor_id
    if actor is None and has_request_context() and current_user.is_authenticated:
        actor = current_user.id
    session.add(
        AuditEntry(
            at=clock.now(), actor_id=actor, act=act, object_kind=object_kind, object_id=object_id, details=details
        )
    )


def forget_comings_and_goings(task: jobs.Task) -> None:
    """Delete who signed in or out long ago: what was done stays in the log, when people were there does not."""
    del task
    over = sa.and_(AuditEntry.act.in_(COMING_AND_GOING), AuditEntry.at < clock.now() - KEEP)
    db.session.execute(sa.delete(AuditEntry).where(over))
    db.session.commit()

"""Forgetting: sessions, tokens and throttles that are over leave nothing about when people came and went."""

from __future__ import annotations

from datetime import timedelta

import sqlalchemy as sa

from app import clock, jobs
from app.auth.models import SignIn, SignInToken, Throttle
from app.database import db
from app.people.models import Person

TIDY = "tidy-sign-ins"
EVERY = timedelta(hours=6)
KEEP_SESSIONS = timedelta(days=30)
KEEP_TRIES = timedelta(days=1)
KEEP_FORMER = timedelta(weeks=4)
"""Long enough to tell a former address what was done from the new one once it counts."""


def tidy(task: jobs.Task) -> None:
    """Delete what is over."""
    del task
    now = clock.now()
    over = now - KEEP_SESSIONS
    db.session.execute(sa.delete(SignIn).where(sa.or_(SignIn.ended_at < over, SignIn.expires_at < over)))
    db.session.execute(sa.delete(SignInToken).where(SignInToken.expires_at < now - KEEP_TRIES))
    db.session.execute(
        sa.delete(Throttle).where(
            Throttle.window_started_at < now - KEEP_TRIES,
            sa.or_(Throttle.blocked_until.is_(None), Throttle.blocked_until < now),
        )
    )
    db.session.execute(
        sa.update(Person)
        .where(Person.former_emails.is_not(None), Person.address_changed_at < now - KEEP_FORMER)
        .values(former_emails=None)
    )
    db.session.commit()

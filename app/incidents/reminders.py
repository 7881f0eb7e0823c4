"""Asking people how they are when the day comes, and forgetting what is long over."""

from __future__ import annotations

from datetime import timedelta

import sqlalchemy as sa

from app import clock, jobs
from app.database import db
from app.incidents.models import FollowUp, Incident
from app.mail.services import post
from app.people.models import Person

REMIND = "remind-due"
KEEP = timedelta(days=400)
SUBJECT = "Something for you in Evenhand"
BODY = "Hello,\n\nthere is something for you in Evenhand. Sign in to see it.\n"


def remind(task: jobs.Task) -> None:
    """Mail each person who has something due, once, in words that tell nothing."""
    del task
    today = clock.today()
    due = sa.select(FollowUp).where(
        FollowUp.due_on <= today, FollowUp.done_on.is_(None), FollowUp.reminded_on.is_(None)
    )
    rows = list(db.session.scalars(due))
    for row in rows:
        row.reminded_on = today
    ids = {row.person_id for row in rows}
    for person in db.session.scalars(sa.select(Person).where(Person.id.in_(ids), Person.is_active)):
        if person.email:
            post(db.session, key=f"due:{person.id}:{today}", to=person.email, subject=SUBJECT, body=BODY)
    db.session.execute(sa.delete(Incident).where(Incident.happened_at < clock.now() - KEEP))
    db.session.commit()

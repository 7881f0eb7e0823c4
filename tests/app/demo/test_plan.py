"""What the made-up group was told of its plan."""

from __future__ import annotations

from datetime import timedelta

import pytest
import sqlalchemy as sa

from app.database import db
from app.review.changes import plan_of
from app.review.queries import review_of
from app.roster import drafts
from app.roster.models import Assignment, ChangeKind, Period, Shift
from app.sites.models import Site

pytestmark = pytest.mark.settled


def test_whoever_is_on_a_shift_that_goes_to_another_site_is_to_be_told(app, clock):
    shift, period_id = db.session.execute(
        sa.select(Shift, Period.id)
        .join(Period, Shift.day_on.between(Period.starts_on, Period.ends_on))
        .where(Period.published_at.is_not(None), Shift.starts_at > clock() + timedelta(days=1))
        .where(sa.exists().where(Assignment.shift_id == Shift.id))
        .order_by(Shift.starts_at)
        .limit(1)
    ).one()
    shift.site_id = db.session.scalars(sa.select(Site.id).where(Site.id != shift.site_id)).first()
    people = set(db.session.scalars(sa.select(Assignment.person_id).where(Assignment.shift_id == shift.id)))
    db.session.commit()
    plan = plan_of(review_of(drafts.begin_draft(period_id, drafts.Source.PUBLISHED).id))
    told = {(each.kind, each.person) for each in plan.changes if each.shift.id == shift.id}
    assert told == {(ChangeKind.MOVED, person) for person in people}

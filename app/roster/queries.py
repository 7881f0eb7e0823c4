"""Periods, shifts, drafts and runs, as the pages and the other slices ask for them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

import sqlalchemy as sa

from app import clock
from app.database import db
from app.people.models import Person
from app.roster.models import Assignment, Draft, DraftAssignment, Period, Shift
from app.sites.models import Service, Site


@dataclass(frozen=True, slots=True)
class ShiftRow:
    """One shift with the names of its place and work; instants in UTC."""

    id: str
    day_on: date
    starts_at: datetime
    ends_at: datetime
    site_id: str
    site: str
    service_id: str
    service: str
    pattern_id: str | None
    trainee_seats: int
    note: str | None
    is_edited: bool
    cancelled_at: datetime | None


@dataclass(frozen=True, slots=True)
class AssignmentRow:
    """One person on one shift; `is_pinned` for drafts only."""

    shift_id: str
    person_id: str
    person: str
    is_pinned: bool = False


def period_of(period_id: str) -> Period | None:
    """One period."""
    return db.session.get(Period, period_id)


def waiting_period() -> str | None:
    """The first period that is not over and was never published, None when there is none."""
    return db.session.scalar(
        sa.select(Period.id)
        .where(Period.published_at.is_(None), Period.ends_on >= clock.today())
        .order_by(Period.starts_on)
        .limit(1)
    )


def period_shifts(period: Period, *, with_cancelled: bool = False) -> Sequence[ShiftRow]:
    """The shifts of a period by start, then site."""
    query = (
        sa.select(Shift.id, Shift.day_on, Shift.starts_at, Shift.ends_at, Shift.site_id, Site.name)
        .add_columns(Shift.service_id, Service.name.label("service"), Shift.pattern_id, Shift.trainee_seats)
        .add_columns(Shift.note, Shift.is_edited, Shift.cancelled_at)
        .join(Site, Site.id == Shift.site_id)
        .join(Service, Service.id == Shift.service_id)
        .where(Shift.day_on.between(period.starts_on, period.ends_on))
        .order_by(Shift.starts_at, Site.name, Shift.id)
    )
    if not with_cancelled:
        query = query.where(Shift.cancelled_at.is_(None))
    return [ShiftRow(*row) for row in db.session.execute(query)]


def draft_of(period_id: str, draft_id: str) -> Draft | None:
    """One draft of a period."""
    return db.session.scalar(sa.select(Draft).where(Draft.id == draft_id, Draft.period_id == period_id))


def drafts_of(period_id: str) -> Sequence[Draft]:
    """A period's drafts, the newest first."""
    query = sa.select(Draft).where(Draft.period_id == period_id).order_by(Draft.number.desc())
    return db.session.scalars(query).all()


def draft_assignments(draft_id: str) -> Sequence[AssignmentRow]:
    """Who stands on which shift in a draft; cancelled shifts are left out."""
    rows = db.session.execute(
        sa.select(DraftAssignment.shift_id, DraftAssignment.person_id, Person.name, DraftAssignment.is_pinned)
        .join(Person, Person.id == DraftAssignment.person_id)
        .join(Shift, Shift.id == DraftAssignment.shift_id)
        .where(DraftAssignment.draft_id == draft_id, Shift.cancelled_at.is_(None))
        .order_by(Shift.starts_at, DraftAssignment.shift_id, Person.name)
    )
    return [AssignmentRow(*row) for row in rows]


def live_assignments(period: Period) -> Sequence[AssignmentRow]:
    """Who stands on which shift in what is published; cancelled shifts are left out."""
    rows = db.session.execute(
        sa.select(Assignment.shift_id, Assignment.person_id, Person.name)
        .join(Person, Person.id == Assignment.person_id)
        .join(Shift, Shift.id == Assignment.shift_id)
        .where(Shift.day_on.between(period.starts_on, period.ends_on), Shift.cancelled_at.is_(None))
        .order_by(Shift.starts_at, Assignment.shift_id, Person.name)
    )
    return [AssignmentRow(*row) for row in rows]

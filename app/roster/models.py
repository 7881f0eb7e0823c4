"""Periods, shifts, drafts, runs of the solver, and what is published."""

from __future__ import annotations

from datetime import date, datetime
from enum import StrEnum
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column, relationship

from app.database import ID_LENGTH, Instant, Model, id_column


class DraftState(StrEnum):
    """What became of a draft."""

    WORKING = "working"
    PUBLISHED = "published"
    DISCARDED = "discarded"


class RunState(StrEnum):
    """Where a run of the solver stands."""

    QUEUED = "queued"
    RUNNING = "running"
    STOPPING = "stopping"  # keep the best so far
    DONE = "done"
    CANCELLED = "cancelled"
    FAILED = "failed"


RUN_ENDED = frozenset({RunState.DONE, RunState.CANCELLED, RunState.FAILED})


class ChangeKind(StrEnum):
    """What a publication changed for a person on a shift."""

    ADDED = "added"
    REMOVED = "removed"
    MOVED = "moved"  # the shift itself has another time or place


class Period(Model):
    """The days from `starts_on` through `ends_on` that are rostered together.

    `version` rises with each publication: a draft that was made from another version is told so.
    """

    __tablename__ = "period"

    id: Mapped[str] = id_column()
    name: Mapped[str] = mapped_column(sa.String(80))
    starts_on: Mapped[date] = mapped_column(index=True)
    ends_on: Mapped[date]
    version: Mapped[int] = mapped_column(default=0)
    published_at: Mapped[datetime | None] = mapped_column(Instant)
    created_at: Mapped[datetime] = mapped_column(Instant)

    __table_args__ = (sa.CheckConstraint("ends_on >= starts_on", name="days"),)


class Shift(Model):
    """One shift at one site. `day_on` is the local day it starts on; a shift belongs to the period of that day."""

    __tablename__ = "shift"

    id: Mapped[str] = id_column()
    site_id: Mapped[str] = mapped_column(sa.ForeignKey("site.id"), index=True)
    service_id: Mapped[str] = mapped_column(sa.ForeignKey("service.id"))
    pattern_id: Mapped[str | None] = mapped_column(sa.ForeignKey("pattern.id", ondelete="SET NULL"))
    day_on: Mapped[date] = mapped_column(index=True)
    starts_at: Mapped[datetime] = mapped_column(Instant)
    ends_at: Mapped[datetime] = mapped_column(Instant)
    trainee_seats: Mapped[int] = mapped_column(default=0)
    note: Mapped[str | None] = mapped_column(sa.String(200))
    is_edited: Mapped[bool] = mapped_column(default=False)
    cancelled_at: Mapped[datetime | None] = mapped_column(Instant)
    version: Mapped[int] = mapped_column(default=1)

    demands: Mapped[list[ShiftDemand]] = relationship(
        cascade="all, delete-orphan", lazy="selectin", order_by="ShiftDemand.position"
    )

    __mapper_args__ = {"version_id_col": version}
    __table_args__ = (
        sa.UniqueConstraint("pattern_id", "day_on"),
        sa.CheckConstraint("ends_at > starts_at", name="times"),
    )


class ShiftDemand(Model):
    """One demand line of a shift: everyone on shift (`skill_id` None), or of whom so many hold a skill."""

    __tablename__ = "shift_demand"

    id: Mapped[str] = id_column()
    shift_id: Mapped[str] = mapped_column(sa.ForeignKey("shift.id", ondelete="CASCADE"), index=True)
    position: Mapped[int] = mapped_column(default=0)
    skill_id: Mapped[str | None] = mapped_column(sa.ForeignKey("skill.id"))
    minimum: Mapped[int]
    target: Mapped[int]
    maximum: Mapped[int | None]

    __table_args__ = (
        sa.CheckConstraint("minimum >= 0 AND target >= minimum", name="minimum_target"),
        sa.CheckConstraint("maximum IS NULL OR maximum >= target", name="target_maximum"),
    )


class Assignment(Model):
    """A published assignment of a person to a shift; `accepted_at` is None while a late change awaits their yes.

    `declined_at` is when they said no to it, where they stand here until somebody takes their place.
    `is_taken_late` says that the person filled an open place inside the notice period, which a premium may be paid for.
    The `told_*` columns are the time and place the person was last told, so that a moved shift is noticed. Whoever
    comes on a shift knows it as it is then (`as_told`).
    """

    __tablename__ = "assignment"

    id: Mapped[str] = id_column()
    shift_id: Mapped[str] = mapped_column(sa.ForeignKey("shift.id"), index=True)
    person_id: Mapped[str] = mapped_column(sa.ForeignKey("person.id"), index=True)
    publication_id: Mapped[str | None] = mapped_column(sa.ForeignKey("publication.id"))
    assigned_at: Mapped[datetime] = mapped_column(Instant)
    accepted_at: Mapped[datetime | None] = mapped_column(Instant)
    declined_at: Mapped[datetime | None] = mapped_column(Instant)
    told_starts_at: Mapped[datetime] = mapped_column(Instant)
    told_ends_at: Mapped[datetime] = mapped_column(Instant)
    told_site_id: Mapped[str] = mapped_column(sa.ForeignKey("site.id"))
    is_taken_late: Mapped[bool] = mapped_column(default=False, server_default=sa.false())
    version: Mapped[int] = mapped_column(default=1)

    __table_args__ = (sa.UniqueConstraint("shift_id", "person_id"),)
    __mapper_args__ = {"version_id_col": version}

    def is_told(self, shift: Shift) -> bool:
        """Whether the person knows their shift as it is now."""
        told = self.told_starts_at, self.told_ends_at, self.told_site_id
        return told == (shift.starts_at, shift.ends_at, shift.site_id)

    def tell(self, shift: Shift) -> None:
        """Note that the person is told of their shift as it is now."""
        for name, value in as_told(shift).items():
            setattr(self, name, value)


def as_told(shift: Shift) -> dict[str, Any]:
    """The columns of an assignment whose person is told of the shift as it is now."""
    return {"told_starts_at": shift.starts_at, "told_ends_at": shift.ends_at, "told_site_id": shift.site_id}


class Draft(Model):
    """A roster in the making for one period. `base_version` is the period's version it started from.

    `knows_until` is up to when it has what people took and gave away themselves (None: up to when it was begun).

    `result` keeps what the solver said: status, objective, bound, prices by rule, seed, workers, versions, seconds.
    """

    __tablename__ = "draft"

    id: Mapped[str] = id_column()
    period_id: Mapped[str] = mapped_column(sa.ForeignKey("period.id", ondelete="CASCADE"), index=True)
    number: Mapped[int]
    name: Mapped[str] = mapped_column(sa.String(80))
    state: Mapped[str] = mapped_column(sa.String(12), default=DraftState.WORKING)
    based_on_id: Mapped[str | None] = mapped_column(sa.ForeignKey("draft.id", ondelete="SET NULL"))
    base_version: Mapped[int]
    result: Mapped[dict[str, Any] | None] = mapped_column(sa.JSON)
    created_by_id: Mapped[str | None] = mapped_column(sa.ForeignKey("person.id"))
    created_at: Mapped[datetime] = mapped_column(Instant)
    knows_until: Mapped[datetime | None] = mapped_column(Instant)
    version: Mapped[int] = mapped_column(default=1)

    __table_args__ = (sa.UniqueConstraint("period_id", "number"),)
    __mapper_args__ = {"version_id_col": version}


class DraftAssignment(Model):
    """A person on a shift in a draft; a pinned one stays when the solver runs again."""

    __tablename__ = "draft_assignment"

    draft_id: Mapped[str] = mapped_column(sa.ForeignKey("draft.id", ondelete="CASCADE"), primary_key=True)
    shift_id: Mapped[str] = mapped_column(sa.ForeignKey("shift.id", ondelete="CASCADE"), primary_key=True)
    person_id: Mapped[str] = mapped_column(sa.ForeignKey("person.id"), primary_key=True)
    is_pinned: Mapped[bool] = mapped_column(default=False)


class Waiver(Model):
    """A hard rule set aside for one shift (and one person, or all on it) in one draft, by name and with a reason."""

    __tablename__ = "waiver"

    id: Mapped[str] = id_column()
    draft_id: Mapped[str] = mapped_column(sa.ForeignKey("draft.id", ondelete="CASCADE"), index=True)
    rule: Mapped[str] = mapped_column(sa.String(40))
    shift_id: Mapped[str] = mapped_column(sa.ForeignKey("shift.id", ondelete="CASCADE"))
    person_id: Mapped[str | None] = mapped_column(sa.ForeignKey("person.id"))
    reason: Mapped[str] = mapped_column(sa.String(300))
    by_id: Mapped[str] = mapped_column(sa.ForeignKey("person.id"))
    at: Mapped[datetime] = mapped_column(Instant)


class Run(Model):
    """One run of the solver: what was asked, how far it is, what came of it.

    `best` holds the best assignments found so far as [[shift, person], ...], so that another worker can go on
    from them when this one is killed. `progress` is what the page shows: places, filled, price, bound, seconds.
    `keep` says what the new roster stays close to. `attempts` counts the workers that took it up; what a worker
    writes is taken only while it is the last of them. A period has at most one run that has not ended.
    """

    __tablename__ = "run"

    id: Mapped[str] = id_column()
    period_id: Mapped[str] = mapped_column(sa.ForeignKey("period.id", ondelete="CASCADE"), index=True)
    from_draft_id: Mapped[str | None] = mapped_column(sa.ForeignKey("draft.id", ondelete="SET NULL"))
    draft_id: Mapped[str | None] = mapped_column(sa.ForeignKey("draft.id", ondelete="SET NULL"))
    state: Mapped[str] = mapped_column(sa.String(12), default=RunState.QUEUED, index=True)
    keep: Mapped[str] = mapped_column(sa.String(10), default="published")
    seconds_limit: Mapped[int]
    seed: Mapped[int]
    workers: Mapped[int]
    attempts: Mapped[int] = mapped_column(default=0)
    progress: Mapped[dict[str, Any] | None] = mapped_column(sa.JSON)
    best: Mapped[list[list[str]] | None] = mapped_column(sa.JSON)
    error: Mapped[str | None] = mapped_column(sa.String(300))
    requested_by_id: Mapped[str | None] = mapped_column(sa.ForeignKey("person.id"))
    requested_at: Mapped[datetime] = mapped_column(Instant)
    started_at: Mapped[datetime | None] = mapped_column(Instant)
    ended_at: Mapped[datetime | None] = mapped_column(Instant)

    __table_args__ = (
        sa.Index(
            "uq_run_going_on",
            "period_id",
            unique=True,
            sqlite_where=sa.text("ended_at IS NULL"),
            postgresql_where=sa.text("ended_at IS NULL"),
        ),
    )


class Publication(Model):
    """One act of publishing a draft."""

    __tablename__ = "publication"

    id: Mapped[str] = id_column()
    period_id: Mapped[str] = mapped_column(sa.ForeignKey("period.id"), index=True)
    draft_id: Mapped[str | None] = mapped_column(sa.ForeignKey("draft.id", ondelete="SET NULL"))
    number: Mapped[int]
    by_id: Mapped[str | None] = mapped_column(sa.ForeignKey("person.id"))
    at: Mapped[datetime] = mapped_column(Instant)

    __table_args__ = (sa.UniqueConstraint("period_id", "number"),)


class PublicationChange(Model):
    """What a publication changed for one person on one shift; `is_late` when inside the notice period."""

    __tablename__ = "publication_change"

    id: Mapped[str] = id_column()
    publication_id: Mapped[str] = mapped_column(sa.ForeignKey("publication.id", ondelete="CASCADE"), index=True)
    person_id: Mapped[str] = mapped_column(sa.ForeignKey("person.id"), index=True)
    shift_id: Mapped[str] = mapped_column(sa.String(ID_LENGTH), sa.ForeignKey("shift.id"))
    kind: Mapped[str] = mapped_column(sa.String(8))
    is_late: Mapped[bool] = mapped_column(default=False)
    seen_at: Mapped[datetime | None] = mapped_column(Instant)


class ShiftWish(Model):
    """A person's wish for or against one shift; positive `weight` asks for it, negative against."""

    __tablename__ = "shift_wish"

    shift_id: Mapped[str] = mapped_column(sa.ForeignKey("shift.id", ondelete="CASCADE"), primary_key=True)
    person_id: Mapped[str] = mapped_column(sa.ForeignKey("person.id", ondelete="CASCADE"), primary_key=True)
    weight: Mapped[int]

    __table_args__ = (sa.CheckConstraint("weight BETWEEN -3 AND 3 AND weight <> 0", name="weight"),)

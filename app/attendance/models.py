"""Who was there: when people came and left, work beside shifts, and corrections kept beside what was noted first."""

from __future__ import annotations

from datetime import date, datetime
from enum import StrEnum

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from app.database import Instant, Model, id_column


class Activity(StrEnum):
    """What time was spent on; only `SHIFT` is work on a planned shift itself."""

    SHIFT = "shift"
    TRAINING = "training"
    MEETING = "meeting"
    DEBRIEF = "debrief"
    TRAVEL = "travel"
    QUIET = "quiet"
    STAND_DOWN = "stand_down"
    CANCELLATION = "cancellation"
    OTHER = "other"


class AttendanceState(StrEnum):
    """Where one person stands with one piece of work."""

    HERE = "here"
    LEFT = "left"
    ABSENT = "absent"  # did not come; no reason is ever asked
    VOID = "void"  # was noted by mistake, or taken back


class NotedVia(StrEnum):
    """How the last word about a row came in."""

    PHONE = "phone"
    LEAD = "lead"
    KIOSK = "kiosk"
    COORDINATOR = "coordinator"
    CLOSED = "closed"  # nobody noted the leaving: the plan's end was taken


class Attendance(Model):
    """One person's time on one piece of work; a finished row is a worked record, on which pay rests.

    `day_on` is the local day the work began on (of a shift: the day it starts on, however late people come).
    `level` is the person's on that day, `demanding` the service's weight when it was noted. `is_exact` says that a
    coordinator set the times: they count to the minute, others are rounded to the plan (see `hours`). A person has
    at most one row of a kind for one shift. `site_id` and `service_id` may be given for work beside shifts; a
    shift has its own. `changed_at` is when the row was last changed, so that whoever reckons with it can ask for
    what is new.
    """

    __tablename__ = "attendance"

    id: Mapped[str] = id_column()
    person_id: Mapped[str] = mapped_column(sa.ForeignKey("person.id"), index=True)
    shift_id: Mapped[str | None] = mapped_column(sa.ForeignKey("shift.id"), index=True)
    activity: Mapped[str] = mapped_column(sa.String(16), default=Activity.SHIFT)
    site_id: Mapped[str | None] = mapped_column(sa.ForeignKey("site.id"))
    service_id: Mapped[str | None] = mapped_column(sa.ForeignKey("service.id"))
    level: Mapped[str] = mapped_column(sa.String(16))
    demanding: Mapped[int] = mapped_column(server_default="0")
    note: Mapped[str | None] = mapped_column(sa.String(120))
    day_on: Mapped[date] = mapped_column(index=True)
    arrived_at: Mapped[datetime | None] = mapped_column(Instant)
    left_at: Mapped[datetime | None] = mapped_column(Instant)
    state: Mapped[str] = mapped_column(sa.String(8), index=True)
    is_exact: Mapped[bool] = mapped_column(default=False)
    noted_via: Mapped[str] = mapped_column(sa.String(12))
    noted_by_id: Mapped[str | None] = mapped_column(sa.ForeignKey("person.id"))
    created_at: Mapped[datetime] = mapped_column(Instant)
    changed_at: Mapped[datetime] = mapped_column(Instant, index=True)
    version: Mapped[int] = mapped_column(default=1)

    __mapper_args__ = {"version_id_col": version}
    __table_args__ = (
        sa.Index(
            "uq_attendance_of_shift",
            "shift_id",
            "person_id",
            "activity",
            unique=True,
            sqlite_where=sa.text("shift_id IS NOT NULL"),
            postgresql_where=sa.text("shift_id IS NOT NULL"),
        ),
        sa.CheckConstraint("activity <> 'shift' OR shift_id IS NOT NULL", name="shift"),
        sa.CheckConstraint("left_at >= arrived_at", name="times"),
        sa.CheckConstraint("state <> 'here' OR (arrived_at IS NOT NULL AND left_at IS NULL)", name="here"),
        sa.CheckConstraint("state <> 'left' OR (arrived_at IS NOT NULL AND left_at IS NOT NULL)", name="left"),
        sa.CheckConstraint("state <> 'absent' OR (arrived_at IS NULL AND left_at IS NULL)", name="absent"),
    )


class AttendanceCorrection(Model):
    """What an attendance row said before someone corrected it, and why; rows of this table never change.

    `version` is the corrected row's before the correction: of two corrections of one version only one is kept.
    """

    __tablename__ = "attendance_correction"

    id: Mapped[str] = id_column()
    attendance_id: Mapped[str] = mapped_column(sa.ForeignKey("attendance.id"))
    version: Mapped[int]
    state: Mapped[str] = mapped_column(sa.String(8))
    arrived_at: Mapped[datetime | None] = mapped_column(Instant)
    left_at: Mapped[datetime | None] = mapped_column(Instant)
    is_exact: Mapped[bool]
    noted_via: Mapped[str] = mapped_column(sa.String(12))
    noted_by_id: Mapped[str | None] = mapped_column(sa.ForeignKey("person.id"))
    reason: Mapped[str] = mapped_column(sa.String(200))
    by_id: Mapped[str | None] = mapped_column(sa.ForeignKey("person.id"))
    at: Mapped[datetime] = mapped_column(Instant)

    __table_args__ = (sa.UniqueConstraint("attendance_id", "version"),)


class Confirmation(Model):
    """What a person was asked and said about coming to one shift, as it stood for `for_starts_at`.

    When the shift moves, what was said about its old time counts no more and the person is asked anew.
    """

    __tablename__ = "confirmation"

    shift_id: Mapped[str] = mapped_column(sa.ForeignKey("shift.id", ondelete="CASCADE"), primary_key=True)
    person_id: Mapped[str] = mapped_column(sa.ForeignKey("person.id", ondelete="CASCADE"), primary_key=True)
    for_starts_at: Mapped[datetime] = mapped_column(Instant)
    asked_at: Mapped[datetime | None] = mapped_column(Instant)
    asked_again_at: Mapped[datetime | None] = mapped_column(Instant)
    raised_at: Mapped[datetime | None] = mapped_column(Instant)
    answered_at: Mapped[datetime | None] = mapped_column(Instant)

"""The growth path: what a mentor signed off for someone, and who moved up when."""

from __future__ import annotations

from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from app.database import Instant, Model, id_column


class SignOff(Model):
    """One step that a mentor saw someone take; taken back, it stays with its date."""

    __tablename__ = "sign_off"

    id: Mapped[str] = id_column()
    person_id: Mapped[str] = mapped_column(sa.ForeignKey("person.id", ondelete="CASCADE"), index=True)
    step: Mapped[str] = mapped_column(sa.String(32))
    by_id: Mapped[str] = mapped_column(sa.ForeignKey("person.id"))
    at: Mapped[datetime] = mapped_column(Instant)
    taken_back_at: Mapped[datetime | None] = mapped_column(Instant)

    __table_args__ = (
        sa.Index(
            "uq_sign_off_standing",
            "person_id",
            "step",
            unique=True,
            sqlite_where=sa.text("taken_back_at IS NULL"),
            postgresql_where=sa.text("taken_back_at IS NULL"),
        ),
    )


class LevelChange(Model):
    """One move along the path; `reason` says why it was made by hand (None: every step was signed off)."""

    __tablename__ = "level_change"

    id: Mapped[str] = id_column()
    person_id: Mapped[str] = mapped_column(sa.ForeignKey("person.id", ondelete="CASCADE"), index=True)
    before: Mapped[str] = mapped_column(sa.String(16))
    after: Mapped[str] = mapped_column(sa.String(16))
    reason: Mapped[str | None] = mapped_column(sa.String(200))
    by_id: Mapped[str] = mapped_column(sa.ForeignKey("person.id"))
    at: Mapped[datetime] = mapped_column(Instant)

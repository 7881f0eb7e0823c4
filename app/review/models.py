"""What was moved by hand in a draft, so that the last move can be taken back."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from app.database import Instant, Model, id_column


class DraftMove(Model):
    """One move by hand. `draft_version` is the draft's version after it: while it still is, the move can be undone.

    `before` holds what the move replaced: rows taken off and put on as [shift, person, is_pinned], waivers added and
    taken away, and the draft's version before it.
    """

    __tablename__ = "draft_move"

    id: Mapped[str] = id_column()
    draft_id: Mapped[str] = mapped_column(sa.ForeignKey("draft.id", ondelete="CASCADE"), index=True)
    draft_version: Mapped[int]
    kind: Mapped[str] = mapped_column(sa.String(10))
    before: Mapped[dict[str, Any]] = mapped_column(sa.JSON)
    by_id: Mapped[str | None] = mapped_column(sa.ForeignKey("person.id", ondelete="SET NULL"))
    at: Mapped[datetime] = mapped_column(Instant)

    __table_args__ = (sa.UniqueConstraint("draft_id", "draft_version"),)

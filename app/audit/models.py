"""The audit log: who did what to which thing, and when."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from app.database import Instant, Model, id_column


class AuditEntry(Model):
    """One act. `object_id` is opaque; `details` holds facts about the act, never private wishes or contact fields."""

    __tablename__ = "audit_entry"

    id: Mapped[str] = id_column()
    at: Mapped[datetime] = mapped_column(Instant, index=True)
    actor_id: Mapped[str | None] = mapped_column(sa.ForeignKey("person.id", ondelete="SET NULL"))
    act: Mapped[str] = mapped_column(sa.String(60))
    object_kind: Mapped[str | None] = mapped_column(sa.String(40))
    object_id: Mapped[str | None] = mapped_column(sa.String(64))
    details: Mapped[dict[str, Any]] = mapped_column(sa.JSON, default=dict)

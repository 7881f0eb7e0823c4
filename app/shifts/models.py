"""A person's own calendar feed."""

from __future__ import annotations

from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from app.database import Instant, Model, id_column


class Feed(Model):
    """A secret calendar address; only the hash of its token is kept. Revoked ones answer as if they never were."""

    __tablename__ = "feed"

    id: Mapped[str] = id_column()
    person_id: Mapped[str] = mapped_column(sa.ForeignKey("person.id", ondelete="CASCADE"), index=True)
    token_hash: Mapped[str] = mapped_column(sa.String(64), unique=True)
    created_at: Mapped[datetime] = mapped_column(Instant)
    revoked_at: Mapped[datetime | None] = mapped_column(Instant)

"""The outbox: every mail is a row first, written in the transaction of the act it tells about."""

from __future__ import annotations

from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from app.database import Instant, Model, id_column
from app.vault import Sealed


class OutgoingMail(Model):
    """One mail to one person. `key` makes the same mail asked for twice one mail."""

    __tablename__ = "outgoing_mail"

    id: Mapped[str] = id_column()
    key: Mapped[str] = mapped_column(sa.String(120), unique=True)
    recipient: Mapped[str] = mapped_column(Sealed("outgoing_mail.recipient"))
    subject: Mapped[str] = mapped_column(sa.String(120))
    body: Mapped[str] = mapped_column(Sealed("outgoing_mail.body"))
    state: Mapped[str] = mapped_column(sa.String(10), default="waiting")
    attempts: Mapped[int] = mapped_column(default=0)
    next_at: Mapped[datetime] = mapped_column(Instant, index=True)
    lease_until: Mapped[datetime | None] = mapped_column(Instant)
    created_at: Mapped[datetime] = mapped_column(Instant)
    sent_at: Mapped[datetime | None] = mapped_column(Instant)
    error: Mapped[str | None] = mapped_column(sa.String(60))

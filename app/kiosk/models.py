"""Tablets that stand at a site, and who is at one just now."""

from __future__ import annotations

from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from app.database import Instant, Model, id_column


class Kiosk(Model):
    """A tablet at a site on which people with a card note that they are there, and which can do nothing else.

    `code_hash` is a keyed hash of the code that a coordinator types on it once; `token_hash` the SHA-256 of the token
    in its cookie from then on.
    """

    __tablename__ = "kiosk"

    id: Mapped[str] = id_column()
    site_id: Mapped[str] = mapped_column(sa.ForeignKey("site.id"), index=True)
    name: Mapped[str] = mapped_column(sa.String(60))
    code_hash: Mapped[str | None] = mapped_column(sa.String(64), unique=True)
    code_until: Mapped[datetime] = mapped_column(Instant)
    token_hash: Mapped[str | None] = mapped_column(sa.String(64), unique=True)
    made_by_id: Mapped[str | None] = mapped_column(sa.ForeignKey("person.id"))
    made_at: Mapped[datetime] = mapped_column(Instant)
    enrolled_at: Mapped[datetime | None] = mapped_column(Instant)
    ended_at: Mapped[datetime | None] = mapped_column(Instant)


class KioskVisit(Model):
    """One person at one tablet, for a minute at a time. `id` is the SHA-256 of the token in the visit's cookie."""

    __tablename__ = "kiosk_visit"

    id: Mapped[str] = mapped_column(sa.String(64), primary_key=True)
    kiosk_id: Mapped[str] = mapped_column(sa.ForeignKey("kiosk.id", ondelete="CASCADE"), index=True)
    person_id: Mapped[str] = mapped_column(sa.ForeignKey("person.id", ondelete="CASCADE"), index=True)
    began_at: Mapped[datetime] = mapped_column(Instant)
    seen_at: Mapped[datetime] = mapped_column(Instant)
    ended_at: Mapped[datetime | None] = mapped_column(Instant)

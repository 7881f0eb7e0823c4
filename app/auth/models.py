"""Doors and sessions: how a person gets in, and every place they are signed in."""

from __future__ import annotations

from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from app.database import Instant, Model, id_column
from app.vault import Sealed


class Credential(Model):
    """What opens the doors for one person: hashes only; the TOTP secret is sealed with the server's key."""

    __tablename__ = "credential"

    person_id: Mapped[str] = mapped_column(sa.ForeignKey("person.id", ondelete="CASCADE"), primary_key=True)
    passphrase_hash: Mapped[str | None] = mapped_column(sa.String(200))
    pin_hash: Mapped[str | None] = mapped_column(sa.String(200))
    card_hash: Mapped[str | None] = mapped_column(sa.String(64), unique=True)
    totp_secret: Mapped[str | None] = mapped_column(Sealed("credential.totp_secret"))
    totp_confirmed_at: Mapped[datetime | None] = mapped_column(Instant)
    totp_last_step: Mapped[int | None]
    changed_at: Mapped[datetime] = mapped_column(Instant)


class SignIn(Model):
    """One place a person is signed in. `id` is the SHA-256 of the random token that only the cookie holds."""

    __tablename__ = "sign_in"

    id: Mapped[str] = mapped_column(sa.String(64), primary_key=True)
    person_id: Mapped[str] = mapped_column(sa.ForeignKey("person.id", ondelete="CASCADE"), index=True)
    door: Mapped[str] = mapped_column(sa.String(12))
    device: Mapped[str] = mapped_column(sa.String(60))
    created_at: Mapped[datetime] = mapped_column(Instant)
    seen_at: Mapped[datetime] = mapped_column(Instant)
    expires_at: Mapped[datetime] = mapped_column(Instant)
    ended_at: Mapped[datetime | None] = mapped_column(Instant)


class SignInToken(Model):
    """A magic link or one-time code: used once, soon, and (a link) from the browser that asked for it."""

    __tablename__ = "sign_in_token"

    id: Mapped[str] = id_column()
    token_hash: Mapped[str] = mapped_column(sa.String(64), unique=True)
    person_id: Mapped[str] = mapped_column(sa.ForeignKey("person.id", ondelete="CASCADE"), index=True)
    kind: Mapped[str] = mapped_column(sa.String(8))
    browser_hash: Mapped[str | None] = mapped_column(sa.String(64))
    created_at: Mapped[datetime] = mapped_column(Instant)
    expires_at: Mapped[datetime] = mapped_column(Instant)
    used_at: Mapped[datetime | None] = mapped_column(Instant)


class Throttle(Model):
    """Failures at one door by one key (a keyed hash of account or address), so that guessing is slow."""

    __tablename__ = "throttle"

    key: Mapped[str] = mapped_column(sa.String(64), primary_key=True)
    failures: Mapped[int] = mapped_column(default=0)
    window_started_at: Mapped[datetime] = mapped_column(Instant)
    blocked_until: Mapped[datetime | None] = mapped_column(Instant)

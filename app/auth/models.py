"""Doors and sessions: how a person gets in, and every place they are signed in."""

from __future__ import annotations

from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from app.database import Instant, Model, id_column
from app.vault import Sealed


class Credential(Model):
    """What opens the doors for one person: hashes only; the TOTP secret is sealed with the server's key.

    `card_hash` is the SHA-256 of the random token on the printed card; `pin_failures` counts wrong PINs in a row.
    """

    __tablename__ = "credential"

    person_id: Mapped[str] = mapped_column(sa.ForeignKey("person.id", ondelete="CASCADE"), primary_key=True)
    passphrase_hash: Mapped[str | None] = mapped_column(sa.String(200))
    pin_hash: Mapped[str | None] = mapped_column(sa.String(200))
    card_hash: Mapped[str | None] = mapped_column(sa.String(64), unique=True)
    totp_secret: Mapped[str | None] = mapped_column(Sealed("credential.totp_secret"))
    totp_confirmed_at: Mapped[datetime | None] = mapped_column(Instant)
    totp_last_step: Mapped[int | None]
    pin_failures: Mapped[int] = mapped_column(default=0)
    changed_at: Mapped[datetime] = mapped_column(Instant)


class SignIn(Model):
    """One place a person is signed in. `id` is the SHA-256 of the random token that only the cookie holds.

    `device` is a coarse description in words; `is_shared` says that the device is not the person's own.
    """

    __tablename__ = "sign_in"

    id: Mapped[str] = mapped_column(sa.String(64), primary_key=True)
    person_id: Mapped[str] = mapped_column(sa.ForeignKey("person.id", ondelete="CASCADE"), index=True)
    door: Mapped[str] = mapped_column(sa.String(12))
    device: Mapped[str] = mapped_column(sa.String(60))
    is_shared: Mapped[bool] = mapped_column(default=False)
    created_at: Mapped[datetime] = mapped_column(Instant)
    seen_at: Mapped[datetime] = mapped_column(Instant)
    expires_at: Mapped[datetime] = mapped_column(Instant)
    ended_at: Mapped[datetime | None] = mapped_column(Instant)


class SignInToken(Model):
    """What opens a door once and soon: a magic link, a code, an invitation, or the first half of a sign-in.

    A link works only in the browser that asked for it. Of each only a hash is kept.
    """

    __tablename__ = "sign_in_token"

    id: Mapped[str] = id_column()
    token_hash: Mapped[str] = mapped_column(sa.String(64), unique=True)
    person_id: Mapped[str] = mapped_column(sa.ForeignKey("person.id", ondelete="CASCADE"), index=True)
    kind: Mapped[str] = mapped_column(sa.String(8))
    browser_hash: Mapped[str | None] = mapped_column(sa.String(64))
    created_at: Mapped[datetime] = mapped_column(Instant)
    expires_at: Mapped[datetime] = mapped_column(Instant)
    used_at: Mapped[datetime | None] = mapped_column(Instant)


class RecoveryCode(Model):
    """One way past the second step when the phone is lost: a keyed hash, good once."""

    __tablename__ = "recovery_code"

    id: Mapped[str] = id_column()
    person_id: Mapped[str] = mapped_column(sa.ForeignKey("person.id", ondelete="CASCADE"), index=True)
    code_hash: Mapped[str] = mapped_column(sa.String(64), unique=True)
    created_at: Mapped[datetime] = mapped_column(Instant)
    used_at: Mapped[datetime | None] = mapped_column(Instant)


class Throttle(Model):
    """Tries at one door by one key (a keyed hash of account or address), so that guessing is slow.

    A row may also remember the network (hashed) a person came in from; `blocked_until` is then until when.
    """

    __tablename__ = "throttle"

    key: Mapped[str] = mapped_column(sa.String(64), primary_key=True)
    failures: Mapped[int] = mapped_column(default=0)
    window_started_at: Mapped[datetime] = mapped_column(Instant)
    blocked_until: Mapped[datetime | None] = mapped_column(Instant)

"""Opening and closing doors."""

from __future__ import annotations

import secrets
import threading
from datetime import timedelta

import sqlalchemy as sa
from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerifyMismatchError
from flask import session
from flask_login import logout_user

from app import clock
from app.audit.services import record
from app.auth.models import Credential, SignIn
from app.auth.queries import credential_of, digest, person_by_email
from app.database import db, new_id
from app.people.models import Person

HASHER = PasswordHasher(time_cost=3, memory_cost=65_536, parallelism=1)
HASHING = threading.Semaphore(2)  # 64 MiB each: eight at once would crush a small machine
SESSION_LIFE = timedelta(days=14)
STRANGER = HASHER.hash(secrets.token_hex(16))


def hash_secret(text: str) -> str:
    """An Argon2id hash of a passphrase or PIN."""
    with HASHING:
        return HASHER.hash(text)


def is_secret(hashed: str | None, text: str) -> bool:
    """Whether a passphrase or PIN is the one hashed; takes as long when there is none."""
    with HASHING:
        try:
            return HASHER.verify(hashed or STRANGER, text) and hashed is not None
        except (VerifyMismatchError, InvalidHashError):
            return False


def set_passphrase(person_id: str, passphrase: str, hashed: str | None = None) -> None:
    """Give a person a passphrase in the caller's transaction; every session of theirs ends."""
    hashed = hashed or hash_secret(passphrase)
    row = credential_of(person_id)
    if row is None:
        row = Credential(person_id=person_id)
        db.session.add(row)
    row.passphrase_hash = hashed
    row.changed_at = clock.now()
    db.session.execute(
        sa.update(SignIn).where(SignIn.person_id == person_id, SignIn.ended_at.is_(None)).values(ended_at=clock.now())
    )


def sign_in_by_passphrase(address: str, passphrase: str, device: str) -> Person | None:
    """Sign a person in by e-mail address and passphrase; None when either is wrong."""
    person = person_by_email(address)
    credential = credential_of(person.id) if person else None
    hashed = credential.passphrase_hash if credential else None
    db.session.rollback()  # hashing takes long: no transaction waits for it
    if not is_secret(hashed, passphrase) or person is None:
        return None
    open_session(person.id, "passphrase", device)
    record(db.session, "sign in", "person", person.id, door="passphrase")
    db.session.commit()
    return person


def open_session(person_id: str, door: str, device: str) -> None:
    """Begin a new session row and put its token into a fresh cookie, in the caller's transaction."""
    token = secrets.token_urlsafe(32)
    now = clock.now()
    db.session.add(
        SignIn(
            id=digest(token),
            person_id=person_id,
            door=door,
            device=device[:60] or new_id(),
            created_at=now,
            seen_at=now,
            expires_at=now + SESSION_LIFE,
        )
    )
    session.clear()  # nothing of an earlier visitor, and a new CSRF token
    session.permanent = True
    session["_user_id"] = token
    session["_fresh"] = True


def sign_out() -> None:
    """End the present session; its cookie is dead."""
    token = session.get("_user_id")
    if token:
        db.session.execute(sa.update(SignIn).where(SignIn.id == digest(token)).values(ended_at=clock.now()))
        db.session.commit()
    logout_user()
    session.clear()

"""Finding out who is signed in."""

from __future__ import annotations

import hashlib
from datetime import timedelta

import sqlalchemy as sa
from flask import g, session

from app import clock
from app.auth.models import Credential, SignIn
from app.database import db, writing
from app.people.models import Person
from app.vault import vault

SEEN_EVERY = timedelta(minutes=2)


class SignedIn:
    """The person behind the present request, as Flask-Login wants them."""

    is_authenticated = True
    is_active = True
    is_anonymous = False

    def __init__(self, person: Person, sign_in: SignIn) -> None:
        self.person = person
        self.id = person.id
        self.name = person.name
        self.roles = person.roles
        self.sign_in_id = sign_in.id
        self.door = sign_in.door

    def get_id(self) -> str:
        """The token of the session, never the person's id: a session that ended opens nothing."""
        return str(session["_user_id"])


def digest(token: str) -> str:
    """What is kept of a random token: its SHA-256, 64 hex digits."""
    return hashlib.sha256(token.encode()).hexdigest()


def person_of_session(token: str) -> SignedIn | None:
    """The person whose live session this token opens, None when it ended, ran out or they left the group."""
    now = clock.now()
    row = db.session.execute(
        sa.select(SignIn, Person)
        .join(Person, Person.id == SignIn.person_id)
        .where(SignIn.id == digest(token), SignIn.ended_at.is_(None), SignIn.expires_at > now, Person.is_active)
    ).one_or_none()
    if row is None:
        return None
    sign_in, person = row
    if now - sign_in.seen_at > SEEN_EVERY:
        g.session_seen = sign_in.id
    return SignedIn(person, sign_in)


def keep_alive() -> None:
    """Note that a session is in use, in a short transaction of its own, at most every two minutes."""
    sign_in_id = g.pop("session_seen", None)
    if sign_in_id is not None:
        db.session.rollback()
        with writing() as own:
            own.execute(sa.update(SignIn).where(SignIn.id == sign_in_id).values(seen_at=clock.now()))


def person_by_email(address: str) -> Person | None:
    """The active person with this address, however it is capitalised."""
    index = vault().index(address.strip().lower(), "person.email")
    return db.session.scalar(sa.select(Person).where(Person.email_index == index, Person.is_active))


def credential_of(person_id: str) -> Credential | None:
    """What opens the doors for a person."""
    return db.session.get(Credential, person_id)

"""Signing a person in without a passphrase, as an open session of theirs."""

from __future__ import annotations

import secrets
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from app import clock
from app.access import Role
from app.auth.models import SignIn
from app.auth.queries import digest
from app.database import db
from app.people.models import Person, PersonRole
from tests.support.pages import end_transaction

if TYPE_CHECKING:
    from flask.testing import FlaskClient


def add_person(name: str, *roles: Role, **facts: Any) -> str:
    """Add a person with these roles (a peer by default) and return their id."""
    facts = {"code": name.lower().replace(" ", "-"), "created_at": clock.now()} | facts
    person = Person(name=name, **facts)
    person.role_rows = [PersonRole(role=role) for role in roles or (Role.PEER,)]
    if person.email is not None:
        from app.vault import vault

        person.email_index = vault().index(person.email.lower(), "person.email")
    db.session.add(person)
    db.session.flush()
    person_id = person.id
    db.session.commit()
    return person_id


def open_session(person_id: str) -> str:
    """Open a session for a person and return its token, which belongs into the cookie."""
    token = secrets.token_urlsafe(32)
    now = clock.now()
    db.session.add(
        SignIn(
            id=digest(token),
            person_id=person_id,
            door="passphrase",
            device="test",
            created_at=now,
            seen_at=now,
            expires_at=now + timedelta(days=14),
        )
    )
    db.session.commit()
    return token


def sign_in(client: FlaskClient, person_id: str) -> FlaskClient:
    """Sign a person in at a client; whoever was signed in there before is forgotten."""
    end_transaction()
    with client.application.app_context():
        token = open_session(person_id)
    with client.session_transaction() as cookie:
        cookie.clear()
        cookie.permanent = True
        cookie["_user_id"] = token
        cookie["_fresh"] = True
    return client

"""Sessions and what opens them: opening, ending, passphrases, and what coordinators may renew for others."""

from __future__ import annotations

import base64
import secrets
from datetime import timedelta

import sqlalchemy as sa
from argon2 import PasswordHasher
from flask import current_app, render_template, session
from flask_login import current_user, logout_user

from app import clock, stretching
from app.audit.services import record
from app.auth.models import Credential, RecoveryCode, SignIn, SignInToken
from app.auth.passphrases import new_code, passphrase_problem, pin_problem
from app.auth.queries import (
    LONGEST_SESSION,
    credential_of,
    digest,
    idle_time,
    may_skip_passphrase,
)
from app.auth.throttle import OWN_PASSPHRASE, Gate, forgive, reserve
from app.config import Config
from app.database import db, new_id
from app.mail.services import post
from app.people.models import Person
from app.vault import vault

HASHER = PasswordHasher(time_cost=3, memory_cost=65_536, parallelism=1)
"""What a hash costs; `app.stretching` makes it."""


def _no_ones_hash() -> str:
    """What a stranger's passphrase is checked against: takes as long as a real one and fits nothing."""
    salt, hashed = (base64.b64encode(secrets.token_bytes(length)).decode().rstrip("=") for length in (16, 32))
    return f"$argon2id$v=19$m={HASHER.memory_cost},t={HASHER.time_cost},p={HASHER.parallelism}${salt}${hashed}"


STRANGER = _no_ones_hash()
CODE_LIFE = timedelta(minutes=15)
INVITATION_LIFE = timedelta(days=3)
NO_MORE_TRIES = "That was tried too often. Please wait a quarter of an hour."


def hash_secret(text: str) -> str:
    """An Argon2id hash of a passphrase or PIN."""
    cost = {"passes": HASHER.time_cost, "memory_kib": HASHER.memory_cost, "length": HASHER.hash_len}
    return stretching.hashed(text.encode(), secrets.token_bytes(HASHER.salt_len), **cost)


def is_secret(hashed: str | None, text: str) -> bool:
    """Whether a passphrase or PIN is the one hashed; takes as long when there is none."""
    return stretching.fits(hashed or STRANGER, text.encode()) and hashed is not None


def public_address(endpoint: str, **values: str) -> str:
    """The full address of a page as people outside a request reach it."""
    config: Config = current_app.config["EVENHAND"]
    return config.public_url + current_app.url_map.bind("").build(endpoint, values)


def open_session(person_id: str, door: str, device: str, *, is_shared: bool = False) -> None:
    """Begin a new session row and put its token into a fresh cookie, in the caller's transaction."""
    token = secrets.token_urlsafe(32)
    now = clock.now()
    roles = db.session.get_one(Person, person_id).roles
    db.session.add(
        SignIn(
            id=digest(token),
            person_id=person_id,
            door=door,
            device=device[:60] or "A browser",
            is_shared=is_shared,
            created_at=now,
            seen_at=now,
            expires_at=now + min(idle_time(roles, is_shared=is_shared), LONGEST_SESSION),
        )
    )
    session.clear()  # nothing of an earlier visitor, and a new CSRF token
    session.permanent = not is_shared
    session["_user_id"] = token
    session["_fresh"] = True


def sign_out() -> None:
    """End the present session; its cookie is dead."""
    token = session.get("_user_id")
    if token:
        db.session.execute(
            sa.update(SignIn).where(SignIn.id == digest(token), SignIn.ended_at.is_(None)).values(ended_at=clock.now())
        )
        if current_user.is_authenticated:
            record(db.session, "sign out", "person", current_user.id)
        db.session.commit()
    logout_user()
    session.clear()


def end_place(person_id: str, sign_in_id: str) -> bool:
    """End one of a person's sessions; False when there is no such live one."""
    done = db.session.execute(
        sa.update(SignIn)
        .where(SignIn.id == sign_in_id, SignIn.person_id == person_id, SignIn.ended_at.is_(None))
        .values(ended_at=clock.now())
    )
    record(db.session, "end a session", "person", person_id)
    db.session.commit()
    return bool(done.rowcount)  # type: ignore[attr-defined]


def end_other_places(person_id: str, here: str) -> None:
    """End all of a person's sessions but the present one."""
    _end_sessions(person_id, but=here)
    record(db.session, "end other sessions", "person", person_id)
    db.session.commit()


def end_every_place(person_id: str) -> None:
    """End all sessions of a person and what could open new ones: waiting links, codes and invitations."""
    _end_sessions(person_id)
    _void_tokens(person_id)
    record(db.session, "end all sessions", "person", person_id)
    db.session.commit()


def _end_sessions(person_id: str, but: str | None = None) -> None:
    ending = sa.update(SignIn).where(SignIn.person_id == person_id, SignIn.ended_at.is_(None))
    if but is not None:
        ending = ending.where(SignIn.id != but)
    db.session.execute(ending.values(ended_at=clock.now()))


def _void_tokens(person_id: str, *kinds: str) -> None:
    voiding = sa.update(SignInToken).where(SignInToken.person_id == person_id, SignInToken.used_at.is_(None))
    if kinds:
        voiding = voiding.where(SignInToken.kind.in_(kinds))
    db.session.execute(voiding.values(used_at=clock.now()))


def _credential(person_id: str) -> Credential:
    row = credential_of(person_id)
    if row is None:
        row = Credential(person_id=person_id, changed_at=clock.now(), pin_failures=0)
        db.session.add(row)
    return row


def set_passphrase(person_id: str, passphrase: str, hashed: str | None = None) -> None:
    """Give a person a passphrase in the caller's transaction; every session and waiting token of theirs ends."""
    hashed = hashed or hash_secret(passphrase)
    row = _credential(person_id)
    row.passphrase_hash = hashed
    row.changed_at = clock.now()
    db.session.flush()
    _end_sessions(person_id)
    _void_tokens(person_id)


def change_passphrase(new: str, current: str | None) -> str | None:
    """Change the signed-in person's passphrase: this session goes on under a new cookie, all others end.

    Returns what stands in the way, in words, or None.
    """
    person = db.session.get_one(Person, current_user.id)
    problem = passphrase_problem(new, person.name, person.code)
    if problem:
        return problem
    row = credential_of(person.id)
    old = row.passphrase_hash if row else None
    here = db.session.get_one(SignIn, current_user.sign_in_id)
    person_id, door, device, is_shared = person.id, here.door, here.device, here.is_shared
    is_proven = may_skip_passphrase(current_user)
    is_open = is_proven or reserve(db.session, (OWN_PASSPHRASE, person_id)) is Gate.OPEN
    db.session.commit()  # hashing takes long: no transaction waits for it
    if not is_open:
        return NO_MORE_TRIES
    if not is_proven and not is_secret(old, current or ""):
        return "That is not your present passphrase."
    hashed = hash_secret(new)
    set_passphrase(person_id, new, hashed)
    forgive(db.session, (OWN_PASSPHRASE, person_id))
    record(db.session, "change passphrase", "person", person_id)
    tell(person_id, "passphrase", "Your passphrase was changed, and all your other sign-ins have ended.")
    open_session(person_id, door, device, is_shared=is_shared)
    db.session.commit()
    return None


def change_pin(pin: str) -> str | None:
    """Choose a new PIN for the signed-in person's card; what stands in the way, or None."""
    person_id = current_user.id
    problem = pin_problem(pin)
    if problem:
        return problem
    db.session.rollback()
    hashed = hash_secret(pin)
    done = db.session.execute(
        sa.update(Credential)
        .where(Credential.person_id == person_id, Credential.card_hash.is_not(None))
        .values(pin_hash=hashed, pin_failures=0, changed_at=clock.now())
    )
    record(db.session, "change PIN", "person", person_id)
    db.session.commit()
    return None if done.rowcount else "You have no card yet. Ask a coordinator for one."  # type: ignore[attr-defined]


def give_code(person_id: str) -> str:
    """Make a one-time code for a person, to be told to them; earlier codes die. The only time it is known."""
    code = new_code()
    _void_tokens(person_id, "code")
    add_token(person_id, "code", vault().index(f"{person_id}:{code}", "code"), CODE_LIFE)
    record(db.session, "give a sign-in code", "person", person_id)
    tell(person_id, "code", "A one-time code to sign you in was made for you.")
    db.session.commit()
    return code


def renew_card(person_id: str) -> tuple[str, str]:
    """Make a new card for a person: its token (128 bits) and the code with which they choose its PIN.

    The old card and PIN are dead. Neither token nor code is known after this.
    """
    token, code = secrets.token_urlsafe(16), new_code()
    row = _credential(person_id)
    row.card_hash, row.pin_hash, row.pin_failures, row.changed_at = digest(token), None, 0, clock.now()
    _void_tokens(person_id, "code")
    add_token(person_id, "code", vault().index(f"{person_id}:{code}", "code"), CODE_LIFE)
    record(db.session, "renew card", "person", person_id)
    tell(person_id, "card", "A new card was printed for you. Your old card no longer works.")
    db.session.commit()
    return token, code


def void_card(person_id: str) -> None:
    """Make a lost card useless."""
    row = _credential(person_id)
    row.card_hash, row.pin_hash, row.pin_failures = None, None, 0
    record(db.session, "void card", "person", person_id)
    db.session.commit()


def invite(person_id: str) -> bool:
    """Mail a person a link to set up their own passphrase; False when they have no address."""
    person = db.session.get_one(Person, person_id)
    if not person.email:
        return False
    post_invitation(person, make_invitation(person_id))
    record(db.session, "invite", "person", person_id)
    db.session.commit()
    return True


def make_invitation(person_id: str) -> str:
    """The address at which a person sets up their passphrase once, in the caller's transaction; earlier ones die."""
    token = secrets.token_urlsafe(24)
    _void_tokens(person_id, "setup")
    add_token(person_id, "setup", digest(token), INVITATION_LIFE)
    return public_address("auth.setup", token=token)


def post_invitation(person: Person, address: str) -> None:
    """Put the mail with an invitation into the outbox, in the caller's transaction."""
    post(
        db.session,
        key=f"invitation:{new_id()}",
        to=person.email or "",
        subject="Your invitation",
        body=render_template("mail/invitation.txt", address=address),
    )


def remove_second_step(person_id: str) -> None:
    """Take away a person's second step, for one who lost their phone and their recovery codes; sessions end."""
    row = _credential(person_id)
    row.totp_secret, row.totp_confirmed_at, row.totp_last_step = None, None, None
    db.session.execute(sa.delete(RecoveryCode).where(RecoveryCode.person_id == person_id))
    _end_sessions(person_id)
    record(db.session, "remove second step", "person", person_id)
    tell(person_id, "second-step", "The second step of your sign-in was taken away.")
    db.session.commit()


def add_token(person_id: str, kind: str, token_hash: str, life: timedelta, browser_hash: str | None = None) -> None:
    """Keep the hash of a one-time token in the caller's transaction."""
    now = clock.now()
    db.session.add(
        SignInToken(
            token_hash=token_hash,
            person_id=person_id,
            kind=kind,
            browser_hash=browser_hash,
            created_at=now,
            expires_at=now + life,
        )
    )


def tell(person_id: str, what: str, words: str) -> None:
    """Mail a person that something about their sign-in changed, in the caller's transaction; neutral, no secret."""
    person = db.session.get_one(Person, person_id)
    if person.email:
        post(
            db.session,
            key=f"notice:{what}:{new_id()}",
            to=person.email,
            subject="About your sign-in",
            body=render_template("mail/sign_in_notice.txt", words=words),
        )

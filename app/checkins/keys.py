"""A person's own key: made, opened with their passphrase, wrapped anew, lost."""

from __future__ import annotations

import hashlib
import secrets
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

import sqlalchemy as sa
from flask import session

from app import clock
from app.auth.passphrases import new_code, passphrase_problem, plain
from app.checkins import parcels, sealing
from app.checkins.models import KeyPair, Opened, OwnTry
from app.checkins.queries import COOKIE, key_of, owner_of
from app.checkins.shredding import empty_private_log, forget_closed
from app.database import db, insert_if_absent
from app.editing import Outcome, Refused, Saved, refuse
from app.vault import vault

RECOVERY_LENGTH = 36
"""Nine groups of four from 31 signs: 178 bits."""
OPEN_FOR = timedelta(minutes=10)
"""At least: the end is rounded up to as much, so that no row tells the moment."""
MOST_TRIES = 8
TRIES_COUNT_FOR = timedelta(minutes=20)
"""At least, and rounded up in the same way."""
WRONG = "That does not open it. Nothing is lost: try again, with spaces as you wrote them down."
TOO_OFTEN = "That was tried too often. Please wait half an hour."


@dataclass(frozen=True, slots=True)
class Made:
    """A key was made; `code` is its recovery code, shown this once."""

    code: str


def make_key(person_id: str, passphrase: str, *known: str) -> Made | Refused:
    """Make a person's first key, or (after a loss) a new one; what was sealed to an old key stays locked.

    It is told by mail that there is something: a key that somebody else made is to be seen.
    """
    problem = passphrase_problem(passphrase, *known)
    if problem:
        return Refused({"passphrase": problem})
    pair, code = sealing.new_pair(), new_code(RECOVERY_LENGTH)
    db.session.rollback()  # stretching a passphrase takes a while: no lock is held meanwhile
    row = KeyPair(owner=owner_of(person_id), public_key=pair.public, made_on=clock.today())
    _wrap(row, pair.private, passphrase, code)
    db.session.execute(sa.delete(KeyPair).where(KeyPair.owner == row.owner))
    _close_everywhere(row.owner)
    db.session.add(row)
    parcels.tell_of_key(person_id)
    db.session.commit()
    empty_private_log()
    return Made(code)


def are_words(person_id: str, passphrase: str) -> str | None:
    """None when these are a person's private words, else why not; every try counts."""
    found = _private(person_id, passphrase)
    return found if isinstance(found, str) else None


def _wrap(row: KeyPair, private: bytes, passphrase: str, code: str) -> None:
    by_words = sealing.wrap(private, passphrase, vault().pepper)
    by_code = sealing.wrap_with_code(private, code, vault().pepper)
    row.salt, row.wrapped = by_words.salt, by_words.wrapped
    row.recovery_salt, row.recovery_wrapped = by_code.salt, by_code.wrapped


def open_history(person_id: str, passphrase: str) -> Outcome:
    """Open a person's history in this browser for ten to twenty minutes."""
    found = _private(person_id, passphrase)
    return Refused({"passphrase": found}) if isinstance(found, str) else _open(person_id, found)


def _private(person_id: str, passphrase: str) -> bytes | str:
    """The private key that the words open, or in words why they do not."""
    if not _may_try(person_id):
        return TOO_OFTEN
    pair = key_of(person_id)
    db.session.rollback()
    if pair is None:
        return "You have not set this up yet."
    private = sealing.unwrap(sealing.Wrap(pair.salt, pair.wrapped), passphrase, vault().pepper)
    return WRONG if private is None else private


def _may_try(person_id: str) -> bool:
    """Count a try before it is made: guesses at one moment count like guesses in a row."""
    forget_closed()
    first = {"owner": owner_of(person_id), "tries": 0, "ends_at": _rounded(clock.now() + TRIES_COUNT_FOR)}
    insert_if_absent(db.session, OwnTry, first)
    counted = sa.update(OwnTry).where(OwnTry.owner == first["owner"]).values(tries=OwnTry.tries + 1)
    tries = db.session.scalar(counted.returning(OwnTry.tries).execution_options(synchronize_session=False))
    db.session.commit()
    return tries is not None and tries <= MOST_TRIES


def _forgive(owner: str) -> None:
    """Forget, in the caller's transaction, that a history was tried: it opened."""
    db.session.execute(sa.delete(OwnTry).where(OwnTry.owner == owner))


def _open(person_id: str, private: bytes) -> Outcome:
    token = secrets.token_urlsafe(32)
    forget_closed()
    _forgive(owner_of(person_id))
    db.session.add(
        Opened(
            id=hashlib.sha256(token.encode()).hexdigest(),
            owner=owner_of(person_id),
            sealed=sealing.lock_with_token(private, token),
            ends_at=_rounded(clock.now() + OPEN_FOR),
        )
    )
    db.session.commit()
    session[COOKIE] = token
    return Saved("")


def _rounded(end: datetime) -> datetime:
    return end + (datetime.min.replace(tzinfo=UTC) - end) % OPEN_FOR


def _close_everywhere(owner: str) -> None:
    """Close a history in every browser that has it open, in the caller's transaction."""
    db.session.execute(sa.delete(Opened).where(Opened.owner == owner))


def close_history() -> None:
    """Close the history that this browser has open."""
    token = session.pop(COOKIE, None)
    if token:
        db.session.execute(sa.delete(Opened).where(Opened.id == hashlib.sha256(token.encode()).hexdigest()))
        db.session.commit()


def recover(person_id: str, code: str, passphrase: str, *known: str) -> Made | Refused:
    """Choose a new passphrase with the recovery code; the history stays, and there is a new code."""
    problem = passphrase_problem(passphrase, *known)
    if problem:
        return Refused({"passphrase": problem})
    if not _may_try(person_id):
        return Refused({"code": TOO_OFTEN})
    pair = key_of(person_id)
    if pair is None:
        return refuse(code="You have not set this up yet.")
    kept = sealing.Wrap(pair.recovery_salt, pair.recovery_wrapped)
    private = sealing.unwrap_with_code(kept, plain(code), vault().pepper)
    db.session.rollback()
    if private is None:
        return Refused({"code": "This is not the code. It has nine groups of four letters and digits."})
    return _wrapped_anew(person_id, private, passphrase)


def change_passphrase(person_id: str, private: bytes, passphrase: str, *known: str) -> Made | Refused:
    """Choose a new passphrase for a history that is open; there is a new recovery code too."""
    problem = passphrase_problem(passphrase, *known)
    db.session.rollback()
    return Refused({"passphrase": problem}) if problem else _wrapped_anew(person_id, private, passphrase)


def _wrapped_anew(person_id: str, private: bytes, passphrase: str) -> Made | Refused:
    code = new_code(RECOVERY_LENGTH)
    fresh = KeyPair()
    _wrap(fresh, private, passphrase, code)
    names = ("salt", "wrapped", "recovery_salt", "recovery_wrapped")
    _forgive(owner_of(person_id))
    _close_everywhere(owner_of(person_id))
    db.session.execute(
        sa.update(KeyPair)
        .where(KeyPair.owner == owner_of(person_id))
        .values({name: getattr(fresh, name) for name in names})
    )
    db.session.commit()
    empty_private_log()
    return Made(code)

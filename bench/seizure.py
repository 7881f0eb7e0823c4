"""What a seized server surrenders: `python -m bench.seizure` makes a group, takes everything and tries to read it.

Whoever takes the server has its databases, its environment with the master key, and so every key derived from it
(fields, cookies, pepper). Every sealed thing among the check-ins is tried with all of them.
"""

from __future__ import annotations

import base64
import secrets
import sys
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass

import sqlalchemy as sa
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from flask import Flask

from app import create_app, migrate
from app.checkins.ballots import ballot_info, half_info
from app.checkins.models import Ballot, CheckIn, KeyPair, Opened, Parcel, TeamHalf, TeamWindow, WaitingParcel
from app.checkins.queries import PARCEL_INFO, check_in_info
from app.checkins.sealing import Wrap, unlock_with_token, unseal, unwrap, unwrap_with_code
from app.checkins.seizure import lines
from app.database import db
from app.demo import build, cast
from app.people.models import Person

PURPOSES = ("fields:v1", "index:v1", "cookie:v1", "pepper:v1")
GUESSES = ("", cast.PASSPHRASE)


@dataclass(frozen=True)
class Loot:
    """What was tried of one kind, and how much of it opened."""

    kind: str
    there: int
    opened: int


def keys_at_hand(master: bytes) -> list[bytes]:
    """Every 32 bytes on the server that could be a key: the master key, all derived from it, and all in the tables."""
    found = [master, bytes(32)]
    for purpose in PURPOSES:
        derive = HKDF(algorithm=hashes.SHA256(), length=32, salt=None, info=purpose.encode())
        found.append(derive.derive(master))
    for pair in db.session.scalars(sa.select(KeyPair)):
        found += [pair.public_key, pair.wrapped[-32:], pair.wrapped[12:44], pair.recovery_wrapped[12:44]]
        found.append(bytes.fromhex(pair.owner))
    found += [bytes.fromhex(row_id) for row_id in db.session.scalars(sa.select(Opened.id))]
    found += list(db.session.scalars(sa.select(TeamWindow.public_key)))
    return [each for each in found if len(each) == 32]


def loot(master: bytes) -> Iterator[Loot]:
    """Try everything with every key at hand."""
    keys = keys_at_hand(master)
    pepper = keys[2 + PURPOSES.index("pepper:v1")]
    checkins = list(db.session.scalars(sa.select(CheckIn)))
    sealed = [(row.sealed, check_in_info(row.owner, row.id)) for row in checkins]
    yield Loot("check-ins", len(sealed), sum(_opens(each, info, keys) for each, info in sealed))
    parcels = [*db.session.scalars(sa.select(Parcel.sealed)), *db.session.scalars(sa.select(WaitingParcel.sealed))]
    yield Loot("parcels", len(parcels), sum(_opens(each, PARCEL_INFO, keys) for each in parcels))
    ballots = [(row.sealed, ballot_info(row.starts_on, row.voter)) for row in db.session.scalars(sa.select(Ballot))]
    yield Loot("slips for the group", len(ballots), sum(_opens(each, info, keys) for each, info in ballots))
    halves = [(row.sealed, half_info(row.starts_on, row.holder_id)) for row in db.session.scalars(sa.select(TeamHalf))]
    yield Loot("halves of their key", len(halves), sum(_opens(each, info, keys) for each, info in halves))
    pairs = list(db.session.scalars(sa.select(KeyPair)))
    yield Loot("private keys", len(pairs), sum(_unwraps(pair, keys, pepper) for pair in pairs))
    opened = list(db.session.scalars(sa.select(Opened)))
    yield Loot("open histories", len(opened), sum(_unlocks(row, keys) for row in opened))


def _opens(sealed: bytes, info: bytes, keys: list[bytes]) -> bool:
    return any(unseal(sealed, key, info) is not None for key in keys)


def _unwraps(pair: KeyPair, keys: list[bytes], pepper: bytes) -> bool:
    by_words, by_code = Wrap(pair.salt, pair.wrapped), Wrap(pair.recovery_salt, pair.recovery_wrapped)
    guessed = any(unwrap(by_words, guess, pepper) or unwrap_with_code(by_code, guess, pepper) for guess in GUESSES)
    return guessed or any(_decrypts(key, wrapped) for key in keys for wrapped in (pair.wrapped, pair.recovery_wrapped))


def _unlocks(row: Opened, keys: list[bytes]) -> bool:
    guesses = [row.id, *(base64.urlsafe_b64encode(key).decode().rstrip("=") for key in keys)]
    return any(unlock_with_token(row.sealed, guess) for guess in guesses) or any(
        _decrypts(key, row.sealed) for key in keys
    )


def _decrypts(key: bytes, wrapped: bytes) -> bool:
    try:
        AESGCM(key).decrypt(wrapped[:12], wrapped[12:], None)
    except Exception:  # noqa: BLE001 - whatever goes wrong, it did not open
        return False
    return True


def fill(app: Flask) -> None:
    """A made-up group that checks in and asks for contact."""
    from app.auth.passphrases import suggest_passphrase
    from app.checkins import keys, services

    build.build()
    db.session.execute(sa.delete(KeyPair))  # the demo's words are known to everybody
    db.session.commit()
    people = [row.id for row in db.session.scalars(sa.select(Person).limit(4))]
    with app.test_request_context("/", method="POST"):
        for person_id in people:
            passphrase = suggest_passphrase()
            keys.make_key(person_id, passphrase)
            keys.open_history(person_id, passphrase)
        services.name_listener(people[0], "another peer")
        services.name_listener(people[1], "another peer")
        for person_id in people[1:]:
            answers = {name: secrets.randbelow(5) for name in ("energy", "load", "rest")}
            services.send_check_in(person_id, services.Given(answers), people[0], counts=True)


def main() -> None:
    """Print what can be read of check-ins (nothing) and of the rest; exit 1 when anything opened."""
    master = secrets.token_bytes(32)
    with tempfile.TemporaryDirectory() as folder:
        app = create_app(
            {
                "EVENHAND_DATA": f"{folder}/data",
                "EVENHAND_KEYS": f"{folder}/keys",
                "EVENHAND_MASTER_KEY": base64.b64encode(master).decode(),
            }
        )
        with app.app_context():
            migrate.upgrade()
            fill(app)
            found = list(loot(master))
            print("\n".join(lines()))
            print()
            for each in found:
                print(f"tried {each.there} {each.kind} with every key on the server: {each.opened} opened")
    sys.exit(1 if any(each.opened for each in found) else 0)


if __name__ == "__main__":
    main()

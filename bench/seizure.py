"""What a seized server surrenders: `python -m bench.seizure` makes a group, takes everything and tries to read it.

Whoever takes the server has its databases and their logs, the copies with the keys of their days, its environment
with the master key, and so every key derived from it (fields, cookies, ledger, pepper). Every closed column of the
check-ins, here and in the copies, is tried with all of them. What can be read is counted too, claim by claim, so
that the page says no less than is true.
"""

from __future__ import annotations

import base64
import secrets
import sys
import tempfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

import pysqlite3.dbapi2 as sqlite
import sqlalchemy as sa
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from flask import Flask

from app import copies, create_app, migrate
from app.checkins import queries
from app.checkins.ballots import ballot_info, half_info, voter_of
from app.checkins.models import (
    Ballot,
    CheckIn,
    Choice,
    KeyPair,
    Listener,
    Opened,
    Parcel,
    SentForm,
    TeamFigure,
    TeamWindow,
    WaitingParcel,
)
from app.checkins.sealing import Wrap, unlock_with_token, unseal, unwrap, unwrap_with_code
from app.checkins.seizure import READABLE, lines
from app.database import PRIVATE, db
from app.demo import build, cast
from app.mail.models import OutgoingMail
from app.mail.services import FLEETING
from app.people.models import Person
from app.vault import derived_keys

GUESSES = ("", cast.PASSPHRASE)
SQLITE = b"SQLite format 3"


@dataclass(frozen=True)
class Loot:
    """What was tried of one kind, and how much of it opened."""

    kind: str
    there: int
    opened: int


@dataclass(frozen=True)
class Hand:
    """What whoever took the server tries things with."""

    keys: list[bytes]
    pepper: bytes

    def unseals(self, sealed: bytes, info: bytes) -> bool:
        """Whether any key opens what was sealed to a person."""
        return any(unseal(sealed, key, info) is not None for key in self.keys)

    def decrypts(self, wrapped: bytes) -> bool:
        """Whether any key is the one that something was wrapped with."""
        return any(_decrypts(key, wrapped) for key in self.keys)


def _words(row: Any, hand: Hand) -> bool:
    kept = Wrap(row.salt, row.wrapped)
    return any(unwrap(kept, guess, hand.pepper) for guess in GUESSES) or hand.decrypts(row.wrapped)


def _code(row: Any, hand: Hand) -> bool:
    kept = Wrap(row.recovery_salt, row.recovery_wrapped)
    return any(unwrap_with_code(kept, guess, hand.pepper) for guess in GUESSES) or hand.decrypts(row.recovery_wrapped)


def _token(row: Any, hand: Hand) -> bool:
    guesses = [row.id, *(base64.urlsafe_b64encode(key).decode().rstrip("=") for key in hand.keys)]
    return any(unlock_with_token(row.sealed, guess) for guess in guesses) or hand.decrypts(row.sealed)


TRIES: dict[str, Callable[[Any, Hand], bool]] = {
    "check_in.sealed": lambda row, hand: hand.unseals(row.sealed, queries.check_in_info(row.owner, row.id)),
    "parcel.sealed": lambda row, hand: hand.unseals(row.sealed, queries.PARCEL_INFO),
    "waiting_parcel.sealed": lambda row, hand: hand.unseals(row.sealed, queries.PARCEL_INFO),
    "ballot.sealed": lambda row, hand: hand.unseals(row.sealed, ballot_info(row.starts_on, row.voter)),
    "team_half.sealed": lambda row, hand: hand.unseals(row.sealed, half_info(row.starts_on, row.holder_id)),
    "key_pair.wrapped": _words,
    "key_pair.recovery_wrapped": _code,
    "opened.sealed": _token,
}
"""How each closed column is tried; a test sees that there is one for every column that the page calls closed."""


def hand_of(master: bytes) -> Hand:
    """Every 32 bytes on the server that could be a key: the master key, all derived from it, and all that lie about."""
    derived = derived_keys(master)
    found = [master, bytes(32), *derived.values()]
    found += [path.read_bytes() for path in sorted(copies.keys_folder().glob("*.key"))]
    for pair in db.session.scalars(sa.select(KeyPair)):
        found += [pair.public_key, pair.wrapped[-32:], pair.wrapped[12:44], pair.recovery_wrapped[12:44]]
        found.append(bytes.fromhex(pair.owner))
    for table in (Opened, SentForm):
        found += [bytes.fromhex(row_id) for row_id in db.session.scalars(sa.select(table.id))]
    found += list(db.session.scalars(sa.select(TeamWindow.public_key)))
    return Hand([each for each in found if len(each) == 32], derived["pepper:v1"])


def loot(master: bytes) -> Iterator[Loot]:
    """Try everything with all that is at hand; look into the logs, and for listeners in what was mailed."""
    hand = hand_of(master)
    here = db.session.connection(bind_arguments={"bind": db.get_engine(PRIVATE)})
    yield from _tried(here, hand, "")
    for path in sorted(copies.copies_folder().glob("*.sealed")):
        yield from _tried_copy(copies.open_copy(path.read_bytes()), hand)
    yield _in_the_log()
    yield _in_the_mail()


def _tried(connection: sa.Connection, hand: Hand, where: str) -> Iterator[Loot]:
    tables = migrate.CHECK_INS.metadata().tables
    for name, opens in TRIES.items():
        rows = connection.execute(sa.select(tables[name.partition(".")[0]])).all()
        yield Loot(where + name, len(rows), sum(opens(row, hand) for row in rows))


def _tried_copy(plain: bytes, hand: Hand) -> Iterator[Loot]:
    """A copy opens with the key of its day, which lies on the server too: what is in it is tried like the rest."""
    if not plain.startswith(SQLITE):
        return
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "copy.sqlite"
        path.write_bytes(plain)
        engine = sa.create_engine("sqlite://", creator=partial(sqlite.connect, str(path)))
        with engine.connect() as connection:
            yield from _tried(connection, hand, "in a copy: ")
        engine.dispose()


def _in_the_log() -> Loot:
    """Check-ins and parcels that lie in the write-ahead log, where their order tells which belong together."""
    sealed = [
        bytes(row) for model in (CheckIn, Parcel, WaitingParcel) for row in db.session.scalars(sa.select(model.sealed))
    ]
    file = Path(f"{db.get_engine(PRIVATE).url.database}-wal")
    log = file.read_bytes() if db.engine.dialect.name == "sqlite" and file.exists() else b""
    return Loot("rows in the log", len(sealed), sum(each[:64] in log for each in sealed))


def _in_the_mail() -> Loot:
    """Mails in whose row, beside the sealed address, a listener is named."""
    listeners = set(db.session.scalars(sa.select(Listener.person_id)))
    keys = list(db.session.scalars(sa.select(OutgoingMail.key)))
    return Loot("mails that name a listener", len(keys), sum(any(each in key for each in listeners) for key in keys))


def readable() -> dict[str, int]:
    """How much there is of each thing that can be read, in the words and the order of the page."""
    people = list(db.session.scalars(sa.select(Person.id)))
    owners = {queries.owner_of(each) for each in people}
    windows = list(db.session.scalars(sa.select(TeamWindow.starts_on)))
    voters = {voter_of(starts_on, owner) for starts_on in windows for owner in owners}
    months = {(row.owner, row.month_on) for row in db.session.scalars(sa.select(CheckIn)) if row.owner in owners}
    fleeting = sa.select(OutgoingMail.recipient).where(OutgoingMail.key.startswith(FLEETING))
    counts = (
        len(owners & set(db.session.scalars(sa.select(KeyPair.owner)))),
        len(months),
        len([row.kept for row in db.session.scalars(sa.select(Choice)) if row.owner in owners]),
        _count(Listener),
        len([each for each in db.session.scalars(sa.select(WaitingParcel.address)) if each.strip() in people]),
        len([each for each in db.session.scalars(fleeting) if each]),
        len(voters & set(db.session.scalars(sa.select(Ballot.voter)))),
        _count(SentForm),
        _count(TeamFigure),
    )
    return dict(zip(READABLE, counts, strict=True))


def _count(model: Any) -> int:
    return db.session.scalar(sa.select(sa.func.count()).select_from(model)) or 0


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
    from app.jobs import Task

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
    copies.copy_daily(Task("copy", {}, 1))


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
            found, told = list(loot(master)), readable()
            print("\n".join(lines()))
            print()
            for each in found:
                print(f"{each.kind}: {each.there} tried with every key on the server, {each.opened} opened")
            for words, count in told.items():
                print(f"can be read: {words}: {count}")
    sys.exit(1 if any(each.opened for each in found) else 0)


if __name__ == "__main__":
    main()

"""What a seized server surrenders: `python -m bench.seizure` makes a group, takes everything and tries to read it.

Whoever takes the server has its databases and their logs, the copies with the keys of their days, its environment
with the master key, and so every key derived from it (fields, cookies, ledger, pepper). Every closed column of the
check-ins, here and in the copies, is tried with all of them, and copies are held against each other and against the
database. What can be read is counted too, claim by claim, so that the page says no less than is true.
"""

from __future__ import annotations

import base64
import secrets
import sys
import tempfile
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta
from functools import partial
from itertools import pairwise
from pathlib import Path
from typing import Any

import pysqlite3.dbapi2 as sqlite
import sqlalchemy as sa
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from flask import Flask

from app import clock, copies, create_app, migrate
from app.checkins import queries
from app.checkins.ballots import ballot_info, half_info, voter_of
from app.checkins.models import (
    Ballot,
    CheckIn,
    Choice,
    KeyPair,
    Listener,
    Opened,
    OwnTry,
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
from wellbeing.flags import Act

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
    for plain in _copies():
        with _opened(plain) as connection:
            yield from _tried(connection, hand, "in a copy: ")
    yield _told_apart()
    yield _in_the_log()
    yield _in_the_mail()


def _tried(connection: sa.Connection, hand: Hand, where: str) -> Iterator[Loot]:
    tables = migrate.CHECK_INS.metadata().tables
    for name, opens in TRIES.items():
        rows = connection.execute(sa.select(tables[name.partition(".")[0]])).all()
        yield Loot(where + name, len(rows), sum(opens(row, hand) for row in rows))


@contextmanager
def _opened(plain: bytes) -> Iterator[sa.Connection]:
    """A copy as a database."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "copy.sqlite"
        path.write_bytes(plain)
        engine = sa.create_engine("sqlite://", creator=partial(sqlite.connect, str(path)))
        with engine.connect() as connection:
            yield connection
        engine.dispose()


def _copies() -> Iterator[bytes]:
    """The copies that lie on the server, day by day; each opens with the key of its day, which lies there too."""
    for path in sorted(copies.copies_folder().glob("*.sealed")):
        plain = copies.open_copy(path.read_bytes())
        if plain.startswith(SQLITE):
            yield plain


def _day_by_day(model: Any, column: Any) -> list[dict[str, Any]]:
    """A column of one table by id, in each copy and then in the database as it is now."""
    asked, found = sa.select(model.id, column), list[dict[str, Any]]()
    for plain in _copies():
        with _opened(plain) as connection:
            found.append({row[0]: row[1] for row in connection.execute(asked)})
    return [*found, {row[0]: row[1] for row in db.session.execute(asked)}]


def _told_apart() -> Loot:
    """Parcels that one day holds otherwise than the next, and check-ins that changed more than once.

    An empty parcel never changes: with `Parcel.day_on` and the check-ins that are new on that day, one that did names
    who asked. A check-in changes once, when it is deleted: one that did so twice had an ask that waited.
    """
    days, weeks = _day_by_day(Parcel, Parcel.sealed), _day_by_day(CheckIn, CheckIn.sealed)
    again = [count for count in Counter(_changed(weeks)).values() if count > 1]
    return Loot("rows told apart by comparing copies", sum(map(len, days + weeks)), len(_changed(days)) + len(again))


def _changed(days: list[dict[str, Any]]) -> list[str]:
    """The ids of rows that one day holds otherwise than the next, once for each time."""
    return [each for before, after in pairwise(days) for each, sealed in before.items() if after.get(each) != sealed]


def _days_of_check_ins(owners: set[str]) -> set[tuple[int, str]]:
    """On which day, and by whom, a check-in was sent that the copy before did not hold."""
    days = enumerate(pairwise(_day_by_day(CheckIn, CheckIn.owner)))
    return {
        (day, owner)
        for day, (before, after) in days
        for row_id, owner in after.items()
        if row_id not in before and owner in owners
    }


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
        len(_days_of_check_ins(owners)),
        len([row.kept for row in db.session.scalars(sa.select(Choice)) if row.owner in owners]),
        len([each for each in db.session.scalars(sa.select(Opened.owner)) if each in owners]),
        len([each for each in db.session.scalars(sa.select(OwnTry.owner)) if each in owners]),
        _count(Listener),
        len([each for each in db.session.scalars(sa.select(WaitingParcel.address)) if each.strip() in people]),
        len([each for each in db.session.scalars(fleeting) if each]),
        len(voters & set(db.session.scalars(sa.select(Ballot.voter)))),
        _count(SentForm),
        _count(Parcel),
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
    from app.checkins import inbox, keys, parcels, services, shredding
    from app.jobs import Task

    task = Task("copy", {}, 1)
    build.build()
    db.session.execute(sa.delete(KeyPair))  # the demo's words are known to everybody
    db.session.commit()
    people = [row.id for row in db.session.scalars(sa.select(Person).limit(4))]
    words = {person_id: suggest_passphrase() for person_id in people}
    with app.test_request_context("/", method="POST"):
        for person_id, passphrase in words.items():
            keys.make_key(person_id, passphrase)
            keys.open_history(person_id, passphrase)
        services.name_listener(people[0], "another peer")
        services.name_listener(people[1], "another peer")
        for person_id in people[1:]:
            answers = {name: secrets.randbelow(5) for name in ("energy", "load", "rest")}
            services.send_check_in(person_id, services.Given(answers), people[0], counts=True)
        parcels.deliver(task)
        copies.copy_daily(task)
        clock.shift(timedelta(days=1))
        keys.open_history(people[0], words[people[0]])
        private = queries.opened_key(people[0]) or b""
        read, closed, _ = inbox.flags_for(private)
        services.read_flag(people[0], private, read.id)
        services.close_flag(people[0], private, closed.id, Act.TALKED)
        services.send_check_in(people[2], services.Given({"energy": 1}))
        for _ in range(2):  # first the weeks, then what was asked
            for person_id in people[1:]:
                keys.open_history(person_id, words[person_id])
                private = queries.opened_key(person_id) or b""
                found = queries.history(person_id, private)
                for each in found.entries or found.unread:
                    shredding.forget_one(person_id, private, each.id)
            copies.copy_daily(task)
            clock.shift(timedelta(days=1))
    copies.copy_daily(task)


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

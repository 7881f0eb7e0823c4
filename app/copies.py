"""Safe copies of the check-ins that die after seven days: each is sealed with a key that is thrown away.

So what is deleted is gone from every copy within seven days, wherever the copy lies. The keys of the days lie beside
the master key, out of the data folder and out of every copy. What changes when someone asks for help or looks at an
ask is in no copy: two copies side by side would tell who did.
"""

from __future__ import annotations

import os
import re
import tempfile
from datetime import date, timedelta
from pathlib import Path

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from flask import current_app

from app import clock, jobs
from app.config import Config
from app.database import PRIVATE, copy_to, db, make_private_folder

COPY = "copy-private"
KEEP_DAYS = 7
KEY_BYTES = 32
NONCE_BYTES = 12
LEFT_OUT = ("parcel", "waiting_parcel", "ballot", "opened", "own_try")
"""An empty parcel never changes, an ask is written anew when it is read and when it is closed; and an ask that goes
out without a check-in leaves a row, but no new ballot."""
IN_A_DUMP = re.compile(rb"(?:COPY|INSERT INTO) private\.\"?(?:%s)\b" % "|".join(LEFT_OUT).encode())
"""How such a table begins in what `pg_dump` writes, plain or custom: in both this line is not compressed."""
DUMP_OPTIONS = " ".join(f"--exclude-table-data=private.{each}" for each in LEFT_OUT)
MAGIC = b"evenhand-sealed-copy-1 "
DAY_BYTES = 10
MEMORY = Path("/dev/shm")  # noqa: S108 - private files of ours, made with a random name and mode 0600
NOT_OURS = "This is no sealed copy of Evenhand."
TOO_OLD = "The key of {} is thrown away: such a copy opens for seven days, on the machine that made it."


def _config() -> Config:
    found: Config = current_app.config["EVENHAND"]
    return found


def keys_folder() -> Path:
    """Where the keys of the days lie."""
    return _config().keys / "copies"


def copies_folder() -> Path:
    """Where the copies lie that are made by themselves, one a day."""
    return _config().data / "copies"


def seal_copy(plain: bytes) -> bytes:
    """Seal something with today's key."""
    day, nonce = clock.today().isoformat().encode(), os.urandom(NONCE_BYTES)
    head = MAGIC + day
    return head + nonce + AESGCM(_todays_key()).encrypt(nonce, plain, head)


def open_copy(sealed: bytes) -> bytes:
    """Open a sealed copy; raises `ValueError` saying why not."""
    head, rest = sealed[: len(MAGIC) + DAY_BYTES], sealed[len(MAGIC) + DAY_BYTES :]
    if not head.startswith(MAGIC):
        raise ValueError(NOT_OURS)
    day = head[len(MAGIC) :].decode(errors="replace")
    path = keys_folder() / f"{day}.key"
    if not day.replace("-", "").isdecimal() or not path.is_file():
        raise ValueError(TOO_OLD.format(day))
    try:
        return AESGCM(path.read_bytes()).decrypt(rest[:NONCE_BYTES], rest[NONCE_BYTES:], head)
    except InvalidTag as error:
        raise ValueError("This copy is damaged, or another machine made it.") from error


def _todays_key() -> bytes:
    make_private_folder(keys_folder())
    path = keys_folder() / f"{clock.today()}.key"
    try:
        with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
            file.write(os.urandom(KEY_BYTES))
    except FileExistsError:
        pass
    return path.read_bytes()


def write_copy(to: Path, plain: bytes | None = None) -> None:
    """Write a sealed copy of the check-ins to a new file; raises `ValueError` saying why not.

    With PostgreSQL `plain` is the dump to seal; SQLite is copied from here.
    """
    throw_keys_away()
    if plain is not None and IN_A_DUMP.search(plain):
        raise ValueError(f"This dump would tell who asked for help. Give pg_dump these as well: {DUMP_OPTIONS}")
    sealed = seal_copy(private_copy() if plain is None else plain)
    try:
        with os.fdopen(os.open(to, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
            file.write(sealed)
            file.flush()
            os.fsync(file.fileno())
    except OSError as error:
        raise ValueError(f"{to} cannot be written: {error.strerror}.") from error


def private_copy() -> bytes:
    """The private SQLite database as it is now, without what is `LEFT_OUT`.

    It touches no disk on the way where the system offers memory.
    """
    with tempfile.TemporaryDirectory(dir=MEMORY if os.access(MEMORY, os.W_OK) else _config().data) as folder:
        path = Path(folder) / "private.sqlite"
        copy_to(path, PRIVATE, without=LEFT_OUT)
        plain = path.read_bytes()
        overwrite(path)
    return plain


def overwrite(path: Path) -> None:
    """Write over a file and remove it: as gone as the disk allows."""
    size = path.stat().st_size
    with path.open("r+b") as file:
        file.write(bytes(size))
        file.flush()
        os.fsync(file.fileno())
    path.unlink()


def throw_keys_away() -> None:
    """Throw away the keys of days that are seven days old, and the copies they belonged to that lie here."""
    last = clock.today() - timedelta(days=KEEP_DAYS)
    for path in old_keys():
        overwrite(path)
    if copies_folder().is_dir():
        for path in copies_folder().glob("*.sealed"):
            if _day_of(path) <= last:
                path.unlink()


def old_keys() -> list[Path]:
    """Keys of days that should be gone."""
    last = clock.today() - timedelta(days=KEEP_DAYS)
    return [path for path in sorted(keys_folder().glob("*.key")) if _day_of(path) <= last]


def _day_of(path: Path) -> date:
    try:
        return date.fromisoformat(path.stem)
    except ValueError:
        return date.max


def copy_daily(task: jobs.Task) -> None:
    """Throw old keys away, and on SQLite see that there is a copy of today."""
    del task
    throw_keys_away()
    if not _config().is_embedded:
        return
    db.session.rollback()
    make_private_folder(copies_folder())
    path = copies_folder() / f"{clock.today()}.sealed"
    if not path.exists():
        write_copy(path)

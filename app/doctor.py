"""The doctor: what could be wrong with an installation, looked at one by one."""

from __future__ import annotations

import smtplib
import stat
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta
from functools import cache
from pathlib import Path

import sqlalchemy as sa
import tzdata
from flask import current_app

from app import clock, migrate
from app.config import Config
from app.copies import old_keys
from app.database import OWNER_ONLY, PRAGMAS, Statement, clock_gap, db, known_rows
from app.jobs import MAX_ATTEMPTS, Job, WorkerBeat
from app.mail.models import OutgoingMail
from app.mail.services import connect

SAFE_SQLITE = (3, 51, 3)
SAFE_BRANCHES = ((3, 50, 7), (3, 44, 6))
EXPECTED_PRAGMAS = {
    "journal_mode": "wal",
    "synchronous": 2,
    "foreign_keys": 1,
    "busy_timeout": 10000,
    "secure_delete": 1,
    "trusted_schema": 0,
    "recursive_triggers": 1,
    "mmap_size": 0,
}
AGAIN = "when the cause is mended: flask --app wsgi retry (or, to forget them: retry --drop)"
LARGEST_CLOCK_GAP = 2.0
SILENCE = timedelta(seconds=30)
SYSTEM_ZONES = Path("/usr/share/zoneinfo/tzdata.zi")


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing looked at: what, whether it is well, and words that say what to do when not."""

    what: str
    is_good: bool
    words: str


@dataclass(frozen=True, slots=True)
class Glance:
    """What an admin sees at a glance: whether a worker lives, what waits, and what was given up."""

    is_worker_alive: bool
    failed_jobs: int
    waiting_mails: int
    failed_mails: int

    @property
    def is_well(self) -> bool:
        """Whether nothing asks for a hand."""
        return self.is_worker_alive and not self.failed_jobs and not self.failed_mails


def glance() -> Glance:
    """Look at what changes from hour to hour: one query."""
    seen, *counts = known_rows(_figures)[0]
    return Glance(seen is not None and clock.now() - seen < SILENCE, *counts)


@cache
def _figures() -> Statement:
    count = sa.select(sa.func.count())
    mails = count.select_from(OutgoingMail)
    return sa.select(
        sa.select(sa.func.max(WorkerBeat.seen_at)).scalar_subquery(),
        count.select_from(Job).where(Job.state == "failed").scalar_subquery(),
        mails.where(OutgoingMail.state == "waiting").scalar_subquery(),
        mails.where(OutgoingMail.state == "failed").scalar_subquery(),
    )


def findings() -> Iterator[Finding]:
    """Look at everything, cheapest first."""
    config: Config = current_app.config["EVENHAND"]
    yield from _secrets(config)
    yield from _address(config)
    yield _zones()
    if config.is_embedded:
        yield from _sqlite()
    else:
        yield _clocks()
    yield _migrations()
    if migrate.is_current():
        yield _worker()
        yield _jobs()
        yield _copies()
        yield from _mail(config)


def is_safe_sqlite(version: tuple[int, ...]) -> bool:
    """Whether a version of SQLite is free of the write-ahead-log corruption mended in 3.51.3, 3.50.7 and 3.44.6."""
    return version >= SAFE_SQLITE or any(branch[:2] == version[:2] and version >= branch for branch in SAFE_BRANCHES)


def _secrets(config: Config) -> Iterator[Finding]:
    if config.master_key is not None:
        yield Finding("master key", is_good=True, words="from EVENHAND_MASTER_KEY")
    else:
        path = config.keys / "master.key"
        private = not path.stat().st_mode & 0o077 and not path.parent.stat().st_mode & 0o022
        remedy = f"others can reach it: chmod 600 {path}; chmod 700 {path.parent}"
        yield Finding("master key", private, f"in {path}" if private else remedy)
        apart = not path.is_relative_to(config.data)
        yield Finding(
            "keys apart from data",
            apart,
            "a copy of the data holds no key" if apart else "move EVENHAND_KEYS out of EVENHAND_DATA",
        )
    if config.is_embedded:
        private = stat.S_IMODE(config.data.stat().st_mode) == OWNER_ONLY
        yield Finding("data folder", private, "private" if private else f"chmod 700 {config.data}")


def _address(config: Config) -> Iterator[Finding]:
    if not config.is_https:
        words = "this machine only (http); set EVENHAND_PUBLIC_URL for more"
        yield Finding("public address", is_good=True, words=words)
    elif not config.proxies:
        # Whoever ends TLS stands in front: unknown, it makes all visitors look like one, and one guesser shuts out all.
        words = "https needs a proxy in front: set EVENHAND_PROXIES to how many there are"
        yield Finding("public address", is_good=False, words=words)


def _zones() -> Finding:
    ours = tzdata.IANA_VERSION
    line = SYSTEM_ZONES.read_text().partition("\n")[0] if SYSTEM_ZONES.is_file() else ""
    theirs = line.removeprefix("# version ").strip()
    # Governments change their clocks at short notice.
    newer = theirs if theirs[:1].isdigit() and theirs > ours else None
    return Finding("zone data", newer is None, ours if newer is None else f"{ours} is older than the system's {newer}")


def _sqlite() -> Iterator[Finding]:
    with db.engine.connect() as connection:
        text = str(connection.exec_driver_sql("SELECT sqlite_version()").scalar_one())
        safe = is_safe_sqlite(tuple(int(part) for part in text.split(".")))
        yield Finding(
            "SQLite", safe, text if safe else f"{text} can lose data: install the pysqlite3 of requirements.lock"
        )
        for name in PRAGMAS:
            value = connection.exec_driver_sql(f"PRAGMA {name}").scalar()
            good = value == EXPECTED_PRAGMAS[name] or (name == "mmap_size" and value is None)
            yield Finding(f"pragma {name}", good, str(value) if good else f"is {value}, not {EXPECTED_PRAGMAS[name]}")
        check = str(connection.exec_driver_sql("PRAGMA quick_check").scalar_one())
        yield Finding("database file", check == "ok", check)


def _clocks() -> Finding:
    seconds = clock_gap().total_seconds()
    if abs(seconds) < LARGEST_CLOCK_GAP:
        return Finding("clock", is_good=True, words="agrees with the database's")
    side = "behind" if seconds > 0 else "ahead of"
    words = f"{abs(seconds):.0f} seconds {side} the database's: let both follow a time server"
    return Finding("clock", is_good=False, words=words)


def _migrations() -> Finding:
    if migrate.is_current():
        return Finding("migrations", is_good=True, words=str(migrate.current()))
    return Finding("migrations", is_good=False, words="run: flask --app wsgi migrate")


def _worker() -> Finding:
    seen = db.session.scalar(sa.select(sa.func.max(WorkerBeat.seen_at)))
    if seen is not None and clock.now() - seen < SILENCE:
        return Finding("job worker", is_good=True, words="alive")
    return Finding("job worker", is_good=False, words="none is running: start `flask --app wsgi up` or `... worker`")


def _jobs() -> Finding:
    stuck = sa.or_(Job.state == "failed", Job.attempts >= MAX_ATTEMPTS)
    rows = db.session.execute(
        sa.select(Job.kind, Job.error, sa.func.count()).where(stuck).group_by(Job.kind, Job.error)
    )
    found = ", ".join(sorted(f"{count} {kind} ({error or 'no error kept'})" for kind, error, count in rows))
    return Finding("jobs", not found, f"failed for good: {found}; {AGAIN}" if found else "none failed")


def _copies() -> Finding:
    old = len(old_keys())
    words = "none is older than seven days"
    if old:
        words = f"{old} should be thrown away: the worker does it, or flask --app wsgi copy-check-ins"
    return Finding("keys of copies of check-ins", not old, words)


def _mail(config: Config) -> Iterator[Finding]:
    if config.mail is None:
        yield Finding("mail", is_good=True, words="off (EVENHAND_MAIL_URL is not set): nothing is sent")
        return
    try:
        connect(config.mail).quit()
    except (OSError, smtplib.SMTPException) as error:
        yield Finding("mail server", is_good=False, words=f"{type(error).__name__} from {config.mail.host}")
    else:
        yield Finding("mail server", is_good=True, words="answers, certificate verified")
    failed = db.session.scalar(sa.select(sa.func.count()).where(OutgoingMail.state == "failed")) or 0
    yield Finding("outbox", failed == 0, f"{failed} mails were given up; {AGAIN}" if failed else "nothing given up")

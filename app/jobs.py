"""Background work: jobs are rows in the same database, claimed under a lease, so that no killed process loses one.

A job is added in the transaction of the act that needs it. A worker claims it with one conditional UPDATE, renews
its lease while it works, and whoever finds a lapsed lease takes the job over. Handlers must bear being run twice.
"""

from __future__ import annotations

import logging
import os
import signal
import socket
import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

import sqlalchemy as sa
from flask import Flask, current_app
from sqlalchemy.orm import Mapped, Session, mapped_column

from app import clock
from app.database import Instant, Model, clock_gap, db, id_column, insert_if_absent, is_sqlite, new_id

KEY = "evenhand_jobs"
LEASE = timedelta(seconds=15)
BEAT_SECONDS = 4.0
SHOWN_EVERY = timedelta(seconds=12)
"""A worker shows that it lives less often than it renews leases, since pages keep what they read until something is
written."""
IDLE_SECONDS = 0.5
MAX_ATTEMPTS = 8
QUICK = "quick"
SOLVE = "solve"
LANES = (QUICK, SOLVE)

log = logging.getLogger("evenhand.jobs")


class Job(Model):
    """One piece of work. `key`, when given, makes asking twice one job while the first is not done."""

    __tablename__ = "job"

    id: Mapped[str] = id_column()
    kind: Mapped[str] = mapped_column(sa.String(40))
    key: Mapped[str | None] = mapped_column(sa.String(120), unique=True)
    payload: Mapped[dict[str, Any]] = mapped_column(sa.JSON, default=dict)
    state: Mapped[str] = mapped_column(sa.String(8), default="ready")
    attempts: Mapped[int] = mapped_column(default=0)
    run_at: Mapped[datetime] = mapped_column(Instant)
    lease_until: Mapped[datetime | None] = mapped_column(Instant)
    lease_by: Mapped[str | None] = mapped_column(sa.String(24))
    created_at: Mapped[datetime] = mapped_column(Instant)
    error: Mapped[str | None] = mapped_column(sa.String(60))

    __table_args__ = (sa.Index("ix_job_state_run_at", "state", "run_at"),)


class WorkerBeat(Model):
    """One worker process and when it last showed that it lives."""

    __tablename__ = "worker_beat"

    id: Mapped[str] = id_column()
    host: Mapped[str] = mapped_column(sa.String(80))
    started_at: Mapped[datetime] = mapped_column(Instant)
    seen_at: Mapped[datetime] = mapped_column(Instant)


class Interrupted(Exception):  # noqa: N818 - it is a request to stop, not an error
    """Raised by a handler that was asked to stop and hands its job back for another worker."""


class WorkersDied(Exception):  # noqa: N818 - it is kept by this name with the job
    """Every worker that took the job up was gone before it was done: it may be the job that kills them."""


@dataclass(slots=True)
class Task:
    """What a handler is given: its job's id and payload, and whether it must stop now."""

    job_id: str
    payload: dict[str, Any]
    attempt: int
    _stop: threading.Event = field(default_factory=threading.Event)

    def should_stop(self) -> bool:
        """Whether the worker is shutting down or has lost this job's lease."""
        return self._stop.is_set()


Handler = Callable[[Task], None]


@dataclass(frozen=True, slots=True)
class Kind:
    """A registered kind of job: its handler, the lane it runs in, and how often it comes round by itself."""

    name: str
    handler: Handler
    lane: str
    every: timedelta | None


def init_app(app: Flask) -> None:
    """Give the application its registry of kinds of job."""
    app.extensions[KEY] = {}


def register(app: Flask, name: str, handler: Handler, *, lane: str = QUICK, every: timedelta | None = None) -> None:
    """Teach the application a kind of job; one with `every` comes round by itself."""
    kinds: dict[str, Kind] = app.extensions[KEY]
    if name in kinds:
        raise ValueError(f"two kinds of job are called {name}")
    kinds[name] = Kind(name, handler, lane, every)


def enqueue(
    session: Session,
    kind: str,
    payload: dict[str, Any] | None = None,
    *,
    key: str | None = None,
    run_at: datetime | None = None,
) -> None:
    """Add a job in the caller's transaction; with a `key` that is still waiting or running nothing is added."""
    if kind not in current_app.extensions[KEY]:
        raise ValueError(f"no kind of job is called {kind}")
    at = clock.now()
    values = {"id": new_id(), "kind": kind, "key": key, "payload": payload or {}, "run_at": run_at or at}
    insert_if_absent(session, Job, values | {"state": "ready", "attempts": 0, "created_at": at})


def claim(owner: str, kinds: list[str]) -> Task | None:
    """Take the job that is due longest, or one whose worker is gone; None when there is none."""
    now = clock.now()
    due = sa.or_(
        sa.and_(Job.state == "ready", Job.run_at <= now),
        sa.and_(Job.state == "running", Job.lease_until < now),
    )
    pick = sa.select(Job.id).where(Job.kind.in_(kinds), due).order_by(Job.run_at).limit(1)
    if not is_sqlite():
        pick = pick.with_for_update(skip_locked=True)
    take = (
        sa.update(Job)
        .where(Job.id == pick.scalar_subquery(), due)
        .values(state="running", lease_by=owner, lease_until=now + LEASE, attempts=Job.attempts + 1)
        .returning(Job.id, Job.payload, Job.attempts)
        .execution_options(synchronize_session=False)
    )
    row = db.session.execute(take).one_or_none()
    db.session.commit()
    return None if row is None else Task(row.id, row.payload, row.attempts)


def renew(owner: str, job_id: str) -> bool:
    """Make the lease longer; False when another worker has taken the job."""
    done = db.session.execute(
        sa.update(Job)
        .where(Job.id == job_id, Job.lease_by == owner, Job.state == "running")
        .values(lease_until=clock.now() + LEASE)
    )
    db.session.commit()
    return bool(done.rowcount == 1)  # type: ignore[attr-defined]


def _settle(owner: str, task: Task, **values: Any) -> None:
    db.session.rollback()
    mine = sa.and_(Job.id == task.job_id, Job.lease_by == owner)
    db.session.execute(sa.update(Job).where(mine).values(lease_by=None, lease_until=None, **values))
    db.session.commit()


def _finish(owner: str, task: Task, kind: Kind) -> None:
    if kind.every is not None:
        _settle(owner, task, state="ready", attempts=0, error=None, run_at=clock.now() + kind.every)
    else:
        db.session.rollback()
        db.session.execute(sa.delete(Job).where(Job.id == task.job_id, Job.lease_by == owner))
        db.session.commit()


def _fail(owner: str, task: Task, kind: Kind, error: Exception) -> None:
    """Put a job that failed back for later; for good after too many tries, its key free for the next that asks."""
    log.error("job failed", extra={"job": kind.name, "attempt": task.attempt}, exc_info=error)
    told: dict[str, Any] = {"error": type(error).__name__[:60]}
    if kind.every is None and task.attempt >= MAX_ATTEMPTS:
        _settle(owner, task, state="failed", key=None, **told)
        return
    wait = timedelta(seconds=min(2**task.attempt, 600))
    _settle(owner, task, state="ready", run_at=clock.now() + wait, **told)


def retry_failed(*, drop: bool = False) -> int:
    """Put the jobs that failed for good back into the queue, or forget them; how many."""
    again = sa.update(Job).values(state="ready", attempts=0, run_at=clock.now())
    done = db.session.execute((sa.delete(Job) if drop else again).where(Job.state == "failed"))
    db.session.commit()
    return int(done.rowcount)  # type: ignore[attr-defined]


def kind_of(job_id: str) -> str | None:
    """The kind of a job, None when it is gone."""
    return db.session.scalar(sa.select(Job.kind).where(Job.id == job_id))


def run_one(owner: str, lane: str, running: dict[str, Task] | None = None) -> bool:
    """Claim and run one job of a lane; False when there was none. Tests call this instead of a worker."""
    kinds: dict[str, Kind] = current_app.extensions[KEY]
    task = claim(owner, [kind.name for kind in kinds.values() if kind.lane == lane])
    if task is None:
        return False
    name = kind_of(task.job_id)
    db.session.rollback()
    if name is None:
        return True
    kind = kinds[name]
    if task.attempt > MAX_ATTEMPTS and kind.every is None:
        _fail(owner, task, kind, WorkersDied())
        return True
    if running is not None:
        running[task.job_id] = task
    try:
        kind.handler(task)
    except Interrupted:
        _settle(owner, task, state="ready", run_at=clock.now(), attempts=Job.attempts - 1)
    except Exception as error:  # noqa: BLE001 - whatever a handler raises, the worker lives on
        _fail(owner, task, kind, error)
    else:
        _finish(owner, task, kind)
    finally:
        if running is not None:
            running.pop(task.job_id, None)
    return True


def run_due(lane: str = QUICK, limit: int = 100) -> int:
    """Run all jobs that are due in this process and return how many; for tests and commands."""
    count = 0
    while count < limit and run_one("inline", lane):
        count += 1
    return count


def ensure_recurring() -> None:
    """See that each kind that comes round by itself has its row."""
    for kind in current_app.extensions[KEY].values():
        if kind.every is not None:
            enqueue(db.session, kind.name, key=f"recurring:{kind.name}")
    db.session.commit()


class Worker:
    """One worker process: a thread for each lane and one that renews leases."""

    def __init__(self, app: Flask) -> None:
        self.app = app
        self.owner = new_id()
        self.stop = threading.Event()
        self.running: dict[str, Task] = {}
        self.shown_at: datetime | None = None

    def run(self) -> None:
        """Work until SIGTERM or SIGINT; jobs in hand are handed back."""
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, lambda *_: self.stop.set())
        with self.app.app_context():
            follow_database()
            ensure_recurring()
        threads = [threading.Thread(target=self._lane, args=(lane,), name=lane) for lane in LANES]
        for thread in threads:
            thread.start()
        try:
            while not self.stop.wait(BEAT_SECONDS):
                self._guarded(self._beat)
        finally:
            self.stop.set()
            for task in list(self.running.values()):
                task._stop.set()  # noqa: SLF001 - the worker is the other half of the task
            for thread in threads:
                while thread.is_alive():  # leases are kept while a job winds up
                    thread.join(BEAT_SECONDS)
                    self._guarded(self._beat)
            self._guarded(self._farewell)

    def _guarded(self, act: Callable[[], None]) -> None:
        try:
            with self.app.app_context():
                act()
        except Exception as error:  # noqa: BLE001 - the database may be away for a while
            log.warning("worker waits for the database", extra={"error": type(error).__name__})

    def _lane(self, lane: str) -> None:
        while not self.stop.is_set():
            found = False
            try:
                with self.app.app_context():
                    found = run_one(self.owner, lane, self.running)
            except Exception as error:  # noqa: BLE001 - the database may be away for a while
                log.warning("worker waits for the database", extra={"error": type(error).__name__})
                self.stop.wait(2)
            if not found:
                self.stop.wait(IDLE_SECONDS)

    def _beat(self) -> None:
        follow_database()
        now = clock.now()
        for task in list(self.running.values()):
            if not renew(self.owner, task.job_id):
                task._stop.set()  # noqa: SLF001 - the worker is the other half of the task
        if self.shown_at is not None and timedelta() <= now - self.shown_at < SHOWN_EVERY:
            return
        beat = db.session.get(WorkerBeat, self.owner)
        if beat is None:
            beat = WorkerBeat(id=self.owner, host=socket.gethostname()[:80], started_at=now, seen_at=now)
            db.session.add(beat)
            db.session.execute(sa.delete(WorkerBeat).where(WorkerBeat.seen_at < now - timedelta(days=1)))
        beat.seen_at = now
        db.session.commit()
        self.shown_at = now

    def _farewell(self) -> None:
        db.session.execute(sa.delete(WorkerBeat).where(WorkerBeat.id == self.owner))
        db.session.commit()


def follow_database() -> None:
    """Set this process's clock by the database's, so that machines whose clocks differ agree when a lease lapses."""
    if not is_sqlite():
        clock.shift(clock_gap())


def be_nice() -> None:
    """Give way to the web process: the lowest priority there is."""
    os.nice(19)

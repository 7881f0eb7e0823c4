"""Generating a roster in a worker process: the handler of the job, and what it keeps of its way.

The row of the run is the truth. Each worker that takes a run up raises `attempts`; from then on only what that
worker writes is taken. The best roster so far is kept in the row, so whoever comes after a killed worker goes on
from it with the seconds that are left.
"""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

import sqlalchemy as sa
from flask import Flask, current_app

from app import clock, jobs
from app.audit.services import record
from app.database import db, new_id, reading
from app.people.models import Person
from app.roster.facts import Facts, Keep, read_problem
from app.roster.models import RUN_ENDED, Draft, DraftAssignment, Period, Run, RunState, Shift, Waiver
from scheduling import Problem, Progress, Result, Roster, check, solve

KIND = "generate roster"
TELL_SECONDS = 1.0
KEEP_SECONDS = 3.0
LEAST_SECONDS = 1.0
MOST_ATTEMPTS = 4
GONE = "The period was deleted while its roster was being made."
CRASHED = "The computer that makes rosters stopped several times while working on this one."
BROKEN = "Something went wrong while making this roster. It is noted in the server's log."

log = logging.getLogger("evenhand.roster")


@dataclass(frozen=True, slots=True)
class Taken:
    """A run as this worker took it up; `attempt` is its ticket for writing, `spent` the seconds used before."""

    id: str
    period_id: str
    from_draft_id: str | None
    keep: Keep
    seconds: float
    spent: float
    seed: int
    workers: int
    attempt: int
    is_stopping: bool
    best: list[list[str]] | None
    requested_by_id: str | None


@dataclass(slots=True)
class Watch:
    """What the solver's threads and the thread that writes rows tell each other.

    `known` is the price of the roster that an earlier worker had found: until the solver is as far again, what it
    tells is no news, and must not take that roster's place.
    """

    known: int | None = None
    should_end: threading.Event = field(default_factory=threading.Event)
    is_lost: threading.Event = field(default_factory=threading.Event)
    latest: Progress | None = None

    def told(self, progress: Progress) -> None:
        """Take note of progress; called from the solver's threads."""
        if self.known is None or progress.price <= self.known:
            self.latest = progress


def generate(task: jobs.Task) -> None:
    """Make the roster a run asks for: read, solve, and write the draft exactly once."""
    taken = take_up(task.payload["run"])
    if taken is None:
        return
    try:
        _generate(task, taken)
    except (jobs.Interrupted, sa.exc.OperationalError):
        raise  # another worker goes on; or this one when the database is back
    except Exception as error:
        log.exception("roster not made", extra={"error": type(error).__name__})
        db.session.rollback()
        _end(taken, RunState.FAILED, error=BROKEN)


def _generate(task: jobs.Task, taken: Taken) -> None:
    facts = _facts(taken)
    if facts is None:
        _end(taken, RunState.FAILED, error=GONE)
        return
    start = start_of(taken, facts)
    watch = Watch(known=None if taken.best is None or start is None else price_of(facts.problem, start))
    if taken.is_stopping:
        watch.should_end.set()
    teller = Teller(current_app._get_current_object(), task, taken, watch)  # type: ignore[attr-defined]  # noqa: SLF001
    teller.start()
    try:
        result = solve(
            facts.problem,
            seconds=max(LEAST_SECONDS, taken.seconds - taken.spent),
            workers=taken.workers,
            seed=taken.seed,
            hint=start,
            on_progress=watch.told,
            should_stop=watch.should_end.is_set,
        )
    finally:
        teller.finish()
    if task.should_stop():
        teller.write(with_best=True)
        raise jobs.Interrupted
    if not watch.is_lost.is_set():
        finish(taken, facts, result)


def take_up(run_id: str) -> Taken | None:
    """Become the worker of a run; None when there is nothing left to do for it."""
    run = db.session.execute(
        sa.update(Run)
        .where(Run.id == run_id, Run.state.notin_(RUN_ENDED))
        .values(
            attempts=Run.attempts + 1,
            state=sa.case((Run.state == RunState.STOPPING, RunState.STOPPING), else_=RunState.RUNNING),
            started_at=sa.func.coalesce(Run.started_at, sa.bindparam("now", clock.now(), type_=Run.started_at.type)),
        )
        .returning(Run)
        .execution_options(populate_existing=True)
    ).scalar_one_or_none()
    if run is None:
        db.session.rollback()
        return None
    taken = Taken(
        id=run.id,
        period_id=run.period_id,
        from_draft_id=run.from_draft_id,
        keep=Keep(run.keep),
        seconds=run.seconds_limit,
        spent=float((run.progress or {}).get("seconds", 0.0)),
        seed=run.seed,
        workers=run.workers,
        attempt=run.attempts,
        is_stopping=run.state == RunState.STOPPING,
        best=run.best,
        requested_by_id=run.requested_by_id,
    )
    db.session.commit()
    if taken.attempt > MOST_ATTEMPTS:
        _end(taken, RunState.FAILED, error=CRASHED)
        return None
    return taken


def _facts(taken: Taken) -> Facts | None:
    with reading():
        facts = read_problem(taken.period_id, taken.from_draft_id, keep=taken.keep, has_funds=True)
        db.session.rollback()
    db.session.close()
    return facts


def start_of(taken: Taken, facts: Facts) -> Roster | None:
    """The roster to start from: the best so far, the draft, or what is published."""
    if taken.best is not None:
        shifts, people = facts.problem.shift, facts.problem.worker
        return Roster((person, shift) for shift, person in taken.best if shift in shifts and person in people)
    if taken.from_draft_id is not None:
        return facts.roster
    return facts.live if taken.keep is Keep.PUBLISHED and facts.live.assignments else None


def price_of(problem: Problem, roster: Roster) -> int | None:
    """What a roster costs by all rules, None when it breaks one (people, shifts or rules changed since)."""
    prices = [each.price for each in check(problem, roster)]
    known = [price for price in prices if price is not None]
    return sum(known) if len(known) == len(prices) else None


def finish(taken: Taken, facts: Facts, result: Result) -> None:
    """Turn the result into a draft and end the run, in one transaction, unless the run ended otherwise meanwhile."""
    period = db.session.get(Period, taken.period_id, with_for_update=True, populate_existing=True)
    if period is None:
        db.session.rollback()
        return
    draft = Draft(
        id=new_id(),
        period_id=period.id,
        number=next_number(period.id),
        name="",
        based_on_id=taken.from_draft_id,
        base_version=facts.period.version,
        result=told_of(result, taken),
        created_by_id=taken.requested_by_id,
        created_at=clock.now(),
    )
    draft.name = f"Draft {draft.number}"
    db.session.add(draft)
    db.session.flush()
    put_on(draft.id, result.roster, facts.pinned)
    if taken.from_draft_id is not None:
        carry_waivers(taken.from_draft_id, draft.id)
    done = _ended(taken, RunState.DONE, draft_id=draft.id)
    if not done:
        db.session.rollback()
        return
    record(db.session, "generate roster", "draft", draft.id, status=str(result.status), filled=result.filled)
    db.session.commit()


def put_on(draft_id: str, roster: Roster, pinned: Iterable[tuple[str, str]] = ()) -> None:
    """Write a roster's assignments into a draft, leaving out people and shifts that are gone by now."""
    pins = set(pinned)
    shift_ids, person_ids = {pair.shift for pair in roster}, {pair.worker for pair in roster}
    shifts = set(db.session.scalars(sa.select(Shift.id).where(Shift.id.in_(shift_ids), Shift.cancelled_at.is_(None))))
    people = set(db.session.scalars(sa.select(Person.id).where(Person.id.in_(person_ids))))
    rows = [
        {"draft_id": draft_id, "shift_id": pair.shift, "person_id": pair.worker, "is_pinned": pair in pins}
        for pair in roster
        if pair.shift in shifts and pair.worker in people
    ]
    if rows:
        db.session.execute(sa.insert(DraftAssignment), rows)


def carry_waivers(older_id: str, newer_id: str) -> None:
    """Set aside in a draft what was set aside in the one it was made from, where the same people still stand."""
    stands = sa.exists().where(
        DraftAssignment.draft_id == newer_id,
        DraftAssignment.shift_id == Waiver.shift_id,
        DraftAssignment.person_id == Waiver.person_id,
    )
    rows = db.session.execute(
        sa.select(Waiver.rule, Waiver.shift_id, Waiver.person_id, Waiver.reason, Waiver.by_id, Waiver.at).where(
            Waiver.draft_id == older_id, sa.or_(Waiver.person_id.is_(None), stands)
        )
    ).all()
    if rows:
        db.session.execute(sa.insert(Waiver), [{"draft_id": newer_id, **row._asdict()} for row in rows])


def next_number(period_id: str) -> int:
    """The next draft's number in a period, whose row the caller holds locked."""
    return (db.session.scalar(sa.select(sa.func.max(Draft.number)).where(Draft.period_id == period_id)) or 0) + 1


def told_of(result: Result, taken: Taken) -> dict[str, Any]:
    """What the solver said, to be kept with the draft."""
    return {
        "status": str(result.status),
        "objective": result.price,
        "bound": result.bound,
        "gap": round(result.gap, 6),
        "prices": dict(result.prices),
        "forbidden": result.forbidden,
        "filled": result.filled,
        "wanted": result.wanted,
        "seed": result.seed,
        "workers": result.workers,
        "seconds": round(taken.spent + result.seconds, 1),
        "seconds_limit": taken.seconds,
        "attempts": taken.attempt,
        "is_repeatable": result.is_repeatable and taken.best is None,
        "keep": str(taken.keep),
        "versions": dict(result.versions),
        "size": {
            "pairs": result.size.pairs,
            "variables": result.size.variables,
            "constraints": result.size.constraints,
            "seconds": round(result.size.seconds, 2),
        },
    }


def _ended(taken: Taken, state: RunState, **values: Any) -> bool:
    """End the run in the caller's transaction, if it is still this worker's and has not ended."""
    done = db.session.execute(
        sa.update(Run)
        .where(Run.id == taken.id, Run.attempts == taken.attempt, Run.state.notin_(RUN_ENDED))
        .values(state=state, ended_at=clock.now(), best=None, **values)
        .execution_options(synchronize_session=False)
    )
    return bool(done.rowcount == 1)  # type: ignore[attr-defined]


def _end(taken: Taken, state: RunState, **values: Any) -> None:
    _ended(taken, state, **values)
    db.session.commit()


class Teller(threading.Thread):
    """Writes progress into the run's row, in short transactions of its own, and hears what people ask for there."""

    def __init__(self, app: Flask, task: jobs.Task, taken: Taken, watch: Watch) -> None:
        super().__init__(name="teller", daemon=True)
        self._app, self._task, self._taken, self._watch = app, task, taken, watch
        self._done = threading.Event()
        self._began = time.monotonic()
        self._kept: Roster | None = None
        self._kept_at = 0.0

    def run(self) -> None:
        """Tell and hear once a second until the solve is over."""
        while not self._done.wait(TELL_SECONDS):
            if self._task.should_stop():
                self._watch.should_end.set()
                continue
            try:
                self.write()
            except sa.exc.SQLAlchemyError as error:
                log.warning("progress not written", extra={"error": type(error).__name__})

    def finish(self) -> None:
        """End the telling."""
        self._done.set()
        self.join()

    def write(self, *, with_best: bool = False) -> None:
        """Write where the solve stands; when the run is no longer this worker's, say that it shall end."""
        latest = self._watch.latest
        values: dict[str, Any] = {}
        with self._app.app_context():
            if latest is not None:
                values["progress"] = self._progress(latest)
                if self._is_new(latest.roster, with_best=with_best):
                    values["best"] = [[pair.shift, pair.worker] for pair in latest.roster]
            mine = sa.and_(Run.id == self._taken.id, Run.attempts == self._taken.attempt, Run.state.notin_(RUN_ENDED))
            if values:
                db.session.execute(
                    sa.update(Run).where(mine).values(**values).execution_options(synchronize_session=False)
                )
                db.session.commit()
            with reading():
                state = db.session.scalar(sa.select(Run.state).where(mine))
                db.session.rollback()
        if state is None:
            self._watch.is_lost.set()
        if state is None or state == RunState.STOPPING:
            self._watch.should_end.set()

    def _is_new(self, roster: Roster, *, with_best: bool) -> bool:
        """Whether this roster is to be kept now: it is another one, and some seconds have passed."""
        now = time.monotonic()
        if roster == self._kept or not (with_best or self._kept is None or now - self._kept_at >= KEEP_SECONDS):
            return False
        self._kept, self._kept_at = roster, now
        return True

    def _progress(self, latest: Progress) -> dict[str, Any]:
        return {
            "filled": latest.filled,
            "wanted": latest.wanted,
            "price": latest.price,
            "bound": latest.bound,
            "gap": round(latest.gap, 6),
            "seconds": round(self._taken.spent + time.monotonic() - self._began, 1),
            "at": clock.now().timestamp(),
        }

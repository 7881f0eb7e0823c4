"""Asking for a roster to be generated, stopping it, calling it off."""

from __future__ import annotations

import secrets
from dataclasses import dataclass

import sqlalchemy as sa
from flask import current_app

from app import clock, jobs
from app.audit.services import record
from app.database import db, insert_if_absent, new_id
from app.editing import actor_id, locked
from app.roster.facts import Keep
from app.roster.generation import KIND
from app.roster.models import RUN_ENDED, Draft, Period, Run, RunState

SEEDS = 1_000_000


@dataclass(frozen=True, slots=True)
class Asked:
    """The run that goes on in the period now; `is_new` unless somebody had asked before."""

    run_id: str
    is_new: bool


def request_run(
    period_id: str, *, seconds: int, keep: Keep, from_draft_id: str | None = None, seed: int | None = None
) -> Asked | None:
    """Ask for a roster; while one is being made for the period, that one is answered. None without such a period."""
    period = locked(Period, period_id)  # nobody deletes it meanwhile
    draft = db.session.get(Draft, from_draft_id) if from_draft_id else None
    if period is None or (from_draft_id and (draft is None or draft.period_id != period_id)):
        db.session.rollback()
        return None
    config = current_app.config["EVENHAND"]
    values = {
        "id": new_id(),
        "period_id": period_id,
        "from_draft_id": from_draft_id,
        "state": RunState.QUEUED,
        "keep": keep,
        "seconds_limit": min(seconds, config.solver_seconds),
        "seed": secrets.randbelow(SEEDS) if seed is None else seed,
        "workers": config.solver_workers,
        "attempts": 0,
        "requested_by_id": actor_id(),
        "requested_at": clock.now(),
    }
    if not insert_if_absent(db.session, Run, values):
        db.session.rollback()
        going_on = db.session.scalar(sa.select(Run.id).where(Run.period_id == period_id, Run.ended_at.is_(None)))
        db.session.rollback()
        return Asked(going_on, is_new=False) if going_on else None
    jobs.enqueue(db.session, KIND, {"run": values["id"]}, key=f"run:{values['id']}")
    record(db.session, "ask for a roster", "period", period_id, seconds=seconds, keep=str(keep))
    db.session.commit()
    return Asked(str(values["id"]), is_new=True)


def stop_run(run_id: str) -> bool:
    """Ask for the best so far to be kept; False when there is nothing to stop any more."""
    return _turn(run_id, [RunState.RUNNING], RunState.STOPPING)


def cancel_run(run_id: str) -> bool:
    """Call a run off: nothing of it is kept. False when it had ended already."""
    return _turn(run_id, [s for s in RunState if s not in RUN_ENDED], RunState.CANCELLED)


def _turn(run_id: str, states: list[RunState], state: RunState) -> bool:
    values = {"ended_at": clock.now(), "best": None} if state in RUN_ENDED else {}
    done = db.session.execute(
        sa.update(Run)
        .where(Run.id == run_id, Run.state.in_(states))
        .values(state=state, **values)
        .execution_options(synchronize_session=False)
    )
    is_done = bool(done.rowcount == 1)  # type: ignore[attr-defined]
    if is_done:
        record(db.session, "stop run" if state is RunState.STOPPING else "call off run", "run", run_id)
    db.session.commit()
    return is_done

"""Real workers: one is killed in the middle of a solve, another goes on from the saved best, and the page says so."""

from __future__ import annotations

import os
import signal
import time
from datetime import UTC, datetime

import pytest
import sqlalchemy as sa

from app import jobs
from app.access import Role
from app.database import db, reading
from app.people.models import Person, PersonRole
from app.roster import queries, runs
from app.roster.facts import Keep
from app.roster.models import Draft, Run, RunState
from tests.support.clock import Clock
from tests.support.processes import wait_until

pytestmark = pytest.mark.settled
WITHIN = 30
NOW = datetime.now(UTC)


@pytest.fixture
def clock():
    """The present: real processes have no other clock."""
    return Clock(NOW)


@pytest.fixture
def extra_settings():
    """Long enough that nothing ends by itself while somebody looks."""
    return {"EVENHAND_SOLVER_SECONDS": "300"}


@pytest.fixture
def going_on(app, processes, environ):
    """The demo group's waiting period, with a worker that has found and saved a first roster."""
    period_id = queries.waiting_period()
    db.session.rollback()
    asked = runs.request_run(period_id, seconds=300, keep=Keep.PUBLISHED, seed=1)
    worker = processes.flask("worker", environ=environ)
    wait_until(lambda: run_now(asked.run_id).best, 60, "a first roster is saved")
    return period_id, asked.run_id, worker


def run_now(run_id):
    """The run as it stands, without keeping the workers from writing."""
    with reading():
        run = db.session.get_one(Run, run_id, populate_existing=True)
        db.session.expunge(run)
        db.session.rollback()
    return run


def coordinator():
    return db.session.scalars(
        sa.select(Person.id).join(PersonRole).where(PersonRole.role == Role.COORDINATOR).order_by(Person.code)
    ).first()


def test_a_killed_worker_loses_nothing(going_on, processes, environ, clock, as_):
    period_id, run_id, worker = going_on
    price = run_now(run_id).progress["price"]
    os.killpg(worker.pid, signal.SIGKILL)
    killed = time.monotonic()
    processes.flask("worker", environ=environ)
    wait_until(lambda: run_now(run_id).attempts == 2, WITHIN, "another worker takes the run up")
    assert time.monotonic() - killed < WITHIN
    wait_until(lambda: run_now(run_id).progress["at"] > datetime.now(UTC).timestamp() - 2, 60, "it tells how far it is")
    assert run_now(run_id).progress["price"] <= price
    clock.set(datetime.now(UTC))
    page = as_(coordinator()).page(f"/rosters/{period_id}/runs/{run_id}")
    assert "The work was taken up again" in page.text

    assert runs.stop_run(run_id)
    wait_until(lambda: run_now(run_id).state == RunState.DONE, 60, "the best so far is kept")
    draft = db.session.get_one(Draft, run_now(run_id).draft_id, populate_existing=True)
    assert draft.result["attempts"] == 2
    assert draft.result["objective"] <= price
    assert len(queries.draft_assignments(draft.id)) > 300
    db.session.rollback()
    wait_until(no_jobs_left, 10, "the job is done")


def no_jobs_left():
    with reading():
        count = db.session.scalar(sa.select(sa.func.count()).where(jobs.Job.kind == "generate roster"))
        db.session.rollback()
    return count == 0


def test_a_worker_that_is_asked_to_end_hands_its_run_on_at_once(going_on, processes, environ):
    _, run_id, worker = going_on
    worker.terminate()
    assert worker.wait(30) == 0
    assert run_now(run_id).state == RunState.RUNNING
    processes.flask("worker", environ=environ)
    wait_until(lambda: run_now(run_id).attempts == 2, 20, "another worker goes on")
    assert runs.cancel_run(run_id)
    wait_until(no_jobs_left, 30, "the solver ends")
    assert queries.drafts_of(queries.waiting_period()) == []

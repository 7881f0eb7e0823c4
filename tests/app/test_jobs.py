"""No job is lost, none is done by two at once, whatever dies."""

import os
import signal
import threading
import time
from datetime import UTC, datetime, timedelta

import pytest
import sqlalchemy as sa

from app import create_app, jobs
from app.clock import now as clock_now
from app.database import db, reading
from app.jobs import Job, WorkerBeat
from tests.support.processes import wait_until

HOUR = timedelta(hours=1)


@pytest.fixture
def done(app):
    """A kind of job that notes its runs; a payload of {"fail": n} fails n times first."""
    runs = []

    def handler(task):
        runs.append(task.payload.get("name"))
        if task.attempt <= task.payload.get("fail", 0):
            raise RuntimeError("a canary in the error text")

    jobs.register(app, "note", handler)
    return runs


def add(**payload):
    jobs.enqueue(db.session, "note", payload, key=payload.get("key"))
    db.session.commit()


def test_a_job_is_done_once_and_gone(done):
    add(name="one")
    assert jobs.run_due() == 1
    assert done == ["one"]
    assert db.session.scalar(sa.select(sa.func.count()).select_from(Job)) == 0


def test_a_job_of_a_transaction_that_failed_never_was(done):
    jobs.enqueue(db.session, "note", {"name": "one"})
    db.session.rollback()
    assert jobs.run_due() == 0


def test_asking_twice_with_one_key_is_one_job(done):
    add(name="one", key="k")
    add(name="two", key="k")
    assert jobs.run_due() == 1


def test_a_job_that_fails_is_tried_again_later_and_its_error_text_is_not_kept(done, clock):
    add(name="one", fail=1)
    jobs.run_due()
    assert db.session.scalar(sa.select(Job.error)) == "RuntimeError"
    assert jobs.run_due() == 0
    clock.move(seconds=3)
    assert jobs.run_due() == 1
    assert done == ["one", "one"]


def test_a_job_that_fails_for_ever_stays_to_be_seen(done, clock):
    add(name="one", fail=99)
    for _ in range(20):
        jobs.run_due()
        clock.move(minutes=15)
    assert len(done) == jobs.MAX_ATTEMPTS
    assert db.session.scalar(sa.select(Job.state)) == "failed"


def test_a_key_whose_job_failed_for_good_can_be_asked_for_again(done, clock):
    add(name="one", key="k", fail=99)
    for _ in range(20):
        jobs.run_due()
        clock.move(minutes=15)
    add(name="two", key="k")
    jobs.run_due()
    assert done[-1] == "two"


def test_a_job_that_kills_every_worker_is_not_tried_for_ever(done, clock):
    add(name="one")
    for _ in range(jobs.MAX_ATTEMPTS):
        assert jobs.claim("killed", ["note"])
        clock.move(minutes=1)
    jobs.run_due()
    assert done == []
    assert db.session.execute(sa.select(Job.state, Job.error)).one() == ("failed", "WorkersDied")


def test_workers_whose_clocks_differ_agree_when_a_lease_lapses(environ, make_app, database):
    if database == "sqlite":
        pytest.skip("one file, one machine, one clock")
    fast, slow = (create_app(environ, lambda off=off: datetime.now(UTC) + off) for off in (HOUR, -HOUR))
    for app in (fast, slow):
        jobs.register(app, "note", lambda task: None)
        with app.app_context():
            jobs.follow_database()
    with slow.app_context():
        jobs.enqueue(db.session, "note", {})
        db.session.commit()
        assert jobs.claim("slow", ["note"])
        assert abs(clock_now() - datetime.now(UTC)) < timedelta(seconds=2)
    with fast.app_context():
        assert jobs.claim("fast", ["note"]) is None
    for app in (fast, slow):
        with app.app_context():
            db.engine.dispose()


def test_nobody_takes_a_job_whose_lease_holds_and_anybody_one_whose_lease_lapsed(done, clock):
    add(name="one")
    first = jobs.claim("first", ["note"])
    assert jobs.claim("second", ["note"]) is None
    clock.move(seconds=10)
    assert jobs.renew("first", first.job_id)
    clock.move(seconds=10)
    assert jobs.claim("second", ["note"]) is None
    clock.move(seconds=6)
    assert jobs.claim("second", ["note"]).job_id == first.job_id
    assert not jobs.renew("first", first.job_id)


def test_a_job_handed_back_is_there_for_the_next_worker(app, clock):
    def interrupted(task):
        raise jobs.Interrupted

    jobs.register(app, "note", interrupted)
    add(name="one")
    for _ in range(jobs.MAX_ATTEMPTS + 2):  # a worker that is restarted is no fault of the job
        assert jobs.run_one("w", jobs.QUICK)
    assert db.session.execute(sa.select(Job.state, Job.attempts)).one() == ("ready", 0)


def test_a_recurring_job_comes_round(app, clock):
    runs = []
    jobs.register(app, "round", lambda task: runs.append(1), every=timedelta(minutes=5))
    jobs.ensure_recurring()
    jobs.ensure_recurring()
    for _ in range(3):
        jobs.run_due()
        clock.move(minutes=5)
    assert len(runs) == 3


def test_many_workers_do_each_of_many_jobs_once(bare_app, make_app):
    done, lock = [], threading.Lock()

    def handler(task):
        with lock:
            done.append(task.payload["n"])

    apps = [bare_app, make_app(), make_app()]
    for app in apps:
        jobs.register(app, "note", handler)
    with bare_app.app_context():
        for n in range(40):
            jobs.enqueue(db.session, "note", {"n": n})
        db.session.commit()

    def work(app, owner):
        with app.app_context():
            while jobs.run_one(owner, jobs.QUICK):
                pass

    threads = [threading.Thread(target=work, args=(app, f"w{i}-{n}")) for i, app in enumerate(apps) for n in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(done) == list(range(40))


def test_a_worker_process_shows_that_it_lives_gives_way_and_stops_when_told(app, environ, processes):
    worker = processes.flask("worker", environ=environ)

    def beats():
        with reading():
            db.session.rollback()
            count = db.session.scalar(sa.select(sa.func.count()).select_from(WorkerBeat))
            db.session.rollback()
        return count

    wait_until(lambda: beats() == 1, 30, "no sign of life")
    assert os.getpriority(os.PRIO_PROCESS, worker.pid) == 19
    worker.send_signal(signal.SIGTERM)
    started = time.monotonic()
    assert worker.wait(20) == 0
    assert time.monotonic() - started < 15
    assert beats() == 0

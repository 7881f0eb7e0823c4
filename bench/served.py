"""Evenhand and the bare page served for a measurement: real gunicorn processes over SQLite or PostgreSQL."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

from bench import bare
from tests.support.databases import settings
from tests.support.postgres import Postgres
from tests.support.processes import ROOT, Processes, children_of, clean_environ
from tests.support.visitor import Visitor

KINDS = ("sqlite", "postgresql")
TICK = os.sysconf("SC_CLK_TCK")
KIB = 1024


@dataclass(frozen=True)
class Served:
    """One web process of Evenhand with the demo group in it, one worker, and one bare web process beside them.

    `environ` are the settings of the former; the process ids are of those that do the work, not of their parents.
    """

    kind: str
    environ: dict[str, str]
    port: int
    web: int
    worker: int
    bare_port: int
    bare_web: int


@contextmanager
def served(kind: str) -> Iterator[Served]:
    """Start everything over one kind of database in a folder of its own; all of it ends with the block."""
    with TemporaryDirectory(prefix="evenhand-bench-") as name, _database(kind) as addresses:
        folder = Path(name)
        environ = settings(folder) | {"EVENHAND_DEMO": "1"} | addresses.get("evenhand", {})
        for command in ("migrate", "demo"):
            subprocess.run(
                [sys.executable, "-m", "flask", "--app", "wsgi", command],
                cwd=ROOT,
                env=clean_environ() | environ,
                check=True,
                capture_output=True,
            )
        beside = addresses.get("bare", {bare.DATABASE: f"sqlite:///{folder / 'bare.sqlite'}"})
        processes = Processes(folder)
        try:
            worker = processes.flask("worker", environ=environ)
            web, port = processes.gunicorn("wsgi:app", environ)
            bare_web, bare_port = processes.gunicorn("bench.bare:create_app()", beside)
            yield Served(
                kind, environ, port, children_of(web.pid)[0], worker.pid, bare_port, children_of(bare_web.pid)[0]
            )
        finally:
            processes.end()


@contextmanager
def _database(kind: str) -> Iterator[dict[str, dict[str, str]]]:
    if kind == "sqlite":
        yield {}
    else:
        with Postgres() as server:
            yield {
                "evenhand": {"DATABASE_URL": server.create("evenhand")},
                "bare": {bare.DATABASE: server.create("bare")},
            }


def signed_in(port: int, address: str, passphrase: str) -> Visitor:
    """Sign in as a person does, through the form."""
    visitor = Visitor()
    visitor.submit(port, "/sign-in", email=address, passphrase=passphrase)
    if "/sign-in" in visitor.address:
        raise RuntimeError(f"{address} could not sign in")
    return visitor


def cpu_seconds(pid: int) -> float:
    """The processor time a process has used, in seconds."""
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / TICK


def memory(pid: int) -> tuple[float, float]:
    """The memory of a process in MiB: resident now, and at its highest."""
    status = Path(f"/proc/{pid}/status").read_text()
    now, highest = (
        int(found[1]) / KIB if (found := re.search(rf"{name}:\s+(\d+) kB", status)) else 0.0
        for name in ("VmRSS", "VmHWM")
    )
    return now, highest

"""Acts done by processes that are killed with SIGKILL at a chosen moment.

Run as a process it takes orders on its standard input, one line of JSON each, and forks a child for each order. A
child that is killed leaves the next a clean start, and no test waits for Python to start over and over.
"""

from __future__ import annotations

import importlib
import json
import os
import signal
import subprocess
import sys
from datetime import datetime
from typing import TYPE_CHECKING, Any, NoReturn

import sqlalchemy as sa

from app import create_app
from app.database import db
from tests.support.clock import Clock
from tests.support.processes import ROOT, clean_environ

if TYPE_CHECKING:
    from collections.abc import Mapping

    from flask import Flask

BEFORE_COMMIT = "before the commit"
AFTER_COMMIT = "after the commit"
WRITES = ("INSERT", "UPDATE", "DELETE")


class Doomed:
    """Forks processes that die on order."""

    def __init__(self, environ: Mapping[str, str]) -> None:
        self._process = subprocess.Popen(
            [sys.executable, "-m", "tests.support.doomed"],
            cwd=ROOT,
            env=clean_environ() | dict(environ),
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )

    def do(self, act: str, *args: Any, at: datetime, moment: str | int | None = None) -> bool:
        """Do an act (`module:function`) at an instant; True when it was killed.

        It is killed after its so many writes (a number), before or after its commit, or not at all (None).
        """
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        order = {"act": act, "args": args, "at": at.isoformat(), "moment": moment}
        self._process.stdin.write(json.dumps(order) + "\n")
        self._process.stdin.flush()
        code = int(self._process.stdout.readline())
        assert code in {0, -signal.SIGKILL}, f"{act} ended with {code}"
        return code != 0

    def end(self) -> None:
        """End it."""
        for pipe in (self._process.stdin, self._process.stdout):
            assert pipe is not None
            pipe.close()
        self._process.wait(20)


def _die(*_: Any) -> NoReturn:
    os.kill(os.getpid(), signal.SIGKILL)
    raise AssertionError


def _arm(moment: str | int | None) -> None:
    """Let this process die at a moment of the next transaction on the main database."""
    written = 0

    def at_write(_: Any, __: Any, statement: str, *___: Any) -> None:
        nonlocal written
        written += statement.lstrip().upper().startswith(WRITES)
        if written == moment:
            _die()

    if moment == BEFORE_COMMIT:
        sa.event.listen(db.engine, "commit", _die)
    elif moment == AFTER_COMMIT:
        sa.event.listen(sa.orm.Session, "after_commit", _die)
    elif moment is not None:
        sa.event.listen(db.engine, "after_cursor_execute", at_write)


def _obey(app: Flask, clock: Clock, order: dict[str, Any]) -> None:
    clock.set(datetime.fromisoformat(order["at"]))
    module, _, name = order["act"].partition(":")
    act = getattr(importlib.import_module(module), name)
    with app.app_context():
        _arm(order["moment"])
        act(*order["args"])
        db.session.rollback()


def main() -> None:
    """Obey orders until there are no more."""
    clock = Clock(datetime.fromisoformat("2026-01-01T00:00+00:00"))
    app = create_app(None, clock)
    for line in sys.stdin:
        child = os.fork()
        if child == 0:
            _obey(app, clock, json.loads(line))
            os._exit(0)
        _, status = os.waitpid(child, 0)
        sys.stdout.write(f"{os.waitstatus_to_exitcode(status)}\n")
        sys.stdout.flush()


if __name__ == "__main__":
    main()

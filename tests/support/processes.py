"""The served application as real processes, watched and ended by the test that started them."""

from __future__ import annotations

import contextlib
import http.client
import os
import signal
import socket
import subprocess
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

ROOT = Path(__file__).parents[2]


def free_port() -> int:
    """A port nobody listens on at this moment."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def wait_until(claim: Callable[[], object], seconds: float = 20, what: str = "") -> None:
    """Wait until a claim holds; fail saying which when it does not in time."""
    deadline = time.monotonic() + seconds
    while not claim():
        assert time.monotonic() < deadline, f"not within {seconds} s: {what or claim}"
        time.sleep(0.05)


def answers(port: int) -> bool:
    """Whether a web server answers there."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=5)
    try:
        connection.request("GET", "/")
        return connection.getresponse().status < 500
    except OSError:
        return False
    finally:
        connection.close()


def is_alive(pid: int) -> bool:
    """Whether a process runs (a zombie does not)."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] not in "ZX"
    except OSError:
        return False


def children_of(pid: int) -> list[int]:
    """The processes one process started, and those they started."""
    found: list[int] = []
    for task in Path(f"/proc/{pid}/task").glob("*/children"):
        with contextlib.suppress(OSError):
            for child in map(int, task.read_text().split()):
                found += [child, *children_of(child)]
    return found


def command_of(pid: int) -> str:
    """How a process was started, words separated by spaces; empty when it is gone."""
    with contextlib.suppress(OSError):
        return Path(f"/proc/{pid}/cmdline").read_bytes().replace(b"\0", b" ").decode().strip()
    return ""


class Processes:
    """Starts processes of Evenhand and ends every one of them when the test is over."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._running: list[subprocess.Popen[bytes]] = []

    def flask(self, *words: str, environ: Mapping[str, str]) -> subprocess.Popen[bytes]:
        """Start `flask --app wsgi ...`."""
        return self.start("-m", "flask", "--app", "wsgi", *words, environ=environ)

    def start(self, *words: str, environ: Mapping[str, str]) -> subprocess.Popen[bytes]:
        """Start a Python process in its own process group; its output goes to a file that `output` reads."""
        log = self._log(len(self._running)).open("wb")
        with log:
            process = subprocess.Popen(
                [sys.executable, *words],
                cwd=ROOT,
                env=clean_environ() | dict(environ),
                stdout=log,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )
        self._running.append(process)
        return process

    def web(self, environ: Mapping[str, str]) -> int:
        """Start one gunicorn web process and return its port once it answers."""
        return self.gunicorn("wsgi:app", environ)[1]

    def gunicorn(self, application: str, environ: Mapping[str, str]) -> tuple[subprocess.Popen[bytes], int]:
        """Start gunicorn with one process of four threads; itself and its port, once it answers."""
        port = free_port()
        bind = ("--bind", f"127.0.0.1:{port}", "--workers", "1", "--threads", "4", "--no-control-socket")
        process = self.start("-m", "gunicorn", *bind, application, environ=environ)
        self.wait_for(process, port)
        return process, port

    def wait_for(self, process: subprocess.Popen[bytes], port: int, seconds: float = 90) -> None:
        """Wait until a process answers on its port; fail with what it said when it ends instead."""

        def claim() -> bool:
            assert process.poll() is None, f"ended with {process.returncode}:\n{self.output(process)}"
            return answers(port)

        wait_until(claim, seconds, f"no answer on port {port}")

    def output(self, process: subprocess.Popen[bytes]) -> str:
        """What a process has said so far."""
        return self._log(self._running.index(process)).read_text(errors="replace")

    def end(self) -> None:
        """End everything that was started here, children included."""
        for process in self._running:
            with contextlib.suppress(ProcessLookupError):
                os.killpg(process.pid, signal.SIGTERM)
        for process in self._running:
            try:
                process.wait(10)
            except subprocess.TimeoutExpired:
                pass
            with contextlib.suppress(ProcessLookupError):
                os.killpg(process.pid, signal.SIGKILL)
            process.wait(10)

    def _log(self, number: int) -> Path:
        return self._folder / f"process-{number}.log"


def clean_environ() -> dict[str, str]:
    """This process's environment without any setting of Evenhand."""
    ours = ("EVENHAND_", "DATABASE_URL", "PORT", "FLASK_")
    return {name: value for name, value in os.environ.items() if not name.startswith(ours)}

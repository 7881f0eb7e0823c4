"""The supervisor: starts a few commands of ours as processes, restarts one that ends, stops all together."""

from __future__ import annotations

import logging
import os
import signal
import subprocess
import sys
import threading
import time
from dataclasses import dataclass, field

GRACE_SECONDS = 20.0
QUICK_DEATH_SECONDS = 10.0
LONGEST_PAUSE = 30.0

log = logging.getLogger("evenhand.supervise")


@dataclass
class Child:
    """One process and how to start it again."""

    arguments: list[str]
    process: subprocess.Popen[bytes] | None = None
    started: float = 0.0
    pause: float = 0.0
    due: float = field(default=0.0)

    def start(self) -> None:
        """Start the command in a process of its own."""
        self.started = time.monotonic()
        command = [sys.executable, "-m", "flask", "--app", "wsgi", *self.arguments]
        # Nothing is ever written to this pipe: that it ends tells the process that its supervisor is gone.
        self.process = subprocess.Popen(command, stdin=subprocess.PIPE)  # noqa: S603

    def watch(self) -> None:
        """Start the command again when it has ended, waiting longer each time it ends quickly."""
        now = time.monotonic()
        if self.process is not None and self.process.poll() is not None:
            log.warning("process ended", extra={"job": self.arguments[0], "status": self.process.returncode})
            quick = now - self.started < QUICK_DEATH_SECONDS
            self.pause = min(max(1.0, self.pause * 2), LONGEST_PAUSE) if quick else 0.0
            if self.process.stdin is not None:
                self.process.stdin.close()
            self.due, self.process = now + self.pause, None
        if self.process is None and now >= self.due:
            self.start()


def end_with_parent() -> None:
    """End this process as SIGTERM would when the supervisor that started it is gone, however that was ended."""

    def wait() -> None:
        while os.read(0, 1):  # standard input, without a buffer whose lock this thread would hold for ever
            pass
        os.kill(os.getpid(), signal.SIGTERM)

    threading.Thread(target=wait, name="supervisor is gone", daemon=True).start()


def end_with_word() -> None:
    """Let SIGTERM end this process as Ctrl-C does, so that a web server answers what it has begun."""

    def leave(*_: object) -> None:
        raise SystemExit(0)

    signal.signal(signal.SIGTERM, leave)


def supervise(commands: list[list[str]]) -> int:
    """Keep the commands running until SIGTERM or SIGINT; the exit status."""
    stop = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: stop.set())
    children = [Child(arguments) for arguments in commands]
    try:
        while not stop.is_set():
            for child in children:
                child.watch()
            stop.wait(0.5)
    finally:
        _stop_all([child.process for child in children if child.process is not None])
    return 0


def _stop_all(processes: list[subprocess.Popen[bytes]]) -> None:
    for process in processes:
        process.terminate()
    end = time.monotonic() + GRACE_SECONDS
    for process in processes:
        try:
            process.wait(max(0.1, end - time.monotonic()))
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()

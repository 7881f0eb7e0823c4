"""Argon2id in a small process beside this one: the 64 MiB it takes come and go there, and a web process stays small.

The process is this very file, started when something is first to be stretched; it answers one question after another
and ends with whoever asks. It loads nothing but this and the library.
"""

from __future__ import annotations

import atexit
import json
import os
import subprocess
import sys
import threading
from typing import Any

from argon2.exceptions import InvalidHashError, VerificationError
from argon2.low_level import Type, hash_secret, hash_secret_raw, verify_secret

_ONE_AT_A_TIME = threading.Lock()  # 64 MiB each: eight at once would crush a small machine
_beside: dict[int, subprocess.Popen[str]] = {}
"""The process beside this one, by our own number: one that was forked from us has to start its own."""


def stretched(secret: bytes, salt: bytes, *, passes: int, memory_kib: int, length: int) -> bytes:
    """A key of so many bytes from a secret."""
    return bytes.fromhex(_ask(do="key", secret=secret.hex(), salt=salt.hex(), cost=[passes, memory_kib], length=length))


def hashed(secret: bytes, salt: bytes, *, passes: int, memory_kib: int, length: int) -> str:
    """What is kept of a secret to know it again: the usual text with its salt and costs in it."""
    return _ask(do="hash", secret=secret.hex(), salt=salt.hex(), cost=[passes, memory_kib], length=length)


def fits(kept: str, secret: bytes) -> bool:
    """Whether a secret is the one of which that was kept; not when it is no such text."""
    return _ask(do="fits", kept=kept, secret=secret.hex()) == "yes"


def _ask(**question: Any) -> str:
    with _ONE_AT_A_TIME:
        for _ in range(2):  # it may have been killed meanwhile: then one that is new answers
            try:
                process = _started()
                assert process.stdin is not None  # noqa: S101 - both are pipes
                assert process.stdout is not None  # noqa: S101
                process.stdin.write(json.dumps(question) + "\n")
                process.stdin.flush()
                if told := process.stdout.readline():
                    return told.rstrip("\n")
            except OSError:
                pass
            _end()
    return _answer(question)  # no process can be started here: rather large than of no use


def _started() -> subprocess.Popen[str]:
    found = _beside.get(os.getpid())
    if found is None or found.poll() is not None:
        _end()
        found = subprocess.Popen(  # noqa: S603 - this very file
            [sys.executable, "-P", __file__],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            start_new_session=True,  # whoever stops us with the keyboard stops it by the end of its input
            text=True,
        )
        _beside[os.getpid()] = found
    return found


def _end() -> None:
    process = _beside.pop(os.getpid(), None)
    if process is not None:
        process.kill()
        process.communicate()


atexit.register(_end)


def _answer(question: dict[str, Any]) -> str:
    secret = bytes.fromhex(question["secret"])
    if question["do"] == "fits":
        try:
            return "yes" if verify_secret(question["kept"].encode(), secret, Type.ID) else "no"
        except (VerificationError, InvalidHashError):
            return "no"
    passes, memory_kib = question["cost"]
    asked = (secret, bytes.fromhex(question["salt"]), passes, memory_kib, 1, question["length"], Type.ID)
    return hash_secret_raw(*asked).hex() if question["do"] == "key" else hash_secret(*asked).decode()


def _serve() -> None:
    for line in sys.stdin:
        sys.stdout.write(_answer(json.loads(line)) + "\n")
        sys.stdout.flush()


if __name__ == "__main__":
    _serve()

"""What passphrases are stretched by: a process beside this one, which may be killed at any time."""

from __future__ import annotations

import os
import signal
import threading

import pytest
from argon2 import PasswordHasher
from cryptography.hazmat.primitives.kdf.argon2 import Argon2id

from app import stretching

QUICK = {"passes": 1, "memory_kib": 64, "length": 32}
SALT = b"sixteen bytes it"


def test_a_key_is_what_another_library_makes_of_the_same():
    other = Argon2id(salt=SALT, length=32, iterations=2, lanes=1, memory_cost=128).derive(b"warm tea")
    assert stretching.stretched(b"warm tea", SALT, passes=2, memory_kib=128, length=32) == other


def test_a_hash_fits_its_secret_alone_here_and_elsewhere():
    kept = stretching.hashed("thé chaud\n".encode(), SALT, **QUICK)
    assert PasswordHasher().verify(kept, "thé chaud\n")
    assert stretching.fits(kept, "thé chaud\n".encode())
    assert not stretching.fits(kept, b"cold tea")
    assert not stretching.fits("no hash at all", b"warm tea")


@pytest.mark.parametrize("is_seen", [True, False], ids=["ended", "ending"])
def test_when_the_process_is_killed_another_answers(is_seen):
    kept = stretching.hashed(b"warm tea", SALT, **QUICK)
    before = stretching._beside[os.getpid()].pid
    os.kill(before, signal.SIGKILL)
    if is_seen:
        stretching._beside[os.getpid()].wait()
    assert stretching.fits(kept, b"warm tea")
    assert stretching._beside[os.getpid()].pid != before


def test_many_at_once_each_get_their_own_answer():
    kept = {word: stretching.hashed(word, SALT, **QUICK) for word in (b"one", b"two", b"three", b"four")}
    told = {}
    threads = [
        threading.Thread(target=lambda w=w, o=o: told.update({(w, o): stretching.fits(kept[w], o)}))
        for w in kept
        for o in kept
    ]
    for each in threads:
        each.start()
    for each in threads:
        each.join()
    assert told == {(word, other): word == other for word in kept for other in kept}

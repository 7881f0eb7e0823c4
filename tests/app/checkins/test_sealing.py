"""Sealing: only the key opens, only where it belongs; wrapping: words, code and pepper, all needed."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.auth.wordlist import WORDS
from app.checkins import sealing

PEPPER, OTHER_PEPPER = b"p" * 32, b"q" * 32
NOTES = st.text(max_size=60)


@given(NOTES)
def test_what_is_sealed_opens_with_its_key_and_in_its_place_only(note):
    pair, other = sealing.new_pair(), sealing.new_pair()
    sealed = sealing.seal({"note": note}, pair.public, b"here", 512)
    assert sealing.unseal(sealed, pair.private, b"here") == {"note": note}
    assert sealing.unseal(sealed, other.private, b"here") is None
    assert sealing.unseal(sealed, pair.private, b"there") is None
    assert len(sealed) == len(sealing.seal({}, other.public, b"", 512))


@given(st.integers(0, 560), st.integers(1, 255))
def test_one_altered_byte_and_nothing_opens(place, flip):
    pair = sealing.new_pair()
    sealed = bytearray(sealing.seal({"note": "tea"}, pair.public, b"here", 512))
    sealed[place] ^= flip
    assert sealing.unseal(bytes(sealed), pair.private, b"here") is None


def test_what_is_too_long_is_an_error_and_not_cut():
    with pytest.raises(sealing.TooLongError):
        sealing.seal({"note": "x" * 600}, sealing.new_pair().public, b"", 512)


def test_words_and_pepper_are_both_needed(monkeypatch):
    monkeypatch.undo()  # stretched as in life
    assert sealing.MEMORY_KIB == 65_536
    pair = sealing.new_pair()
    kept = sealing.wrap(pair.private, "otter lamp cedar", PEPPER)
    assert sealing.unwrap(kept, "otter lamp cedar", PEPPER) == pair.private
    assert sealing.unwrap(kept, "otter lamp cedar", OTHER_PEPPER) is None
    assert sealing.unwrap(kept, "otter lamp Cedar", PEPPER) is None


def test_a_code_opens_its_own_wrap_and_needs_the_pepper_too():
    pair = sealing.new_pair()
    kept = sealing.wrap_with_code(pair.private, "ABCD", PEPPER)
    assert sealing.unwrap_with_code(kept, "ABCD", PEPPER) == pair.private
    assert sealing.unwrap_with_code(kept, "ABCE", PEPPER) is None
    assert sealing.unwrap_with_code(kept, "ABCD", OTHER_PEPPER) is None


def test_a_token_opens_what_was_locked_with_it():
    locked = sealing.lock_with_token(b"k" * 32, "token")
    assert sealing.unlock_with_token(locked, "token") == b"k" * 32
    assert sealing.unlock_with_token(locked, "other") is None


def test_two_keys_have_different_words():
    keys = {sealing.fingerprint(sealing.new_pair().public, WORDS) for _ in range(50)}
    assert len(keys) == 50
    assert {len(each.split()) for each in keys} == {4}

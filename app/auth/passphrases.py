"""Passphrases, PINs and codes: made here, judged here, never sent by mail."""

from __future__ import annotations

import secrets
from itertools import pairwise

from app.auth.wordlist import WORDS

ALPHABET = "ABCDEFGHJKMNPQRSTUVWXYZ23456789"  # no I, L, O, 0, 1: they are mistaken for one another
CODE_LENGTH = 8
RECOVERY_LENGTH = 12
SHORTEST_PASSPHRASE = 12
LONGEST_PASSPHRASE = 200
FEWEST_CHARACTERS = 5
SHORTEST_PIN = 6
LONGEST_PIN = 8
RUNS = "0123456789" * 2


def suggest_passphrase() -> str:
    """Five random words, about 54 bits."""
    return " ".join(secrets.choice(WORDS) for _ in range(5))


def passphrase_problem(passphrase: str, *known: str) -> str | None:
    """What is wrong with a passphrase someone chose, in plain words; `known` are their name and the like."""
    if len(passphrase) < SHORTEST_PASSPHRASE:
        return f"Use at least {SHORTEST_PASSPHRASE} letters, spaces or signs. A few words in a row are easy to keep."
    if len(passphrase) > LONGEST_PASSPHRASE:
        return f"Use at most {LONGEST_PASSPHRASE} letters."
    low = passphrase.lower()
    for word in ("evenhand", "password", "passphrase", *known):
        low = low.replace(word.strip().lower(), "") if len(word.strip()) > 2 else low  # noqa: PLR2004
    if len(set(low)) < FEWEST_CHARACTERS or _is_run(low):
        return "That is easy to guess. Take words that have nothing to do with you or this place."
    return None


def pin_problem(pin: str) -> str | None:
    """What is wrong with a PIN someone chose, in plain words."""
    if not (pin.isascii() and pin.isdigit() and SHORTEST_PIN <= len(pin) <= LONGEST_PIN):
        return f"Use {SHORTEST_PIN} to {LONGEST_PIN} digits."
    half = len(pin) // 2
    is_repeat = len(set(pin)) <= 2 or pin == pin[:half] * 2 or pin == pin[:2] * half  # noqa: PLR2004
    if is_repeat or pin in RUNS or pin[::-1] in RUNS:
        return "That is easy to guess. Please take other digits."
    return None


def new_code(length: int = CODE_LENGTH) -> str:
    """A code to type, of letters and digits that are hard to mistake (5 bits each)."""
    return "".join(secrets.choice(ALPHABET) for _ in range(length))


def spaced(code: str) -> str:
    """A code in groups of four, as people read it aloud."""
    return " ".join(code[at : at + 4] for at in range(0, len(code), 4))


def plain(code: str) -> str:
    """A code as it was made, however it was typed."""
    return "".join(letter for letter in code.upper() if letter.isascii() and letter.isalnum())


def _is_run(text: str) -> bool:
    steps = {ord(after) - ord(before) for before, after in pairwise(text)}
    return len(steps) == 1

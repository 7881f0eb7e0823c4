"""Acts by plain words, as an order to a process carries them."""

from __future__ import annotations

from app.attendance import services as attendance
from app.attendance.models import NotedVia
from app.exchange import claims, covers, rounds, swaps


def claim(person: str, shift: str) -> None:
    """Take a shift."""
    claims.claim_shift(person, shift)


def give_back(person: str, shift: str) -> None:
    """I can't come."""
    covers.cannot_come(person, shift, person)


def say_yes(ask: str, person: str) -> None:
    """Say yes to a question."""
    claims.answer_question(ask, person, is_yes=True)


def swap(swap_id: str, person: str) -> None:
    """Say yes to a swap."""
    swaps.answer_swap(swap_id, person, is_yes=True)


def change(round_id: str, person: str) -> None:
    """Say yes to a change among several."""
    rounds.answer_round(round_id, person, is_yes=True)


def arrive(shift: str, person: str, version: int) -> None:
    """I am here."""
    attendance.arrive(shift, person, attendance.Noting(person, NotedVia.PHONE, version))


def leave(shift: str, person: str, version: int) -> None:
    """I leave."""
    attendance.leave(shift, person, attendance.Noting(person, NotedVia.PHONE, version))

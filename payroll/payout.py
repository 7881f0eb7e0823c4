"""Paying: the states of a payout, what a payee can be given now, and how old what they are owed is."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from enum import StrEnum

from payroll.money import Money


class Method(StrEnum):
    """How money reaches a payee."""

    CASH = "cash"
    TRANSFER = "transfer"
    CHEQUE = "cheque"
    CARD = "card"


class State(StrEnum):
    """Where a payout stands. Between `SENDING` and `PAID` money changes hands, outside of any database."""

    ASKED = "asked"
    APPROVED = "approved"
    SENDING = "sending"
    UNKNOWN = "unknown"
    PAID = "paid"
    CANCELLED = "cancelled"
    VOID = "void"


NEXT: dict[State, frozenset[State]] = {
    State.ASKED: frozenset({State.APPROVED, State.CANCELLED}),
    State.APPROVED: frozenset({State.SENDING, State.CANCELLED}),
    State.SENDING: frozenset({State.PAID, State.UNKNOWN, State.CANCELLED}),
    State.UNKNOWN: frozenset({State.PAID, State.CANCELLED}),
    State.PAID: frozenset({State.VOID}),
    State.CANCELLED: frozenset(),
    State.VOID: frozenset(),
}
# A payee has at most one of these at a time.
OPEN = frozenset({State.ASKED, State.APPROVED, State.SENDING, State.UNKNOWN})


def may_become(state: str, wanted: State) -> bool:
    """Whether a payout in one state may come into another."""
    return wanted in NEXT[State(state)]


class Share(StrEnum):
    """How much of what is owed is paid."""

    ALL = "all"
    PART = "part"
    HALF = "half"
    AHEAD = "ahead"  # before the work: an advance, or the first half of it


def half_before(promised: Money) -> Money:
    """What is paid before the work when half is; the odd minor unit comes with the first half."""
    return promised.split((1, 1))[0]


def payable(share: Share, owed: Money, asked: Money | None = None) -> Money | None:
    """What is paid out of what is owed, None when that cannot be (nothing owed, or more asked for than is owed).

    Only an advance may be more than is owed: then the payee owes work, and what they earn next sets it off.
    """
    nothing = Money(0, owed.currency)
    if share == Share.AHEAD:
        return asked if asked is not None and nothing < asked else None
    if owed <= nothing:
        return None
    if share == Share.ALL:
        return owed
    if share == Share.HALF:
        return half_before(owed)
    return asked if asked is not None and nothing < asked <= owed else None


@dataclass(frozen=True, slots=True)
class Due:
    """Something a payee earned at an instant, still owed in part or whole (minor units)."""

    id: str
    earned_at: dt.datetime
    amount: int


def worked_off(pay: int, refund: int) -> int:
    """How much of what is owed for work a payee has already: they got it for an expense that was none."""
    return max(0, min(pay, -refund))


def owed_in_all(pay: int, refund: int) -> int:
    """What a payee is owed for work and expenses together; below zero they have more than they are owed.

    An advance never eats an expense: that is not earned, and whoever spent it needs it back.
    """
    return refund if pay < 0 < refund else pay + refund


def still_due(earned: Sequence[Due], settled: int) -> list[Due]:
    """What is still owed of things earned when `settled` was paid or set off: the oldest is paid first."""
    found = []
    for each in sorted(earned, key=lambda each: (each.earned_at, each.id)):
        part = max(0, min(each.amount, settled))
        settled -= part
        if each.amount - part > 0:
            found.append(Due(each.id, each.earned_at, each.amount - part))
    return found


def is_late(due: Iterable[Due], now: dt.datetime, most: dt.timedelta = dt.timedelta(hours=24)) -> bool:
    """Whether anything has been owed for longer than a group allows itself."""
    return any(now - each.earned_at > most for each in due)

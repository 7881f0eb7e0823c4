"""The names of accounts: each says what it stands for, so that there is one of each."""

from __future__ import annotations

from typing import Any

from app.pay.models import AccountKind

BANK = AccountKind.BANK.value
OVER_SHORT = AccountKind.OVER_SHORT.value
NO_FUND = "none"


def payable(person_id: str) -> str:
    """What a person is owed for work."""
    return f"{AccountKind.PAYABLE}:{person_id}"


def refund(person_id: str) -> str:
    """What a person is owed for expenses."""
    return f"{AccountKind.REFUND}:{person_id}"


def cost(fund_id: str | None, category: str) -> str:
    """A cost of one category, borne by a fund or by none yet."""
    return f"{AccountKind.COST}:{fund_id or NO_FUND}:{category}"


def cash(float_id: str) -> str:
    """The cash in one box."""
    return f"{AccountKind.FLOAT}:{float_id}"


def columns_of(code: str) -> dict[str, Any]:
    """The columns of the account of a name."""
    kind, *parts = code.split(":")
    found: dict[str, Any] = {"code": code, "kind": AccountKind(kind).value}
    if kind in {AccountKind.PAYABLE, AccountKind.REFUND}:
        return found | {"person_id": parts[0]}
    if kind == AccountKind.FLOAT:
        return found | {"float_id": parts[0]}
    if kind == AccountKind.COST:
        return found | {"fund_id": None if parts[0] == NO_FUND else parts[0], "category": parts[1]}
    return found

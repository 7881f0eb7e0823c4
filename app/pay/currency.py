"""The group's currency, and amounts in it."""

from __future__ import annotations

from flask import current_app

from app.config import Config
from payroll.money import Money


def currency() -> str:
    """The code of the group's currency."""
    config: Config = current_app.config["EVENHAND"]
    return config.currency


def money(minor: int) -> Money:
    """An amount in the group's currency."""
    return Money(minor, currency())

"""The pay slice: rates, what is owed, payouts, cash boxes, expenses, funds and the ledger under them."""

from __future__ import annotations

from flask import Flask


def init_app(app: Flask) -> None:
    """Add the slice to the application."""
    from app.pay.commands import ledger

    app.cli.add_command(ledger)

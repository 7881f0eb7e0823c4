"""The pay slice: rates, what is owed, payouts, cash boxes, expenses, funds and the ledger under them."""

from __future__ import annotations

from datetime import timedelta

from flask import Flask

from app import jobs

MINUTE = timedelta(minutes=1)


def init_app(app: Flask) -> None:
    """Add the slice to the application."""
    from app.pay import box_views, fund_views, own_views, payout_views, rate_views, views
    from app.pay.accrual import accrue_job
    from app.pay.commands import ledger
    from app.pay.payouts import doubt_old_payouts

    del box_views, fund_views, own_views, payout_views, rate_views  # they add their pages to the slice's
    app.register_blueprint(views.bp)
    app.cli.add_command(ledger)
    jobs.register(app, "accrue honoraria", accrue_job, every=MINUTE)
    jobs.register(app, "doubt old payments", doubt_old_payouts, every=MINUTE)

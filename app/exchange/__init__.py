"""The exchange slice: taking a shift, giving one away, changing with somebody, waiting for a place."""

from __future__ import annotations

from flask import Flask


def init_app(app: Flask) -> None:
    """Add the slice to the application, and the job that ends what has waited long enough."""
    from app import jobs
    from app.exchange import clockwork, coordinator_views  # noqa: F401 - adds its pages to the blueprint
    from app.exchange.views import bp

    app.register_blueprint(bp)
    jobs.register(app, clockwork.TURN, clockwork.turn, every=clockwork.EVERY)

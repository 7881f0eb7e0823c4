"""The exchange slice: taking a shift, giving one away, changing with somebody, waiting for a place."""

from __future__ import annotations

from flask import Flask


def init_app(app: Flask) -> None:
    """Add the slice to the application, and the job that ends what has waited long enough."""
    from app import jobs
    from app.exchange import clockwork, coordinator_views, round_views  # noqa: F401 - add pages to the blueprint
    from app.exchange.views import bp

    app.register_blueprint(bp)
    jobs.register(app, clockwork.TURN, clockwork.turn, every=clockwork.EVERY)
    jobs.register(app, clockwork.MATCH, clockwork.match_at_night, lane=jobs.SOLVE, every=clockwork.HOURLY)
    jobs.register(app, clockwork.MATCH_NOW, clockwork.match_now, lane=jobs.SOLVE)

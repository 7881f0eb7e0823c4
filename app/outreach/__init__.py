"""The outreach slice: who is out, and what happens when they do not come back in time."""

from __future__ import annotations

from flask import Flask

from app import jobs


def init_app(app: Flask) -> None:
    """Add the slice to the application."""
    from app.outreach.services import WATCH, WATCH_EVERY, watch_outings
    from app.outreach.views import bp

    app.register_blueprint(bp)
    jobs.register(app, WATCH, watch_outings, every=WATCH_EVERY)

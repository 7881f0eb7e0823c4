"""The incidents slice: what happened on a shift, told in two taps, without a word about those who came for help."""

from __future__ import annotations

from datetime import timedelta

from flask import Flask

from app import jobs


def init_app(app: Flask) -> None:
    """Add the slice to the application."""
    from app.incidents import tablet_views
    from app.incidents.reminders import REMIND, remind
    from app.incidents.views import bp

    del tablet_views  # it adds its page to the slice's
    app.register_blueprint(bp)
    jobs.register(app, REMIND, remind, every=timedelta(hours=6))

"""The audit slice."""

from __future__ import annotations

from flask import Flask

from app import jobs


def init_app(app: Flask) -> None:
    """Add the slice to the application."""
    from app.audit.services import EVERY, FORGET, forget_comings_and_goings
    from app.audit.views import bp

    app.register_blueprint(bp)
    jobs.register(app, FORGET, forget_comings_and_goings, every=EVERY)

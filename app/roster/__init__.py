"""The roster slice."""

from __future__ import annotations

from flask import Flask

from app import jobs


def init_app(app: Flask) -> None:
    """Add the slice to the application."""
    from app.roster import generation
    from app.roster.views import bp

    jobs.register(app, generation.KIND, generation.generate, lane=jobs.SOLVE)
    app.register_blueprint(bp)

"""The roster slice."""

from __future__ import annotations

from flask import Flask


def init_app(app: Flask) -> None:
    """Add the slice to the application."""
    from app.roster.views import bp

    app.register_blueprint(bp)

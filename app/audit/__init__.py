"""The audit slice."""

from __future__ import annotations

from flask import Flask


def init_app(app: Flask) -> None:
    """Add the slice to the application."""
    from app.audit.views import bp

    app.register_blueprint(bp)

"""The sites slice."""

from __future__ import annotations

from flask import Flask


def init_app(app: Flask) -> None:
    """Add the slice to the application."""
    from app.sites import pattern_views, views

    del pattern_views  # it adds its pages to the slice's
    app.register_blueprint(views.bp)

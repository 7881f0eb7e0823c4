"""The review slice: the board of a draft, moves by hand, reasons, fairness, and publishing."""

from __future__ import annotations

from flask import Flask


def init_app(app: Flask) -> None:
    """Add the slice to the application."""
    from app.review import publish_views  # noqa: F401 - its pages belong to the same blueprint
    from app.review.views import bp

    app.register_blueprint(bp)

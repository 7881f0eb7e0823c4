"""The growth slice: the path from observer to mentor."""

from __future__ import annotations

from flask import Flask


def init_app(app: Flask) -> None:
    """Add the slice to the application."""
    from app.growth.views import bp

    app.register_blueprint(bp)

"""The transfer slice: import and export of files."""

from __future__ import annotations

from flask import Flask


def init_app(app: Flask) -> None:
    """Add the slice to the application."""
    from app.transfer.services import init_jobs
    from app.transfer.views import bp

    app.register_blueprint(bp)
    init_jobs(app)

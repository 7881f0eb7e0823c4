"""The attendance slice: who comes, who came and left, and what was worked."""

from __future__ import annotations

from flask import Flask

from app import jobs


def init_app(app: Flask) -> None:
    """Add the slice to the application."""
    from app.attendance import record_views, sheet_views, views
    from app.attendance.coming import ASK, EVERY, ask_coming
    from app.attendance.services import CLOSE, CLOSE_EVERY, close_forgotten

    del record_views, sheet_views  # they add their pages to the slice's
    app.register_blueprint(views.bp)
    jobs.register(app, ASK, ask_coming, every=EVERY)
    jobs.register(app, CLOSE, close_forgotten, every=CLOSE_EVERY)

"""The shifts slice: one's own shifts, and the calendar that shows them elsewhere."""

from __future__ import annotations

from flask import Flask


def init_app(app: Flask) -> None:
    """Add the slice to the application."""
    from app.shifts import feed_views, views

    app.register_blueprint(views.bp)
    app.register_blueprint(feed_views.calendars)

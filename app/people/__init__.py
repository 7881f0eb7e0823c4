"""The people slice."""

from __future__ import annotations

from flask import Flask


def init_app(app: Flask) -> None:
    """Add the slice to the application."""
    from app.fields import day_words, hours_text
    from app.people import availability_views, capacity_views, skill_views, views, wish_views

    del availability_views, capacity_views, skill_views, wish_views  # they add their pages to the slice's
    app.jinja_env.filters |= {"day": day_words, "hours_text": hours_text}
    app.register_blueprint(views.bp)

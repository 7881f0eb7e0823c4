"""The kiosk slice: a tablet at a site on which people with a card note that they are there."""

from __future__ import annotations

from flask import Flask

from app import jobs


def init_app(app: Flask) -> None:
    """Add the slice to the application."""
    from app.kiosk import manage_views, views
    from app.kiosk.services import TIDY, TIDY_EVERY, tidy

    del manage_views  # it adds its pages to the slice's
    app.before_request(views.keep_to_tablet)
    app.register_blueprint(views.bp)
    jobs.register(app, TIDY, tidy, every=TIDY_EVERY)

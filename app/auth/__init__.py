"""The auth slice: doors, sessions, signing out."""

from __future__ import annotations

from flask import Flask
from flask_login import LoginManager

from app.auth.queries import person_of_session


def init_app(app: Flask) -> None:
    """Add the slice to the application."""
    from app.auth.views import bp

    app.register_blueprint(bp)
    manager = LoginManager(app)
    manager.session_protection = None  # our sessions are rows; this one breaks phones that change networks
    manager.user_loader(person_of_session)

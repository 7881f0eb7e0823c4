"""The auth slice: doors, sessions, signing out."""

from __future__ import annotations

from flask import Flask
from flask_login import LoginManager

from app import jobs
from app.auth.queries import LONGEST_SESSION, person_of_session


def init_app(app: Flask) -> None:
    """Add the slice to the application."""
    from app.auth import account_views, manage_views, views
    from app.auth.commands import create_admin
    from app.auth.doors import LINK_JOB, mail_link
    from app.auth.tidy import EVERY, TIDY, tidy

    del account_views, manage_views  # they add their pages to the slice's
    # Whoever must leave at once leaves even when the page lay open too long for its token.
    app.extensions["csrf"].exempt(views.quick_exit)
    app.register_blueprint(views.bp)
    app.cli.add_command(create_admin)
    jobs.register(app, LINK_JOB, mail_link)
    jobs.register(app, TIDY, tidy, every=EVERY)
    app.permanent_session_lifetime = LONGEST_SESSION  # of the cookie; the session's row says when it ends before that
    manager = LoginManager(app)
    manager.session_protection = None  # our sessions are rows; this one breaks phones that change networks
    manager.user_loader(person_of_session)

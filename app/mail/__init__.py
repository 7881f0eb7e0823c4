"""The mail slice: an outbox in the database and the job that empties it."""

from __future__ import annotations

from datetime import timedelta

from flask import Flask

from app import jobs
from app.mail.services import DELIVER, deliver


def init_app(app: Flask) -> None:
    """Teach the application to send mail."""
    jobs.register(app, DELIVER, deliver)
    jobs.register(app, f"{DELIVER}-sweep", deliver, every=timedelta(minutes=1))

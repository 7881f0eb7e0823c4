"""A form that is sent twice, by a double tap or by going back, counts once; nothing of it leads to what it sent."""

from __future__ import annotations

import hashlib

from app import clock
from app.checkins.models import SentForm
from app.database import db, insert_if_absent


def is_first(key: str) -> bool:
    """Note in the caller's transaction that a form was sent, by the key made with its page; False when it was before.

    The row is a bare fingerprint of that random key: it stands beside nothing and says nothing of whose it was.
    """
    values = {"id": hashlib.sha256(key.encode()).hexdigest(), "day_on": clock.today()}
    return insert_if_absent(db.session, SentForm, values)

"""One lock for everything that changes who is on a published shift.

A rule looks at all of a person's shifts, whatever the site and the period, and a place is one of few: who checks and
then writes must be alone for that long.
"""

from __future__ import annotations

import sqlalchemy as sa

from app.database import db, is_sqlite

KEY = 0x4556_454E  # any number, the same on every machine


def hold_roster() -> None:
    """Wait until nobody else is changing the published roster, and keep others out until this transaction ends.

    On SQLite a transaction that may write has been alone since it began.
    """
    if not is_sqlite():
        db.session.execute(sa.select(sa.func.pg_advisory_xact_lock(KEY)))

"""What a row said before is kept beside it, whoever changes it and however it came about."""

from __future__ import annotations

from app import clock
from app.attendance.models import Attendance, AttendanceCorrection
from app.database import db

BEFORE = ("version", "state", "arrived_at", "left_at", "is_exact", "noted_via", "noted_by_id")


def keep_before(row: Attendance, reason: str, by_id: str | None) -> None:
    """Keep what a row says now, in the caller's transaction, which goes on to change the row."""
    said = {name: getattr(row, name) for name in BEFORE}
    db.session.add(AttendanceCorrection(attendance_id=row.id, reason=reason, by_id=by_id, at=clock.now(), **said))

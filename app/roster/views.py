"""Pages of the roster slice."""

from __future__ import annotations

from flask import Blueprint, render_template

from app.access import Role, allow

bp = Blueprint("roster", __name__, url_prefix="/rosters")


@bp.get("/")
@allow(Role.COORDINATOR)
def periods() -> str:
    """All periods."""
    return render_template("roster/periods.html")

"""Pages of the audit slice."""

from __future__ import annotations

from flask import Blueprint, render_template

from app.access import allow_signed_in

bp = Blueprint("audit", __name__, url_prefix="/audit")


@bp.get("/")
@allow_signed_in
def index() -> str:
    """The first page of the slice."""
    return render_template("audit/index.html")

"""Pages of the shifts slice."""

from __future__ import annotations

from flask import Blueprint, render_template

from app.access import allow_signed_in

bp = Blueprint("shifts", __name__, url_prefix="/shifts")


@bp.get("/")
@allow_signed_in
def mine() -> str:
    """The first page of the slice."""
    return render_template("shifts/mine.html")

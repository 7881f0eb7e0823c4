"""The first page of each person."""

from __future__ import annotations

from flask import Blueprint, render_template

from app.access import allow_signed_in

bp = Blueprint("home", __name__)


@bp.get("/")
@allow_signed_in
def index() -> str:
    """What this person needs first."""
    return render_template("home/index.html")

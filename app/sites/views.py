"""Pages of the sites slice."""

from __future__ import annotations

from flask import Blueprint, render_template

from app.access import allow_signed_in

bp = Blueprint("sites", __name__, url_prefix="/sites")


@bp.get("/")
@allow_signed_in
def index() -> str:
    """The first page of the slice."""
    return render_template("sites/index.html")

"""Pages of the transfer slice."""

from __future__ import annotations

from flask import Blueprint, render_template

from app.access import allow_signed_in

bp = Blueprint("transfer", __name__, url_prefix="/transfer")


@bp.get("/")
@allow_signed_in
def index() -> str:
    """The first page of the slice."""
    return render_template("transfer/index.html")

"""Pages of the review slice."""

from __future__ import annotations

from flask import Blueprint

from app.review import models

__all__ = ["bp", "models"]

bp = Blueprint("review", __name__, url_prefix="/review")

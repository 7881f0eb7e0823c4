"""The log page.

It is for admins alone: it tells who signed in when and what every coordinator did. What a roster became, and by
whose hand, coordinators see beside the roster itself.
"""

from __future__ import annotations

from datetime import date

from flask import Blueprint, render_template, request, url_for

from app.access import Role, allow
from app.audit import queries
from app.audit.words import GROUP_WORDS, Group

bp = Blueprint("audit", __name__, url_prefix="/audit")


@bp.get("/")
@allow(Role.ADMIN)
def index() -> str:
    """Who did what, and when."""
    asked = request.args
    group = asked.get("about", "")
    narrowed = queries.LogFilter(
        person_id=asked.get("person", "")[:12],
        group=Group(group) if group in list(Group) else None,
        day=asked.get("day", None, date.fromisoformat),
    )
    return render_template(
        "audit/index.html",
        found=queries.log_page(narrowed, asked.get("page", 1, int)),
        narrowed=narrowed,
        is_narrowed=narrowed != queries.LogFilter(),
        people=queries.people_to_choose(),
        groups=GROUP_WORDS,
        page_url=url_for(".index", **(asked.to_dict() | {"page": "PAGE"})),  # type: ignore[arg-type]
    )

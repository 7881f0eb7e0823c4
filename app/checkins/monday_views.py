"""A supervisor's Monday: who asked, how the group is, what was hard last week, and what can be offered."""

from __future__ import annotations

from datetime import timedelta

from flask import render_template
from flask_login import current_user

from app.access import Role, allow
from app.checkins import inbox, queries, team_queries
from app.checkins.counting import Audience, countable
from app.checkins.views import bp
from app.incidents.queries import incidents_since

WEEK = timedelta(days=7)


@bp.get("/monday")
@allow(Role.SUPERVISOR)
def monday() -> str:
    """The week at a glance; nothing on it tells who answered what."""
    private = queries.opened_key(current_user.id)
    windows = team_queries.figures(Audience.TEAM)
    return render_template(
        "checkins/monday.html",
        has_listened=queries.has_listened(current_user.id),
        has_key=queries.has_key(current_user.id),
        asked=None if private is None else inbox.flags_for(private),
        to_count=None if private is None else countable(current_user.id),
        last=windows[0] if windows else None,
        standing=team_queries.standing(),
        incidents=incidents_since(WEEK),
        is_staff=True,
    )

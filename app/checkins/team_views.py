"""How the whole group is: figures that lead to nobody, and the two listeners' part in counting them."""

from __future__ import annotations

from flask import flash, render_template
from flask.typing import ResponseReturnValue
from flask_login import current_user

from app.access import allow_signed_in
from app.checkins import counting, queries, team_queries
from app.checkins.counting import Audience
from app.checkins.views import bp
from app.editing import Refused
from app.one_address import turn_to
from wellbeing.aggregate import FUNDER_K, TEAM_K

COUNTED = "Counted. What could be shown is on the page of the group; everything else is gone."
GIVEN = "Your half is given. When one more does the same, it is counted."


@bp.get("/team")
@allow_signed_in
def team() -> str:
    """What was published of the group, the same for everyone."""
    return render_template(
        "checkins/team.html",
        windows=team_queries.figures(Audience.TEAM),
        outside=team_queries.figures(Audience.FUNDER),
        standing=team_queries.standing(),
        fewest=TEAM_K,
        fewest_outside=FUNDER_K,
        is_listener=queries.is_listener(current_user.id),
    )


@bp.post("/box/sum")
@allow_signed_in
def count() -> ResponseReturnValue:
    """Give one's half of the key, or count with both."""
    private = queries.opened_key(current_user.id)
    if private is None:
        flash("Please open this page again.", "info")
        return turn_to(".asked")
    outcome = counting.count_weeks(current_user.id, private)
    if isinstance(outcome, Refused):
        flash(" ".join(outcome.problems.values()), "info")
        return turn_to(".asked")
    is_counted = getattr(outcome, "id", "") == "counted"
    flash(COUNTED if is_counted else GIVEN, "success")
    return turn_to(".team" if is_counted else ".asked")

"""The weekly check-in at a shared tablet: whoever stands there with card and PIN can send one, and read nothing."""

from __future__ import annotations

from flask import redirect, url_for
from flask.typing import ResponseReturnValue

from app.access import open_page
from app.checkins import queries
from app.checkins.forms import WeeklyForm
from app.checkins.views import Asked, answer, bp, weekly_page
from app.kiosk.services import stay
from app.kiosk.standing import for_a_minute, standing_tablet, visitor_at


@bp.get("/tablet")
@open_page
def tablet() -> ResponseReturnValue:
    """Three questions, for whoever stands at the tablet just now."""
    who = _who()
    if who is None:
        return redirect(url_for("kiosk.start"))
    return for_a_minute(weekly_page(WeeklyForm(queries.listeners(who.person_id)), who))


@bp.post("/tablet")
@open_page
def tablet_submit() -> ResponseReturnValue:
    """What would be seen by whom, then what the person chose."""
    who = _who()
    if who is None:
        return redirect(url_for("kiosk.start"), 303)
    found = answer(who)
    if isinstance(found, str):
        return for_a_minute(found)
    return for_a_minute(*found) if isinstance(found, tuple) else found


def _who() -> Asked | None:
    visitor = visitor_at(standing_tablet())
    if visitor is None:
        return None
    stay(visitor.visit_id)
    return Asked(visitor.person_id, visitor.name, is_tablet=True)

"""Who stands at a tablet: the two cookies of a tablet, read for every page that is shown there."""

from __future__ import annotations

from flask import Response, current_app, make_response, request, url_for

from app.kiosk import queries
from app.kiosk.queries import IDLE_SECONDS, Tablet, Visitor

TABLET, VISIT, CARD = "kiosk", "kiosk-visit", "kiosk-card"


def standing_tablet() -> Tablet | None:
    """The tablet this request comes from, None when it comes from none."""
    return queries.tablet_of(cookie(TABLET))


def visitor_at(tablet: Tablet | None) -> Visitor | None:
    """Who stands at a tablet just now."""
    return None if tablet is None else queries.visitor_of(cookie(VISIT), tablet)


def for_a_minute(page: str, status: int = 200) -> Response:
    """A page that goes back to the start by itself when nobody touches it."""
    response = make_response(page, status)
    response.headers["Refresh"] = f"{IDLE_SECONDS}; url={url_for('kiosk.start')}"
    return response


def cookie_name(cookie: str) -> str:
    """What a cookie of a tablet is called here."""
    return f"__Host-evenhand-{cookie}" if current_app.config["SESSION_COOKIE_SECURE"] else f"evenhand-{cookie}"


def cookie(name: str) -> str | None:
    """A cookie of a tablet that came with this request."""
    return request.cookies.get(cookie_name(name))

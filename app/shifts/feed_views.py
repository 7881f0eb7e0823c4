"""One's own calendar address, and the calendar itself behind it."""

from __future__ import annotations

from urllib.parse import urlsplit

from flask import Blueprint, Response, flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_login import current_user
from flask_wtf import FlaskForm

from app.access import allow_signed_in, open_page
from app.mail.services import link_to
from app.shifts import queries, services
from app.shifts.feed import calendar_file
from app.shifts.views import bp

calendars = Blueprint("calendars", __name__, url_prefix="/calendar")


@bp.get("/calendar")
@allow_signed_in
def calendar() -> str:
    """Whether one has a calendar address, and how to get, renew or end it."""
    return render_template("shifts/calendar.html", feed=queries.live_feed(current_user.id), form=FlaskForm())


@bp.get("/calendar/new")
@allow_signed_in
def calendar_new() -> ResponseReturnValue:
    """Ask before a new address makes the old one useless."""
    if queries.live_feed(current_user.id) is None:
        return redirect(url_for("shifts.calendar"))
    return render_template("shifts/calendar_new.html", form=FlaskForm())


@bp.post("/calendar/new")
@allow_signed_in
def calendar_new_submit() -> str:
    """Make an address and show it, this once."""
    address = link_to("calendars.show", token=services.make_feed(current_user.id))
    return render_template("shifts/calendar_made.html", address=address, one_tap=_webcal(address))


def _webcal(address: str) -> str:
    """The same address for calendar apps, which open it at one tap."""
    return urlsplit(address)._replace(scheme="webcal").geturl()


@bp.get("/calendar/off")
@allow_signed_in
def calendar_off() -> ResponseReturnValue:
    """Ask before the address is made useless."""
    if queries.live_feed(current_user.id) is None:
        return redirect(url_for("shifts.calendar"))
    return render_template("shifts/calendar_off.html", form=FlaskForm())


@bp.post("/calendar/off")
@allow_signed_in
def calendar_off_submit() -> ResponseReturnValue:
    """Make the address useless."""
    if services.revoke_feed(current_user.id):
        flash("Switched off. The old address shows nothing any more.", "success")
    return redirect(url_for("shifts.calendar"), 303)


@calendars.get("/<token>.ics")
@open_page
def show(token: str) -> Response:
    """The calendar of whoever has this secret; what was revoked looks like what never was."""
    feed = queries.feed_of(token)
    if feed is None:
        # Plain text: a page would begin a session for a calendar app.
        answer = Response("There is no calendar here.\n", 404, mimetype="text/plain")
    else:
        feed_id, person_id = feed
        file = calendar_file(feed_id, queries.feed_shifts(person_id))
        answer = Response(file, mimetype="text/calendar")
        answer.headers["Content-Disposition"] = "inline; filename=calendar.ics"
    answer.headers["Cache-Control"] = "private, no-store"
    return answer

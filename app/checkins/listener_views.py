"""The listener's page: who asked for them, and what was done about it."""

from __future__ import annotations

from flask import flash, render_template, request
from flask.typing import ResponseReturnValue
from flask_login import current_user

from app.access import Role, allow_signed_in
from app.checkins import counting, inbox, keys, queries, services
from app.checkins.forms import OpenForm
from app.checkins.views import bp
from app.editing import Refused
from app.one_address import turn_to
from wellbeing.flags import ACT_WORDS, Act


@bp.get("/box")
@allow_signed_in
def asked() -> str:
    """Those who asked this person to be in touch, when their page is open."""
    return _asked_page(OpenForm())


@bp.post("/box")
@allow_signed_in
def asked_submit() -> ResponseReturnValue:
    """Open the page with one's private words."""
    form = OpenForm()
    if form.validate_on_submit():
        outcome = keys.open_history(current_user.id, form.passphrase.data or "")
        if not isinstance(outcome, Refused):
            return turn_to(".asked")
        form.passphrase.errors = list(outcome.problems.values())
    return _asked_page(form), 422


def _asked_page(form: OpenForm) -> str:
    has_key, private = queries.has_key(current_user.id), queries.opened_key(current_user.id)
    return render_template(
        "checkins/asked.html",
        form=form,
        is_listener=queries.is_listener(current_user.id),
        has_listened=queries.has_listened(current_user.id),
        has_key=has_key,
        is_open=private is not None,
        flags=[] if private is None else inbox.flags_for(private),
        acts=ACT_WORDS,
        is_staff=not current_user.roles.isdisjoint({Role.COORDINATOR, Role.SUPERVISOR}),
        to_count=None if private is None else counting.countable(current_user.id),
    )


@bp.post("/box/<parcel_id>/read")
@allow_signed_in
def read(parcel_id: str) -> ResponseReturnValue:
    """Look at one; the person who asked hears that it was read."""
    private = queries.opened_key(current_user.id)
    if private is None:
        return _closed()
    outcome = services.read_flag(current_user.id, private, parcel_id)
    if isinstance(outcome, Refused):
        flash(" ".join(outcome.problems.values()), "info")
    return turn_to(".asked")


@bp.post("/box/<parcel_id>/done")
@allow_signed_in
def done(parcel_id: str) -> ResponseReturnValue:
    """Close one with what was done."""
    private = queries.opened_key(current_user.id)
    if private is None:
        return _closed()
    act = request.form.get("act", "")
    if act not in set(Act):
        flash("Say what was done.", "warning")
        return turn_to(".asked")
    outcome = services.close_flag(current_user.id, private, parcel_id, Act(act))
    if isinstance(outcome, Refused):
        flash(" ".join(outcome.problems.values()), "info")
    else:
        flash("Noted. They will see that you did.", "success")
    return turn_to(".asked")


def _closed() -> ResponseReturnValue:
    flash("Please open this page again.", "info")
    return turn_to(".asked")

"""Two taps when something happened, what one can have then, and what a coordinator sees to."""

from __future__ import annotations

from flask import Blueprint, abort, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_login import current_user

from app.access import Role, allow, allow_signed_in
from app.attendance.queries import resting_until
from app.editing import Outcome, Refused, Saved
from app.exchange.relief import who_can_come
from app.fields import KeyedForm
from app.incidents import queries, services
from app.incidents.models import Kind

bp = Blueprint("incidents", __name__, url_prefix="/entry")


@bp.get("/")
@allow_signed_in
def index() -> str:
    """Four large buttons, and what is due."""
    to_arrange = queries.open_incidents() if Role.COORDINATOR in current_user.roles else []
    return render_template(
        "incidents/index.html",
        form=KeyedForm(formdata=None),
        kinds=queries.KIND_WORDS,
        due=queries.due_for(current_user.id),
        mine=queries.incidents_of(current_user.id),
        is_again=queries.is_second_of_late(current_user.id),
        to_arrange=to_arrange,
        can_come={each.id: who_can_come(each.shift_id or "") for each in to_arrange if each.needs_relief},
    )


@bp.post("/")
@allow_signed_in
def tell() -> ResponseReturnValue:
    """Note it at once."""
    kind = request.form.get("kind", "")
    if kind not in set(Kind):
        flash("Choose what it was.", "warning")
        return redirect(url_for(".index"), 303)
    is_another = request.form.get("another") == "yes"
    outcome = services.tell_incident(current_user.id, Kind(kind), KeyedForm().key.data, is_another=is_another)
    if not isinstance(outcome, Saved):
        return redirect(url_for(".index"), 303)
    if outcome.words:
        flash(outcome.words, "info")
    return redirect(url_for(".show", incident_id=outcome.id), 303)


@bp.get("/<incident_id>")
@allow_signed_in
def show(incident_id: str) -> str:
    """What one can have now; for those who were there."""
    found = queries.incident(incident_id)
    me = next((each for each in found.people if each.person_id == current_user.id), None) if found else None
    if found is None or me is None:
        abort(404)
    return render_template(
        "incidents/show.html",
        incident=found,
        me=me,
        key=KeyedForm(formdata=None).key.data,
        rests_until=resting_until(current_user.id),
        may_stop=queries.may_stop(found.happened_at, found.ends_at),
        may_undo=queries.may_undo(found, current_user.id),
        is_again=queries.is_second_of_late(current_user.id),
    )


@bp.post("/<incident_id>/pause")
@allow_signed_in
def stop(incident_id: str) -> ResponseReturnValue:
    """Stop for today, paid; or go on after all."""
    outcome = services.stand_down(incident_id, current_user.id, wants=request.form.get("wants") != "no")
    return _back(outcome, incident_id, "Kept. A coordinator sees it.")


@bp.post("/<incident_id>/cover")
@allow_signed_in
def relief(incident_id: str) -> ResponseReturnValue:
    """Ask for someone to take over."""
    return _back(services.ask_relief(incident_id, current_user.id), incident_id, "Asked. A coordinator sees it.")


def _back(outcome: Outcome, incident_id: str, words: str) -> ResponseReturnValue:
    if isinstance(outcome, Refused):
        flash(" ".join(outcome.problems.values()), "error")
        return redirect(url_for(".index"), 303)
    flash(words, "success")
    return redirect(url_for(".show", incident_id=incident_id), 303)


@bp.post("/<incident_id>/back")
@allow_signed_in
def undo(incident_id: str) -> ResponseReturnValue:
    """Take it back."""
    outcome = services.undo_incident(incident_id, current_user.id)
    if isinstance(outcome, Refused):
        flash(" ".join(outcome.problems.values()), "error")
    else:
        flash("Taken back.", "success")
    return redirect(url_for(".index"), 303)


@bp.post("/<incident_id>/tick")
@allow(Role.COORDINATOR)
def settle(incident_id: str) -> ResponseReturnValue:
    """Everything was seen to."""
    outcome = services.settle_incident(incident_id)
    if isinstance(outcome, Refused):
        flash(" ".join(outcome.problems.values()), "error")
    else:
        flash("Noted.", "success")
    return redirect(url_for(".index"), 303)


@bp.post("/later/<follow_up_id>")
@allow_signed_in
def answer(follow_up_id: str) -> ResponseReturnValue:
    """How one is: the answer leads somewhere and is kept nowhere."""
    outcome = services.answer_follow_up(follow_up_id, current_user.id)
    if isinstance(outcome, Saved) and request.form.get("how") == "talk":
        return redirect(url_for("checkins.weekly"), 303)
    if isinstance(outcome, Saved) and request.form.get("how") == "easy":
        return redirect(url_for("people.easy"), 303)
    flash("Thank you.", "success")
    return redirect(url_for(".index"), 303)

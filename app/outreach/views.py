"""Pages of those who are out."""

from __future__ import annotations

from flask import Blueprint, Response, abort, flash, make_response, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_login import current_user

from app import clock
from app.access import Role, allow
from app.attendance import day
from app.attendance.queries import people_choices
from app.editing import Outcome, Outdated, Refused, Saved
from app.outreach import queries, services
from app.outreach.forms import OutingForm
from app.outreach.queries import Out

bp = Blueprint("outreach", __name__, url_prefix="/outreach")

ON_SHIFTS = (Role.PEER, Role.COORDINATOR)
LOOK_AGAIN_SECONDS = 60
YOU_ARE_OUT = "You are on the board. Come back safely, and tap when you are."
THEY_ARE_OUT = "They are on the board. Tap here when they are back."


def is_coordinator() -> bool:
    """Whether the person signed in coordinates."""
    return Role.COORDINATOR in current_user.roles


@bp.get("/")
@allow(*ON_SHIFTS)
def index() -> Response:
    """The board of who is out; a page that stays open looks again by itself, so that it never stays green."""
    response = make_response(
        render_template(
            "outreach/index.html",
            outings=queries.outings_for(current_user.id, is_coordinator=is_coordinator()),
            is_coordinator=is_coordinator(),
            me=current_user.id,
            now=clock.now(),
        )
    )
    response.headers["Refresh"] = str(LOOK_AGAIN_SECONDS)
    return response


@bp.get("/add")
@allow(*ON_SHIFTS)
def add() -> str:
    """A form for going out; the person's own shift of today and their last contact fill it in."""
    form = _form()
    own = _own_place()
    form.people.data = [current_user.id]
    if own is not None:
        form.site_id.data = own.site_id
        (shift,) = day.board(shift_ids=[own.shift_id])
        form.people.data = [each.person_id for each in shift.places if each.is_planned]
    form.due.data = clock.local(services.due_after(clock.now())).time()
    contact = queries.last_contact(current_user.id)
    if contact is not None:
        form.contact_name.data, form.contact_email.data, form.contact_phone.data = contact
    return _page(form, own)


@bp.post("/add")
@allow(*ON_SHIFTS)
def add_submit() -> ResponseReturnValue:
    """Go out."""
    form = _form()
    if form.validate_on_submit():
        outcome = services.go_out(form.row_key, form.people.data or [], form.row, current_user.id)
        if isinstance(outcome, Saved):
            is_with = current_user.id in (form.people.data or [])
            flash(outcome.words or (YOU_ARE_OUT if is_with else THEY_ARE_OUT), "success")
            return redirect(url_for(".index"), 303)
        for name, words in getattr(outcome, "problems", {}).items():
            if name in form:
                form[name].errors = [*form[name].errors, words]
            else:
                form.form_errors.append(words)
    return _page(form, _own_place()), 422


def _form() -> OutingForm:
    return OutingForm(people_choices(), queries.site_choices())


def _own_place() -> day.Place | None:
    return next((each for each in day.own_day(current_user.id) if not each.is_over), None)


def _page(form: OutingForm, own: day.Place | None) -> str:
    """The form; people who are at the same site today stand first, all others under a fold."""
    first = day.people_today(own.site_id if own else None) | set(form.people.data or [])
    return render_template("outreach/add.html", form=form, first=first)


def _mine(outing_id: str) -> Out:
    """The outing, for a coordinator, one of those who are out, or who noted that they go."""
    found = queries.outing(outing_id)
    if found is None or not (is_coordinator() or found.is_of(current_user.id)):
        abort(404)
    return found


@bp.post("/<outing_id>/back")
@allow(*ON_SHIFTS)
def back(outing_id: str) -> ResponseReturnValue:
    """We are back."""
    _mine(outing_id)
    return _told(services.come_back(outing_id, current_user.id), "Noted: back. Thank you.")


@bp.post("/<outing_id>/longer")
@allow(*ON_SHIFTS)
def longer(outing_id: str) -> ResponseReturnValue:
    """Half an hour more."""
    _mine(outing_id)
    return _told(services.stay_longer(outing_id, _version(), current_user.id), "Half an hour more.")


@bp.post("/<outing_id>/reopen")
@allow(*ON_SHIFTS)
def reopen(outing_id: str) -> ResponseReturnValue:
    """Not back after all."""
    _mine(outing_id)
    return _told(services.reopen(outing_id, _version(), current_user.id), "Taken back: still out.")


def _version() -> int:
    text = request.form.get("version", "")
    return int(text) if text.isdecimal() and len(text) < 10 else -1  # noqa: PLR2004 - more digits than versions


def _told(outcome: Outcome, words: str) -> ResponseReturnValue:
    if isinstance(outcome, Refused):
        flash(" ".join(outcome.problems.values()), "error")
    elif isinstance(outcome, Outdated):
        flash("Someone changed this meanwhile. Please look again.", "warning")
    else:
        flash(outcome.words or words, "success")
    return redirect(url_for(".index"), 303)

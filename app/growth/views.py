"""Pages of the growth path."""

from __future__ import annotations

from flask import Blueprint, abort, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_login import current_user

from app.access import Role, allow, allow_signed_in
from app.editing import Outcome, Outdated, Refused, Saved
from app.growth import queries, services
from app.growth.forms import LevelForm
from app.growth.steps import OPENS, STEPS
from app.people.words import LEVEL_WORDS

bp = Blueprint("growth", __name__, url_prefix="/path")


PLANNERS = (Role.COORDINATOR, Role.ADMIN)


def _may_look() -> bool:
    """Whether the person signed in sees the paths of others: who keeps the people does, and mentors."""
    return _may_set() or queries.is_mentor(current_user.id)


def _may_set() -> bool:
    return not current_user.roles.isdisjoint(PLANNERS)


@bp.get("/")
@allow_signed_in
def mine() -> str:
    """My own path."""
    return render_template(
        "growth/mine.html",
        path=queries.path_of(current_user.id),
        moves=queries.moves_of(current_user.id),
        levels=list(STEPS),
        opens=OPENS,
        may_look=_may_look(),
    )


@bp.get("/people")
@allow_signed_in
def index() -> str:
    """Everyone who is on the way."""
    if not _may_look():
        abort(404)
    return render_template("growth/index.html", paths=queries.paths())


@bp.get("/people/<person_id>")
@allow_signed_in
def show(person_id: str) -> str:
    """One person's path, where mentors sign off."""
    if not _may_look():
        abort(404)
    path = queries.path_of(person_id) or abort(404)
    may_sign = queries.is_mentor(current_user.id) and person_id != current_user.id
    return render_template(
        "growth/show.html",
        path=path,
        moves=queries.moves_of(person_id),
        may_sign=may_sign,
        may_set=_may_set() and person_id != current_user.id,
    )


@bp.post("/people/<person_id>/steps/<step>")
@allow_signed_in
def sign_off(person_id: str, step: str) -> ResponseReturnValue:
    """A mentor signs a step off."""
    return _told(person_id, services.sign_off(person_id, step, current_user.id), "Signed off.")


@bp.post("/people/<person_id>/steps/<step>/take-back")
@allow_signed_in
def take_back(person_id: str, step: str) -> ResponseReturnValue:
    """A mentor takes a sign-off back."""
    return _told(person_id, services.take_back_sign_off(person_id, step, current_user.id), "Taken back.")


@bp.post("/people/<person_id>/up")
@allow_signed_in
def move_up(person_id: str) -> ResponseReturnValue:
    """A mentor moves someone up."""
    text = request.form.get("version", "")
    version = int(text) if text.isdecimal() and len(text) < 10 else -1  # noqa: PLR2004 - more digits than versions
    outcome = services.move_up(person_id, version, current_user.id)
    path = queries.path_of(person_id)
    level = LEVEL_WORDS[path.level].lower() if path else ""  # type: ignore[index]
    return _told(person_id, outcome, f"Done: now a {level}. Tell them the good news.")


@bp.get("/people/<person_id>/level")
@allow(*PLANNERS)
def level(person_id: str) -> str:
    """A form that sets the level by hand."""
    path = queries.path_of(person_id) or abort(404)
    form = LevelForm(formdata=None, level=path.level)
    form.show(path.version)
    return render_template("growth/level.html", form=form, path=path)


@bp.post("/people/<person_id>/level")
@allow(*PLANNERS)
def level_submit(person_id: str) -> ResponseReturnValue:
    """Set it."""
    path, form, status = queries.path_of(person_id) or abort(404), LevelForm(), 422
    if form.validate_on_submit():
        outcome = services.set_level(person_id, form.level.data, form.reason.data, form.seen_version, current_user.id)
        if isinstance(outcome, Saved):
            flash("Saved.", "success")
            return redirect(url_for(".show", person_id=person_id), 303)
        if isinstance(outcome, Outdated):
            form.show(outcome.version)
            form.form_errors.append("Someone changed this person meanwhile. Please look again.")
            status = 409
        else:
            form.take(outcome.problems)
        path = queries.path_of(person_id) or abort(404)
    return render_template("growth/level.html", form=form, path=path), status


def _told(person_id: str, outcome: Outcome, words: str) -> ResponseReturnValue:
    if isinstance(outcome, Refused):
        flash(" ".join(outcome.problems.values()), "error")
    elif isinstance(outcome, Outdated):
        flash("Someone changed this meanwhile. Please look again.", "warning")
    else:
        flash(words, "success")
    return redirect(url_for(".show", person_id=person_id) if _may_look() else url_for(".mine"), 303)

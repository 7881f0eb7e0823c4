"""Who is there for people, inside and outside, and what a seizure would surrender."""

from __future__ import annotations

from flask import flash, render_template
from flask.typing import ResponseReturnValue
from flask_login import current_user

from app.access import allow, allow_signed_in
from app.checkins import queries, services
from app.checkins.forms import HelpLineForm, ListenerForm
from app.checkins.seizure import IN_SHORT, surrendered
from app.checkins.views import KEEPERS, bp
from app.editing import Refused
from app.fields import choices
from app.one_address import turn_to
from app.people.queries import others_by_name, person


@bp.get("/people")
@allow(*KEEPERS)
def listeners() -> str:
    """Who may be chosen to be in touch, and whom to call outside."""
    return _listeners_page(_listener_form(), HelpLineForm(prefix="line-"))


def _listener_form() -> ListenerForm:
    form = ListenerForm()
    me = person(current_user.id)
    everyone = others_by_name(current_user.id)
    form.person.choices = choices([("", "Choose someone"), *([(me.id, me.name)] if me else []), *everyone])
    return form


def _listeners_page(form: ListenerForm, line: HelpLineForm) -> str:
    return render_template(
        "checkins/listeners.html",
        form=form,
        line=line,
        named=queries.named_listeners(),
    )


@bp.post("/people")
@allow(*KEEPERS)
def listeners_submit() -> ResponseReturnValue:
    """Let someone be chosen."""
    form = _listener_form()
    if form.validate_on_submit():
        outcome = services.name_listener(form.person.data, form.words.data)
        if not isinstance(outcome, Refused):
            flash("They can be chosen once they have set up their private words.", "success")
            return turn_to(".listeners")
        form.person.errors = list(outcome.problems.values())
    return _listeners_page(form, HelpLineForm(formdata=None, prefix="line-")), 422


@bp.post("/people/<person_id>/retire")
@allow(*KEEPERS)
def retire(person_id: str) -> ResponseReturnValue:
    """Let nobody choose someone any more."""
    services.retire_listener(person_id)
    flash("Nobody can choose them any more.", "success")
    return turn_to(".listeners")


@bp.post("/lines/add")
@allow(*KEEPERS)
def add_line() -> ResponseReturnValue:
    """Add someone to call."""
    line = HelpLineForm(prefix="line-")
    if line.validate_on_submit():
        services.add_help_line(line.name.data, line.phone.data, line.words.data or "")
        flash("Added.", "success")
        return turn_to(".listeners")
    form = ListenerForm(formdata=None)
    form.person.choices = _listener_form().person.choices
    return _listeners_page(form, line), 422


@bp.post("/lines/<line_id>/remove")
@allow(*KEEPERS)
def remove_line(line_id: str) -> ResponseReturnValue:
    """Take someone off the list."""
    services.remove_help_line(line_id)
    flash("Removed.", "success")
    return turn_to(".listeners")


@bp.get("/about")
@allow_signed_in
def seized() -> str:
    """What a seizure of the server would surrender."""
    return render_template("checkins/seized.html", in_short=IN_SHORT, parts_held=surrendered())

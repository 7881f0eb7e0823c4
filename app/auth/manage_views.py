"""Pages on which coordinators and admins help others to sign in, without learning a secret of theirs."""

from __future__ import annotations

import segno
from flask import abort, flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_login import current_user
from markupsafe import Markup

from app.access import Role, allow
from app.auth import queries, services
from app.auth.passphrases import spaced
from app.auth.views import bp
from app.people.models import Person


def _person(person_id: str) -> Person:
    """The person, if the one signed in may renew their doors; else the page is refused."""
    person = queries.person_named(person_id)
    if person is None:
        abort(404)
    if not queries.may_manage(current_user, person_id):
        abort(403)
    return person


def _active(person_id: str) -> Person:
    person = _person(person_id)
    if not person.is_active:
        abort(409)
    return person


@bp.get("/people/<person_id>/sign-in")
@allow(Role.COORDINATOR, Role.ADMIN)
def doors_of(person_id: str) -> str:
    """How a person signs in, and what can be renewed."""
    person = _person(person_id)
    return render_template(
        "auth/doors.html",
        person=person,
        doors=queries.doors_of(person_id),
        places=queries.places_of(person_id),
        has_email=bool(person.email),
        is_admin=Role.ADMIN in current_user.roles,
    )


@bp.post("/people/<person_id>/sign-in/code")
@allow(Role.COORDINATOR, Role.ADMIN)
def give_code(person_id: str) -> str:
    """Make a one-time code and show it, once."""
    person = _active(person_id)
    name, name_code = person.name, person.code
    code = services.give_code(person_id)
    return render_template(
        "auth/code_given.html", name=name, name_code=name_code, code=spaced(code), person_id=person_id
    )


@bp.post("/people/<person_id>/sign-in/card")
@allow(Role.COORDINATOR, Role.ADMIN)
def renew_card(person_id: str) -> str:
    """Make a new card and show it to be printed, once."""
    name = _active(person_id).name
    token, code = services.renew_card(person_id)
    address = services.public_address("auth.card", token=token)
    picture = segno.make(address, error="m").svg_inline(
        scale=4, border=4, dark="#000", light="#fff", svgclass=None, lineclass=None
    )
    return render_template(
        "auth/card_made.html",
        name=name,
        person_id=person_id,
        picture=Markup(picture),  # noqa: S704 - drawn by segno from our own address
        code=spaced(code),
    )


@bp.post("/people/<person_id>/sign-in/card/void")
@allow(Role.COORDINATOR, Role.ADMIN)
def void_card(person_id: str) -> ResponseReturnValue:
    """Make a lost card useless."""
    _person(person_id)
    services.void_card(person_id)
    flash("The card no longer works.", "success")
    return redirect(url_for("auth.doors_of", person_id=person_id), 303)


@bp.post("/people/<person_id>/sign-in/invite")
@allow(Role.COORDINATOR, Role.ADMIN)
def invite(person_id: str) -> ResponseReturnValue:
    """Mail an invitation to set up a passphrase."""
    _active(person_id)
    if services.invite(person_id):
        flash("The invitation is on its way. It works once, for three days.", "success")
    else:
        flash("There is no e-mail address for this person. Give them a code instead.", "error")
    return redirect(url_for("auth.doors_of", person_id=person_id), 303)


@bp.post("/people/<person_id>/sign-in/end")
@allow(Role.COORDINATOR, Role.ADMIN)
def end_all_of(person_id: str) -> ResponseReturnValue:
    """Sign a person out everywhere, for one whose phone is lost."""
    _person(person_id)
    services.end_every_place(person_id)
    flash("They are signed out everywhere.", "success")
    return redirect(url_for("auth.doors_of", person_id=person_id), 303)


@bp.post("/people/<person_id>/sign-in/second-step/remove")
@allow(Role.ADMIN)
def remove_second_step(person_id: str) -> ResponseReturnValue:
    """Take away the second step of someone who lost their phone and recovery codes."""
    _person(person_id)
    services.remove_second_step(person_id)
    flash("The second step is off. They are signed out everywhere and should set it up again.", "success")
    return redirect(url_for("auth.doors_of", person_id=person_id), 303)

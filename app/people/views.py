"""Pages about people: the list, one person, one's own profile."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, abort, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_login import current_user

from app.access import ROLE_WORDS, Role, allow, allow_signed_in
from app.editing import Outdated, Refused, Saved
from app.fields import differences
from app.people import queries, services
from app.people.forms import PersonForm, ProfileForm
from app.people.models import Level, Person
from app.people.words import DIAL_WORDS, GRADE_WORDS, LEVEL_WORDS, ROLE_SHORT

bp = Blueprint("people", __name__, url_prefix="/people")

PLANNERS = (Role.COORDINATOR, Role.ADMIN)


@bp.app_context_processor
def _words() -> dict[str, object]:
    return {
        "LEVEL_WORDS": LEVEL_WORDS,
        "GRADE_WORDS": GRADE_WORDS,
        "DIAL_WORDS": DIAL_WORDS,
        "ROLE_WORDS": ROLE_WORDS,
        "ROLE_SHORT": ROLE_SHORT,
    }


def person_or_404(person_id: str) -> Person:
    """The person of an address, or the page that says there is none."""
    return queries.person(person_id) or abort(404)


@bp.get("/")
@allow(*PLANNERS)
def index() -> str:
    """The list of people."""
    asked = request.args
    narrowed = queries.PeopleFilter(
        search=asked.get("search", "").strip()[:80],
        role=asked.get("role", ""),
        level=asked.get("level", ""),
        skill_id=asked.get("skill", ""),
        state=asked.get("state", "active"),
    )
    found = queries.people_page(narrowed, asked.get("page", 1, int))
    return render_template(
        "people/index.html",
        found=found,
        narrowed=narrowed,
        skills=queries.active_skills(),
        levels=list(Level),
        roles=list(Role),
        is_narrowed=narrowed != queries.PeopleFilter(),
        page_url=url_for(".index", **(asked.to_dict() | {"page": "PAGE"})),  # type: ignore[arg-type]
    )


@bp.get("/add")
@allow(*PLANNERS)
def add() -> str:
    """An empty form for a new person."""
    return render_template("people/add.html", form=_new_form())


@bp.post("/add")
@allow(*PLANNERS)
def add_submit() -> ResponseReturnValue:
    """Add the person."""
    form = _new_form()
    if form.validate_on_submit():
        outcome = services.add_person(form.facts, current_user.roles)
        if isinstance(outcome, Saved):
            flash("Added. Now say what this person can do and when they can come.", "success")
            return redirect(url_for(".show", person_id=outcome.id), 303)
        form.take(getattr(outcome, "problems", {}))
    return render_template("people/add.html", form=form), 422


def _new_form() -> PersonForm:
    return PersonForm(with_roles=Role.ADMIN in current_user.roles, with_address=True, with_level=True)


@bp.get("/<person_id>")
@allow(*PLANNERS)
def show(person_id: str) -> str:
    """One person."""
    person = person_or_404(person_id)
    return render_template(
        "people/show.html",
        person=person,
        roles=", ".join(ROLE_WORDS[role] for role in Role if role in person.roles),
        skills=queries.skills_of(person_id),
        coming=queries.coming_shifts(person_id),
        namesakes=queries.namesakes(person.name, person_id),
        may_manage=queries.may_manage_fully(current_user.roles, person),
    )


@bp.get("/<person_id>/edit")
@allow(*PLANNERS)
def edit(person_id: str) -> str:
    """The form of one person."""
    person = person_or_404(person_id)
    form = _person_form(person)
    form.show(person.version)
    return render_template("people/edit.html", form=form, person=person, theirs=None)


@bp.post("/<person_id>/edit")
@allow(*PLANNERS)
def edit_submit(person_id: str) -> ResponseReturnValue:
    """Change the person."""
    person = person_or_404(person_id)
    form, theirs = _person_form(person), None
    if form.validate_on_submit():
        outcome = services.change_person(person_id, _given(form), form.seen_version, current_user.roles)
        if isinstance(outcome, Refused):
            form.take(outcome.problems)
        elif isinstance(outcome, Outdated):
            theirs = differences(form, _person_form(person_or_404(person_id), is_fresh=True))
            form.show(outcome.version)
        else:
            flash("Saved.", "success")
            return redirect(url_for(".show", person_id=person_id), 303)
    return render_template(
        "people/edit.html", form=form, person=person_or_404(person_id), theirs=theirs
    ), 422 if theirs is None else 409


def _person_form(person: Person, *, is_fresh: bool = False) -> PersonForm:
    """The person's form; a fresh one shows what is kept, whatever was sent."""
    known: dict[str, Any] = {"formdata": None} if is_fresh else {}
    return PersonForm(
        obj=person,
        with_roles=Role.ADMIN in current_user.roles,
        with_address=queries.may_manage_fully(current_user.roles, person),
        **known,
    )


def _given(form: PersonForm) -> dict[str, object]:
    """What was filled in; a code left empty stays as it is."""
    facts = form.facts
    return facts if facts.get("code") else {name: value for name, value in facts.items() if name != "code"}


@bp.get("/<person_id>/leaving")
@allow(*PLANNERS)
def leaving(person_id: str) -> str:
    """What it means when a person leaves (or comes back), before it is done."""
    person = person_or_404(person_id)
    return render_template("people/leaving.html", person=person, coming=queries.coming_shifts(person_id))


@bp.post("/<person_id>/leaving")
@allow(*PLANNERS)
def leaving_submit(person_id: str) -> ResponseReturnValue:
    """Let the person leave, or come back."""
    person = person_or_404(person_id)
    is_back = request.form.get("active") == "yes"
    outcome = services.set_active(person_id, _whole(request.form.get("version")), current_user.roles, is_active=is_back)
    if isinstance(outcome, Refused):
        flash(" ".join(outcome.problems.values()), "error")
    elif isinstance(outcome, Outdated):
        flash("Someone changed this person meanwhile. Please look again.", "warning")
    else:
        flash(f"{person.name} is back." if is_back else f"{person.name} is not active any more.", "success")
    return redirect(url_for(".show", person_id=person_id), 303)


def _whole(text: str | None) -> int:
    return int(text) if text and text.isdecimal() and len(text) < 10 else -1  # noqa: PLR2004 - more digits than versions


@bp.get("/me")
@allow_signed_in
def me() -> str:
    """One's own profile."""
    return render_template(
        "people/me.html", person=person_or_404(current_user.id), skills=queries.skills_of(current_user.id)
    )


@bp.get("/me/edit")
@allow_signed_in
def me_edit() -> str:
    """The form of one's own profile."""
    person = person_or_404(current_user.id)
    form = ProfileForm(obj=person)
    form.show(person.version)
    return render_template("people/me_edit.html", form=form, theirs=None)


@bp.post("/me/edit")
@allow_signed_in
def me_edit_submit() -> ResponseReturnValue:
    """Change one's own profile."""
    form, theirs = ProfileForm(obj=person_or_404(current_user.id)), None
    if form.validate_on_submit():
        outcome = services.change_own_profile(current_user.id, form.facts, form.seen_version)
        if isinstance(outcome, Refused):
            form.take(outcome.problems)
        elif isinstance(outcome, Outdated):
            theirs = differences(form, ProfileForm(formdata=None, obj=person_or_404(current_user.id)))
            form.show(outcome.version)
        else:
            flash("Saved.", "success")
            return redirect(url_for(".me"), 303)
    return render_template("people/me_edit.html", form=form, theirs=theirs), 422 if theirs is None else 409

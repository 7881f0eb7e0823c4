"""Pages about skills: the catalogue, and what one person holds."""

from __future__ import annotations

from flask import abort, flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue

from app.access import allow
from app.editing import Outdated, Refused, Saved
from app.fields import differences
from app.people import queries, services
from app.people.forms import GiveSkillForm, HeldSkillForm, SkillForm
from app.people.models import Skill
from app.people.queries import Held
from app.people.views import PLANNERS, bp, person_or_404


@bp.get("/skills")
@allow(*PLANNERS)
def skills() -> str:
    """Every skill and kind of certificate."""
    return render_template("people/skills.html", entries=queries.catalogue())


@bp.get("/skills/add")
@allow(*PLANNERS)
def skill_add() -> str:
    """An empty form for a new skill."""
    return render_template("people/skill_add.html", form=SkillForm())


@bp.post("/skills/add")
@allow(*PLANNERS)
def skill_add_submit() -> ResponseReturnValue:
    """Add the skill."""
    form = SkillForm()
    if form.validate_on_submit():
        outcome = services.add_skill(form.facts)
        if isinstance(outcome, Saved):
            flash(f"{form.name.data} is in the list.", "success")
            return redirect(url_for(".skills"), 303)
        form.take(getattr(outcome, "problems", {}))
    return render_template("people/skill_add.html", form=form), 422


@bp.get("/skills/<skill_id>")
@allow(*PLANNERS)
def skill(skill_id: str) -> str:
    """The form of one skill."""
    found = queries.skill(skill_id) or abort(404)
    form = SkillForm(obj=found)
    form.show(found.version)
    return render_template("people/skill.html", form=form, skill=found, theirs=None)


@bp.post("/skills/<skill_id>")
@allow(*PLANNERS)
def skill_submit(skill_id: str) -> ResponseReturnValue:
    """Change the skill."""
    form, theirs = SkillForm(obj=queries.skill(skill_id) or abort(404)), None
    if form.validate_on_submit():
        outcome = services.change_skill(skill_id, form.facts, form.seen_version)
        if isinstance(outcome, Refused):
            form.take(outcome.problems)
        elif isinstance(outcome, Outdated):
            theirs = differences(form, SkillForm(formdata=None, obj=queries.skill(skill_id)))
            form.show(outcome.version)
        else:
            flash("Saved.", "success")
            return redirect(url_for(".skills"), 303)
    page = render_template("people/skill.html", form=form, skill=queries.skill(skill_id), theirs=theirs)
    return page, 422 if theirs is None else 409


@bp.get("/<person_id>/skills/add")
@allow(*PLANNERS)
def give(person_id: str) -> str:
    """A form to note one more skill of a person."""
    return _give_page(person_id, GiveSkillForm(_not_held(person_id)))


@bp.post("/<person_id>/skills/add")
@allow(*PLANNERS)
def give_submit(person_id: str) -> ResponseReturnValue:
    """Note the skill."""
    person_or_404(person_id)
    form = GiveSkillForm(queries.active_skills())
    if form.validate_on_submit():
        outcome = services.give_skill(
            person_id, form.skill_id.data, form.obtained_on.data, form.expires_on.data, lasts=form.lasts.data
        )
        if isinstance(outcome, Saved):
            flash("Added.", "success")
            return redirect(url_for(".show", person_id=person_id), 303)
        form.take(getattr(outcome, "problems", {}))
    return _give_page(person_id, form), 422


def _not_held(person_id: str) -> list[Skill]:
    there = {held.skill_id for held in queries.skills_of(person_id)}
    return [each for each in queries.active_skills() if each.id not in there]


def _give_page(person_id: str, form: GiveSkillForm) -> str:
    return render_template("people/give.html", form=form, person=person_or_404(person_id))


@bp.get("/<person_id>/skills/<held_id>")
@allow(*PLANNERS)
def held(person_id: str, held_id: str) -> str:
    """One skill or certificate of a person, to renew or take away."""
    found = queries.held_skill(person_id, held_id) or abort(404)
    return _held_page(person_id, found, _held_form(found))


@bp.post("/<person_id>/skills/<held_id>")
@allow(*PLANNERS)
def held_submit(person_id: str, held_id: str) -> ResponseReturnValue:
    """Renew or change it."""
    found = queries.held_skill(person_id, held_id) or abort(404)
    form = HeldSkillForm()
    if form.validate_on_submit():
        outcome = services.change_held_skill(
            person_id, held_id, form.obtained_on.data, form.expires_on.data, form.seen_dates, lasts=form.lasts.data
        )
        if isinstance(outcome, Saved):
            flash("Saved.", "success")
            return redirect(url_for(".show", person_id=person_id), 303)
        if isinstance(outcome, Outdated):
            fresh = queries.held_skill(person_id, held_id) or abort(404)
            theirs = differences(form, _held_form(fresh, is_fresh=True))
            form.see(fresh.obtained_on, fresh.expires_on)
            return _held_page(person_id, fresh, form, theirs), 409
        form.take(outcome.problems)
    return _held_page(person_id, found, form), 422


@bp.get("/<person_id>/skills/<held_id>/take")
@allow(*PLANNERS)
def take(person_id: str, held_id: str) -> str:
    """Before it is noted that they do not have it."""
    found = queries.held_skill(person_id, held_id) or abort(404)
    return render_template("people/take.html", held=found, person=person_or_404(person_id))


@bp.post("/<person_id>/skills/<held_id>/take")
@allow(*PLANNERS)
def take_submit(person_id: str, held_id: str) -> ResponseReturnValue:
    """Note that they do not have it (any more)."""
    found = queries.held_skill(person_id, held_id) or abort(404)
    services.take_skill(person_id, held_id)
    flash(f"{found.name} is taken off the list.", "success")
    return redirect(url_for(".show", person_id=person_id), 303)


def _held_form(found: Held, *, is_fresh: bool = False) -> HeldSkillForm:
    known = {"formdata": None} if is_fresh else {}
    lasts = found.expires_on is None and found.obtained_on is not None
    form = HeldSkillForm(
        data={"obtained_on": found.obtained_on, "expires_on": found.expires_on, "lasts": lasts}, **known
    )
    form.see(found.obtained_on, found.expires_on)
    return form


def _held_page(person_id: str, found: Held, form: HeldSkillForm, theirs: object = None) -> str:
    return render_template("people/held.html", form=form, held=found, person=person_or_404(person_id), theirs=theirs)

"""Pages about sites and kinds of service."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, abort, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from app.access import Role, allow
from app.editing import Saved, settle
from app.people import queries as people
from app.sites import queries, services
from app.sites.forms import ServiceForm, SiteForm
from app.sites.models import Pattern, Service, Site
from app.sites.words import DEMANDING_WORDS, bounds_words, days_words, demand_words, times_words

bp = Blueprint("sites", __name__, url_prefix="/sites")

PLANNERS = (Role.COORDINATOR, Role.ADMIN)


@bp.context_processor
def _words() -> dict[str, object]:
    return {
        "DEMANDING_WORDS": DEMANDING_WORDS,
        "days_words": days_words,
        "times_words": times_words,
        "bounds_words": bounds_words,
        "demand_words": demand_words,
    }


def skill_choices() -> list[tuple[str, str]]:
    """Skills that a shift can ask for."""
    return [(each.id, each.name) for each in people.active_skills()]


@bp.get("/")
@allow(*PLANNERS)
def index() -> str:
    """Every site."""
    return render_template("sites/index.html", entries=queries.site_entries())


@bp.get("/add")
@allow(*PLANNERS)
def add() -> str:
    """An empty form for a new site."""
    return render_template("sites/add.html", form=SiteForm())


@bp.post("/add")
@allow(*PLANNERS)
def add_submit() -> ResponseReturnValue:
    """Add the site."""
    form = SiteForm()
    if form.validate_on_submit():
        outcome = services.add_site(form.facts)
        if isinstance(outcome, Saved):
            flash("Added. Now say which shifts come round here.", "success")
            return redirect(url_for(".show", site_id=outcome.id), 303)
        form.take(getattr(outcome, "problems", {}))
    return render_template("sites/add.html", form=form), 422


@bp.get("/<site_id>")
@allow(*PLANNERS)
def show(site_id: str) -> str:
    """One site with the patterns that make shifts there."""
    site = queries.site(site_id) or abort(404)
    return render_template("sites/show.html", site=site, entries=queries.pattern_entries(site_id))


@bp.get("/<site_id>/edit")
@allow(*PLANNERS)
def edit(site_id: str) -> str:
    """The form of one site."""
    site = queries.site(site_id) or abort(404)
    form = SiteForm(obj=site)
    form.show(site.version)
    return render_template("sites/edit.html", form=form, site=site, theirs=None)


@bp.post("/<site_id>/edit")
@allow(*PLANNERS)
def edit_submit(site_id: str) -> ResponseReturnValue:
    """Change the site."""
    form, theirs = SiteForm(obj=queries.site(site_id) or abort(404)), None
    if form.validate_on_submit():
        outcome = services.change_site(site_id, form.facts, form.seen_version)
        if isinstance(outcome, Saved):
            flash("Saved.", "success")
            return redirect(url_for(".show", site_id=site_id), 303)
        theirs = settle(form, outcome, lambda: SiteForm(formdata=None, obj=queries.site(site_id)))
    page = render_template("sites/edit.html", form=form, site=queries.site(site_id) or abort(404), theirs=theirs)
    return page, 422 if theirs is None else 409


@bp.get("/services")
@allow(*PLANNERS)
def service_list() -> str:
    """Every kind of service."""
    return render_template("sites/service_list.html", entries=queries.service_entries())


@bp.get("/services/add")
@allow(*PLANNERS)
def service_add() -> str:
    """An empty form for a new kind of service."""
    return render_template("sites/service_add.html", form=ServiceForm(skill_choices()))


@bp.post("/services/add")
@allow(*PLANNERS)
def service_add_submit() -> ResponseReturnValue:
    """Add the kind of service."""
    form = ServiceForm(skill_choices())
    if form.validate_on_submit():
        outcome = services.add_service(form.facts)
        if isinstance(outcome, Saved):
            flash(f"{form.name.data} is in the list.", "success")
            return redirect(url_for(".service_list"), 303)
        form.take(getattr(outcome, "problems", {}))
    return render_template("sites/service_add.html", form=form), 422


@bp.get("/services/<service_id>")
@allow(*PLANNERS)
def service(service_id: str) -> str:
    """The form of one kind of service."""
    found = queries.service(service_id) or abort(404)
    form = ServiceForm(_skills_with(found), obj=found)
    form.show(found.version)
    return render_template("sites/service.html", form=form, service=found, theirs=None)


@bp.post("/services/<service_id>")
@allow(*PLANNERS)
def service_submit(service_id: str) -> ResponseReturnValue:
    """Change the kind of service."""
    found = queries.service(service_id) or abort(404)
    form, theirs = ServiceForm(_skills_with(found), obj=found), None
    if form.validate_on_submit():
        outcome = services.change_service(service_id, form.facts, form.seen_version)
        if isinstance(outcome, Saved):
            flash("Saved.", "success")
            return redirect(url_for(".service_list"), 303)
        theirs = settle(
            form,
            outcome,
            lambda: ServiceForm(_skills_with(found), formdata=None, obj=queries.service(service_id)),
        )
    page = render_template(
        "sites/service.html", form=form, service=queries.service(service_id) or abort(404), theirs=theirs
    )
    return page, 422 if theirs is None else 409


def _skills_with(found: Service) -> list[tuple[str, str]]:
    """Skills in use, and those that lead or are needed now even when they are not."""
    offered = skill_choices()
    asked = {found.lead_skill_id or "", *found.need_ids} - {"", *(each for each, _ in offered)}
    old = [each for skill_id in sorted(asked) if (each := people.skill(skill_id)) is not None]
    return offered + [(each.id, f"{each.name} (not in use)") for each in old]


KINDS: dict[str, tuple[type[services.Thing], Any, Any]] = {
    "site": (Site, queries.site, lambda row: url_for(".show", site_id=row.id)),
    "service": (Service, queries.service, lambda row: url_for(".service", service_id=row.id)),
    "pattern": (Pattern, queries.pattern, lambda row: url_for(".pattern", pattern_id=row.id)),
}


@bp.get("/out-of-use/<kind>/<row_id>")
@allow(*PLANNERS)
def retire(kind: str, row_id: str) -> str:
    """What it means when something goes out of use, before it does."""
    _, find, page_of = KINDS.get(kind) or abort(404)
    row = find(row_id) or abort(404)
    patterns = 0 if kind == "pattern" else queries.live_pattern_count(kind, row_id)
    return render_template("sites/retire.html", kind=kind, row=row, back=page_of(row), patterns=patterns)


@bp.post("/out-of-use/<kind>/<row_id>")
@allow(*PLANNERS)
def retire_submit(kind: str, row_id: str) -> ResponseReturnValue:
    """Put it out of use, or back."""
    model, find, page_of = KINDS.get(kind) or abort(404)
    row = find(row_id) or abort(404)
    address, is_back = page_of(row), request.form.get("active") == "yes"
    version = request.form.get("version", "")
    seen = int(version) if version.isdecimal() and len(version) < 10 else -1  # noqa: PLR2004 - more digits than versions
    outcome = services.set_in_use(model, row_id, seen, is_active=is_back)
    if isinstance(outcome, Saved):
        flash("It is in use again." if is_back else "It is out of use. You can bring it back here.", "success")
    else:
        flash("Someone changed it meanwhile. Please look again.", "warning")
    return redirect(address, 303)

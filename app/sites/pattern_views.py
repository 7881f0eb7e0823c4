"""Pages of the patterns that shifts are made from."""

from __future__ import annotations

from datetime import date
from typing import Any

from flask import abort, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from app import clock
from app.access import allow
from app.editing import Saved, settle
from app.sites import queries, services
from app.sites.calendar import next_days
from app.sites.forms import PatternForm, new_pattern_data, pattern_data
from app.sites.models import Pattern
from app.sites.views import PLANNERS, bp, skill_choices

AHEAD = 12
MORE_LINES = 2


@bp.get("/patterns")
@allow(*PLANNERS)
def patterns() -> str:
    """Every pattern, by site."""
    site_id = request.args.get("site", "")
    return render_template(
        "sites/patterns.html",
        entries=queries.pattern_entries(site_id),
        sites=queries.active_sites(),
        site_id=site_id,
    )


@bp.get("/patterns/add")
@allow(*PLANNERS)
def pattern_add() -> str:
    """A form for a new pattern, empty or as a copy of another."""
    like = queries.pattern(request.args.get("like", ""))
    form = PatternForm(data=new_pattern_data(clock.today(), request.args.get("site", ""), like))
    return _page("sites/pattern_add.html", _offered(form))


@bp.post("/patterns/add")
@allow(*PLANNERS)
def pattern_add_submit() -> ResponseReturnValue:
    """Add the pattern, or only look at its days or get more lines."""
    form = _offered(PatternForm())
    if _asks_only():
        return _page("sites/pattern_add.html", form)
    if form.validate_on_submit():
        outcome = services.add_pattern(form.facts)
        if isinstance(outcome, Saved):
            flash("Added.", "success")
            return redirect(url_for(".pattern", pattern_id=outcome.id), 303)
        form.take(getattr(outcome, "problems", {}))
    return _page("sites/pattern_add.html", form), 422


@bp.get("/patterns/<pattern_id>")
@allow(*PLANNERS)
def pattern(pattern_id: str) -> str:
    """One pattern with its next days."""
    entry = queries.pattern_entry(pattern_id) or abort(404)
    return render_template(
        "sites/pattern.html",
        entry=entry,
        needs=queries.needs_of(entry.service.id),
        days=next_days(entry.pattern, clock.today(), AHEAD) if entry.is_live else [],
    )


@bp.get("/patterns/<pattern_id>/edit")
@allow(*PLANNERS)
def pattern_edit(pattern_id: str) -> str:
    """The form of one pattern."""
    found = queries.pattern(pattern_id) or abort(404)
    form = PatternForm(data=pattern_data(found))
    form.show(found.version)
    return _page("sites/pattern_edit.html", _offered(form, found), pattern=found, theirs=None)


@bp.post("/patterns/<pattern_id>/edit")
@allow(*PLANNERS)
def pattern_edit_submit(pattern_id: str) -> ResponseReturnValue:
    """Change the pattern, or only look at its days or get more lines."""
    found = queries.pattern(pattern_id) or abort(404)
    form, theirs = _offered(PatternForm(data={"code": found.code}), found), None
    if _asks_only():
        return _page("sites/pattern_edit.html", form, pattern=found, theirs=None)
    if form.validate_on_submit():
        outcome = services.change_pattern(pattern_id, form.facts, form.seen_version)
        if isinstance(outcome, Saved):
            flash("Saved. Shifts that are made already stay as they are.", "success")
            return redirect(url_for(".pattern", pattern_id=pattern_id), 303)
        theirs = settle(form, outcome, lambda: _as_kept(pattern_id))
    found = queries.pattern(pattern_id) or abort(404)
    return _page("sites/pattern_edit.html", form, pattern=found, theirs=theirs), 422 if theirs is None else 409


def _as_kept(pattern_id: str) -> PatternForm:
    found = queries.pattern(pattern_id) or abort(404)
    return _offered(PatternForm(formdata=None, data=pattern_data(found)), found)


def _asks_only() -> bool:
    """Whether the form was sent to see its days or to get more lines, not to be kept."""
    return request.form.get("do") in {"look", "lines"}


def _offered(form: PatternForm, found: Pattern | None = None) -> PatternForm:
    sites, kinds = list(queries.active_sites()), list(queries.active_services())
    if found is not None:  # what is out of use stays chosen where it was
        sites += [each for each in [queries.site(found.site_id)] if each and each not in sites]
        kinds += [each for each in [queries.service(found.service_id)] if each and each not in kinds]
    skills = skill_choices() if found is None else queries.skills_with(found)
    form.offer(sites, kinds, skills, MORE_LINES if request.form.get("do") == "lines" else 0)
    return form


def _page(template: str, form: PatternForm, **told: Any) -> str:
    sketch = form.sketch() if request.method == "POST" or told.get("pattern") else None
    days: list[date] = next_days(sketch, clock.today(), AHEAD) if sketch else []
    return render_template(template, form=form, sketch=sketch, days=days, **told)

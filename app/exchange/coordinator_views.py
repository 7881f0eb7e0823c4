"""Pages for coordinators: open places, who could take each, asking and putting on; and each site's terms."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

from flask import abort, flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_login import current_user

from app.access import Role, allow
from app.database import reading
from app.editing import Saved
from app.exchange import answers, choices, claims, covers, gaps, queries, services, several, swaps
from app.exchange.forms import PersonForm, SwapForm, TermsForm
from app.exchange.terms import Terms
from app.exchange.views import bp
from app.sites import queries as site_queries

AHEAD = timedelta(days=14)
PLANNERS = (Role.COORDINATOR, Role.ADMIN)


@bp.get("/gaps/", endpoint="gaps")
@allow(Role.COORDINATOR)
def open_gaps() -> str:
    """Open places of the next two weeks, the most urgent first, and swaps that wait for a coordinator."""
    return render_template(
        "exchange/gaps.html",
        gaps=gaps.gaps_within(AHEAD),
        swaps=queries.swaps_to_decide(),
        rounds=several.rounds_to_decide(),
        wishes=len(several.free_wishes()),
    )


@bp.get("/gaps/<shift_id>")
@allow(Role.COORDINATOR)
def gap(shift_id: str) -> str:
    """One shift: who is on it, who could come, who was asked; one tap asks or puts somebody on."""
    return render_template("exchange/gap.html", facts=gaps.gap_facts(shift_id) or abort(404))


@bp.post("/gaps/<shift_id>/ask")
@allow(Role.COORDINATOR)
def ask(shift_id: str) -> ResponseReturnValue:
    """Ask one person whether they can come."""
    return _done(shift_id, lambda person: covers.ask_person(person, shift_id), "Asked. They see it on their page now.")


@bp.post("/gaps/<shift_id>/put-on")
@allow(Role.COORDINATOR)
def put_on(shift_id: str) -> ResponseReturnValue:
    """Put somebody on who told the coordinator that they come."""
    return _done(shift_id, lambda person: claims.put_on(person, shift_id), "Put on the shift, at their word to you.")


@bp.post("/gaps/<shift_id>/cannot")
@allow(Role.COORDINATOR)
def cannot_for(shift_id: str) -> ResponseReturnValue:
    """Note that somebody on the shift cannot come, because they said so."""
    me = current_user.id
    return _done(shift_id, lambda person: covers.cannot_come(person, shift_id, me), "Noted. Their place is open now.")


def _done(shift_id: str, act: Callable[[str], answers.Answer], words: str) -> ResponseReturnValue:
    form = PersonForm()
    if not form.validate_on_submit():
        abort(400)
    answer = act(form.person.data or "")
    if isinstance(answer, answers.Done):
        flash(words, "success")
    elif isinstance(answer, answers.Stopped):
        flash(" ".join(answer.reasons), "error")
    elif isinstance(answer, answers.Taken):
        flash("There is no free place left on this shift.", "error")
    elif isinstance(answer, answers.Over):
        flash(answer.words, "error")
    return redirect(url_for("exchange.gap", shift_id=shift_id), 303)


@bp.get("/gaps/<shift_id>/swap/<person_id>")
@allow(Role.COORDINATOR)
def swap_for(shift_id: str, person_id: str) -> ResponseReturnValue:
    """A swap on somebody's behalf."""
    return _swap_for_page(shift_id, person_id, SwapForm(formdata=None))


@reading()  # also after a refusal, when nobody has to wait for this page
def _swap_for_page(shift_id: str, person_id: str, form: SwapForm, stops: tuple[str, ...] = ()) -> ResponseReturnValue:
    found = choices.choices_for(person_id, shift_id)
    if found is None:
        abort(404)
    name = claims.names_of([person_id]).get(person_id, "")
    page = render_template(
        "exchange/new_swap.html", choices=found, form=form, stops=stops, person_id=person_id, person_name=name
    )
    return page, 409 if stops else 422 if form.errors else 200


@bp.post("/gaps/<shift_id>/swap/<person_id>")
@allow(Role.COORDINATOR)
def swap_for_submit(shift_id: str, person_id: str) -> ResponseReturnValue:
    """Ask both for a swap, or note it as done when both have said yes to the coordinator."""
    form = SwapForm()
    if not form.validate_on_submit():
        return _swap_for_page(shift_id, person_id, form)
    wanted = form.wanted(person_id, shift_id)
    agreed = frozenset({wanted.person, wanted.other_person}) if form.knows.data else frozenset[str]()
    answer = swaps.ask_swap(wanted, current_user.id, have_agreed=agreed)
    if isinstance(answer, answers.Stopped):
        return _swap_for_page(shift_id, person_id, form, answer.reasons)
    flash(getattr(answer, "words", ""), "success" if isinstance(answer, answers.Done) else "error")
    return redirect(url_for("exchange.gaps"), 303)


@bp.get("/sites/<site_id>/terms")
@allow(*PLANNERS)
def terms(site_id: str) -> str:
    """How shifts of a site change hands."""
    site = site_queries.site(site_id) or abort(404)
    found, version = queries.terms_and_version(site_id)
    form = TermsForm(formdata=None, data={name: getattr(found, name) for name in Terms.names()} | {"version": version})
    return render_template("exchange/terms.html", site=site, form=form)


@bp.post("/sites/<site_id>/terms")
@allow(*PLANNERS)
def terms_submit(site_id: str) -> ResponseReturnValue:
    """Keep a site's terms."""
    site = site_queries.site(site_id) or abort(404)
    form = TermsForm()
    if form.validate_on_submit():
        outcome = services.set_terms(site_id, form.terms(), form.version.data or 0)
        if isinstance(outcome, Saved):
            flash("Kept.", "success")
            return redirect(url_for("sites.show", site_id=site_id), 303)
        form.form_errors.append("Someone else changed these meanwhile. Please look at the page again.")
    return render_template("exchange/terms.html", site=site, form=form), 422

"""Pages for changing shifts among several: one's wish, a change everybody is asked about, and a coordinator's part."""

from __future__ import annotations

from flask import abort, flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_login import current_user

from app.access import Role, allow, allow_signed_in
from app.database import reading
from app.exchange import answers, queries, rounds, services, several
from app.exchange.forms import AnswerForm, ButtonForm, QuestionForm, SeveralForm, hazards_mark
from app.exchange.models import SwapState
from app.exchange.views import WORKS, bp, hazards_of, is_unread


@bp.get("/swaps/several", endpoint="several")
@allow(*WORKS)
def wish() -> ResponseReturnValue:
    """What I would give, and what I would like to get, from whomever."""
    return _wish_page(SeveralForm(formdata=None))


@reading()  # also after a refusal, when nobody has to wait for this page
def _wish_page(form: SeveralForm, stops: tuple[str, ...] = ()) -> ResponseReturnValue:
    me = current_user.id
    page = render_template(
        "exchange/several.html",
        wish=several.wish_page(queries.standing(), me),
        rounds=several.rounds_of(me),
        me=me,
        form=form,
        stops=stops,
    )
    return page, 409 if stops else 200


@bp.post("/swaps/several")
@allow(*WORKS)
def several_submit() -> ResponseReturnValue:
    """Keep a wish."""
    form = SeveralForm()
    if not form.validate_on_submit():
        abort(400)
    answer = rounds.make_wish(current_user.id, form.gives.data or [], form.wants.data or [])
    if isinstance(answer, answers.Stopped):
        return _wish_page(form, answer.reasons)
    flash(getattr(answer, "words", ""), "success")
    return redirect(url_for("exchange.several"), 303)


@bp.post("/swaps/several/stop")
@allow(*WORKS)
def stop_several() -> ResponseReturnValue:
    """Take the wish back."""
    if not ButtonForm().validate_on_submit():
        abort(400)
    flash(getattr(rounds.withdraw_wish(current_user.id), "words", ""), "success")
    return redirect(url_for("exchange.several"), 303)


@bp.get("/swaps/several/<round_id>", endpoint="round")
@allow_signed_in
def change(round_id: str) -> ResponseReturnValue:
    """One change: for those in it, and for coordinators."""
    found = several.round_facts(round_id)
    if found is None or not (Role.COORDINATOR in current_user.roles or found.of(current_user.id)):
        abort(404)
    return _round_page(found)


def _round_page(found: several.RoundFacts, form: QuestionForm | None = None) -> ResponseReturnValue:
    hazards = _hazards_for_me(found)
    page = render_template(
        "exchange/round.html",
        facts=found,
        me=current_user.id,
        hazards=hazards,
        may_decide=Role.COORDINATOR in current_user.roles and found.row.state == SwapState.AGREED,
        form=form or QuestionForm(formdata=None, read=hazards_mark(hazards)),
    )
    return page, 200 if form is None else 422


def _hazards_for_me(found: several.RoundFacts) -> str | None:
    """What to look out for on the shift that the reader would get, if they are in it."""
    mine = found.of(current_user.id)
    return None if mine is None else hazards_of(mine.gets.id)


@bp.post("/swaps/several/<round_id>/answer")
@allow_signed_in
def answer_round(round_id: str) -> ResponseReturnValue:
    """Say yes or no to a change one is in; a yes acknowledges what to look out for."""
    form, found = QuestionForm(), several.round_facts(round_id)
    if not form.validate_on_submit() or found is None or not found.of(current_user.id):
        abort(404)
    if form.is_yes and found.waits_for(current_user.id) and is_unread(form, _hazards_for_me(found)):
        return _round_page(found, form)
    return _answered(round_id, rounds.answer_round(round_id, current_user.id, is_yes=form.is_yes))


@bp.post("/swaps/several/<round_id>/decide")
@allow(Role.COORDINATOR)
def decide_round(round_id: str) -> ResponseReturnValue:
    """Say yes or no as a coordinator to a change that everybody in it wants."""
    form = AnswerForm()
    if not form.validate_on_submit() or several.round_facts(round_id) is None:
        abort(404)
    return _answered(round_id, rounds.decide_round(round_id, current_user.id, is_yes=form.is_yes))


def _answered(round_id: str, answer: answers.Answer) -> ResponseReturnValue:
    words = getattr(answer, "words", "") or "Done."
    flash(words, "success" if isinstance(answer, answers.Done) else "error")
    return redirect(url_for("exchange.round", round_id=round_id), 303)


@bp.post("/gaps/look-for-changes")
@allow(Role.COORDINATOR)
def look_for_changes() -> ResponseReturnValue:
    """Look now what can be made of the wishes to change shifts."""
    if not ButtonForm().validate_on_submit():
        abort(400)
    services.look_for_changes()
    flash("We are looking. Whoever can change shifts is asked within a minute or so.", "success")
    return redirect(url_for("exchange.gaps"), 303)

"""Pages of the review slice."""

from __future__ import annotations

from datetime import date
from typing import Any

from flask import Blueprint, abort, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_login import current_user

from app import clock
from app.access import Role, allow, allow_signed_in
from app.review import board, fairness, moves, queries, reasons, services
from app.review.changes import span_words
from app.review.forms import DragForm, MoveForm, VersionForm, WaiveForm, WithdrawForm
from app.review.gaps import gaps_of
from app.review.queries import Review
from app.roster.strain import strain_in
from app.roster.words import hours_words
from app.words import when
from scheduling import Assignment, all_rules

bp = Blueprint("review", __name__, url_prefix="/review")
ALL_WEEKS = "all"


@bp.context_processor
def _words() -> dict[str, Any]:
    """What the pages of this slice call things."""
    titles = {rule.name: rule.title for rule in all_rules()}
    return {"hours": hours_words, "rule_titles": titles, "span": span_words, "when": when}


def review_or_404(draft_id: str) -> Review:
    """A draft for review; a draft that is not there ends the request."""
    review = queries.review_of(draft_id)
    if review is None:
        abort(404)
    return review


def page_of(template: str, review: Review, **facts: Any) -> str:
    """A page of a draft: what its frame needs, and the facts of the page."""
    here = request.full_path.rstrip("?")
    return render_template(template, review=review, draft=review.draft, period=review.period, here=here, **facts)


def _page(template: str, review: Review, **facts: Any) -> str:
    """A page of a draft on which the last move can be taken back."""
    last = queries.last_move(review.draft.id, review.draft.version) if review.is_open else None
    words = last and moves.proposal(moves.noted(last[0].kind, last[0].before), review.names)
    return page_of(template, review, last_words=words, last_by=last and last[1], **facts)


def back_of(draft_id: str, form: VersionForm) -> str:
    """The page of this draft that a button was pressed on."""
    target = form.back.data or ""
    mine = url_for("review.board", draft_id=draft_id)
    return target if target.startswith(mine) and not any(part in target for part in ("..", "\\", ":")) else mine


@bp.get("/<draft_id>/", endpoint="board")
@allow(Role.COORDINATOR)
def show_board(draft_id: str) -> str:
    """The board: people or shifts and days, or one day."""
    review = review_or_404(draft_id)
    view = request.args.get("view", "")
    site = request.args.get("site", "")
    first, days = _span(review, request.args.get("from", ""), whole=request.args.get("weeks") == ALL_WEEKS)
    shown = board.board_of(review, clock.today(), first, days, site if site in review.names.sites else "")
    one_day = board.board_of(review, clock.today(), _day(review, request.args.get("day", ""), first), 1, shown.site)
    return _page(
        "review/board.html",
        review,
        board=shown,
        one_day=one_day,
        view=view if view in {"people", "shifts", "day"} else "",
        weeks=board.week_links(review),
        first=first,
        is_whole=days > board.WEEK,
    )


def _span(review: Review, text: str, *, whole: bool) -> tuple[int, int]:
    """The first day and number of days to show: the whole period, or one week of it (this one, if it is in it)."""
    horizon = review.problem.horizon
    if whole:
        return 0, horizon.days
    monday = horizon.week_start(horizon.week(_day(review, text, None)))
    first = max(0, monday)
    return first, monday + board.WEEK - first


def _day(review: Review, text: str, otherwise: int | None) -> int:
    """The number of a day named in the address; without one, today if the period holds it, else what is given."""
    horizon = review.problem.horizon
    try:
        number = (date.fromisoformat(text) - horizon.start_on).days
    except ValueError:
        number = (clock.today() - horizon.start_on).days
        if otherwise is not None and not otherwise <= number < otherwise + board.WEEK:
            number = otherwise
    return number if 0 <= number < horizon.days else otherwise or 0


@bp.get("/<draft_id>/open")
@allow(Role.COORDINATOR)
def open_places(draft_id: str) -> str:
    """Every place that is open, and the way to why."""
    review = review_or_404(draft_id)
    whole = board.board_of(review, clock.today(), 0, review.problem.horizon.days)
    return _page("review/open_places.html", review, gaps=gaps_of(whole))


@bp.get("/<draft_id>/shift/<shift_id>")
@allow(Role.COORDINATOR)
def shift(draft_id: str, shift_id: str) -> str:
    """One shift: who is on it, what is missing, who could take it and why others cannot."""
    review = review_or_404(draft_id)
    if shift_id not in review.problem.shift:
        abort(404)
    return _page(
        "review/shift.html", review, facts=reasons.shift_facts(review, shift_id), waivers=queries.waivers_of(draft_id)
    )


@bp.get("/<draft_id>/shift/<shift_id>/<person_id>")
@bp.get("/<draft_id>/at/<person_id>/<shift_id>", endpoint="at")
@allow(Role.COORDINATOR)
def place(draft_id: str, shift_id: str, person_id: str) -> ResponseReturnValue:
    """One person on one shift: why, and every move that can be made from here."""
    review = review_or_404(draft_id)
    if Assignment(person_id, shift_id) not in review.roster:
        if shift_id in review.problem.shift:
            return redirect(url_for("review.shift", draft_id=draft_id, shift_id=shift_id))
        abort(404)
    return _page("review/place.html", review, facts=reasons.place_facts(review, person_id, shift_id))


@bp.get("/<draft_id>/person/<person_id>")
@allow(Role.COORDINATOR)
def person(draft_id: str, person_id: str) -> str:
    """One person in this draft: their shifts, their share, what else they could take."""
    review = review_or_404(draft_id)
    if person_id not in review.problem.worker:
        abort(404)
    return _page(
        "review/person.html",
        review,
        facts=reasons.person_facts(review, person_id),
        share=fairness.share_of(review, person_id),
        strain=strain_in(review.problem, person_id, review.roster.shifts_of(person_id), review.points),
    )


@bp.post("/<draft_id>/move")
@allow(Role.COORDINATOR)
def move(draft_id: str) -> ResponseReturnValue:
    """Make one move by hand."""
    form = MoveForm()
    if not form.validate_on_submit():
        return unclear(draft_id)
    return _moved(draft_id, form.wanted(), back_of(draft_id, form))


@bp.post("/<draft_id>/drag")
@allow(Role.COORDINATOR)
def drag(draft_id: str) -> ResponseReturnValue:
    """Make the move that a dropped pill asks for: the same as by form."""
    form = DragForm()
    wanted = form.wanted() if form.validate_on_submit() else None
    if wanted is None:
        return unclear(draft_id)
    return _moved(draft_id, wanted, back_of(draft_id, form))


def unclear(draft_id: str) -> ResponseReturnValue:
    """Answer what no button of ours sends."""
    flash("That was no move that can be made. Nothing has changed.", "error")
    return redirect(url_for("review.board", draft_id=draft_id))


def _moved(draft_id: str, wanted: moves.Wanted, back: str) -> ResponseReturnValue:
    answer = services.make_move(draft_id, wanted, current_user.id)
    if isinstance(answer, services.Done):
        return _done(answer, back)
    if answer is None:
        abort(404)
    form = MoveForm(formdata=None, data=_fields(wanted) | {"back": back})
    is_refused = isinstance(answer, services.Refused)
    name, status = ("review/refused.html", 422) if is_refused else ("review/stale.html", 409)
    return page_of(name, review_or_404(draft_id), answer=answer, form=form, back=back), status


def _fields(wanted: moves.Wanted) -> dict[str, Any]:
    names = ("version", "kind", "person", "shift", "to_person", "to_shift", "reason")
    return {name: getattr(wanted, name) for name in names}


def _done(answer: services.Done, back: str) -> ResponseReturnValue:
    if answer.words:
        flash(answer.words, "success")
    for words in answer.notices:
        flash(words, "warning")
    return redirect(back)


@bp.post("/<draft_id>/undo")
@allow(Role.COORDINATOR)
def undo(draft_id: str) -> ResponseReturnValue:
    """Take the last move back."""
    form = VersionForm()
    if not form.validate_on_submit():
        return unclear(draft_id)
    return settled(draft_id, services.undo(draft_id, form.version.data or 0), back_of(draft_id, form))


@bp.post("/<draft_id>/waive")
@allow(Role.COORDINATOR)
def waive(draft_id: str) -> ResponseReturnValue:
    """Set a rule aside for one shift, by name and with a reason."""
    form = WaiveForm()
    if not form.validate_on_submit():
        flash("Write a reason, in a few words.", "error")
        return redirect(back_of(draft_id, form))
    answer = services.waive(draft_id, form.wanted(), current_user.id)
    return settled(draft_id, answer, back_of(draft_id, form))


@bp.post("/<draft_id>/withdraw")
@allow(Role.COORDINATOR)
def withdraw(draft_id: str) -> ResponseReturnValue:
    """Let a rule look again where it was set aside."""
    form = WithdrawForm()
    if not form.validate_on_submit():
        return unclear(draft_id)
    answer = services.withdraw(draft_id, form.version.data or 0, form.waiver.data or "")
    return settled(draft_id, answer, back_of(draft_id, form))


def settled(draft_id: str, answer: services.Answer | None, back: str) -> ResponseReturnValue:
    """Answer a small act that needs no page of its own."""
    if answer is None:
        abort(404)
    if isinstance(answer, services.Done):
        return _done(answer, back)
    if isinstance(answer, services.Refused):
        for words in answer.reasons:
            flash(words, "error")
        return redirect(back)
    return page_of("review/stale.html", review_or_404(draft_id), answer=answer, form=None, back=back), 409


@bp.get("/<draft_id>/fairness", endpoint="fairness")
@allow(Role.COORDINATOR)
def show_fairness(draft_id: str) -> str:
    """How fair the draft is, as a picture and a table, and what each rule costs it."""
    review = review_or_404(draft_id)
    return _page("review/fairness.html", review, shares=fairness.shares_of(review), prices=fairness.prices_of(review))


@bp.get("/why/<shift_id>")
@allow_signed_in
def why_me(shift_id: str) -> str:
    """Why I am on this shift of mine, with nothing about anybody else."""
    facts = reasons.why_me(current_user.id, shift_id)
    if facts is None:
        abort(404)
    return render_template("review/why_me.html", facts=facts)

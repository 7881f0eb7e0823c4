"""Pages of the shifts slice: one's own shifts, the month, one shift, answers to late changes."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from flask import Blueprint, abort, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_login import current_user

from app import clock
from app.access import Role, allow_signed_in
from app.roster.strain import own_strain
from app.roster.words import hours_words
from app.shifts import queries, services, words
from app.shifts.forms import AnswerForm, SeenForm
from app.shifts.queries import OwnShift

bp = Blueprint("shifts", __name__, url_prefix="/shifts")


@bp.context_processor
def _words() -> dict[str, Any]:
    """What the pages of this slice call things."""
    return {
        "time_words": words.time_words,
        "date_words": words.date_words,
        "length_words": words.length_words,
        "name_words": words.name_words,
        "change_badge": words.change_badge,
    }


def _url(shift: OwnShift) -> str:
    return url_for("shifts.show", shift_id=shift.id)


def _cards(shifts: list[OwnShift], now: datetime) -> list[words.Card]:
    companions = queries.companions_of(current_user.id, [each.id for each in shifts])
    return [words.card(each, companions.get(each.id, ()), _url(each), now) for each in shifts]


@bp.get("/")
@allow_signed_in
def mine() -> str:
    """One's own shifts, next first; what changed; what waits for an answer."""
    now = clock.now()
    shifts = queries.coming_shifts(current_user.id)
    awaited = {each.id for each in shifts if each.is_awaited(now)}
    companions = queries.companions_of(current_user.id, [each.id for each in shifts])
    cards = {each.id: words.card(each, companions.get(each.id, ()), _url(each), now) for each in shifts}
    first = next((each for each in shifts if not each.is_off and each.id not in awaited), None)
    apart = awaited if first is None else awaited | {first.id}
    return render_template(
        "shifts/mine.html",
        shifts=shifts,
        cards=cards,
        companions=companions,
        first=first,
        asked=[each for each in shifts if each.id in awaited],
        later=[cards[each.id] for each in shifts if each.id not in apart],
        changes=[each for each in queries.unseen_changes(current_user.id) if each.shift_id not in awaited],
    )


@bp.get("/rest")
@allow_signed_in
def rest() -> str:
    """What in one's coming shifts is known to wear people down, and what makes it lighter."""
    return render_template("shifts/rest.html", strain=own_strain(current_user.id))


@bp.post("/seen")
@allow_signed_in
def seen() -> ResponseReturnValue:
    """Note that the changes on the page were looked at."""
    form = SeenForm()
    if form.validate_on_submit():
        services.mark_seen(current_user.id, form.change.data or [])
    return redirect(url_for("shifts.mine"), 303)


@bp.get("/past")
@allow_signed_in
def past() -> str:
    """One's past shifts of a month."""
    first = words.first_of(request.args.get("month", ""), clock.today())
    shifts = queries.past_shifts(current_user.id, first, words.month_later(first, 1) - words.DAY)
    worked = sum((each.ends_at - each.starts_at for each in shifts if not each.is_off), words.DAY * 0)
    return render_template(
        "shifts/past.html",
        first=first,
        cards=_cards(shifts, clock.now()),
        worked=hours_words(round(worked.total_seconds() / 60)),
        **_around(first, clock.today().replace(day=1)),
    )


@bp.get("/month")
@allow_signed_in
def month() -> str:
    """A month as a table."""
    now, today = clock.now(), clock.today()
    first = words.first_of(request.args.get("month", ""), today)
    shifts = queries.shifts_between(current_user.id, *words.grid_of(first))
    return render_template(
        "shifts/month.html",
        first=first,
        weeks=words.weeks_of(first, [(each, _url(each)) for each in shifts], now),
        shifts=shifts,
        is_present=first == today.replace(day=1),
        **_around(first, words.month_later(today.replace(day=1), 1)),
    )


def _around(first: date, latest: date) -> dict[str, date | None]:
    """The months before and after this one, as far as there is anything to see in them."""
    ends = queries.months_of(current_user.id)
    earliest = min(ends[0] if ends else latest, clock.today()).replace(day=1)
    latest = max(ends[1].replace(day=1) if ends and latest > clock.today() else latest, latest)
    before, after = words.month_later(first, -1), words.month_later(first, 1)
    return {"before": before if before >= earliest else None, "after": after if after <= latest else None}


@bp.get("/<shift_id>")
@allow_signed_in
def show(shift_id: str) -> str:
    """One shift: for those who are on it, and for coordinators."""
    is_coordinator = Role.COORDINATOR in current_user.roles
    mine = queries.own_shift(current_user.id, shift_id)
    facts = queries.shift_facts(shift_id) if is_coordinator else None
    shift = mine or facts
    if shift is None:
        abort(404)
    now = clock.now()
    return render_template(
        "shifts/show.html",
        shift=shift,
        mine=mine,
        facts=facts,
        badges=words.badges_of(mine, now) if mine else (),
        is_awaited=mine is not None and mine.is_awaited(now),
        is_coming=shift.starts_at > now,
        companions=queries.companions_of(current_user.id, [shift_id]).get(shift_id, []) if mine else [],
        has_why=mine is not None and not mine.is_off and queries.is_in_period(mine.day_on),
    )


@bp.post("/<shift_id>/yes")
@allow_signed_in
def say_yes(shift_id: str) -> ResponseReturnValue:
    """Say yes to a late change."""
    return _answer(shift_id, is_yes=True)


@bp.get("/<shift_id>/no")
@allow_signed_in
def no(shift_id: str) -> ResponseReturnValue:
    """Ask once before a no to a late change gives the place away."""
    shift = queries.own_shift(current_user.id, shift_id)
    if shift is None or not shift.is_awaited(clock.now()) or shift.declined_at is not None:
        return redirect(url_for("shifts.mine"))
    return render_template("shifts/no.html", shift=shift)


@bp.post("/<shift_id>/no")
@allow_signed_in
def say_no(shift_id: str) -> ResponseReturnValue:
    """Say no to a late change."""
    return _answer(shift_id, is_yes=False)


def _answer(shift_id: str, *, is_yes: bool) -> ResponseReturnValue:
    form = AnswerForm()
    sequence = form.sequence.data if form.validate_on_submit() and form.sequence.data is not None else -1
    outcome = services.answer_change(current_user.id, shift_id, sequence, is_yes=is_yes)
    if outcome is None:
        abort(404)
    if isinstance(outcome, services.Answered):
        if not outcome.is_yes:
            return redirect(url_for("exchange.thanks", shift_id=shift_id), 303)
        flash("Thank you. You are coming.", "success")
    elif isinstance(outcome, services.Overtaken):
        flash("This shift was changed meanwhile, so nothing is noted. Please look again.", "error")
    else:
        flash("This needs no answer any more. If you cannot come, please tell a coordinator.", "error")
    return redirect(url_for("shifts.mine"), 303)

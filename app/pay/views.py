"""Pages for whoever pays: what is owed, one person, and the other pages of the slice beside it."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, abort, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_login import current_user

from app import clock
from app.access import Role, allow
from app.database import new_id
from app.editing import Refused, Saved
from app.pay import owed, payouts, queries
from app.pay.currency import money
from app.pay.forms import KEY_LENGTH, AskForm
from app.pay.words import (
    ACTIVITY_WORDS,
    BASIS_WORDS,
    CATEGORY_WORDS,
    LINE_WORDS,
    METHOD_WORDS,
    PREMIUM_WORDS,
    SHARE_WORDS,
    SLIP_WORDS,
    STATE_BADGES,
    STATE_WORDS,
)
from payroll.payout import Method, Share, State, half_before

bp = Blueprint("pay", __name__, url_prefix="/pay")

TREASURER = Role.TREASURER
MOST_AT_ONCE = 100


@bp.context_processor
def _words() -> dict[str, object]:
    return {
        "ACTIVITY_WORDS": ACTIVITY_WORDS,
        "BASIS_WORDS": BASIS_WORDS,
        "CATEGORY_WORDS": CATEGORY_WORDS,
        "LINE_WORDS": LINE_WORDS,
        "METHOD_WORDS": METHOD_WORDS,
        "PREMIUM_WORDS": PREMIUM_WORDS,
        "SHARE_WORDS": SHARE_WORDS,
        "SLIP_WORDS": SLIP_WORDS,
        "STATE_BADGES": STATE_BADGES,
        "STATE_WORDS": STATE_WORDS,
        "money": money,
        "pieces_words": pieces_words,
    }


def pieces_words(pieces: list[tuple[int, int]]) -> str:
    """Notes and coins in words, as a person would count them."""
    return ", ".join(f"{number} \N{MULTIPLICATION SIGN} {money(piece)}" for piece, number in pieces)


def is_key(text: str) -> bool:
    """Whether a text may be the key of a form."""
    return len(text) == KEY_LENGTH and text.isalnum() and text.isascii()


def key_or_400() -> str:
    """The key that was made with the page."""
    key = request.form.get("key", "")
    if not is_key(key):
        abort(400)
    return key


def say(outcome: Any, done: str = "") -> bool:
    """Tell what came of it; whether it was done."""
    if isinstance(outcome, Saved):
        if outcome.words:
            flash(outcome.words, "info")
        if done:
            flash(done, "success")
        return True
    for words in getattr(outcome, "problems", {}).values():
        flash(words, "error")
    if not isinstance(outcome, Refused):
        flash("Someone else changed this just now. Please look again.", "warning")
    return False


def whole_list() -> list[owed.Owed]:
    """Everyone who is owed something or was paid ahead, by how long they wait."""
    return owed.owed_list()


@bp.get("/")
@allow(TREASURER)
def index() -> str:
    """What is owed, to whom, since when; one button pays."""
    found = whole_list()
    due = [each for each in found if each.total.minor > 0]
    boxes, in_boxes = queries.cash_in_boxes()
    me = current_user.id
    open_ = [each.payout.state for each in found if each.payout is not None]
    return render_template(
        "pay/index.html",
        due=due,
        ahead=[each for each in found if each.total.minor < 0],
        total=money(sum(each.total.minor for each in due)),
        late=sum(each.is_late for each in due),
        cash=[each for each in due if each.payout is None and each.method == Method.CASH and each.person_id != me],
        boxes=boxes,
        in_boxes=money(in_boxes),
        unknown=open_.count(State.UNKNOWN) + open_.count(State.SENDING),
        ready=open_.count(State.APPROVED),
        unagreed=queries.unagreed(),
        raised=queries.second_raised(),
        me=me,
        key=new_id(),
        new_key=new_id,
    )


def is_payable(each: owed.Owed) -> bool:
    """Whether the one who looks may pay them: nobody pays themselves."""
    return bool(each.person_id != current_user.id)


def my_boxes_first() -> list[str]:
    """The boxes that cash comes from when nobody chose: one's own, then the others."""
    boxes = sorted(queries.boxes(), key=lambda each: each.row.custodian_id != current_user.id)
    return [each.row.id for each in boxes]


def first_box() -> str | None:
    """The first of them."""
    return next(iter(my_boxes_first()), None)


@bp.post("/now/<person_id>")
@allow(TREASURER)
def pay_now(person_id: str) -> ResponseReturnValue:
    """Ask for all that one person is owed, the way they want it."""
    key = key_or_400()
    found = owed.owed_to(person_id) or abort(404)
    ask = payouts.Ask(person_id, Share.ALL, Method(found.method), _box_for(found.method))
    outcome = payouts.ask_payout(ask, key, current_user.id)
    if say(outcome, "Now someone else has to approve it."):
        return redirect(url_for(".payout", payout_id=outcome.id), 303)  # type: ignore[union-attr]
    return redirect(url_for(".person", person_id=person_id), 303)


def _box_for(method: str) -> str | None:
    return first_box() if method == Method.CASH else None


@bp.post("/all")
@allow(TREASURER)
def pay_all() -> ResponseReturnValue:
    """Ask for all that everyone who wants cash is owed."""
    key = key_or_400()
    due = [
        each
        for each in whole_list()
        if each.total.minor > 0 and each.method == Method.CASH and each.payout is None and is_payable(each)
    ]
    boxes = my_boxes_first()
    asks = [payouts.Ask(each.person_id, Share.ALL, Method.CASH, next(iter(boxes), None)) for each in due[:MOST_AT_ONCE]]
    done, words = payouts.ask_payouts(asks, key, current_user.id, boxes[1:])
    if done:
        flash(f"{_people(len(done))} can be paid as soon as someone else approves it.", "success")
    if words:
        flash(" ".join(words), "info")
    return redirect(url_for(".payouts_list"), 303)


def _people(number: int) -> str:
    return "One person" if number == 1 else f"{number} people"


@bp.get("/people/<person_id>")
@allow(TREASURER)
def person(person_id: str) -> str:
    """One person: what they are owed, piece by piece, and ways to pay it."""
    return _person_page(person_id, None)


@bp.post("/people/<person_id>")
@allow(TREASURER)
def person_submit(person_id: str) -> ResponseReturnValue:
    """Ask for a payment."""
    form = AskForm(_box_choices())
    if form.validate_on_submit():
        share = Share(form.share.data)
        minor = form.minor.data if share in {Share.PART, Share.AHEAD} else None
        if share in {Share.PART, Share.AHEAD} and not minor:
            form.minor.errors = ["Type an amount."]
            return _person_page(person_id, form), 422
        method = Method(form.method.data)
        box = form.float_id.data or None
        ask = payouts.Ask(person_id, share, method, box if method == Method.CASH else None, minor)
        outcome = payouts.ask_payout(ask, form.key.data, current_user.id)
        if isinstance(outcome, Saved):
            say(outcome, "Now someone else has to approve it.")
            return redirect(url_for(".payout", payout_id=outcome.id), 303)
        form.take(getattr(outcome, "problems", {}))
    return _person_page(person_id, form), 422


def _box_choices() -> list[tuple[str, str]]:
    return [(each.row.id, f"{each.row.name}, {each.amount}") for each in queries.boxes()]


def _person_page(person_id: str, form: AskForm | None) -> str:
    found = next((each for each in whole_list() if each.person_id == person_id), None) or owed.owed_to(person_id)
    if found is None:
        abort(404)
    form = form or AskForm(_box_choices(), data={"method": found.method, "float_id": first_box()})
    if found.is_volunteer or found.is_declined:  # whoever is paid no honorarium is paid none ahead either
        form.share.choices = [each for each in form.share.choices if each.value != Share.AHEAD]
    coming = queries.coming_shifts(person_id)
    return render_template(
        "pay/person.html",
        found=found,
        form=form,
        coming=[(each, each.service, each.amount, half_before(each.amount)) for each in coming],
        settled=queries.payouts_in(State.PAID, State.VOID, person_id=person_id, most=10),
        now=clock.now(),
        may_pay=found.person_id != current_user.id,
    )

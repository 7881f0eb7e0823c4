"""Pages for taking, giving back and changing shifts: the peers' side."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, abort, flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_login import current_user

from app import clock
from app.access import Role, allow, allow_signed_in
from app.database import reading
from app.exchange import answers, choices, claims, covers, places, queries, swaps
from app.exchange.forms import AnswerForm, ButtonForm, QuestionForm, SwapForm, TakeForm, hazards_mark
from app.exchange.models import AskState, SwapState
from app.exchange.terms import seed_hash
from app.exchange.words import opens_words, swap_words
from app.roster.words import RosterNames
from app.words import when

bp = Blueprint("exchange", __name__)
READ_FIRST = "Please tick that you have read it."
ON_LIST = "You are on the list. We ask you as soon as it is your turn; then you still say yes or no."
READ_ANEW = "What to look out for has changed. Please read it again."
WORKS = (Role.PEER, Role.COORDINATOR)


@bp.context_processor
def _words() -> dict[str, Any]:
    """What the pages of this slice call things."""
    return {
        "opens_words": opens_words,
        "when": when,
        "why_not": _why_not,
        "swap_words": swap_words,
    }


def _why_not(place: places.Place, names: RosterNames) -> tuple[str, ...]:
    """Why something is not for the reader, in sentences to them."""
    return claims.why_not(place, names, current_user.id)


@bp.get("/take/")
@allow(*WORKS)
def take() -> str:
    """Shifts I can take: soonest first, only what the rules allow me; what opens later says when."""
    now = clock.now()
    offers = queries.offers_for(current_user.id)
    gave_back = queries.given_back_by(current_user.id)
    found = [each for each in offers.places if each.shift.id not in gave_back]
    mine = [each for each in found if not each.is_stopped]
    return render_template(
        "exchange/take.html",
        places=mine,
        pays=offers.pays,
        others=len(found) - len(mine),
        now=now,
        waits=queries.waits_of(current_user.id),
        questions=queries.questions_for(current_user.id),
    )


@bp.get("/take/others")
@allow(*WORKS)
def others() -> str:
    """Open shifts that are not for me now, each with why."""
    offers = queries.offers_for(current_user.id)
    found = [each for each in offers.places if each.is_stopped]
    return render_template("exchange/others.html", places=found, names=offers.names)


@bp.get("/take/<shift_id>")
@allow(*WORKS)
def place(shift_id: str) -> ResponseReturnValue:
    """One open shift: what it is, and the way to take it, wait for it, or read why not."""
    return _place_page(shift_id)


@reading()  # also after a refusal, when nobody has to wait for this page
def _place_page(
    shift_id: str, answer: answers.Answer | None = None, form: TakeForm | None = None
) -> ResponseReturnValue:
    standing = queries.standing()
    found = queries.offer_for(standing, current_user.id, shift_id)
    if standing is None or found is None:
        if queries.assignment_of(current_user.id, shift_id) is not None:
            return redirect(url_for("shifts.show", shift_id=shift_id))
        abort(404)
    status = 409 if answer is not None else 422 if form is not None else 200
    page = render_template(
        "exchange/place.html",
        place=found.place,
        details=found.details,
        names=found.names,
        pay=found.pay,
        is_open=found.place.is_open(clock.now()),
        draw=queries.draw_of(shift_id),
        wait=queries.waits_of(current_user.id).get(shift_id),
        answer=answer,
        answer_kind=type(answer).__name__ if answer else "",
        next_best=places.next_best(standing, current_user.id, shift_id) if answer is not None else (),
        form=form or TakeForm(formdata=None, plan=queries.plan_of(shift_id), read=hazards_mark(found.details.hazards)),
    )
    return page, status


@bp.post("/take/<shift_id>")
@allow(*WORKS)
def take_submit(shift_id: str) -> ResponseReturnValue:
    """Take a shift."""
    form = TakeForm()
    details = queries.details_of([shift_id]).get(shift_id)
    if not form.validate_on_submit() or details is None:
        abort(404)
    if is_unread(form, details.hazards):
        return _place_page(shift_id, form=form)
    answer = claims.claim_shift(current_user.id, shift_id, form.plan.data or None)
    if isinstance(answer, answers.Done):
        flash("It is yours. Thank you.", "success")
        return redirect(url_for("shifts.show", shift_id=shift_id), 303)
    if isinstance(answer, answers.Over):
        flash(answer.words, "error")
        return redirect(url_for("exchange.take"), 303)
    return _place_page(shift_id, answer)


def is_unread(form: TakeForm | QuestionForm | SwapForm, hazards: str | None) -> bool:
    """Whether hazards were not acknowledged as they are now; the form then says so and asks for it anew."""
    mark = hazards_mark(hazards)
    if not hazards or (form.hazards.data and form.read.data == mark):
        return False
    form.hazards.errors = [READ_ANEW if form.hazards.data else READ_FIRST]
    form.hazards.data, form.read.data = False, mark
    return True


@bp.post("/take/<shift_id>/wait")
@allow(*WORKS)
def wait(shift_id: str) -> ResponseReturnValue:
    """Wait for a place, or take part in its draw."""
    if not ButtonForm().validate_on_submit():
        abort(400)
    answer = claims.wait_for(current_user.id, shift_id)
    if isinstance(answer, answers.Over):
        flash(answer.words, "error")
    else:
        flash(getattr(answer, "words", "") or ON_LIST, "success")
    return redirect(url_for("exchange.place", shift_id=shift_id), 303)


@bp.post("/take/<shift_id>/stop-waiting")
@allow(*WORKS)
def stop_waiting(shift_id: str) -> ResponseReturnValue:
    """Wait no longer."""
    if not ButtonForm().validate_on_submit():
        abort(400)
    claims.stop_waiting(current_user.id, shift_id)
    flash("You are off the list.", "success")
    return redirect(url_for("exchange.take"), 303)


@bp.get("/cannot/<shift_id>")
@allow_signed_in
def cannot(shift_id: str) -> ResponseReturnValue:
    """I can't come: one confirmation, no reason."""
    facts = covers.leaving(current_user.id, shift_id)
    if facts is None:
        return redirect(url_for("shifts.mine"))
    return render_template("exchange/cannot.html", facts=facts, cover=queries.covers_of(current_user.id).get(shift_id))


@bp.post("/cannot/<shift_id>")
@allow_signed_in
def cannot_submit(shift_id: str) -> ResponseReturnValue:
    """Give the place back."""
    if not ButtonForm().validate_on_submit():
        abort(400)
    answer = covers.cannot_come(current_user.id, shift_id, current_user.id)
    if isinstance(answer, answers.Over):
        flash(answer.words, "error")
        return redirect(url_for("shifts.mine"), 303)
    return redirect(url_for("exchange.thanks", shift_id=shift_id), 303)


@bp.get("/cannot/<shift_id>/thanks")
@allow_signed_in
def thanks(shift_id: str) -> str:
    """Thanks, and another shift for those who want one."""
    found = queries.shift_with_names(shift_id) or abort(404)
    cover, standing = queries.covers_of(current_user.id).get(shift_id), queries.standing()
    return render_template(
        "exchange/thanks.html",
        shift=found[0],
        is_listed=cover is not None and cover.is_listed,
        can_return=cover is not None and found[0].starts_at > clock.now(),
        next_best=() if standing is None else places.next_best(standing, current_user.id, shift_id),
    )


@bp.post("/cannot/<shift_id>/after-all")
@allow_signed_in
def after_all(shift_id: str) -> ResponseReturnValue:
    """I can come after all."""
    if not ButtonForm().validate_on_submit():
        abort(400)
    answer = covers.come_after_all(current_user.id, shift_id)
    if isinstance(answer, answers.Done):
        flash("You are on the shift as before.", "success")
        return redirect(url_for("shifts.show", shift_id=shift_id), 303)
    assert isinstance(answer, answers.Over)  # noqa: S101 - the service answers nothing else
    flash(answer.words, "error")
    return redirect(url_for("exchange.place", shift_id=shift_id), 303)


@bp.get("/take/<shift_id>/lots")
@allow(*WORKS)
def lots(shift_id: str) -> str:
    """How the lots of a shift are drawn, for anybody to check; nobody is named."""
    return render_template(
        "exchange/lots.html",
        shift_id=shift_id,
        draw=queries.draw_of(shift_id) or abort(404),
        seed_hash=seed_hash,
        mine=queries.entry_of(current_user.id, shift_id),
    )


@bp.get("/asked/<ask_id>")
@allow_signed_in
def question(ask_id: str) -> ResponseReturnValue:
    """Can you come? Yes or no."""
    found = queries.question(ask_id)
    if found is None or found.ask.person_id != current_user.id:
        abort(404)
    return _question_page(found)


def _question_page(found: queries.Question, form: QuestionForm | None = None) -> ResponseReturnValue:
    details = queries.details_of([found.shift.id])[found.shift.id]
    page = render_template(
        "exchange/question.html",
        question=found,
        details=details,
        people=queries.names_on(found.shift.id),
        pay=queries.question_pay(found),
        draw=queries.draw_of(found.shift.id),
        is_waiting=found.ask.state == AskState.ASKED and found.ask.lapses_at > clock.now(),
        form=form or QuestionForm(formdata=None, read=hazards_mark(details.hazards)),
    )
    return page, 200 if form is None else 422


@bp.post("/asked/<ask_id>")
@allow_signed_in
def answer_question(ask_id: str) -> ResponseReturnValue:
    """Answer a question."""
    form = QuestionForm()
    found = queries.question(ask_id)
    if not form.validate_on_submit() or found is None or found.ask.person_id != current_user.id:
        abort(404)
    shift_id = found.shift.id
    if form.is_yes and is_unread(form, queries.details_of([shift_id])[shift_id].hazards):
        return _question_page(found, form)
    answer = claims.answer_question(ask_id, current_user.id, is_yes=form.is_yes)
    if isinstance(answer, answers.Done):
        if form.is_yes:
            flash("Thank you. The shift is yours.", "success")
            return redirect(url_for("shifts.show", shift_id=shift_id), 303)
        flash("Thank you for the answer. Nobody asks why.", "success")
        return redirect(url_for("home.index"), 303)
    if isinstance(answer, answers.Taken):
        flash("Someone else was quicker this time. Thank you for your yes.", "info")
    elif isinstance(answer, answers.Over):
        flash(answer.words, "info")
        if not form.is_yes:  # they are on the shift: this is where they say that they cannot come
            return redirect(url_for("exchange.cannot", shift_id=shift_id), 303)
    elif isinstance(answer, answers.Stopped):
        flash(" ".join(("It does not fit any more.", *answer.reasons)), "error")
    return redirect(url_for("exchange.take"), 303)


@bp.get("/swaps/")
@allow_signed_in
def my_swaps() -> str:
    """The swaps one is in that wait for somebody."""
    return render_template("exchange/swaps.html", swaps=queries.swaps_of(current_user.id), me=current_user.id)


@bp.get("/swaps/new/<shift_id>")
@allow_signed_in
def new_swap(shift_id: str) -> ResponseReturnValue:
    """Whom to change a shift of mine with, or give it to: only what the rules allow both."""
    return _swap_page(shift_id, SwapForm(formdata=None))


@reading()  # also after a refusal, when nobody has to wait for this page
def _swap_page(shift_id: str, form: SwapForm, stops: tuple[str, ...] = ()) -> ResponseReturnValue:
    found = choices.choices_for(current_user.id, shift_id)
    if found is None:
        return redirect(url_for("shifts.mine"))
    status = 409 if stops else 422 if form.errors else 200
    return render_template("exchange/new_swap.html", choices=found, form=form, stops=stops), status


@bp.post("/swaps/new/<shift_id>")
@allow_signed_in
def new_swap_submit(shift_id: str) -> ResponseReturnValue:
    """Ask for a swap."""
    form = SwapForm()
    if not form.validate_on_submit():
        return _swap_page(shift_id, form)
    me = current_user.id
    wanted = form.wanted(me, shift_id)
    if is_unread(form, hazards_of(wanted.other_shift)):
        return _before_swap_page(wanted, form)
    answer = swaps.ask_swap(wanted, me, have_agreed=frozenset({me}))
    if isinstance(answer, answers.Stopped):
        return _swap_page(shift_id, form, answer.reasons)
    words = getattr(answer, "words", "")
    flash(words, "success" if isinstance(answer, answers.Done) else "error")
    return redirect(url_for("exchange.my_swaps"), 303)


def _before_swap_page(wanted: swaps.Wanted, form: SwapForm) -> ResponseReturnValue:
    """What the shift asks one to look out for that one would get: read before anybody is asked."""
    gives, gets = (queries.shift_with_names(each or "") for each in (wanted.shift, wanted.other_shift))
    if gives is None or gets is None or queries.assignment_of(wanted.person, wanted.shift) is None:
        return redirect(url_for("shifts.mine"), 303)
    if queries.came_up_at(gets[0]) is None:  # nobody reads of a plan before it is published
        abort(404)
    page = render_template(
        "exchange/before_swap.html", gives=gives, gets=gets, form=form, hazards=hazards_of(wanted.other_shift)
    )
    return page, 422


def hazards_of(shift_id: str | None) -> str | None:
    """What to look out for on a shift; nothing where there is none."""
    found = queries.details_of([] if shift_id is None else [shift_id])
    return found[shift_id].hazards if shift_id in found else None


@bp.get("/swaps/<swap_id>")
@allow_signed_in
def swap(swap_id: str) -> ResponseReturnValue:
    """One swap: for the two in it, and for coordinators."""
    found = queries.swap(swap_id)
    is_coordinator = Role.COORDINATOR in current_user.roles
    if found is None or not (is_coordinator or current_user.id in {found.swap.person_id, found.swap.other_person_id}):
        abort(404)
    return _one_swap_page(found)


def _one_swap_page(found: queries.SwapFacts, form: QuestionForm | None = None) -> ResponseReturnValue:
    hazards = _swap_hazards(found)
    page = render_template(
        "exchange/swap.html",
        facts=found,
        me=current_user.id,
        hazards=hazards,
        may_decide=Role.COORDINATOR in current_user.roles and found.swap.state == SwapState.AGREED,
        is_mine=current_user.id in {found.swap.person_id, found.swap.other_person_id},
        form=form or QuestionForm(formdata=None, read=hazards_mark(hazards)),
    )
    return page, 200 if form is None else 422


def _swap_hazards(found: queries.SwapFacts) -> str | None:
    """What to look out for on the shift that the reader would get."""
    return hazards_of(
        found.swap.shift_id if current_user.id == found.swap.other_person_id else found.swap.other_shift_id
    )


@bp.post("/swaps/<swap_id>/answer")
@allow_signed_in
def answer_swap(swap_id: str) -> ResponseReturnValue:
    """Say yes or no to a swap one is in."""
    form, found = QuestionForm(), queries.swap(swap_id)
    if not form.validate_on_submit():
        abort(400)
    is_asked = found is not None and found.waits_for(current_user.id)
    if found is not None and is_asked and form.is_yes and is_unread(form, _swap_hazards(found)):
        return _one_swap_page(found, form)
    return _swap_answered(swap_id, swaps.answer_swap(swap_id, current_user.id, is_yes=form.is_yes))


@bp.post("/swaps/<swap_id>/withdraw")
@allow_signed_in
def withdraw_swap(swap_id: str) -> ResponseReturnValue:
    """Take a swap back."""
    if not ButtonForm().validate_on_submit():
        abort(400)
    return _swap_answered(swap_id, swaps.withdraw_swap(swap_id, current_user.id))


@bp.post("/swaps/<swap_id>/decide")
@allow(Role.COORDINATOR)
def decide_swap(swap_id: str) -> ResponseReturnValue:
    """Say yes or no as a coordinator to a swap both people want."""
    form = AnswerForm()
    if not form.validate_on_submit():
        abort(400)
    return _swap_answered(swap_id, swaps.decide_swap(swap_id, current_user.id, is_yes=form.is_yes))


def _swap_answered(swap_id: str, answer: answers.Answer) -> ResponseReturnValue:
    words = getattr(answer, "words", "") or "Done."
    flash(words, "success" if isinstance(answer, answers.Done) else "error")
    found = queries.swap(swap_id)
    is_in = found is not None and current_user.id in {found.swap.person_id, found.swap.other_person_id}
    if is_in or Role.COORDINATOR in current_user.roles:
        return redirect(url_for("exchange.swap", swap_id=swap_id), 303)
    return redirect(url_for("exchange.my_swaps"), 303)

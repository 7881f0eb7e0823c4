"""The weekly check-in, a person's own history, and what they share."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_login import current_user

from app.access import Role, allow_signed_in
from app.checkins import keys, queries, services, shredding, team_queries
from app.checkins.forms import ForgetForm, OpenForm, SharingForm, WeeklyForm
from app.checkins.own import is_sure, not_own, sure_only
from app.checkins.words import DONE_WORDS, QUESTIONS
from app.editing import Outdated, Refused, Saved
from app.fields import KeyedForm
from app.one_address import share, turn_to
from wellbeing.flags import LEVEL_WORDS, Sharing, flag_for, level_of
from wellbeing.trend import Signal, may_share

bp = Blueprint("checkins", __name__, url_prefix="/own")
share(bp, apart={"tablet"})

HARD_WEEK = 75
CHANGED = "What you share was changed meanwhile, so nothing was sent. Please look once more."
KEEPERS = (Role.ADMIN, Role.COORDINATOR)


@bp.get("/")
@allow_signed_in
def weekly() -> str:
    """Three questions, everything skippable."""
    return weekly_page(WeeklyForm(queries.listeners(current_user.id)), _me())


@dataclass(frozen=True, slots=True)
class Asked:
    """Who answers, and whether they stand at a shared tablet, which can only write."""

    person_id: str
    name: str
    is_tablet: bool = False

    @property
    def is_sure(self) -> bool:
        """Whether nobody else could answer here: else nothing is shown or done of what the person chose before."""
        return not self.is_tablet and is_sure()

    @property
    def may_count(self) -> bool:
        """Whether a word for the group may go out from here: from a tablet by card and PIN, else in a sure session."""
        return (self.is_tablet or is_sure()) and queries.has_key(self.person_id)

    @property
    def address(self) -> str:
        """The one address of the whole check-in."""
        return url_for("checkins.tablet" if self.is_tablet else "checkins.weekly")


def _me() -> Asked:
    return Asked(current_user.id, current_user.name)


def weekly_page(form: WeeklyForm, who: Asked) -> str:
    """The three questions."""
    return render_template(
        "checkins/weekly.html",
        form=form,
        questions=QUESTIONS,
        is_tablet=who.is_tablet,
        has_key=queries.has_key(who.person_id),
        key_made_on=queries.made_of_late(who.person_id),
        is_listener=not who.is_tablet and queries.has_listened(who.person_id),
        has_longer=not who.is_tablet and queries.has_longer(),
        is_keeper=not who.is_tablet and not current_user.roles.isdisjoint(KEEPERS),
    )


@bp.post("/")
@allow_signed_in
def weekly_submit() -> ResponseReturnValue:
    """Show what would be seen by whom; with a choice made, do that."""
    return answer(_me())


def answer(who: Asked) -> ResponseReturnValue:
    """Take what was answered one step further."""
    whom = queries.listeners(who.person_id)
    form = WeeklyForm(whom)
    if not form.validate_on_submit():
        return weekly_page(form, who), 422
    act = request.form.get("send")
    if act not in {"with", "without", "nothing"} or (act == "with" and not form.listener.data):
        return _review(form, whom, who)
    if act == "nothing":
        flash("Thrown away. Nothing was kept or sent.", "info")
        return redirect(who.address, 303)
    outcome = services.send_check_in(
        who.person_id,
        form.given,
        (form.listener.data or None) if act == "with" else None,
        counts=request.form.get("counts") == "y" and who.may_count,
        page=form.page,
        as_chosen=who.is_sure,
    )
    if isinstance(outcome, Outdated):
        flash(CHANGED, "warning")
        return _review(form, whom, who), 409
    if isinstance(outcome, Refused):
        flash(" ".join(outcome.problems.values()), "error")
        return weekly_page(form, who), 422
    flash(outcome.words or _thanks(act, is_kept=outcome.id == "kept"), "success")
    return redirect(who.address, 303)


def _thanks(act: str, *, is_kept: bool) -> str:
    if act == "with":
        return "Thank you. It is on its way."
    return "Thank you. It is kept for you alone." if is_kept else "Nothing was kept: you have no private words yet."


def _review(form: WeeklyForm, whom: list[queries.ListenerShown], who: Asked) -> str:
    given, choice = form.given, queries.choice_of(who.person_id)
    wanted = form.listener.data or None
    is_theirs = who.is_sure
    is_hard = (given.score or 0) >= HARD_WEEK
    if wanted is None and choice.sharing is not Sharing.NOBODY and is_hard and is_theirs:
        wanted = choice.listener_id  # offered, not sent: the person decides on this page
    listener = next((each for each in whom if each.person_id == wanted), None)
    card = services.card_for(who.person_id, given, as_chosen=is_theirs)
    form.show("" if listener is None else services.mark_of(card, listener.person_id))
    return render_template(
        "checkins/review.html",
        form=form,
        given=given,
        listener=listener,
        card=card.lines(who.name),
        counts=choice.counts and is_theirs,
        word=_word_that_counts(given, who),
        is_tablet=who.is_tablet,
        has_key=queries.has_key(who.person_id),
        key_made_on=queries.made_of_late(who.person_id),
    )


def _word_that_counts(given: services.Given, who: Asked) -> str:
    """The one word that would count for the group, empty where none would."""
    if given.score is None or not who.may_count or not team_queries.may_be_counted(who.person_id):
        return ""
    return LEVEL_WORDS[level_of(given.score)]


@bp.get("/past")
@allow_signed_in
def past() -> str:
    """One's own weeks, when they are open."""
    return past_page(OpenForm())


@bp.post("/past")
@allow_signed_in
def past_submit() -> ResponseReturnValue:
    """Open one's history with one's private words."""
    form = OpenForm()
    if form.validate_on_submit():
        outcome = keys.open_history(current_user.id, form.passphrase.data or "")
        if not isinstance(outcome, Refused):
            return turn_to(".past")
        form.passphrase.errors = list(outcome.problems.values())
    return past_page(form), 422


def past_page(form: OpenForm) -> str:
    """One's own weeks, or what opens them."""
    if not queries.has_key(current_user.id):
        return render_template("checkins/no_key.html")
    private = queries.opened_key(current_user.id)
    if private is None:
        return render_template("checkins/closed.html", form=form)
    found = queries.history(current_user.id, private)
    return render_template(
        "checkins/past.html",
        history=found,
        questions=QUESTIONS,
        done_words=DONE_WORDS,
        is_worse=found.found is not Signal.NOTHING,
        offer=_offer(found),
    )


def _offer(found: queries.History) -> dict[str, Any] | None:
    """What the person's standing choice would send now, when their weeks give cause for it."""
    choice = queries.choice_of(current_user.id)
    listener = next((each for each in queries.listeners(current_user.id) if each.person_id == choice.listener_id), None)
    if not may_share(found.found) or choice.sharing is Sharing.NOBODY or listener is None:
        return None
    last = next(each for each in found.entries if each.score is not None)
    flag = flag_for(
        current_user.id,
        choice.sharing,
        last.score,
        something_hard=last.something_hard,
        daily_needs=last.daily_needs,
    )
    if flag is None:
        return None
    mark, key = services.mark_of(flag, listener.person_id), KeyedForm(formdata=None).key.data
    return {"listener": listener, "flag": flag, "card": flag.lines(current_user.name), "mark": mark, "key": key}


@bp.post("/past/send")
@allow_signed_in
def ask() -> ResponseReturnValue:
    """Send what one's standing choice says, after one's weeks were seen."""
    private = queries.opened_key(current_user.id)
    offer = None if private is None else _offer(queries.history(current_user.id, private))
    if private is None:
        flash("Please open your weeks again.", "info")
    elif offer is None:
        flash(CHANGED, "warning")
    else:
        page = services.Page(KeyedForm().key.data, request.form.get("card", ""))
        outcome = services.ask_for_contact(current_user.id, offer["flag"], offer["listener"].person_id, page)
        if isinstance(outcome, Saved):
            flash(outcome.words or f"On its way to {offer['listener'].name}.", "success")
        else:
            flash(" ".join(outcome.problems.values()) if isinstance(outcome, Refused) else CHANGED, "warning")
    return turn_to(".past")


@bp.post("/past/close")
@allow_signed_in
def close() -> ResponseReturnValue:
    """Close one's history in this browser."""
    keys.close_history()
    flash("Closed.", "info")
    return turn_to(".weekly")


@bp.post("/past/<check_in_id>/clear")
@allow_signed_in
def forget_one(check_in_id: str) -> ResponseReturnValue:
    """Delete one week, or one's own note of what was asked."""
    private = queries.opened_key(current_user.id)
    if private is None:
        flash("Please open your weeks again.", "info")
        return turn_to(".past")
    outcome = shredding.forget_one(current_user.id, private, check_in_id)
    flash("This is gone already." if isinstance(outcome, Refused) else "Deleted for good.", "info")
    return turn_to(".past")


@bp.get("/clear")
@allow_signed_in
def forget() -> ResponseReturnValue:
    """What it means to delete everything, before it is done."""
    return _forget_page(ForgetForm()) if _may_forget() else not_own()


def _may_forget() -> bool:
    return is_sure() or queries.has_key(current_user.id)


def _forget_page(form: ForgetForm) -> str:
    return render_template(
        "checkins/forget.html",
        form=form,
        is_sure=is_sure(),
        has_listened=queries.has_listened(current_user.id),
    )


@bp.post("/clear")
@allow_signed_in
def forget_submit() -> ResponseReturnValue:
    """Delete everything, and the key: in a session of one's own, else with one's private words."""
    form = ForgetForm()
    if not _may_forget():
        return not_own()
    problem = None if is_sure() else keys.are_words(current_user.id, form.passphrase.data or "")
    if not form.validate_on_submit() or problem:
        form.passphrase.errors = [problem] if problem else []
        return _forget_page(form), 422
    keys.close_history()
    shredding.forget_everything(current_user.id)
    flash("Everything is deleted for good.", "success")
    return turn_to(".weekly")


@bp.get("/choices")
@allow_signed_in
@sure_only
def sharing() -> ResponseReturnValue:
    """The standing choice."""
    return _sharing_page(SharingForm(queries.listeners(current_user.id), queries.choice_of(current_user.id)))


@bp.post("/choices")
@allow_signed_in
@sure_only
def sharing_submit() -> ResponseReturnValue:
    """Keep the standing choice."""
    form = SharingForm(queries.listeners(current_user.id), queries.StandingChoice())
    if form.validate_on_submit():
        outcome = services.choose_sharing(
            current_user.id, Sharing(form.sharing.data), form.listener.data or None, counts=bool(form.counts.data)
        )
        if not isinstance(outcome, Refused):
            flash("Kept.", "success")
            return turn_to(".sharing")
        form.listener.errors = list(outcome.problems.values())
    return _sharing_page(form), 422


def _sharing_page(form: SharingForm) -> str:
    return render_template(
        "checkins/sharing.html",
        form=form,
        whom=queries.listeners(current_user.id),
        key_made_on=queries.made_of_late(current_user.id),
    )

"""Setting up one's private words, changing them, and losing them."""

from __future__ import annotations

from flask import flash, render_template, request
from flask.typing import ResponseReturnValue
from flask_login import current_user

from app.access import allow_signed_in
from app.auth.passphrases import spaced, suggest_passphrase
from app.checkins import keys, queries
from app.checkins.forms import KeyForm, OpenForm, RecoverForm
from app.checkins.own import has_only_card, is_sure, not_own, sure_only
from app.checkins.views import bp, past_page
from app.editing import Refused


@bp.get("/words")
@allow_signed_in
def words() -> ResponseReturnValue:
    """Choose private words: the first, or (while the history is open) others."""
    return _words_page(KeyForm())


def _words_page(form: KeyForm) -> ResponseReturnValue:
    if not queries.has_key(current_user.id) and not is_sure():
        return not_own()
    if queries.has_key(current_user.id) and queries.opened_key(current_user.id) is None:
        flash("Open your weeks first. Then you can change your private words.", "info")
        return past_page(OpenForm(formdata=None))
    return render_template(
        "checkins/words.html",
        form=form,
        is_first=not queries.has_key(current_user.id),
        has_only_card=has_only_card(),
        suggestion=suggest_passphrase(),
    )


@bp.post("/words")
@allow_signed_in
def words_submit() -> ResponseReturnValue:
    """Keep the words; shows the recovery code, once."""
    form = KeyForm()
    if not queries.has_key(current_user.id) and not is_sure():
        return not_own()
    if form.validate_on_submit():
        chosen, private = form.passphrase.data or "", queries.opened_key(current_user.id)
        if not queries.has_key(current_user.id):
            outcome = keys.make_key(current_user.id, chosen, current_user.name)
        elif private is not None:
            outcome = keys.change_passphrase(current_user.id, private, chosen, current_user.name)
        else:
            return _words_page(form)
        if not isinstance(outcome, Refused):
            return _code_page(outcome)
        form.passphrase.errors = list(outcome.problems.values())
    answer = _words_page(form)
    return (answer, 422) if isinstance(answer, str) else answer


def _code_page(made: keys.Made) -> str:
    return render_template("checkins/code.html", code=spaced(made.code))


@bp.get("/code")
@allow_signed_in
def lost() -> str:
    """Private words that are lost: with the recovery code nothing is, without it the past is."""
    return _lost_page(RecoverForm())


def _lost_page(form: RecoverForm) -> str:
    return render_template(
        "checkins/lost.html", form=form, has_key=queries.has_key(current_user.id), suggestion=suggest_passphrase()
    )


@bp.post("/code")
@allow_signed_in
def lost_submit() -> ResponseReturnValue:
    """Choose new words with the recovery code."""
    form = RecoverForm()
    if form.validate_on_submit():
        outcome = keys.recover(current_user.id, form.code.data or "", form.passphrase.data or "", current_user.name)
        if not isinstance(outcome, Refused):
            return _code_page(outcome)
        for name, said in outcome.problems.items():
            form[name].errors = [said]
    return _lost_page(form), 422


@bp.get("/renew")
@allow_signed_in
@sure_only
def anew() -> ResponseReturnValue:
    """What it means to begin anew without the code, before it is done."""
    return _anew_page(KeyForm())


def _anew_page(form: KeyForm) -> str:
    return render_template(
        "checkins/anew.html",
        form=form,
        suggestion=suggest_passphrase(),
        has_listened=queries.has_listened(current_user.id),
    )


@bp.post("/renew")
@allow_signed_in
@sure_only
def anew_submit() -> ResponseReturnValue:
    """Begin anew: what was kept before stays locked for good."""
    form = KeyForm()
    if form.validate_on_submit() and request.form.get("sure") == "yes":
        outcome = keys.make_key(current_user.id, form.passphrase.data or "", current_user.name)
        if not isinstance(outcome, Refused):
            return _code_page(outcome)
        form.passphrase.errors = list(outcome.problems.values())
    return _anew_page(form), 422

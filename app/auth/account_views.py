"""Pages for one's own sign-in: places, passphrase, second step, PIN."""

from __future__ import annotations

from flask import flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_login import current_user
from markupsafe import Markup

from app.access import allow_signed_in
from app.auth import forms, queries, second_step, services
from app.auth.passphrases import suggest_passphrase
from app.auth.views import bp


@bp.get("/account")
@allow_signed_in
def account() -> str:
    """Where one is signed in, and by what."""
    return render_template(
        "auth/account.html",
        places=queries.places_of(current_user.id, current_user.sign_in_id),
        doors=queries.doors_of(current_user.id),
        is_staff=current_user.is_staff,
    )


@bp.post("/account/places/<sign_in_id>/end")
@allow_signed_in
def end_place(sign_in_id: str) -> ResponseReturnValue:
    """Sign out at one place."""
    if sign_in_id == current_user.sign_in_id:
        services.sign_out()
        return redirect(url_for("auth.sign_in"), 303)
    if services.end_place(current_user.id, sign_in_id):
        flash("Signed out there.", "success")
    else:
        flash("That sign-in had ended already.", "info")
    return redirect(url_for("auth.account"), 303)


@bp.post("/account/places/end-others")
@allow_signed_in
def end_others() -> ResponseReturnValue:
    """Sign out everywhere but here."""
    services.end_other_places(current_user.id, current_user.sign_in_id)
    flash("You are signed out everywhere else.", "success")
    return redirect(url_for("auth.account"), 303)


@bp.post("/account/places/end-all")
@allow_signed_in
def end_all() -> ResponseReturnValue:
    """Sign out everywhere, here too; waiting links and codes die."""
    services.end_every_place(current_user.id)
    services.sign_out()
    flash("You are signed out everywhere.", "success")
    return redirect(url_for("auth.sign_in"), 303)


@bp.get("/account/passphrase")
@allow_signed_in
def passphrase() -> str:
    """Choose a new passphrase."""
    return _passphrase_page(_passphrase_form())


@bp.post("/account/passphrase")
@allow_signed_in
def passphrase_submit() -> ResponseReturnValue:
    """Keep the new passphrase; all other sessions end."""
    form = _passphrase_form()
    if form.validate_on_submit():
        current = form.current.data if isinstance(form, forms.ChangePassphraseForm) else None
        problem = services.change_passphrase(form.passphrase.data or "", current)
        if problem is None:
            flash("Your passphrase is changed. You are signed out everywhere else.", "success")
            return redirect(url_for("auth.account"), 303)
        is_current = "present" in problem or problem == services.NO_MORE_TRIES
        field = form.current if is_current and isinstance(form, forms.ChangePassphraseForm) else form.passphrase
        field.errors = [problem]
    return _passphrase_page(form), 422


def _passphrase_form() -> forms.SetUpForm:
    return forms.SetUpForm() if queries.may_skip_passphrase(current_user) else forms.ChangePassphraseForm()


def _passphrase_page(form: forms.SetUpForm) -> str:
    return render_template("auth/passphrase.html", form=form, suggestion=suggest_passphrase())


@bp.get("/account/second-step")
@allow_signed_in
def second_step_setup() -> str:
    """Set up the second step, or see that it is on."""
    return _second_step_page(forms.SecondStepForm())


def _second_step_page(form: forms.SecondStepForm) -> str:
    setup = second_step.pending_setup(current_user.id, current_user.code)
    return render_template(
        "auth/second_step_setup.html",
        form=form,
        setup=setup,
        picture=Markup(setup.picture) if setup else "",  # noqa: S704 - drawn by segno from our own address
        doors=queries.doors_of(current_user.id),
    )


@bp.post("/account/second-step")
@allow_signed_in
def second_step_begin() -> ResponseReturnValue:
    """Make a secret to scan."""
    second_step.begin()
    return redirect(url_for("auth.second_step_setup"), 303)


@bp.post("/account/second-step/confirm")
@allow_signed_in
def second_step_confirm() -> ResponseReturnValue:
    """Switch the second step on, or renew the recovery codes; shows the codes, once."""
    form = forms.SecondStepForm()
    if form.validate_on_submit():
        is_on = queries.doors_of(current_user.id).has_second_step
        act = second_step.renew_recovery_codes if is_on else second_step.confirm
        codes = act(form.code.data or "")
        if codes is not None:
            return render_template("auth/recovery_codes.html", codes=codes)
        form.code.errors = [second_step.WRONG]
    return _second_step_page(form), 422


@bp.get("/account/pin")
@allow_signed_in
def pin() -> str:
    """Choose a new PIN for one's card."""
    return render_template("auth/pin.html", form=forms.NewPinForm(), doors=queries.doors_of(current_user.id))


@bp.post("/account/pin")
@allow_signed_in
def pin_submit() -> ResponseReturnValue:
    """Keep the new PIN."""
    form = forms.NewPinForm()
    if form.validate_on_submit():
        problem = services.change_pin(form.pin.data or "")
        if problem is None:
            flash("Your PIN is changed.", "success")
            return redirect(url_for("auth.account"), 303)
        form.pin.errors = [problem]
    return render_template("auth/pin.html", form=form, doors=queries.doors_of(current_user.id)), 422

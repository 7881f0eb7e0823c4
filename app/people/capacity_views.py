"""The page on which a person goes easy for a while: their own and nobody else's."""

from __future__ import annotations

from datetime import timedelta

from flask import flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_login import current_user

from app import clock
from app.access import allow_signed_in
from app.editing import Saved
from app.people import capacity
from app.people.capacity import Less
from app.people.capacity_forms import LEAST_HOURS, LessForm
from app.people.views import bp, person_or_404

FOR_A_WHILE = timedelta(days=14)


@bp.get("/me/pace")
@allow_signed_in
def easy() -> str:
    """Go easy on me, until a day."""
    now = capacity.capacity_of(current_user.id)
    if now is not None:
        return _page(LessForm(obj=now, data={"until": now.ends_on}))
    wanted = person_or_404(current_user.id).wanted_minutes
    begin = {"until": clock.today() + FOR_A_WHILE, "no_nights": True, "no_demanding": True}
    if wanted:
        begin["maximum_minutes"] = max(LEAST_HOURS, wanted // 2)
    return _page(LessForm(data=begin))


def _page(form: LessForm) -> str:
    return render_template("people/easy.html", form=form, now=capacity.capacity_of(current_user.id))


@bp.post("/me/pace")
@allow_signed_in
def easy_submit() -> ResponseReturnValue:
    """Keep it; the roster obeys from now on."""
    form = LessForm()
    if form.validate_on_submit():
        less = Less(
            form.maximum_minutes.data, form.maximum_shifts.data, bool(form.no_nights.data), bool(form.no_demanding.data)
        )
        outcome = capacity.go_easy(current_user.id, form.until.data, less)
        if isinstance(outcome, Saved):
            flash("Kept. New rosters and the shifts you are offered keep to it.", "success")
            return redirect(url_for(".easy"), 303)
        for name, words in getattr(outcome, "problems", {}).items():
            if name:
                form[name].errors = [words]
            else:
                form.form_errors.append(words)
    return _page(form), 422


@bp.post("/me/pace/end")
@allow_signed_in
def easy_end() -> ResponseReturnValue:
    """Take on as much as usual again."""
    capacity.as_usual(current_user.id)
    flash("As usual again.", "success")
    return redirect(url_for(".easy"), 303)

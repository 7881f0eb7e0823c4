"""Pages of rates, premiums and terms."""

from __future__ import annotations

from datetime import date

from flask import flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_login import current_user

from app import clock
from app.access import Role, allow
from app.editing import Saved
from app.pay import queries, services
from app.pay.forms import PremiumForm, RateForm, TermsForm
from app.pay.views import bp
from app.people.words import LEVEL_WORDS
from payroll.rates import Premium, in_force

KEEPERS = (Role.TREASURER, Role.ADMIN)


@bp.get("/rates")
@allow(*KEEPERS)
def rates() -> str:
    """The rates in force, those to come, and what comes on top."""
    today, card = clock.today(), queries.rate_card()
    rows = {row.id: row for row in queries.rate_rows()}
    now = in_force(card.rates, today)
    premiums = [found for each in Premium if (found := card.premium_for(each, today)) is not None]
    shown = {each.id for each in now} | {each.id for each in premiums}
    return render_template(
        "pay/rates.html",
        now=now,
        premiums=premiums,
        coming=[row for row in rows.values() if row.from_on > today],
        past=[row for row in rows.values() if row.from_on <= today and row.id not in shown],
        terms=card.terms_on(today),
        later=[row for row in queries.terms_rows() if row.from_on > today],
        second_above=queries.second_above(today),
        services=queries.service_names(),
        levels=LEVEL_WORDS,
        unagreed=queries.unagreed(),
    )


@bp.get("/rates/add")
@allow(*KEEPERS)
def rate_add() -> str:
    """An empty form for a rate."""
    form = RateForm(queries.service_names().items())
    form.from_on.data = queries.next_rate_day()
    return render_template("pay/rate_add.html", form=form, unagreed=queries.unagreed())


@bp.post("/rates/add")
@allow(*KEEPERS)
def rate_add_submit() -> ResponseReturnValue:
    """Add the rate."""
    form = RateForm(queries.service_names().items())
    if form.validate_on_submit():
        outcome = services.add_rate(form.facts, current_user.id, form.key.data)
        if isinstance(outcome, Saved):
            flash(" ".join([_from(form.from_on.data), *filter(None, [outcome.words])]), "success")
            return redirect(url_for(".rates"), 303)
        form.take(getattr(outcome, "problems", {}))
    return render_template("pay/rate_add.html", form=form, unagreed=queries.unagreed()), 422


def _from(day: date) -> str:
    return f"Saved. It holds from {day.day} {day:%B %Y}. What was paid or owed before stays as it is."


@bp.get("/premiums/add")
@allow(*KEEPERS)
def premium_add() -> str:
    """An empty form for a premium."""
    form = PremiumForm()
    form.from_on.data = queries.next_rate_day()
    return render_template("pay/premium_add.html", form=form)


@bp.post("/premiums/add")
@allow(*KEEPERS)
def premium_add_submit() -> ResponseReturnValue:
    """Add the premium."""
    form = PremiumForm()
    if form.validate_on_submit():
        outcome = services.add_premium(form.facts, current_user.id, form.key.data)
        if isinstance(outcome, Saved):
            flash(_from(form.from_on.data), "success")
            return redirect(url_for(".rates"), 303)
        form.take(getattr(outcome, "problems", {}))
    return render_template("pay/premium_add.html", form=form), 422


@bp.get("/terms")
@allow(*KEEPERS)
def terms() -> str:
    """The terms, to be changed from a day on."""
    form = TermsForm(obj=queries.rate_card().terms_on(clock.today()))
    form.from_on.data = queries.next_rate_day()
    form.second_above.data = queries.second_above(clock.today())
    return render_template("pay/terms.html", form=form)


@bp.post("/terms")
@allow(*KEEPERS)
def terms_submit() -> ResponseReturnValue:
    """Set the terms."""
    form = TermsForm()
    if form.validate_on_submit():
        outcome = services.set_terms(form.facts, current_user.id, form.key.data)
        if isinstance(outcome, Saved):
            flash(_from(form.from_on.data), "success")
            return redirect(url_for(".rates"), 303)
        form.take(getattr(outcome, "problems", {}))
    return render_template("pay/terms.html", form=form), 422

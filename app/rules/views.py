"""Pages on which coordinators see and set the rules of rostering."""

from __future__ import annotations

from flask import Blueprint, abort, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from app.access import Role, allow
from app.editing import Outdated, Saved
from app.fields import Difference, differences
from app.rules import queries, services
from app.rules.forms import RuleForm, fixed_words, rule_form, settings_of
from app.rules.queries import RuleCard
from app.rules.settings import GROUPS

bp = Blueprint("rules", __name__, url_prefix="/rules")

PLANNERS = (Role.COORDINATOR, Role.ADMIN)


def card_or_404(name: str) -> RuleCard:
    """The rule of an address, or the page that says there is none."""
    return queries.rule_card(name) or abort(404)


@bp.get("/")
@allow(*PLANNERS)
def index() -> str:
    """Every rule."""
    cards = queries.rule_cards()
    return render_template(
        "rules/index.html",
        cards=cards,
        wholes=list(GROUPS.values()),
        strengths={card.name: _strengths(card) for card in cards},
    )


def _strengths(card: RuleCard) -> list[tuple[str, str]]:
    """Whether a rule forbids, has a price, or both, in words with a colour."""
    prices = [each.name for each in card.parameters if each.unit == "points"]
    found = []
    if not card.is_on:
        return []
    if not prices or any(card.values[name] is None for name in prices):
        found.append(("Forbids", "bad"))
    if any(card.values[name] is not None for name in prices):
        found.append(("Has a price", "warn"))
    return found


@bp.get("/<name>")
@allow(*PLANNERS)
def show(name: str) -> str:
    """One rule."""
    card = card_or_404(name)
    return _page(card, rule_form(card), None)


@bp.post("/<name>")
@allow(*PLANNERS)
def show_submit(name: str) -> ResponseReturnValue:
    """Keep the numbers of one rule."""
    card = card_or_404(name)
    form, theirs = rule_form(card), None
    if form.validate_on_submit():
        outcome = services.set_rule(name, form.values(card), form.seen_version, is_on=form.is_on_now)
        if isinstance(outcome, Saved):
            flash(f"{card.title}: saved. It counts from now on.", "success")
            return redirect(url_for(".show", name=name), 303)
        if isinstance(outcome, Outdated):
            card = card_or_404(name)
            theirs = differences(form, rule_form(card, formdata=None))
            form.show(outcome.version)
        else:
            form.take({f"p_{each}" if each else "": words for each, words in outcome.problems.items()})
    return _page(card, form, theirs), 422 if theirs is None else 409


@bp.post("/<name>/reset")
@allow(*PLANNERS)
def reset(name: str) -> ResponseReturnValue:
    """Give a rule back how it came."""
    card = card_or_404(name)
    version = request.form.get("version", "")
    seen = int(version) if version.isdecimal() and len(version) < 10 else -1  # noqa: PLR2004 - more digits than versions
    if isinstance(services.reset_rule(name, seen), Saved):
        flash(f"{card.title} is as it came.", "success")
    else:
        flash("Someone changed this rule meanwhile. Please look again.", "warning")
    return redirect(url_for(".show", name=name), 303)


def _page(card: RuleCard, form: RuleForm, theirs: list[Difference] | None) -> str:
    return render_template(
        "rules/show.html",
        card=card,
        form=form,
        theirs=theirs,
        settable=settings_of(card),
        fixed=fixed_words(card),
    )

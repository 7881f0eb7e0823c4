"""Longer questionnaires: answering one, and loading the words of one."""

from __future__ import annotations

from flask import flash, render_template, request
from flask.typing import ResponseReturnValue
from flask_login import current_user

from app.access import allow, allow_signed_in
from app.checkins import packs, queries
from app.checkins.forms import PackForm
from app.checkins.views import KEEPERS, bp
from app.editing import Refused
from app.fields import KeyedForm
from app.one_address import turn_to
from wellbeing.instruments import instruments


@bp.get("/more")
@allow_signed_in
def longer() -> str:
    """The longer questionnaires there are."""
    return _longer_page()


def _longer_page(key: str = "", problem: str = "", given: dict[str, int] | None = None) -> str:
    words = packs.words_of(key)
    return render_template(
        "checkins/longer.html",
        has_key=queries.has_key(current_user.id),
        loaded=[each for each in packs.packs() if each.loaded_on],
        key=key if words else "",
        words=words,
        form=instruments().get(key) if words else None,
        given=given or {},
        keyed=KeyedForm(),
        problem=problem,
    )


@bp.post("/more")
@allow_signed_in
def longer_submit() -> ResponseReturnValue:
    """Show the questions of one, or keep the answers; the address stays the same."""
    key = request.form.get("pack", "")
    words = packs.words_of(key)
    if words is None:
        flash("Choose one of these.", "warning")
        return turn_to(".longer")
    if request.form.get("send") != "keep":
        return _longer_page(key)
    given = _given(words)
    outcome = packs.keep_answers(current_user.id, key, given, KeyedForm().key.data)
    if isinstance(outcome, Refused):
        return _longer_page(key, " ".join(outcome.problems.values()), given), 422
    flash("Kept for you alone. What it shows stands under My weeks.", "success")
    return turn_to(".longer")


def _given(words: packs.Words) -> dict[str, int]:
    """The answers that can be chosen; what cannot be is left out."""
    found = {}
    for each in words.questions:
        text = request.form.get(each.name, "")
        if text in {str(number) for number, _ in each.answers}:
            found[each.name] = int(text)
    return found


@bp.get("/packs")
@allow(*KEEPERS)
def load() -> str:
    """Which questionnaires may be used, whose words are loaded, and which are refused."""
    return _load_page(PackForm(packs.packs()))


def _load_page(form: PackForm) -> str:
    return render_template("checkins/load.html", form=form, packs=packs.packs(), refused=packs.refused_packs())


@bp.post("/packs")
@allow(*KEEPERS)
def load_submit() -> ResponseReturnValue:
    """Load words: pasted, or from a file."""
    form = PackForm(packs.packs())
    if form.validate_on_submit():
        text = form.text()
        if text is None:
            form.file.errors = ["This is no plain text in UTF-8. Save it as text and try again."]
        else:
            outcome = packs.load_pack(form.pack.data, text)
            if not isinstance(outcome, Refused):
                flash("Loaded. People find it under For me.", "success")
                return turn_to(".load")
            for name, said in outcome.problems.items():
                (form.pack if name == "key" else form.words).errors = [said]
    return _load_page(form), 422


@bp.post("/packs/<key>/remove")
@allow(*KEEPERS)
def unload(key: str) -> ResponseReturnValue:
    """Take the words of one away."""
    packs.remove_pack(key)
    flash("Removed. What people answered stays with them.", "success")
    return turn_to(".load")

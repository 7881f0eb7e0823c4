"""Pages of private wishes: people read their own and nobody else's; a coordinator can only enter one when asked to."""

from __future__ import annotations

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_login import current_user

from app.access import allow_signed_in
from app.editing import Saved
from app.people import queries, wish_services
from app.people.availability_views import someone
from app.people.forms import WishForm
from app.people.models import Person, WishKind
from app.people.views import bp
from app.people.words import WISH_WORDS
from app.sites import queries as places

ABOUT = {
    "person": ("A person", (WishKind.NOT_WITH, WishKind.PARTNER)),
    "site": ("A site", (WishKind.NOT_AT,)),
    "service": ("A kind of work", (WishKind.LIKES_SERVICE, WishKind.DISLIKES_SERVICE)),
}


@bp.get("/me/wishes", defaults={"who": "me"})
@bp.get("/<who>/wishes")
@allow_signed_in
def wishes(who: str) -> str:
    """One's own private wishes; for someone else only a form."""
    person = someone(who)
    return _page(who, person, {about: _form(about, person) for about in ABOUT})


@bp.post("/me/wishes/<about>", defaults={"who": "me"})
@bp.post("/<who>/wishes/<about>")
@allow_signed_in
def wish_submit(who: str, about: str) -> ResponseReturnValue:
    """Keep a wish."""
    person = someone(who)
    if about not in ABOUT:
        return _page(who, person, {each: _form(each, person) for each in ABOUT}), 404
    form = _form(about, person, is_sent=True)
    if form.validate_on_submit():
        outcome = wish_services.add_wish(person.id, WishKind(form.kind.data), form.about.data)
        if isinstance(outcome, Saved):
            flash("Kept. Nobody else can read it.", "success")
            return redirect(url_for(".wishes", who=who), 303)
        form.take(getattr(outcome, "problems", {}))
    forms = {each: form if each == about else _form(each, person) for each in ABOUT}
    return _page(who, person, forms, form), 422


@bp.get("/me/wishes/forget")
@allow_signed_in
def wish_forget() -> ResponseReturnValue:
    """Before one of one's own wishes is forgotten; `?wish=` names it."""
    asked = request.args.get("wish", "")
    wish = next((each for each in queries.own_wishes(current_user.id) if each.id == asked), None)
    if wish is None:
        return redirect(url_for(".wishes"), 303)
    return render_template("people/wish_forget.html", wish=wish, words=WISH_WORDS)


@bp.post("/me/wishes/forget")
@allow_signed_in
def wish_forget_submit() -> ResponseReturnValue:
    """Forget one of one's own wishes."""
    wish_services.remove_wish(current_user.id, request.form.get("wish", ""))
    flash("Taken away.", "success")
    return redirect(url_for(".wishes"), 303)


def _form(about: str, person: Person, *, is_sent: bool = False) -> WishForm:
    label, kinds = ABOUT[about]
    choices = {
        "person": lambda: queries.others_by_name(person.id),
        "site": lambda: [(each.id, each.name) for each in places.active_sites()],
        "service": lambda: [(each.id, each.name) for each in places.active_services()],
    }[about]()
    known = {} if is_sent else {"formdata": None}
    return WishForm(kinds, label, choices, prefix=f"{about}-", **known)


def _page(who: str, person: Person, forms: dict[str, WishForm], form: WishForm | None = None) -> str:
    own = queries.own_wishes(person.id) if who == "me" else []
    return render_template(
        "people/wishes.html", person=person, who=who, forms_of=forms, form=form, own=own, words=WISH_WORDS
    )

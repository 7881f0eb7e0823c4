"""Pages for signing in and out."""

from __future__ import annotations

from flask import Blueprint, Response, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_login import current_user

from app.access import open_page
from app.auth import services
from app.auth.forms import PassphraseForm
from app.auth.queries import keep_alive

bp = Blueprint("auth", __name__)


@bp.before_app_request
def _touch() -> None:
    if current_user.is_authenticated:
        keep_alive()


@bp.get("/sign-in")
@open_page
def sign_in() -> str:
    """The doors."""
    return render_template("auth/sign_in.html", form=PassphraseForm())


@bp.post("/sign-in")
@open_page
def sign_in_submit() -> ResponseReturnValue:
    """Try the passphrase."""
    form = PassphraseForm()
    if form.validate_on_submit():
        person = services.sign_in_by_passphrase(
            form.email.data or "", form.passphrase.data or "", request.user_agent.string
        )
        if person is not None:
            return redirect(_next_page())
        flash("That address and passphrase do not go together. Please try again.", "error")
    return render_template("auth/sign_in.html", form=form), 422


@bp.post("/sign-out")
@open_page
def sign_out() -> Response:
    """End this session."""
    services.sign_out()
    response = redirect(url_for("auth.sign_in"))
    response.headers["Clear-Site-Data"] = '"cookies", "storage"'
    return response  # type: ignore[return-value]


@bp.post("/leave")
@open_page
def quick_exit() -> Response:
    """Leave at once: end the session and go to a page that tells nothing."""
    services.sign_out()
    response = redirect("https://www.wikipedia.org/", 303)
    response.headers["Clear-Site-Data"] = '"cookies", "storage"'
    return response  # type: ignore[return-value]


def _next_page() -> str:
    target = request.args.get("next", "")
    return target if target.startswith("/") and not target.startswith(("//", "/\\")) else url_for("home.index")

"""Pages for signing in and out. Each door is a form of its own; nobody learns here who is known."""

from __future__ import annotations

from flask import Blueprint, Response, flash, g, make_response, redirect, render_template, request, session, url_for
from flask.typing import ResponseReturnValue
from flask_login import current_user
from flask_wtf import FlaskForm

from app.access import open_page
from app.auth import doors, forms, second_step, services
from app.auth.devices import Caller
from app.auth.doors import Answer, Outcome
from app.auth.passphrases import suggest_passphrase
from app.auth.queries import LinkState, is_new_card, keep_alive, link_state, live_token

bp = Blueprint("auth", __name__)
CLEAR = '"cookies", "storage"'  # not "cache": clearing it makes Chrome hang for seconds
DOORS = {
    "passphrase": "auth/sign_in_passphrase.html",
    "link": "auth/sign_in_link.html",
    "code": "auth/sign_in_code.html",
    "card": "auth/sign_in_card.html",
}
ELSEWHERE = "https://www.wikipedia.org/"


@bp.before_app_request
def _touch() -> None:
    if request.endpoint != "static" and current_user.is_authenticated:
        keep_alive()


@bp.before_request
def _remember_target() -> None:
    g.after = session.get("after", "")  # a session that begins forgets all else


@bp.get("/sign-in")
@open_page
def sign_in() -> str:
    """The first door: e-mail address and passphrase."""
    return _door("passphrase", forms.PassphraseForm())


@bp.post("/sign-in")
@open_page
def sign_in_submit() -> ResponseReturnValue:
    """Try the passphrase."""
    form = forms.PassphraseForm()
    if form.validate_on_submit():
        return _answer(
            doors.sign_in_by_passphrase(form.email.data or "", form.passphrase.data or "", _caller(form)),
            "passphrase",
            form,
        )
    return _door("passphrase", form), 422


@bp.get("/sign-in/link")
@open_page
def ask_link() -> str:
    """Ask for a magic link."""
    return _door("link", forms.LinkForm())


@bp.post("/sign-in/link")
@open_page
def ask_link_submit() -> ResponseReturnValue:
    """Have a link mailed, if the address is known; the answer does not tell."""
    form = forms.LinkForm()
    if not form.validate_on_submit():
        return _door("link", form), 422
    answer = doors.ask_for_link(form.email.data or "", _caller(form))
    if answer.outcome is not Outcome.IN:
        return _answer(answer, "link", form)
    if _next_page(""):
        session["after"] = _next_page("")
    return redirect(url_for("auth.link_sent"), 303)


@bp.get("/sign-in/link/sent")
@open_page
def link_sent() -> str:
    """What happens now."""
    return render_template("auth/link_sent.html")


@bp.get("/sign-in/link/<token>")
@open_page
def link(token: str) -> tuple[str, int]:
    """The page behind a mailed link: a button. Looking does nothing, since mail scanners look."""
    state = link_state(token, session.get("browser"))
    status = {LinkState.GOOD: 200, LinkState.OTHER_BROWSER: 403, LinkState.GONE: 410}[state]
    return render_template("auth/link.html", state=state, form=FlaskForm()), status


@bp.post("/sign-in/link/<token>")
@open_page
def link_submit(token: str) -> ResponseReturnValue:
    """Use a mailed link."""
    caller = _caller(None, is_shared=bool(session.get("shared")))
    answer = doors.sign_in_by_link(token, caller)
    if answer.outcome is Outcome.NO:
        return render_template("auth/link.html", state=LinkState.GONE, form=FlaskForm()), 410
    return _onward(answer)


@bp.get("/sign-in/code")
@open_page
def code() -> str:
    """The door for a one-time code from a coordinator."""
    return _door("code", forms.CodeForm())


@bp.post("/sign-in/code")
@open_page
def code_submit() -> ResponseReturnValue:
    """Try a one-time code."""
    form = forms.CodeForm()
    if form.validate_on_submit():
        return _answer(doors.sign_in_by_code(form.name.data or "", form.code.data or "", _caller(form)), "code", form)
    return _door("code", form), 422


@bp.get("/sign-in/card")
@open_page
def card_help() -> str:
    """How a card works; the door itself is behind the picture on it."""
    return _door("card", None)


@bp.get("/card/<token>")
@open_page
def card(token: str) -> str:
    """The door a printed card leads to."""
    if is_new_card(token):
        return render_template("auth/card_begin.html", form=forms.NewCardForm())
    return render_template("auth/card.html", form=forms.PinForm())


@bp.post("/card/<token>")
@open_page
def card_submit(token: str) -> ResponseReturnValue:
    """Try the PIN of a card, or choose it when the card is new."""
    if is_new_card(token):
        new = forms.NewCardForm()
        if not new.validate_on_submit():
            return render_template("auth/card_begin.html", form=new), 422
        answer = doors.begin_card(token, new.code.data or "", new.pin.data or "", _caller(None))
        if answer.outcome is Outcome.NO:
            flash(answer.words, "error")
            return render_template("auth/card_begin.html", form=new), 422
        return _onward(answer)
    form = forms.PinForm()
    if not form.validate_on_submit():
        return render_template("auth/card.html", form=form), 422
    answer = doors.sign_in_by_card(token, form.pin.data or "", _caller(form))
    if answer.outcome is Outcome.NO:
        flash(answer.words, "error")
        return render_template("auth/card.html", form=form), 422
    return _onward(answer)


@bp.get("/set-up/<token>")
@open_page
def setup(token: str) -> tuple[str, int]:
    """The page behind an invitation: choose a passphrase."""
    if live_token(token, "setup") is None:
        return render_template("auth/setup_gone.html"), 410
    return render_template("auth/setup.html", form=forms.SetUpForm(), suggestion=suggest_passphrase()), 200


@bp.post("/set-up/<token>")
@open_page
def setup_submit(token: str) -> ResponseReturnValue:
    """Keep the passphrase and come in."""
    form = forms.SetUpForm()
    if form.validate_on_submit():
        answer = doors.set_up(token, form.passphrase.data or "", _caller(None))
        if answer.outcome is not Outcome.NO:
            return _onward(answer)
        if answer is doors.GONE_LINK:
            return render_template("auth/setup_gone.html"), 410
        form.passphrase.errors = [answer.words]
    return render_template("auth/setup.html", form=form, suggestion=suggest_passphrase()), 422


@bp.get("/sign-in/second-step")
@open_page
def second() -> ResponseReturnValue:
    """The second step of a sign-in."""
    if not second_step.is_half_in():
        return redirect(url_for("auth.sign_in"))
    return render_template("auth/second_step.html", form=forms.SecondStepForm())


@bp.post("/sign-in/second-step")
@open_page
def second_submit() -> ResponseReturnValue:
    """Try a code from the app or a recovery code."""
    form = forms.SecondStepForm()
    if not form.validate_on_submit():
        return render_template("auth/second_step.html", form=form), 422
    after = _next_page(session.get("after", ""))
    answer = second_step.pass_second_step(form.code.data or "", _caller(None))
    if answer.outcome is Outcome.IN:
        return redirect(after or url_for("home.index"), 303)
    flash(answer.words, "error")
    if not second_step.is_half_in():
        return redirect(url_for("auth.sign_in"), 303)
    return render_template("auth/second_step.html", form=form), 422


@bp.post("/sign-out")
@open_page
def sign_out() -> Response:
    """End this session."""
    services.sign_out()
    return _cleared(redirect(url_for("auth.sign_in"), 303))


@bp.post("/leave")
@open_page
def quick_exit() -> Response:
    """Leave at once: end the session and go to a page that tells nothing."""
    services.sign_out()
    return _cleared(redirect(url_for("auth.left"), 303))


@bp.get("/left")
@open_page
def left() -> Response:
    """Onward to a page of others. A form may lead only to pages of ours, so this one stands between."""
    response = make_response("")
    response.headers["Refresh"] = f"0; url={ELSEWHERE}"
    return response


def _cleared(response: object) -> Response:
    made = make_response(response)
    made.headers["Clear-Site-Data"] = CLEAR
    return made


def _door(door: str, form: FlaskForm | None) -> str:
    return render_template(DOORS[door], door=door, form=form, next=_next_page(""))


def _answer(answer: Answer, door: str, form: FlaskForm) -> ResponseReturnValue:
    if answer.outcome is not Outcome.NO:
        return _onward(answer)
    flash(answer.words, "error")
    return _door(door, form), 429 if answer is doors.WAIT else 422


def _onward(answer: Answer) -> ResponseReturnValue:
    """To the page that was asked for, through the second step where there is one."""
    after = _next_page(g.get("after", ""))
    if answer.outcome is Outcome.SECOND_STEP:
        if after:
            session["after"] = after
        return redirect(url_for("auth.second"), 303)
    return redirect(after or url_for("home.index"), 303)


def _caller(form: FlaskForm | None, *, is_shared: bool = False) -> Caller:
    shared = is_shared or bool(form is not None and "is_shared" in form and form.is_shared.data)
    return Caller.of(request.user_agent.string, request.remote_addr, is_shared=shared)


def _next_page(fallback: str) -> str:
    """The page of ours that was asked for before signing in; nothing that leads elsewhere."""
    target = request.args.get("next") or fallback
    is_ours = target.startswith("/") and not target.startswith(("//", "/\\")) and target.isprintable()
    return target if is_ours else ""

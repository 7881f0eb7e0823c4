"""The pages of a tablet at a site: a card, a PIN, one tap, and everything is forgotten.

A tablet knows itself by a cookie of its own, which opens nothing but these pages. Whoever stands at it has a second
cookie for a minute at a time. Pages go back to the first one by themselves, without JavaScript.
"""

from __future__ import annotations

from flask import Blueprint, Response, current_app, flash, make_response, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from app.access import open_page
from app.attendance import coming as asking
from app.attendance import day
from app.attendance import services as attendance
from app.auth.devices import Caller
from app.auth.doors import WAIT, Answer
from app.auth.queries import is_new_card
from app.editing import Outcome, Outdated, Refused
from app.kiosk import forms, services
from app.kiosk.queries import IDLE_SECONDS, Tablet
from app.kiosk.services import Token
from app.kiosk.standing import CARD, TABLET, VISIT, cookie, cookie_name, for_a_minute, standing_tablet, visitor_at

bp = Blueprint("kiosk", __name__, url_prefix="/kiosk")

LONG = 400 * 24 * 60 * 60  # as long as browsers keep a cookie
OF_OTHERS = frozenset({"checkins.tablet", "checkins.tablet_submit", "incidents.tablet", "incidents.tablet_submit"})
OPEN_ON_TABLETS = OF_OTHERS | {"", "static"}
WORDS = {
    "arrive": "You are here. Thank you for coming.",
    "leave": "You have left. Thank you, and rest well.",
    "take-back": "Taken back.",
    "coming": "Thank you. See you then.",
}


def keep_to_tablet() -> ResponseReturnValue | None:
    """On a tablet nothing opens but its own pages; a scanned card leads to its PIN page, never to a stay."""
    endpoint = request.endpoint or ""
    if endpoint in OPEN_ON_TABLETS or endpoint.startswith("kiosk.") or standing_tablet() is None:
        return None
    if endpoint == "auth.card" and request.method == "GET":
        return redirect(url_for("kiosk.scanned", token=(request.view_args or {})["token"]))
    return redirect(url_for("kiosk.start"), 303)


@bp.get("/")
@open_page
def start() -> Response:
    """Scan your card; on a device that is no tablet yet, type its code."""
    tablet = standing_tablet()
    if tablet is None:
        return make_response(render_template("kiosk/enrol.html", form=forms.EnrolForm()))
    response = make_response(render_template("kiosk/start.html", form=forms.ScanForm(), tablet=tablet))
    _drop(response, VISIT, CARD)
    return response


@bp.post("/")
@open_page
def enrol() -> ResponseReturnValue:
    """Make this device the tablet of the code's site; whoever was signed in on it is signed out."""
    form = forms.EnrolForm()
    if not form.validate_on_submit():
        return render_template("kiosk/enrol.html", form=form), 422
    found = services.enrol(form.code.data or "", _caller())
    if isinstance(found, str):
        form.code.errors = [found]
        return render_template("kiosk/enrol.html", form=form), 429 if found is services.TOO_OFTEN else 422
    response = make_response(redirect(url_for(".start"), 303))
    _keep(response, TABLET, found.text, LONG)
    return response


@bp.post("/card")
@open_page
def card() -> ResponseReturnValue:
    """A scanner typed what it read."""
    tablet, form = standing_tablet(), forms.ScanForm()
    if tablet is None:
        return redirect(url_for(".start"), 303)
    if not form.validate_on_submit():
        return render_template("kiosk/start.html", form=form, tablet=tablet), 422
    return _to_pin(form.token)


@bp.get("/card/<token>")
@open_page
def scanned(token: str) -> ResponseReturnValue:
    """The camera of the tablet read a card."""
    return redirect(url_for(".start")) if standing_tablet() is None else _to_pin(token)


def _to_pin(token: str) -> Response:
    """On to the PIN; the card is remembered for a minute, out of the address."""
    response = make_response(redirect(url_for(".pin"), 303))
    _keep(response, CARD, token, IDLE_SECONDS)
    _drop(response, VISIT)
    return response


@bp.get("/pin")
@open_page
def pin() -> ResponseReturnValue:
    """Type the PIN; whose card is new chooses one."""
    token = cookie(CARD)
    if standing_tablet() is None or not token:
        return redirect(url_for(".start"))
    return _pin_page(token, None)


@bp.post("/pin")
@open_page
def pin_submit() -> ResponseReturnValue:
    """Try the PIN."""
    tablet, token = standing_tablet(), cookie(CARD)
    if tablet is None or not token:
        return redirect(url_for(".start"), 303)
    form = forms.FirstPinForm() if is_new_card(token) else forms.PinForm()
    if not form.validate_on_submit():
        return _pin_page(token, form), 422
    found = _try(tablet, token, form)
    if isinstance(found, Answer):
        flash(found.words, "error")
        return _pin_page(token, form), 429 if found is WAIT else 422
    response = make_response(redirect(url_for(".me"), 303))
    _keep(response, VISIT, found.text, None)
    _drop(response, CARD)
    return response


def _try(tablet: Tablet, token: str, form: forms.PinForm | forms.FirstPinForm) -> Token | Answer:
    if isinstance(form, forms.FirstPinForm):
        return services.let_in_first(tablet, token, form.code.data or "", form.pin.data or "", _caller())
    return services.let_in(tablet, token, form.pin.data or "", _caller())


def _pin_page(token: str, form: forms.PinForm | forms.FirstPinForm | None) -> Response:
    if is_new_card(token):
        page = render_template("kiosk/first_pin.html", form=form or forms.FirstPinForm())
    else:
        page = render_template("kiosk/pin.html", form=form or forms.PinForm())
    return for_a_minute(page)


@bp.get("/me")
@open_page
def me() -> ResponseReturnValue:
    """My shifts of today at this tablet: one tap."""
    tablet = standing_tablet()
    visitor = visitor_at(tablet)
    if tablet is None or visitor is None:
        return redirect(url_for(".start"))
    services.stay(visitor.visit_id)
    soon = [each for each in asking.coming_of(visitor.person_id) if each.answered_at is None]
    places = day.own_day(visitor.person_id)
    today = {each.shift_id for each in places}
    return for_a_minute(
        render_template(
            "kiosk/me.html",
            tablet=tablet,
            visitor=visitor,
            places=places,
            soon=[each for each in soon if each.shift_id not in today][:3],
        )
    )


@bp.post("/shifts/<shift_id>/<act>")
@open_page
def note(shift_id: str, act: str) -> ResponseReturnValue:
    """I am here, I am leaving, that was a mistake, I am coming."""
    tablet = standing_tablet()
    visitor = visitor_at(tablet)
    if tablet is None or visitor is None or act not in WORDS:
        return redirect(url_for(".start"), 303)
    services.stay(visitor.visit_id)
    site = _elsewhere(shift_id, visitor.person_id, tablet)
    if act == "arrive" and site and request.form.get("sure") != "yes":
        flash(f"Nothing is noted yet: your shift is at {site}. Say below if you work there all the same.", "warning")
        return redirect(url_for(".me"), 303)
    outcome = _act(shift_id, visitor.person_id, act)
    if isinstance(outcome, Refused):
        flash(" ".join(outcome.problems.values()), "error")
    elif isinstance(outcome, Outdated):
        flash("Someone noted something else meanwhile. Please look again.", "warning")
    else:
        flash(outcome.words or WORDS[act], "success")
    return redirect(url_for(".me"), 303)


def _elsewhere(shift_id: str, person_id: str, tablet: Tablet) -> str | None:
    """The site of a shift when it is not the one this tablet stands at."""
    place = day.place_on(shift_id, person_id)
    return None if place is None or place.site_id == tablet.site_id else place.site


def _act(shift_id: str, person_id: str, act: str) -> Outcome:
    text = request.form.get("version", "")
    version = int(text) if text.isdecimal() and len(text) < 10 else -1  # noqa: PLR2004 - more digits than versions
    noting = attendance.at_kiosk(person_id, version)
    if act == "coming":
        return asking.say_coming(shift_id, person_id)
    if act == "take-back":
        place = day.place_on(shift_id, person_id)
        return attendance.take_back((place and place.attendance_id) or "", noting)
    return (attendance.arrive if act == "arrive" else attendance.leave)(shift_id, person_id, noting)


@bp.post("/done")
@open_page
def done() -> Response:
    """I am done: nothing stays behind."""
    visitor = visitor_at(standing_tablet())
    if visitor is not None:
        services.leave_kiosk(visitor.visit_id)
    response = make_response(redirect(url_for(".start"), 303))
    _drop(response, VISIT, CARD)
    return response


def _caller() -> Caller:
    return Caller.of(request.user_agent.string, request.remote_addr, is_shared=True)


def _keep(response: Response, name: str, value: str, seconds: int | None) -> None:
    secure = current_app.config["SESSION_COOKIE_SECURE"]
    response.set_cookie(cookie_name(name), value, max_age=seconds, secure=secure, httponly=True, samesite="Lax")


def _drop(response: Response, *cookies: str) -> None:
    secure = current_app.config["SESSION_COOKIE_SECURE"]
    for name in cookies:
        response.delete_cookie(cookie_name(name), secure=secure, httponly=True, samesite="Lax")

"""Pages of the day: my own shifts, the board of a site, who comes."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date

from flask import Blueprint, abort, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_login import current_user

from app import clock
from app.access import Role, allow, allow_signed_in
from app.attendance import coming as asking
from app.attendance import day, queries, services
from app.attendance.models import NotedVia
from app.attendance.services import Noting
from app.attendance.words import ACTIVITY_WORDS, VIA_WORDS
from app.editing import Outcome, Outdated, Refused
from app.fields import day_asked
from app.outreach.queries import overdue

bp = Blueprint("attendance", __name__, url_prefix="/attendance")

MEANWHILE = "Someone noted something else meanwhile. Please look again."
HOURS_DAYS = 56
ACTS: dict[str, tuple[Callable[[str, str, Noting], Outcome], str]] = {
    "arrive": (services.arrive, "Noted: {name} is here."),
    "leave": (services.leave, "Noted: {name} has left."),
    "absent": (services.note_absent, "Noted: {name} did not come."),
    "as-planned": (services.note_as_planned, "Noted: {name} was there as planned."),
}


@bp.app_context_processor
def _words() -> dict[str, object]:
    return {"ACTIVITY_WORDS": ACTIVITY_WORDS, "VIA_WORDS": VIA_WORDS}


def is_coordinator() -> bool:
    """Whether the person signed in coordinates."""
    return Role.COORDINATOR in current_user.roles


def seen_version() -> int:
    """The version that the page showed; nonsense counts as none."""
    text = request.form.get("version", "")
    return int(text) if text.isdecimal() and len(text) < 10 else -1  # noqa: PLR2004 - more digits than versions


def tell(outcome: Outcome, words: str) -> None:
    """Say what became of an act."""
    if isinstance(outcome, Refused):
        flash(" ".join(outcome.problems.values()), "error")
    elif isinstance(outcome, Outdated):
        flash(MEANWHILE, "warning")
    else:
        flash(outcome.words or words, "success")


@bp.get("/")
@allow_signed_in
def today() -> str:
    """My own shifts of today; the sites of the day for whoever coordinates, or leads one of its shifts."""
    shifts = day.board() if is_coordinator() else day.board(shift_ids=day.led_shifts(current_user.id))
    return render_template(
        "attendance/today.html",
        own=day.own_of(shifts, current_user.id) if is_coordinator() else day.own_day(current_user.id),
        sites=day.site_days(shifts),
        is_coordinator=is_coordinator(),
        unsettled=day.unsettled_count() if is_coordinator() else 0,
        overdue=overdue() if is_coordinator() else [],
        silent=len(asking.silent_people()) if is_coordinator() else 0,
    )


@bp.get("/sites/<site_id>")
@allow_signed_in
def board(site_id: str) -> str:
    """The board of a site: everyone for a coordinator, the people of their own shift for a lead."""
    on = _day_asked() if is_coordinator() else None
    led = None if is_coordinator() else day.led_shifts(current_user.id)
    shifts = day.board(site_id=site_id, day=on, shift_ids=led)
    name = shifts[0].site if shifts else (is_coordinator() and queries.site_name(site_id))
    if not name:
        abort(404)
    return render_template(
        "attendance/board.html",
        site_id=site_id,
        site=name,
        shifts=shifts,
        on=on or clock.today(),
        is_today=on is None,
        is_coordinator=is_coordinator(),
    )


def _day_asked() -> date | None:
    """The day in the address, None for today or nonsense."""
    today = clock.today()
    asked = day_asked(request.args.get("on", ""), today)
    return None if asked == today else asked


@bp.post("/shifts/<shift_id>/arrive")
@allow_signed_in
def arrive(shift_id: str) -> ResponseReturnValue:
    """I am here."""
    tell(services.arrive(shift_id, current_user.id, _own()), "Noted: you are here. Thank you for coming.")
    return _back()


@bp.post("/shifts/<shift_id>/leave")
@allow_signed_in
def leave(shift_id: str) -> ResponseReturnValue:
    """I am leaving."""
    tell(services.leave(shift_id, current_user.id, _own()), "Noted: you have left. Thank you, and rest well.")
    return _back()


@bp.post("/shifts/<shift_id>/take-back")
@allow_signed_in
def take_back(shift_id: str) -> ResponseReturnValue:
    """Undo my last tap."""
    place = day.place_on(shift_id, current_user.id)
    if place is None or place.attendance_id is None:
        abort(404)
    tell(services.take_back(place.attendance_id, _own()), "Taken back.")
    return _back()


def _own() -> Noting:
    return Noting(current_user.id, NotedVia.PHONE, seen_version())


def _back() -> ResponseReturnValue:
    """To the page the tap came from."""
    endpoint = "shifts.mine" if request.form.get("back") == "shifts" else ".today"
    return redirect(url_for(endpoint), 303)


@bp.post("/shifts/<shift_id>/people/<person_id>/<act>")
@allow_signed_in
def note(shift_id: str, person_id: str, act: str) -> ResponseReturnValue:
    """A lead on the shift, or a coordinator, notes something about someone."""
    noting = Noting(current_user.id, _via(shift_id), seen_version())
    place = day.place_on(shift_id, person_id)
    if place is None:
        abort(404)
    if act == "take-back":
        if place.attendance_id is None:
            abort(404)
        tell(services.take_back(place.attendance_id, noting), "Taken back.")
    elif act in ACTS:
        does, words = ACTS[act]
        tell(does(shift_id, person_id, noting), words.format(name=place.name))
    else:
        abort(404)
    return _to_place(place)


def _via(shift_id: str) -> NotedVia:
    if is_coordinator():
        return NotedVia.COORDINATOR
    return NotedVia.LEAD if shift_id in day.led_shifts(current_user.id) else abort(404)


def _to_place(place: day.Place) -> ResponseReturnValue:
    """Back to the board, at the person who was tapped."""
    if request.form.get("back") == "unsettled":
        return redirect(url_for(".unsettled"), 303)
    on = request.form.get("on") or None
    anchor = f"p-{place.shift_id}-{place.person_id}"
    return redirect(url_for(".board", site_id=place.site_id, on=on, _anchor=anchor), 303)


@bp.get("/coming")
@allow_signed_in
def coming() -> str:
    """The shifts that I am asked about: one tap says yes."""
    return render_template("attendance/coming.html", shifts=asking.coming_of(current_user.id))


@bp.post("/shifts/<shift_id>/coming")
@allow_signed_in
def say_coming(shift_id: str) -> ResponseReturnValue:
    """I am coming."""
    tell(asking.say_coming(shift_id, current_user.id), "Thank you.")
    return redirect(url_for("shifts.mine" if request.form.get("back") == "shifts" else ".coming"), 303)


@bp.get("/silent")
@allow(Role.COORDINATOR)
def silent() -> str:
    """Who was asked and has not answered."""
    return render_template("attendance/silent.html", people=asking.silent_people())


@bp.get("/mine")
@allow_signed_in
def mine() -> str:
    """My own hours as they are noted, and what was corrected."""
    last = clock.today()
    lines = queries.hours_lines(last - day.DAY * HOURS_DAYS, last, current_user.id)
    return render_template("attendance/mine.html", lines=lines, days=HOURS_DAYS)


@bp.get("/mine/<attendance_id>")
@allow_signed_in
def my_record(attendance_id: str) -> str:
    """One of my own records with everything that was ever noted about it."""
    row = queries.attendance(attendance_id)
    if row is None or row.person_id != current_user.id:
        abort(404)
    return render_template(
        "attendance/my_record.html",
        row=row,
        words=queries.state_words(row.state, row.arrived_at, row.left_at),
        history=queries.history_of(attendance_id),
    )

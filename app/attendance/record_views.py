"""Pages on which coordinators settle, correct and add what was worked."""

from __future__ import annotations

from datetime import timedelta

from flask import abort, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_login import current_user

from app import clock
from app.access import Role, allow
from app.attendance import day, queries, services
from app.attendance.forms import CorrectForm, EnterForm, ExtraForm
from app.attendance.models import Activity, Attendance, AttendanceState
from app.attendance.views import bp
from app.editing import Outdated, Saved
from app.fields import day_asked

HOURS_DAYS = timedelta(days=13)
MOST_LINES = 150
CARE = (Activity.QUIET, Activity.DEBRIEF)
"""The work beside shifts that a supervisor may give people too."""


@bp.get("/unsettled")
@allow(Role.COORDINATOR)
def unsettled() -> str:
    """Shifts that are over and of which something is missing."""
    return render_template("attendance/unsettled.html", places=day.unsettled(), own_id=current_user.id)


@bp.get("/records/<attendance_id>")
@allow(Role.COORDINATOR)
def record(attendance_id: str) -> str:
    """One record: what is noted, what was noted before, and a form to correct it."""
    row = queries.attendance(attendance_id) or abort(404)
    return _record_page(row, _correct_form(row))


@bp.post("/records/<attendance_id>")
@allow(Role.COORDINATOR)
def record_submit(attendance_id: str) -> ResponseReturnValue:
    """Correct the record."""
    row = queries.attendance(attendance_id) or abort(404)
    form, status = CorrectForm(), 422
    if form.validate_on_submit():
        times = form.times(row.arrived_at, row.left_at)
        outcome = services.correct(attendance_id, times, form.reason.data, form.seen_version, current_user.id)
        if isinstance(outcome, Saved):
            flash("Corrected. What it said before is kept below.", "success")
            return redirect(url_for(".record", attendance_id=attendance_id), 303)
        row = queries.attendance(attendance_id) or abort(404)
        if isinstance(outcome, Outdated):
            form.show(outcome.version)
            words = queries.state_words(row.state, row.arrived_at, row.left_at)
            flash(f"Someone changed this meanwhile. Now it says: {words}. Yours is still below.", "warning")
            status = 409
        else:
            form.take(outcome.problems)
    return _record_page(row, form), status


def _correct_form(row: Attendance) -> CorrectForm:
    form = CorrectForm()
    form.show(row.version)
    starts_at, ends_at = queries.planned_span(row) or (row.arrived_at, row.left_at)
    now = clock.now()
    form.offer(AttendanceState(row.state), row.arrived_at or starts_at or now, row.left_at or ends_at or now)
    return form


def _record_page(row: Attendance, form: CorrectForm) -> str:
    return render_template(
        "attendance/record.html",
        form=form,
        row=row,
        about=queries.about(row),
        words=queries.state_words(row.state, row.arrived_at, row.left_at),
        history=queries.history_of(row.id),
        is_own=row.person_id == current_user.id,
    )


@bp.get("/shifts/<shift_id>/enter")
@allow(Role.COORDINATOR)
def enter(shift_id: str) -> str:
    """A form for someone of whom nothing is noted on a shift, planned on it or not."""
    place = day.place_on(shift_id, request.args.get("person", "") or current_user.id) or abort(404)
    form = EnterForm(queries.people_choices())
    form.offer(AttendanceState.LEFT, place.starts_at, place.ends_at)
    form.person_id.data = request.args.get("person")
    return render_template("attendance/enter.html", form=form, place=place)


@bp.post("/shifts/<shift_id>/enter")
@allow(Role.COORDINATOR)
def enter_submit(shift_id: str) -> ResponseReturnValue:
    """Note it."""
    place = day.place_on(shift_id, current_user.id) or abort(404)
    form = EnterForm(queries.people_choices())
    if form.validate_on_submit():
        outcome = services.enter(shift_id, form.person_id.data, form.times(), current_user.id)
        if isinstance(outcome, Saved):
            flash(outcome.words or "Noted.", "success")
            on = clock.local(place.starts_at).date().isoformat()
            return redirect(url_for(".board", site_id=place.site_id, on=on), 303)
        if isinstance(outcome, Outdated):
            form.form_errors.append("Something is noted about this person here already. Correct that instead.")
        else:
            form.take(outcome.problems)
    return render_template("attendance/enter.html", form=form, place=place), 422


@bp.get("/extra")
@allow(Role.COORDINATOR, Role.SUPERVISOR)
def extra() -> str:
    """A form for work beside shifts."""
    form = _extra_form()
    form.day_on.data = clock.today()
    form.person_id.data = request.args.get("person")
    return render_template("attendance/extra.html", form=form)


@bp.post("/extra")
@allow(Role.COORDINATOR, Role.SUPERVISOR)
def extra_submit() -> ResponseReturnValue:
    """Keep it."""
    form = _extra_form()
    if form.validate_on_submit():
        outcome = services.add_extra(form.row_key, form.person_id.data, form.row, form.span, current_user.id)
        if isinstance(outcome, Saved):
            flash(outcome.words or "Kept. It counts as worked time.", "success")
            return redirect(url_for(".hours", person=form.person_id.data) if _keeps_hours() else url_for(".extra"), 303)
        names = {"arrived": "starts_at", "left": "ends_at"}
        form_problems = {names.get(name, name): words for name, words in getattr(outcome, "problems", {}).items()}
        for name, words in form_problems.items():
            if name in form:
                form[name].errors = [*form[name].errors, words]
            else:
                form.form_errors.append(words)
    return render_template("attendance/extra.html", form=form), 422


def _extra_form() -> ExtraForm:
    form = ExtraForm(queries.people_choices(), queries.site_choices(), queries.service_choices())
    if not _keeps_hours():
        form.offer_only(CARE)
    return form


def _keeps_hours() -> bool:
    return Role.COORDINATOR in current_user.roles


@bp.get("/hours")
@allow(Role.COORDINATOR)
def hours() -> str:
    """Worked records of some days, of everyone or one person."""
    last = day_asked(request.args.get("last", ""), clock.today())
    first = min(day_asked(request.args.get("first", ""), last - HOURS_DAYS), last)
    first = max(first, last - timedelta(days=92))
    person_id = request.args.get("person") or None
    lines = queries.hours_lines(first, last, person_id)
    return render_template(
        "attendance/hours.html",
        lines=lines[:MOST_LINES],
        more=len(lines) - MOST_LINES,
        first=first,
        last=last,
        people=queries.people_choices(),
        person_id=person_id,
    )

"""Pages that are made to be printed."""

from __future__ import annotations

from datetime import date, timedelta

from flask import abort, render_template, request

from app import clock
from app.access import Role, allow
from app.attendance import day, queries, sheets
from app.attendance.forms import SheetForm, WallForm
from app.attendance.views import bp
from app.fields import within_reach

WEEK, FOUR_WEEKS = timedelta(days=6), timedelta(days=27)


@bp.get("/wall")
@allow(Role.COORDINATOR)
def wall() -> str:
    """The published plan as a sheet for the wall."""
    form = WallForm(queries.site_choices(), formdata=request.args or None)
    if request.args:
        form.validate()
    today = clock.today()
    first_on: date = within_reach(form.first_on.data or today - timedelta(days=today.weekday()))
    form.first_on.data = first_on
    is_month = form.span.data == "month"
    last_on = first_on + (FOUR_WEEKS if form.span.data == "weeks" else WEEK)
    return render_template(
        "attendance/wall.html",
        form=form,
        weeks=sheets.wall(*(sheets.month_of(first_on) if is_month else (first_on, last_on)), form.site_id.data or None),
        month=first_on if is_month else None,
        site=queries.site_name(form.site_id.data) if form.site_id.data else None,
        paper="letter" if form.paper.data == "letter" else "a4",
    )


@bp.get("/sites/<site_id>/sheet")
@allow(Role.COORDINATOR)
def sheet(site_id: str) -> str:
    """The sheet on which people sign on the day, for when there is no power."""
    name = queries.site_name(site_id) or abort(404)
    form = SheetForm(formdata=request.args or None)
    if request.args:
        form.validate()
    on: date = within_reach(form.on.data or clock.today())
    form.on.data = on
    return render_template(
        "attendance/sheet.html",
        form=form,
        site=name,
        site_id=site_id,
        on=on,
        shifts=day.board(site_id=site_id, day=on),
        paper="letter" if form.paper.data == "letter" else "a4",
    )

"""Pages that are made to be printed."""

from __future__ import annotations

from datetime import date, timedelta

from flask import abort, render_template, request

from app import clock
from app.access import Role, allow
from app.attendance import day, queries, sheets
from app.attendance.forms import WallForm
from app.attendance.views import bp

MONTH_WEEKS = 4


@bp.get("/wall")
@allow(Role.COORDINATOR)
def wall() -> str:
    """The published plan as a sheet for the wall."""
    form = WallForm(queries.site_choices(), formdata=request.args or None)
    if request.args:
        form.validate()
    today = clock.today()
    first_on: date = form.first_on.data or today - timedelta(days=today.weekday())
    form.first_on.data = first_on
    weeks = MONTH_WEEKS if form.span.data == "month" else 1
    return render_template(
        "attendance/wall.html",
        form=form,
        weeks=sheets.wall(first_on, weeks, form.site_id.data or None),
        site=queries.site_name(form.site_id.data) if form.site_id.data else None,
        paper="letter" if form.paper.data == "letter" else "a4",
    )


@bp.get("/sites/<site_id>/sheet")
@allow(Role.COORDINATOR)
def sheet(site_id: str) -> str:
    """The sheet on which people sign on the day, for when there is no power."""
    name = queries.site_name(site_id) or abort(404)
    try:
        on = date.fromisoformat(request.args.get("on", ""))
    except ValueError:
        on = clock.today()
    return render_template(
        "attendance/sheet.html", site=name, site_id=site_id, on=on, shifts=day.board(site_id=site_id, day=on)
    )

"""Every component on a few pages of their own, for tests to look at: no person ever sees these."""

from __future__ import annotations

from datetime import date, timedelta
from itertools import cycle, islice
from typing import Any

import wtforms
from flask import Blueprint, flash, render_template, request
from flask_wtf import FlaskForm
from jinja2 import ChoiceLoader, FileSystemLoader
from wtforms import validators
from wtforms.fields.choices import SelectChoice

from app.access import open_page

bp = Blueprint("styleguide", __name__, url_prefix="/styleguide")
FIRST = date(2026, 3, 2)
NAMES = ("Ana Rivera", "Bo Lindqvist", "Chidi Okafor", "Dee", "Eli Morgenstern", "Farah Haddad")
MARKS = ("k1", "k2 n", "k3 d", "k1 p", "k2 v", "k3 g", "k1 n d p", "k2 p v")
NAV = ("Home", "My shifts", "Rosters", "People", "Sites", "Rules", "Import and export", "Log")


class Everything(FlaskForm):
    """One field of each kind."""

    name = wtforms.StringField("Name", [validators.InputRequired("Write a name.")], description="The name others see.")
    email = wtforms.EmailField("E-mail", [validators.Optional()])
    hours = wtforms.IntegerField("Wanted hours", [validators.InputRequired("Write a number.")])
    day = wtforms.DateField("First day", [validators.Optional()])
    starts = wtforms.TimeField("Starts", [validators.Optional()])
    ends = wtforms.TimeField("Ends", [validators.Optional()])
    site = wtforms.SelectField(
        "Site", choices=[SelectChoice("a", "Northside"), SelectChoice("b", "Harbour")], default="a"
    )
    grade = wtforms.RadioField(
        "Availability",
        [validators.InputRequired("Choose one.")],
        choices=[
            SelectChoice("p", "Preferred\nI would like this"),
            SelectChoice("a", "Available"),
            SelectChoice("u", "Rather not"),
            SelectChoice("x", "Cannot"),
        ],
    )
    skills = wtforms.SelectMultipleField(
        "Skills", choices=[SelectChoice("n", "First aid"), SelectChoice("l", "Lead"), SelectChoice("d", "Driving")]
    )
    note = wtforms.TextAreaField("Note", [validators.Optional()])
    tell = wtforms.BooleanField("Send a mail about this", description="Once, today.")
    upload = wtforms.FileField("List", [validators.Optional()])


def add_to(app: Any) -> None:
    """Serve the pages from an application under test."""
    app.jinja_env.loader = ChoiceLoader([app.jinja_env.loader or app.jinja_loader, FileSystemLoader(bp.root_path)])
    app.register_blueprint(bp)


@bp.context_processor
def _frame() -> dict[str, Any]:
    return {"nav": [(label, f"/#{i}", i == 0) for i, label in enumerate(NAV)]}


@bp.route("/parts", methods=["GET", "POST"])
@open_page
def parts() -> str:
    """Everything but the board; posted, with what is wrong in the form."""
    form = Everything()
    form.validate_on_submit()
    if request.method == "GET":
        flash("Saved. Ana is told today.")
        flash("That did not work.", "error")
    return render_template("parts.html", form=form)


@bp.get("/board/<view>")
@open_page
def board(view: str) -> str:
    """The board of 60 people on 28 days."""
    days = [{"on": FIRST + timedelta(i), "is_weekend": i % 7 > 4, "is_today": i == 2} for i in range(28)]
    marks = cycle(MARKS)
    rows = [_person(number, days, marks) for number in range(request.args.get("rows", 60, int))]
    groups = [
        {"name": site, "rows": [_kind(f"{site[0]}{kind}", kind, days, marks) for kind in ("Morning", "Night")]}
        for site in ("Northside", "Harbour", "Van")
    ]
    return render_template("board.html", view=view, days=days, rows=rows, groups=groups, shifts=_one_day())


def _person(number: int, days: list[Any], marks: Any) -> dict[str, Any]:
    cells = [_cell(number, i, marks) for i in range(len(days))]
    return {
        "id": f"person{number:06}",
        "name": f"{NAMES[number % 6]} {number}",
        "url": f"people/person{number:06}",
        "hours": "18 of 20 h",
        "hours_kind": "low" if number % 5 == 0 else "",
        "cells": cells,
    }


def _cell(number: int, day: int, marks: Any) -> tuple[str, list[Any]] | None:
    if (number + day) % 3 == 0:
        pill = {"label": "N", "time": "18-22", "url": f"shifts/shift{number:03}{day:04}", "marks": next(marks)}
        return "", [pill]
    return ("x", []) if (number + day) % 11 == 0 else None


def _kind(code: str, name: str, days: list[Any], marks: Any) -> dict[str, Any]:
    cells = [None if i % 4 == 3 else [_shift(f"{code}{i}", i, marks)] for i in range(len(days))]
    return {"name": name, "time": "18-22", "url": "", "cells": cells}


def _shift(id_: str, day: int, marks: Any) -> dict[str, Any]:
    people = [
        {"name": name, "url": f"people/{id_}{i}", "marks": next(marks)}
        for i, name in enumerate(islice(NAMES, 1 + day % 3))
    ]
    return {
        "id": id_,
        "url": f"shifts/{id_}",
        "filled": f"{len(people)}/3",
        "marks": "" if day % 3 else "o",
        "people": people,
    }


def _one_day() -> list[dict[str, Any]]:
    people = [{"name": "Ana Rivera", "url": "people/a", "marks": "p"}, {"name": "Bo", "url": "people/b", "marks": ""}]
    shift = {"name": "Evening", "site": "Northside", "time": "18:00 to 22:00", "url": "shifts/e", "kind": "k1"}
    night = {"name": "Night", "site": "Van", "time": "22:00 to 6:00", "url": "shifts/n", "kind": "k3"}
    return [
        shift | {"filled": "2 of 3 people", "badge": ("1 open", "warn"), "people": people},
        night | {"filled": "0 of 2 people", "badge": None, "people": []},
    ]


@bp.get("/agenda")
@open_page
def agenda() -> str:
    """A person's own shifts and month."""
    shift = {"time": "18:00 to 22:00", "name": "Evening", "site": "Northside", "url": "/", "with_": "with Bo and Chidi"}
    shifts = [
        shift | {"on": FIRST + timedelta(3 * i), "badges": [("Night", "night")] if i == 1 else []} for i in range(4)
    ]
    first = FIRST - timedelta(7)
    weeks = [[_month_day(first + timedelta(7 * week + i)) for i in range(7)] for week in range(6)]
    return render_template("agenda.html", shifts=shifts, weeks=weeks)


def _month_day(on: date) -> dict[str, Any]:
    shifts = [{"time": "18-22", "name": "Evening", "url": "/", "kind": "n"}] if on.day % 4 == 0 else []
    return {
        "on": on,
        "is_out": on.month != FIRST.month,
        "is_today": on == FIRST + timedelta(2),
        "is_weekend": on.weekday() > 4,
        "shifts": shifts,
    }

"""Pages on which people say when they can come, for themselves, and coordinators for others.

`who` is "me", or the id of someone else; only coordinators and admins find others there.
"""

from __future__ import annotations

from datetime import date, timedelta
from functools import lru_cache
from typing import Any

from flask import abort, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_login import current_user

from app import clock
from app.access import allow_signed_in
from app.editing import Outcome, Outdated, Saved
from app.people import availability as times
from app.people import availability_services
from app.people.availability import Entry
from app.people.calendar import DAY, DAY_MINUTES
from app.people.forms import MIDNIGHT, WEEKDAYS, DatedTimesForm, RegularTimesForm, TimesForm, WeekForm, week_form
from app.people.models import Grade, Person
from app.people.views import PLANNERS, bp, person_or_404
from app.people.week import PARTS, Cell, Said, Stretch, monday_of, pieces, said, stretch_of
from app.people.words import GRADE_BADGES, GRADE_WORDS

FARTHEST = timedelta(days=730)


def someone(who: str) -> Person:
    """The person of an address: oneself as "me", or someone whom a coordinator looks after."""
    if who == "me":
        return person_or_404(current_user.id)
    if current_user.roles.isdisjoint(PLANNERS):
        abort(404)
    return person_or_404(who)


@bp.get("/me/availability", defaults={"who": "me"})
@bp.get("/<who>/availability")
@allow_signed_in
def availability(who: str) -> str:
    """When a person can come: the coming weeks, what comes round, and dates that differ."""
    person = someone(who)
    rows = times.shown_rows_of(person.id)
    first = monday_of(clock.today())
    return render_template(
        "people/availability.html",
        person=person,
        who=who,
        usual=_usual_words(person, rows),
        weeks=[first + timedelta(days=7 * number) for number in range(6)],
        regular=times.regular_entries(rows),
        dated=times.dated_entries(rows),
        badges=GRADE_BADGES,
        names=[part[0] for part in PARTS],
        weekdays=WEEKDAYS,
    )


def _usual_words(person: Person, rows: Any) -> list[tuple[int, list[tuple[str, str]]]]:
    """Per weekday the words and colour of each part of the usual week."""
    return _usual(tuple(stretch_of(row) for row in times.week_rows(rows, None)), person.default_grade)


@lru_cache(maxsize=256)
def _usual(stretches: tuple[Stretch, ...], otherwise: str) -> list[tuple[int, list[tuple[str, str]]]]:
    there = said(stretches, is_round=True)
    return [
        (
            day,
            [
                (_pieces_words(pieces(stretches, (day, part), is_round=True)), "")
                if there[day, part] == "several"
                else _shown(there[day, part], otherwise)
                for part in range(len(PARTS))
            ],
        )
        for day in range(7)
    ]


def _shown(value: Said, otherwise: str) -> tuple[str, str]:
    if value == "several":
        return "Several", ""
    grade = Grade(value or otherwise)
    return GRADE_WORDS[grade], GRADE_BADGES[grade]


@bp.get("/me/availability/usual", defaults={"who": "me"})
@bp.get("/<who>/availability/usual")
@allow_signed_in
def usual_week(who: str) -> str:
    """The usual week in parts of days."""
    person = someone(who)
    return _week_page(who, person, *_week(person, None), None)


@bp.post("/me/availability/usual", defaults={"who": "me"})
@bp.post("/<who>/availability/usual")
@allow_signed_in
def usual_week_submit(who: str) -> ResponseReturnValue:
    """Keep the usual week."""
    return _keep_week(who, None)


@bp.get("/me/availability/week/<day>", defaults={"who": "me"})
@bp.get("/<who>/availability/week/<day>")
@allow_signed_in
def week(who: str, day: str) -> str:
    """One week that may differ from the usual; `?like=before` fills in what was said of the week before."""
    person = someone(who)
    monday = _monday_or_404(day)
    return _week_page(who, person, *_week(person, monday, is_like_before=request.args.get("like") == "before"), monday)


@bp.post("/me/availability/week/<day>", defaults={"who": "me"})
@bp.post("/<who>/availability/week/<day>")
@allow_signed_in
def week_submit(who: str, day: str) -> ResponseReturnValue:
    """Keep the week."""
    return _keep_week(who, _monday_or_404(day))


def _monday_or_404(day: str) -> date:
    try:
        monday = monday_of(date.fromisoformat(day))
    except ValueError:
        abort(404)
    if abs(monday - clock.today()) > FARTHEST:
        abort(404)
    return monday


def _week(person: Person, monday: date | None, *, is_like_before: bool = False) -> tuple[WeekForm, dict[Cell, Said]]:
    """The form of a week, and what the week says now."""
    rows = times.rows_of(person.id)
    mine = times.week_rows(rows, monday)
    stretches = [stretch_of(row, monday) for row in mine]
    there = said(stretches, is_round=monday is None)
    shown = there
    if monday is not None and is_like_before:
        before = monday - timedelta(days=7)
        shown = said([stretch_of(row, before) for row in times.week_rows(rows, before)], is_round=False)
    hints = _usual_hints(person, rows, monday) if monday else {}
    hints |= {
        cell: _pieces_words(pieces(stretches, cell, is_round=monday is None))
        for cell, value in there.items()
        if value == "several"
    }
    form = week_form(there, shown, "As usual" if monday else "Not said", hints)
    if not form.is_submitted():
        form.see(times.mark_of(mine))
    return form, there


def _pieces_words(found: list[Stretch]) -> str:
    """Times to the minute, shortly: "9:00 to 12:00 gladly"."""
    return ", ".join(f"{_hour(each.first)} to {_hour(each.last)} {GRADE_WORDS[each.grade].lower()}" for each in found)


def _hour(minute: int) -> str:
    return f"{minute // 60 % 24}:{minute % 60:02}"


def _usual_hints(person: Person, rows: Any, monday: date) -> dict[Cell, str]:
    """What is usual in each part of a week."""
    usual = times.usual_rows(rows)
    laid = [times.week_of(person, usual, day).days for day in (monday, monday + timedelta(days=7))]
    stretches = [
        Stretch(number * DAY_MINUTES + part.first_minute, number * DAY_MINUTES + part.last_minute, part.grade)
        for number, (_, parts) in enumerate(laid[0] + laid[1][:1])
        for part in parts
    ]
    there = said(stretches, is_round=False)
    return {
        cell: "Usually "
        + (
            _pieces_words(pieces(stretches, cell, is_round=False))
            if value == "several"
            else _shown(value, person.default_grade)[0].lower()
        )
        for cell, value in there.items()
    }


def _week_page(who: str, person: Person, form: WeekForm, there: dict[Cell, Said], monday: date | None) -> str:
    return render_template(
        "people/week.html",
        form=form,
        person=person,
        who=who,
        monday=monday,
        days=[None if monday is None else monday + number * DAY for number in range(7)],
        before=None if monday is None else monday - 7 * DAY,
        after=None if monday is None else monday + 7 * DAY,
        is_like_before=request.args.get("like") == "before",
        parts_of_day=PARTS,
        names=[part[0] for part in PARTS],
        weekdays=WEEKDAYS,
        has_several="several" in there.values(),
    )


def _keep_week(who: str, monday: date | None) -> ResponseReturnValue:
    person = someone(who)
    form, there = _week(person, monday)
    status = 422
    if form.validate_on_submit():
        outcome = availability_services.keep_week(person.id, form.changes(there), form.seen.data or "", monday)
        if isinstance(outcome, Saved):
            flash("Saved. Thank you.", "success")
            return redirect(url_for(".availability", who=who), 303)
        if isinstance(outcome, Outdated):
            form.see(times.mark_of(times.week_rows(times.rows_of(person.id), monday)))
            form.form_errors.append(
                "This week was changed elsewhere meanwhile. Below is what you chose; save again to keep it."
            )
            status = 409
        else:
            form.take(outcome.problems)
    return _week_page(who, person, form, there, monday), status


@bp.get("/me/availability/regular", defaults={"who": "me"})
@bp.get("/<who>/availability/regular")
@allow_signed_in
def regular(who: str) -> str:
    """A form for exact times that come round; `?entry=` names one to change."""
    person = someone(who)
    entry = _entry(person)
    form = RegularTimesForm(data=_regular_data(entry) if entry else {"weekdays": [], "grade": Grade.PREFERRED})
    return _times_page("people/regular.html", who, person, form, entry)


@bp.post("/me/availability/regular", defaults={"who": "me"})
@bp.post("/<who>/availability/regular")
@allow_signed_in
def regular_submit(who: str) -> ResponseReturnValue:
    """Keep exact times that come round."""
    person, form = someone(who), RegularTimesForm()
    if form.validate_on_submit():
        outcome = availability_services.keep_regular_times(
            person.id,
            Grade(form.grade.data),
            form.weekdays.data,
            form.times,
            every_weeks=form.every_weeks.data,
            starts_on=form.starts_on.data,
            ends_on=form.ends_on.data,
            replaced=form.replaced,
        )
        if isinstance(outcome, Saved):
            return _kept(who)
        _take(form, outcome)
    return _times_page("people/regular.html", who, person, form, None), 422


@bp.get("/me/availability/dates", defaults={"who": "me"})
@bp.get("/<who>/availability/dates")
@allow_signed_in
def dates(who: str) -> str:
    """A form for days that differ, such as time off; `?entry=` names an entry to change."""
    person = someone(who)
    entry = _entry(person)
    form = DatedTimesForm(data=_dated_data(entry) if entry else {"grade": Grade.UNAVAILABLE, "is_all_day": True})
    return _times_page("people/dates.html", who, person, form, entry)


@bp.post("/me/availability/dates", defaults={"who": "me"})
@bp.post("/<who>/availability/dates")
@allow_signed_in
def dates_submit(who: str) -> ResponseReturnValue:
    """Keep days that differ."""
    person, form = someone(who), DatedTimesForm()
    if form.validate_on_submit():
        outcome = availability_services.keep_dated_times(
            person.id, Grade(form.grade.data), form.days, form.times, replaced=form.replaced
        )
        if isinstance(outcome, Saved):
            return _kept(who)
        _take(form, outcome)
    return _times_page("people/dates.html", who, person, form, None), 422


@bp.get("/me/availability/forget", defaults={"who": "me"})
@bp.get("/<who>/availability/forget")
@allow_signed_in
def forget(who: str) -> ResponseReturnValue:
    """Before one entry is forgotten; `?entry=` names it."""
    person = someone(who)
    entry = _entry(person)
    if entry is None:
        return redirect(url_for(".availability", who=who), 303)
    return render_template("people/forget.html", person=person, who=who, entry=entry, badges=GRADE_BADGES)


@bp.post("/me/availability/forget", defaults={"who": "me"})
@bp.post("/<who>/availability/forget")
@allow_signed_in
def forget_submit(who: str) -> ResponseReturnValue:
    """Forget one entry."""
    person = someone(who)
    rows = frozenset(filter(None, request.form.get("rows", "").split(",")))
    outcome = availability_services.remove_times(person.id, rows)
    if isinstance(outcome, Saved):
        flash("Taken away.", "success")
    return redirect(url_for(".availability", who=who), 303)


def _entry(person: Person) -> Entry | None:
    wanted = request.args.get("entry")
    return times.entry_with(times.rows_of(person.id), wanted) if wanted else None


def _regular_data(entry: Entry) -> dict[str, Any]:
    first = entry.first
    return _times_data(entry) | {
        "weekdays": [row.weekday for row in entry.rows],
        "every_weeks": first.every_weeks,
        "starts_on": first.starts_on,
        "ends_on": first.ends_on,
    }


def _dated_data(entry: Entry) -> dict[str, Any]:
    last = entry.rows[-1].on_date
    return _times_data(entry) | {
        "first_on": entry.first.on_date,
        "last_on": None if last == entry.first.on_date else last,
    }


def _times_data(entry: Entry) -> dict[str, Any]:
    first = entry.first
    is_all_day = first.starts_at == first.ends_at == MIDNIGHT
    times = {} if is_all_day else {"starts_at": first.starts_at, "ends_at": first.ends_at}
    return {"grade": first.grade, "is_all_day": is_all_day, "rows": entry.ids, **times}


def _take(form: TimesForm, outcome: Outcome) -> None:
    """Show why it was not kept; after someone else's change it is kept as a new entry when sent again."""
    if isinstance(outcome, Outdated):
        form.rows.raw_data = None
        form.rows.data = ""
        form.form_errors.append(
            "Someone changed or took away these times meanwhile. Save again to add yours beside what is kept now."
        )
    else:
        form.take(getattr(outcome, "problems", {}))


def _kept(who: str) -> ResponseReturnValue:
    flash("Saved. Thank you.", "success")
    return redirect(url_for(".availability", who=who), 303)


def _times_page(template: str, who: str, person: Person, form: TimesForm, entry: Entry | None) -> str:
    return render_template(template, form=form, person=person, who=who, entry=entry)

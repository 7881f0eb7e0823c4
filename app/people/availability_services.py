"""Keeping when people can come."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date, time, timedelta
from typing import Any

import sqlalchemy as sa

from app.audit.services import record
from app.database import db
from app.editing import Outcome, kept, locked, outdated, refuse
from app.people.availability import mark_of, rows_of, week_rows
from app.people.models import Availability, Grade, Person
from app.people.week import Cell, Stretch, changed_week, stretch_of


def keep_regular_times(  # noqa: PLR0913 - the columns of a row
    person_id: str,
    grade: Grade,
    weekdays: Iterable[int],
    times: tuple[time, time],
    *,
    every_weeks: int = 1,
    starts_on: date | None = None,
    ends_on: date | None = None,
    replaced: frozenset[str] = frozenset(),
) -> Outcome:
    """Note times that come round on some weekdays, in place of the rows `replaced`."""
    shared = {"every_weeks": every_weeks, "starts_on": starts_on, "ends_on": ends_on}
    rows = [{"weekday": weekday, "on_date": None, **shared} for weekday in sorted(set(weekdays))]
    return _keep(person_id, grade, times, rows, replaced)


def keep_dated_times(
    person_id: str,
    grade: Grade,
    days: tuple[date, date],
    times: tuple[time, time],
    *,
    replaced: frozenset[str] = frozenset(),
) -> Outcome:
    """Note times on each day from the first through the last, in place of the rows `replaced`."""
    first, last = days
    every_day = (first + timedelta(days=number) for number in range((last - first).days + 1))
    nothing = {"weekday": None, "every_weeks": 1, "starts_on": None, "ends_on": None}
    return _keep(person_id, grade, times, [{"on_date": day, **nothing} for day in every_day], replaced)


def remove_times(person_id: str, row_ids: frozenset[str]) -> Outcome:
    """Forget some of a person's rows; those that are gone already stay gone."""
    if locked(Person, person_id) is None:
        return refuse(form="This person is not there any more.")
    for row in _rows(person_id, row_ids):
        db.session.delete(row)
    record(db.session, "change availability", "person", person_id)
    return kept(person_id)


def keep_week(person_id: str, changes: Mapping[Cell, Grade | None], seen: str, monday: date | None = None) -> Outcome:
    """Let parts of a person's usual week, or of the week of a `monday`, say something else (None: nothing).

    `seen` is the mark of the rows that the page showed.
    """
    if locked(Person, person_id) is None:
        return refuse(form="This person is not there any more.")
    rows = week_rows(rows_of(person_id), monday)
    if mark_of(rows) != seen:
        return outdated(0)
    stretches = {row: stretch_of(row, monday) for row in rows}
    gone, made = changed_week(stretches.values(), changes, is_round=monday is None)
    for row, stretch in stretches.items():
        if stretch in gone:
            db.session.delete(row)
    db.session.add_all(_row(person_id, each, monday) for each in made)
    if changes:
        record(db.session, "change availability", "person", person_id)
    return kept(person_id)


def _row(person_id: str, stretch: Stretch, monday: date | None) -> Availability:
    day, starts_at, ends_at = stretch.wall()
    row = Availability(person_id=person_id, grade=stretch.grade, every_weeks=1, starts_at=starts_at, ends_at=ends_at)
    if monday is None:
        row.weekday = day % 7
    else:
        row.on_date = monday + timedelta(days=day)
    return row


def _keep(
    person_id: str, grade: Grade, times: tuple[time, time], rows: list[dict[str, Any]], replaced: frozenset[str]
) -> Outcome:
    if locked(Person, person_id) is None:
        return refuse(form="This person is not there any more.")
    old = _rows(person_id, replaced)
    if len(old) != len(replaced):
        return outdated(0)
    for row in old:
        db.session.delete(row)
    db.session.flush()
    there = {_identity(row) for row in _rows(person_id)}
    for values in rows:
        row = Availability(person_id=person_id, grade=grade, starts_at=times[0], ends_at=times[1], **values)
        if _identity(row) not in there:
            db.session.add(row)
    record(db.session, "change availability", "person", person_id)
    return kept(person_id)


def _rows(person_id: str, row_ids: frozenset[str] | None = None) -> list[Availability]:
    query = sa.select(Availability).where(Availability.person_id == person_id)
    if row_ids is not None:
        query = query.where(Availability.id.in_(row_ids))
    return list(db.session.scalars(query))


def _identity(row: Availability) -> tuple[object, ...]:
    """What makes two rows the same."""
    bounds = (row.starts_at, row.ends_at, row.starts_on, row.ends_on)
    return (str(row.grade), row.on_date, row.weekday, row.every_weeks or 1, *bounds)

"""Making periods, and the shifts in them: from patterns, by hand, or after the period before."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any, TypeAlias

import sqlalchemy as sa

from app import clock
from app.attendance.called_off import forget_called_off, note_called_off, note_new_hours
from app.attendance.queries import has_worked_records
from app.audit.services import record
from app.database import db, is_sqlite, new_id
from app.editing import Outcome, Saved, actor_id, locked, outdated, refuse
from app.fields import REACH, is_within_reach
from app.pay.promises import lowered_by_service
from app.roster import queries
from app.roster.models import Assignment, Period, PublicationChange, Run, Shift, ShiftDemand
from app.roster.patterns import Change, Line, Planned, Step, planned_shifts
from app.roster.words import day_words
from app.sites.calendar import shift_instants

LONGEST_DAYS = 92
WEEK_DAYS = 7
FAR = f"Choose days of the years {REACH[0].year} to {REACH[1].year}."
Span: TypeAlias = tuple[datetime, datetime]
WORKED = (
    "Somebody's hours on this shift are noted, so its times and its service stay as they are. "
    "If somebody worked at other times, correct their hours on the page of the day."
)
OVER = "This shift is over, so its times stay as they are. Note the hours people worked on the page of the day."


@dataclass(frozen=True, slots=True)
class ShiftFacts:
    """A shift as a person describes it, in wall-clock times; overnight when it ends at or before its start."""

    site_id: str
    service_id: str
    day_on: date
    starts_at: time
    ends_at: time
    trainee_seats: int
    note: str | None
    lines: tuple[Line, ...]


def period_name(starts_on: date, ends_on: date) -> str:
    """As in "30 Nov to 27 Dec 2026"."""
    year = "" if starts_on.year == ends_on.year else f" {starts_on.year}"
    return f"{starts_on.day} {starts_on:%b}{year} to {ends_on.day} {ends_on:%b %Y}"


def add_period(name: str | None, starts_on: date, ends_on: date, pattern_ids: Iterable[str]) -> Outcome:
    """Add a period and make its shifts from the patterns chosen; days that are another period's are refused."""
    _hold_periods()
    if words := span_problem(starts_on, ends_on):
        return refuse(ends_on=words)
    if (other := queries.overlapping(starts_on, ends_on)) is not None:
        return refuse(starts_on=_shared(other))
    name = name or period_name(starts_on, ends_on)
    period = Period(id=new_id(), name=name, starts_on=starts_on, ends_on=ends_on, version=0, created_at=clock.now())
    db.session.add(period)
    db.session.flush()
    patterns = queries.patterns_of(pattern_ids)
    there = {
        (row.pattern_id, row.day_on)
        for row in db.session.execute(
            sa.select(Shift.pattern_id, Shift.day_on).where(Shift.day_on.between(starts_on, ends_on))
        )
    }
    planned = planned_shifts(patterns, starts_on, ends_on, clock.zone())
    new = [each for each in planned if (each.pattern_id, each.day_on) not in there]
    _insert([_row(each) for each in new], [each.lines for each in new])
    record(db.session, "add period", "period", period.id, shifts=len(new))
    db.session.commit()
    return Saved(period.id, _shifts_made(len(new)))


def mark_of(period: Period) -> str:
    """A text that changes when a period's name or days do (its version counts publications)."""
    return f"{period.starts_on}/{period.ends_on}/{period.name}"


def edit_period(period_id: str, name: str, starts_on: date, ends_on: date, seen: str) -> Outcome:
    """Rename a period, and move its edges while nothing of it is published; `seen` is the mark the page showed."""
    _hold_periods()
    period = locked(Period, period_id)
    if period is None:
        return refuse(form="This period is gone.")
    if mark_of(period) != seen:
        return outdated(period.version)
    is_moved = (starts_on, ends_on) != (period.starts_on, period.ends_on)
    if is_moved and period.published_at is not None:
        return refuse(starts_on="This period is published: its days stay as they are.")
    if words := span_problem(starts_on, ends_on):
        return refuse(ends_on=words)
    if (other := queries.overlapping(starts_on, ends_on, but=period_id)) is not None:
        return refuse(starts_on=_shared(other))
    period.name, period.starts_on, period.ends_on = name, starts_on, ends_on
    record(db.session, "edit period", "period", period_id)
    db.session.commit()
    return Saved(period_id)


def delete_period(period_id: str) -> Outcome:
    """Delete a period that was never published, with its shifts and drafts."""
    _hold_periods()
    period = locked(Period, period_id)
    if period is None:
        return refuse(form="This period is gone already.")
    if period.published_at is not None:
        return refuse(form="This period is published. It stays, so that everybody's shifts stay true.")
    if queries.run_going_on(period_id) is not None:
        return refuse(form="A roster is being made for this period. Cancel that first.")
    shifts = _unused_shifts().where(Shift.day_on.between(period.starts_on, period.ends_on))
    db.session.execute(sa.delete(Shift).where(Shift.id.in_(shifts)).execution_options(synchronize_session=False))
    db.session.execute(sa.delete(Run).where(Run.period_id == period_id).execution_options(synchronize_session=False))
    record(db.session, "delete period", "period", period_id, starts_on=str(period.starts_on))
    db.session.delete(period)
    db.session.commit()
    return Saved(period_id)


def follow_patterns(period_id: str, pattern_ids: Iterable[str], fingerprint: str) -> Outcome:
    """Do what the page showed: add, change and drop shifts of these patterns; refused when it is different by now."""
    period = locked(Period, period_id)
    if period is None:
        return refuse(form="This period is gone.")
    _hold_shifts(period)
    difference = queries.pattern_difference(period)
    if difference.fingerprint != fingerprint:
        return refuse(form="Patterns or shifts were changed meanwhile. This is how it is now: please look again.")
    changes = difference.of_patterns(pattern_ids)
    changed_shifts = [each for each in changes if each.step is Step.CHANGE]
    if problem := next(filter(None, map(_follow_problem, changed_shifts)), None):
        return refuse(form=problem)
    new = [each.planned for each in changes if each.step is Step.ADD and each.planned is not None]
    _insert([_row(each) for each in new], [each.lines for each in new])
    lose = sum(_follow(each) for each in changed_shifts)
    _drop([str(each.shift_id) for each in changes if each.step is Step.DROP])
    counts = {step: sum(each.step is step for each in changes) for step in Step}
    added, changed, dropped = counts[Step.ADD], counts[Step.CHANGE], counts[Step.DROP]
    record(db.session, "follow patterns", "period", period_id, added=added, changed=changed, dropped=dropped)
    db.session.commit()
    words = f"{added} added, {changed} changed, {dropped} taken out. {_lose_words(lose)}"
    return Saved(period_id, words.strip())


def add_shift(period_id: str, facts: ShiftFacts) -> Outcome:
    """Add one shift by hand."""
    period = db.session.get(Period, period_id)
    if period is None:
        return refuse(form="This period is gone.")
    if problem := _day_problem(period, facts):
        return refuse(day_on=problem)
    row = _hand_row(facts)
    _insert([row], [facts.lines])
    record(db.session, "add shift", "shift", str(row["id"]))
    db.session.commit()
    return Saved(str(row["id"]))


def edit_shift(period_id: str, shift_id: str, facts: ShiftFacts, version: int) -> Outcome:
    """Change one shift; from then on it stays as it is when its pattern changes."""
    period, shift = db.session.get(Period, period_id), locked(Shift, shift_id)
    if period is None or shift is None:
        return refuse(form="This shift is gone.")
    if shift.version != version:
        return outdated(shift.version)
    if problem := _day_problem(period, facts):
        return refuse(day_on=problem)
    if shift.pattern_id is not None and facts.day_on != shift.day_on:
        return refuse(day_on="This shift comes from a pattern. Call it off and add a new one on the other day.")
    hours = shift.starts_at, shift.ends_at
    if (facts.day_on, facts.starts_at, facts.ends_at) != (shift.day_on, *wall_times(shift)):
        hours = shift_instants(facts.day_on, facts.starts_at, facts.ends_at, clock.zone())
    if kept := _kept_problem(shift, hours, facts.service_id):
        return refuse(form=kept)
    lose = _set_hours(shift, hours)
    shift.day_on = facts.day_on
    shift.site_id, shift.service_id = facts.site_id, facts.service_id
    shift.trainee_seats, shift.note, shift.is_edited = facts.trainee_seats, facts.note, True
    _put_lines(shift, facts.lines)
    record(db.session, "edit shift", "shift", shift_id)
    db.session.commit()
    return Saved(shift_id, _lose_words(lose))


def _kept_problem(shift: Shift, hours: Span, service_id: str) -> str | None:
    """Why a shift keeps its hours, or its service: what people did on it or said yes to rests on them."""
    if hours == (shift.starts_at, shift.ends_at) and service_id == shift.service_id:
        return None
    if has_worked_records(shift.id):
        return WORKED
    if hours != (shift.starts_at, shift.ends_at) and shift.ends_at <= clock.now() and queries.is_anybody_on(shift.id):
        return OVER
    return None if service_id == shift.service_id else lowered_by_service(shift.id, service_id)


def _set_hours(shift: Shift, hours: Span) -> int:
    """Give a shift its hours; return how many people are paid for what they lose by that."""
    if hours == (shift.starts_at, shift.ends_at):
        return 0
    lose = 0 if shift.cancelled_at is not None else note_new_hours(shift.id, hours, actor_id())
    shift.starts_at, shift.ends_at = hours
    return lose


def _lose_words(people: int) -> str:
    if not people:
        return ""
    return f"{_people(people)} paid for the hours they lose at short notice."


def _people(number: int) -> str:
    return "1 person is" if number == 1 else f"{number} people are"


def wall_times(shift: Shift) -> tuple[time, time]:
    """The times on the wall at which a shift begins and ends, as its form shows them.

    They do not always say which instants are meant: a time comes twice when clocks go back. Whoever saves them
    unchanged therefore keeps the instants.
    """
    starts, ends = (clock.local(at).time().replace(second=0, fold=0) for at in (shift.starts_at, shift.ends_at))
    return starts, ends


def call_off(period_id: str, shift_id: str) -> Outcome:
    """Call a shift off: it is in no roster any more, until it is brought back."""
    return _turn(period_id, shift_id, clock.now())


def bring_back(period_id: str, shift_id: str) -> Outcome:
    """Let a shift that was called off run after all."""
    return _turn(period_id, shift_id, None)


def copy_one_offs(period_id: str, shift_ids: Iterable[str]) -> Outcome:
    """Copy single shifts of the period before, whole weeks later and at the same time on the wall."""
    period = locked(Period, period_id)
    before = None if period is None else queries.previous_period(period)
    if period is None or before is None:
        return refuse(form="There is no period before this one.")
    wanted = set(shift_ids)
    rows: list[dict[str, Any]] = []
    lines: list[tuple[Line, ...]] = []
    for copy in copies_of(period, before):
        if copy.shift_id not in wanted or copy.is_there:
            continue
        shift = db.session.get_one(Shift, copy.shift_id)
        rows.append(
            {
                "id": new_id(),
                "site_id": shift.site_id,
                "service_id": shift.service_id,
                "pattern_id": None,
                "day_on": copy.day_on,
                "starts_at": copy.starts_at,
                "ends_at": copy.ends_at,
                "trainee_seats": shift.trainee_seats,
                "note": shift.note,
                "is_edited": False,
                "version": 1,
            }
        )
        lines.append(tuple(Line(d.skill_id, d.minimum, d.target, d.maximum) for d in shift.demands))
    _insert(rows, lines)
    record(db.session, "copy shifts", "period", period_id, count=len(rows))
    db.session.commit()
    return Saved(period_id, f"{_count(len(rows), 'shift')} copied.")


@dataclass(frozen=True, slots=True)
class Copy:
    """A single shift of the period before as it would come again; `is_there` when the same stands here already."""

    shift_id: str
    site: str
    service: str
    was_on: date
    day_on: date
    starts_at: datetime
    ends_at: datetime
    is_there: bool


def copies_of(period: Period, before: Period) -> list[Copy]:
    """What copying the one-offs of another period would make; those that fall outside this one are left out."""
    weeks = (period.starts_on - before.starts_on).days // WEEK_DAYS
    zone = clock.zone()
    there = {(each.site_id, each.service_id, each.starts_at) for each in queries.period_shifts(period)}
    found = []
    for each in queries.one_offs_of(before):
        day = each.day_on + timedelta(weeks=weeks)
        if not period.starts_on <= day <= period.ends_on:
            continue
        starts, ends = (clock.local(at).time().replace(tzinfo=None) for at in (each.starts_at, each.ends_at))
        starts_at, ends_at = shift_instants(day, starts, ends, zone)
        is_there = (each.site_id, each.service_id, starts_at) in there
        found.append(Copy(each.id, each.site, each.service, each.day_on, day, starts_at, ends_at, is_there))
    return found


def _hold_periods() -> None:
    """Let nobody else add a period until this transaction ends: two must not share a day."""
    if not is_sqlite():  # there, whoever may write has the only write lock anyway
        db.session.execute(sa.text("LOCK TABLE period IN SHARE ROW EXCLUSIVE MODE"))


def _hold_shifts(period: Period) -> None:
    """Let nobody change these shifts until this transaction ends: what a hand has just changed stays so."""
    of_period = sa.select(Shift.id).where(Shift.day_on.between(period.starts_on, period.ends_on))
    db.session.execute(of_period.order_by(Shift.id).with_for_update())


def span_problem(starts_on: date, ends_on: date) -> str:
    """Why these days cannot be a period; empty when they can."""
    if ends_on < starts_on:
        return "The last day comes before the first."
    if (ends_on - starts_on).days >= LONGEST_DAYS:
        return f"A period has at most {LONGEST_DAYS} days."
    if not (is_within_reach(starts_on) and is_within_reach(ends_on)):
        return FAR
    return ""


def _shared(other: Period) -> str:
    return f"Some of these days belong to the period {other.name} already."


def _day_problem(period: Period, facts: ShiftFacts) -> str:
    if not period.starts_on <= facts.day_on <= period.ends_on:
        return f"Choose a day of this period: {period_name(period.starts_on, period.ends_on)}."
    return ""


def _row(plan: Planned) -> dict[str, Any]:
    return {
        "id": new_id(),
        "site_id": plan.site_id,
        "service_id": plan.service_id,
        "pattern_id": plan.pattern_id,
        "day_on": plan.day_on,
        "starts_at": plan.starts_at,
        "ends_at": plan.ends_at,
        "trainee_seats": plan.trainee_seats,
        "note": None,
        "is_edited": False,
        "version": 1,
    }


def _hand_row(facts: ShiftFacts) -> dict[str, Any]:
    starts_at, ends_at = shift_instants(facts.day_on, facts.starts_at, facts.ends_at, clock.zone())
    return {
        "id": new_id(),
        "site_id": facts.site_id,
        "service_id": facts.service_id,
        "pattern_id": None,
        "day_on": facts.day_on,
        "starts_at": starts_at,
        "ends_at": ends_at,
        "trainee_seats": facts.trainee_seats,
        "note": facts.note,
        "is_edited": False,
        "version": 1,
    }


def _insert(rows: Sequence[dict[str, Any]], lines: Sequence[tuple[Line, ...]]) -> None:
    """Write new shifts and their demand lines, many at once."""
    if not rows:
        return
    db.session.execute(sa.insert(Shift), list(rows))
    demands = [
        {"id": new_id(), "shift_id": row["id"], "position": position, **line._asdict()}
        for row, of_shift in zip(rows, lines, strict=True)
        for position, line in enumerate(of_shift)
    ]
    if demands:
        db.session.execute(sa.insert(ShiftDemand), demands)


def _follow_problem(change: Change) -> str | None:
    plan = change.planned
    if plan is None:
        return None
    shift = db.session.get_one(Shift, change.shift_id, populate_existing=True)
    problem = _kept_problem(shift, (plan.starts_at, plan.ends_at), plan.service_id)
    return problem and f"{day_words(shift.day_on)}: {problem}"


def _follow(change: Change) -> int:
    shift, plan = db.session.get_one(Shift, change.shift_id, populate_existing=True), change.planned
    if plan is None:
        raise ValueError("a change needs what its pattern wants")
    lose = _set_hours(shift, (plan.starts_at, plan.ends_at))
    shift.site_id, shift.service_id, shift.trainee_seats = plan.site_id, plan.service_id, plan.trainee_seats
    _put_lines(shift, plan.lines)
    return lose


def _put_lines(shift: Shift, lines: tuple[Line, ...]) -> None:
    if tuple(Line(d.skill_id, d.minimum, d.target, d.maximum) for d in shift.demands) != lines:
        shift.demands = [ShiftDemand(position=number, **line._asdict()) for number, line in enumerate(lines)]


def _unused_shifts() -> sa.Select[Any]:
    """Shifts that nobody ever stood on or was told of."""
    return sa.select(Shift.id).where(
        ~sa.exists().where(Assignment.shift_id == Shift.id), ~sa.exists().where(PublicationChange.shift_id == Shift.id)
    )


def _drop(shift_ids: list[str]) -> None:
    """Take out shifts that no pattern asks for any more; those that people know of are called off instead."""
    unused = _unused_shifts().where(Shift.id.in_(shift_ids))
    db.session.execute(sa.delete(Shift).where(Shift.id.in_(unused)).execution_options(synchronize_session=False))
    db.session.execute(
        sa.update(Shift)
        .where(Shift.id.in_(shift_ids))
        .values(cancelled_at=clock.now(), version=Shift.version + 1)
        .execution_options(synchronize_session=False)
    )
    note_called_off(shift_ids, actor_id())


def _turn(period_id: str, shift_id: str, cancelled_at: datetime | None) -> Outcome:
    period, shift = db.session.get(Period, period_id), locked(Shift, shift_id)
    if period is None or shift is None or not period.starts_on <= shift.day_on <= period.ends_on:
        return refuse(form="This shift is gone.")
    if (shift.cancelled_at is None) != (cancelled_at is None):
        shift.cancelled_at = cancelled_at
        if cancelled_at is None:
            forget_called_off(shift_id, actor_id())
        else:
            note_called_off([shift_id], actor_id())
        record(db.session, "call off shift" if cancelled_at else "bring back shift", "shift", shift_id)
    db.session.commit()
    return Saved(shift_id)


def _shifts_made(count: int) -> str:
    return f"{_count(count, 'shift')} made from patterns." if count else "No shifts were made: no pattern was chosen."


def _count(number: int, what: str) -> str:
    return f"{number} {what}{'' if number == 1 else 's'}"

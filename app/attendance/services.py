"""Noting who came and left, and mending what was noted wrongly.

Every act carries the version that its page showed. Told twice, by a double tap, a replay or two leads at once, it
has one effect: the second finds what it wanted already so, or is told that someone was quicker.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm.attributes import flag_modified

from app import clock
from app.attendance.called_off import forget_stayed, forget_taken_off, note_rest
from app.attendance.corrections import keep_before
from app.attendance.day import UNDO_FOR
from app.attendance.elsewhere import UNWORKED, here_elsewhere, hold_person, overlap
from app.attendance.models import Activity, Attendance, AttendanceState, NotedVia
from app.attendance.queries import weight_of
from app.audit.services import record
from app.database import db, insert_if_absent, new_id
from app.editing import Outcome, Saved, kept, locked, outdated, refuse
from app.exchange.covers import keep_place
from app.people.models import Person
from app.roster.lock import hold_roster
from app.roster.models import Assignment, Shift
from app.rules.queries import day_settings
from app.words import clock_time, span_words, when

CLOSE = "close-forgotten"
CLOSE_EVERY = timedelta(minutes=10)
BATCH = 200
LONGEST = timedelta(hours=24)
NEAR = timedelta(hours=4)
"""So far from its planned time somebody may still have worked on a shift: opened up early, stayed on."""

TAKEN_BACK = "Taken back."
NOTED_ANEW = "Noted anew."
TO_COME = "This is still to come."
PAID_OTHERWISE = "This shift was called off, and this person has another record of it. Take that one back first."
CALLED_OFF = "The shift was called off. A coordinator corrects this."
OWN_HOURS = "Nobody changes their own hours here. Ask another coordinator."


@dataclass(frozen=True, slots=True)
class Noting:
    """Who notes something, how it came in, and the version of the row that they saw (0: there was none)."""

    by_id: str
    via: NotedVia
    version: int


def at_kiosk(person_id: str, version: int) -> Noting:
    """What a person notes about themselves at a tablet."""
    return Noting(person_id, NotedVia.KIOSK, version)


STOPPED = "This person stopped for the day, which is paid. They can go on after all on the page where they stopped."


def arrive(shift_id: str, person_id: str, noting: Noting) -> Outcome:
    """Note that someone is there, now."""
    shift, now = db.session.get(Shift, shift_id), clock.now()
    if shift is not None and now < shift.starts_at:
        hold_roster()  # until it begins the place could change hands in this very moment
    problem = _no_shift(shift) or _not_on(shift_id, person_id, noting) or _has_stopped(shift_id, person_id)
    if shift is None or problem:
        return refuse(form=problem)
    problem = _too_early_for(AttendanceState.HERE, shift)
    if problem:
        return refuse(form=problem)
    if now >= shift.ends_at:
        return refuse(form=f"This shift ended {when(shift.ends_at)}. A coordinator can still note who was there.")
    problem = here_elsewhere(person_id, shift_id, is_own=person_id == noting.by_id)
    if problem:
        return refuse(form=problem)
    if now < shift.starts_at:
        keep_place(person_id, shift_id)  # whoever is there comes after all, and nobody is asked for them any more
    return _note(shift, person_id, noting, state=AttendanceState.HERE, arrived_at=now, left_at=None)


def leave(shift_id: str, person_id: str, noting: Noting) -> Outcome:
    """Note that someone who was there leaves, now."""
    shift, now = db.session.get(Shift, shift_id), clock.now()
    problem = _no_shift(shift)
    if shift is None or problem:
        return refuse(form=problem)
    row = _row_of(shift_id, person_id)
    if row is None or row.state in {AttendanceState.VOID, AttendanceState.ABSENT}:
        return refuse(form="Nobody noted the arrival yet. A coordinator can note both.")
    if row.state == AttendanceState.LEFT:
        return _already(row)
    if row.version != noting.version:
        return outdated(row.version)
    arrived_at = row.arrived_at or now
    _set(row, noting, state=AttendanceState.LEFT, left_at=max(now, arrived_at))
    forget_stayed(person_id, shift_id, (arrived_at, max(now, arrived_at)), noting.by_id)
    record(db.session, "note leaving", "attendance", row.id, actor_id=noting.by_id, via=noting.via)
    return kept(row.id)


def note_absent(shift_id: str, person_id: str, noting: Noting) -> Outcome:
    """Note that someone did not come; nobody asks why."""
    shift = db.session.get(Shift, shift_id)
    problem = _no_shift(shift) or _not_on(shift_id, person_id, noting)
    if shift is None or problem:
        return refuse(form=problem)
    problem = _too_early_for(AttendanceState.ABSENT, shift)
    if problem:
        return refuse(form=problem)
    return _note(shift, person_id, noting, state=AttendanceState.ABSENT, arrived_at=None, left_at=None)


def note_as_planned(shift_id: str, person_id: str, noting: Noting) -> Outcome:
    """Note after the end that someone was there from the planned start to the planned end."""
    shift = db.session.get(Shift, shift_id)
    problem = _no_shift(shift) or _not_on(shift_id, person_id, noting) or _own(person_id, noting)
    if shift is None or problem:
        return refuse(form=problem)
    if clock.now() < shift.ends_at:
        return refuse(form=f"The shift goes on until {when(shift.ends_at)}.")
    problem = overlap(person_id, shift.starts_at, shift.ends_at, shift_id)
    if problem:
        return refuse(form=problem)
    planned = {"arrived_at": shift.starts_at, "left_at": shift.ends_at, "is_exact": True}
    return _note(shift, person_id, noting, state=AttendanceState.LEFT, **planned)


def take_back(attendance_id: str, noting: Noting) -> Outcome:
    """Undo the last tap, within some minutes of it; what it said is kept beside."""
    row = _held(attendance_id)
    if row is None:
        return refuse(form="There is nothing to take back.")
    if row.version != noting.version:
        return outdated(row.version)
    is_here_again = row.state == AttendanceState.LEFT and not row.is_exact
    problem = _no_taking_back(row, noting)
    if not problem and is_here_again and row.arrived_at:
        problem = overlap(row.person_id, row.arrived_at, None, row.shift_id or row.id)
    if problem:
        return refuse(form=problem)
    keep_before(row, TAKEN_BACK, noting.by_id)
    if is_here_again:
        _set(row, noting, state=AttendanceState.HERE, left_at=None)
    else:
        _set(row, noting, state=AttendanceState.VOID, arrived_at=None, left_at=None)
    record(db.session, "take back attendance", "attendance", row.id, actor_id=noting.by_id)
    return kept(row.id)


def _no_taking_back(row: Attendance, noting: Noting) -> str:
    if _is_called_off(row):
        return CALLED_OFF
    if row.noted_via in {NotedVia.COORDINATOR, NotedVia.CLOSED} and noting.via != NotedVia.COORDINATOR:
        return "A coordinator noted this. Ask them to correct it."
    if row.noted_via in {NotedVia.COORDINATOR, NotedVia.CLOSED} and _is_anothers_word(row, noting):
        return OWN_HOURS
    is_fresh = clock.now() - row.changed_at <= UNDO_FOR or _is_ahead(row)
    if not is_fresh or row.state == AttendanceState.VOID:
        return "It is too late to take this back. A coordinator can correct it."
    if row.is_exact and row.version > 1:
        return "These times were corrected, which is no tap to take back. Correct them once more."
    return ""


def _is_anothers_word(row: Attendance, noting: Noting) -> bool:
    """Whether this is about whoever changes it now, and somebody else noted it."""
    return row.person_id == noting.by_id != row.noted_by_id


def _is_ahead(row: Attendance) -> bool:
    """Whether the shift is still to begin: until then whoever is noted as there may find that they cannot come."""
    shift = db.session.get(Shift, row.shift_id) if row.shift_id else None
    return shift is not None and clock.now() < shift.starts_at


def _is_called_off(row: Attendance) -> bool:
    """Whether the shift that was worked on was called off since: what is owed for its rest goes by what was noted."""
    shift = db.session.get(Shift, row.shift_id) if row.activity == Activity.SHIFT else None
    return shift is not None and shift.cancelled_at is not None


@dataclass(frozen=True, slots=True)
class Times:
    """What a coordinator says: the state, and the times that go with it."""

    state: AttendanceState
    arrived_at: datetime | None = None
    left_at: datetime | None = None


def correct(attendance_id: str, times: Times, reason: str, version: int, by_id: str) -> Outcome:
    """Correct a row; what it said before is kept beside it with the reason. Corrected times count to the minute."""
    row = _held(attendance_id)
    if row is None:
        return refuse(form="This is not there any more.")
    if row.person_id == by_id:
        return refuse(form=OWN_HOURS)
    if row.version != version:
        return outdated(row.version)
    shift = db.session.get(Shift, row.shift_id) if row.activity == Activity.SHIFT else None
    problems = _time_problems(times, row.day_on, shift)
    if not problems and row.activity not in UNWORKED:
        problems = _overlap_problems(row.person_id, times, row.shift_id or row.id)
    if problems:
        return refuse(**problems)
    if _is_paid_otherwise(row, times):
        return refuse(form=PAID_OTHERWISE)
    keep_before(row, reason, by_id)
    _set(row, Noting(by_id, NotedVia.COORDINATOR, version), is_exact=True, **_columns(times))
    if shift is not None and shift.cancelled_at is not None:
        db.session.flush()
        note_rest(row, by_id)
    record(db.session, "correct attendance", "attendance", row.id, actor_id=by_id, state=times.state)
    return kept(row.id)


def enter(shift_id: str, person_id: str, times: Times, by_id: str) -> Outcome:
    """Note the times of someone on a shift of whom nothing was noted, planned on it or not."""
    shift = db.session.get(Shift, shift_id)
    problem = _no_shift(shift)
    if shift is None or problem:
        return refuse(form=problem)
    if person_id == by_id:
        return refuse(form=OWN_HOURS)
    problems = _time_problems(times, shift.day_on, shift) or _overlap_problems(person_id, times, shift_id)
    if problems:
        return refuse(**problems)
    noting = Noting(by_id, NotedVia.COORDINATOR, 0)
    return _note(shift, person_id, noting, is_exact=True, **_columns(times))


def add_extra(key: str, person_id: str, facts: dict[str, Any], span: tuple[datetime, datetime], by_id: str) -> Outcome:
    """Note work beside shifts. `key` becomes the row's id, so that the same form sent twice is one piece of work."""
    person = db.session.get(Person, person_id)
    if person is None:
        return refuse(person_id="Choose a person.")
    if person_id == by_id:
        return refuse(person_id=OWN_HOURS)
    times = Times(AttendanceState.LEFT, *span)
    problems = _time_problems(times, facts["day_on"])
    if not problems and facts["activity"] not in UNWORKED:
        problems = _overlap_problems(person_id, times, key)
    if problems:
        return refuse(**problems)
    now = clock.now()
    values: dict[str, Any] = {"id": key, "person_id": person_id, "level": person.level, "state": AttendanceState.LEFT}
    values |= {"arrived_at": span[0], "left_at": span[1], "is_exact": True, "noted_via": NotedVia.COORDINATOR}
    values |= {"noted_by_id": by_id, "created_at": now, "changed_at": now, "version": 1} | facts
    values["demanding"] = weight_of(facts.get("service_id"))
    if not insert_if_absent(db.session, Attendance, values):
        db.session.rollback()
        return Saved(key, "This was kept already.")
    record(db.session, "add work", "attendance", key, actor_id=by_id, activity=facts["activity"])
    return kept(key)


def close_forgotten(task: object) -> None:
    """Take the planned end where nobody noted the leaving; coordinators find these marked.

    A shift that was called off while it ran ended then; called off before it began, it gave nobody any time. The plan
    says nothing about whoever is not on the shift (any more): they get no time until a coordinator gives it.
    """
    del task
    now = clock.now()
    over = now - timedelta(minutes=day_settings().close_minutes)
    is_on = sa.exists().where(Assignment.shift_id == Attendance.shift_id, Assignment.person_id == Attendance.person_id)
    rows = db.session.execute(
        sa.select(Attendance, Shift.starts_at, Shift.ends_at, Shift.cancelled_at, is_on.label("is_on"))
        .join(Shift, Shift.id == Attendance.shift_id)
        .where(Attendance.state == AttendanceState.HERE, Shift.ends_at < over)
        .limit(BATCH)
        .with_for_update(of=Attendance)
    ).all()
    for row, starts_at, planned_ends_at, cancelled_at, is_planned in rows:
        ends_at = min(planned_ends_at, cancelled_at or planned_ends_at)
        arrived_at = row.arrived_at or ends_at
        has_time = is_planned and ends_at > starts_at
        row.state, row.left_at = AttendanceState.LEFT, max(ends_at, arrived_at) if has_time else arrived_at
        row.noted_via, row.noted_by_id, row.changed_at = NotedVia.CLOSED, None, now
        record(db.session, "close attendance", "attendance", row.id)
    db.session.commit()


def _no_shift(shift: Shift | None) -> str:
    return "This shift was called off." if shift is None or shift.cancelled_at is not None else ""


def _has_stopped(shift_id: str, person_id: str) -> str:
    """Say why nobody is noted as there who is paid for having stopped."""
    stopped = sa.select(Attendance.id).where(
        Attendance.shift_id == shift_id,
        Attendance.person_id == person_id,
        Attendance.activity == Activity.STAND_DOWN,
        Attendance.state == AttendanceState.LEFT,
    )
    return STOPPED if db.session.scalar(stopped) is not None else ""


def _not_on(shift_id: str, person_id: str, noting: Noting) -> str:
    """Coordinators may note others who helped out; everyone else, and they of themselves, those who are planned."""
    if noting.via == NotedVia.COORDINATOR and person_id != noting.by_id:
        return "" if db.session.get(Person, person_id) else "This person is not there any more."
    is_on = sa.exists().where(Assignment.shift_id == shift_id, Assignment.person_id == person_id)
    return "" if db.session.scalar(sa.select(is_on)) else "The plan has changed: this person is not on this shift."


def _own(person_id: str, noting: Noting) -> str:
    return OWN_HOURS if person_id == noting.by_id else ""


def _row_of(shift_id: str, person_id: str) -> Attendance | None:
    return db.session.scalar(
        sa.select(Attendance)
        .where(
            Attendance.shift_id == shift_id,
            Attendance.person_id == person_id,
            Attendance.activity == Activity.SHIFT,
        )
        .with_for_update()
        .execution_options(populate_existing=True)
    )


def _held(attendance_id: str) -> Attendance | None:
    """A row that nobody else changes, after its person: whoever notes work of someone takes the two in this order."""
    row = db.session.get(Attendance, attendance_id)
    if row is not None:
        hold_person(row.person_id)
    return locked(Attendance, attendance_id)


def _note(shift: Shift, person_id: str, noting: Noting, **values: Any) -> Outcome:
    """Make the row, or change one that says nothing yet; whoever comes second finds it so or is told.

    Whoever was taken off the shift before, and is paid for that, has it again.
    """
    arrived_at, left_at = values["arrived_at"], values["left_at"]
    worked = (arrived_at, left_at) if arrived_at and left_at else None
    forget_taken_off(person_id, shift.id, noting.by_id, worked)
    made = _insert(shift, person_id, noting, values) if noting.version == 0 else None
    if made is not None:
        record(db.session, f"note {values['state']}", "attendance", made, actor_id=noting.by_id, via=noting.via)
        return kept(made)
    row = _row_of(shift.id, person_id)
    if row is None:
        return outdated(0)
    if row.state == values["state"]:
        return _already(row)
    if row.version != noting.version:
        return outdated(row.version)
    if row.state not in {AttendanceState.VOID, AttendanceState.ABSENT}:
        return refuse(form="Something else is noted here already. A coordinator can correct it.")
    keep_before(row, NOTED_ANEW, noting.by_id)
    _set(row, noting, **values)
    record(db.session, f"note {row.state}", "attendance", row.id, actor_id=noting.by_id, via=noting.via)
    return kept(row.id)


def _insert(shift: Shift, person_id: str, noting: Noting, values: dict[str, Any]) -> str | None:
    """The id of the new row, None when there is one already."""
    now, made = clock.now(), new_id()
    level = db.session.scalars(sa.select(Person.level).where(Person.id == person_id)).one()
    row: dict[str, Any] = {
        "id": made,
        "shift_id": shift.id,
        "person_id": person_id,
        "activity": Activity.SHIFT,
        "level": level,
        "demanding": weight_of(shift.service_id),
    }
    row |= {"day_on": shift.day_on, "noted_via": noting.via, "noted_by_id": noting.by_id, "is_exact": False}
    row |= {"created_at": now, "changed_at": now, "version": 1} | values
    return made if insert_if_absent(db.session, Attendance, row) else None


def _is_paid_otherwise(row: Attendance, times: Times) -> bool:
    """Whether a row would count beside another of the same place: an hour was worked, or called off, but not both."""
    other = {Activity.SHIFT: Activity.CANCELLATION, Activity.CANCELLATION: Activity.SHIFT}.get(Activity(row.activity))
    if other is None or times.state not in {AttendanceState.HERE, AttendanceState.LEFT}:
        return False
    ends_at = _columns(times)["left_at"]
    is_other = sa.exists().where(
        Attendance.shift_id == row.shift_id,
        Attendance.person_id == row.person_id,
        Attendance.activity == other,
        Attendance.state.in_([AttendanceState.HERE, AttendanceState.LEFT]),
        sa.or_(Attendance.left_at.is_(None), Attendance.left_at > Attendance.arrived_at),
        sa.or_(Attendance.left_at.is_(None), Attendance.left_at > times.arrived_at),
        sa.true() if ends_at is None else Attendance.arrived_at < ends_at,
    )
    return bool(db.session.scalar(sa.select(is_other)))


def _already(row: Attendance) -> Saved:
    at = row.left_at or row.arrived_at
    saved = Saved(row.id, f"This was noted at {clock_time(at)} already." if at else "This was noted already.")
    db.session.rollback()
    return saved


def _set(row: Attendance, noting: Noting, **values: Any) -> None:
    for name, value in values.items():
        setattr(row, name, value)
    row.noted_via, row.noted_by_id, row.changed_at = noting.via, noting.by_id, clock.now()
    flag_modified(row, "state")  # the version rises even when the same was said again


def _columns(times: Times) -> dict[str, Any]:
    has_come = times.state in {AttendanceState.HERE, AttendanceState.LEFT}
    return {
        "state": times.state,
        "arrived_at": times.arrived_at if has_come else None,
        "left_at": times.left_at if times.state == AttendanceState.LEFT else None,
    }


def _time_problems(times: Times, day: date, shift: Shift | None = None) -> dict[str, str]:
    """What speaks against these times, by field; `shift` is the one they were worked on, None beside shifts."""
    if times.state == AttendanceState.VOID:
        return {}
    too_early = _too_early_for(times.state, shift) if shift is not None else ""
    if too_early:
        return {"state": too_early}
    if times.state == AttendanceState.ABSENT:
        return {}
    problem = _arrival_problem(times.arrived_at, day)
    if problem:
        return {"arrived": problem}
    problem = "" if times.state == AttendanceState.HERE else _leaving_problem(times)
    if problem:
        return {"left": problem}
    return {} if shift is None or _is_near(times, shift) else {"arrived": _not_its_time(shift)}


def _overlap_problems(person_id: str, times: Times, but: str) -> dict[str, str]:
    """What else the person did in this time, by field."""
    if times.arrived_at is None or times.state not in {AttendanceState.HERE, AttendanceState.LEFT}:
        return {}
    problem = overlap(person_id, times.arrived_at, _columns(times)["left_at"], but)
    return {"arrived": problem} if problem else {}


def _too_early_for(state: AttendanceState, shift: Shift) -> str:
    """Nobody stays away from a shift before it begins, and nobody comes before the doors open."""
    if state == AttendanceState.ABSENT:
        is_early = clock.now() < shift.starts_at
        return f"The shift starts {when(shift.starts_at)}. Until then they may still come." if is_early else ""
    opens_at = shift.starts_at - timedelta(minutes=day_settings().arrive_minutes)
    return f"It is too early to note this. It opens {when(opens_at)}." if clock.now() < opens_at else ""


def _is_near(times: Times, shift: Shift) -> bool:
    """Whether these times touch the planned ones, or come close to them."""
    came = times.arrived_at or shift.starts_at
    went = times.left_at if times.state == AttendanceState.LEFT and times.left_at else came
    return came <= shift.ends_at + NEAR and went >= shift.starts_at - NEAR


def _not_its_time(shift: Shift) -> str:
    return f"This shift was {span_words(shift.starts_at, shift.ends_at)}: these times are too far from it."


def _arrival_problem(arrived_at: datetime | None, day: date) -> str:
    if arrived_at is None:
        return "Say when they came."
    if arrived_at > clock.now():
        return TO_COME
    return "" if abs((clock.local(arrived_at).date() - day).days) <= 1 else "This is not the day of this work."


def _leaving_problem(times: Times) -> str:
    if times.left_at is None or times.arrived_at is None:
        return "Say when they left."
    if times.left_at > clock.now():
        return TO_COME
    is_fine = timedelta() < times.left_at - times.arrived_at <= LONGEST
    return "" if is_fine else "They left after they came, within a day."

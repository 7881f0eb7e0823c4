"""A shift lost at short notice is paid: a worked record for each person who was to come."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any, TypeAlias

import sqlalchemy as sa

from app import clock
from app.attendance.corrections import keep_before
from app.attendance.hours import GRACE, Span
from app.attendance.models import Activity, Attendance, AttendanceState, NotedVia
from app.database import db, insert_if_absent, new_id
from app.exchange.queries import looks_for_cover
from app.pay.queries import pay_choices, rate_card
from app.people.models import Person
from app.roster.models import Assignment, ChangeKind, Publication, PublicationChange, Shift
from app.sites.models import Service
from payroll.rates import Basis, RateCard

Place: TypeAlias = tuple[str, str]
"""A person on a shift."""

RUNS_AFTER_ALL = "The shift takes place after all."
HAS_IT_AGAIN = "They have the shift again."
OFF_AGAIN = "The shift was called off again."
NEW_HOURS = "The hours of the shift were changed."
SAID_NO = "They said no to the new hours of the shift."
STAYED = "They stayed on."
NONE = timedelta()
MINUTE = timedelta(minutes=1)


def note_called_off(shift_ids: Sequence[str], by_id: str | None) -> None:
    """Note, in the caller's transaction, who is due something for shifts that are called off now.

    Whoever had said no is due nothing, nor is whoever gave their place back and only stood there until somebody took
    it. The planned time counts; how much of it is paid is for pay to say. One place is paid once: of a shift that has
    begun, whoever is there is due the rest of it beside what they worked, whoever left it or did not come is due no
    more, and who stood down from it is paid for that.
    """
    for row in _due(shift_ids):
        _note(row, _with_before(row, (clock.now() if row.is_here else row.starts_at, row.ends_at)), OFF_AGAIN, by_id)


def note_taken_off(kept: Mapping[Place, timedelta], by_id: str | None) -> None:
    """Note, in the caller's transaction, who is due something for places they are taken off now, against their wish.

    `kept` says for each place how much time they get elsewhere at the same hours: that is paid as work, not as this.
    """
    for row, starts_at in _lost(kept):
        _note(row, _with_before(row, (starts_at, row.ends_at)), OFF_AGAIN, by_id)


def note_new_hours(shift_id: str, hours: Span, by_id: str | None) -> int:
    """Note, in the caller's transaction and before a shift gets other hours, what people lose by that at short notice.

    Measured by the hours they were told: new hours that meet those make up for as much time as they have, hours at
    another time for none. Hours that come back take the note away. Return how many people it pays more than before.
    """
    card, now, more = rate_card(), clock.now(), set()
    for row in _places([shift_id]):
        told, was = _told(row), _was(row)
        meets = _meet(hours, told) or (was is not None and _meet(hours, was))
        before = NONE if was is None else _length(was)
        lost = _length(told) + (NONE if was is None else _outside(was, told)) - (_length(hours) if meets else NONE)
        if not _is_due(row, card, now, told[0]) or (meets and _is_by_shift(row, card)):
            lost = min(lost, before)
        if lost > NONE:
            _note(row, _beside(hours, told, lost, meets=meets), NEW_HOURS, by_id)
        elif was is not None:
            _forget(NEW_HOURS, by_id, None, Attendance.shift_id == shift_id, Attendance.person_id == row.person_id)
        if lost > before:
            more.add((row.person_id, shift_id, row.is_volunteer))
    return len(_wanting_pay({person_id for person_id, _, is_volunteer in more if not is_volunteer}))


def note_said_no(person_id: str, shift_id: str) -> None:
    """Note, in the caller's transaction and before the answer is kept, what somebody loses who cannot come then.

    That is only so when the shift was moved at short notice; a shift that was new to them was never theirs.
    """
    asked = (
        sa.select(PublicationChange.kind, Publication.at)
        .join(Publication, Publication.id == PublicationChange.publication_id)
        .where(PublicationChange.person_id == person_id, PublicationChange.shift_id == shift_id)
        .order_by(Publication.at.desc())
        .limit(1)
    )
    question = db.session.execute(asked).one_or_none()
    if question is None or question.kind != ChangeKind.MOVED:
        return
    card = rate_card()
    for row in _places([shift_id]):
        hours, was = (row.starts_at, row.ends_at), _was(row)
        if row.person_id != person_id or not _is_due(row, card, question.at):
            continue
        if was is None:
            _note(row, hours, SAID_NO, person_id)
        elif _meet(was, hours):  # else it was at another time altogether, and is noted whole
            _note(
                row, (min(was[0], hours[0]), min(was[0], hours[0]) + _length(was) + _length(hours)), SAID_NO, person_id
            )


def note_rest(worked: Attendance, by_id: str) -> None:
    """Note, in the caller's transaction, the rest of a shift called off while it ran, for whoever was there till then.

    That is what a coordinator's correction says who mends a tap from before it was called off.
    """
    place = (
        sa.select(Shift.id, Shift.day_on, Shift.starts_at, Shift.ends_at, Shift.cancelled_at, Shift.service_id)
        .add_columns(Assignment.person_id, Person.level, Service.demanding)
        .join(Assignment, Assignment.shift_id == Shift.id)
        .join(Person, Person.id == Assignment.person_id)
        .join(Service, Service.id == Shift.service_id)
        .where(Shift.id == worked.shift_id, Assignment.person_id == worked.person_id)
        .where(Assignment.declined_at.is_(None), Shift.cancelled_at > Shift.starts_at)
    )
    noted = sa.exists().where(
        Attendance.shift_id == worked.shift_id,
        Attendance.person_id == worked.person_id,
        Attendance.activity.in_([Activity.CANCELLATION, Activity.STAND_DOWN]),
        Attendance.state != AttendanceState.VOID,
    )
    row = db.session.execute(place.where(~noted)).one_or_none()
    if row is None or worked.state not in {AttendanceState.HERE, AttendanceState.LEFT}:
        return
    starts_at = worked.left_at or row.cancelled_at
    was_there = starts_at >= row.cancelled_at - MINUTE  # forms tell full minutes
    if was_there and row.ends_at - starts_at > GRACE and not _is_by_shift(row, rate_card()):
        _note(row, (starts_at, row.ends_at), OFF_AGAIN, by_id)


def paid_if_taken_off(kept: Mapping[Place, timedelta]) -> set[Place]:
    """Of these places those that are paid when people are taken off them now."""
    rows = [row for row, _ in _lost(kept) if not row.is_volunteer]
    wanting = _wanting_pay({row.person_id for row in rows})
    return {(row.person_id, row.id) for row in rows if row.person_id in wanting}


def paid_if_shortened(shift_id: str) -> int:
    """How many people are paid for the hours that a shift loses when it is changed or called off now."""
    rows = _due([shift_id])
    return len(_wanting_pay({row.person_id for row in rows if not row.is_volunteer}))


def _lost(kept: Mapping[Place, timedelta]) -> list[tuple[Any, datetime]]:
    """Of these places those that are due something, with the instant from which on they are lost."""
    rows = [row for row in _due({shift_id for _, shift_id in kept}) if (row.person_id, row.id) in kept]
    card = rate_card() if rows else None
    found = []
    for row in rows:
        made_up = kept[row.person_id, row.id]
        # The new shift pays what a whole one does, however short it is.
        is_whole = made_up > NONE and card is not None and _is_by_shift(row, card)
        if not is_whole and row.starts_at + made_up < row.ends_at:
            found.append((row, row.starts_at + made_up))
    return found


def _wanting_pay(people: set[str]) -> set[str]:
    return people - {who for who, choice in pay_choices(people).items() if choice.is_declined}


def _length(span: Span) -> timedelta:
    return span[1] - span[0]


def _meet(one: Span, other: Span) -> bool:
    """Whether two spans overlap, or one begins when the other ends."""
    return one[0] <= other[1] and other[0] <= one[1]


def _outside(span: Span, other: Span) -> timedelta:
    """How much of a span lies outside another."""
    return _length(span) - max(min(span[1], other[1]) - max(span[0], other[0]), NONE)


def _beside(hours: Span, told: Span, lost: timedelta, *, meets: bool) -> Span:
    """Where lost time is noted: beside the hours that the shift has now, never in them; else where it was."""
    if not meets:
        return told[0], told[0] + lost
    if hours[1] < told[1]:
        return hours[1], hours[1] + lost
    return hours[0] - lost, hours[0]


def _with_before(row: Any, lost: Span) -> Span:
    """What is lost of a place now, together with what was lost of it when its hours were changed."""
    was, hours = _was(row), (row.starts_at, row.ends_at)
    if was is None:
        return lost
    is_second = row.accepted_at is not None and _told(row) == hours
    if not is_second and not _meet(was, hours):
        return was  # they were never told of these hours, and the ones they knew are noted whole
    starts_at = was[0] if was[1] == lost[0] else lost[0]
    return starts_at, starts_at + _outside(was, hours) + _length(lost)


def _told(row: Any) -> Span:
    return row.told_starts_at, row.told_ends_at


def _was(row: Any) -> Span | None:
    """What is noted of a place already."""
    return None if row.lost_from is None else (row.lost_from, row.lost_until)


def _due(shift_ids: Collection[str]) -> list[Any]:
    """Who is due something when these shifts are lost now; of a shift on which they are, what is left of it."""
    rows = _places(shift_ids)
    card, now = rate_card() if rows else None, clock.now()
    return [row for row in rows if card is not None and _is_due(row, card, now)]


def _places(shift_ids: Collection[str]) -> list[Any]:
    """The places on these shifts whose hours still lie ahead for somebody, with what is noted as lost of them."""
    if not shift_ids:
        return []
    now = clock.now()
    lost = sa.orm.aliased(Attendance)
    noted = sa.exists().where(Attendance.shift_id == Shift.id, Attendance.person_id == Assignment.person_id)
    noted = noted.where(Attendance.state != AttendanceState.VOID)
    on_shift = noted.where(Attendance.activity == Activity.SHIFT)
    is_here = sa.and_(Shift.starts_at <= now, on_shift.where(Attendance.state == AttendanceState.HERE))
    is_over = sa.and_(Shift.starts_at <= now, on_shift.where(Attendance.state != AttendanceState.HERE))
    return list(
        db.session.execute(
            sa.select(Shift.id, Shift.day_on, Shift.starts_at, Shift.ends_at, Shift.service_id)
            .add_columns(Assignment.person_id, Person.level, Person.is_volunteer, Service.demanding)
            .add_columns(is_here.label("is_here"), Assignment.accepted_at)
            .add_columns(Assignment.told_starts_at, Assignment.told_ends_at)
            .add_columns(lost.arrived_at.label("lost_from"), lost.left_at.label("lost_until"))
            .join(Assignment, Assignment.shift_id == Shift.id)
            .join(Person, Person.id == Assignment.person_id)
            .join(Service, Service.id == Shift.service_id)
            .outerjoin(
                lost,
                sa.and_(
                    lost.shift_id == Shift.id,
                    lost.person_id == Assignment.person_id,
                    lost.activity == Activity.CANCELLATION,
                    lost.state == AttendanceState.LEFT,
                ),
            )
            .where(Shift.id.in_(list(shift_ids)), Shift.ends_at > now, Assignment.declined_at.is_(None))
            .where(
                ~looks_for_cover(Shift.id, Assignment.person_id),
                ~is_over,
                ~noted.where(Attendance.activity == Activity.STAND_DOWN),
            )
            .order_by(Shift.starts_at, Assignment.person_id)
        ).all()
    )


def _is_due(row: Any, card: RateCard, now: datetime, starts_at: datetime | None = None) -> bool:
    if not card.terms_on(row.day_on).cancellation_percent(starts_at or row.starts_at, now):
        return False
    # A rest as short as this counts as worked, and a rate for the whole shift is paid whole already.
    return not row.is_here or (row.ends_at - now > GRACE and not _is_by_shift(row, card))


def _is_by_shift(row: Any, card: RateCard) -> bool:
    """Whether a place is paid by the shift, however long it is."""
    shift = card.rate_for(Activity.SHIFT, row.service_id, row.level, row.day_on)
    return shift is not None and shift.basis == Basis.SHIFT


def forget_called_off(shift_id: str, by_id: str | None) -> None:
    """Take back, in the caller's transaction, what was noted when a shift was called off: it runs after all.

    What was noted stays beside it. Whoever was taken off it before, or had said no to it, stays paid for that, and
    what lies outside its hours was lost when those were changed.
    """
    is_on = sa.exists().where(Assignment.shift_id == Attendance.shift_id, Assignment.person_id == Attendance.person_id)
    is_on = is_on.where(Assignment.declined_at.is_(None))
    _forget(RUNS_AFTER_ALL, by_id, _hours(shift_id), Attendance.shift_id == shift_id, is_on)


def forget_taken_off(person_id: str, shift_id: str, by_id: str | None, worked: Span | None = None) -> None:
    """Take back, in the caller's transaction, what was noted when someone was taken off a shift: they have it again.

    What lies outside its hours was lost when those were changed; what they worked of that is lost no more.
    """
    place = Attendance.shift_id == shift_id, Attendance.person_id == person_id
    _forget(HAS_IT_AGAIN, by_id, _hours(shift_id), *place)
    if worked is not None:
        _forget(HAS_IT_AGAIN, by_id, worked, *place)


def forget_stayed(person_id: str, shift_id: str, worked: Span, by_id: str | None) -> None:
    """Take back, in the caller's transaction, what was noted as lost of hours for which someone stayed on after all."""
    if worked[1] - _hours(shift_id)[1] > GRACE:
        _forget(STAYED, by_id, worked, Attendance.shift_id == shift_id, Attendance.person_id == person_id)


def _hours(shift_id: str) -> Span:
    shift = db.session.get_one(Shift, shift_id)
    return shift.starts_at, shift.ends_at


def _forget(reason: str, by_id: str | None, hours: Span | None, *which: sa.ColumnElement[bool]) -> None:
    """Take back what was noted of these hours (None: whatever was)."""
    asked = sa.select(Attendance).where(
        Attendance.activity == Activity.CANCELLATION, Attendance.state == AttendanceState.LEFT, *which
    )
    for row in db.session.scalars(asked.execution_options(populate_existing=True)):
        assert row.arrived_at is not None and row.left_at is not None  # noqa: S101, PT018 - who left has both
        noted = row.arrived_at, row.left_at
        stays = NONE if hours is None else _outside(noted, hours)
        if stays == _length(noted):
            continue
        keep_before(row, reason, by_id)
        if hours is None or not stays:
            row.state, row.arrived_at, row.left_at = AttendanceState.VOID, None, None
        elif noted[0] < hours[0]:
            row.left_at = noted[0] + stays
        else:
            row.arrived_at = noted[1] - stays
        row.noted_by_id, row.changed_at = by_id, clock.now()


def _note(row: Any, span: Span, reason: str, by_id: str | None) -> None:
    now = clock.now()
    said: dict[str, Any] = {"state": AttendanceState.LEFT, "arrived_at": span[0], "left_at": span[1]}
    said |= {"is_exact": True, "noted_via": NotedVia.COORDINATOR, "noted_by_id": by_id, "changed_at": now}
    who = {"shift_id": row.id, "person_id": row.person_id, "activity": Activity.CANCELLATION}
    as_it_was = {"level": row.level, "demanding": row.demanding, "day_on": row.day_on}
    values = {"id": new_id(), "created_at": now, "version": 1, **as_it_was, **who, **said}
    if not insert_if_absent(db.session, Attendance, values):
        again = db.session.scalars(sa.select(Attendance).filter_by(**who)).one()
        keep_before(again, reason, by_id)
        for name, value in said.items():
            setattr(again, name, value)

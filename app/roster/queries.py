"""Periods, shifts, drafts and runs, as the pages and the other slices ask for them."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from functools import cache

import sqlalchemy as sa

from app import clock, jobs
from app.database import Statement, db, rows
from app.people.models import Person, Skill
from app.roster.models import (
    Assignment,
    Draft,
    DraftAssignment,
    DraftState,
    Period,
    Run,
    Shift,
    ShiftDemand,
)
from app.roster.patterns import Difference, Line, difference_of, planned_shifts
from app.sites.models import Pattern, Service, Site

WEEK = timedelta(days=7)
PERIOD_DAYS = 28
ALIVE = timedelta(seconds=30)


def is_published() -> sa.ColumnElement[bool]:
    """Whether a shift lies in a published period."""
    return sa.exists().where(
        Period.starts_on <= Shift.day_on, Period.ends_on >= Shift.day_on, Period.published_at.is_not(None)
    )


@dataclass(frozen=True, slots=True)
class ShiftRow:
    """One shift with the names of its place and work; instants in UTC."""

    id: str
    day_on: date
    starts_at: datetime
    ends_at: datetime
    site_id: str
    site: str
    service_id: str
    service: str
    pattern_id: str | None
    trainee_seats: int
    note: str | None
    is_edited: bool
    cancelled_at: datetime | None

    @property
    def week(self) -> date:
        """The Monday of its week."""
        return self.day_on - timedelta(days=self.day_on.weekday())


@dataclass(frozen=True, slots=True)
class AssignmentRow:
    """One person on one shift; `is_pinned` for drafts only."""

    shift_id: str
    person_id: str
    person: str
    is_pinned: bool = False


def period_of(period_id: str) -> Period | None:
    """One period."""
    return db.session.get(Period, period_id)


def waiting_period() -> str | None:
    """The first period that is not over and was never published, None when there is none."""
    return db.session.scalar(
        sa.select(Period.id)
        .where(Period.published_at.is_(None), Period.ends_on >= clock.today())
        .order_by(Period.starts_on)
        .limit(1)
    )


def period_shifts(period: Period, *, with_cancelled: bool = False) -> Sequence[ShiftRow]:
    """The shifts of a period by start, then site."""
    query = (
        sa.select(Shift.id, Shift.day_on, Shift.starts_at, Shift.ends_at, Shift.site_id, Site.name)
        .add_columns(Shift.service_id, Service.name.label("service"), Shift.pattern_id, Shift.trainee_seats)
        .add_columns(Shift.note, Shift.is_edited, Shift.cancelled_at)
        .join(Site, Site.id == Shift.site_id)
        .join(Service, Service.id == Shift.service_id)
        .where(Shift.day_on.between(period.starts_on, period.ends_on))
        .order_by(Shift.starts_at, Site.name, Shift.id)
    )
    if not with_cancelled:
        query = query.where(Shift.cancelled_at.is_(None))
    return [ShiftRow(*row) for row in db.session.execute(query)]


def draft_of(period_id: str, draft_id: str) -> Draft | None:
    """One draft of a period."""
    return db.session.scalar(sa.select(Draft).where(Draft.id == draft_id, Draft.period_id == period_id))


def drafts_of(period_id: str) -> Sequence[Draft]:
    """A period's drafts, the newest first."""
    return db.session.scalars(_drafts(), {"period": period_id}).all()


@cache
def _drafts() -> Statement:
    return sa.select(Draft).where(Draft.period_id == sa.bindparam("period")).order_by(Draft.number.desc())


def draft_assignments(draft_id: str) -> Sequence[AssignmentRow]:
    """Who stands on which shift in a draft; cancelled shifts are left out."""
    rows = db.session.execute(
        sa.select(DraftAssignment.shift_id, DraftAssignment.person_id, Person.name, DraftAssignment.is_pinned)
        .join(Person, Person.id == DraftAssignment.person_id)
        .join(Shift, Shift.id == DraftAssignment.shift_id)
        .where(DraftAssignment.draft_id == draft_id, Shift.cancelled_at.is_(None))
        .order_by(Shift.starts_at, DraftAssignment.shift_id, Person.name)
    )
    return [AssignmentRow(*row) for row in rows]


def live_assignments(period: Period) -> Sequence[AssignmentRow]:
    """Who stands on which shift in what is published; cancelled shifts are left out."""
    rows = db.session.execute(
        sa.select(Assignment.shift_id, Assignment.person_id, Person.name)
        .join(Person, Person.id == Assignment.person_id)
        .join(Shift, Shift.id == Assignment.shift_id)
        .where(Shift.day_on.between(period.starts_on, period.ends_on), Shift.cancelled_at.is_(None))
        .order_by(Shift.starts_at, Assignment.shift_id, Person.name)
    )
    return [AssignmentRow(*row) for row in rows]


@dataclass(frozen=True, slots=True)
class PeriodCard:
    """One period in the list: how many shifts it has, and what has become of it so far."""

    id: str
    name: str
    starts_on: date
    ends_on: date
    published_at: datetime | None
    shifts: int
    drafts: int
    is_making: bool


@dataclass(frozen=True, slots=True)
class PeriodCards:
    """All periods: those to come, the one that goes on, those that are over (the latest first)."""

    coming: tuple[PeriodCard, ...]
    present: tuple[PeriodCard, ...]
    past: tuple[PeriodCard, ...]

    @property
    def is_empty(self) -> bool:
        """Whether there is none at all."""
        return not (self.coming or self.present or self.past)


def period_cards() -> PeriodCards:
    """Every period with its figures: one query."""
    shifts = (
        sa.select(sa.func.count())
        .select_from(Shift)
        .where(Shift.day_on.between(Period.starts_on, Period.ends_on), Shift.cancelled_at.is_(None))
        .scalar_subquery()
    )
    drafts = (
        sa.select(sa.func.count())
        .select_from(Draft)
        .where(Draft.period_id == Period.id, Draft.state != DraftState.DISCARDED)
        .scalar_subquery()
    )
    is_making = sa.exists().where(Run.period_id == Period.id, Run.ended_at.is_(None))
    rows = db.session.execute(
        sa.select(Period.id, Period.name, Period.starts_on, Period.ends_on, Period.published_at)
        .add_columns(shifts, drafts, is_making)
        .order_by(Period.starts_on)
    )
    cards = [PeriodCard(*row) for row in rows]
    today = clock.today()
    return PeriodCards(
        coming=tuple(each for each in cards if each.starts_on > today),
        present=tuple(each for each in cards if each.starts_on <= today <= each.ends_on),
        past=tuple(each for each in reversed(cards) if each.ends_on < today),
    )


def next_span() -> tuple[date, date]:
    """The four weeks after the last period; without one, four weeks from next Monday."""
    last = db.session.scalar(sa.select(sa.func.max(Period.ends_on)))
    today = clock.today()
    monday = today + timedelta(days=7 - today.weekday())
    start = monday if last is None or last < today else last + timedelta(days=1)
    return start, start + timedelta(days=PERIOD_DAYS - 1)


def overlapping(starts_on: date, ends_on: date, *, but: str | None = None) -> Period | None:
    """A period that shares a day with these, None when there is none."""
    query = sa.select(Period).where(Period.starts_on <= ends_on, Period.ends_on >= starts_on)
    if but is not None:
        query = query.where(Period.id != but)
    return db.session.scalars(query.order_by(Period.starts_on).limit(1)).first()


def previous_period(period: Period) -> Period | None:
    """The last period that ended before this one."""
    return db.session.scalars(
        sa.select(Period).where(Period.ends_on < period.starts_on).order_by(Period.ends_on.desc()).limit(1)
    ).first()


@dataclass(frozen=True, slots=True)
class PatternCard:
    """One active pattern by the names of its place and work, and when it comes round."""

    id: str
    code: str
    site: str
    service: str
    weekdays: str
    every_weeks: int
    nth: int | None
    starts_at: time
    ends_at: time


def pattern_cards() -> list[PatternCard]:
    """Every pattern that makes shifts (it, its site and its work are in use), by site, work and time."""
    rows = db.session.execute(
        sa.select(Pattern.id, Pattern.code, Site.name, Service.name, Pattern.weekdays, Pattern.every_weeks)
        .add_columns(Pattern.nth, Pattern.starts_at, Pattern.ends_at)
        .join(Site, Site.id == Pattern.site_id)
        .join(Service, Service.id == Pattern.service_id)
        .where(Pattern.is_active, Site.is_active, Service.is_active)
        .order_by(Site.name, Service.name, Pattern.starts_at, Pattern.code)
    )
    return [PatternCard(*row) for row in rows]


def patterns_of(ids: Iterable[str] | None = None) -> Sequence[Pattern]:
    """Patterns of sites and work in use, with their demand lines: these, or all there are."""
    query = (
        sa.select(Pattern)
        .join(Site, Site.id == Pattern.site_id)
        .join(Service, Service.id == Pattern.service_id)
        .where(Site.is_active, Service.is_active)
    )
    if ids is not None:
        query = query.where(Pattern.id.in_(list(ids)))
    return db.session.scalars(query.order_by(Pattern.code)).all()


def pattern_names() -> dict[str, str]:
    """How each pattern is told to people, by id: place, work and code."""
    rows = db.session.execute(
        sa.select(Pattern.id, Pattern.code, Site.name, Service.name.label("service"))
        .join(Site, Site.id == Pattern.site_id)
        .join(Service, Service.id == Pattern.service_id)
    )
    return {row.id: f"{row.name}, {row.service} ({row.code})" for row in rows}


def pattern_difference(period: Period) -> Difference:
    """What following the patterns again would do to the shifts of a period."""
    shifts = db.session.scalars(
        sa.select(Shift)
        .where(Shift.day_on.between(period.starts_on, period.ends_on), Shift.pattern_id.is_not(None))
        .options(sa.orm.lazyload(Shift.demands))
        .execution_options(populate_existing=True)
    ).all()
    lines = _lines_of_shifts(period)
    planned = planned_shifts(patterns_of(), period.starts_on, period.ends_on, clock.zone())
    return difference_of(planned, shifts, lines, clock.now())


def _lines_of_shifts(period: Period) -> dict[str, tuple[Line, ...]]:
    found: dict[str, list[Line]] = defaultdict(list)
    for row in db.session.execute(
        sa.select(ShiftDemand.shift_id, ShiftDemand.skill_id, ShiftDemand.minimum, ShiftDemand.target)
        .add_columns(ShiftDemand.maximum)
        .join(Shift, Shift.id == ShiftDemand.shift_id)
        .where(Shift.day_on.between(period.starts_on, period.ends_on))
        .order_by(ShiftDemand.shift_id, ShiftDemand.position)
    ):
        found[row.shift_id].append(Line(row.skill_id, row.minimum, row.target, row.maximum))
    return {shift_id: tuple(lines) for shift_id, lines in found.items()}


def shift_needs(period: Period) -> dict[str, str]:
    """How many people each shift of a period asks for, in words, by id: "2 to 3 people, 1 Lead"."""
    names: dict[str, str] = {row.id: row.name for row in db.session.execute(sa.select(Skill.id, Skill.name))}
    return {
        shift_id: ", ".join(_line_words(line, names) for line in lines)
        for shift_id, lines in _lines_of_shifts(period).items()
    }


def _line_words(line: Line, names: dict[str, str]) -> str:
    count = str(line.target) if line.minimum == line.target else f"{line.minimum} to {line.target}"
    if line.skill_id is None:
        return f"{count} {'person' if line.target == 1 else 'people'}"
    return f"{count} with {names.get(line.skill_id, 'a skill that is gone')}"


def one_offs_of(period: Period) -> list[ShiftRow]:
    """The shifts of a period that were made by hand and are to run."""
    return [each for each in period_shifts(period) if each.pattern_id is None]


def shift_in(period: Period, shift_id: str) -> Shift | None:
    """One shift of a period, its demand lines with it."""
    return db.session.scalar(
        sa.select(Shift).where(Shift.id == shift_id, Shift.day_on.between(period.starts_on, period.ends_on))
    )


def site_choices(shift: Shift | None = None) -> list[tuple[str, str]]:
    """Sites for a form, id and name: those in use, and where a shift is even when that is not."""
    return _choices(Site, set() if shift is None else {shift.site_id})


def service_choices(shift: Shift | None = None) -> list[tuple[str, str]]:
    """Kinds of service for a form, likewise."""
    return _choices(Service, set() if shift is None else {shift.service_id})


def skill_choices(shift: Shift | None = None) -> list[tuple[str, str]]:
    """Skills for a form, likewise."""
    return _choices(Skill, set() if shift is None else {each.skill_id for each in shift.demands if each.skill_id})


def _choices(model: type[Site | Service | Skill], also: set[str]) -> list[tuple[str, str]]:
    rows = db.session.execute(
        sa.select(model.id, model.name, model.is_active)
        .where(sa.or_(model.is_active, model.id.in_(also)))
        .order_by(sa.func.lower(model.name))
    )
    return [(row.id, row.name if row.is_active else f"{row.name} (not in use)") for row in rows]


@dataclass(frozen=True, slots=True)
class Untold:
    """What was changed in a published period and nobody was told of: shifts called off, shifts moved, their people."""

    off: int
    moved: int
    people: int

    def __bool__(self) -> bool:
        return bool(self.off or self.moved)


def is_anybody_on(shift_id: str) -> bool:
    """Whether somebody stands on a shift who has not said no to it."""
    on = sa.exists().where(Assignment.shift_id == shift_id, Assignment.declined_at.is_(None))
    return bool(db.session.scalar(sa.select(on)))


def promised_shifts(shift_ids: Iterable[str]) -> set[str]:
    """Those of these shifts that somebody stood on before they were over: not only in a history brought in later."""
    query = sa.select(Shift.id).join(Assignment, Assignment.shift_id == Shift.id)
    query = query.where(Shift.id.in_(list(shift_ids)), Assignment.assigned_at < Shift.ends_at)
    return set(db.session.scalars(query.distinct()))


def untold_changes(period: Period, shift_id: str | None = None) -> Untold:
    """Coming shifts of a period (or this one) that are no longer as the people on them were told: one query."""
    asked = {"first": period.starts_on, "last": period.ends_on, "now": clock.now()}
    query = _untold() if shift_id is None else _untold().where(Shift.id == shift_id)
    found = rows(query, **asked)
    off = {row.id for row in found if row.is_off}
    return Untold(len(off), len({row.id for row in found} - off), len({row.person_id for row in found}))


@cache
def _untold() -> Statement:
    is_off = Shift.cancelled_at.is_not(None)
    is_moved = sa.or_(
        Assignment.told_starts_at != Shift.starts_at,
        Assignment.told_ends_at != Shift.ends_at,
        Assignment.told_site_id != Shift.site_id,
    )
    return (
        sa.select(Shift.id, Assignment.person_id, is_off.label("is_off"))
        .join(Assignment, Assignment.shift_id == Shift.id)
        .where(Shift.day_on.between(sa.bindparam("first"), sa.bindparam("last")), Shift.starts_at > sa.bindparam("now"))
        .where(sa.or_(is_off, is_moved))
    )


def run_of(period_id: str, run_id: str) -> Run | None:
    """One run of the solver, as it stands now."""
    return db.session.scalar(sa.select(Run).where(Run.id == run_id, Run.period_id == period_id))


def latest_run(period_id: str) -> Run | None:
    """The run of a period that was asked for last."""
    return db.session.scalars(_latest_run(), {"period": period_id}).first()


@cache
def _latest_run() -> Statement:
    return (
        sa.select(Run)
        .where(Run.period_id == sa.bindparam("period"))
        .order_by(Run.requested_at.desc(), Run.id)
        .limit(1)
        .options(sa.orm.defer(Run.best))
    )


def run_going_on(period_id: str) -> Run | None:
    """The run of a period that has not ended, None when there is none."""
    return db.session.scalar(sa.select(Run).where(Run.period_id == period_id, Run.ended_at.is_(None)))


def is_worker_alive() -> bool:
    """Whether some worker process has shown that it lives within the last seconds."""
    seen = db.session.scalar(sa.select(sa.func.max(jobs.WorkerBeat.seen_at)))
    return seen is not None and seen > clock.now() - ALIVE


def name_of(person_id: str | None) -> str:
    """A person's chosen name; "Someone" when it is not known."""
    found = None if person_id is None else db.session.scalar(sa.select(Person.name).where(Person.id == person_id))
    return found or "Someone"


@dataclass(frozen=True, slots=True)
class ShiftCounts:
    """How many shifts a period has to run, how many of them single or edited, how many called off, and places."""

    total: int
    single: int
    edited: int
    off: int


def shift_counts(period: Period) -> ShiftCounts:
    """The shifts of a period, counted: one query."""
    return ShiftCounts(*rows(_shift_counts(), first=period.starts_on, last=period.ends_on)[0])


@cache
def _shift_counts() -> Statement:
    runs = Shift.cancelled_at.is_(None)
    return sa.select(
        sa.func.count().filter(runs),
        sa.func.count().filter(runs, Shift.pattern_id.is_(None)),
        sa.func.count().filter(runs, Shift.is_edited),
        sa.func.count().filter(~runs),
    ).where(Shift.day_on.between(sa.bindparam("first"), sa.bindparam("last")))


def pin_count(draft_id: str) -> int:
    """How many people are pinned to a shift in a draft."""
    query = sa.select(sa.func.count()).select_from(DraftAssignment)
    return db.session.scalar(query.where(DraftAssignment.draft_id == draft_id, DraftAssignment.is_pinned)) or 0

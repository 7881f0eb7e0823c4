"""What can be taken, what is asked of whom, and how sites let shifts change hands."""

from __future__ import annotations

import hashlib
from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta
from functools import cache
from typing import Any

import sqlalchemy as sa

from app import clock
from app.attendance.queries import begun_places, has_come
from app.database import Statement, db, kept, known_rows, rows
from app.exchange import places
from app.exchange.models import (
    SWAP_PENDING,
    Ask,
    AskState,
    Cover,
    CoverState,
    Draw,
    Round,
    SiteTerms,
    Swap,
    SwapState,
    Trade,
    Wait,
    WaitState,
)
from app.exchange.places import Place, Standing
from app.exchange.terms import Terms
from app.pay import queries as pay
from app.people.models import Person
from app.roster.facts import Facts, read_span
from app.roster.models import Assignment, Period, Shift
from app.roster.words import RosterNames
from app.rules.queries import roster_settings
from app.sites.models import Service, Site
from payroll.money import Money
from scheduling import Assignment as Pair

HORIZON = timedelta(days=70)
"""How far ahead shifts are offered."""


def terms_of_sites() -> dict[str, Terms]:
    """The terms of each site that has its own."""
    return {site_id: Terms(**dict(zip(Terms.names(), values, strict=True))) for site_id, *values in rows(_site_terms())}


@cache
def _site_terms() -> Statement:
    return sa.select(SiteTerms.site_id).add_columns(*(SiteTerms.__table__.c[name] for name in Terms.names()))


def terms_of(site_id: str) -> Terms:
    """The terms of one site."""
    return terms_of_sites().get(site_id, Terms())


def terms_and_version(site_id: str) -> tuple[Terms, int]:
    """The terms of one site and their version, 0 for the defaults."""
    row = db.session.get(SiteTerms, site_id)
    return (Terms(), 0) if row is None else (Terms(**{name: getattr(row, name) for name in Terms.names()}), row.version)


def last_published_on() -> date | None:
    """The last day of any published period, as far ahead as shifts are offered."""
    today = clock.today()
    last = known_rows(_last_published, today=today)[0][0]
    return None if last is None else min(last, today + HORIZON)


@cache
def _last_published() -> Statement:
    is_coming = sa.and_(Period.published_at.is_not(None), Period.ends_on >= sa.bindparam("today"))
    return sa.select(sa.func.max(Period.ends_on)).where(is_coming)


def standing() -> Standing | None:
    """The published roster from yesterday on, with where each place came from; None when nothing is published.

    Yesterday is read too, since a night shift that began then still runs.
    """
    last = last_published_on()
    if last is None:
        return None
    return standing_between(clock.today() - timedelta(days=1), last)


def standing_between(first: date, last: date) -> Standing:
    """The published roster of some days: read once while nothing changes, however many people ask."""
    found = kept(("standing", first, last), lambda: _standing(first, last))
    if any(worker.earnings_caps for worker in found.problem.workers):
        found = _standing(first, last)  # what somebody may still earn goes with the clock
    now = clock.now()
    begun = frozenset(each for each in found.begun if found.starts.get(each[1], now) > now)
    return replace(found, now=now, begun=begun)


def _standing(first: date, last: date) -> Standing:
    facts, begun = read_span(first, last), frozenset(begun_places(first, last))
    return Standing(
        facts=facts,
        now=clock.now(),
        came_up=_came_up(first, last),
        terms=terms_of_sites(),
        covers=_open_covers(facts, begun),
        entries=_entries(facts),
        starts=_starts(facts),
        begun=begun,
    )


def _starts(facts: Facts) -> dict[str, datetime]:
    return {shift: label.starts_at for shift, label in facts.names.shifts.items()}


def _came_up(first: date, last: date) -> dict[str, datetime]:
    """When the places of each published shift came up: when it was published, or given back last."""
    came = rows(_published_and_given(), first=first, last=last)
    return {shift: max(filter(None, (published, given))) for shift, published, given in came}


@cache
def _published_and_given() -> Statement:
    is_in_days = Shift.day_on.between(sa.bindparam("first"), sa.bindparam("last"))
    return (
        sa.select(Shift.id, Period.published_at, sa.func.max(Cover.opened_at))
        .join(Period, sa.and_(Shift.day_on >= Period.starts_on, Shift.day_on <= Period.ends_on))
        .outerjoin(Cover, Cover.shift_id == Shift.id)
        .where(is_in_days, Shift.cancelled_at.is_(None), Period.published_at.is_not(None))
        .group_by(Shift.id, Period.published_at)
    )


def came_up_at(shift: Shift) -> datetime | None:
    """When the places of one published shift came up; None when it is not published."""
    return _came_up(shift.day_on, shift.day_on).get(shift.id)


def _open_covers(facts: Facts, begun: frozenset[tuple[str, str]]) -> dict[str, list[str]]:
    """By shift, the people who stand on it only until somebody takes their place; who has come keeps it."""
    found: dict[str, list[str]] = defaultdict(list)
    for shift, person in rows(_listed_covers()):
        if shift in facts.problem.shift and (person, shift) not in begun:
            found[shift].append(person)
    return dict(found)


def _entries(facts: Facts) -> dict[str, list[str]]:
    """By shift, the people whose entry in its draw still holds: not those who were asked and let it pass."""
    found: dict[str, list[str]] = defaultdict(list)
    for shift, person, since_at, drawn_at in rows(_draw_entries()):
        is_of_draw = drawn_at is None or since_at < drawn_at + timedelta(seconds=1)
        if shift in facts.problem.shift and is_of_draw:
            found[shift].append(person)
    return dict(found)


@cache
def _draw_entries() -> Statement:
    return (
        sa.select(Wait.shift_id, Wait.person_id, Wait.since_at, Draw.drawn_at)
        .join(Draw, Draw.shift_id == Wait.shift_id)
        .where(Wait.ended_at.is_(None))
    )


@cache
def _listed_covers() -> Statement:
    return sa.select(Cover.shift_id, Cover.person_id).where(Cover.ended_at.is_(None), Cover.is_listed)


def looks_for_cover(
    shift_id: sa.SQLColumnExpression[str], person_id: sa.SQLColumnExpression[str]
) -> sa.ColumnElement[bool]:
    """Whether somebody stands on a shift only until someone takes their place; who has come keeps it.

    Where nobody did, that holds after the shift began.
    """
    shift = sa.orm.aliased(Shift)
    is_over = sa.and_(Cover.state == CoverState.LAPSED, Cover.ended_at >= shift.starts_at)
    gave_back = sa.exists().where(
        Cover.shift_id == shift_id,
        Cover.person_id == person_id,
        Cover.is_listed,
        shift.id == Cover.shift_id,
        sa.or_(Cover.ended_at.is_(None), is_over),
    )
    return sa.and_(gave_back, ~has_come(shift_id, person_id))


@dataclass(frozen=True, slots=True)
class Details:
    """What a list shows of a shift besides its label."""

    hazards: str | None
    directions: str | None
    note: str | None


def details_of(shifts: Collection[str]) -> dict[str, Details]:
    """Hazards, directions and notes of shifts."""
    rows = db.session.execute(
        sa.select(Shift.id, Service.hazards, Site.directions, Shift.note)
        .join(Service, Service.id == Shift.service_id)
        .join(Site, Site.id == Shift.site_id)
        .where(Shift.id.in_(shifts))
    )
    return {shift: Details(*rest) for shift, *rest in rows}


@dataclass(frozen=True, slots=True)
class Offers:
    """Every shift with an open place that a person might take, soonest first, and what things are called."""

    places: list[Place]
    names: RosterNames
    pays: Mapping[str, Money] = field(default_factory=dict)


def offers_for(person_id: str) -> Offers:
    """What is open to a person now, later, or not at all, and what it pays."""
    found = standing()
    if found is None:
        return Offers([], RosterNames())
    offered = places.places_for(found, person_id)
    starts = {each.shift.id: each.label.starts_at for each in offered}
    return Offers(offered, found.facts.names, pays_for(person_id, starts, found.facts.settings.notice_days))


def pays_for(person_id: str, starts: Mapping[str, datetime], notice_days: int) -> dict[str, Money]:
    """What shifts (each with its start) would pay a person who took them now; those that pay something."""
    return pay.amounts(person_id, starts, late=late_for(person_id, starts, notice_days)) if starts else {}


def late_for(person_id: str, starts: Mapping[str, datetime], notice_days: int) -> set[str]:
    """Shifts (each with its start) that would be a late change of a person's plan; not those they gave back."""
    before = clock.now() + timedelta(days=notice_days)
    late = {shift for shift, at in starts.items() if at < before}
    return late - {row.shift_id for row in known_rows(_given_by, person=person_id)} if late else late


@cache
def _given_by() -> Statement:
    is_open = sa.and_(Cover.state == CoverState.OPEN, Cover.ended_at.is_(None))
    return sa.select(Cover.shift_id, is_open.label("is_open")).where(Cover.person_id == sa.bindparam("person"))


def given_back_by(person_id: str) -> set[str]:
    """The shifts on which a person gave a place back that nobody has taken."""
    return {row.shift_id for row in known_rows(_given_by, person=person_id) if row.is_open}


@dataclass(frozen=True, slots=True)
class Offer:
    """One open shift as a person sees it, with its details, what it pays (None: no rate), what things are called."""

    place: Place
    details: Details
    names: RosterNames
    pay: Money | None


def offer_for(found: Standing | None, person_id: str, shift_id: str) -> Offer | None:
    """One upcoming published shift a person is not on; None when there is no such shift (any more)."""
    if found is None or shift_id not in found.came_up or found.starts.get(shift_id, found.now) <= found.now:
        return None
    worker = found.problem.worker.get(person_id)
    if worker is None or Pair(person_id, shift_id) in found.facts.live:
        return None
    place = places.place_for(found, worker, found.problem.shift[shift_id])
    starts = {shift_id: place.label.starts_at}
    paid = pays_for(person_id, starts, found.facts.settings.notice_days).get(shift_id)
    return Offer(place, details_of([shift_id])[shift_id], found.facts.names, paid)


def names_on(shift_id: str) -> list[str]:
    """The chosen names of everybody on a shift."""
    return list(
        db.session.scalars(
            sa.select(Person.name)
            .join(Assignment, Assignment.person_id == Person.id)
            .where(Assignment.shift_id == shift_id)
            .order_by(Person.name)
        )
    )


def waits_of(person_id: str) -> dict[str, Wait]:
    """The shifts a person waits for, by shift."""
    return {row.shift_id: row for row in db.session.scalars(_waits(), {"person": person_id})}


@cache
def _waits() -> Statement:
    return sa.select(Wait).where(Wait.person_id == sa.bindparam("person"), Wait.ended_at.is_(None))


def draw_of(shift_id: str) -> Draw | None:
    """The draw of a shift, if there is one."""
    return db.session.get(Draw, shift_id)


def entry_of(person_id: str, shift_id: str) -> str | None:
    """The code of a person's latest entry in a draw."""
    latest = sa.select(Wait.id).where(Wait.person_id == person_id, Wait.shift_id == shift_id)
    return db.session.scalar(latest.order_by(Wait.since_at.desc()).limit(1))


def is_asked(person_id: str, shift_id: str) -> bool:
    """Whether a person is asked to take a shift at this moment."""
    asked = sa.select(Ask.id).where(Ask.person_id == person_id, Ask.shift_id == shift_id)
    return db.session.scalar(asked.where(Ask.state == AskState.ASKED, Ask.lapses_at > clock.now()).limit(1)) is not None


@dataclass(frozen=True, slots=True)
class Question:
    """A question put to a person: its row and the shift it is about."""

    ask: Ask
    shift: Shift
    site: str
    service: str


def questions_for(person_id: str) -> list[Question]:
    """What a person is asked to take, the one that ends first first."""
    now = clock.now()
    found = _questions_of([row.id for row in known_rows(_questions_open, person=person_id, now=clock.hour())])
    return [each for each in found if each.ask.lapses_at > now]


def _questions_of(ids: Collection[str]) -> list[Question]:
    if not ids:  # as on most visits: then nothing more is read
        return []
    asked = _questions().where(Ask.id.in_(ids)).order_by(Ask.lapses_at)
    return [Question(*row) for row in db.session.execute(asked)]


def question_pay(found: Question) -> Money | None:
    """What the shift of a question pays who says yes to it; None without a rate."""
    starts = {found.shift.id: found.shift.starts_at}
    return pays_for(found.ask.person_id, starts, roster_settings().notice_days).get(found.shift.id)


def question(ask_id: str) -> Question | None:
    """One question by its id."""
    row = db.session.execute(_questions().where(Ask.id == ask_id)).one_or_none()
    return None if row is None else Question(*row)


@cache
def _questions() -> Statement:
    return (
        sa.select(Ask, Shift, Site.name, Service.name)
        .join(Shift, Shift.id == Ask.shift_id)
        .join(Site, Site.id == Shift.site_id)
        .join(Service, Service.id == Shift.service_id)
        .options(sa.orm.lazyload(Shift.demands))
    )


@cache
def _questions_open() -> Statement:
    is_open = sa.and_(Ask.state == AskState.ASKED, Ask.lapses_at > sa.bindparam("now"))
    return sa.select(Ask.id).where(Ask.person_id == sa.bindparam("person"), is_open)


@dataclass(frozen=True, slots=True)
class SwapFacts:
    """A swap with the names and shifts it is about."""

    swap: Swap
    name: str
    other_name: str
    shift: Shift
    other_shift: Shift | None
    places: dict[str, str]

    @property
    def waits_for_coordinator(self) -> bool:
        """Whether both said yes and a coordinator has still to."""
        return self.swap.state == SwapState.AGREED

    def waits_for(self, person_id: str) -> bool:
        """Whether this person has still to say yes or no."""
        swap = self.swap
        if swap.state != "asked":
            return False
        return (person_id == swap.person_id and swap.person_agreed_at is None) or (
            person_id == swap.other_person_id and swap.other_agreed_at is None
        )


def swaps_of(person_id: str | None = None, *, is_pending: bool = True) -> list[SwapFacts]:
    """The swaps a person is in (everybody's without one), the newest first."""
    return _swaps_where(
        *([] if person_id is None else [sa.or_(Swap.person_id == person_id, Swap.other_person_id == person_id)]),
        *([Swap.state.in_(SWAP_PENDING)] if is_pending else []),
    )


def swaps_to_decide() -> list[SwapFacts]:
    """The swaps both people want that wait for a coordinator, the newest first."""
    ids = to_decide("swap")
    return _swaps_where(Swap.id.in_(ids)) if ids else []


def to_decide(kind: str) -> list[str]:
    """The ids of swaps, or of rounds, that wait for a coordinator."""
    return [row.id for row in known_rows(_to_decide) if row.kind == kind]


@cache
def _to_decide() -> sa.CompoundSelect[*tuple[Any, ...]]:
    return sa.union_all(
        sa.select(Swap.id, sa.literal("swap").label("kind")).where(Swap.state == SwapState.AGREED),
        sa.select(Round.id, sa.literal("round")).where(Round.state == SwapState.AGREED),
    )


@dataclass(frozen=True, slots=True)
class Waiting:
    """What waits for a person (or, of swaps and changes among several, for a coordinator), for a first page."""

    swaps: list[SwapFacts]
    questions: list[Question]
    has_rounds: bool


def waiting_for(person_id: str) -> Waiting:
    """What waits for a person: one query where nothing does, as on most visits."""
    ids: dict[str, list[str]] = {"swap": [], "ask": [], "round": []}
    now = clock.now()
    for row in known_rows(_waiting, person=person_id, now=clock.hour()):
        ids[row.kind].append(row.id)
    swaps = _swaps_where(Swap.id.in_(ids["swap"])) if ids["swap"] else []
    questions = [each for each in _questions_of(ids["ask"]) if each.ask.lapses_at > now]
    return Waiting(swaps, questions, bool(ids["round"]))


@cache
def _waiting() -> sa.CompoundSelect[*tuple[Any, ...]]:
    person: sa.BindParameter[str] = sa.bindparam("person")
    is_in = sa.or_(Swap.person_id == person, Swap.other_person_id == person)
    is_pending = sa.or_(Swap.state == SwapState.AGREED, sa.and_(is_in, Swap.state.in_(SWAP_PENDING)))
    is_asked = sa.and_(Ask.person_id == person, Ask.state == AskState.ASKED, Ask.lapses_at > sa.bindparam("now"))
    rounds = sa.select(Round.id, sa.literal("round")).join(Trade, Trade.round_id == Round.id)
    return sa.union_all(
        sa.select(Swap.id, sa.literal("swap").label("kind")).where(is_pending),
        sa.select(Ask.id, sa.literal("ask")).where(is_asked),
        rounds.where(
            sa.or_(Round.state == SwapState.AGREED, sa.and_(Trade.person_id == person, Round.state.in_(SWAP_PENDING)))
        ),
    )


def swap(swap_id: str) -> SwapFacts | None:
    """One swap by its id."""
    return next(iter(_swaps_where(Swap.id == swap_id)), None)


def _swaps_where(*conditions: sa.ColumnElement[bool]) -> list[SwapFacts]:
    return _facts_of(db.session.execute(_swaps().where(*conditions)).all())


def _facts_of(rows: Sequence[Any]) -> list[SwapFacts]:
    names = {row.id: row.name for row in db.session.execute(sa.select(Site.id, Site.name))} if rows else {}
    return [SwapFacts(*(*row, names)) for row in rows]


@cache
def _swaps() -> Statement:
    one, two = sa.orm.aliased(Person), sa.orm.aliased(Person)
    mine, theirs = sa.orm.aliased(Shift), sa.orm.aliased(Shift)
    return (
        sa.select(Swap, one.name, two.name, mine, theirs)
        .join(one, one.id == Swap.person_id)
        .join(two, two.id == Swap.other_person_id)
        .join(mine, mine.id == Swap.shift_id)
        .outerjoin(theirs, theirs.id == Swap.other_shift_id)
        .order_by(Swap.asked_at.desc())
        .limit(50)
        .options(sa.orm.lazyload(mine.demands), sa.orm.lazyload(theirs.demands))
    )


@dataclass(frozen=True, slots=True)
class CoverFacts:
    """A place that was given back: whose, and what came of it."""

    cover: Cover
    name: str
    shift: Shift


def covers_of(person_id: str) -> dict[str, Cover]:
    """The places a person gave back that nobody has taken, by shift."""
    rows = db.session.scalars(
        sa.select(Cover).where(Cover.person_id == person_id, Cover.state == CoverState.OPEN, Cover.ended_at.is_(None))
    )
    return {row.shift_id: row for row in rows}


def asks_of(shift_id: str) -> list[tuple[Ask, str]]:
    """Everyone who was asked about a shift, with their name, the latest first."""
    rows = db.session.execute(
        sa.select(Ask, Person.name)
        .join(Person, Person.id == Ask.person_id)
        .where(Ask.shift_id == shift_id)
        .order_by(Ask.asked_at.desc(), Person.name)
    )
    return [(ask, name) for ask, name in rows]


def who_gave_back(shift_id: str) -> set[str]:
    """People who said that they cannot come to a shift, and did not take it back."""
    return set(
        db.session.scalars(
            sa.select(Cover.person_id).where(Cover.shift_id == shift_id, Cover.state != CoverState.WITHDRAWN)
        )
    )


def left_since(at: datetime, shift_ids: Collection[str]) -> set[tuple[str, str]]:
    """Places (person, shift) that people gave back or gave to others since then, and are not on again."""
    covers = sa.select(Cover.person_id, Cover.shift_id).where(
        Cover.opened_at > at, Cover.state.in_([CoverState.OPEN, CoverState.COVERED, CoverState.LAPSED])
    )
    done = sa.and_(Swap.state == SwapState.DONE, Swap.ended_at > at)
    given = sa.select(Swap.person_id, Swap.shift_id).where(done)
    theirs = sa.select(Swap.other_person_id, Swap.other_shift_id).where(done, Swap.other_shift_id.is_not(None))
    rows: Iterable[Any] = db.session.execute(sa.union(covers, given, theirs))
    left = {(str(row[0]), str(row[1])) for row in rows}
    on = sa.select(Assignment.person_id, Assignment.shift_id).where(Assignment.shift_id.in_({each for _, each in left}))
    found = left - {(person, shift) for person, shift in db.session.execute(on)} if left else left
    return {(person, shift) for person, shift in found if shift in shift_ids}


def who_said_no(shift_id: str) -> set[str]:
    """People who were asked about a shift and said no."""
    return set(db.session.scalars(sa.select(Ask.person_id).where(Ask.shift_id == shift_id, Ask.state == AskState.NO)))


def waiting_on(shift_id: str) -> list[Wait]:
    """Who waits for a place on a shift and was not asked yet, the longest first."""
    return list(
        db.session.scalars(
            sa.select(Wait)
            .where(Wait.shift_id == shift_id, Wait.state == WaitState.WAITING, Wait.ended_at.is_(None))
            .order_by(Wait.since_at, Wait.id)
        )
    )


def relief_pool() -> frozenset[str]:
    """People who said that they come at short notice."""
    return frozenset(db.session.scalars(sa.select(Person.id).where(Person.is_relief, Person.is_active)))


def comes_to(person_id: str, shift_id: str) -> bool:
    """Whether a person is on a shift, and not only until somebody takes their place."""
    is_on = sa.select(Assignment.id).where(Assignment.person_id == person_id, Assignment.shift_id == shift_id)
    listed = looks_for_cover(Assignment.shift_id, Assignment.person_id)
    return db.session.scalar(is_on.where(~listed)) is not None


def assignment_of(person_id: str, shift_id: str) -> Assignment | None:
    """A person's place on a shift, read anew."""
    return db.session.scalar(
        sa.select(Assignment)
        .where(Assignment.person_id == person_id, Assignment.shift_id == shift_id)
        .execution_options(populate_existing=True)
    )


def plan_of(*shift_ids: str | None) -> str:
    """A mark of when and where some shifts are: another one as soon as any of them is moved."""
    found = rows(_times_and_sites(), ids=[each for each in shift_ids if each is not None])
    text = ";".join(
        f"{each.id} {each.starts_at.isoformat()} {each.ends_at.isoformat()} {each.site_id}" for each in found
    )
    return hashlib.sha256(text.encode()).hexdigest()[:32]


@cache
def _times_and_sites() -> Statement:
    ids: sa.BindParameter[Any] = sa.bindparam("ids", expanding=True)
    return (
        sa.select(Shift.id, Shift.starts_at, Shift.ends_at, Shift.site_id).where(Shift.id.in_(ids)).order_by(Shift.id)
    )


def is_as_planned(plan: str | None, *shift_ids: str | None) -> bool:
    """Whether some shifts are still when and where they were when somebody was asked."""
    return plan in {None, plan_of(*shift_ids)}


def shift_with_names(shift_id: str) -> tuple[Shift, str, str] | None:
    """A shift with the names of its site and service."""
    row = db.session.execute(
        sa.select(Shift, Site.name, Service.name)
        .join(Site, Site.id == Shift.site_id)
        .join(Service, Service.id == Shift.service_id)
        .where(Shift.id == shift_id)
        .options(sa.orm.lazyload(Shift.demands))
        .execution_options(populate_existing=True)
    ).one_or_none()
    return None if row is None else (row[0], row[1], row[2])

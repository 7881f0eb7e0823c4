"""The rows of one period as the facts the roster room thinks about, in a handful of queries.

`read_problem` is the only way from tables to `scheduling.Problem`: the solver, the board, the explanations and
the checks of a claim all see the same facts.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import date, datetime, time, timedelta
from enum import StrEnum
from functools import cache, lru_cache
from typing import Any
from zoneinfo import ZoneInfo

import sqlalchemy as sa

from app import clock
from app.access import Role
from app.attendance.queries import Noted, noted_shifts
from app.database import Statement, db, rows
from app.incidents.queries import exposure_since
from app.pay.outlook import Outlook, PlannedShift, outlook
from app.people.calendar import availability_spans
from app.people.models import (
    LEARNING,
    Availability,
    Capacity,
    Dial,
    Person,
    PersonRole,
    PersonSkill,
    Skill,
    Wish,
    WishKind,
)
from app.roster.models import Assignment, Draft, DraftAssignment, Period, Shift, ShiftDemand, ShiftWish, Waiver
from app.roster.words import PersonLabel, RosterNames, ShiftLabel
from app.rules.queries import roster_law
from app.rules.settings import RosterSettings
from app.sites.models import Service, ServiceNeed, Site
from app.walltime import instant_of
from scheduling import Assignment as Pair
from scheduling import Availability as Span
from scheduling import (
    Budget,
    Carried,
    Contract,
    Demand,
    EarningsCap,
    Grade,
    Holding,
    Horizon,
    Pin,
    Problem,
    Request,
    Roster,
    Rule,
    Spell,
    Worked,
    Worker,
)
from scheduling import Shift as Work
from scheduling import Waiver as SetAside

LOOK_BACK = timedelta(days=35)
"""How far before a period single shifts still matter: rest, runs of days and nights, hours of the week."""
LOOK_AHEAD = timedelta(days=14)
DAY = timedelta(days=1)
MINUTE = timedelta(minutes=1)
WEEK_DAYS = 7
SATURDAY = 5
FUNDS = "funds"
TURN = 1
"""Quarters by which the dial turns wanted hours down or up."""


class Keep(StrEnum):
    """What a new roster stays close to."""

    PUBLISHED = "published"
    DRAFT = "draft"
    NOTHING = "nothing"


@dataclass(frozen=True, slots=True)
class Facts:
    """One period as the room sees it, what people call its things, and the rosters there are of it.

    `roster` is the draft's (the published one when no draft was asked for); `live` is the published one. Both hold
    only people and shifts of the problem. `lost` counts the draft's assignments whose shift was cancelled since.
    """

    problem: Problem
    names: RosterNames
    roster: Roster
    live: Roster
    pinned: frozenset[Pair]
    period: PeriodFacts
    draft: DraftFacts | None
    lost: int
    settings: RosterSettings


@dataclass(frozen=True, slots=True)
class PeriodFacts:
    """The period's own columns."""

    id: str
    name: str
    starts_on: date
    ends_on: date
    version: int
    published_at: datetime | None


@dataclass(frozen=True, slots=True)
class DraftFacts:
    """The draft's own columns."""

    id: str
    number: int
    name: str
    state: str
    base_version: int
    version: int
    result: dict[str, Any] | None


def read_problem(
    period_id: str, draft_id: str | None = None, *, keep: Keep = Keep.PUBLISHED, has_funds: bool = False
) -> Facts | None:
    """Read one period (and one draft of it) as facts; None when there is no such period or draft.

    `keep` says which roster the rule of stability compares with: the published one, the draft's own, or none. What
    funds may bear is read only when asked: when a roster is made. A draft that hands move is always held to it.
    """
    found = _period_and_draft(period_id, draft_id)
    return None if found is None else _read(*found, keep, has_funds=has_funds)


def read_draft(draft_id: str) -> Facts | None:
    """Read a draft and its period as facts, compared with what is published; None when there is no such draft."""
    found = _period_and_draft(None, draft_id)
    return None if found is None else _read(*found, Keep.PUBLISHED, has_funds=True)


def _read(period: PeriodFacts, draft: DraftFacts | None, keep: Keep, *, has_funds: bool = False) -> Facts:
    settings, rules = roster_law()
    reader = _Reader(period, clock.zone(), settings, rules)
    reader.read_shifts()
    reader.read_people()
    reader.read_availability()
    reader.read_capacities()
    reader.read_wishes()
    reader.read_assignments()
    reader.read_money(has_funds=has_funds)
    if draft is not None:
        reader.read_draft(draft.id)
    return reader.facts(draft, keep)


def read_span(starts_on: date, ends_on: date) -> Facts:
    """Read some days of published rosters, whatever periods they belong to: what a claim or a swap is held to."""
    return _read(PeriodFacts("", "", starts_on, ends_on, 0, None), None, Keep.PUBLISHED)


def _period_and_draft(period_id: str | None, draft_id: str | None) -> tuple[PeriodFacts, DraftFacts | None] | None:
    of_period: list[Any] = [Period.id, Period.name, Period.starts_on, Period.ends_on, Period.version]
    of_period.append(Period.published_at)
    if draft_id is None:
        found = db.session.execute(sa.select(*of_period).where(Period.id == period_id)).one_or_none()
        return None if found is None else (PeriodFacts(*found), None)
    of_draft: list[Any] = [
        Draft.id,
        Draft.number,
        Draft.name,
        Draft.state,
        Draft.base_version,
        Draft.version,
        Draft.result,
    ]
    row: Any = db.session.execute(
        sa.select(*of_period, *of_draft)
        .join(Draft, Draft.period_id == Period.id)
        .where(Draft.id == draft_id, sa.true() if period_id is None else Period.id == period_id)
    ).one_or_none()
    if row is None:
        return None
    return PeriodFacts(*row[: len(of_period)]), DraftFacts(*row[len(of_period) :])


@dataclass(frozen=True, slots=True)
class _Past:
    """One published shift of the time around the period, as anyone who stood on it has it behind (or before) them."""

    starts_at: datetime
    worked: Worked
    is_weekend: bool


@dataclass(slots=True)
class _Reader:
    """The rows as they come in, on the way to a problem."""

    period: PeriodFacts
    zone: ZoneInfo
    settings: RosterSettings
    rules: tuple[Rule, ...]
    horizon: Horizon = field(init=False)
    zero: datetime = field(init=False)
    look_back: timedelta = field(init=False)
    works: dict[str, Work] = field(default_factory=dict)
    shift_labels: dict[str, ShiftLabel] = field(default_factory=dict)
    sites: dict[str, str] = field(default_factory=dict)
    services: dict[str, str] = field(default_factory=dict)
    needs: dict[str, set[str]] = field(default_factory=lambda: defaultdict(set))
    skills: dict[str, str] = field(default_factory=dict)
    people: dict[str, Any] = field(default_factory=dict)
    holdings: dict[str, list[Holding]] = field(default_factory=lambda: defaultdict(list))
    availability: dict[str, tuple[Span, ...]] = field(default_factory=dict)
    requests: dict[str, dict[str, Request]] = field(default_factory=lambda: defaultdict(dict))
    wishes: dict[tuple[str, str], set[str]] = field(default_factory=lambda: defaultdict(set))
    capacities: dict[str, Any] = field(default_factory=dict)
    exposure: dict[str, int] = field(default_factory=dict)
    money: Outlook = field(default_factory=Outlook)
    spans: dict[tuple[datetime, datetime, str, int], _Past] = field(default_factory=dict)
    past: dict[str, list[_Past]] = field(default_factory=lambda: defaultdict(list))
    live: set[Pair] = field(default_factory=set)
    as_told: set[Pair] = field(default_factory=set)
    drafted: set[Pair] = field(default_factory=set)
    pinned: set[Pair] = field(default_factory=set)
    waivers: list[SetAside] = field(default_factory=list)
    lost: int = 0

    def __post_init__(self) -> None:
        days = (self.period.ends_on - self.period.starts_on).days + 1
        self.horizon = Horizon.local(self.period.starts_on, days, self.zone)
        self.zero = instant_of(self.period.starts_on, time(), self.zone)
        self.look_back = timedelta(days=self.settings.look_back_days)

    def minute(self, instant: datetime) -> int:
        """Elapsed minutes since the period's first midnight."""
        return int((instant - self.zero).total_seconds() // 60)

    def read_shifts(self) -> None:
        """Shifts that are to run, with their demand lines, site and service: one query."""
        lines: dict[str, list[Any]] = defaultdict(list)
        for row in rows(_shifts_and_lines(), first=self.period.starts_on, last=self.period.ends_on):
            lines[row.id].append(row)
        self._read_needs()
        for shift_id, of_shift in lines.items():
            self._take_shift(shift_id, of_shift)

    def _read_needs(self) -> None:
        """What everyone must hold, by kind of service."""
        for row in rows(_needs()):
            self.needs[row.service_id].add(row.skill_id)
            self.skills[row.skill_id] = row.name

    def _take_shift(self, shift_id: str, rows: list[Any]) -> None:
        row = rows[0]
        self.sites[row.site_id] = row.site
        self.services[row.service_id] = row.service
        self.skills |= {each.skill_id: each.line_name for each in rows if each.skill_id is not None}
        if row.lead_skill_id is not None:
            self.skills[row.lead_skill_id] = row.lead_name
        start = self.minute(row.starts_at)
        self.works[shift_id] = Work(
            id=shift_id,
            start=start,
            end=self.minute(row.ends_at),
            day=self.horizon.day_at(start),
            site=row.site_id,
            kind=row.service_id,
            demands=_demands(rows, row.lead_skill_id),
            needs=frozenset(self.needs[row.service_id]),
            trainee_seats=row.trainee_seats,
            is_night=self.settings.is_night(row.starts_at, row.ends_at, self.zone),
            demanding=row.demanding,
            min_company=row.minimum_company if row.minimum_company > 1 else 0,
            max_company=row.maximum_company,
        )
        starts, ends = row.starts_at.astimezone(self.zone), row.ends_at.astimezone(self.zone)
        self.shift_labels[shift_id] = ShiftLabel(starts.date(), starts, ends, row.site, row.service)

    def read_people(self) -> None:
        """Peers who are active, and anybody else who stands on a shift of this period, with what they hold."""
        asked = {"first": self.period.starts_on, "last": self.period.ends_on, "period": self.period.id}
        for row in rows(_people_and_skills(), **asked):
            self.people[row.id] = row
            if row.skill_id is not None:
                self.skills[row.skill_id] = row.skill_name
                self.holdings[row.id].append(Holding(row.skill_id, row.obtained_on, row.expires_on))

    def read_availability(self) -> None:
        """When each of them can come, as spans of minutes wherever that differs from their default."""
        of_person: dict[str, list[Any]] = defaultdict(list)
        first, last = self.period.starts_on, self.period.ends_on + DAY  # a night shift ends on the day after
        for row in rows(_availability(), first=first - DAY, last=last):
            of_person[row.person_id].append(row)
        for person_id, person in self.people.items():
            if not person.may_work:
                self.availability[person_id] = (Span(0, self.horizon.end + 2 * 1440, Grade.UNAVAILABLE),)
                continue
            said = tuple(of_person.get(person_id, ()))
            self.availability[person_id] = _spans(said, person.default_grade, first, last, self.zone)

    def read_capacities(self) -> None:
        """Who takes on less for some days of the period, and what people carry of incidents before it."""
        asked = {"first": self.period.starts_on, "last": self.period.ends_on}
        self.capacities = {row.person_id: row for row in rows(_capacities(), **asked)}
        self.exposure = exposure_since(self.zero - self.look_back, self.zero)

    def _spells(self, person_id: str) -> tuple[Spell, ...]:
        row = self.capacities.get(person_id)
        if row is None:
            return ()
        first, last = (self.horizon_day(each) for each in (row.starts_on, row.ends_on))
        return tuple(
            self._spell(person_id, range(max(first, start), min(last, start + 6) + 1), row)
            for start in map(self.horizon.week_start, self.horizon.weeks)
            if max(first, start) <= min(last, start + 6)
        )

    def _spell(self, person_id: str, days: range, row: Any) -> Spell:
        """What a person takes on in some days of one week: what they say, and what is theirs already stays theirs."""
        held = [work.minutes for work in self._held(person_id) if work.day in days]
        held += [past.minutes for past in self._history(person_id) if past.day in days]
        minutes = None if row.maximum_minutes is None else max(row.maximum_minutes, sum(held))
        shifts = None if row.maximum_shifts is None else max(row.maximum_shifts, len(held))
        return Spell(days[0], days[-1], minutes, shifts)

    def _held(self, person_id: str) -> list[Any]:
        """The shifts that are a person's: published with their name, at the hours they were told.

        Another site at those hours takes nothing away: nobody is away from a site, so it would tell who goes easy.
        """
        mine = (pair.shift for pair in self.as_told if pair.worker == person_id)
        return [self.works[shift] for shift in mine if shift in self.works]

    def horizon_day(self, day: date) -> int:
        """The number of a day, counted from the period's first."""
        return (day - self.period.starts_on).days

    def _unavailable_for(self, person_id: str) -> frozenset[str]:
        """Shifts that a person's lower capacity rules out by their kind; those that are theirs already stay theirs."""
        row = self.capacities.get(person_id)
        if row is None:
            return frozenset()
        days = range(self.horizon_day(row.starts_on), self.horizon_day(row.ends_on) + 1)
        held = {work.id for work in self._held(person_id)}
        return frozenset(
            work.id
            for work in self.works.values()
            if work.id not in held
            and work.day in days
            and ((row.no_nights and work.is_night) or (row.no_demanding and work.demanding))
        )

    def read_wishes(self) -> None:
        """Private wishes, and wishes for or against single shifts: one query for both."""
        disliked: list[tuple[str, str]] = []
        for row in rows(_wishes(), first=self.period.starts_on, last=self.period.ends_on):
            if row.person_id not in self.people:
                continue
            if row.shift_id is not None:
                if row.shift_id in self.works:
                    wish = Request(row.shift_id, row.weight > 0, abs(row.weight))
                    self.requests[row.person_id][row.shift_id] = wish
            elif row.kind == WishKind.DISLIKES_SERVICE:
                disliked.append((row.person_id, row.service_id))
            else:
                self.wishes[row.person_id, row.kind].add(row.other_person_id or row.site_id or row.service_id)
        for person_id, service_id in sorted(disliked):
            for work in self.works.values():
                if work.kind == service_id:
                    self.requests[person_id].setdefault(work.id, Request(work.id, is_on=False))

    def read_assignments(self) -> None:
        """What is published in this period, and what was worked (else published) around it."""
        first = self.period.starts_on - max(self.look_back, LOOK_BACK) - DAY
        last = self.period.ends_on + LOOK_AHEAD
        noted = noted_shifts(first, last)
        for row in rows(_published(), first=first, last=last):
            if row.person_id not in self.people:
                continue
            if self.period.starts_on <= row.day_on <= self.period.ends_on:
                self.live.add(pair := Pair(row.person_id, row.shift_id))
                if (row.told_starts_at, row.told_ends_at) == (row.starts_at, row.ends_at):
                    self.as_told.add(pair)
            elif (row.person_id, row.shift_id) not in noted:
                past = self._past(row.starts_at, row.ends_at, row.service_id, row.demanding)
                self.past[row.person_id].append(past)
        for (person_id, _), record in noted.items():
            if record is not None and person_id in self.people:
                self._take_record(person_id, record)

    def _take_record(self, person_id: str, record: Noted) -> None:
        """What someone really worked around the period: it counts in the place of what was planned."""
        is_around = not self.period.starts_on <= record.day_on <= self.period.ends_on
        if is_around and record.ends_at - record.starts_at >= MINUTE:
            worked = self._past(record.starts_at, record.ends_at, record.service_id, record.demanding)
            self.past[person_id].append(worked)

    def _past(self, starts_at: datetime, ends_at: datetime, service_id: str, demanding: int) -> _Past:
        """One span of work, made once for everybody who was there."""
        key = starts_at, ends_at, service_id, demanding
        if key not in self.spans:
            self.spans[key] = self._new_past(*key)
        return self.spans[key]

    def _new_past(self, starts_at: datetime, ends_at: datetime, service_id: str, demanding: int) -> _Past:
        day = starts_at.astimezone(self.zone).date()
        worked = Worked(
            start=self.minute(starts_at),
            end=self.minute(ends_at),
            day=(day - self.period.starts_on).days,
            kind=service_id,
            is_night=self.settings.is_night(starts_at, ends_at, self.zone),
            demanding=demanding,
        )
        return _Past(starts_at, worked, day.weekday() >= SATURDAY)

    def read_money(self, *, has_funds: bool) -> None:
        """What the shifts pay, what people want to earn at most and, when asked, what funds have left."""
        planned = [
            PlannedShift(work.id, work.kind, *label.instants, work.demanding, max(1, work.target))
            for work in self.works.values()
            for label in [self.shift_labels[work.id]]
        ]
        days = self.period.starts_on, self.period.ends_on
        has_rule = any(rule.name == FUNDS for rule in self.rules)  # who has set it aside waits for none of its facts
        self.money = outlook(planned, self.people, days, has_funds=has_funds and has_rule)
        for work_id, work in self.works.items() if self.money.pay else ():
            of_funds = None if self.money.funds is None else self.money.funds[work_id]
            self.works[work_id] = replace(work, pay=self.money.pay[work_id], funds=of_funds)

    def _earnings_caps(self, person_id: str) -> tuple[EarningsCap, ...]:
        return tuple(
            EarningsCap(self.horizon_day(cap.first), self.horizon_day(cap.last), cap.most)
            for cap in self.money.caps.get(person_id, ())
        )

    def read_draft(self, draft_id: str) -> None:
        """A draft's assignments, pins and waivers: one query."""
        for row in rows(_of_draft(), draft=draft_id):
            is_known = row.shift_id in self.works and (row.person_id is None or row.person_id in self.people)
            if row.rule is not None:
                if is_known:
                    self.waivers.append(SetAside(row.rule, row.shift_id, row.person_id))
            elif is_known:
                pair = Pair(row.person_id, row.shift_id)
                self.drafted.add(pair)
                if row.is_pinned:
                    self.pinned.add(pair)
            else:
                self.lost += 1

    def facts(self, draft: DraftFacts | None, keep: Keep) -> Facts:
        """Everything read, as one problem with its names."""
        kept = {Keep.PUBLISHED: self.live, Keep.DRAFT: self.drafted, Keep.NOTHING: set[Pair]()}[keep]
        problem = Problem(
            horizon=self.horizon,
            shifts=tuple(self.works.values()),
            workers=tuple(self._workers()),
            rules=self.rules,
            pins=tuple(Pin(*pair) for pair in sorted(self.pinned)),
            waivers=tuple(sorted(set(self.waivers), key=lambda each: (each.rule, each.shift, each.worker or ""))),
            published=frozenset(kept),
            budgets=tuple(Budget(*each) for each in self.money.left.items()),
        )
        names = RosterNames(
            people={key: PersonLabel(row.name, row.level, bool(row.may_work)) for key, row in self.people.items()},
            shifts=self.shift_labels,
            sites=self.sites,
            services=self.services,
            skills=self.skills,
        )
        live = Roster(self.live)
        roster = live if draft is None else Roster(self.drafted)
        return Facts(problem, names, roster, live, frozenset(self.pinned), self.period, draft, self.lost, self.settings)

    def _workers(self) -> Iterable[Worker]:
        usual = self._usual_minutes()
        for person_id, person in self.people.items():
            away = not person.may_work
            partners = sorted(self.wishes[person_id, WishKind.PARTNER] & self.people.keys())
            yield Worker(
                id=person_id,
                skills=tuple(self.holdings.get(person_id, ())),
                is_trainee=person.level in LEARNING,
                contract=Contract(
                    wanted_minutes=0 if away else _part(self._wanted(person, usual), self.horizon.days),
                    max_minutes=0 if away else None,
                    max_minutes_week=person.maximum_minutes,
                    spells=self._spells(person_id),
                ),
                availability=self.availability[person_id],
                default_grade=Grade[person.default_grade.upper()],
                unavailable_for=self._unavailable_for(person_id),
                requests=tuple(each for _, each in sorted(self.requests[person_id].items())),
                not_with=frozenset(self.wishes[person_id, WishKind.NOT_WITH] - {person_id}),
                not_at=frozenset(self.wishes[person_id, WishKind.NOT_AT]),
                partner=partners[0] if partners else None,
                pay_level=self.money.levels.get(person_id),
                earnings_caps=self._earnings_caps(person_id),
                history=self._history(person_id),
                carried=self._carried(person_id, person.wanted_minutes, usual),
            )

    def _wanted(self, person: Any, usual: int) -> int | None:
        """The minutes a week a person would like now: those they want, turned down or up by their dial.

        Who has not said how many they want turns what the others want on average.
        """
        if person.hours_dial == Dial.SAME:
            return person.wanted_minutes  # type: ignore[no-any-return]
        wanted = usual if person.wanted_minutes is None else person.wanted_minutes
        turned = wanted * (4 - TURN if person.hours_dial == Dial.FEWER else 4 + TURN) // 4
        return turned if person.maximum_minutes is None else min(turned, person.maximum_minutes)

    def _usual_minutes(self) -> int:
        said = [row.wanted_minutes for row in self.people.values() if row.may_work and row.wanted_minutes is not None]
        return sum(said) // len(said) if said else 0

    def _history(self, person_id: str) -> tuple[Worked, ...]:
        """Single shifts close enough to the period to matter for rest and runs, on both sides."""
        first = self.minute(self.zero - LOOK_BACK)
        near = [each.worked for each in self.past[person_id] if each.worked.start >= first]
        return tuple(sorted(near, key=lambda worked: (worked.start, worked.end)))

    def _carried(self, person_id: str, wanted: int | None, usual: int) -> Carried:
        """What the person did in the months before, and had wanted since they came."""
        since = self.zero - self.look_back
        before = [each for each in self.past[person_id] if since <= each.starts_at < self.zero]
        came = min([self.people[person_id].created_at, *(each.starts_at for each in before)])
        days = max(0, (self.zero - max(since, came)).days)
        return Carried(
            minutes=sum(each.worked.minutes for each in before),
            wanted_minutes=_part(usual if wanted is None else wanted, days) or 0,
            nights=sum(each.worked.is_night for each in before),
            weekends=sum(each.is_weekend for each in before),
            demanding=sum(each.worked.demanding for each in before) + self.exposure.get(person_id, 0),
        )


def _part(a_week: int | None, days: int) -> int | None:
    """Minutes a week as minutes of so many days."""
    return None if a_week is None else a_week * days // WEEK_DAYS


def _demands(rows: list[Any], lead: str | None) -> tuple[Demand, ...]:
    """A shift's demand lines; a service that asks for a lead adds one, or raises the line there is."""
    lines: dict[str | None, Demand] = {}
    for row in rows:
        if row.line_id is not None and row.skill_id not in lines:
            lines[row.skill_id] = Demand(row.target, row.minimum, row.maximum, row.skill_id)
    if lead is not None:
        had = lines.get(lead, Demand(1, 1, None, lead))
        lines[lead] = Demand(max(1, had.target), max(1, had.minimum), had.maximum, lead)
    return tuple(lines.values())


def shift_minutes(problem: Problem) -> Mapping[str, int]:
    """Length of each shift in minutes, by id."""
    return {each.id: each.minutes for each in problem.shifts}


@lru_cache(maxsize=1024)  # worked out from nothing but what it is given
def _spans(said: tuple[Any, ...], default_grade: str, first: date, last: date, zone: ZoneInfo) -> tuple[Span, ...]:
    """Where these rows of availability differ from a person's default, in minutes since the first midnight."""
    zero = instant_of(first, time(), zone)
    return tuple(
        Span(_minutes(start - zero), _minutes(end - zero), Grade[grade.name])
        for start, end, grade in availability_spans(said, default_grade, first, last, zone)
        if grade != default_grade
    )


def _minutes(span: timedelta) -> int:
    return int(span.total_seconds() // 60)


@cache
def _shifts_and_lines() -> Statement:
    of_lead, of_line = sa.orm.aliased(Skill), sa.orm.aliased(Skill)
    return (
        sa.select(Shift.id, Shift.site_id, Shift.service_id, Shift.starts_at, Shift.ends_at, Shift.trainee_seats)
        .add_columns(Site.name.label("site"), Service.name.label("service"), Service.demanding)
        .add_columns(Service.minimum_company, Service.maximum_company, Service.lead_skill_id)
        .add_columns(of_lead.name.label("lead_name"), of_line.name.label("line_name"))
        .add_columns(ShiftDemand.id.label("line_id"), ShiftDemand.skill_id, ShiftDemand.minimum)
        .add_columns(ShiftDemand.target, ShiftDemand.maximum)
        .join(Site, Site.id == Shift.site_id)
        .join(Service, Service.id == Shift.service_id)
        .outerjoin(of_lead, of_lead.id == Service.lead_skill_id)
        .outerjoin(ShiftDemand, ShiftDemand.shift_id == Shift.id)
        .outerjoin(of_line, of_line.id == ShiftDemand.skill_id)
        .where(_is_in_days(), Shift.cancelled_at.is_(None))
        .order_by(Shift.starts_at, Shift.ends_at, Shift.id, ShiftDemand.position)
    )


def _is_in_days() -> sa.ColumnElement[bool]:
    return Shift.day_on.between(sa.bindparam("first"), sa.bindparam("last"))


@cache
def _needs() -> Statement:
    return sa.select(ServiceNeed.service_id, ServiceNeed.skill_id, Skill.name).join(
        Skill, Skill.id == ServiceNeed.skill_id
    )


@cache
def _people_and_skills() -> Statement:
    is_peer = sa.exists().where(PersonRole.person_id == Person.id, PersonRole.role == Role.PEER)
    of_period = sa.select(Shift.id).where(_is_in_days())
    is_on = sa.or_(
        Person.id.in_(sa.select(Assignment.person_id).where(Assignment.shift_id.in_(of_period))),
        Person.id.in_(
            sa.select(DraftAssignment.person_id)
            .join(Draft, Draft.id == DraftAssignment.draft_id)
            .where(Draft.period_id == sa.bindparam("period"))
        ),
    )
    may_work = sa.and_(Person.is_active, is_peer)
    return (
        sa.select(Person.id, Person.name, Person.level, Person.is_active, Person.default_grade, Person.created_at)
        .add_columns(Person.hours_dial)
        .add_columns(Person.wanted_minutes, Person.maximum_minutes, may_work.label("may_work"))
        .add_columns(PersonSkill.skill_id, PersonSkill.obtained_on, PersonSkill.expires_on)
        .add_columns(Skill.name.label("skill_name"))
        .outerjoin(PersonSkill, PersonSkill.person_id == Person.id)
        .outerjoin(Skill, Skill.id == PersonSkill.skill_id)
        .where(sa.or_(may_work, is_on))
        .order_by(Person.name, Person.id, PersonSkill.skill_id)
    )


@cache
def _availability() -> Statement:
    is_near = Availability.on_date.between(sa.bindparam("first"), sa.bindparam("last"))
    return (
        sa.select(Availability.person_id, Availability.grade, Availability.on_date, Availability.weekday)
        .add_columns(Availability.every_weeks, Availability.starts_at, Availability.ends_at)
        .add_columns(Availability.starts_on, Availability.ends_on)
        .where(sa.or_(Availability.on_date.is_(None), is_near))
        .order_by(Availability.id)
    )


@cache
def _capacities() -> Statement:
    return (
        sa.select(Capacity.person_id, Capacity.starts_on, Capacity.ends_on, Capacity.maximum_minutes)
        .add_columns(Capacity.maximum_shifts, Capacity.no_nights, Capacity.no_demanding)
        .where(Capacity.starts_on <= sa.bindparam("last"), Capacity.ends_on >= sa.bindparam("first"))
    )


@cache
def _wishes() -> sa.CompoundSelect[*tuple[Any, ...]]:
    nothing = sa.cast(sa.null(), sa.String(12))
    wishes = sa.select(Wish.person_id, Wish.kind, Wish.other_person_id, Wish.site_id, Wish.service_id).add_columns(
        nothing.label("shift_id"), sa.cast(sa.null(), sa.Integer).label("weight")
    )
    of_shifts = (
        sa.select(ShiftWish.person_id, nothing, nothing, nothing, nothing, ShiftWish.shift_id, ShiftWish.weight)
        .join(Shift, Shift.id == ShiftWish.shift_id)
        .where(_is_in_days())
    )
    return wishes.union_all(of_shifts)


@cache
def _published() -> Statement:
    return (
        sa.select(Assignment.person_id, Assignment.shift_id, Shift.day_on, Shift.starts_at, Shift.ends_at)
        .add_columns(Shift.service_id, Service.demanding, Assignment.told_starts_at, Assignment.told_ends_at)
        .join(Shift, Shift.id == Assignment.shift_id)
        .join(Service, Service.id == Shift.service_id)
        .where(_is_in_days(), Shift.cancelled_at.is_(None))
        .order_by(Shift.starts_at, Shift.id)
    )


@cache
def _of_draft() -> sa.CompoundSelect[*tuple[Any, ...]]:
    nothing = sa.cast(sa.null(), sa.String(40))
    waived = sa.select(Waiver.shift_id, Waiver.person_id, sa.false(), Waiver.rule)
    return (
        sa.select(DraftAssignment.shift_id, DraftAssignment.person_id, DraftAssignment.is_pinned)
        .add_columns(nothing.label("rule"))
        .where(DraftAssignment.draft_id == sa.bindparam("draft"))
        .union_all(waived.where(Waiver.draft_id == sa.bindparam("draft")))
    )

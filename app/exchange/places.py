"""Open places as one person sees them. Nothing here reads or writes a row."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from functools import cached_property
from typing import Any

from app.exchange.terms import NEAR, Terms, opens_for_all_at, opens_for_me_at
from app.roster.facts import Facts
from app.roster.words import ShiftLabel
from scheduling import Assignment, Move, Problem, Roster, Shift, Violation, Worker, effect, hour_shares

NEVER_SAFE = frozenset({("cover", "minimum"), ("skill", "minimum"), ("company", "alone")})
"""What makes a shift that nobody should be left with: too few to run, nobody trained, alone."""

MOMENT, END = timedelta.resolution, datetime.max.replace(tzinfo=UTC)


@dataclass(frozen=True)
class Standing:
    """The published roster of some days, and what decides who may take what when.

    `covers` holds by shift the people who stand on it only until somebody takes their place, `entries` those who
    entered its draw and are to be asked, `begun` the places (person, shift) where somebody has arrived before the
    shift starts. `worked_out` is what was reckoned from the
    rest, but for `now`: it serves all who ask while nothing changes.
    """

    facts: Facts
    now: datetime
    came_up: Mapping[str, datetime]
    terms: Mapping[str, Terms]
    covers: Mapping[str, list[str]]
    starts: Mapping[str, datetime]
    entries: Mapping[str, list[str]] = field(default_factory=dict)
    begun: frozenset[tuple[str, str]] = frozenset()
    worked_out: dict[Any, Any] = field(default_factory=dict, repr=False, compare=False)

    @property
    def problem(self) -> Problem:
        """What the rules look at."""
        return self.facts.problem

    @cached_property
    def roster(self) -> Roster:
        """Who is on which shift, without those who left and who stand on one only until somebody takes their place."""
        if "roster" not in self.worked_out:
            open_ = {Assignment(person, shift) for shift, people in self.covers.items() for person in people}
            people = self.facts.names.people
            open_ |= {pair for pair in self.facts.live.assignments if not people[pair.worker].is_active}
            self.worked_out["roster"] = Roster(self.facts.live.assignments - open_) if open_ else self.facts.live
        found: Roster = self.worked_out["roster"]
        return found

    def gave_back(self, worker_id: str) -> set[Assignment]:
        """The places a person stands on only until somebody takes them."""
        return {Assignment(worker_id, shift) for shift, people in self.covers.items() if worker_id in people}

    @cached_property
    def upcoming(self) -> list[Shift]:
        """Published shifts that have not begun, soonest first."""
        found = [each for each in self.problem.shifts if each.id in self.came_up and self.starts[each.id] > self.now]
        return sorted(found, key=lambda each: self.problem.shift_order[each.id])

    @property
    def with_places(self) -> frozenset[str]:
        """The shifts on which somebody is missing, or a trainee seat is free."""
        if "places" not in self.worked_out:
            self.worked_out["places"] = frozenset(
                each.id
                for each in self.problem.shifts
                if missing(self.problem, self.roster, each) or free_seats(self.problem, self.roster, each) > 0
            )
        found: frozenset[str] = self.worked_out["places"]
        return found

    def stops(self, worker: Worker, shift: Shift) -> tuple[Violation, ...]:
        """What forbids a person one shift more; a place they gave back is theirs until somebody takes it."""
        pair = worker.id, shift.id
        if pair not in self.worked_out:
            own = self.gave_back(worker.id)
            roster = Roster(self.roster.assignments | own) if own else self.roster
            self.worked_out[pair] = effect(self.problem, roster, Move.of(add=[pair])).refusals
        found: tuple[Violation, ...] = self.worked_out[pair]
        return found

    def terms_of(self, shift: Shift) -> Terms:
        """How the shift's site lets shifts change hands."""
        return self.terms.get(shift.site, Terms())

    def has_had_less(self, worker: Worker) -> bool:
        """Whether a person has less than their fair share of the hours there are."""
        key = "less", worker.id
        if key not in self.worked_out:
            share = hour_shares(self.problem).get(worker.id, 0)
            got = sum(self.problem.shift[each].minutes for each in self.roster.shifts_of(worker.id))
            self.worked_out[key] = got < share
        return bool(self.worked_out[key])

    def room(self, worker: Worker, shift: Shift) -> Room:
        """What room a shift has for a person."""
        key = "room", worker.id, shift.id
        if key not in self.worked_out:
            self.worked_out[key] = _room(self, worker, shift)
        found: Room = self.worked_out[key]
        return found

    def opens_at(self, shift: Shift, worker: Worker) -> datetime:
        """When a place on this shift is open to this person."""
        return opens_for_me_at(
            self.terms_of(shift),
            self.came_up[shift.id],
            self.starts[shift.id],
            has_had_less=self.has_had_less(worker),
        )

    def opens_for_all_at(self, shift: Shift) -> datetime:
        """When a place on this shift is open to everybody."""
        return opens_for_all_at(self.terms_of(shift), self.came_up[shift.id], self.starts[shift.id])

    def are_held(self, shift: Shift, places: int) -> bool:
        """Whether so many places are kept for those who entered the shift's draw and could still come."""
        entered = [self.problem.worker[each] for each in self.entries.get(shift.id, ()) if each in self.problem.worker]
        return bool(entered) and places <= sum(not self.stops(each, shift) for each in entered)

    def is_near(self, shift: Shift) -> bool:
        """Whether the shift begins so soon that people are asked at once."""
        return self.starts[shift.id] - self.now < NEAR


@dataclass(frozen=True)
class Place:
    """An open place of one shift as one person sees it: theirs to take unless `stops` or `opens_at` say no.

    `is_for_others`: somebody is missing, but not they; people who hold one of `skills`, or nobody in training.
    """

    shift: Shift
    label: ShiftLabel
    people: tuple[str, ...]
    missing: int
    opens_at: datetime
    stops: tuple[Violation, ...] = field(default=())
    is_over_quota: bool = False
    is_full: bool = False
    is_for_others: bool = False
    skills: tuple[str, ...] = ()
    is_held: bool = False
    has_draw: bool = False

    def is_open(self, now: datetime) -> bool:
        """Whether the person could take it this moment."""
        is_free = not self.is_full and not self.is_held
        return is_free and not self.is_stopped and self.opens_at <= now

    @property
    def is_stopped(self) -> bool:
        """Whether something stands in the person's way that waiting does not mend."""
        return self.is_for_others or bool(self.stops) or self.is_over_quota


def missing_for(problem: Problem, roster: Roster, worker: Worker, shift: Shift) -> int:
    """How many places of a shift this person could fill: of a line they count on, or of its trainee seats."""
    if worker.is_trainee:
        return free_seats(problem, roster, shift)
    there = [problem.worker[each] for each in roster.workers_on(shift.id)]
    date = problem.horizon.date(shift.day)
    counted = [each for each in there if not each.is_trainee]
    most = 0
    for line in shift.demands:
        if line.skill is None:
            most = max(most, line.target - len(counted))
        elif worker.holds(line.skill, date):
            most = max(most, line.target - sum(each.holds(line.skill, date) for each in counted))
    return most


def free_seats(problem: Problem, roster: Roster, shift: Shift) -> int:
    """How many trainee seats of a shift are free."""
    return shift.trainee_seats - sum(problem.worker[each].is_trainee for each in roster.workers_on(shift.id))


def missing(problem: Problem, roster: Roster, shift: Shift) -> int:
    """How many people are missing from the target of a shift, over its lines."""
    return max([0, *(number for _, number in _missing_by_line(problem, roster, shift))])


def _missing_by_line(problem: Problem, roster: Roster, shift: Shift) -> list[tuple[str | None, int]]:
    """How many people are missing from each line of a shift, with the skill it asks for (None: any)."""
    counted = [problem.worker[each] for each in roster.workers_on(shift.id) if not problem.worker[each].is_trainee]
    date = problem.horizon.date(shift.day)
    return [
        (line.skill, line.target - sum(line.skill is None or each.holds(line.skill, date) for each in counted))
        for line in shift.demands
    ]


@dataclass(frozen=True, slots=True)
class Room:
    """How many places a person could fill, how many people are missing, what skills they would need, who is there."""

    free: int
    missing: int
    is_for_others: bool
    skills: tuple[str, ...]
    people: tuple[str, ...]


def _room(standing: Standing, worker: Worker, shift: Shift) -> Room:
    problem, roster, names = standing.problem, standing.roster, standing.facts.names
    free = missing_for(problem, roster, worker, shift)
    lines = _missing_by_line(problem, roster, shift)
    short = max([0, *(number for _, number in lines)])
    return Room(
        free=free,
        missing=short,
        is_for_others=free <= 0 and (not shift.trainee_seats if worker.is_trainee else short > 0),
        skills=() if worker.is_trainee else tuple(skill for skill, number in lines if skill and number > 0),
        people=tuple(sorted(map(names.worker, standing.facts.live.workers_on(shift.id)))),
    )


def place_for(standing: Standing, worker: Worker, shift: Shift) -> Place:
    """One shift as one person sees it: whether there is a place, what forbids it, when it opens.

    It is kept beside what was reckoned until the next moment at which it may differ.
    """
    if shift.id in standing.entries:
        return _place_for(standing, worker, shift)
    key, terms = ("place", worker.id, shift.id), standing.terms_of(shift)
    known = standing.worked_out.get(key)
    if known is not None and known[0] <= standing.now < known[1] and known[2] == terms:
        found: Place = known[3]
        return found
    moments = (standing.starts[shift.id] - NEAR + MOMENT, standing.opens_for_all_at(shift))
    until = min((each for each in moments if each > standing.now), default=END)
    place = _place_for(standing, worker, shift)
    standing.worked_out[key] = standing.now, until, terms, place
    return place


def _place_for(standing: Standing, worker: Worker, shift: Shift) -> Place:
    room = standing.room(worker, shift)
    return Place(
        shift=shift,
        label=standing.facts.names.shifts[shift.id],
        people=room.people,
        missing=room.missing,
        opens_at=standing.opens_at(shift, worker),
        stops=() if room.is_for_others else standing.stops(worker, shift),
        is_over_quota=is_over_quota(standing, worker.id, shift.id),
        is_full=room.free <= 0,
        is_for_others=room.is_for_others,
        skills=room.skills,
        is_held=standing.are_held(shift, room.free),
        has_draw=standing.terms_of(shift).has_draw and standing.opens_for_all_at(shift) > standing.now,
    )


def is_in_turn(standing: Standing, worker_id: str, shift_id: str) -> bool:
    """Whether who waits may be asked now: it is open for them (or they entered its draw), and within the quota."""
    worker, shift = standing.problem.worker[worker_id], standing.problem.shift[shift_id]
    has_entered = worker_id in standing.entries.get(shift_id, ())
    is_open = has_entered or standing.opens_at(shift, worker) <= standing.now
    return is_open and not is_over_quota(standing, worker_id, shift_id)


def is_over_quota(standing: Standing, worker_id: str, shift_id: str) -> bool:
    """Whether this would be one shift more in seven days than the site's quota allows; not when it is near."""
    shift = standing.problem.shift[shift_id]
    quota = standing.terms_of(shift).week_quota
    if quota is None or standing.is_near(shift):
        return False
    days = [
        standing.problem.shift[each].day
        for each in standing.roster.shifts_of(worker_id)
        if standing.problem.shift[each].site == shift.site
    ]
    span = 7
    return any(
        sum(first <= day < first + span for day in days) >= quota
        for first in range(shift.day - span + 1, shift.day + 1)
    )


def places_for(standing: Standing, person_id: str) -> list[Place]:
    """Every upcoming shift with a place, soonest first; those that are for others, or forbidden, included."""
    worker = standing.problem.worker.get(person_id)
    if worker is None:
        return []
    found = (
        place_for(standing, worker, shift)
        for shift in standing.upcoming
        if shift.id in standing.with_places and Assignment(person_id, shift.id) not in standing.facts.live
    )
    return [each for each in found if each.is_for_others or not each.is_full]


def next_best(standing: Standing, person_id: str, but: str, most: int = 3) -> list[Place]:
    """The first few shifts a person could take this moment.

    What is at the same time as a shift of theirs is passed by before the rules are asked, which takes longer: after
    a rush many ask at once.
    """
    worker = standing.problem.worker.get(person_id)
    if worker is None:
        return []
    own = [standing.problem.shift[each] for each in standing.facts.live.shifts_of(person_id)]
    found: list[Place] = []
    for shift in standing.upcoming:
        is_apart = all(shift.end <= each.start or each.end <= shift.start for each in own)
        if len(found) < most and shift.id != but and is_apart:
            place = place_for(standing, worker, shift)
            found += [place] if place.is_open(standing.now) else []
    return found


def is_left_unsafe(standing: Standing, person_id: str, shift: Shift) -> bool:
    """Whether a shift without this person is below its minimum to run, or leaves somebody alone."""
    without = Roster(standing.roster.assignments - {Assignment(person_id, shift.id)})
    broken = [
        each
        for name in ("cover", "skill", "company")
        if name in standing.problem.rule
        for each in standing.problem.rule[name].check(standing.problem, without, (), (shift.id,))
    ]
    return any((each.rule, each.code) in NEVER_SAFE for each in broken)

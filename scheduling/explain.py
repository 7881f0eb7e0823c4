"""Why a place is open, why this person, and what no one can fill, from the same laws as everything else."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from scheduling.exchange import Move, effect
from scheduling.roster import Assignment, Roster
from scheduling.rule import Scope

if TYPE_CHECKING:
    from scheduling.problem import Problem, Shift, Worker
    from scheduling.roster import Violation


@dataclass(frozen=True)
class Candidate:
    """One worker seen as an answer to a place: what forbids them (the first matters most), or what they cost.

    With no `stops` they could take it, for `price_change` points more (or fewer) in all. `costs` are the
    priced things they would newly break.
    """

    worker: str
    stops: tuple[Violation, ...]
    costs: tuple[Violation, ...]
    price_change: int

    @property
    def could(self) -> bool:
        """Say whether nothing forbids it."""
        return not self.stops


@dataclass(frozen=True)
class Why:
    """Why one worker is on one shift: what leaving it would cost, and each other worker in their place."""

    worker: str
    shift: str
    price_without: int
    broken_without: tuple[Violation, ...]
    others: tuple[Candidate, ...]


@dataclass(frozen=True)
class Gap:
    """A place that cannot be filled whatever the roster: who is wanted, how many there are, what stops each."""

    shift: str
    skill: str | None
    minimum: int
    target: int
    able: int
    candidates: tuple[Candidate, ...]


def why_open(problem: Problem, roster: Roster, shift: str) -> list[Candidate]:
    """Return each worker who is not on a shift, those who could take it first, cheapest first."""
    found = [
        _as_candidate(problem, roster, worker.id, Move.of(add=[(worker.id, shift)]))
        for worker in problem.workers
        if worker.id not in roster.workers_on(shift)
    ]
    return sorted(found, key=lambda each: (len(each.stops), each.price_change))


def why_me(problem: Problem, roster: Roster, worker: str, shift: str) -> Why:
    """Return what a worker's leaving a shift would mean, and each other worker in their place."""
    here = Assignment(worker, shift)
    leaving = effect(problem, roster, Move(remove=(here,)))
    others = [
        _as_candidate(problem, roster, other.id, Move((Assignment(other.id, shift),), (here,)))
        for other in problem.workers
        if other.id not in roster.workers_on(shift)
    ]
    others.sort(key=lambda each: (len(each.stops), each.price_change))
    return Why(worker, shift, leaving.price_change, leaving.broken, tuple(others))


def preflight(problem: Problem) -> list[Gap]:
    """Return each place of a target that no one can fill, by start of the shift, before any solving."""
    found = []
    for shift in sorted(problem.shifts, key=lambda each: problem.shift_order[each.id]):
        for demand in shift.demands:
            counted = [w for w in problem.workers if _counts(problem, w, shift, demand.skill)]
            quick = [w for w in counted if Assignment(w.id, shift.id) in problem.possible]
            if len(quick) < 2 * demand.target:
                quick = [w for w in quick if not _stops_alone(problem, w, shift)]
            if len(quick) < demand.target:
                stopped = tuple(
                    Candidate(w.id, stops, (), 0) for w in counted if (stops := _stops_alone(problem, w, shift))
                )
                found.append(Gap(shift.id, demand.skill, demand.minimum, demand.target, len(quick), stopped))
    return found


def _as_candidate(problem: Problem, roster: Roster, worker: str, move: Move) -> Candidate:
    """Judge a move as one worker's answer to a place."""
    done = effect(problem, roster, move)
    costs = tuple(each for each in done.broken if not each.is_forbidden)
    return Candidate(worker, done.refusals, costs, done.price_change)


def _counts(problem: Problem, worker: Worker, shift: Shift, skill: str | None) -> bool:
    """Say whether a worker would count on a demand line."""
    return not worker.is_trainee and (skill is None or worker.holds(skill, problem.horizon.date(shift.day)))


def _stops_alone(problem: Problem, worker: Worker, shift: Shift) -> tuple[Violation, ...]:
    """Return what forbids a worker a shift even if nobody else were rostered anywhere."""
    alone = Roster([(worker.id, shift.id)])
    return tuple(
        each
        for rule in problem.rules
        if rule.scope is Scope.WORKER
        for each in rule.check(problem, alone, (worker.id,))
        if each.is_forbidden
    )

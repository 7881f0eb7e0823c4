"""Many-way exchange: the most people who can each give one shift and get one they want, all at once.

Ana gives Monday and gets Bo's Friday, Bo gets Cy's Sunday, Cy gets Ana's Monday: no two of them could have swapped.
Every shift keeps as many people as it had, no rule is newly broken, and nobody else's shifts move.
"""

from __future__ import annotations

import time
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from scheduling.clauses import find, post
from scheduling.roster import Assignment, Roster
from scheduling.rule import Scope

if TYPE_CHECKING:
    from collections.abc import Iterable

    from scheduling.problem import Problem
    from scheduling.rule import Rule

SECONDS = 5.0


@dataclass(frozen=True)
class Wish:
    """One worker who gives one of some shifts they have for one of some they want; a worker has one wish."""

    worker: str
    gives: frozenset[str]
    wants: frozenset[str]


@dataclass(frozen=True)
class Trade:
    """What the exchange does for one worker."""

    worker: str
    gives: str
    gets: str


def best_exchange(problem: Problem, roster: Roster, wishes: Iterable[Wish], seconds: float = SECONDS) -> list[Trade]:
    """Return the largest set of trades that can be made at once, by worker; the cheapest of the largest ones.

    Raises ValueError when a worker has two wishes. Whoever is named by no trade keeps everything as it is.
    """
    problem = replace(problem, published=frozenset())  # whoever trades said yes to the change
    known = [_possible(problem, roster, each) for each in wishes]
    workers = [each.worker for each in known]
    if len(workers) != len(set(workers)):
        raise ValueError("a worker has two wishes")
    known = [each for each in known if each.gives and each.wants]
    if not known:
        return []
    after = _solve(problem, roster, known, seconds)
    return [
        Trade(each.worker, *given, *got)
        for each in sorted(known, key=lambda wish: problem.worker_order[wish.worker])
        if (given := sorted(roster.shifts_of(each.worker) - after.shifts_of(each.worker)))
        and (got := sorted(after.shifts_of(each.worker) - roster.shifts_of(each.worker)))
    ]


def _possible(problem: Problem, roster: Roster, wish: Wish) -> Wish:
    """Leave out what the worker does not have, has already, or could never have."""
    mine, worker = roster.shifts_of(wish.worker), problem.worker[wish.worker]
    return replace(
        wish,
        gives=wish.gives & mine,
        wants=frozenset(
            each
            for each in wish.wants - mine
            if each in problem.shift and not problem.bars(worker, problem.shift[each])
        ),
    )


def _solve(problem: Problem, roster: Roster, wishes: list[Wish], seconds: float) -> Roster:
    """Post the rules about those who wish and their shifts, and let as many trade as can."""
    from ortools.sat.python import cp_model

    from scheduling.variables import Variables

    free = frozenset(Assignment(each.worker, shift) for each in wishes for shift in each.gives | each.wants)
    model = cp_model.CpModel()
    x = Variables(model, problem, free, roster.assignments - free)
    trades = []
    for each in wishes:
        trading = model.new_bool_var("")
        model.add(sum(x.works(each.worker, shift) for shift in each.wants) == trading)
        model.add(sum(x.works(each.worker, shift) for shift in each.gives) == len(each.gives) - trading)
        trades.append(trading)
    for shift in sorted({pair.shift for pair in free}):
        there = [x.works(pair.worker, pair.shift) for pair in sorted(free) if pair.shift == shift]
        model.add(sum(there) == sum(pair.shift == shift for pair in free & roster.assignments))
    seen = Roster(free | roster.assignments)
    cost = [
        price
        for rule in sorted(problem.rules, key=lambda rule: not rule.is_early)
        for price in _post_rule(model, x, _Part(problem, roster, seen, wishes), rule)
    ]
    found = roster
    ends_at = time.monotonic() + seconds
    for aim in (-sum(trades), sum(cost)):  # first as many as can be, then the cheapest of them
        model.minimize(aim)
        model.clear_hints()  # type: ignore[no-untyped-call]
        for pair, variable in x.variables.items():
            model.add_hint(variable, pair in found)
        solver = cp_model.CpSolver()
        solver.parameters.num_workers = 1
        solver.parameters.linearization_level = 2
        solver.parameters.max_time_in_seconds = max(0.1, ends_at - time.monotonic())
        if solver.solve(model) not in {cp_model.OPTIMAL, cp_model.FEASIBLE}:
            break
        made = {pair for pair, variable in x.variables.items() if solver.boolean_value(variable)}
        found = Roster((roster.assignments - free) | made)
        model.add(sum(trades) >= sum(solver.boolean_value(each) for each in trades))
    return found


@dataclass(frozen=True)
class _Part:
    """What a rule is asked about: the roster as it is, every pair that could be, and those who wish."""

    problem: Problem
    roster: Roster
    seen: Roster
    wishes: list[Wish]

    def asked(self, scope: Scope) -> list[tuple[tuple[str, ...], tuple[str, ...] | None]]:
        """The workers and shifts to ask a rule about, apart where its sentences are apart."""
        if scope is Scope.WORKER:
            return [((each.worker,), None) for each in self.wishes]
        if scope is Scope.SHIFT:
            shifts = sorted({shift for each in self.wishes for shift in each.gives | each.wants})
            return [((), (shift,)) for shift in shifts]
        return [(tuple(each.worker for each in self.wishes), None)]


def _post_rule(model: Any, x: Any, part: _Part, rule: Rule) -> list[Any]:
    """Post one rule; what it costs a shift, or people together, may not rise. Return the prices."""
    prices = []
    for workers, shifts in part.asked(rule.scope):
        clauses = list(rule.clauses(part.problem, part.seen, workers, shifts))
        price = post(model, x, clauses)
        if rule.scope is not Scope.WORKER:  # what a worker pays for a shift they asked for is theirs to judge
            model.add(price <= sum(each.price or 0 for each in find(rule.name, clauses, part.roster)))
        prices.append(price)
    return prices

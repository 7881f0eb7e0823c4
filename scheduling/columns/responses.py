"""One person at a time: each takes the best roster there is for them while all others keep theirs.

This makes a first roster, in which everyone's own rules hold from the start, and mends what is left to mend.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from scheduling.columns.coupling import FORBIDDEN, Coupling
from scheduling.roster import Assignment, Roster
from scheduling.rule import Scope

if TYPE_CHECKING:
    from collections.abc import Mapping

    from scheduling.columns.helpers import Desks
    from scheduling.columns.pricing import Column
    from scheduling.problem import Problem

TRIES = 4
"""How often a person's roster is looked for again when it clashes with another person's."""


class Team:
    """Everyone's roster as it grows."""

    def __init__(self, problem: Problem, coupling: Coupling, desks: Desks) -> None:
        self.problem, self.coupling, self._desks = problem, coupling, desks
        self.mine: dict[str, frozenset[str]] = {}
        self.people: dict[str, frozenset[str]] = {}
        self._pair_rules = [rule for rule in problem.rules if rule.scope is Scope.PAIR]

    def take(self, roster: Roster) -> None:
        """Begin from a roster."""
        self.mine = {worker.id: roster.shifts_of(worker.id) for worker in self.problem.workers}
        self.people = {shift.id: roster.workers_on(shift.id) for shift in self.problem.shifts}

    @property
    def roster(self) -> Roster:
        """All rosters as one."""
        return Roster(Assignment(worker, shift) for worker, shifts in self.mine.items() for shift in shifts)

    def set(self, worker: str, shifts: frozenset[str]) -> None:
        """Give a worker a roster in place of the one they have."""
        had = self.mine.get(worker, frozenset())
        for shift in had - shifts:
            self.people[shift] = self.people[shift] - {worker}
        for shift in shifts - had:
            self.people[shift] = self.people.get(shift, frozenset()) | {worker}
        self.mine[worker] = shifts

    def respond(self, worker: str, noise: Mapping[str, float] | None = None) -> Column | None:
        """Give a worker their best roster while all others keep theirs; None where nothing fits."""
        costs = self.coupling.marginal(worker, self.problem.possible.shifts_of(worker), self.people)
        if noise is not None:
            costs = {shift: cost + noise.get(shift, 0.0) for shift, cost in costs.items()}
        for _ in range(TRIES):
            columns = self._desks.price({worker: costs}, 1)[worker].columns
            if not columns:
                return None
            column = columns[0][1]
            clashes = self._clashes(worker, column.shifts)
            if not clashes:
                self.set(worker, column.shifts)
                return column
            for shift in clashes:
                costs[shift] += FORBIDDEN
        return None

    def _clashes(self, worker: str, shifts: frozenset[str]) -> set[str]:
        """Return the shifts that rules about pairs of people forbid a worker as things stand."""
        if not self._pair_rules:
            return set()
        near = {Assignment(worker, shift) for shift in shifts}
        near |= {Assignment(other, shift) for other in self.mine if other != worker for shift in self.mine[other]}
        roster = Roster(near)
        return {
            shift
            for rule in self._pair_rules
            for each in rule.check(self.problem, roster, (worker,))
            if each.is_forbidden
            for shift in each.shifts
            if shift in shifts
        }

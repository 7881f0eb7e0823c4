"""One person at a time: each takes the best roster there is for them while all others keep theirs.

This makes a first roster, in which everyone's own rules hold from the start, and mends what is left to mend.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from scheduling.columns.coupling import FORBIDDEN, Coupling
from scheduling.roster import Assignment, Roster
from scheduling.rule import Scope

if TYPE_CHECKING:
    from scheduling.columns.desks import Desks
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

    def give(self, worker: str, shifts: frozenset[str]) -> None:
        """Give a worker a roster in place of the one they have."""
        had = self.mine.get(worker, frozenset())
        for shift in had - shifts:
            self.people[shift] = self.people[shift] - {worker}
        for shift in shifts - had:
            self.people[shift] = self.people.get(shift, frozenset()) | {worker}
        self.mine[worker] = shifts

    def respond(self, worker: str, *, is_hopeful: bool = False) -> Column | None:
        """Give a worker their best roster while all others keep theirs; None where nothing fits.

        When hopeful, they may begin what others still have to join (see `Coupling.price`).
        """
        shifts = self.problem.possible.shifts_of(worker)
        costs = self.coupling.marginal(worker, shifts, self.people, is_hopeful=is_hopeful)
        for _ in range(TRIES):
            columns = self._desks.price({worker: costs}, 1)[worker].columns
            if not columns:
                return None
            column = columns[0][1]
            clashes = self._clashes(worker, column.shifts)
            if not clashes:
                self.give(worker, column.shifts)
                return column
            for shift in clashes:
                costs[shift] += FORBIDDEN
        return None

    def clear_forbidden(self) -> None:
        """Take everyone off shifts that rules forbid as they stand."""
        for shift, people in list(self.people.items()):
            if self.coupling.is_forbidden(shift, people):
                for worker in people:
                    self.give(worker, self.mine[worker] - {shift})

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

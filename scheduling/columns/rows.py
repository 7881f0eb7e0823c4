"""What couples workers, as rows of a linear program: the sentences of shift-wise and pair rules, read from a model.

The rules are posted as they are to any model; this only reads what was posted. So no rule is written twice.
"""

from __future__ import annotations

import math
from collections import defaultdict
from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING

from ortools.sat.python import cp_model

from scheduling.clauses import post
from scheduling.rule import Scope
from scheduling.variables import Variables

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable

    from scheduling.problem import Problem
    from scheduling.roster import Assignment, Roster

NEVER = 1 << 60
"""No sum has so many terms that it needs a variable of its own."""
FAR = 1 << 62
"""A bound of a constraint beyond this is none."""


@dataclass
class Rows:
    """Rows low <= sum <= high over assignments and side variables; what assignments and side variables cost."""

    low: list[float] = field(default_factory=list)
    high: list[float] = field(default_factory=list)
    of_pair: dict[Assignment, list[tuple[int, int]]] = field(default_factory=lambda: defaultdict(list))
    pair_cost: dict[Assignment, int] = field(default_factory=dict)
    side_low: list[float] = field(default_factory=list)
    side_high: list[float] = field(default_factory=list)
    side_cost: list[float] = field(default_factory=list)
    of_side: list[list[tuple[int, int]]] = field(default_factory=list)
    constant: int = 0

    @cached_property
    def _block(self) -> list[int]:
        """By row, a number that rows share which have side variables in common."""
        parent = list(range(len(self.low)))

        def root(row: int) -> int:
            while parent[row] != row:
                parent[row] = parent[parent[row]]
                row = parent[row]
            return row

        for entries in self.of_side:
            for row, _ in entries[1:]:
                parent[root(row)] = root(entries[0][0])
        return [root(row) for row in range(len(self.low))]

    def near(self, rows: Iterable[int]) -> list[int]:
        """Return these rows and all that share side variables with them, by and by."""
        blocks = {self._block[row] for row in rows}
        return [row for row, block in enumerate(self._block) if block in blocks]


def rows_of(
    problem: Problem,
    pairs: Collection[Assignment] | None = None,
    made: Roster | None = None,
    shifts: Collection[str] | None = None,
    workers: Collection[str] | None = None,
) -> Rows:
    """Return the rows of a problem, or of the part of it that `pairs` may change while `made` stays."""
    seen = problem.possible if pairs is None else type(problem.possible)({*pairs, *(made or ())})
    model = cp_model.CpModel()
    x = Variables(model, problem, pairs, made.assignments if made is not None else frozenset())
    cost = []
    for rule in problem.rules:
        if rule.scope is not Scope.WORKER:
            is_of_shift = rule.scope is Scope.SHIFT
            clauses = rule.clauses(problem, seen, None if is_of_shift else workers, shifts if is_of_shift else None)
            cost.append(post(model, x, clauses, NEVER))
    model.minimize(sum(cost))
    return _read(model.proto, {variable.index: pair for pair, variable in x.variables.items()})


def _read(proto: object, pair_at: dict[int, Assignment]) -> Rows:
    """Read the rows and costs of a model that knows linear constraints only."""
    found = Rows()
    side_at: dict[int, int] = {}
    for index, variable in enumerate(proto.variables):  # type: ignore[attr-defined]
        if index not in pair_at:
            domain = list(variable.domain)
            side_at[index] = len(found.side_low)
            found.side_low.append(domain[0])
            found.side_high.append(domain[-1])
            found.side_cost.append(0.0)
            found.of_side.append([])
    for constraint in proto.constraints:  # type: ignore[attr-defined]
        if not constraint.has_linear():
            raise ValueError("a shift-wise or pair rule posted something that is not linear")
        linear = constraint.linear
        domain = list(linear.domain)
        row = len(found.low)
        found.low.append(-math.inf if domain[0] <= -FAR else domain[0])
        found.high.append(math.inf if domain[-1] >= FAR else domain[-1])
        for index, weight in zip(list(linear.vars), list(linear.coeffs), strict=True):
            if index in pair_at:
                found.of_pair[pair_at[index]].append((row, weight))
            else:
                found.of_side[side_at[index]].append((row, weight))
    objective = proto.objective  # type: ignore[attr-defined]
    for index, weight in zip(list(objective.vars), list(objective.coeffs), strict=True):
        if index in pair_at:
            found.pair_cost[pair_at[index]] = found.pair_cost.get(pair_at[index], 0) + weight
        else:
            found.side_cost[side_at[index]] += weight
    found.constant = round(objective.offset)
    return found

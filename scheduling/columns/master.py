"""The master program: choose one column for each of some workers so that what couples them costs least.

Its rows are those of shift-wise and pair rules; a column is one worker's whole roster. GLOP solves its relaxation,
each time from where it was left, and gives the prices at which new columns are looked for. SCIP chooses among columns
that are known (both come with OR-Tools).
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

import numpy as np
from ortools.linear_solver import pywraplp

from scheduling.columns.pool import Prices

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from scheduling.columns.pool import Pool

FREE = float(pywraplp.Solver.infinity())
AS_LEFT, ANEW = "use_preprocessing: false", "use_preprocessing: true"
"""How GLOP solves a program: from where it was left, or from the beginning."""


class NoMixtureError(Exception):
    """No mixture of the columns known keeps within the rows."""


class _Program:
    """Rows and side variables in a solver, and columns of some workers."""

    def __init__(self, kind: str, master: Master) -> None:
        self.solver = pywraplp.Solver.CreateSolver(kind)
        self.solver.SetNumThreads(1)
        rows = master.pool.rows
        self.rows = {
            each: self.solver.Constraint(_far(master.low[each]), _far(master.high[each])) for each in master.active
        }
        self.one = {each: self.solver.Constraint(1.0, 1.0) for each in master.free}
        self._pool = master.pool
        for side in master.sides:
            variable = self._variable(rows.side_cost[side], rows.side_low[side], rows.side_high[side])
            for row, weight in rows.of_side[side]:
                self.rows[row].SetCoefficient(variable, weight)
        self.columns: dict[int, Any] = {}

    def _variable(self, cost: float, low: float, high: float, *, is_whole: bool = False) -> Any:
        variable = self.solver.Var(low, high, is_whole, "")
        self.solver.Objective().SetCoefficient(variable, cost)
        return variable

    def solve(self, parameters: str) -> bool:
        """Solve it; say whether the best was found."""
        self.solver.SetSolverSpecificParametersAsString(parameters)
        return bool(self.solver.Solve() == pywraplp.Solver.OPTIMAL)

    def take(self, number: int, *, is_whole: bool = False) -> None:
        """Add a column."""
        variable = self._variable(self._pool.costs[number], 0.0, 1.0 if is_whole else FREE, is_whole=is_whole)
        index, weights = self._pool.weights(number)
        for row, weight in zip(index.tolist(), weights.tolist(), strict=True):
            self.rows[row].SetCoefficient(variable, weight)
        self.one[self._pool.columns[number].worker].SetCoefficient(variable, 1.0)
        self.columns[number] = variable


class Master:
    """The relaxation over some columns of free workers, while all others have one column each.

    What it tells is the whole price: `offset` is what is paid outside its rows and columns.
    """

    def __init__(
        self, pool: Pool, free: Iterable[str], fixed: Mapping[str, int], active: Sequence[int], offset: float
    ) -> None:
        self.pool, self.free, self.fixed, self.active = pool, list(free), dict(fixed), active
        self.offset = offset
        rows = pool.rows
        moved = np.zeros(len(rows.low))
        for number in self.fixed.values():
            index, weights = pool.weights(number)
            moved[index] += weights
        self.low, self.high = np.array(rows.low) - moved, np.array(rows.high) - moved
        is_active = np.zeros(len(rows.low), bool)
        is_active[list(active)] = True
        self.sides = [n for n, entries in enumerate(rows.of_side) if not entries or is_active[entries[0][0]]]
        self._program = _Program("GLOP", self)
        self.values: dict[int, float] = {}

    @classmethod
    def whole(cls, pool: Pool, idle: float) -> Master:
        """Return the master of all workers."""
        return cls(pool, pool.workers, {}, range(len(pool.rows.low)), pool.rows.constant + idle)

    @classmethod
    def part(cls, pool: Pool, free: Iterable[str], chosen: Mapping[str, int], price: float) -> Master:
        """Return the master of some workers, all others as chosen; the chosen columns cost `price` in all."""
        free = [each for each in pool.workers if each in set(free)]
        fixed = {worker: number for worker, number in chosen.items() if worker not in set(free)}
        made = cls(pool, free, fixed, pool.rows.near(row for each in free for row in pool.rows_of(each).tolist()), 0.0)
        made.take(chosen[each] for each in free)
        made.offset = price - made.solve()[0]
        return made

    def narrowed(self, numbers: Iterable[int], others: Iterable[int] = ()) -> Master:
        """Return the master in which more columns are fixed, and in which free workers have those of others."""
        more = {self.pool.columns[each].worker: each for each in numbers}
        made = Master(
            self.pool,
            [each for each in self.free if each not in more],
            {**self.fixed, **more},
            self.active,
            self.offset + sum(self.pool.costs[each] for each in more.values()),
        )
        made.take(each for each in others if self.pool.columns[each].worker not in more)
        return made

    @property
    def known(self) -> list[int]:
        """The numbers of its columns."""
        return list(self._program.columns)

    def take(self, numbers: Iterable[int]) -> None:
        """Add columns of free workers that it does not have yet."""
        for number in numbers:
            if number not in self._program.columns:
                self._program.take(number)

    def solve(self) -> tuple[float, Prices]:
        """Solve the relaxation; return its value and the prices."""
        if not self._program.solve(AS_LEFT) and not self._program.solve(ANEW):
            raise NoMixtureError
        solver = self._program.solver
        self.values = {number: each.solution_value() for number, each in self._program.columns.items()}
        dual = np.zeros(len(self.low))
        dual[list(self._program.rows)] = [row.dual_value() for row in self._program.rows.values()]
        wrong = (dual > 0) & np.isinf(self.low) | (dual < 0) & np.isinf(self.high)
        workers = np.zeros(len(self.pool.workers))
        for worker, row in self._program.one.items():
            workers[self.pool.place[worker]] = row.dual_value()
        return solver.Objective().Value() + self.offset, Prices(np.where(wrong, 0.0, dual), workers)

    def bound(self, prices: Prices, least: Mapping[str, float]) -> float:
        """Return what no choice costs less than, given the least that each free worker has to pay at some prices."""
        dual = np.zeros(len(self.low))
        dual[list(self.active)] = prices.rows[list(self.active)]
        edge = np.where(dual > 0, self.low, self.high)
        if np.isinf(edge[dual != 0]).any():
            return -math.inf
        value = float(dual[dual != 0] @ edge[dual != 0])
        rows = self.pool.rows
        for side in self.sides:
            reduced = rows.side_cost[side] - sum(dual[row] * weight for row, weight in rows.of_side[side])
            value += min(reduced * rows.side_low[side], reduced * rows.side_high[side])
        return value + sum(least.values()) + self.offset

    def choose(self, numbers: Sequence[int], cutoff: float, seconds: float) -> dict[str, int] | None:
        """Return the best choice among some columns if one that costs less than the cutoff is found in some seconds."""
        program = _Program("SCIP", self)
        for number in numbers:
            program.take(number, is_whole=True)
        solver = program.solver
        solver.SetTimeLimit(max(1, round(1000 * seconds)))
        solver.SetSolverSpecificParametersAsString("limits/absgap = 0.99")
        if solver.Solve() not in {pywraplp.Solver.OPTIMAL, pywraplp.Solver.FEASIBLE}:
            return None
        if solver.Objective().Value() + self.offset >= cutoff:
            return None
        half = 0.5
        return {self.pool.columns[n].worker: n for n, each in program.columns.items() if each.solution_value() > half}


def _far(bound: float) -> float:
    """Return a bound as the solvers have it."""
    return math.copysign(FREE, bound) if math.isinf(bound) else float(bound)

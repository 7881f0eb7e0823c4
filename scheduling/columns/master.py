"""The master program: choose one column for each worker so that what couples them costs least.

Its rows are those of shift-wise and pair rules; a column is one worker's whole roster. GLOP solves its relaxation,
each time from where it was left, and gives the prices at which new columns are looked for.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any, TypeAlias

import numpy as np
from ortools.linear_solver import pywraplp

from scheduling.columns.helpers import StoppedError

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from scheduling.columns.pricing import Column
    from scheduling.columns.rows import Rows
    from scheduling.problem import Problem

Array: TypeAlias = "np.ndarray[Any, Any]"
FREE = float(pywraplp.Solver.infinity())


class Prices:
    """The dual prices of a master: what an assignment costs, and what a worker's roster may cost in all."""

    def __init__(self, rows: Array, workers: Array) -> None:
        self.rows, self.workers = rows, workers

    def towards(self, other: Prices, share: float) -> Prices:
        """Return prices between these (share 0) and others (share 1)."""
        return Prices(
            self.rows + share * (other.rows - self.rows), self.workers + share * (other.workers - self.workers)
        )


class Master:
    """The relaxation over the columns known so far."""

    def __init__(self, problem: Problem, rows: Rows, workers: Sequence[str]) -> None:
        self.rows, self.workers = rows, list(workers)
        self.place = {worker: number for number, worker in enumerate(self.workers)}
        self.columns: list[Column] = []
        self.shifts = {each: sorted(problem.possible.shifts_of(each)) for each in self.workers}
        self._entries = {each: self._entries_of(each) for each in self.workers}
        self._low, self._high = np.array(rows.low), np.array(rows.high)
        self._known: dict[tuple[str, frozenset[str]], int] = {}
        self._variables: list[Any] = []
        self.values: Array = np.zeros(0)
        self._glop = self._program()

    def _entries_of(self, worker: str) -> tuple[Array, Array, Array, Array]:
        """Return, by place of a worker's shift: which row has it with which weight; and each shift's own cost."""
        places, rows, weights = [], [], []
        own = np.zeros(len(self.shifts[worker]))
        for place, shift in enumerate(self.shifts[worker]):
            for row, weight in self.rows.of_pair.get((worker, shift), ()):  # type: ignore[call-overload]
                places.append(place)
                rows.append(row)
                weights.append(weight)
            own[place] = self.rows.pair_cost.get((worker, shift), 0)  # type: ignore[call-overload]
        return np.array(places, int), np.array(rows, int), np.array(weights, float), own

    def _program(self) -> pywraplp.Solver:
        """Return a program with all rows and side variables, and no column yet."""
        program = pywraplp.Solver.CreateSolver("GLOP")
        program.SetSolverSpecificParametersAsString("use_preprocessing: false")
        program.SetNumThreads(1)
        self._rows = [program.Constraint(_far(a), _far(b)) for a, b in zip(self.rows.low, self.rows.high, strict=True)]
        self._rows += [program.Constraint(1.0, 1.0) for _ in self.workers]
        for low, high, cost, entries in zip(
            self.rows.side_low, self.rows.side_high, self.rows.side_cost, self.rows.of_side, strict=True
        ):
            self._variable(program, cost, (low, high), entries)
        return program

    def _variable(
        self, program: pywraplp.Solver, cost: float, bounds: tuple[float, float], entries: Iterable[tuple[int, float]]
    ) -> Any:
        """Add a variable with its cost and its weights by row."""
        variable = program.NumVar(*bounds, "")
        program.Objective().SetCoefficient(variable, cost)
        for row, weight in entries:
            self._rows[row].SetCoefficient(variable, weight)
        return variable

    def cost_of(self, worker: str, prices: Prices) -> dict[str, float]:
        """Return what each shift costs a worker at some prices, beside what worker-wise rules ask."""
        places, rows, weights, own = self._entries[worker]
        cost = own - np.bincount(places, prices.rows[rows] * weights, minlength=len(own))
        return dict(zip(self.shifts[worker], cost.tolist(), strict=True))

    def cost_at(self, number: int, prices: Prices) -> float:
        """Return what a column costs at some prices."""
        index, value, own = self._coefficients(self.columns[number])
        return self.columns[number].price + own - float(prices.rows[index[:-1]] @ value[:-1])

    def add(self, columns: Iterable[Column]) -> int:
        """Take new columns; return how many were new."""
        count = 0
        for column in columns:
            key = (column.worker, column.shifts)
            if key in self._known:
                continue
            self._known[key] = len(self.columns)
            index, value, own = self._coefficients(column)
            self.columns.append(column)
            entries = zip(index.tolist(), value.tolist(), strict=True)
            self._variables.append(self._variable(self._glop, float(column.price + own), (0.0, FREE), entries))
            count += 1
        return count

    def knows(self, worker: str, shifts: frozenset[str]) -> bool:
        """Say whether a column is known."""
        return (worker, shifts) in self._known

    def number(self, worker: str, shifts: frozenset[str]) -> int:
        """Return the number of a column that is known."""
        return self._known[worker, shifts]

    def _coefficients(self, column: Column) -> tuple[Array, Array, float]:
        """Return the rows and weights of a column, its place among workers included, and its cost by pair rules."""
        sums: dict[int, float] = {}
        own = 0.0
        for shift in column.shifts:
            pair = (column.worker, shift)
            own += self.rows.pair_cost.get(pair, 0)  # type: ignore[call-overload]
            for row, weight in self.rows.of_pair.get(pair, ()):  # type: ignore[call-overload]
                sums[row] = sums.get(row, 0.0) + weight
        sums[len(self.rows.low) + self.place[column.worker]] = 1.0
        index = np.array(sorted(sums), int)
        return index, np.array([sums[each] for each in index.tolist()]), own

    def solve(self) -> tuple[float, Prices]:
        """Solve the relaxation; return its value and the prices."""
        if self._glop.Solve() != pywraplp.Solver.OPTIMAL:
            self._glop.SetSolverSpecificParametersAsString("use_preprocessing: true")
            status = self._glop.Solve()
            self._glop.SetSolverSpecificParametersAsString("use_preprocessing: false")
            if status != pywraplp.Solver.OPTIMAL:
                raise StoppedError(f"the master ended with status {status}")
        dual = np.array([row.dual_value() for row in self._rows])
        self.values = np.array([each.solution_value() for each in self._variables])
        rows = len(self.rows.low)
        prices = Prices(self._of_right_sign(dual[:rows]), dual[rows:])
        return self._glop.Objective().Value() + self.rows.constant, prices

    def _of_right_sign(self, dual: Array) -> Array:
        """Return row prices in which none stands on a side of its row that has no bound."""
        wrong = (dual > 0) & np.isinf(self._low) | (dual < 0) & np.isinf(self._high)
        return np.where(wrong, 0.0, dual)

    def bound(self, prices: Prices, best: Mapping[str, float]) -> float:
        """Return what no roster can cost less than, given the least that each worker's roster costs at some prices."""
        dual = prices.rows
        edge = np.where(dual > 0, self._low, self._high)
        value = float(dual[dual != 0] @ edge[dual != 0])
        for low, high, cost, entries in zip(
            self.rows.side_low, self.rows.side_high, self.rows.side_cost, self.rows.of_side, strict=True
        ):
            reduced = cost - sum(dual[row] * weight for row, weight in entries)
            value += min(reduced * low, reduced * high)
        return value + sum(best.values()) + self.rows.constant

    def fix(self, columns: Iterable[int]) -> None:
        """Make columns certain."""
        for each in columns:
            self._variables[each].SetBounds(1.0, 1.0)

    def bar(self, columns: Iterable[int]) -> None:
        """Keep columns out."""
        for each in columns:
            self._variables[each].SetBounds(0.0, 0.0)

    def free(self, columns: Iterable[int]) -> None:
        """Let columns be chosen or not again."""
        for each in columns:
            self._variables[each].SetBounds(0.0, FREE)


def _far(bound: float) -> float:
    """Return a bound as GLOP has it."""
    return math.copysign(FREE, bound) if math.isinf(bound) else bound

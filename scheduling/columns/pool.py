"""Every column known so far, by worker, and what each does to the rows that couple workers."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, TypeAlias

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from scheduling.columns.pricing import Column
    from scheduling.columns.rows import Rows
    from scheduling.problem import Problem

Array: TypeAlias = "np.ndarray[Any, Any]"


class Prices:
    """What each row asks, and what a worker's roster may cost in all."""

    def __init__(self, rows: Array, workers: Array) -> None:
        self.rows, self.workers = rows, workers

    def towards(self, other: Prices, share: float) -> Prices:
        """Return prices between these (share 0) and others (share 1)."""
        return Prices(
            self.rows + share * (other.rows - self.rows), self.workers + share * (other.workers - self.workers)
        )


class Pool:
    """Columns by number, and by worker."""

    def __init__(self, problem: Problem, rows: Rows, workers: Sequence[str]) -> None:
        self.rows, self.workers = rows, list(workers)
        self.place = {worker: number for number, worker in enumerate(self.workers)}
        self.columns: list[Column] = []
        self.of: dict[str, list[int]] = {each: [] for each in self.workers}
        self._shifts = {each: sorted(problem.possible.shifts_of(each)) for each in self.workers}
        self._at = {each: {shift: place for place, shift in enumerate(self._shifts[each])} for each in self.workers}
        self._entries = {each: self._entries_of(each) for each in self.workers}
        self._known: dict[tuple[str, frozenset[str]], int] = {}
        self._weights: list[tuple[Array, Array]] = []
        self.costs: list[float] = []
        self._asked: dict[str, list[float]] = {each: [] for each in self.workers}
        self._has: dict[str, list[Array]] = {each: [] for each in self.workers}

    def _entries_of(self, worker: str) -> tuple[Array, Array, Array, Array]:
        """Return, by place of a worker's shift: which row has it with which weight; and each shift's own cost."""
        places, rows, weights = [], [], []
        own = np.zeros(len(self._shifts[worker]))
        for place, shift in enumerate(self._shifts[worker]):
            for row, weight in self.rows.of_pair.get((worker, shift), ()):  # type: ignore[call-overload]
                places.append(place)
                rows.append(row)
                weights.append(weight)
            own[place] = self.rows.pair_cost.get((worker, shift), 0)  # type: ignore[call-overload]
        return np.array(places, int), np.array(rows, int), np.array(weights, float), own

    def add(self, columns: Iterable[Column]) -> list[int]:
        """Take columns; return the numbers of those that were not known."""
        new = []
        for column in columns:
            key = (column.worker, column.shifts)
            if key in self._known:
                continue
            number = self._known[key] = len(self.columns)
            places, rows, weights, own = self._entries[column.worker]
            has = np.zeros(len(own), bool)
            has[[self._at[column.worker][shift] for shift in column.shifts]] = True
            mine = has[places]
            index, inverse = np.unique(rows[mine], return_inverse=True)
            self._weights.append((index, np.bincount(inverse, weights[mine], len(index))))
            self.columns.append(column)
            self.costs.append(float(column.price + own[has].sum()))
            self.of[column.worker].append(number)
            self._asked[column.worker].append(float(column.price))
            self._has[column.worker].append(has)
            new.append(number)
        return new

    def number(self, worker: str, shifts: frozenset[str]) -> int | None:
        """Return the number of a column, None where it is not known."""
        return self._known.get((worker, shifts))

    def weights(self, number: int) -> tuple[Array, Array]:
        """Return the rows a column is in, and with which weights."""
        return self._weights[number]

    def rows_of(self, worker: str) -> Array:
        """Return the rows that a worker's shifts are in."""
        return self._entries[worker][1]

    def shift_costs(self, worker: str, prices: Prices) -> dict[str, float]:
        """Return what each shift costs a worker at some prices, beside what worker-wise rules ask."""
        return dict(zip(self._shifts[worker], self._shift_costs(worker, prices).tolist(), strict=True))

    def _shift_costs(self, worker: str, prices: Prices) -> Array:
        places, rows, weights, own = self._entries[worker]
        found: Array = own - np.bincount(places, prices.rows[rows] * weights, minlength=len(own))
        return found

    def values(self, worker: str, prices: Prices) -> Array:
        """Return what each of a worker's columns, in the order known, costs at some prices."""
        has = self._has[worker]
        if len(has) > 1:
            has[:] = [np.vstack(has)]
        found: Array = np.array(self._asked[worker]) + has[0] @ self._shift_costs(worker, prices)
        return found

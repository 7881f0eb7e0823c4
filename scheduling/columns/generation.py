"""Column generation: prices go out, whole rosters of single workers come back, until none would improve the mix.

The value it closes in on is a proved bound for every roster; diving turns its mixture into a whole roster; and a few
workers at a time, all others fixed, can be solved again in the same way.
"""

from __future__ import annotations

import math
import random
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from scheduling.columns.coupling import Coupling
from scheduling.columns.helpers import Desks
from scheduling.columns.machine import machine_of
from scheduling.columns.master import Master
from scheduling.columns.pricing import Column
from scheduling.columns.responses import Team
from scheduling.columns.rows import rows_of
from scheduling.roster import Assignment, Roster

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence

    from scheduling.columns.master import Prices
    from scheduling.problem import Problem

EPSILON = 1e-6
WANTED = 3
"""Columns asked of each worker in a round."""
DEAR = 0.003
"""A choice of a dive that raises the value by more than this share is taken back,"""
MOST_BARRED = 12
"""so many times in one dive at most."""
STEADY = 0.5
"""How far prices stay with those of the best bound so far."""
SURE = 0.999
NEARLY = 0.8
"""Columns with such a share of the mixture are made certain together; else the largest alone."""
PASSES = 4


@dataclass(frozen=True)
class Round:
    """What a round came to: the master's value, a bound, the prices it was found at, and how many columns are new."""

    value: float
    bound: float
    prices: Prices | None
    new: int


class Generation:
    """The pricers of all workers and the master over their columns."""

    def __init__(self, problem: Problem, should_stop: Callable[[], bool], seed: int, helpers: int = 0) -> None:
        self.problem, self.should_stop = problem, should_stop
        self.random = random.Random(seed)  # noqa: S311 - no secret
        self.workers = [each.id for each in problem.workers if problem.possible.shifts_of(each.id)]
        self.idle = sum(
            machine_of(problem, each.id).constant
            for each in problem.workers
            if not problem.possible.shifts_of(each.id)
        )
        self.desks = Desks(problem, self.workers, helpers)
        self.team = Team(problem, Coupling(problem), self.desks)

    def end(self) -> None:
        """End what runs beside this."""
        self.desks.end()

    def construct(self) -> Roster:
        """Return a first roster: people take their best one after the other, then again while that helps."""
        order = list(self.workers)
        for _ in range(PASSES):
            changed = 0
            for worker in order:
                if self.should_stop():
                    return self.team.roster
                had = self.team.mine.get(worker)
                self.team.respond(worker)
                changed += self.team.mine.get(worker) != had
            if not changed:
                break
            self.random.shuffle(order)
        return self.team.roster

    def open(self) -> None:
        """Make the master."""
        self.master = Master(self.problem, rows_of(self.problem), self.workers)
        for worker in self.workers:
            price = self.desks.read(worker, ())
            if price is None:
                raise AssertionError("nobody is ever forbidden to have no shift")
            self.master.add([Column(worker, frozenset(), price)])

    def know(self, roster: Roster) -> dict[str, int]:
        """Make a roster's columns known; return their numbers by worker."""
        found = {}
        for worker in self.workers:
            shifts = roster.shifts_of(worker)
            number = self.master.number(worker, shifts)
            if number is None:
                price = self.desks.read(worker, shifts)
                if price is None:
                    raise AssertionError(f"the roster of {worker} is not allowed")
                self.master.add([Column(worker, shifts, price)])
                number = self.master.number(worker, shifts)
            found[worker] = number
        return found

    def round(self, free: Sequence[str], fixed: Mapping[str, int], center: Prices | None) -> Round:
        """Solve the master and price the free workers, at prices that lean towards a center."""
        value, prices = self.master.solve()
        at = prices if center is None else prices.towards(center, STEADY)
        costs = {worker: self.master.cost_of(worker, at) for worker in free}
        found = self.desks.price(costs, WANTED)
        least = {worker: each.bound for worker, each in found.items()}
        new: list[Column] = []
        for worker, each in found.items():
            true = costs[worker] if at is prices else self.master.cost_of(worker, prices)
            most = prices.workers[self.master.place[worker]] - EPSILON
            new += [column for _, column in each.columns if column.price + sum(true[s] for s in column.shifts) < most]
        for number in fixed.values():
            least[self.master.columns[number].worker] = self.master.cost_at(number, at)
        return Round(value, self.master.bound(at, least), at, self.master.add(new))

    def converge(
        self,
        fixed: Mapping[str, int] | None = None,
        on_bound: Callable[[float], None] | None = None,
        cutoff: float = math.inf,
        center: Prices | None = None,
    ) -> Round:
        """Round after round until nothing improves; return the last value with the best bound and its prices.

        Prices lean towards those of the best bound, at first towards `center`. It ends early when the bound shows that
        nothing below `cutoff` can be found.
        """
        fixed = fixed or {}
        free = [each for each in self.workers if each not in fixed]
        best = Round(math.inf, -math.inf, center, 0)
        is_steady = True
        while not self.should_stop():
            leaning = best.prices if is_steady else None
            found = self.round(free, fixed, leaning)
            if found.bound > best.bound:
                best = found
                if on_bound is not None:
                    on_bound(best.bound + self.idle)
            best = Round(found.value, best.bound, best.prices, found.new)
            if math.ceil(best.bound - EPSILON) >= min(found.value - EPSILON, cutoff):
                break
            if not found.new and leaning is None:
                break
            is_steady = bool(found.new)
        return best

    def dive(self, fixed: Mapping[str, int], cutoff: Callable[[], float]) -> dict[str, int] | None:
        """Fix column after column until everyone has one; None where that cannot cost less than the cutoff.

        Where a choice turns out dear it is taken back and kept out, some times.
        """
        fixed = dict(fixed)
        made: list[int] = []
        barred: list[int] = []
        center: Prices | None = None
        before, step = math.inf, list[int]()
        try:
            while not self.should_stop():
                reached = self.converge(fixed, cutoff=cutoff(), center=center)
                center = reached.prices
                if self.should_stop():
                    return None
                is_lost = math.ceil(reached.bound - EPSILON) >= cutoff()
                is_dear = reached.value - before > max(1.0, DEAR * abs(before))
                if (is_lost or is_dear) and step and len(barred) < MOST_BARRED:
                    self.master.free(step)
                    self.master.bar(step)
                    barred += step
                    made = made[: -len(step)]
                    for each in step:
                        del fixed[self.master.columns[each].worker]
                    step = []
                    continue
                if is_lost:
                    return None
                before = reached.value
                sure, step = self._most_certain(fixed)
                fixed.update((self.master.columns[each].worker, each) for each in [*sure, *step])
                if len(fixed) == len(self.workers):
                    return fixed
                self.master.fix([*sure, *step])
                made += [*sure, *step]
        finally:
            self.master.free([*made, *barred])
        return None

    def _most_certain(self, fixed: Mapping[str, int]) -> tuple[list[int], list[int]]:
        """Return the columns that the mixture takes whole, and those of the others that it takes most of."""
        values = self.master.values()
        open_ = [
            int(each) for each in np.flatnonzero(values > EPSILON) if self.master.columns[int(each)].worker not in fixed
        ]
        sure = [each for each in open_ if values[each] > SURE]
        rest = [each for each in open_ if values[each] <= SURE]
        step = [each for each in rest if values[each] > NEARLY]
        if rest and not step:
            step = [max(rest, key=lambda each: (values[each], -each))]
        return sure, step

    def roster_of(self, chosen: dict[str, int]) -> Roster:
        """Return the roster of chosen columns."""
        return Roster(
            Assignment(worker, shift)
            for worker, number in chosen.items()
            for shift in self.master.columns[number].shifts
        )

    def again(
        self, free: Iterable[str], chosen: Mapping[str, int], cutoff: Callable[[], float]
    ) -> dict[str, int] | None:
        """Solve some workers again, all others fixed; return everyone's columns if that costs less."""
        freed = set(free)
        fixed = {worker: number for worker, number in chosen.items() if worker not in freed}
        self.master.fix(fixed.values())
        try:
            return self.dive(fixed, cutoff)
        finally:
            self.master.free(fixed.values())

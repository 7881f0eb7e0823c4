"""Column generation: prices go out, whole rosters of single workers come back, until none would improve the mix.

The value it closes in on is a proved bound for every roster; diving turns its mixture into a whole roster; and a few
workers at a time, all others fixed, can be solved again in the same way.
"""

from __future__ import annotations

import math
import random
from typing import TYPE_CHECKING

import numpy as np

from scheduling.columns.compiler import machine_of
from scheduling.columns.coupling import Coupling
from scheduling.columns.helpers import Desks, StoppedError
from scheduling.columns.master import Master
from scheduling.columns.pricing import Column
from scheduling.columns.responses import Team
from scheduling.columns.rows import rows_of
from scheduling.roster import Assignment, Roster

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

    from scheduling.columns.master import Prices
    from scheduling.problem import Problem

EPSILON = 1e-6
WANTED = 3
"""Columns asked of each worker in a round."""
STEADY = 0.5
"""How far prices stay with those of the best bound so far."""
DEAR = 0.003
"""A choice of a dive that raises the value by more than this share is taken back,"""
MOST_BARRED = 12
"""so many times in one dive at most."""
SURE = 0.999
NEARLY = 0.8
"""Columns with such a share of the mixture are made certain together; else the largest alone."""
PASSES = 4


class Generation:
    """The pricers of all workers and the master over their columns."""

    def __init__(self, problem: Problem, should_stop: Callable[[], bool], seed: int, helpers: int = 0) -> None:
        self.problem, self.should_stop = problem, should_stop
        self.random = random.Random(seed)  # noqa: S311 - no secret
        self.workers = [each.id for each in problem.workers if problem.possible.shifts_of(each.id)]
        self.idle = sum(
            machine_of(problem, each.id).constant for each in problem.workers if not problem.possible.shifts_of(each.id)
        )
        self.desks = Desks(problem, self.workers, helpers, should_stop)
        self.team = Team(problem, Coupling(problem), self.desks)

    def end(self) -> None:
        """End what runs beside this."""
        self.desks.end()

    def construct(self) -> Roster:
        """Return a first roster: people take their best one after the other, then again while that helps.

        When it is time to end, it is as far as they came.
        """
        order = list(self.workers)
        try:
            for number in range(PASSES):
                changed = 0
                for worker in order:
                    had = self.team.mine.get(worker)
                    self.team.respond(worker, is_hopeful=not number)
                    changed += self.team.mine.get(worker) != had
                if not number:
                    self.team.clear_forbidden()
                elif not changed:
                    break
                self.random.shuffle(order)
        except StoppedError:
            pass
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
            if not self.master.knows(worker, shifts):
                price = self.desks.read(worker, shifts)
                if price is None:
                    raise AssertionError(f"the roster of {worker} is not allowed")
                self.master.add([Column(worker, shifts, price)])
            found[worker] = self.master.number(worker, shifts)
        return found

    def converge(
        self,
        fixed: Mapping[str, int] | None = None,
        cutoff: float = math.inf,
        center: Prices | None = None,
    ) -> Closing:
        """Close in until nothing improves, or until the bound shows that nothing below `cutoff` can be found."""
        closing = Closing(self, fixed or {}, center)
        while not closing.is_done(cutoff):
            closing.step()
        return closing

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
            while len(fixed) < len(self.workers):
                reached = self.converge(fixed, cutoff(), center)
                center = reached.prices
                is_lost = reached.is_above(cutoff())
                is_dear = reached.value - before > max(1.0, DEAR * abs(before))
                if (is_lost or is_dear) and step and len(barred) < MOST_BARRED:
                    self.master.bar(step)
                    barred += step
                    for each in step:
                        del fixed[self.master.columns[each].worker]
                    step = []
                    continue
                if is_lost:
                    return None
                before = reached.value
                sure, step = self._most_certain(fixed)
                fixed.update((self.master.columns[each].worker, each) for each in [*sure, *step])
                self.master.fix([*sure, *step])
                made += [*sure, *step]
        finally:
            self.master.free([*made, *barred])
        return fixed

    def _most_certain(self, fixed: Mapping[str, int]) -> tuple[list[int], list[int]]:
        """Return the columns that the mixture takes whole, and those of the others that it takes most of."""
        values = self.master.values
        open_ = [
            int(each) for each in np.flatnonzero(values > EPSILON) if self.master.columns[int(each)].worker not in fixed
        ]
        sure = [each for each in open_ if values[each] > SURE]
        rest = [each for each in open_ if values[each] <= SURE]
        step = [each for each in rest if values[each] > NEARLY]
        if rest and not step:
            step = [max(rest, key=lambda each: (values[each], -each))]
        return sure, step

    def roster_of(self, chosen: Mapping[str, int]) -> Roster:
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


class Closing:
    """Rounds of solving and pricing that close in on the value of the best mixture; it can be left and taken up again.

    Prices lean towards those of the best bound so far, at first towards a given center.
    """

    def __init__(self, work: Generation, fixed: Mapping[str, int], center: Prices | None = None) -> None:
        self._work, self._fixed = work, dict(fixed)
        self._free = [each for each in work.workers if each not in fixed]
        self.value, self.bound, self.prices = math.inf, -math.inf, center
        self._is_steady, self._is_over = True, False

    def is_above(self, cutoff: float) -> bool:
        """Say whether nothing below a cutoff can be found; what is found costs whole points."""
        return self.bound > -math.inf and math.ceil(self.bound - EPSILON) >= cutoff

    def is_done(self, cutoff: float = math.inf) -> bool:
        """Say whether nothing improves any more, or nothing below a cutoff can be found."""
        return self._is_over or self.is_above(min(self.value - EPSILON, cutoff))

    def step(self) -> None:
        """Solve the master and price the free workers once."""
        master = self._work.master
        self.value, prices = master.solve()
        center = self.prices if self._is_steady else None
        at = prices if center is None else prices.towards(center, STEADY)
        costs = {worker: master.cost_of(worker, at) for worker in self._free}
        found = self._work.desks.price(costs, WANTED)
        least = {worker: each.bound for worker, each in found.items()}
        new: list[Column] = []
        for worker, each in found.items():
            true = costs[worker] if center is None else master.cost_of(worker, prices)
            most = prices.workers[master.place[worker]] - EPSILON
            new += [column for _, column in each.columns if column.price + sum(true[s] for s in column.shifts) < most]
        for number in self._fixed.values():
            least[master.columns[number].worker] = master.cost_at(number, at)
        bound = master.bound(at, least)
        if bound > self.bound:
            self.bound, self.prices = bound, at
        is_any = master.add(new) > 0
        self._is_over = not is_any and center is None
        self._is_steady = is_any

"""Column generation: prices go out, whole rosters of single workers come back, until none would improve the mix.

The value it closes in on is a proved bound for every roster. A whole roster is found by fixing column after column of
the mixture until few workers are left, and then choosing among the columns known for those; and a few workers at a
time, all others fixed, are solved again in the same way.
"""

from __future__ import annotations

import math
import random
import time
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from scheduling.columns.compiler import machine_of
from scheduling.columns.coupling import Coupling
from scheduling.columns.desks import Desks, StoppedError
from scheduling.columns.master import Master, NoMixtureError
from scheduling.columns.pool import Pool
from scheduling.columns.pricing import Column
from scheduling.columns.responses import Team
from scheduling.columns.rows import rows_of
from scheduling.roster import Assignment, Roster

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

    from scheduling.columns.pool import Prices
    from scheduling.problem import Problem

EPSILON = 1e-6
WANTED = 3
WANTED_IN_ALL = 50
"""Columns asked of each worker in a round, and of all together, at least."""
STEADY = 0.5
"""How far prices stay with those of the best bound so far."""
SURE = 0.999
NEARLY = 0.8
SHARE = 0.03
"""Columns with such a share of the mixture are made certain together; else the largest, of so many free workers."""
DIVING = 0.8
"""Share of the time that is left in which a dive is to come to its end: where it is slow, it takes larger steps."""
LEVELS = 0.7
"""So many times must be fixed for each free worker, about: the time that is left of that is shared out among them."""
PASSES = 4
CLOSE = 0.002
"""While columns are fixed one after another, a value this near its bound (as a share) is near enough."""
FEW_WORKERS = 12
MOST_COLUMNS = 1000
"""Among the columns of so few workers, and so many columns, a best choice is looked for at once,"""
TIGHT = 0.01
"""and among those of all workers when what is known already is this near the bound (as a share)."""
BEGUN_WITH = 40
"""Columns of each worker that a part begins with."""
PATIENCE = 6.0
"""Seconds for one choice."""


@dataclass(frozen=True)
class Found:
    """Everyone's columns, or None; `is_proved` when nothing better could have been found."""

    chosen: dict[str, int] | None
    is_proved: bool


class Generation:
    """The pricers of all workers and the columns known of each."""

    def __init__(self, problem: Problem, should_stop: Callable[[], bool], seed: int, helpers: int = 0) -> None:
        self.problem, self.should_stop = problem, should_stop
        self.random = random.Random(seed)  # noqa: S311 - no secret
        self.workers = [each.id for each in problem.workers if problem.possible.shifts_of(each.id)]
        self.idle = sum(
            machine_of(problem, each.id).constant for each in problem.workers if not problem.possible.shifts_of(each.id)
        )
        self.desks = Desks(problem, self.workers, helpers, should_stop)
        self.team = Team(problem, Coupling(problem), self.desks)
        self.center: Prices | None = None

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
        """Make the pool, with a column for everyone."""
        self.pool = Pool(self.problem, rows_of(self.problem), self.workers)
        self.know(Roster())

    def know(self, roster: Roster) -> dict[str, int]:
        """Make a roster's columns known; return their numbers by worker."""
        found = {}
        for worker in self.workers:
            shifts = roster.shifts_of(worker)
            number = self.pool.number(worker, shifts)
            if number is None:
                price = self.desks.read(worker, shifts)
                if price is None:
                    raise AssertionError(f"the roster of {worker} is not allowed")
                number = self.pool.add([Column(worker, shifts, price)])[0]
            found[worker] = number
        return found

    def roster_of(self, chosen: Mapping[str, int]) -> Roster:
        """Return the roster of chosen columns."""
        return Roster(
            Assignment(worker, shift) for worker, number in chosen.items() for shift in self.pool.columns[number].shifts
        )

    def whole(self) -> Closing:
        """Return what closes in on the bound of the whole problem."""
        master = Master.whole(self.pool, self.idle)
        master.take(range(len(self.pool.columns)))
        return Closing(self, master)

    def again(
        self, free: Iterable[str], chosen: Mapping[str, int], price: float, seconds: Callable[[], float]
    ) -> Found:
        """Solve some workers again, all others as chosen, for less than the chosen columns cost in all."""
        master = Master.part(self.pool, free, chosen, price)
        if self.center is not None:
            master.take(self.promising(master.free, self.center, BEGUN_WITH))
        return self.dive(Closing(self, master, self.center), price, seconds)

    def promising(self, workers: Iterable[str], prices: Prices, count: int) -> list[int]:
        """Return some columns of each worker that cost least at some prices."""
        found = []
        for worker in workers:
            values = self.pool.values(worker, prices)
            best = np.argsort(values, kind="stable")[:count]
            found += [self.pool.of[worker][each] for each in best]
        return found

    def dive(self, closing: Closing, cutoff: float, seconds: Callable[[], float]) -> Found:
        """Look for columns of everyone that cost less than the cutoff.

        Column after column is fixed; then, from where few workers were left, a better choice is looked for among all
        columns that were found on the way. `seconds` tells how many are left.
        """
        first = closing
        found, stand = self._descend(closing, cutoff, DIVING * seconds())
        if found is not None:
            cutoff = min(cutoff, self._price_of(first.master, found))
        if stand is not None and not stand.is_above(cutoff):
            master = stand.master
            better = master.choose(stand.worthy(cutoff)[:MOST_COLUMNS], cutoff, min(PATIENCE, seconds()))
            found = found if better is None else {**master.fixed, **better}
        return Found(found, first.is_above(cutoff))

    def _descend(self, closing: Closing, cutoff: float, seconds: float) -> tuple[dict[str, int] | None, Closing | None]:
        """Fix column after column; return everyone's, if it came so far, and where few workers were left."""
        stand: Closing | None = None
        began, steps = time.monotonic(), 0
        try:
            while True:
                steps += 1
                spent = time.monotonic() - began
                until = began + spent + (seconds - spent) / max(1.0, LEVELS * len(closing.master.free))
                while not closing.is_done(cutoff) and not closing.is_near(CLOSE):
                    closing.step()
                    if time.monotonic() > until and closing.bound > -math.inf:
                        break
                if closing.is_above(cutoff):
                    return None, stand
                master = closing.master
                spent = time.monotonic() - began
                is_late = spent > seconds
                if stand is None and (is_late or len(master.free) <= FEW_WORKERS or closing.is_narrow(cutoff)):
                    stand = closing
                step = self._most_certain(master, len(master.free) * spent / steps / max(seconds - spent, EPSILON))
                if len(step) == len(master.free):
                    return {**master.fixed, **{self.pool.columns[each].worker: each for each in step}}, stand
                closing = Closing(self, master.narrowed(step, closing.best(BEGUN_WITH)), closing.prices)
        except NoMixtureError:
            return None, stand

    def _price_of(self, master: Master, chosen: Mapping[str, int]) -> float:
        """Return what everyone's columns cost, where those of a master's free workers were chosen anew."""
        try:
            return master.narrowed(chosen[each] for each in master.free).solve()[0]
        except NoMixtureError:
            return math.inf

    def _most_certain(self, master: Master, least: float) -> list[int]:
        """Return the columns that the mixture takes nearly whole, else those few that it takes most of.

        Of at least so many workers (of all, at most).
        """
        step = [number for number, value in master.values.items() if value > NEARLY]
        if len(step) >= least and any(master.values[number] <= SURE for number in step):
            return step
        taken = {self.pool.columns[number].worker for number in step}
        rest = [number for number, value in master.values.items() if EPSILON < value <= NEARLY]
        most = max(len(step) + max(1, round(SHARE * len(master.free))), min(len(master.free), math.ceil(least)))
        for number in sorted(rest, key=lambda each: (-master.values[each], each)):
            if len(step) < most and self.pool.columns[number].worker not in taken:
                taken.add(self.pool.columns[number].worker)
                step.append(number)
        return step


class Closing:
    """Rounds of solving and pricing that close in on the value of the best mixture; it can be left and taken up again.

    Prices lean towards those of the best bound so far, at first towards a given center.
    """

    def __init__(self, work: Generation, master: Master, center: Prices | None = None) -> None:
        self._work, self.master = work, master
        self.value, self.bound, self.prices = math.inf, -math.inf, center
        self._least: dict[str, float] = {}
        self._is_steady, self._is_over = True, False

    def is_above(self, cutoff: float) -> bool:
        """Say whether nothing below a cutoff can be found; what is found costs whole points."""
        return self.bound > -math.inf and math.ceil(self.bound - EPSILON) >= cutoff

    def is_near(self, share: float, value: float | None = None) -> bool:
        """Say whether a value, at first that of the mixture, is as near the bound as a share of it."""
        value = self.value if value is None else value
        return self.bound > -math.inf and value - self.bound <= share * abs(value)

    def is_done(self, cutoff: float = math.inf) -> bool:
        """Say whether nothing improves any more, or nothing below a cutoff can be found."""
        return self._is_over or self.is_above(min(self.value - EPSILON, cutoff))

    def is_narrow(self, cutoff: float) -> bool:
        """Say whether the cutoff is so near the bound that few columns are worth a look."""
        return cutoff - self.bound <= TIGHT * abs(cutoff) and len(self.worthy(cutoff)) <= MOST_COLUMNS

    def best(self, count: int) -> list[int]:
        """Return columns of each worker that cost least, and those that the mixture has."""
        if self.prices is None:
            return self.master.known
        found = [each for each, value in self.master.values.items() if value > EPSILON]
        return [*found, *self._work.promising(self.master.free, self.prices, count)]

    def worthy(self, cutoff: float) -> list[int]:
        """Return columns that something below the cutoff may have, the most promising first."""
        if self.prices is None or not self._least:
            return self.master.known
        found = []
        for worker in self.master.free:
            over = self._work.pool.values(worker, self.prices) - self._least[worker]
            found += [
                (float(each), number)
                for each, number in zip(over, self._work.pool.of[worker], strict=True)
                if each < cutoff - self.bound
            ]
        return [number for _, number in sorted(found)]

    def step(self) -> None:
        """Solve the master and price the free workers once."""
        master, pool = self.master, self._work.pool
        self.value, prices = master.solve()
        center = self.prices if self._is_steady else None
        at = prices if center is None else prices.towards(center, STEADY)
        costs = {worker: pool.shift_costs(worker, at) for worker in master.free}
        below = {worker: float(at.workers[pool.place[worker]]) for worker in master.free}
        found = self._work.desks.price(costs, max(WANTED, WANTED_IN_ALL // max(1, len(master.free))), below)
        new: list[Column] = []
        for worker, each in found.items():
            true = costs[worker] if center is None else pool.shift_costs(worker, prices)
            most = prices.workers[pool.place[worker]] - EPSILON
            new += [column for _, column in each.columns if column.price + sum(true[s] for s in column.shifts) < most]
        least = {worker: each.bound for worker, each in found.items()}
        bound = master.bound(at, least)
        if bound > self.bound:
            self.bound, self.prices, self._least = bound, at, least
        known = set(master.known)
        pool.add(new)
        numbers = [pool.number(each.worker, each.shifts) for each in new]
        fresh = [each for each in numbers if each is not None and each not in known]
        master.take(fresh)
        self._is_over = not fresh and center is None
        self._is_steady = bool(fresh)

"""The best whole rosters of one worker when each shift has a price: shortest paths through their machine.

All counts of a step are kept as one dense array, so a step costs a few array operations whatever the prices are.
Where all counts together would be too many, some are left out: what is found is then a bound, and such counts are
taken in as soon as a roster found breaks their limits.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from itertools import groupby
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from scheduling.columns.axes import Axes, ended, firm_span, opened_at, priced_ends, slack
from scheduling.columns.slopes import Slope

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from scheduling.columns.axes import Array, Ends
    from scheduling.columns.machine import Machine, Step

MOST_CELLS = 1_500
"""Combinations of counts that are kept for each state at most, unless a count proves to be needed."""
CELLS_AT_LAST = 4_000
TRIES = 3
"""How often slopes are learnt anew while no roster found keeps within the limits of counts left out."""


@dataclass(frozen=True)
class Column:
    """One worker's whole roster: the shifts, and what worker-wise rules ask for them."""

    worker: str
    shifts: frozenset[str]
    price: int


@dataclass(frozen=True)
class Priced:
    """What pricing found: no roster of the worker costs less than `bound`; each column with what it costs."""

    bound: float
    columns: tuple[tuple[float, Column], ...]


@dataclass(frozen=True)
class _Move:
    """What all ways of one class of a step that add the same to the counts have in common."""

    chosen: int
    into: tuple[slice, ...]
    out: tuple[slice, ...]
    added: tuple[int, ...]


@dataclass
class _Sweep:
    """All ways of a step that move the counts in use by the same, whatever their class: taken in a few operations.

    Ways are sorted by how many lead to their target: each of `blocks` tells the places of some targets, the places of
    their ways, and how many ways each of them has (the first way of each target, then the second of each, and so on).
    `moves` tells the move of each way.
    """

    moves: Array
    sources: Array
    targets: Array
    blocks: list[tuple[slice, slice, int]]
    prices: Array
    into: tuple[slice, ...]
    out: tuple[slice, ...]

    def least(self, before: Array, costs: Array) -> Array:
        """Return for each target the least that leads to it, where each move of the step costs so much."""
        ways: Any = (self.sources, *self.out)
        part: Array = before[ways]
        part += (self.prices + costs[self.moves]).reshape((-1, *(1 for _ in self.out)))
        if len(self.targets) == len(self.sources):
            return part
        found: Array = np.empty((len(self.targets), *part.shape[1:]))
        for targets, block, count in self.blocks:
            if count == 1:
                found[targets] = part[block]
            else:
                np.minimum.reduce(part[block].reshape((count, -1, *part.shape[1:])), axis=0, out=found[targets])
        return found


class _Window(NamedTuple):
    """The least and the most of each count on its axis."""

    low: Sequence[int]
    high: Sequence[int]


@dataclass
class _Layer:
    """A step made ready: its moves and how they are swept, the shape after it, and the counts that end with it."""

    step: Step
    moves: list[_Move]
    sweeps: list[_Sweep]
    shape: tuple[int, ...]
    ends: Ends
    into: list[list[tuple[int, int, int]]]


class Pricer:
    """Prices rosters of one worker."""

    def __init__(self, machine: Machine, most_cells: int = MOST_CELLS) -> None:
        self.machine = machine
        self.used: list[int] = []
        self.slopes: dict[int, Slope] = {}
        self._adds = [
            np.array([way[4] for way in step.ways]).reshape((len(step.ways), len(machine.counts)))
            for step in machine.steps
        ]
        self._spans = [
            (sum(int(each[:, n].min()) for each in self._adds), sum(int(each[:, n].max()) for each in self._adds))
            for n in range(len(machine.counts))
        ]
        order = range(len(machine.counts))
        for number in sorted(order, key=lambda each: slack(machine.counts[each], self._spans[each])):
            self._take_in(number, most_cells)
        self._lay_out()

    @property
    def is_exact(self) -> bool:
        """Say whether every count is kept."""
        return len(self.used) == len(self.machine.counts)

    def _take_in(self, number: int, most: int) -> bool:
        """Keep one count more if that is not too much."""
        if number in self.used:
            return False
        used = sorted([*self.used, number], key=self._reach)
        frame = Axes(self.machine.counts, self._adds, used)
        if max((frame.size(at) for at in range(len(self._adds))), default=1) > most:
            return False
        self.used = used
        return True

    def _reach(self, number: int) -> float:
        """Return how far a count goes: array operations are quickest when the last axis is the longest."""
        low, high = self._spans[number]
        return min(high, firm_span(self.machine.counts[number])[1]) - low

    def _lay_out(self) -> None:
        """Make all steps ready for the counts in use."""
        frame = Axes(self.machine.counts, self._adds, self.used)
        left_out = [each for each in range(len(self.machine.counts)) if each not in self.used]
        self.slopes = {
            each: self.slopes.get(each) or Slope(self.machine.counts[each], self._spans[each]) for each in left_out
        }
        self.layers: list[_Layer] = []
        low, high = [0] * len(self.used), [0] * len(self.used)
        for at, step in enumerate(self.machine.steps):
            low_now, high_now = frame.windows[at]
            into: list[list[tuple[int, int, int]]] = [[] for _ in range(step.states)]
            moves, sweeps = _moves(step, frame.adds[at], _Window(low, high), _Window(low_now, high_now), into)
            shape = tuple(b - a + 1 for a, b in zip(low_now, high_now, strict=True))
            ends = frame.ends(at)
            low, high = list(low_now), list(high_now)
            for axis, is_last in enumerate(frame.is_last(at)):
                if is_last:
                    low[axis] = high[axis] = 0
            self.layers.append(_Layer(step, moves, sweeps, shape, ends, into))

    def price(self, prices: Mapping[str, float], wanted: int = 1, below: float = math.inf) -> Priced:
        """Return the best rosters when each shift costs `prices` beside what the rules ask.

        Those that cost `below` or more are not told.
        """
        found, broken = self._price(prices, wanted, below)
        for _ in range(TRIES):
            grown = [number for number in sorted(broken) if self._take_in(number, CELLS_AT_LAST)]
            if grown:
                self._lay_out()
            elif found.columns or not broken:
                break
            found, broken = self._price(prices, wanted, below)
        return found

    def _price(self, prices: Mapping[str, float], wanted: int, below: float) -> tuple[Priced, set[int]]:
        """Price once; also return the counts left out whose firm limits one of the best rosters breaks."""
        machine = self.machine
        if not machine.steps:
            column = Column(machine.worker, frozenset(), machine.constant)
            return Priced(float(machine.constant), ((float(machine.constant), column),)), set()
        run = _Run(self, prices)
        last = run.whole[-1]
        flat = last.reshape(-1)
        count = min(wanted, flat.size)
        order = np.argpartition(flat, count - 1)[:count]
        always = machine.constant + sum(each.least() for each in self.slopes.values())
        found: list[tuple[float, Column]] = []
        broken: set[int] = set()
        first: list[int] | None = None
        for place in order[np.argsort(flat[order])]:
            if np.isfinite(flat[place]) and flat[place] + always < below:
                column, sums, faults = run.trace(tuple(int(each) for each in np.unravel_index(place, last.shape)))
                first = first or sums
                broken |= faults
                if not faults:
                    found.append((column.price + sum(prices.get(each, 0.0) for each in column.shifts), column))
        if first is not None:
            for number, slope in self.slopes.items():
                slope.learn(first[number])
        return Priced(float(flat.min()) + always, tuple(sorted(found, key=lambda each: each[0]))), broken


class _Run:
    """The tables of one pricing: for each step the least cost by state and counts, with and without what ends."""

    def __init__(self, pricer: Pricer, prices: Mapping[str, float]) -> None:
        self.layers, self.machine = pricer.layers, pricer.machine
        slopes = [(number, each.now) for number, each in pricer.slopes.items() if each.now]
        self.picks: list[list[str | None]] = []
        self.costs: list[list[float]] = []
        self.whole: list[Array] = []
        self.ended: list[Array] = []
        self._ways: dict[tuple[int, tuple[int, ...]], tuple[_Move, tuple[int, ...], int]] = {}
        before: Array = np.zeros((1,) * (1 + len(pricer.used)))
        for layer in self.layers:
            cheapest = [self._cheapest(chosen, prices) for chosen in layer.step.classes]
            costs = [
                cheapest[move.chosen][0] + sum(slope * move.added[number] for number, slope in slopes)
                for move in layer.moves
            ]
            after: Array = np.full((layer.step.states, *layer.shape), np.inf)
            told = np.array(costs)
            for sweep in layer.sweeps:
                into: Any = (sweep.targets, *sweep.into)
                after[into] = np.minimum(after[into], sweep.least(before, told))
            self.costs.append(costs)
            self.picks.append([pick for _, pick in cheapest])
            self.ended.append(before)
            self.whole.append(priced_ends(after, layer.ends))
            before = ended(self.whole[-1], layer.ends)

    def _cheapest(self, shifts: Sequence[str], prices: Mapping[str, float]) -> tuple[float, str | None]:
        """Return the cheapest of shifts that are alike otherwise, and its cost; nothing for none."""
        if not shifts:
            return 0.0, None
        return min((prices.get(each, 0.0) + self.machine.cost.get(each, 0), each) for each in shifts)

    def trace(self, cell: tuple[int, ...]) -> tuple[Column, list[int], set[int]]:
        """Walk back from a last cell; return the column, what it counts, and the counts that forbid it."""
        machine = self.machine
        shifts: list[str] = []
        price = machine.constant
        sums = [0] * len(machine.counts)
        for at in range(len(self.whole) - 1, -1, -1):
            move, cell, asked = self._back(at, cell)
            price += asked
            if any(move.added):
                sums = [a + b for a, b in zip(sums, move.added, strict=True)]
            pick = self.picks[at][move.chosen]
            if pick is not None:
                shifts.append(pick)
                price += machine.cost.get(pick, 0)
            if at:
                cell = opened_at(self.whole[at - 1], self.layers[at - 1].ends, cell)
        asked_for = [count.price(value) for count, value in zip(machine.counts, sums, strict=True)]
        broken = {number for number, each in enumerate(asked_for) if each is None}
        price += sum(each or 0 for each in asked_for)
        return Column(machine.worker, frozenset(shifts), price), sums, broken

    def _back(self, at: int, cell: tuple[int, ...]) -> tuple[_Move, tuple[int, ...], int]:
        """Return the cheapest way into a cell, the cell it comes from, and its price; rosters share many cells."""
        if (at, cell) not in self._ways:
            self._ways[at, cell] = self._looked_back(at, cell)
        return self._ways[at, cell]

    def _looked_back(self, at: int, cell: tuple[int, ...]) -> tuple[_Move, tuple[int, ...], int]:
        layer, before = self.layers[at], self.ended[at]
        best: tuple[float, _Move, tuple[int, ...], int] | None = None
        for number, source, asked in layer.into[cell[0]]:
            move = layer.moves[number]
            place = [source]
            for each, into, out in zip(cell[1:], move.into, move.out, strict=True):
                if not into.start <= each < into.stop:
                    break
                place.append(each - into.start + out.start)
            else:
                told = float(before[tuple(place)]) + asked + self.costs[at][number]
                if best is None or told < best[0]:
                    best = told, move, tuple(place), asked
        if best is None:
            raise AssertionError("a way that was found cannot be walked back")
        return best[1:]


def _moves(
    step: Step,
    adds: Array,
    before: _Window,
    after: _Window,
    ways_into: list[list[tuple[int, int, int]]],
) -> tuple[list[_Move], list[_Sweep]]:
    """Return the moves of a step, and the sweeps that take them; also note the ways into each state."""
    numbers: dict[tuple[int, tuple[int, ...], tuple[int, ...]], int] = {}
    moves: list[_Move] = []
    windows: dict[tuple[int, ...], tuple[tuple[slice, ...], tuple[slice, ...]]] = {}
    swept: dict[tuple[int, ...], list[tuple[int, int, int, int]]] = {}
    for (source, target, chosen, price, added), row in zip(step.ways, adds.tolist(), strict=True):
        more = tuple(row)
        if more not in windows:
            windows[more] = _windows(more, before, after)
        into, out = windows[more]
        if any(each.stop <= each.start for each in out):
            continue
        number = numbers.setdefault((chosen, added, more), len(moves))
        if number == len(moves):
            moves.append(_Move(chosen, into, out, added))
        swept.setdefault(more, []).append((target, number, source, price))
        ways_into[target].append((number, source, price))
    return moves, [_sweep(*windows[more], ways) for more, ways in swept.items()]


def _windows(more: tuple[int, ...], before: _Window, after: _Window) -> tuple[tuple[slice, ...], tuple[slice, ...]]:
    """Return where on each axis a step that adds so much leads to, and where from."""
    into, out = [], []
    for axis, each in enumerate(more):
        first = max(before.low[axis], after.low[axis] - each)
        last = min(before.high[axis], after.high[axis] - each)
        out.append(slice(first - before.low[axis], last + 1 - before.low[axis]))
        into.append(slice(first + each - after.low[axis], last + 1 + each - after.low[axis]))
    return tuple(into), tuple(out)


def _sweep(into: tuple[slice, ...], out: tuple[slice, ...], ways: list[tuple[int, int, int, int]]) -> _Sweep:
    """Put together ways (target, move, source, price) that move the counts by the same."""
    by_target: dict[int, list[tuple[int, int, int]]] = {}
    for target, *way in sorted(ways):
        by_target.setdefault(target, []).append((way[0], way[1], way[2]))
    order = sorted(by_target, key=lambda each: len(by_target[each]))
    chained: list[tuple[int, int, int]] = []
    blocks: list[tuple[slice, slice, int]] = []
    for count, some in groupby(order, key=lambda each: len(by_target[each])):
        targets, first = list(some), len(chained)
        done = blocks[-1][0].stop if blocks else 0
        chained += [by_target[target][rank] for rank in range(count) for target in targets]
        blocks.append((slice(done, done + len(targets)), slice(first, len(chained)), count))
    numbers, sources, prices = (np.array(each) for each in zip(*chained, strict=True))
    return _Sweep(numbers, sources, np.array(order), blocks, prices.astype(float), into, out)

"""The best whole rosters of one worker when each shift has a price: shortest paths through their machine.

All counts of a step are kept as one dense array, so a step costs a few array operations whatever the prices are.
Where all counts together would be too many, some are left out: what is found is then a bound, and such counts are
taken in as soon as a roster found breaks their limits.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, TypeAlias

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from scheduling.columns.machine import Count, Machine, Step

MOST_CELLS = 1_500
"""Combinations of counts that are kept for each state at most, unless a count proves to be needed."""
CELLS_AT_LAST = 40_000
HASTE = 0.4
"""How far a slope goes each time towards what was last learnt."""
MOST_SHARE = 8
"""How often one count may stand in another, when it is kept as what it differs by."""

Array: TypeAlias = "np.ndarray[Any, Any]"
Ends: TypeAlias = "list[tuple[tuple[int, ...], Array]]"
"""Axes that end with a step, and what is paid for them."""


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


@dataclass
class _Move:
    """All ways of one class of a step that add the same to the counts."""

    chosen: int
    sources: Array
    starts: Array
    targets: Array
    prices: Array
    is_priced: bool
    into: tuple[slice, ...]
    out: tuple[slice, ...]
    added: tuple[int, ...]


@dataclass
class _Layer:
    """A step made ready: its moves, the shape after it, and the counts that end with it."""

    step: Step
    moves: list[_Move]
    shape: tuple[int, ...]
    ends: Ends
    into: list[list[tuple[_Move, int, int]]]


class Pricer:
    """Prices rosters of one worker."""

    def __init__(self, machine: Machine, most_cells: int = MOST_CELLS) -> None:
        self.machine = machine
        self.used: list[int] = []
        self.slopes: dict[int, _Slope] = {}
        self._adds = [
            np.array([way[4] for way in step.ways]).reshape((len(step.ways), len(machine.counts)))
            for step in machine.steps
        ]
        self._spans = [
            (sum(int(each[:, n].min()) for each in self._adds), sum(int(each[:, n].max()) for each in self._adds))
            for n in range(len(machine.counts))
        ]
        order = range(len(machine.counts))
        for number in sorted(order, key=lambda each: _slack(machine.counts[each], self._spans[each])):
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
        frame = _Frame(self.machine.counts, self._adds, [*self.used, number])
        if max((frame.size(at) for at in range(len(self._adds))), default=1) > most:
            return False
        self.used.append(number)
        return True

    def _lay_out(self) -> None:
        """Make all steps ready for the counts in use."""
        frame = _Frame(self.machine.counts, self._adds, self.used)
        left_out = [each for each in range(len(self.machine.counts)) if each not in self.used]
        self.slopes = {
            each: self.slopes.get(each) or _Slope(self.machine.counts[each], self._spans[each]) for each in left_out
        }
        self.layers: list[_Layer] = []
        low, high = [0] * len(self.used), [0] * len(self.used)
        for at, step in enumerate(self.machine.steps):
            low_now, high_now = frame.windows[at]
            into: list[list[tuple[_Move, int, int]]] = [[] for _ in range(step.states)]
            moves = _moves(step, frame.adds[at], (low, high), (low_now, high_now), into)
            shape = tuple(b - a + 1 for a, b in zip(low_now, high_now, strict=True))
            ends = frame.ends(at)
            low, high = list(low_now), list(high_now)
            for axis, is_last in enumerate(frame.is_last(at)):
                if is_last:
                    low[axis] = high[axis] = 0
            self.layers.append(_Layer(step, moves, shape, ends, into))

    def price(self, prices: Mapping[str, float], wanted: int = 1) -> Priced:
        """Return the best rosters when each shift costs `prices` beside what the rules ask."""
        while True:
            found, broken = self._price(prices, wanted)
            grown = [number for number in sorted(broken) if self._take_in(number, CELLS_AT_LAST)]
            if not grown:
                return found
            self._lay_out()

    def _price(self, prices: Mapping[str, float], wanted: int) -> tuple[Priced, set[int]]:
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
        found: list[tuple[float, Column]] = []
        broken: set[int] = set()
        first: list[int] | None = None
        for place in order[np.argsort(flat[order])]:
            if np.isfinite(flat[place]):
                column, sums, faults = run.trace(tuple(int(each) for each in np.unravel_index(place, last.shape)))
                first = first or sums
                broken |= faults
                if not faults:
                    found.append((column.price + sum(prices.get(each, 0.0) for each in column.shifts), column))
        bound = float(flat.min()) + machine.constant + sum(each.least() for each in self.slopes.values())
        if first is not None:
            for number, slope in self.slopes.items():
                slope.learn(first[number])
        return Priced(bound, tuple(sorted(found, key=lambda each: each[0]))), broken


class _Slope:
    """A price for each unit of a count that is left out, in place of what its limits ask.

    At any slope, slope * count + the least of (what is asked - slope * count) is no more than what is asked: a bound.
    The slope follows that of what is asked where the best rosters lie.
    """

    def __init__(self, count: Count, span: tuple[int, int]) -> None:
        self._low, high = span
        asked = [count.price(each) for each in range(self._low, high + 1)]
        self._asked = np.array([np.inf if each is None else float(each) for each in asked])
        self._places = np.arange(self._low, high + 1, dtype=float)
        finite = self._asked[np.isfinite(self._asked)]
        self._steep = max(1.0, float(np.abs(np.diff(finite)).max(initial=0.0)))
        self.now = 0.0

    def least(self) -> float:
        """Return the least of what is asked beyond the slope."""
        return float((self._asked - self.now * self._places).min())

    def learn(self, value: int) -> None:
        """Lean towards the slope at a value that the best roster has."""
        place = value - self._low
        below, above = self._asked[max(0, place - 1)], self._asked[min(len(self._asked) - 1, place + 1)]
        here = self._asked[place]
        if not np.isfinite(here):
            target = self._steep if place > int(np.argmin(self._asked)) else -self._steep
            self.now += HASTE * target
        elif np.isfinite(below) and np.isfinite(above):
            self.now += HASTE * (float(above - below) / 2 - self.now)
        else:
            self.now -= HASTE * self.now


class _Run:
    """The tables of one pricing: for each step the least cost by state and counts, with and without what ends."""

    def __init__(self, pricer: Pricer, prices: Mapping[str, float]) -> None:
        self.pricer, self.machine = pricer, pricer.machine
        own = self.machine.cost
        self.costs: list[list[float]] = []
        self.picks: list[list[str | None]] = []
        self.whole: list[Array] = []
        self._slopes = slopes = [(number, each.now) for number, each in pricer.slopes.items() if each.now]
        self.ended: list[Array] = []
        before = np.zeros((1,) * (1 + len(pricer.used)))
        for layer in pricer.layers:
            costs, picks = [0.0], [None]
            for chosen in layer.step.classes[1:]:
                cost, pick = min((prices.get(each, 0.0) + own.get(each, 0), each) for each in chosen)
                costs.append(cost)
                picks.append(pick)  # type: ignore[arg-type]
            after = np.full((layer.step.states, *layer.shape), np.inf)
            for move in layer.moves:
                part = before[(move.sources, *move.out)]
                if move.is_priced:
                    part += move.prices
                if len(move.starts) < len(move.sources):
                    part = np.minimum.reduceat(part, move.starts, axis=0)
                part += costs[move.chosen] + sum(slope * move.added[number] for number, slope in slopes)
                place = (move.targets, *move.into)
                after[place] = np.minimum(after[place], part)
            self.costs.append(costs)
            self.picks.append(picks)  # type: ignore[arg-type]
            self.ended.append(before)
            self.whole.append(_priced_ends(after, layer.ends))
            before = _ended(self.whole[-1], layer.ends)

    def trace(self, cell: tuple[int, ...]) -> tuple[Column, list[int], set[int]]:
        """Walk back from a last cell; return the column, what it counts, and the counts that forbid it."""
        machine = self.machine
        shifts: list[str] = []
        price = machine.constant
        sums = [0] * len(machine.counts)
        for at in range(len(self.whole) - 1, -1, -1):
            layer, before, costs = self.pricer.layers[at], self.ended[at], self.costs[at]
            least, taken = np.inf, None
            for move, source, asked in layer.into[cell[0]]:
                place = [source]
                for each, into, out in zip(cell[1:], move.into, move.out, strict=True):
                    if not into.start <= each < into.stop:
                        break
                    place.append(each - into.start + out.start)
                else:
                    told = before[tuple(place)] + asked + costs[move.chosen]
                    told += sum(slope * move.added[number] for number, slope in self._slopes)
                    if told < least:
                        least, taken = told, (move, place, asked)
            if taken is None:
                raise AssertionError("a way that was found cannot be walked back")
            move, place, asked = taken
            price += asked
            if any(move.added):
                sums = [a + b for a, b in zip(sums, move.added, strict=True)]
            pick = self.picks[at][move.chosen]
            if pick is not None:
                shifts.append(pick)
                price += machine.cost.get(pick, 0)
            cell = tuple(place)
            if at:
                cell = _opened(self.whole[at - 1], self.pricer.layers[at - 1].ends, cell)
        broken = set()
        for number, count in enumerate(machine.counts):
            more = count.price(sums[number])
            if more is None:
                broken.add(number)
            else:
                price += more
        return Column(machine.worker, frozenset(shifts), price), sums, broken


def _priced_ends(table: Array, ends: Ends) -> Array:
    """Return a table with what counts that end ask."""
    for _, prices in ends:
        table = table + prices
    return table


def _ended(table: Array, ends: Ends) -> Array:
    """Return a table in which counts that end, priced already, are forgotten."""
    if not ends:
        return table
    axes = {axis for some, _ in ends for axis in some}
    return table.min(axis=tuple(1 + axis for axis in axes), keepdims=True)


def _opened(table: Array, ends: Ends, cell: tuple[int, ...]) -> tuple[int, ...]:
    """Return the cell of a table before counts that end were forgotten."""
    if not ends:
        return cell
    axes = sorted({1 + axis for some, _ in ends for axis in some})
    place: list[Any] = list(cell)
    for axis in axes:
        place[axis] = slice(None)
    part = table[tuple(place)]
    found = np.unravel_index(int(np.argmin(part)), part.shape)
    opened = list(cell)
    for axis, each in zip(axes, found, strict=True):
        opened[axis] = int(each)
    return tuple(opened)


def _slack(count: Count, span: tuple[int, int]) -> tuple[bool, float]:
    """Return an order in which counts matter: limits on both sides first, then those that are soon reached."""
    low, high = span
    found = []
    for limit, firm in count.limits:
        bound = (firm if limit.price is None else limit.bound) - count.base
        share = (bound / count.unit - low) / max(1, high - low)
        found.append(share if limit.is_over else 1 - share)
    return len({limit.is_over for limit, _ in count.limits}) < 2, min(found)  # noqa: PLR2004 - both sides


def _firm(count: Count) -> tuple[float, float]:
    """Return the least and the most that firm limits allow a count."""
    low, high = -np.inf, np.inf
    for limit, firm in count.limits:
        if limit.price is None:
            bound = (firm - count.base) / count.unit
            low, high = (low, min(high, bound)) if limit.is_over else (max(low, bound), high)
    return low, high


class _Frame:
    """The axes on which counts in use are kept, one each.

    A count that mostly moves with another is kept as what it differs by (minutes as a number of shifts, say), which
    makes its axis shorter: count = scale * place on its axis + share * the other count.
    """

    def __init__(self, counts: Sequence[Count], adds: Sequence[Array], used: Sequence[int]) -> None:
        self.counts = [counts[each] for each in used]
        self.raw = [each[:, list(used)] for each in adds]
        every = np.unique(np.concatenate(self.raw), axis=0) if self.raw else np.zeros((1, len(used)), int)
        self.spans = [self._span([each[:, axis] for each in self.raw]) for axis in range(len(used))]
        self.beside: list[tuple[int, int, int]] = []
        for axis in range(len(used)):
            self.beside.append(self._shortest(every, axis))
        self.adds = []
        for each in self.raw:
            new = each.copy()
            for axis, (scale, other, share) in enumerate(self.beside):
                new[:, axis] = (each[:, axis] - share * each[:, other]) // scale
            self.adds.append(new)
        self.lasts = self._lasts()
        self.windows = self._windows()

    def _shortest(self, every: Array, axis: int) -> tuple[int, int, int]:
        """Return scale, other axis and share that make an axis shortest; others must be kept plainly."""
        best = (1, axis, 0)
        low, high = self._firm_span(axis)
        length = high - low
        for other in range(len(self.counts)):
            if other == axis or (other < axis and self.beside[other][0] > 1):
                continue
            if any(each[1] == axis and each[0] > 1 for each in self.beside):
                continue
            for share in range(-MOST_SHARE, MOST_SHARE + 1):
                scale = int(np.gcd.reduce(every[:, axis] - share * every[:, other]))
                if scale < 2:  # noqa: PLR2004 - nothing is gained
                    continue
                low, high = self._span([(each[:, axis] - share * each[:, other]) // scale for each in self.raw])
                if high - low < length:
                    best, length = (scale, other, share), high - low
        return best

    @staticmethod
    def _span(adds: Sequence[Array]) -> tuple[int, int]:
        """Return the least and the most that steps can add up to."""
        return sum(int(each.min()) for each in adds), sum(int(each.max()) for each in adds)

    def _firm_span(self, axis: int) -> tuple[float, float]:
        """Return the least and the most of a count that are reached and allowed."""
        (low, high), (firm_low, firm_high) = self.spans[axis], _firm(self.counts[axis])
        return max(low, firm_low), min(high, firm_high)

    def _lasts(self) -> list[int]:
        """Return for each axis the last step at which it, or an axis that leans on it, grows."""
        lasts = [
            max((at for at, each in enumerate(self.raw) if each[:, axis].any()), default=0)
            for axis in range(len(self.counts))
        ]
        for axis, (scale, other, _) in enumerate(self.beside):
            if scale > 1:
                lasts[axis] = lasts[other] = max(lasts[axis], lasts[other])
        for axis, (scale, other, _) in enumerate(self.beside):
            if scale > 1:
                lasts[axis] = lasts[other]
        return lasts

    def _windows(self) -> list[tuple[tuple[int, ...], tuple[int, ...]]]:
        """Return for each step the least and most of each axis that is reached and can still end well."""
        columns = []
        for axis, (scale, other, share) in enumerate(self.beside):
            least = [int(each[:, axis].min()) for each in self.adds]
            most = [int(each[:, axis].max()) for each in self.adds]
            firm_low, firm_high = _firm(self.counts[axis])
            if scale > 1:
                ends = sorted(share * each for each in self._firm_span(other))
                firm_low, firm_high = (firm_low - ends[1]) / scale, (firm_high - ends[0]) / scale
            rest_low, rest_high = sum(least), sum(most)
            low = high = 0
            windows = []
            for at in range(len(self.adds)):
                low, high = low + least[at], high + most[at]
                rest_low, rest_high = rest_low - least[at], rest_high - most[at]
                low = max(low, int(np.ceil(max(firm_low - rest_high, low))))
                high = min(high, int(np.floor(min(firm_high - rest_low, high))))
                windows.append((low, high) if at <= self.lasts[axis] else (0, 0))
            columns.append(windows)
        return [
            (tuple(each[at][0] for each in columns), tuple(each[at][1] for each in columns))
            for at in range(len(self.adds))
        ]

    def size(self, at: int) -> int:
        """Return the number of combinations of counts that are kept after a step."""
        size = 1
        for low, high in zip(*self.windows[at], strict=True):
            size *= high - low + 1
        return size

    def is_last(self, at: int) -> list[bool]:
        """Say for each axis whether it ends with a step."""
        return [each == at for each in self.lasts]

    def ends(self, at: int) -> list[tuple[tuple[int, ...], Array]]:
        """Return the axes that end with a step, by those that lean on one another, with what they ask."""
        low, high = self.windows[at]
        found: list[tuple[tuple[int, ...], Array]] = []
        for axis, (scale, other, share) in enumerate(self.beside):
            if self.lasts[axis] != at:
                continue
            count = self.counts[axis]
            if scale == 1:
                told = [count.price(each) for each in range(low[axis], high[axis] + 1)]
                axes: tuple[int, ...] = (axis,)
                prices = np.array([np.inf if each is None else float(each) for each in told])
            else:
                axes = (axis, other)
                table = [
                    [count.price(scale * mine + share * theirs) for theirs in range(low[other], high[other] + 1)]
                    for mine in range(low[axis], high[axis] + 1)
                ]
                prices = np.array([[np.inf if each is None else float(each) for each in row] for row in table])
                if other < axis:
                    axes, prices = (other, axis), prices.T
            shape = [1] * len(self.counts)
            for one, length in zip(axes, prices.shape, strict=True):
                shape[one] = length
            found.append((axes, prices.reshape((1, *shape))))
        return found


def _moves(
    step: Step,
    adds: Array,
    before: tuple[Sequence[int], Sequence[int]],
    after: tuple[Sequence[int], Sequence[int]],
    ways_into: list[list[tuple[_Move, int, int]]],
) -> list[_Move]:
    """Return the ways of a step put together by class and by what they add; also note the ways into each state."""
    by_move: dict[tuple[int, tuple[int, ...], tuple[int, ...]], list[tuple[int, int, int]]] = {}
    for (source, target, chosen, price, added), more in zip(step.ways, adds.tolist(), strict=True):
        by_move.setdefault((chosen, added, tuple(more)), []).append((target, source, price))
    moves = []
    for (chosen, added, more), ways in by_move.items():
        into, out = [], []
        for axis, each in enumerate(more):
            first = max(before[0][axis], after[0][axis] - each)
            last = min(before[1][axis], after[1][axis] - each)
            out.append(slice(first - before[0][axis], last + 1 - before[0][axis]))
            into.append(slice(first + each - after[0][axis], last + 1 + each - after[0][axis]))
        if any(each.stop <= each.start for each in out):
            continue
        ways.sort()
        states = np.array([each[0] for each in ways])
        starts = np.flatnonzero(np.r_[True, states[1:] != states[:-1]])
        prices = np.array([float(each[2]) for each in ways]).reshape((-1, *(1 for _ in more)))
        sources = np.array([each[1] for each in ways])
        is_priced = bool(prices.any())
        move = _Move(chosen, sources, starts, states[starts], prices, is_priced, tuple(into), tuple(out), added)
        moves.append(move)
        for target, source, price in ways:
            ways_into[target].append((move, source, price))
    return moves

"""The axes on which counts are kept while rosters are priced, one each, as short as they can be."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, TypeAlias

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Sequence

    from scheduling.columns.machine import Count

MOST_SHARE = 8
"""How often one count may stand in another, when it is kept as what it differs by."""

Array: TypeAlias = "np.ndarray[Any, Any]"
Ends: TypeAlias = "list[tuple[tuple[int, ...], Array]]"
"""Axes that end with a step, and what is paid for them."""


class Axes:
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
        (low, high), (firm_low, firm_high) = self.spans[axis], firm_span(self.counts[axis])
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
            firm_low, firm_high = firm_span(self.counts[axis])
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

    def ends(self, at: int) -> Ends:
        """Return the axes that end with a step, by those that lean on one another, with what they ask."""
        low, high = self.windows[at]
        found: Ends = []
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


def firm_span(count: Count) -> tuple[float, float]:
    """Return the least and the most that firm limits allow a count."""
    low, high = -np.inf, np.inf
    for limit, firm in count.limits:
        if limit.price is None:
            bound = (firm - count.base) / count.unit
            low, high = (low, min(high, bound)) if limit.is_over else (max(low, bound), high)
    return low, high


def slack(count: Count, span: tuple[int, int]) -> tuple[bool, float]:
    """Return an order in which counts matter: limits on both sides first, then those that are soon reached."""
    low, high = span
    found = []
    for limit, firm in count.limits:
        bound = (firm if limit.price is None else limit.bound) - count.base
        share = (bound / count.unit - low) / max(1, high - low)
        found.append(share if limit.is_over else 1 - share)
    return len({limit.is_over for limit, _ in count.limits}) < 2, min(found)  # noqa: PLR2004 - both sides


def priced_ends(table: Array, ends: Ends) -> Array:
    """Return a table with what counts that end ask."""
    for _, prices in ends:
        table = table + prices
    return table


def ended(table: Array, ends: Ends) -> Array:
    """Return a table in which counts that end, priced already, are forgotten."""
    if not ends:
        return table
    axes = {axis for some, _ in ends for axis in some}
    least: Array = table.min(axis=tuple(1 + axis for axis in axes), keepdims=True)
    return least


def opened_at(table: Array, ends: Ends, cell: tuple[int, ...]) -> tuple[int, ...]:
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

"""A price for each unit of a count that is too much to keep, so that what is found without it is still a good bound."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from scheduling.columns.machine import Count

HASTE = 0.4
"""How far a slope goes each time towards what was last learnt."""


class Slope:
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

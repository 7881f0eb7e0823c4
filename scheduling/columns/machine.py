"""One worker's law as a machine that reads a roster step by step (`compiler` makes it from the clauses of any rules).

A *step* is a group of shifts of which a worker may have one at most; steps follow one another in time. After each
step the machine is in a *state*: which sentences could still come true, and what of them has. What a `Total` adds up
is left to *counts*. Two rosters that lead to the same state and the same counts have the same future, so the best
roster of one worker is a shortest path (see `pricing`).
"""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable

    from scheduling.clauses import Limit


@dataclass(frozen=True)
class Count:
    """What a `Total` adds up, in whole units: value = base + unit * count; `limits` come with firm bounds."""

    base: int
    unit: int
    limits: tuple[tuple[Limit, int], ...]

    def price(self, count: int) -> int | None:
        """Return what the limits ask for a count, None where one forbids it."""
        value = self.base + self.unit * count
        whole = 0
        for limit, firm in self.limits:
            if limit.price is None:
                if value > firm if limit.is_over else value < firm:
                    return None
            else:
                whole += limit.price * limit.excess(value)
        return whole


@dataclass
class Step:
    """One choice: `classes` of shifts that are alike for every sentence (the first is none), and the ways on.

    A way is (state before, state after, class, price, what is added to each count).
    """

    classes: list[list[str]]
    ways: list[tuple[int, int, int, int, tuple[int, ...]]] = field(default_factory=list)
    states: int = 0


@dataclass
class Machine:
    """The steps of one worker, what is counted, what each shift costs by itself, and what is paid in any case."""

    worker: str
    steps: list[Step]
    counts: list[Count]
    cost: dict[str, int]
    constant: int

    @cached_property
    def _ways(self) -> list[dict[tuple[int, int], tuple[int, int, tuple[int, ...]]]]:
        """For each step, by state and class: the state after it, the price, and what is added."""
        return [{(way[0], way[2]): (way[1], way[3], way[4]) for way in step.ways} for step in self.steps]

    @cached_property
    def _place(self) -> dict[str, tuple[int, int]]:
        """The step and class of each shift."""
        return {
            shift: (at, chosen)
            for at, step in enumerate(self.steps)
            for chosen, shifts in enumerate(step.classes)
            for shift in shifts
        }

    def read(self, shifts: Iterable[str]) -> int | None:
        """Return what worker-wise rules ask for these shifts, None where they forbid them."""
        chosen: dict[int, int] = {}
        price = self.constant
        for shift in shifts:
            at, kind = self._place.get(shift, (-1, 0))
            if at < 0 or at in chosen:
                return None
            chosen[at] = kind
            price += self.cost.get(shift, 0)
        state, sums = 0, [0] * len(self.counts)
        for at, ways in enumerate(self._ways):
            way = ways.get((state, chosen.get(at, 0)))
            if way is None:
                return None
            state, asked, added = way
            price += asked
            if any(added):
                sums = [a + b for a, b in zip(sums, added, strict=True)]
        for count, value in zip(self.counts, sums, strict=True):
            asked_in_all = count.price(value)
            if asked_in_all is None:
                return None
            price += asked_in_all
        return price

"""Nights, weekends and demanding shifts fall on all, not on the same few."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

from scheduling.clauses import Limit, Total, on
from scheduling.rule import WorkerRule, cost
from scheduling.shares import LOADS, load_shares

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from scheduling.clauses import Clause
    from scheduling.problem import Problem, Shift, Worker

STEPS = 3
"""Each of the first steps beyond a fair share costs more than the one before it."""


@dataclass(frozen=True)
class FairLoad(WorkerRule):
    """What one person has of a load, months back included, beyond their share has a rising price.

    The rising price is how the rule comes near to helping the worst off first.
    """

    name: ClassVar[str] = "fair_load"
    title: ClassVar[str] = "Fair share of nights, weekends and demanding shifts"
    about: ClassVar[str] = "Counted over the last months, among those who could do them, by the hours people want."
    says: ClassVar[Mapping[str, str]] = {
        "nights": "{worker} would have {value:night/nights} with the last months. A fair share is {share}.",
        "weekends": "{worker} would have {value:weekend shift/weekend shifts} with the last months. Fair is {share}.",
        "demanding": "{worker} would have a load of {value} with the last months. A fair share is {share}.",
    }
    fixes: ClassVar[Mapping[str, str]] = {
        "nights": "Give a night to someone who had fewer.",
        "weekends": "Give a weekend shift to someone who had fewer.",
        "demanding": "Give a demanding shift to someone who had fewer.",
    }

    price_nights: int = cost(12, "Each night beyond a fair share, rising", may_forbid=False)
    price_weekends: int = cost(8, "Each weekend shift beyond a fair share, rising", may_forbid=False)
    price_demanding: int = cost(8, "Each unit of demanding work beyond a fair share, rising", may_forbid=False)

    def of_worker(self, problem: Problem, worker: Worker, shifts: tuple[Shift, ...]) -> Iterator[Clause]:
        """Yield for each load its count with steps of price beyond the fair share."""
        prices = {
            "nights": self.price_nights,
            "weekends": self.price_weekends,
            "demanding": self.price_demanding,
        }
        for load, measure in LOADS.items():
            share = load_shares(problem, load).get(worker.id)
            if share is None:
                continue
            weighed = ((each.id, measure.of_shift(problem, each)) for each in shifts)
            terms = tuple((on(worker.id, shift), weight) for shift, weight in weighed if weight)
            base = measure.before(problem, worker)
            told = (("share", share),)
            limits = tuple(Limit(load, share + step, prices[load], facts=told) for step in range(STEPS))
            yield Total(terms, limits, base, workers=(worker.id,))

"""As many hours as each person wants, and never fewer than promised."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

from scheduling.clauses import Limit, Total, on
from scheduling.rule import WorkerRule, cost

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from scheduling.clauses import Clause
    from scheduling.problem import Problem, Shift, Worker


@dataclass(frozen=True)
class Wanted(WorkerRule):
    """The hours in the horizon come near those wanted; work elsewhere counts."""

    name: ClassVar[str] = "wanted"
    title: ClassVar[str] = "Wanted hours"
    about: ClassVar[str] = "Each person says how many hours they want; some were promised a least number."
    says: ClassVar[Mapping[str, str]] = {
        "fewer": "{worker} would get {value}. Wanted: {bound}.",
        "more": "{worker} would get {value}. Wanted: {bound} only.",
        "promised": "{worker} would get {value}. Promised: {bound} at least.",
    }
    fixes: ClassVar[Mapping[str, str]] = {
        "fewer": "Offer {worker} another shift.",
        "more": "Ask {worker}, or share a shift with someone else.",
        "promised": "Give {worker} another shift.",
    }

    price_fewer: int = cost(1, "Each started hour fewer than wanted", may_forbid=False)
    price_more: int = cost(4, "Each started hour more than wanted", may_forbid=False)
    price_promised: int = cost(20, "Each started hour fewer than promised", may_forbid=False)

    def of_worker(self, problem: Problem, worker: Worker, shifts: tuple[Shift, ...]) -> Iterator[Clause]:
        """Yield the minutes of the horizon with what was wanted and promised."""
        contract, days = worker.contract, range(problem.horizon.days)
        limits = []
        if contract.wanted_minutes is not None:
            wanted = contract.wanted_minutes
            limits.append(Limit("fewer", wanted, self.price_fewer, is_over=False, unit=60))
            limits.append(Limit("more", wanted, self.price_more, unit=60))
        if contract.min_minutes is not None:
            limits.append(Limit("promised", contract.min_minutes, self.price_promised, is_over=False, unit=60))
        if limits:
            terms = tuple((on(worker.id, each.id), each.minutes) for each in shifts)
            base = sum(past.minutes for past in worker.history if past.day in days)
            yield Total(terms, tuple(limits), base, workers=(worker.id,), is_time=True)

"""A fair share of the hours for everyone, counted over months."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

from scheduling.clauses import Limit, Total, on
from scheduling.roster import Minutes
from scheduling.rule import WorkerRule, cost, parameter
from scheduling.shares import hour_shares

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from scheduling.clauses import Clause
    from scheduling.problem import Problem, Shift, Worker


@dataclass(frozen=True)
class FairHours(WorkerRule):
    """Hours far from one's fair share have a price, and those very far a higher one."""

    name: ClassVar[str] = "fair_hours"
    title: ClassVar[str] = "Fair share of hours"
    about: ClassVar[str] = (
        "The hours there are, and those of the last months, are shared by what people want. Who had less gets more."
    )
    says: ClassVar[Mapping[str, str]] = {
        "under": "{worker} would get {value}. A fair share is about {share}.",
        "far_under": "{worker} would get {value}, far from a fair share of {share}.",
        "over": "{worker} would get {value}. A fair share is about {share}.",
        "far_over": "{worker} would get {value}, far from a fair share of {share}.",
    }
    fixes: ClassVar[Mapping[str, str]] = {
        "under": "Offer {worker} another shift.",
        "far_under": "Offer {worker} another shift.",
        "over": "Share a shift with someone who has less.",
        "far_over": "Share a shift with someone who has less.",
    }

    near: int = parameter(240, "A difference up to this is fine", unit="minutes", maximum=10080)
    price_near: int = cost(2, "Each started hour beyond that", may_forbid=False)
    far: int = parameter(720, "A difference beyond this is far from fair", unit="minutes", maximum=20160)
    price_far: int = cost(4, "Each started hour beyond that, in addition", may_forbid=False)

    def of_worker(self, problem: Problem, worker: Worker, shifts: tuple[Shift, ...]) -> Iterator[Clause]:
        """Yield the minutes of the horizon, held near the fair share from both sides."""
        share = hour_shares(problem).get(worker.id)
        if share is None:
            return
        days = range(problem.horizon.days)
        told = (("share", Minutes(share)),)
        limits = (
            Limit("under", share - self.near, self.price_near, is_over=False, unit=60, facts=told),
            Limit("far_under", share - self.far, self.price_far, is_over=False, unit=60, facts=told),
            Limit("over", share + self.near, self.price_near, unit=60, facts=told),
            Limit("far_over", share + self.far, self.price_far, unit=60, facts=told),
        )
        terms = tuple((on(worker.id, each.id), each.minutes) for each in shifts)
        base = sum(past.minutes for past in worker.history if past.day in days)
        yield Total(terms, limits, base, workers=(worker.id,), is_time=True)

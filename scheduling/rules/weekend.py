"""Weekends that are free."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

from scheduling.clauses import Limit, Total, on
from scheduling.days import SURE
from scheduling.rule import WorkerRule, cost, parameter

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from scheduling.clauses import Clause
    from scheduling.problem import Problem, Shift, Worker


@dataclass(frozen=True)
class Weekend(WorkerRule):
    """A weekend counts when work begins on its Saturday or Sunday; only so many count."""

    name: ClassVar[str] = "weekend"
    title: ClassVar[str] = "Free weekends"
    about: ClassVar[str] = "A weekend is worked when a shift begins on its Saturday or Sunday."
    says: ClassVar[Mapping[str, str]] = {
        "many": "{worker} would work {value:weekend/weekends}. Enough would be {bound}.",
        "agreed": "{worker} would work {value:weekend/weekends}. {They} agreed to {bound} at most.",
    }
    fixes: ClassVar[Mapping[str, str]] = {
        "many": "Give {worker} a weekend off.",
        "agreed": "Ask {worker}, or give them a weekend off.",
    }

    enough: int = parameter(2, "Worked weekends of four that are enough", unit="weekends", maximum=4)
    price: int | None = cost(40, "Each weekend beyond that")
    price_agreed: int | None = cost(None, "Each weekend beyond what was agreed (empty: forbidden)")

    def of_worker(self, problem: Problem, worker: Worker, shifts: tuple[Shift, ...]) -> Iterator[Clause]:
        """Yield the number of weekends with its limits."""
        horizon = problem.horizon
        weekends: dict[int, list[str]] = {}
        for day in range(horizon.days):
            if horizon.is_weekend(day):
                weekends.setdefault(horizon.week(day), [])
        for shift in shifts:
            if horizon.is_weekend(shift.day):
                weekends[horizon.week(shift.day)].append(shift.id)
        past = {horizon.week(each.day) for each in worker.history if horizon.is_weekend(each.day)}
        terms = [(SURE if week in past else on(worker.id, *ids), 1) for week, ids in weekends.items()]
        limits = [Limit("many", -(-self.enough * len(weekends) // 4), self.price)]
        if worker.contract.max_weekends is not None:
            limits.append(Limit("agreed", worker.contract.max_weekends, self.price_agreed))
        yield Total(tuple(terms), tuple(limits), workers=(worker.id,))

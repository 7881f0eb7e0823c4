"""No more hours than the law, and than was agreed."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

from scheduling.clauses import Limit
from scheduling.days import minutes_total
from scheduling.rule import WorkerRule, cost, parameter

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from scheduling.clauses import Clause
    from scheduling.problem import Problem, Shift, Worker


@dataclass(frozen=True)
class Hours(WorkerRule):
    """The hours of each calendar week and of the whole horizon stay within limits; work elsewhere counts.

    A shift belongs to the week of the day on which it begins.
    """

    name: ClassVar[str] = "hours"
    title: ClassVar[str] = "Hours per week"
    about: ClassVar[str] = "Work at all sites and in all roles counts together."
    says: ClassVar[Mapping[str, str]] = {
        "week": "{worker} would work {value} in the week of {first}. The most is {bound}.",
        "average": "{worker} would work {value} in this period. The most for so many weeks is {bound}.",
        "agreed": "{worker} would work {value} in this period. {They} agreed to {bound} at most.",
    }
    fixes: ClassVar[Mapping[str, str]] = {
        "week": "Take {worker} off a shift in that week.",
        "average": "Take {worker} off a shift.",
        "agreed": "Ask {worker}, or take them off a shift.",
    }

    most_week: int = parameter(
        4320,
        "Most in one calendar week",
        unit="minutes",
        minimum=60,
        maximum=10080,
        source="BMA: 72 hours in 168 hours",
    )
    most_average: int = parameter(
        2880,
        "Most per week on average over the period",
        unit="minutes",
        minimum=60,
        maximum=10080,
        source="Directive 2003/88/EC, article 6: 48 hours",
    )
    price: int | None = cost(None, "Each started hour beyond a limit (empty: forbidden)")

    def of_worker(self, problem: Problem, worker: Worker, shifts: tuple[Shift, ...]) -> Iterator[Clause]:
        """Yield the minutes of each week and of the horizon with their limits."""
        horizon, contract = problem.horizon, worker.contract
        for week in horizon.weeks:
            first = horizon.week_start(week)
            limits = [Limit("week", self.most_week, self.price, unit=60, facts=(("first", horizon.date(first)),))]
            yield minutes_total(worker, shifts, range(first, first + 7), limits)
        weeks = -(-horizon.days // 7)
        limits = [Limit("average", self.most_average * weeks, self.price, unit=60)]
        if contract.max_minutes is not None:
            limits.append(Limit("agreed", contract.max_minutes, self.price, unit=60))
        yield minutes_total(worker, shifts, range(horizon.days), limits)

"""Not too many days in a row."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

from scheduling.days import runs, worked_days
from scheduling.rule import WorkerRule, cost, parameter

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from scheduling.clauses import Clause
    from scheduling.problem import Problem, Shift, Worker


@dataclass(frozen=True)
class DaysInRow(WorkerRule):
    """Days on which work begins, one after the other, are few; the past and other rosters count."""

    name: ClassVar[str] = "days_in_row"
    title: ClassVar[str] = "Days in a row"
    about: ClassVar[str] = "Days worked before and after this period count too."
    says: ClassVar[Mapping[str, str]] = {
        "most": "{worker} would work more than {days:day/days} in a row.",
        "agreed": "{worker} would work more than {days:day/days} in a row. {They} agreed to that at most.",
        "many": "{worker} would work more than {days:day/days} in a row, which tires.",
    }
    fixes: ClassVar[Mapping[str, str]] = {
        "most": "Take {worker} off one of these days.",
        "agreed": "Ask {worker}, or take them off one of these days.",
        "many": "Give {worker} a day off in between.",
    }

    most: int = parameter(7, "Most days in a row", unit="days", minimum=1, maximum=31, source="HSE fatigue guidance")
    price: int | None = cost(None, "Each stretch beyond that (empty: forbidden)")
    soft: int = parameter(5, "Days in a row that are enough", unit="days", minimum=1, maximum=31, source="HSE: 5 days")
    price_soft: int | None = cost(40, "Each day beyond that")

    def of_worker(self, problem: Problem, worker: Worker, shifts: tuple[Shift, ...]) -> Iterator[Clause]:
        """Yield each stretch that is too long, by the law, by agreement, or for comfort."""
        days, last = worked_days(worker, shifts), problem.horizon.days - 1
        yield from runs("most", days, self.most, self.price, last_day=last, facts=(("days", self.most),))
        agreed = worker.contract.max_days_in_row
        if agreed is not None:
            yield from runs("agreed", days, agreed, self.price, last_day=last, facts=(("days", agreed),))
        yield from runs("many", days, self.soft, self.price_soft, last_day=last, facts=(("days", self.soft),))

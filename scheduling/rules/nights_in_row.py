"""Not too many nights in a row."""

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
class NightsInRow(WorkerRule):
    """Night shifts that begin on days one after the other are few; the past and other rosters count."""

    name: ClassVar[str] = "nights_in_row"
    title: ClassVar[str] = "Nights in a row"
    about: ClassVar[str] = "The risk of injury grows with each further night."
    says: ClassVar[Mapping[str, str]] = {
        "most": "{worker} would work more than {nights:night/nights} in a row.",
        "many": "{worker} would work more than {nights:night/nights} in a row, which tires.",
    }
    fixes: ClassVar[Mapping[str, str]] = {
        "most": "Take {worker} off one of these nights.",
        "many": "Give {worker} a night off in between.",
    }

    most: int = parameter(
        4, "Most nights in a row", unit="nights", minimum=1, maximum=31, source="UK doctors' contract"
    )
    price: int | None = cost(None, "Each stretch beyond that (empty: forbidden)")
    soft: int = parameter(
        3,
        "Nights in a row that are enough",
        unit="nights",
        minimum=1,
        maximum=31,
        source="HSE: 2 to 3 nights",
    )
    price_soft: int | None = cost(30, "Each night beyond that")

    def of_worker(self, problem: Problem, worker: Worker, shifts: tuple[Shift, ...]) -> Iterator[Clause]:
        """Yield each stretch of nights that is too long, by the law or for comfort."""
        nights, last = worked_days(worker, shifts, nights=True), problem.horizon.days - 1
        yield from runs("most", nights, self.most, self.price, last_day=last, facts=(("nights", self.most),))
        yield from runs("many", nights, self.soft, self.price_soft, last_day=last, facts=(("nights", self.soft),))

"""Work and days off that come in stretches long enough to be worth it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

from scheduling.clauses import Literal, Together
from scheduling.days import worked_days
from scheduling.rule import WorkerRule, cost

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from scheduling.clauses import Clause
    from scheduling.problem import Problem, Shift, Worker


@dataclass(frozen=True)
class ShortRun(WorkerRule):
    """Stretches of work and of days off reach the lengths agreed; those at the horizon's ends may go on."""

    name: ClassVar[str] = "short_run"
    title: ClassVar[str] = "Stretches of work and of days off"
    about: ClassVar[str] = "Some people agree to work several days together, and to have several days off together."
    says: ClassVar[Mapping[str, str]] = {
        "work": "{worker} would work {days:day/days} only from {first}. {They} agreed to {least} together.",
        "off": "{worker} would have {days:day/days} off only from {first}. {They} agreed to {least} together.",
    }
    fixes: ClassVar[Mapping[str, str]] = {
        "work": "Add a day before or after.",
        "off": "Take {worker} off a day before or after.",
    }

    price_work: int | None = cost(20, "Each stretch of work too short")
    price_off: int | None = cost(20, "Each stretch of days off too short")

    def of_worker(self, problem: Problem, worker: Worker, shifts: tuple[Shift, ...]) -> Iterator[Clause]:
        """Yield each way a stretch can be too short, with the days around it."""
        days = worked_days(worker, shifts)
        contract = worker.contract
        for length in range(1, contract.min_days_in_row or 0):
            yield from self._stretches(problem, worker, days, length, is_work=True)
        for length in range(1, contract.min_days_off or 0):
            yield from self._stretches(problem, worker, days, length, is_work=False)

    def _stretches(
        self, problem: Problem, worker: Worker, days: dict[int, Literal], length: int, *, is_work: bool
    ) -> Iterator[Clause]:
        """Yield each stretch of exactly some length that lies inside the horizon."""
        contract, nothing = worker.contract, Literal()
        least = contract.min_days_in_row if is_work else contract.min_days_off
        code, cost = ("work", self.price_work) if is_work else ("off", self.price_off)
        for first in range(1, problem.horizon.days - length):
            inside = [days.get(day, nothing) for day in range(first, first + length)]
            around = [days.get(day, nothing) for day in (first - 1, first + length)]
            literals = [*inside, *(~each for each in around)] if is_work else [*around, *(~each for each in inside)]
            if all(each.anyone or each.is_sure or each.is_not for each in literals):
                facts = (("days", length), ("first", problem.horizon.date(first)), ("least", least or 0))
                yield Together(code, tuple(literals), cost, facts, workers=(worker.id,))

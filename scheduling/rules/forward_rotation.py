"""From one day to the next, shifts begin later rather than earlier."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

from scheduling.clauses import Together, on
from scheduling.days import SURE
from scheduling.rule import WorkerRule, cost, parameter

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from scheduling.clauses import Clause
    from scheduling.problem import Problem, Shift, Worked, Worker


@dataclass(frozen=True)
class ForwardRotation(WorkerRule):
    """Work that begins much earlier in the day than on the day before has a price."""

    name: ClassVar[str] = "forward_rotation"
    title: ClassVar[str] = "Forward rotation"
    about: ClassVar[str] = "Early, then late, then night is easier on the body than the other way round."
    is_default: ClassVar[bool] = False
    says: ClassVar[Mapping[str, str]] = {"back": "{worker} would begin much earlier than on the day before: {shifts}."}
    fixes: ClassVar[Mapping[str, str]] = {"back": "Choose a later shift for {worker}, or a day off in between."}

    slack: int = parameter(120, "Earlier by up to this much is fine", unit="minutes", maximum=1440)
    price: int | None = cost(5, "Each step back", source="HSE fatigue guidance: rotate forward")

    def of_worker(self, problem: Problem, worker: Worker, shifts: tuple[Shift, ...]) -> Iterator[Clause]:
        """Yield for each work "this, and on the next day something much earlier"."""
        horizon = problem.horizon

        def is_back(first: Shift | Worked, second: Shift | Worked) -> bool:
            into_first, into_second = (
                first.start - horizon.edge(first.day),
                second.start - horizon.edge(second.day),
            )
            return second.day == first.day + 1 and into_second + self.slack < into_first

        for first in shifts:
            back = [each.id for each in shifts if is_back(first, each)]
            if any(is_back(first, past) for past in worker.history):
                yield Together("back", (on(worker.id, first.id), SURE), self.price)
            elif back:
                yield Together("back", (on(worker.id, first.id), on(worker.id, *back)), self.price)
        for past in worker.history:
            back = [each.id for each in shifts if is_back(past, each)]
            if back:
                yield Together("back", (SURE, on(worker.id, *back)), self.price)

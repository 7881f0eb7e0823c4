"""Two nights' sleep between night work and day work."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

from scheduling.clauses import Together, on
from scheduling.days import SURE
from scheduling.roster import Minutes
from scheduling.rule import WorkerRule, cost, parameter

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from scheduling.clauses import Clause
    from scheduling.problem import Problem, Shift, Worked, Worker


@dataclass(frozen=True)
class NightRecovery(WorkerRule):
    """After a night shift, work that is no night shift waits."""

    name: ClassVar[str] = "night_recovery"
    title: ClassVar[str] = "Rest after nights"
    about: ClassVar[str] = "Changing from nights to days takes two nights of sleep."
    says: ClassVar[Mapping[str, str]] = {
        "soon": "{worker} would work by day less than {least} after a night: {shifts}.",
    }
    fixes: ClassVar[Mapping[str, str]] = {"soon": "Choose a later shift for {worker}, or no night before it."}

    least: int = parameter(
        2760,
        "Least time between a night and day work",
        unit="minutes",
        maximum=10080,
        source="UK doctors' contract: 46 h",
    )
    price: int | None = cost(60, "Each night with day work too soon after it")

    def of_worker(self, problem: Problem, worker: Worker, shifts: tuple[Shift, ...]) -> Iterator[Clause]:
        """Yield for each night "this night and some day work soon after"."""
        del problem
        told = (("least", Minutes(self.least)),)
        by_day = [each for each in shifts if not each.is_night]
        for night in (each for each in shifts if each.is_night):
            soon = [each.id for each in by_day if self._is_soon(night, each)]
            if any(self._is_soon(night, past) for past in worker.history if not past.is_night):
                yield Together("soon", (on(worker.id, night.id), SURE), self.price, told)
            elif soon:
                yield Together("soon", (on(worker.id, night.id), on(worker.id, *soon)), self.price, told)
        for past in (each for each in worker.history if each.is_night):
            soon = [each.id for each in by_day if self._is_soon(past, each)]
            if soon:
                yield Together("soon", (SURE, on(worker.id, *soon)), self.price, told)

    def _is_soon(self, night: Shift | Worked, work: Shift | Worked) -> bool:
        """Say whether work begins after a night, but too soon."""
        return night.end <= work.start < night.end + self.least

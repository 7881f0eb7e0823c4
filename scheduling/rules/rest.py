"""Eleven hours of rest between shifts, at all sites and across the edges of the horizon."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

from scheduling.clauses import OneOf, Together, on
from scheduling.days import groups_too_close, pairs_too_close
from scheduling.roster import Minutes
from scheduling.rule import WorkerRule, cost, parameter

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from scheduling.clauses import Clause
    from scheduling.problem import Problem, Shift, Worker


@dataclass(frozen=True)
class Rest(WorkerRule):
    """Any two spans of one worker's work have the least rest between them."""

    name: ClassVar[str] = "rest"
    title: ClassVar[str] = "Rest between shifts"
    about: ClassVar[str] = "Work at every site and in every role counts, before and after this period too."
    is_early: ClassVar[bool] = True
    says: ClassVar[Mapping[str, str]] = {
        "short": "{worker} would have less than {least} between {shifts}.",
        "past": "{worker} would have only {gap} between {shift} and other work. The least is {least}.",
    }
    fixes: ClassVar[Mapping[str, str]] = {
        "short": "Take {worker} off one of them, or choose a later shift.",
        "past": "Choose someone else, or a shift further away.",
    }

    least: int = parameter(
        660,
        "Least rest between two shifts",
        unit="minutes",
        maximum=2880,
        source="Directive 2003/88/EC, article 3",
    )
    price: int | None = cost(None, "Each two shifts too close (empty: forbidden)")

    def of_worker(self, problem: Problem, worker: Worker, shifts: tuple[Shift, ...]) -> Iterator[Clause]:
        """Yield groups (priced: pairs) of shifts too close, and shifts too close to other work."""
        del problem
        told = (("least", Minutes(self.least)),)
        if self.price is None:
            for group in groups_too_close(shifts, self.least):
                yield OneOf("short", worker.id, group, told)
        else:
            for first, second in pairs_too_close(shifts, self.least):
                yield Together("short", (on(worker.id, first.id), on(worker.id, second.id)), self.price, told)
        for shift in shifts:
            for past in worker.history:
                gap = max(past.start - shift.end, shift.start - past.end)
                if gap < self.least:
                    facts = (*told, ("gap", Minutes(max(gap, 0))))
                    yield Together("past", (on(worker.id, shift.id),), self.price, facts)

    def bars(self, problem: Problem, worker: Worker, shift: Shift) -> bool:
        """Say whether other work is too close to the shift."""
        del problem
        return self.price is None and any(
            max(past.start - shift.end, shift.start - past.end) < self.least for past in worker.history
        )

"""Nobody is in two places at once."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

from scheduling.clauses import OneOf, Together, on
from scheduling.days import groups_too_close
from scheduling.rule import WorkerRule

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from scheduling.clauses import Clause
    from scheduling.problem import Problem, Shift, Worker


@dataclass(frozen=True)
class Overlap(WorkerRule):
    """One worker's shifts, and what they work elsewhere, never share a minute."""

    name: ClassVar[str] = "overlap"
    title: ClassVar[str] = "One place at a time"
    about: ClassVar[str] = "Shifts at all sites, and work in other rosters, count."
    is_early: ClassVar[bool] = True
    is_firm: ClassVar[bool] = True
    says: ClassVar[Mapping[str, str]] = {
        "overlap": "{worker} cannot be on {shifts}: they are at the same time.",
        "elsewhere": "{worker:already works/already work} elsewhere at the time of {shift}.",
    }
    fixes: ClassVar[Mapping[str, str]] = {
        "overlap": "Take {worker} off one of them.",
        "elsewhere": "Choose someone else, or change the other roster first.",
    }

    def of_worker(self, problem: Problem, worker: Worker, shifts: tuple[Shift, ...]) -> Iterator[Clause]:
        """Yield each group of shifts at one time, and each shift that meets work elsewhere."""
        for group in groups_too_close(shifts, 0):
            yield OneOf("overlap", worker.id, group)
        for shift in shifts:
            if self.bars(problem, worker, shift):
                yield Together("elsewhere", (on(worker.id, shift.id),), None)

    def bars(self, problem: Problem, worker: Worker, shift: Shift) -> bool:
        """Say whether work elsewhere meets the shift."""
        del problem
        return any(past.start < shift.end and shift.start < past.end for past in worker.history)

"""Wishes for single shifts."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

from scheduling.clauses import Together, on
from scheduling.rule import WorkerRule, cost

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from scheduling.clauses import Clause
    from scheduling.problem import Problem, Shift, Worker


@dataclass(frozen=True)
class Request(WorkerRule):
    """A wish to be on a shift, or off it, that is not met has a price."""

    name: ClassVar[str] = "request"
    title: ClassVar[str] = "Wishes for shifts"
    about: ClassVar[str] = "A person may wish for a shift or against it. A wish is not a promise."
    is_private: ClassVar[bool] = True
    says: ClassVar[Mapping[str, str]] = {
        "missed": "{worker} wished to be on {shift} but would not be.",
        "given": "{worker} wished not to be on {shift} but would be.",
    }
    fixes: ClassVar[Mapping[str, str]] = {
        "missed": "Put {worker} on {shift}.",
        "given": "Take {worker} off {shift}.",
    }

    price: int = cost(10, "Each wish not met, times its weight", may_forbid=False)

    def of_worker(self, problem: Problem, worker: Worker, shifts: tuple[Shift, ...]) -> Iterator[Clause]:
        """Yield the opposite of each wish, priced."""
        there = {each.id for each in shifts}
        for wish in worker.requests:
            cost = self.price * wish.weight
            who, what = (worker.id,), (wish.shift,)
            if wish.is_on and not problem.is_waived(self.name, worker.id, wish.shift):
                yield Together("missed", (~on(worker.id, wish.shift),), cost, workers=who, shifts=what)
            elif not wish.is_on and wish.shift in there:
                yield Together("given", (on(worker.id, wish.shift),), cost, workers=who, shifts=what)

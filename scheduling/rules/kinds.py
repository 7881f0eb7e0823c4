"""No more shifts of one kind than were agreed."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

from scheduling.clauses import Limit, Total, on
from scheduling.rule import WorkerRule, cost

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from scheduling.clauses import Clause
    from scheduling.problem import Problem, Shift, Worker


@dataclass(frozen=True)
class Kinds(WorkerRule):
    """Each contract may limit how many shifts of a kind there are in the horizon."""

    name: ClassVar[str] = "kinds"
    title: ClassVar[str] = "Shifts of one kind"
    about: ClassVar[str] = "Some people agree to so many of a kind of shift and no more."
    says: ClassVar[Mapping[str, str]] = {
        "agreed": "{worker} would work {value:shift/shifts} of the kind {kind}. {They} agreed to {bound} at most.",
    }
    fixes: ClassVar[Mapping[str, str]] = {"agreed": "Ask {worker}, or choose another kind of shift."}

    price: int | None = cost(None, "Each shift beyond that (empty: forbidden)")

    def of_worker(self, problem: Problem, worker: Worker, shifts: tuple[Shift, ...]) -> Iterator[Clause]:
        """Yield the count of each limited kind."""
        del problem
        for kind, most in worker.contract.max_of_kind:
            terms = tuple((on(worker.id, each.id), 1) for each in shifts if each.kind == kind)
            limit = Limit("agreed", most, self.price, facts=(("kind", kind),))
            yield Total(terms, (limit,), workers=(worker.id,))

"""What was published stays as it is, as far as it can."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

from scheduling.clauses import Together, on
from scheduling.roster import Assignment
from scheduling.rule import WorkerRule, cost

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from scheduling.clauses import Clause
    from scheduling.problem import Problem, Shift, Worker


@dataclass(frozen=True)
class Stability(WorkerRule):
    """Each assignment taken away from the published roster, or added to it, has a price."""

    name: ClassVar[str] = "stability"
    title: ClassVar[str] = "Keep what was published"
    about: ClassVar[str] = "People plan their lives by a published roster. Each change needs their yes."
    says: ClassVar[Mapping[str, str]] = {
        "removed": "{worker:was/were} published on {shift} and no longer there.",
        "added": "{worker:is/are} new on {shift} since the roster was published.",
    }
    fixes: ClassVar[Mapping[str, str]] = {
        "removed": "Put {worker} back, or ask them.",
        "added": "Ask {worker} first.",
    }

    price_removed: int = cost(
        60,
        "Each person taken off a published shift",
        source="US fair-workweek laws price late changes",
        may_forbid=False,
    )
    price_added: int = cost(
        30, "Each person put on a shift after it was published", source="as above", may_forbid=False
    )

    def of_worker(self, problem: Problem, worker: Worker, shifts: tuple[Shift, ...]) -> Iterator[Clause]:
        """Yield each change against the published roster, priced; nothing where nothing was published."""
        if not problem.published:
            return
        for shift in shifts:
            if Assignment(worker.id, shift.id) not in problem.published:
                yield Together("added", (on(worker.id, shift.id),), self.price_added)
        for shift_id in sorted(problem.published_roster.shifts_of(worker.id)):
            if not problem.is_waived(self.name, worker.id, shift_id):
                who, what = (worker.id,), (shift_id,)
                literal = ~on(worker.id, shift_id)
                yield Together("removed", (literal,), self.price_removed, workers=who, shifts=what)

"""People who like to work together do, where both can."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

from scheduling.clauses import Together, on
from scheduling.rule import Rule, Scope, cost

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from scheduling.clauses import Clause
    from scheduling.problem import Problem
    from scheduling.roster import Roster


@dataclass(frozen=True)
class Partner(Rule):
    """A shift without the wished partner, who could be on it, has a small price."""

    name: ClassVar[str] = "partner"
    title: ClassVar[str] = "Wished partner"
    about: ClassVar[str] = "A private wish to work with one other person."
    scope: ClassVar[Scope] = Scope.PAIR
    is_private: ClassVar[bool] = True
    says: ClassVar[Mapping[str, str]] = {"apart": "{worker} would be on {shift} without the partner wished for."}
    fixes: ClassVar[Mapping[str, str]] = {"apart": "Put both on one shift."}

    price: int = cost(3, "Each shift without the partner", may_forbid=False)

    def clauses(
        self,
        problem: Problem,
        roster: Roster,
        workers: Iterable[str] | None = None,
        shifts: Iterable[str] | None = None,
    ) -> Iterator[Clause]:
        """Yield for each shift of a person with a wished partner "on it without them"."""
        del shifts
        asked = None if workers is None else set(workers)
        for worker in problem.workers:
            partner = problem.worker.get(worker.partner or "")
            if partner is None or not (asked is None or worker.id in asked or partner.id in asked):
                continue
            for shift in problem.shifts_for(self.name, worker.id, roster):
                if not problem.is_waived(self.name, partner.id, shift.id) and not problem.bars(partner, shift):
                    yield Together("apart", (on(worker.id, shift.id), ~on(partner.id, shift.id)), self.price)

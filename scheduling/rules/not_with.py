"""People who asked not to work together do not meet at work."""

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
class NotWith(Rule):
    """Two people of whom one avoids the other are never at one site at one time."""

    name: ClassVar[str] = "not_with"
    title: ClassVar[str] = "Not with"
    about: ClassVar[str] = "A private wish. Everyone else only reads that someone is not available."
    scope: ClassVar[Scope] = Scope.PAIR
    is_private: ClassVar[bool] = True
    says: ClassVar[Mapping[str, str]] = {"meet": "{worker:is/are} not available for {shift}."}
    fixes: ClassVar[Mapping[str, str]] = {"meet": "Choose someone else."}

    price: int | None = cost(None, "Each meeting (empty: forbidden)")

    def clauses(
        self,
        problem: Problem,
        roster: Roster,
        workers: Iterable[str] | None = None,
        shifts: Iterable[str] | None = None,
    ) -> Iterator[Clause]:
        """Yield for each two of them, and each shift of the first, "meets the other there"."""
        del shifts
        asked = None if workers is None else set(workers)
        apart = {
            tuple(sorted((worker.id, other)))
            for worker in problem.workers
            for other in worker.not_with
            if other in problem.worker
        }
        for one, other in sorted(apart):
            if asked is None or one in asked or other in asked:
                yield from self._meetings(problem, roster, one, other)

    def _meetings(self, problem: Problem, roster: Roster, one: str, other: str) -> Iterator[Clause]:
        """Yield the meetings of two people."""
        theirs = problem.shifts_for(self.name, other, roster)
        for mine in problem.shifts_for(self.name, one, roster):
            met = [s.id for s in theirs if s.site == mine.site and s.start < mine.end and mine.start < s.end]
            if met:
                yield Together("meet", (on(one, mine.id), on(other, *met)), self.price)

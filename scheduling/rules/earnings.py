"""People who watch a limit of earnings stay below it."""

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
class Earnings(WorkerRule):
    """What someone's shifts of some days pay stays within the cap that they set for themselves.

    A shift counts on the day on which it begins.
    """

    name: ClassVar[str] = "earnings"
    title: ClassVar[str] = "Earnings limit"
    about: ClassVar[str] = "A private wish. Everyone else only reads that someone is not available."
    is_private: ClassVar[bool] = True
    says: ClassVar[Mapping[str, str]] = {"cap": "{worker} would earn more than they want to."}
    fixes: ClassVar[Mapping[str, str]] = {"cap": "Choose someone else."}

    price: int | None = cost(None, "Each roster beyond it (empty: forbidden)")

    def of_worker(self, problem: Problem, worker: Worker, shifts: tuple[Shift, ...]) -> Iterator[Clause]:
        """Yield what the shifts of each capped span pay."""
        del problem
        for cap in worker.earnings_caps:
            paid = [(each, worker.pay_for(each)) for each in shifts if cap.first_day <= each.day <= cap.last_day]
            terms = tuple((on(worker.id, shift.id), amount) for shift, amount in paid if amount)
            whole = max(1, sum(amount for _, amount in terms))
            yield Total(terms, (Limit("cap", cap.most, self.price, unit=whole),), workers=(worker.id,))

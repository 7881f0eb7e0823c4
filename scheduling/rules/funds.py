"""Shifts that a fund may pay for, and no more of them than it has money left for."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

from scheduling.clauses import Limit, Together, Total, on
from scheduling.rule import Rule, Scope, cost, parameter

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from scheduling.clauses import Clause
    from scheduling.problem import Problem, Shift, Worker
    from scheduling.roster import Roster

MONEY = 100
"""Smallest units of money in one."""


@dataclass(frozen=True)
class Funds(Rule):
    """Paid work has a fund that may bear it on its day, and no fund bears more than it has left.

    Several funds share what a shift pays by their weights, each part rounded down.
    """

    name: ClassVar[str] = "funds"
    title: ClassVar[str] = "Funds"
    about: ClassVar[str] = "Grants have days and budgets. What the roster pays should have a fund, and fit into it."
    scope: ClassVar[Scope] = Scope.PAIR
    says: ClassVar[Mapping[str, str]] = {
        "none": "{worker} could not be paid for {shift} by any fund.",
        "over": "The roster costs more than a fund has left.",
    }
    fixes: ClassVar[Mapping[str, str]] = {
        "none": "Find a fund for that day.",
        "over": "Plan fewer people, or find another fund.",
    }

    price_none: int | None = cost(10, "Each paid person on a shift without a fund")
    step: int = parameter(50, "Money that is dear together", unit="units of money", minimum=1, maximum=10_000)
    price_over: int | None = cost(10, "Each started such sum beyond what a fund has left")

    def clauses(
        self,
        problem: Problem,
        roster: Roster,
        workers: Iterable[str] | None = None,
        shifts: Iterable[str] | None = None,
    ) -> Iterator[Clause]:
        """Yield one sentence for each pair without a fund, and one for each fund with a budget."""
        paid = list(self._paid(problem, roster))
        about_workers, about_shifts = _asked(workers), _asked(shifts)
        for worker, shift, _ in paid:
            is_asked = (about_workers is None and about_shifts is None) or (
                worker.id in (about_workers or ()) or shift.id in (about_shifts or ())
            )
            if shift.funds == () and is_asked:
                yield Together("none", (on(worker.id, shift.id),), self.price_none)
        for budget in problem.budgets:
            parts = [(on(worker.id, shift.id), _part(shift, budget.fund, amount)) for worker, shift, amount in paid]
            limit = Limit("over", budget.left, self.price_over, unit=self.step * MONEY)
            yield Total(tuple((each, part) for each, part in parts if part), (limit,))

    def _paid(self, problem: Problem, roster: Roster) -> Iterator[tuple[Worker, Shift, int]]:
        """Yield who is paid how much for what."""
        for shift in problem.shifts:
            if shift.funds is None or problem.is_waived(self.name, None, shift.id):
                continue
            for worker in problem.workers_for(self.name, shift.id, roster):
                amount = worker.pay_for(shift)
                if amount:
                    yield worker, shift, amount


def _asked(ids: Iterable[str] | None) -> set[str] | None:
    return None if ids is None else set(ids)


def _part(shift: Shift, fund: str, amount: int) -> int:
    weights = dict(shift.funds or ())
    return amount * weights.get(fund, 0) // sum(weights.values()) if weights else 0

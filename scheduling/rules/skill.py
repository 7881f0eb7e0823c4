"""Enough people with each skill on each shift: a lead, a trained responder."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, ClassVar

from scheduling.clauses import Total, on
from scheduling.rule import Scope, ShiftRule, cost
from scheduling.rules.cover import demand_limits

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from scheduling.clauses import Clause
    from scheduling.problem import Problem, Shift, Worker


@dataclass(frozen=True)
class Skill(ShiftRule):
    """The demand lines "of whom": people whose skill is valid on the shift's date, trainees not counted."""

    name: ClassVar[str] = "skill"
    title: ClassVar[str] = "The right skills on each shift"
    about: ClassVar[str] = "One person counts for every skill they hold on the day of the shift."
    scope: ClassVar[Scope] = Scope.SHIFT
    says: ClassVar[Mapping[str, str]] = {
        "minimum": "{shift} has {value} with {skill} and needs {bound} to run.",
        "under": "{shift} has {value} with {skill}. The aim is {bound}.",
        "over": "{shift} has {value} with {skill}. {bound} would be enough.",
        "maximum": "{shift} has {value} with {skill}. No more than {bound} may be on it.",
    }
    fixes: ClassVar[Mapping[str, str]] = {
        "minimum": "Add {excess} with {skill}, or renew a certificate.",
        "under": "Add {excess} with {skill} if you can.",
        "over": "Move {excess} to where {skill} is missing, if you can.",
        "maximum": "Take {excess} with {skill} off.",
    }

    price_minimum: int = cost(5_000, "Each skilled person missing from the minimum to run", may_forbid=False)
    price_under: int = cost(200, "Each skilled person missing from the target", may_forbid=False)
    price_over: int = cost(0, "Each skilled person beyond the target", may_forbid=False)
    price_above: int | None = cost(None, "Each skilled person beyond the maximum (empty: forbidden)")

    def of_shift(self, problem: Problem, shift: Shift, workers: tuple[Worker, ...]) -> Iterator[Clause]:
        """Yield for each skill the count of its holders and its limits."""
        date = problem.horizon.date(shift.day)
        for demand in shift.demands:
            if demand.skill is not None:
                terms = tuple(
                    (on(each.id, shift.id), 1)
                    for each in workers
                    if not each.is_trainee and each.holds(demand.skill, date)
                )
                limits = demand_limits(demand, self.price_minimum, self.price_under, self.price_over, self.price_above)
                told = (("skill", demand.skill),)
                yield Total(terms, tuple(replace(each, facts=told) for each in limits), shifts=(shift.id,))

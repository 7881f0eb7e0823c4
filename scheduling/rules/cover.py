"""Enough people on each shift: the minimum to run, the target, and no more than the maximum."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

from scheduling.clauses import Limit, Literal, Total, on
from scheduling.rule import Scope, ShiftRule, cost

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from scheduling.clauses import Clause
    from scheduling.problem import Demand, Problem, Shift, Worker


def demand_limits(demand: Demand, minimum: int, under: int, over: int, above: int | None) -> tuple[Limit, ...]:
    """Return the limits of one demand line, given the rule's prices per person."""
    limits = [
        Limit("minimum", demand.minimum, minimum, is_over=False),
        Limit(
            "under",
            demand.target,
            under if demand.weight_under is None else demand.weight_under,
            is_over=False,
        ),
        Limit("over", demand.target, over if demand.weight_over is None else demand.weight_over),
    ]
    if demand.maximum is not None:
        limits.append(Limit("maximum", demand.maximum, above))
    return tuple(limits)


@dataclass(frozen=True)
class Cover(ShiftRule):
    """The demand line without a skill: how many people are on the shift, trainees not counted."""

    name: ClassVar[str] = "cover"
    title: ClassVar[str] = "Enough people on each shift"
    about: ClassVar[str] = "Each place that stays open has a price; a shift below its minimum cannot run."
    scope: ClassVar[Scope] = Scope.SHIFT
    says: ClassVar[Mapping[str, str]] = {
        "minimum": "{shift} has {value:person/people} and needs {bound} to run.",
        "under": "{shift} has {value:person/people}. The aim is {bound}.",
        "over": "{shift} has {value:person/people}. {bound} would be enough.",
        "maximum": "{shift} has {value:person/people}. No more than {bound} may be on it.",
    }
    fixes: ClassVar[Mapping[str, str]] = {
        "minimum": "Add {excess} more.",
        "under": "Add {excess} more if you can.",
        "over": "Move {excess} to another shift if you can.",
        "maximum": "Take {excess} off.",
    }

    price_minimum: int = cost(10_000, "Each person missing from the minimum to run", may_forbid=False)
    price_under: int = cost(500, "Each person missing from the target", may_forbid=False)
    price_over: int = cost(10, "Each person beyond the target", may_forbid=False)
    price_above: int | None = cost(None, "Each person beyond the maximum (empty: forbidden)")

    def of_shift(self, problem: Problem, shift: Shift, workers: tuple[Worker, ...]) -> Iterator[Clause]:
        """Yield the count of people and its limits."""
        del problem
        terms: tuple[tuple[Literal, int], ...] = tuple(
            (on(each.id, shift.id), 1) for each in workers if not each.is_trainee
        )
        for demand in shift.demands:
            if demand.skill is None:
                limits = demand_limits(demand, self.price_minimum, self.price_under, self.price_over, self.price_above)
                yield Total(terms, limits, shifts=(shift.id,))

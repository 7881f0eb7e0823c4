"""Nobody works alone where that is unsafe, and outreach goes in twos or threes."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

from scheduling.clauses import Limit, Literal, Total, on
from scheduling.roster import Assignment
from scheduling.rule import Scope, ShiftRule, cost

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from scheduling.clauses import Clause
    from scheduling.problem import Problem, Shift, Worker


@dataclass(frozen=True)
class Company(ShiftRule):
    """A shift has nobody on it, or at least its least company; trainees do not count."""

    name: ClassVar[str] = "company"
    title: ClassVar[str] = "Never alone"
    about: ClassVar[str] = (
        "Each kind of service says how many go together, at least and at most. People in training do not count."
    )
    scope: ClassVar[Scope] = Scope.SHIFT
    unready: ClassVar[frozenset[str]] = frozenset({"alone"})
    says: ClassVar[Mapping[str, str]] = {
        "alone": "{shift} would have too few people to be safe: {workers} only.",
        "crowd": "{shift} would have {value:person/people}. More than {bound} can scare people off.",
    }
    fixes: ClassVar[Mapping[str, str]] = {
        "alone": "Add {excess} more, or leave the shift empty.",
        "crowd": "Take {excess} off.",
    }

    price_alone: int | None = cost(
        None,
        "Each person missing from the least company (empty: forbidden)",
        source="space-hacks.org; kraftcommunityhealth.org; Rhode Island rule and BC guidance for sites",
    )
    price_crowd: int | None = cost(
        None,
        "Each person too many (empty: forbidden)",
        source="kraftcommunityhealth.org: more than three intimidates",
    )

    def of_shift(self, problem: Problem, shift: Shift, workers: tuple[Worker, ...]) -> Iterator[Clause]:
        """Yield "as many as needed as soon as anybody is on it" and the upper limit."""
        del problem
        counted = [each.id for each in workers if not each.is_trainee]
        if not counted:
            return
        each_on = tuple((on(worker, shift.id), 1) for worker in counted)
        if shift.min_company > 1:
            anybody = Literal(tuple(Assignment(worker, shift.id) for worker in counted))
            least = Limit("alone", 0, self.price_alone, is_over=False)
            yield Total((*each_on, (anybody, -shift.min_company)), (least,), shifts=(shift.id,))
        if shift.max_company is not None:
            yield Total(each_on, (Limit("crowd", shift.max_company, self.price_crowd),), shifts=(shift.id,))

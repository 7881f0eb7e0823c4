"""People work when they can, and rather when they like to."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

from scheduling.problem import Grade
from scheduling.rule import AssignmentRule, Verdict, cost

if TYPE_CHECKING:
    from collections.abc import Mapping

    from scheduling.problem import Problem, Shift, Worker


@dataclass(frozen=True)
class Availability(AssignmentRule):
    """The worst grade of any minute of a shift counts."""

    name: ClassVar[str] = "availability"
    title: ClassVar[str] = "When people can work"
    about: ClassVar[str] = "Nobody is put on a shift while they are away. No reason is ever asked."
    says: ClassVar[Mapping[str, str]] = {
        "unavailable": "{worker:is/are} not available for {shift}.",
        "ruled_out": "{worker:is/are} not available for {shift}.",
        "unwanted": "{worker} would rather not work at the time of {shift}.",
        "not_preferred": "{worker} can work {shift}, but another time would be preferred.",
    }
    alike_codes: ClassVar[frozenset[str]] = frozenset({"unavailable", "ruled_out"})
    fixes: ClassVar[Mapping[str, str]] = {
        "unavailable": "Ask {worker} whether their times have changed.",
        "ruled_out": "Ask {worker} whether their times have changed.",
        "unwanted": "Ask {worker} first, or choose someone else.",
    }

    price_unavailable: int | None = cost(None, "A shift when the person is unavailable (empty: forbidden)")
    price_unwanted: int | None = cost(30, "A shift at an unwanted time")
    price_not_preferred: int = cost(
        2, "A shift at a merely possible time, for people who have named preferred ones", may_forbid=False
    )

    def judge(self, problem: Problem, worker: Worker, shift: Shift) -> Verdict | None:
        """Price the grade of the shift's time."""
        grade = problem.grade(worker, shift)
        if grade is Grade.UNAVAILABLE:
            is_by_time = shift.id not in worker.unavailable_for or worker.time_grade(shift) is Grade.UNAVAILABLE
            return Verdict("unavailable" if is_by_time else "ruled_out", self.price_unavailable)
        if grade is Grade.UNWANTED:
            return Verdict("unwanted", self.price_unwanted)
        if grade is Grade.AVAILABLE and any(each.grade is Grade.PREFERRED for each in worker.availability):
            return Verdict("not_preferred", self.price_not_preferred)
        return None

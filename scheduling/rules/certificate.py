"""Certificates that a shift asks of everyone are valid on its date."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

from scheduling.rule import AssignmentRule, Verdict, cost

if TYPE_CHECKING:
    from collections.abc import Mapping

    from scheduling.problem import Problem, Shift, Worker


@dataclass(frozen=True)
class Certificate(AssignmentRule):
    """Everyone on a shift (trainees excepted) holds what it needs, on the day."""

    name: ClassVar[str] = "certificate"
    title: ClassVar[str] = "Certificates valid on the day"
    about: ClassVar[str] = (
        "Everyone but people in training holds what a kind of service asks of all, valid on the day of the shift."
    )
    says: ClassVar[Mapping[str, str]] = {
        "missing": "{shift} needs {skill}. {worker:does/do} not hold it.",
        "expired": "{shift} needs {skill}. {worker:has/have} none that is valid on {date}.",
    }
    fixes: ClassVar[Mapping[str, str]] = {
        "missing": "Plan the training, or choose someone who holds {skill}.",
        "expired": "Renew {skill} before {date}.",
    }

    price: int | None = cost(
        None,
        "Each person without a valid certificate (empty: forbidden)",
        source="Rhode Island rule; BC guidance",
    )

    def judge(self, problem: Problem, worker: Worker, shift: Shift) -> Verdict | None:
        """Name the first certificate that is missing or not valid."""
        if worker.is_trainee:
            return None
        date = problem.horizon.date(shift.day)
        for skill in sorted(shift.needs):
            if not worker.holds(skill, date):
                code = "expired" if any(each.skill == skill for each in worker.skills) else "missing"
                return Verdict(code, self.price, (("skill", skill), ("date", date)))
        return None

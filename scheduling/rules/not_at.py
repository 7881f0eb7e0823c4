"""People who asked not to work at a site do not."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

from scheduling.rule import AssignmentRule, Verdict, cost

if TYPE_CHECKING:
    from collections.abc import Mapping

    from scheduling.problem import Problem, Shift, Worker


@dataclass(frozen=True)
class NotAt(AssignmentRule):
    """A person is never at a site they avoid."""

    name: ClassVar[str] = "not_at"
    title: ClassVar[str] = "Not at"
    about: ClassVar[str] = "A private wish. Everyone else only reads that someone is not available."
    is_private: ClassVar[bool] = True
    says: ClassVar[Mapping[str, str]] = {"site": "{worker:is/are} not available for {shift}."}
    fixes: ClassVar[Mapping[str, str]] = {"site": "Choose someone else."}

    price: int | None = cost(None, "Each shift there (empty: forbidden)")

    def judge(self, problem: Problem, worker: Worker, shift: Shift) -> Verdict | None:
        """Compare the shift's site with those avoided."""
        del problem
        return Verdict("site", self.price) if shift.site in worker.not_at else None

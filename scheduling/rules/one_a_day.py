"""One shift a day."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

from scheduling.clauses import OneOf
from scheduling.rule import WorkerRule

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from scheduling.clauses import Clause
    from scheduling.problem import Problem, Shift, Worker


@dataclass(frozen=True)
class OneADay(WorkerRule):
    """At most one of a worker's shifts begins on each day."""

    name: ClassVar[str] = "one_a_day"
    title: ClassVar[str] = "One shift a day"
    about: ClassVar[str] = "For groups that want no second shift on a day, however short."
    is_early: ClassVar[bool] = True
    is_firm: ClassVar[bool] = True
    is_default: ClassVar[bool] = False
    says: ClassVar[Mapping[str, str]] = {"two": "{worker} would have more than one shift on a day: {shifts}."}
    fixes: ClassVar[Mapping[str, str]] = {"two": "Take {worker} off one of them."}

    def of_worker(self, problem: Problem, worker: Worker, shifts: tuple[Shift, ...]) -> Iterator[Clause]:
        """Yield the shifts of each day."""
        del problem
        days: dict[int, list[str]] = {}
        for shift in shifts:
            days.setdefault(shift.day, []).append(shift.id)
        for ids in days.values():
            yield OneOf("two", worker.id, tuple(ids))

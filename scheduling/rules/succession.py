"""Kinds of shift that do not follow one another from one day to the next."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

from scheduling.clauses import Literal, Together, on
from scheduling.days import SURE
from scheduling.rule import WorkerRule, cost

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from scheduling.clauses import Clause
    from scheduling.problem import Problem, Shift, Worker


@dataclass(frozen=True)
class Succession(WorkerRule):
    """`never` pairs a kind of shift with the kinds that may not follow it on the next day."""

    name: ClassVar[str] = "succession"
    title: ClassVar[str] = "What may not follow what"
    about: ClassVar[str] = "For groups that tell their rest by kinds of shift rather than by hours."
    is_default: ClassVar[bool] = False
    says: ClassVar[Mapping[str, str]] = {"follows": "{worker} may not work {kind} on {date}, the day after {before}."}
    fixes: ClassVar[Mapping[str, str]] = {"follows": "Choose another kind of shift, or a day off in between."}

    never: tuple[tuple[str, tuple[str, ...]], ...] = ()
    price: int | None = cost(None, "Each time it happens (empty: forbidden)")

    def of_worker(self, problem: Problem, worker: Worker, shifts: tuple[Shift, ...]) -> Iterator[Clause]:
        """Yield for each day and kind "one of the kinds it may not follow, and then it"."""
        worked: dict[tuple[int, str], Literal] = {}
        ids: dict[tuple[int, str], list[str]] = {}
        for shift in shifts:
            ids.setdefault((shift.day, shift.kind), []).append(shift.id)
        worked = {key: on(worker.id, *each) for key, each in ids.items()}
        worked.update({(past.day, past.kind): SURE for past in worker.history})
        before: dict[str, list[str]] = {}
        for kind, followers in self.never:
            for follower in followers:
                before.setdefault(follower, []).append(kind)
        for (day, kind), then in worked.items():
            known = [worked[day - 1, each] for each in before.get(kind, ()) if (day - 1, each) in worked]
            if not known:
                continue
            first = SURE if SURE in known else Literal(tuple(pair for each in known for pair in each.anyone))
            facts = (("kind", kind), ("before", ", ".join(before[kind])), ("date", problem.horizon.date(day)))
            yield from (
                () if first is SURE and then is SURE else (Together("follows", (first, then), self.price, facts),)
            )

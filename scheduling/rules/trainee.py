"""Trainees learn beside someone, on seats of their own."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

from scheduling.clauses import Limit, Literal, Together, Total, on
from scheduling.roster import Assignment
from scheduling.rule import Scope, ShiftRule, cost

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from scheduling.clauses import Clause
    from scheduling.problem import Problem, Shift, Worker


@dataclass(frozen=True)
class Trainee(ShiftRule):
    """No more trainees than seats, and none without someone who is no trainee."""

    name: ClassVar[str] = "trainee"
    title: ClassVar[str] = "Trainees"
    about: ClassVar[str] = "A trainee never counts as cover and is never the only one."
    scope: ClassVar[Scope] = Scope.SHIFT
    unready: ClassVar[frozenset[str]] = frozenset({"alone"})
    says: ClassVar[Mapping[str, str]] = {
        "seats": "{shift} would have {value:trainee/trainees} and has {bound:seat/seats} for them.",
        "alone": "{worker:is/are} in training and would have nobody to learn from on {shift}.",
    }
    fixes: ClassVar[Mapping[str, str]] = {
        "seats": "Take {excess} off, or add a trainee seat.",
        "alone": "Put someone with experience on {shift} first.",
    }

    price_seats: int | None = cost(None, "Each trainee without a seat (empty: forbidden)")
    price_alone: int | None = cost(None, "Each trainee on their own (empty: forbidden)")

    def of_shift(self, problem: Problem, shift: Shift, workers: tuple[Worker, ...]) -> Iterator[Clause]:
        """Yield the count of trainees, and "a trainee and nobody else" for each."""
        del problem
        trainees = [on(each.id, shift.id) for each in workers if each.is_trainee]
        if trainees:
            seats = Limit("seats", shift.trainee_seats, self.price_seats)
            yield Total(tuple((each, 1) for each in trainees), (seats,), shifts=(shift.id,))
        others = Literal(tuple(Assignment(each.id, shift.id) for each in workers if not each.is_trainee))
        for trainee in trainees:
            yield Together("alone", (trainee, ~others), self.price_alone)

    def bars(self, problem: Problem, worker: Worker, shift: Shift) -> bool:
        """Say whether a trainee meets a shift without any seat."""
        del problem
        return worker.is_trainee and not shift.trainee_seats and self.price_seats is None

"""No shift is too long, and nights and demanding work are shorter."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

from scheduling.roster import Minutes
from scheduling.rule import AssignmentRule, Verdict, cost, parameter

if TYPE_CHECKING:
    from collections.abc import Mapping

    from scheduling.problem import Problem, Shift, Worker


@dataclass(frozen=True)
class ShiftLength(AssignmentRule):
    """A shift longer than the most is forbidden, a long night or demanding shift has a price."""

    name: ClassVar[str] = "shift_length"
    title: ClassVar[str] = "Length of a shift"
    about: ClassVar[str] = "Long shifts tire, and more so at night or when the work is hard."
    says: ClassVar[Mapping[str, str]] = {
        "long": "{shift} lasts {length}. The most for one person is {most}.",
        "long_hard": "{shift} lasts {length}. At night or when it is hard, {most} is enough.",
    }
    fixes: ClassVar[Mapping[str, str]] = {
        "long": "Split the shift in two.",
        "long_hard": "Split the shift, or change over in the middle.",
    }

    most: int = parameter(
        720, "Longest shift", unit="minutes", minimum=60, maximum=2880, source="HSE fatigue guidance: 12 hours"
    )
    price: int | None = cost(None, "A shift beyond that (empty: forbidden)")
    most_hard: int = parameter(
        480,
        "Longest night or demanding shift",
        unit="minutes",
        minimum=60,
        maximum=2880,
        source="HSE fatigue guidance: 8 hours",
    )
    price_hard: int | None = cost(15, "A night or demanding shift beyond that")

    def judge(self, problem: Problem, worker: Worker, shift: Shift) -> Verdict | None:
        """Compare the shift's length with the limit that fits it."""
        del problem, worker
        length = ("length", Minutes(shift.minutes))
        if shift.minutes > self.most:
            return Verdict("long", self.price, (length, ("most", Minutes(self.most))))
        if shift.minutes > self.most_hard and (shift.is_night or shift.demanding):
            return Verdict("long_hard", self.price_hard, (length, ("most", Minutes(self.most_hard))))
        return None

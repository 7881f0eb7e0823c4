"""What a coordinator has pinned stays."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

from scheduling.clauses import Together, on
from scheduling.rule import WorkerRule, cost

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from scheduling.clauses import Clause
    from scheduling.problem import Problem, Shift, Worker


@dataclass(frozen=True)
class Pin(WorkerRule):
    """A pin that is not kept has a very high price, so that clashing pins are shown and nothing is stuck."""

    name: ClassVar[str] = "pin"
    title: ClassVar[str] = "Pins"
    about: ClassVar[str] = "A pinned person stays on the shift (or off it) unless another law forbids that."
    says: ClassVar[Mapping[str, str]] = {
        "off": "{worker:is/are} pinned on {shift} but not on it.",
        "on": "{worker:is/are} pinned off {shift} but on it.",
    }
    fixes: ClassVar[Mapping[str, str]] = {
        "off": "See which rule stops it, or take the pin away.",
        "on": "Take {worker} off, or take the pin away.",
    }

    price: int = cost(100_000, "Each pin not kept", may_forbid=False)

    def of_worker(self, problem: Problem, worker: Worker, shifts: tuple[Shift, ...]) -> Iterator[Clause]:
        """Yield the opposite of each pin, priced."""
        there = {each.id for each in shifts}
        for pin in problem.pins:
            if pin.worker != worker.id:
                continue
            literal = on(worker.id, pin.shift)
            if pin.is_on and not problem.is_waived(self.name, worker.id, pin.shift):
                yield Together("off", (~literal,), self.price, workers=(worker.id,), shifts=(pin.shift,))
            elif not pin.is_on and pin.shift in there:
                yield Together("on", (literal,), self.price)

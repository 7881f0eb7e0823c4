"""A day and a night free in every seven days."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

from scheduling.clauses import Together, on
from scheduling.roster import Minutes
from scheduling.rule import WorkerRule, cost, parameter

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from scheduling.clauses import Clause, Literal
    from scheduling.problem import Problem, Shift, Worker

SPAN = 7
"""Days in which the free time must lie."""


@dataclass(frozen=True)
class WeeklyRest(WorkerRule):
    """Every seven days in a row, counted from each midnight, hold one span free of work."""

    name: ClassVar[str] = "weekly_rest"
    title: ClassVar[str] = "A day and a night free each week"
    about: ClassVar[str] = "In any seven days there is one unbroken free time: 24 hours and the 11 hours of a night."
    says: ClassVar[Mapping[str, str]] = {
        "none": "{worker} would have no {least} free in a row in the seven days from {first}.",
    }
    fixes: ClassVar[Mapping[str, str]] = {"none": "Take {worker} off one of these shifts."}

    least: int = parameter(
        2100,
        "Free time in a row in each seven days",
        unit="minutes",
        maximum=5 * 1440,
        source="Directive 2003/88/EC, articles 3 and 5: 24 hours and 11 hours",
    )
    price: int | None = cost(None, "Each seven days without it (empty: forbidden)")

    def of_worker(self, problem: Problem, worker: Worker, shifts: tuple[Shift, ...]) -> Iterator[Clause]:
        """Yield for each seven days "every span that could be free is broken".

        A free span may be moved back until it begins at the first midnight or where some work ends, so only
        those beginnings are looked at.
        """
        if not shifts:
            return
        horizon = problem.horizon
        ends = sorted({each.end for each in shifts} | {past.end for past in worker.history})
        broken: dict[int, Literal | None] = {}
        for first in range(1 - SPAN, horizon.days):
            start, last = horizon.edge(first), horizon.edge(first + SPAN) - self.least
            begins = [start, *(end for end in ends if start < end <= last)] if start <= last else []
            for begin in begins:
                if begin not in broken:
                    broken[begin] = self._broken(worker, shifts, begin)
            chosen = [each for each in (broken[begin] for begin in begins) if each is not None]
            if chosen and all(each.anyone for each in chosen):
                facts = (("least", Minutes(self.least)), ("first", horizon.date(first)))
                yield Together("none", _easiest(chosen), self.price, facts)

    def _broken(self, worker: Worker, shifts: tuple[Shift, ...], begin: int) -> Literal | None:
        """Return "some shift breaks the free span from a minute"; None when other work breaks it anyway."""
        end = begin + self.least
        if any(past.start < end and begin < past.end for past in worker.history):
            return None
        return on(worker.id, *(each.id for each in shifts if each.start < end and begin < each.end))


def _easiest(spans: list[Literal]) -> tuple[Literal, ...]:
    """Drop each span that is broken whenever another is: it can only be free when that is free too."""
    kept: list[tuple[frozenset[object], Literal]] = []
    for span in sorted(spans, key=lambda each: len(each.anyone)):
        breaks = frozenset(span.anyone)
        if not any(other <= breaks for other, _ in kept):
            kept.append((breaks, span))
    return tuple(span for _, span in kept)

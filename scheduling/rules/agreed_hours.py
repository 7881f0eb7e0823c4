"""Nobody works more in a week than they said they can."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

from scheduling.clauses import Limit, Total, on
from scheduling.days import minutes_total
from scheduling.rule import WorkerRule

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from scheduling.clauses import Clause
    from scheduling.problem import Problem, Shift, Worker


@dataclass(frozen=True)
class AgreedHours(WorkerRule):
    """The hours of each week stay within what a person takes on at most; for a spell so may their number of shifts.

    Like being away it is nobody else's to set aside.
    """

    name: ClassVar[str] = "agreed_hours"
    title: ClassVar[str] = "Hours people can at most"
    about: ClassVar[str] = "Nobody works more in a week than they said they can. No reason is ever asked."
    is_firm: ClassVar[bool] = True
    says: ClassVar[Mapping[str, str]] = {
        "week": "{worker:is/are} not available for more work in the week of {first}.",
        "spell": "{worker:is/are} not available for more work in the week of {first}.",
    }
    alike_codes: ClassVar[frozenset[str]] = frozenset({"week", "spell"})
    fixes: ClassVar[Mapping[str, str]] = dict.fromkeys(says, "Ask {worker}, or take them off a shift in that week.")

    def of_worker(self, problem: Problem, worker: Worker, shifts: tuple[Shift, ...]) -> Iterator[Clause]:
        """Yield the minutes, and the shifts, of each week with their limits."""
        contract, horizon = worker.contract, problem.horizon
        for week in horizon.weeks:
            first = horizon.week_start(week)
            told = (("first", horizon.date(first)),)
            if contract.max_minutes_week is not None:
                limit = Limit("week", contract.max_minutes_week, None, unit=60, facts=told)
                yield minutes_total(worker, shifts, range(first, first + 7), [limit])
            for spell in contract.spells:
                days = range(max(first, spell.first_day), min(first + 7, spell.last_day + 1))
                if days and spell.max_minutes_week is not None:
                    limit = Limit("spell", spell.max_minutes_week, None, unit=60, facts=told)
                    yield minutes_total(worker, shifts, days, [limit])
                if days and spell.max_shifts_week is not None:
                    terms = tuple((on(worker.id, each.id), 1) for each in shifts if each.day in days)
                    base = sum(past.day in days for past in worker.history)
                    limit = Limit("spell", spell.max_shifts_week, None, facts=told)
                    yield Total(terms, (limit,), base, workers=(worker.id,))

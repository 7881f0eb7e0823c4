"""No more hours than the law, and than was agreed."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

from scheduling.clauses import Limit, Total, on
from scheduling.rule import WorkerRule, cost, parameter

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from scheduling.clauses import Clause
    from scheduling.problem import Problem, Shift, Worker


@dataclass(frozen=True)
class Hours(WorkerRule):
    """The hours of each calendar week and of the whole horizon stay within limits; work elsewhere counts.

    A shift belongs to the week of the day on which it begins.
    """

    name: ClassVar[str] = "hours"
    title: ClassVar[str] = "Hours per week"
    about: ClassVar[str] = "Work at all sites and in all roles counts together."
    says: ClassVar[Mapping[str, str]] = {
        "week": "{worker} would work {value} in the week of {first}. The most is {bound}.",
        "agreed_week": "{worker:is/are} not available for more work in the week of {first}.",
        "spell_week": "{worker:is/are} not available for more work in the week of {first}.",
        "average": "{worker} would work {value} in this period. The most for so many weeks is {bound}.",
        "agreed": "{worker} would work {value} in this period. {They} agreed to {bound} at most.",
    }
    alike_codes: ClassVar[frozenset[str]] = frozenset({"agreed_week", "spell_week"})
    fixes: ClassVar[Mapping[str, str]] = {
        "week": "Take {worker} off a shift in that week.",
        "agreed_week": "Ask {worker}, or take them off a shift in that week.",
        "spell_week": "Ask {worker}, or take them off a shift in that week.",
        "average": "Take {worker} off a shift.",
        "agreed": "Ask {worker}, or take them off a shift.",
    }

    most_week: int = parameter(
        4320,
        "Most in one calendar week",
        unit="minutes",
        minimum=60,
        maximum=10080,
        source="BMA: 72 hours in 168 hours",
    )
    most_average: int = parameter(
        2880,
        "Most per week on average over the period",
        unit="minutes",
        minimum=60,
        maximum=10080,
        source="Directive 2003/88/EC, article 6: 48 hours",
    )
    price: int | None = cost(None, "Each started hour beyond a limit (empty: forbidden)")

    def of_worker(self, problem: Problem, worker: Worker, shifts: tuple[Shift, ...]) -> Iterator[Clause]:
        """Yield the minutes of each week and of the horizon with their limits."""
        horizon, contract = problem.horizon, worker.contract
        for week in horizon.weeks:
            first = horizon.week_start(week)
            limits = [Limit("week", self.most_week, self.price, unit=60, facts=(("first", horizon.date(first)),))]
            if contract.max_minutes_week is not None:
                bound, told = contract.max_minutes_week, (("first", horizon.date(first)),)
                limits.append(Limit("agreed_week", bound, self.price, unit=60, facts=told))
            yield _minutes(worker, shifts, range(first, first + 7), limits)
        yield from self._of_spells(problem, worker, shifts)
        weeks = -(-horizon.days // 7)
        limits = [Limit("average", self.most_average * weeks, self.price, unit=60)]
        if contract.max_minutes is not None:
            limits.append(Limit("agreed", contract.max_minutes, self.price, unit=60))
        yield _minutes(worker, shifts, range(horizon.days), limits)

    def _of_spells(self, problem: Problem, worker: Worker, shifts: tuple[Shift, ...]) -> Iterator[Clause]:
        """Yield what a person takes on at most in each week of a spell."""
        for spell in worker.contract.spells:
            for week in problem.horizon.weeks:
                first = problem.horizon.week_start(week)
                days = range(max(first, spell.first_day), min(first + 7, spell.last_day + 1))
                told = (("first", problem.horizon.date(first)),)
                if days and spell.max_minutes_week is not None:
                    limit = Limit("spell_week", spell.max_minutes_week, self.price, unit=60, facts=told)
                    yield _minutes(worker, shifts, days, [limit])
                if days and spell.max_shifts_week is not None:
                    limit = Limit("spell_week", spell.max_shifts_week, self.price, facts=told)
                    terms = tuple((on(worker.id, each.id), 1) for each in shifts if each.day in days)
                    base = sum(past.day in days for past in worker.history)
                    yield Total(terms, (limit,), base, workers=(worker.id,))


def _minutes(worker: Worker, shifts: tuple[Shift, ...], days: range, limits: list[Limit]) -> Total:
    """Return the total of minutes that begin on some days."""
    terms = tuple((on(worker.id, each.id), each.minutes) for each in shifts if each.day in days)
    base = sum(past.minutes for past in worker.history if past.day in days)
    return Total(terms, tuple(limits), base, workers=(worker.id,), is_time=True)

"""How many places there are and how many are filled: people, and those with a skill that is asked for."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable

    from scheduling.problem import Problem, Shift
    from scheduling.roster import Roster


def missing_on(problem: Problem, shift: Shift, workers: Iterable[str]) -> int:
    """Return how many more people a shift needs to meet all its targets; trainees meet none.

    One person can meet several lines at once, so it is what the line that lacks most lacks.
    """
    on = problem.horizon.date(shift.day)
    counted = [worker for worker in map(problem.worker.__getitem__, workers) if not worker.is_trainee]
    return max(
        (
            max(0, line.target - sum(line.skill is None or worker.holds(line.skill, on) for worker in counted))
            for line in shift.demands
        ),
        default=0,
    )


def places(problem: Problem, roster: Roster) -> tuple[int, int]:
    """Return how many places of the targets are filled, and how many there are."""
    wanted = sum(max((line.target for line in shift.demands), default=0) for shift in problem.shifts)
    missing = sum(missing_on(problem, shift, roster.workers_on(shift.id)) for shift in problem.shifts)
    return wanted - missing, wanted

"""Fair shares: what each would have if the work, months back included, were shared by what people want.

A share depends on the problem only, never on the roster, so a rule about shares is about one worker at a time
and can be explained with three numbers: fair share, got, carried over.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from scheduling.problem import Problem, Shift, Worked, Worker


def wanted_minutes(problem: Problem) -> Mapping[str, int]:
    """Return what each worker (no trainees) wants in the horizon; who has not said counts as average."""
    counted = [each for each in problem.workers if not each.is_trainee]
    said = [each.contract.wanted_minutes for each in counted if each.contract.wanted_minutes is not None]
    usual = sum(said) // len(said) if said else _minutes_to_share(problem) // max(1, len(counted))
    return {
        each.id: usual if each.contract.wanted_minutes is None else each.contract.wanted_minutes for each in counted
    }


def _minutes_to_share(problem: Problem) -> int:
    """Return the minutes of all targets, and of work elsewhere inside the horizon."""
    days = range(problem.horizon.days)
    elsewhere = sum(past.minutes for each in problem.workers for past in each.history if past.day in days)
    return sum(each.target * each.minutes for each in problem.shifts) + elsewhere


def hour_shares(problem: Problem) -> Mapping[str, int]:
    """Return each worker's fair share of minutes in this horizon, between nothing and what they want.

    One level is found at which everyone, months back included, has had the same part of what they wanted.
    Shares are whole hours.
    """
    if "hour_shares" not in problem.memo:
        problem.memo["hour_shares"] = _hour_shares(problem)
    found: Mapping[str, int] = problem.memo["hour_shares"]
    return found


def _hour_shares(problem: Problem) -> Mapping[str, int]:
    """Find the level by halving: shares grow with it, and their sum shall be the minutes there are."""
    wanted = wanted_minutes(problem)
    there = min(_minutes_to_share(problem), sum(wanted.values()))
    fine = 1 << 20

    def at(level: int) -> dict[str, int]:
        shares = {}
        for worker, now in wanted.items():
            carried = problem.worker[worker].carried
            due = level * (carried.wanted_minutes + now) // fine - carried.minutes
            shares[worker] = min(now, max(0, due))
        return shares

    low, high = 0, fine
    while sum(at(high).values()) < there and high < fine << 20:
        high *= 2
    while low < high:
        middle = (low + high) // 2
        if sum(at(middle).values()) < there:
            low = middle + 1
        else:
            high = middle
    return {worker: (share + 30) // 60 * 60 for worker, share in at(low).items()}


@dataclass(frozen=True)
class Load:
    """A thing nobody should have too much of: its weight in a shift, in past work, and in what is carried."""

    of_shift: Callable[[Problem, Shift], int]
    of_past: Callable[[Problem, Worked], int]
    carried: Callable[[Worker], int]

    def before(self, problem: Problem, worker: Worker) -> int:
        """Return what a worker has of it without this roster: carried over, and elsewhere."""
        days = range(problem.horizon.days)
        return self.carried(worker) + sum(self.of_past(problem, past) for past in worker.history if past.day in days)


LOADS: Mapping[str, Load] = {
    "nights": Load(
        lambda _, shift: int(shift.is_night),
        lambda _, past: int(past.is_night),
        lambda worker: worker.carried.nights,
    ),
    "weekends": Load(
        lambda problem, shift: int(problem.horizon.is_weekend(shift.day)),
        lambda problem, past: int(problem.horizon.is_weekend(past.day)),
        lambda worker: worker.carried.weekends,
    ),
    "demanding": Load(
        lambda _, shift: shift.demanding,
        lambda _, past: past.demanding,
        lambda worker: worker.carried.demanding,
    ),
}
"""By name: nights and weekends count shifts, demanding adds up weights of exposure."""


def load_shares(problem: Problem, load: str) -> Mapping[str, int]:
    """Return each worker's fair share of a load, carried over included, among those who could have some.

    Shares go by wanted hours, those of the months before included, and are rounded up.
    """
    key = f"load_shares {load}"
    if key not in problem.memo:
        problem.memo[key] = _load_shares(problem, LOADS[load])
    found: Mapping[str, int] = problem.memo[key]
    return found


def _load_shares(problem: Problem, measure: Load) -> Mapping[str, int]:
    """Share what there is, and was, by weight."""
    loaded = [each for each in problem.shifts if measure.of_shift(problem, each)]
    wanted = wanted_minutes(problem)
    able = [
        each for each in problem.workers if each.id in wanted and any(not problem.bars(each, shift) for shift in loaded)
    ]
    weight = {each.id: each.carried.wanted_minutes + wanted[each.id] for each in able}
    whole = sum(weight.values())
    if not whole:
        return {}
    there = sum(each.target * measure.of_shift(problem, each) for each in loaded)
    there += sum(measure.before(problem, each) for each in able)
    return {worker: -(-there * each // whole) for worker, each in weight.items()}

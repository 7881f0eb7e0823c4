"""A first roster in a moment, so that there always is one: the hardest places first, the neediest people.

It knows no rule by name. It asks `Problem.possible` who could, and each rule's `check` what a step breaks.
"""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING

from scheduling.roster import Assignment, Roster
from scheduling.rule import AssignmentRule, Scope

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from scheduling.problem import Problem, Shift
    from scheduling.rule import Rule


class _Book:
    """A roster that grows, cheap to ask as a Roster is, one step at a time."""

    def __init__(self) -> None:
        self.by_worker: dict[str, set[str]] = defaultdict(set)
        self.by_shift: dict[str, set[str]] = defaultdict(set)

    def add(self, worker: str, shift: str) -> None:
        self.by_worker[worker].add(shift)
        self.by_shift[shift].add(worker)

    def remove(self, worker: str, shift: str) -> None:
        self.by_worker[worker].discard(shift)
        self.by_shift[shift].discard(worker)

    def of(self, worker: str, shift: str) -> Roster:
        """Return the part of the roster that a step of this worker on this shift can touch."""
        mine = {Assignment(worker, each) for each in self.by_worker[worker]}
        return Roster(mine | {Assignment(each, shift) for each in self.by_shift[shift]})

    def roster(self) -> Roster:
        return Roster(Assignment(worker, shift) for worker, shifts in self.by_worker.items() for shift in shifts)


def build(problem: Problem, should_stop: Callable[[], bool] | None = None) -> Roster:
    """Return a roster that breaks no forbidding rule, with every place filled that simple choice can fill."""
    book = _Book()
    alone = [
        rule
        for rule in problem.rules
        if rule.scope is Scope.WORKER and rule.can_forbid and not isinstance(rule, AssignmentRule)
    ]
    coupled = [rule for rule in problem.rules if rule.scope is not Scope.WORKER and rule.can_forbid]
    for pin in problem.pins:
        if pin.is_on and Assignment(pin.worker, pin.shift) in problem.possible:
            _try(problem, book, pin.worker, pin.shift, alone)
    used: dict[str, int] = defaultdict(int)
    for shift in _hardest_first(problem):
        if should_stop is not None and should_stop():
            break
        _fill(problem, book, shift, alone, used)
    roster = book.roster()
    return _mend(problem, roster, coupled)


def _hardest_first(problem: Problem) -> list[Shift]:
    """Sort shifts by how few could do them beyond what they need, then by start."""
    return sorted(
        problem.shifts,
        key=lambda each: (
            len(problem.possible.workers_on(each.id)) - 2 * each.target,
            problem.shift_order[each.id],
        ),
    )


def _fill(problem: Problem, book: _Book, shift: Shift, alone: Iterable[Rule], used: dict[str, int]) -> None:
    """Put people on a shift up to its target: missing skills first, then who has the fewest minutes."""
    date = problem.horizon.date(shift.day)
    wanted = [line for line in shift.demands if line.skill is not None]
    barred = {pin.worker for pin in problem.pins if not pin.is_on and pin.shift == shift.id}
    candidates = [
        problem.worker[each]
        for each in problem.possible.workers_on(shift.id)
        if each not in barred and not problem.worker[each].is_trainee
    ]
    published = problem.published

    def need(skill: str, target: int) -> int:
        return target - sum(problem.worker[each].holds(skill, date) for each in book.by_shift[shift.id])

    while candidates and len(book.by_shift[shift.id]) < shift.target:
        missing = [line.skill for line in wanted if line.skill is not None and need(line.skill, line.target) > 0]
        candidates.sort(
            key=lambda each: (
                Assignment(each.id, shift.id) not in published,
                -sum(each.holds(skill, date) for skill in missing),
                problem.grade(each, shift),
                used[each.id] * 100 // max(1, each.contract.wanted_minutes or 60),
                problem.worker_order[each.id],
            )
        )
        worker = candidates.pop(0)
        if _try(problem, book, worker.id, shift.id, alone):
            used[worker.id] += shift.minutes


def _try(problem: Problem, book: _Book, worker: str, shift: str, alone: Iterable[Rule]) -> bool:
    """Make one assignment if no rule about the worker forbids it."""
    book.add(worker, shift)
    roster = book.of(worker, shift)
    for rule in alone:
        if any(each.is_forbidden for each in rule.check(problem, roster, (worker,))):
            book.remove(worker, shift)
            return False
    return True


def _mend(problem: Problem, roster: Roster, coupled: Iterable[Rule]) -> Roster:
    """Take people off until no rule that couples people forbids anything."""
    while True:
        broken = [each for rule in coupled for each in rule.check(problem, roster) if each.is_forbidden]
        if not broken:
            return roster
        taken = set()
        for each in broken:
            pairs = [p for p in roster if p.worker in each.workers and p.shift in each.shifts]
            pairs = pairs or [p for p in roster if p.shift in each.shifts]
            taken.add(pairs[-1])
        roster = Roster(roster.assignments - taken)

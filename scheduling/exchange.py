"""What a claim, a drop, a swap or a coordinator's move would newly break, mend and cost."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from scheduling.roster import Assignment, Roster
from scheduling.rule import Scope

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from scheduling.problem import Problem
    from scheduling.roster import Violation
    from scheduling.rule import Rule


@dataclass(frozen=True)
class Move:
    """Assignments to make and to take away, all at once."""

    add: tuple[Assignment, ...] = ()
    remove: tuple[Assignment, ...] = ()

    @classmethod
    def of(cls, add: Iterable[tuple[str, str]] = (), remove: Iterable[tuple[str, str]] = ()) -> Move:
        """Make a move from pairs of worker id and shift id."""
        return cls(tuple(Assignment(*each) for each in add), tuple(Assignment(*each) for each in remove))

    def applied(self, roster: Roster) -> Roster:
        """Return the roster after the move."""
        return Roster((roster.assignments - set(self.remove)) | set(self.add))


@dataclass(frozen=True)
class Effect:
    """What a move does: newly broken and newly mended things, and the change of the whole price.

    `refusals` are the forbidden ones that are a reason to say no; `unready` are forbidden ones that more
    people would mend ("nobody else is on it yet").
    """

    broken: tuple[Violation, ...]
    mended: tuple[Violation, ...]
    price_change: int
    refusals: tuple[Violation, ...]
    unready: tuple[Violation, ...]


def effect(problem: Problem, roster: Roster, move: Move) -> Effect:
    """Compare a roster before and after a move, looking only at the workers and shifts it touches."""
    touched = (*move.add, *move.remove)
    workers = tuple(dict.fromkeys(pair.worker for pair in touched))
    shifts = tuple(dict.fromkeys(pair.shift for pair in touched))
    before, after = (
        [each for rule in problem.rules for each in _touched(problem, rule, state, workers, shifts)]
        for state in (roster, move.applied(roster))
    )
    broken = sorted(
        (_discreet(problem, each, move) for each in after if not any(_covers(old, each) for old in before)),
        key=lambda each: (each.price is not None, -(each.price or 0)),
    )
    mended = [each for each in before if not any(_covers(new, each) for new in after)]
    forbidden = [each for each in broken if each.is_forbidden]
    unready = tuple(each for each in forbidden if each.code in problem.rule[each.rule].unready)
    return Effect(
        broken=tuple(broken),
        mended=tuple(mended),
        price_change=sum(each.price or 0 for each in after) - sum(each.price or 0 for each in before),
        refusals=tuple(each for each in forbidden if each not in unready),
        unready=unready,
    )


def _touched(
    problem: Problem, rule: Rule, roster: Roster, workers: tuple[str, ...], shifts: tuple[str, ...]
) -> Iterator[Violation]:
    """Check what a move touches: of a law about single shifts, not also the other shifts of those who move."""
    return rule.check(problem, roster, () if rule.scope is Scope.SHIFT else workers, shifts)


def newly_broken(problem: Problem, roster: Roster, move: Move) -> list[Violation]:
    """Return what a move breaks that was not broken, or not as badly, before; forbidden things first."""
    return list(effect(problem, roster, move).broken)


def _discreet(problem: Problem, violation: Violation, move: Move) -> Violation:
    """Return what a private wish between people stops as told of the one who moves, not of the one they would meet."""
    rule = problem.rule[violation.rule]
    if not rule.is_private or rule.scope is not Scope.PAIR:
        return violation
    told = [pair for pair in move.add if pair.worker in violation.workers and pair.shift in violation.shifts]
    if not told:
        return violation
    return replace(violation, workers=(told[0].worker,), shifts=(told[0].shift,))


def _covers(one: Violation, other: Violation) -> bool:
    """Say whether one violation is the same complaint as another, and at least as bad."""
    return (
        one.rule == other.rule
        and one.code == other.code
        and (one.price is None or (other.price is not None and one.price >= other.price))
        and set(one.workers) >= set(other.workers)
        and set(one.shifts) >= set(other.shifts)
        and _excess(one) >= _excess(other)
    )


def _excess(violation: Violation) -> int:
    """Return by how much a limit is missed, 0 where no limit is."""
    return next((int(value) for key, value in violation.facts if key == "excess" and isinstance(value, int)), 0)

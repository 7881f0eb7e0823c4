"""The law of rosters: problem in, roster out, and why.

This is the room's door. Importing it does not load OR-Tools; only `solve` does, when it is called.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from scheduling.exchange import Effect, Move, effect, newly_broken
from scheduling.explain import Candidate, Gap, Why, preflight, why_me, why_open
from scheduling.places import missing_on, places
from scheduling.problem import (
    Availability,
    Budget,
    Carried,
    Contract,
    Demand,
    EarningsCap,
    Grade,
    Holding,
    Horizon,
    Pin,
    Problem,
    Request,
    Shift,
    Spell,
    Waiver,
    Worked,
    Worker,
)
from scheduling.result import ModelSize, Progress, Result, Status
from scheduling.roster import Assignment, Minutes, Names, PlainNames, Roster, Violation
from scheduling.rule import Parameter, Rule, Scope
from scheduling.rules import all_rules, default_rules, rule_named
from scheduling.shares import LOADS, hour_shares, load_shares
from scheduling.words import (
    NOT_AVAILABLE,
    NOT_AVAILABLE_FIX,
    fix,
    fix_for_others,
    is_private,
    is_untold,
    untold_first,
    words,
    words_for_others,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable


def check(
    problem: Problem,
    roster: Roster,
    workers: Iterable[str] | None = None,
    shifts: Iterable[str] | None = None,
) -> list[Violation]:
    """Return everything a roster breaks, forbidden first, narrowed to some workers and shifts when asked."""
    workers = None if workers is None else tuple(workers)
    shifts = None if shifts is None else tuple(shifts)
    found = [each for rule in problem.rules for each in rule.check(problem, roster, workers, shifts)]
    return sorted(found, key=lambda each: (each.price is not None, -(each.price or 0)))


def solve(  # noqa: PLR0913 - what a solve can be told; all but the problem has a default
    problem: Problem,
    *,
    seconds: float = 60.0,
    workers: int = 2,
    seed: int = 0,
    hint: Roster | None = None,
    on_progress: Callable[[Progress], None] | None = None,
    should_stop: Callable[[], bool] | None = None,
) -> Result:
    """Return the best roster found within some seconds; always one, whatever the input."""
    from scheduling.solver import solve as run

    return run(
        problem,
        seconds=seconds,
        workers=workers,
        seed=seed,
        hint=hint,
        on_progress=on_progress,
        should_stop=should_stop,
    )


__all__ = [
    "LOADS",
    "NOT_AVAILABLE",
    "NOT_AVAILABLE_FIX",
    "Assignment",
    "Availability",
    "Budget",
    "Candidate",
    "Carried",
    "Contract",
    "Demand",
    "EarningsCap",
    "Effect",
    "Gap",
    "Grade",
    "Holding",
    "Horizon",
    "Minutes",
    "ModelSize",
    "Move",
    "Names",
    "Parameter",
    "Pin",
    "PlainNames",
    "Problem",
    "Progress",
    "Request",
    "Result",
    "Roster",
    "Rule",
    "Scope",
    "Shift",
    "Spell",
    "Status",
    "Violation",
    "Waiver",
    "Why",
    "Worked",
    "Worker",
    "all_rules",
    "check",
    "default_rules",
    "effect",
    "fix",
    "fix_for_others",
    "hour_shares",
    "is_private",
    "is_untold",
    "load_shares",
    "missing_on",
    "newly_broken",
    "places",
    "preflight",
    "rule_named",
    "solve",
    "untold_first",
    "why_me",
    "why_open",
    "words",
    "words_for_others",
]

"""The laws, each in one file, found by being there.

To add a rule:

1. Write `scheduling/rules/<noun>.py` with one frozen dataclass that extends `WorkerRule` (a law about one
   person's shifts), `AssignmentRule` (one person on one shift), `ShiftRule` (the people on one shift) or
   `Rule`.
2. Give it `name`, `title`, `about`, and its numbers as fields made by `parameter(...)` or `cost(...)`, each
   with its unit and the source of its default. A price of None forbids.
3. Speak the law in clauses (`Together`, `OneOf`, `Total`); give each code a sentence in `says` and `fixes`.
4. If it needs a new fact, add that to `problem.py` with its unit and to the one query that fills it.
5. Work it out anew in `tests/scheduling/paper.py`, from the facts alone. The property test, the planted faults, the
   solver, the board, the explanations and the settings page find the rule by themselves.
"""

from __future__ import annotations

import importlib
import inspect
import pkgutil
from functools import cache

from scheduling.rule import Rule


@cache
def all_rules() -> tuple[type[Rule], ...]:
    """Return every rule of this folder, sorted by name."""
    found = {
        thing.name: thing
        for module in pkgutil.iter_modules(__path__)
        for _, thing in inspect.getmembers(importlib.import_module(f"{__name__}.{module.name}"), inspect.isclass)
        if issubclass(thing, Rule) and thing.name and thing.__module__.startswith(__name__)
    }
    return tuple(found[name] for name in sorted(found))


def default_rules() -> tuple[Rule, ...]:
    """Return the law a group starts with: each default rule with its default parameters."""
    return tuple(rule() for rule in all_rules() if rule.is_default)


def rule_named(name: str) -> type[Rule]:
    """Return the rule of a name; raises KeyError when there is none."""
    for rule in all_rules():
        if rule.name == name:
            return rule
    raise KeyError(name)

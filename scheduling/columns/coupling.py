"""What shift-wise rules ask for the people on a shift, quick to ask again and again."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from typing import TYPE_CHECKING

from scheduling.clauses import Total, empty_value, may_matter
from scheduling.rule import Scope

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from scheduling.clauses import Clause, Literal, Together
    from scheduling.problem import Problem

FORBIDDEN = 10_000_000
"""What a forbidden thing counts as, where the most that a roster can do is to avoid it."""


@dataclass(frozen=True)
class _Told:
    """A sentence; a plain sum comes with its weight by worker; its value when nobody is there; codes to hope about."""

    clause: Clause
    weights: dict[str, int]
    empty: int
    unready: frozenset[str]


class Coupling:
    """The sentences of all shift-wise rules by shift, and their prices by who is on it."""

    def __init__(self, problem: Problem) -> None:
        self.problem = problem
        self._rules = [rule for rule in problem.rules if rule.scope is Scope.SHIFT]
        self._clauses: dict[str, list[_Told]] = {}
        self._known: dict[str, dict[tuple[frozenset[str], bool], int]] = defaultdict(dict)

    def price(self, shift: str, people: frozenset[str], *, is_hopeful: bool = False) -> int:
        """Return what the rules ask for exactly these people on a shift.

        When hopeful, what more people would mend is never forbidden.
        """
        known = self._known[shift]
        key = people, is_hopeful
        if key not in known:
            known[key] = sum(self._ask(each, people, is_hopeful=is_hopeful) for each in self._of(shift))
        return known[key]

    def _of(self, shift: str) -> list[_Told]:
        """Return the sentences about a shift."""
        if shift not in self._clauses:
            found: list[_Told] = []
            for rule in self._rules:
                for clause in rule.clauses(self.problem, self.problem.possible, None, (shift,)):
                    weights: dict[str, int] = {}
                    if isinstance(clause, Total) and all(_is_plain(each) for each, _ in clause.terms):
                        for literal, weight in clause.terms:
                            worker = literal.anyone[0].worker
                            weights[worker] = weights.get(worker, 0) + weight
                    empty = empty_value(clause) if isinstance(clause, Total) else 0
                    found.append(_Told(clause, weights, empty, rule.unready))
            self._clauses[shift] = found
        return self._clauses[shift]

    def _ask(self, told: _Told, people: frozenset[str], *, is_hopeful: bool) -> int:
        """Return what one sentence asks."""
        clause = told.clause
        if isinstance(clause, Total):
            if told.weights:
                value = clause.base + sum(told.weights.get(each, 0) for each in people)
            else:
                value = clause.base + sum(weight for each, weight in clause.terms if _holds(each, people))
            price = 0
            for limit in clause.limits:
                if limit.price is not None:
                    price += limit.price * limit.excess(value)
                elif not (is_hopeful and limit.code in told.unready):
                    firm = limit.firm_bound(told.empty)
                    price += FORBIDDEN * max(0, value - firm if limit.is_over else firm - value)
            return price
        together: Together = clause  # type: ignore[assignment]
        if may_matter(together) and all(_holds(each, people) for each in together.literals):
            if together.price is None:
                return 0 if is_hopeful and together.code in told.unready else FORBIDDEN
            return together.price
        return 0

    def marginal(
        self, worker: str, shifts: Iterable[str], people: Mapping[str, frozenset[str]], *, is_hopeful: bool = False
    ) -> dict[str, float]:
        """Return what each shift costs more with a worker than without, given who is on it."""
        found = {}
        for shift in shifts:
            without = people.get(shift, frozenset()) - {worker}
            before = self.price(shift, without, is_hopeful=is_hopeful)
            found[shift] = float(self.price(shift, without | {worker}, is_hopeful=is_hopeful) - before)
        return found

    def is_forbidden(self, shift: str, people: frozenset[str]) -> bool:
        """Say whether the rules forbid just these people on a shift."""
        return self.price(shift, people) >= FORBIDDEN


def _is_plain(literal: Literal) -> bool:
    return len(literal.anyone) == 1 and not literal.is_not and not literal.is_sure


def _holds(literal: Literal, people: frozenset[str]) -> bool:
    """Say whether a literal about one shift is true of the people on it."""
    return (literal.is_sure or any(each.worker in people for each in literal.anyone)) != literal.is_not

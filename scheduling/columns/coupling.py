"""What shift-wise rules ask for the people on a shift, quick to ask again and again."""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING

from scheduling.clauses import Total, empty_value, may_matter
from scheduling.rule import Scope

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from scheduling.clauses import Clause, Literal, Together
    from scheduling.problem import Problem

FORBIDDEN = 10_000_000
"""What a forbidden thing counts as, where the most that a roster can do is to avoid it."""


class Coupling:
    """The sentences of all shift-wise rules by shift, and their prices by who is on it."""

    def __init__(self, problem: Problem) -> None:
        self.problem = problem
        self._rules = [rule for rule in problem.rules if rule.scope is Scope.SHIFT]
        self._clauses: dict[str, list[tuple[Clause, dict[str, int], int]]] = {}
        self._known: dict[str, dict[frozenset[str], int]] = defaultdict(dict)

    def price(self, shift: str, people: frozenset[str]) -> int:
        """Return what the rules ask for exactly these people on a shift."""
        known = self._known[shift]
        if people not in known:
            known[people] = sum(self._ask(each, people) for each in self._of(shift))
        return known[people]

    def _of(self, shift: str) -> list[tuple[Clause, dict[str, int], int]]:
        """Return the sentences about a shift; a plain sum comes with its weight by worker, and its empty value."""
        if shift not in self._clauses:
            found: list[tuple[Clause, dict[str, int], int]] = []
            for rule in self._rules:
                for clause in rule.clauses(self.problem, self.problem.possible, None, (shift,)):
                    weights: dict[str, int] = {}
                    if isinstance(clause, Total) and all(_is_plain(each) for each, _ in clause.terms):
                        for literal, weight in clause.terms:
                            worker = literal.anyone[0].worker
                            weights[worker] = weights.get(worker, 0) + weight
                    found.append((clause, weights, empty_value(clause) if isinstance(clause, Total) else 0))
            self._clauses[shift] = found
        return self._clauses[shift]

    def _ask(self, told: tuple[Clause, dict[str, int], int], people: frozenset[str]) -> int:
        """Return what one sentence asks."""
        clause, weights, empty = told
        if isinstance(clause, Total):
            if weights:
                value = clause.base + sum(weights.get(each, 0) for each in people)
            else:
                value = clause.base + sum(weight for each, weight in clause.terms if _holds(each, people))
            price = 0
            for limit in clause.limits:
                if limit.price is not None:
                    price += limit.price * limit.excess(value)
                else:
                    firm = limit.firm_bound(empty)
                    price += FORBIDDEN * max(0, value - firm if limit.is_over else firm - value)
            return price
        together: Together = clause  # type: ignore[assignment]
        if may_matter(together) and all(_holds(each, people) for each in together.literals):
            return FORBIDDEN if together.price is None else together.price
        return 0

    def marginal(self, worker: str, shifts: Iterable[str], people: Mapping[str, frozenset[str]]) -> dict[str, float]:
        """Return what each shift costs more with a worker than without, given who is on it."""
        found = {}
        for shift in shifts:
            without = people.get(shift, frozenset()) - {worker}
            found[shift] = float(self.price(shift, without | {worker}) - self.price(shift, without))
        return found


def _is_plain(literal: Literal) -> bool:
    return len(literal.anyone) == 1 and not literal.is_not and not literal.is_sure


def _holds(literal: Literal, people: frozenset[str]) -> bool:
    """Say whether a literal about one shift is true of the people on it."""
    return (literal.is_sure or any(each.worker in people for each in literal.anyone)) != literal.is_not

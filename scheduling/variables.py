"""`x.works(worker, shift)`: the only place that names solver variables."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from ortools.sat.python import cp_model

from scheduling.roster import Assignment

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence

    from scheduling.clauses import Literal
    from scheduling.problem import Problem


class Variables:
    """The yes-or-no variables of a CP-SAT model, one for each eligible pair of worker and shift.

    Pairs outside `problem.possible` (or, in a part of a problem, outside `pairs`) are the constant 0, and those
    that are `made` already the constant 1.
    """

    def __init__(
        self,
        model: Any,
        problem: Problem,
        pairs: Iterable[Assignment] | None = None,
        made: frozenset[Assignment] = frozenset(),
    ) -> None:
        self._model = model
        self._made = made
        chosen = problem.possible.assignments if pairs is None else pairs
        order = sorted(chosen, key=lambda pair: (problem.worker_order[pair[0]], problem.shift_order[pair[1]]))
        self.variables: Mapping[Assignment, Any] = {pair: model.new_bool_var("") for pair in order}
        self._any: dict[tuple[bool, frozenset[Assignment]], Any] = {}
        self._cliques_of: dict[Assignment, set[int]] = {}
        self._clique_count = 0

    def works(self, worker: str, shift: str) -> Any:
        """Return the variable that is 1 when the worker is on the shift, or 0 where they cannot be."""
        pair = Assignment(worker, shift)
        return 1 if pair in self._made else self.variables.get(pair, 0)

    def weighted(self, terms: Sequence[Any], weights: Sequence[int]) -> Any:
        """Return the linear expression sum(weight * term); terms are variables, expressions or numbers."""
        return cp_model.LinearExpr.weighted_sum(terms, weights)

    def at_most_one(self, worker: str, shifts: Iterable[str]) -> None:
        """Allow a worker one of these shifts at most, and remember it: "any of them" is then their sum."""
        pairs = {Assignment(worker, shift) for shift in shifts}
        known = sorted(pair for pair in pairs if pair in self.variables)
        if not self._made.isdisjoint(pairs):
            for pair in known:
                self._model.add(self.variables[pair] == 0)
            return
        if len(known) < 2:  # noqa: PLR2004 - one alone excludes nothing
            return
        shared = set(self._cliques_of.get(known[0], ())).intersection(*(self._cliques_of.get(p, ()) for p in known))
        if not shared:
            for pair in known:
                self._cliques_of.setdefault(pair, set()).add(self._clique_count)
            self._clique_count += 1
            self._model.add_at_most_one(self.variables[pair] for pair in known)

    def truth(self, literal: Literal) -> Any:
        """Return a 0/1 number or expression equal to the literal."""
        if literal.is_sure:
            return int(not literal.is_not)
        made = self._any_of(literal.anyone, self._equal)
        return 1 - made if literal.is_not else made

    def at_least(self, literal: Literal) -> Any:
        """Return a 0/1 number or expression that is 1 when the literal, not turned round, holds.

        It may be 1 when it does not, so it is only good where 0 is always welcome.
        """
        return 1 if literal.is_sure else self._any_of(literal.anyone, self._bounded)

    def made(self, literal: Literal) -> Any:
        """Return the number of a literal's assignments that are made (1 when it is sure)."""
        if literal.is_sure or not self._made.isdisjoint(literal.anyone):
            return 1
        known = [self.variables[pair] for pair in literal.anyone if pair in self.variables]
        return cp_model.LinearExpr.sum(known) if known else 0

    def _any_of(self, pairs: tuple[Assignment, ...], make: Callable[[list[list[Assignment]]], Any]) -> Any:
        """Return 0, 1, a variable or an expression for "any of these assignments is made", made once."""
        if not self._made.isdisjoint(pairs):
            return 1
        known = [pair for pair in pairs if pair in self.variables]
        if len(known) <= 1:
            return self.variables[known[0]] if known else 0
        key = frozenset(known)
        equal = self._any.get((True, key))
        if equal is not None:
            return equal
        parts = self._exclusive_parts(known)
        is_equal = len(parts) == 1 or make == self._equal
        if (is_equal, key) not in self._any:
            self._any[is_equal, key] = self._equal(parts) if is_equal else self._bounded(parts)
        return self._any[is_equal, key]

    def _sums(self, parts: list[list[Assignment]]) -> list[Any]:
        """Return for each part, of which one at most is made, the sum of its variables."""
        return [cp_model.LinearExpr.sum([self.variables[pair] for pair in part]) for part in parts]

    def _equal(self, parts: list[list[Assignment]]) -> Any:
        """Make a variable equal to "any of these"; a sum where one excludes the others."""
        sums = self._sums(parts)
        anything = self._model.new_bool_var("")
        if len(sums) == 1:
            self._model.add(sums[0] == anything)
            return anything
        for each in sums:
            self._model.add(each <= anything)
        self._model.add(anything <= cp_model.LinearExpr.sum(sums))
        return anything

    def _bounded(self, parts: list[list[Assignment]]) -> Any:
        """Make a variable that is 1 at least when any of these is made."""
        anything = self._model.new_bool_var("")
        for each in self._sums(parts):
            self._model.add(each <= anything)
        return anything

    def _exclusive_parts(self, known: list[Assignment]) -> list[list[Assignment]]:
        """Cut assignments into parts of which at most one each can be made, as far as is known."""
        parts: list[tuple[list[Assignment], frozenset[int]]] = []
        for pair in known:
            cliques = frozenset(self._cliques_of.get(pair, ()))
            for place, (part, shared) in enumerate(parts):
                if cliques & shared:
                    part.append(pair)
                    parts[place] = (part, cliques & shared)
                    break
            else:
                parts.append(([pair], cliques))
        return [part for part, _ in parts]

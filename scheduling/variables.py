"""`x.works(worker, shift)`: the only place that names solver variables."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from scheduling.roster import Assignment

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from scheduling.clauses import Literal
    from scheduling.problem import Problem


class Variables:
    """The yes-or-no variables of a CP-SAT model, one for each eligible pair of worker and shift.

    Pairs outside `problem.possible` (or, in a part of a problem, outside `pairs`) are the constant 0.
    """

    def __init__(self, model: Any, problem: Problem, pairs: Iterable[Assignment] | None = None) -> None:
        self._model = model
        chosen = problem.possible.assignments if pairs is None else pairs
        order = sorted(chosen, key=lambda pair: (problem.worker_order[pair[0]], problem.shift_order[pair[1]]))
        self.variables: Mapping[Assignment, Any] = {pair: model.new_bool_var("") for pair in order}
        self._days = {shift.id: shift.day for shift in problem.shifts}
        self._any: dict[frozenset[Assignment], Any] = {}
        self._cliques: dict[str, list[frozenset[str]]] = {}

    def works(self, worker: str, shift: str) -> Any:
        """Return the variable that is 1 when the worker is on the shift, or 0 where they cannot be."""
        return self.variables.get(Assignment(worker, shift), 0)

    def weighted(self, terms: Sequence[Any], weights: Sequence[int]) -> Any:
        """Return the linear expression sum(weight * term); terms are variables, expressions or numbers."""
        total: Any = 0
        for term, weight in zip(terms, weights, strict=True):
            total = total + (term if weight == 1 else term * weight)
        return total

    def at_most_one(self, worker: str, shifts: Iterable[str]) -> None:
        """Allow a worker one of these shifts at most, and remember it: "any of them" is then their sum."""
        known = frozenset(shift for shift in shifts if Assignment(worker, shift) in self.variables)
        cliques = self._cliques.setdefault(worker, [])
        if len(known) > 1 and not any(known <= each for each in cliques):
            cliques.append(known)
            self._model.add_at_most_one(self.works(worker, shift) for shift in sorted(known))

    def truth(self, literal: Literal) -> Any:
        """Return a 0/1 number or expression equal to the literal."""
        value = 1 if literal.is_sure else self._any_of(literal.anyone)
        return 1 - value if literal.is_not else value

    def _any_of(self, pairs: tuple[Assignment, ...]) -> Any:
        """Return 0, a variable or a sum equal to "any of these assignments is made"."""
        known = [pair for pair in pairs if pair in self.variables]
        if len(known) <= 1:
            return self.variables[known[0]] if known else 0
        key = frozenset(known)
        if key not in self._any:
            self._any[key] = self._new_any(known)
        return self._any[key]

    def _new_any(self, known: list[Assignment]) -> Any:
        """Make "any of these" as a sum where one excludes the others, else as a new variable."""
        parts = self._exclusive_parts(known)
        sums = [sum(self.variables[pair] for pair in part) for part in parts]
        if len(sums) == 1:
            return sums[0]
        anything = self._model.new_bool_var("")
        for each in sums:
            self._model.add(each <= anything)
        self._model.add(anything <= sum(sums))
        return anything

    def _exclusive_parts(self, known: list[Assignment]) -> list[list[Assignment]]:
        """Cut assignments into parts of which at most one each can be made, as far as is known."""
        parts: list[list[Assignment]] = []
        for pair in known:
            cliques = [each for each in self._cliques.get(pair.worker, ()) if pair.shift in each]
            for part in parts:
                if part[0].worker == pair.worker and any(all(p.shift in each for p in part) for each in cliques):
                    part.append(pair)
                    break
            else:
                parts.append([pair])
        return parts

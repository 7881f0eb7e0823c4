"""The small language in which every rule speaks, read by the solver and by people alike.

A *literal* says that a worker is on one of some shifts ("works on Monday"), or is not. Three sentences
are made of literals:

- `Together`: all of these at once is forbidden, or has a price.
- `OneOf`: at most one of a worker's shifts; forbidden otherwise.
- `Total`: a weighted sum of literals stays within limits, each limit forbidden or priced per started unit.

Two readings hold them together: `post` tells a solver model, `find` tells people what a roster breaks.
Neither can make the empty roster forbidden: a sentence that no assignment of this roster can break is
dropped, and a firm limit gives way to what the past alone already exceeds.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, NamedTuple, TypeAlias

from scheduling.roster import Assignment, Minutes, Violation

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from scheduling.roster import Fact, Roster
    from scheduling.variables import Variables

Facts: TypeAlias = "tuple[tuple[str, Fact], ...]"


@dataclass(frozen=True, slots=True)
class Literal:
    """True when any of the assignments is made (`is_sure`: the past made it so); `is_not` turns it round."""

    anyone: tuple[Assignment, ...] = ()
    is_not: bool = False
    is_sure: bool = False

    def __invert__(self) -> Literal:
        return Literal(self.anyone, not self.is_not, self.is_sure)

    def holds(self, roster: Roster) -> bool:
        """Say whether it is true of a roster."""
        return (self.is_sure or any(each in roster for each in self.anyone)) != self.is_not

    def made(self, roster: Roster) -> list[Assignment]:
        """Return the assignments of a roster that make it true (or, turned round, false)."""
        return [each for each in self.anyone if each in roster]


def on(worker: str, *shifts: str) -> Literal:
    """Return the literal "the worker is on one of these shifts"."""
    return Literal(tuple(Assignment(worker, shift) for shift in shifts))


@dataclass(frozen=True, slots=True)
class Together:
    """All literals at once: forbidden when price is None, else allowed at the price."""

    code: str
    literals: tuple[Literal, ...]
    price: int | None
    facts: Facts = ()
    workers: tuple[str, ...] = ()
    shifts: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class OneOf:
    """At most one of these shifts for one worker; two or more are forbidden."""

    code: str
    worker: str
    shifts: tuple[str, ...]
    facts: Facts = ()


@dataclass(frozen=True, slots=True)
class Limit:
    """One bound on a total.

    The price is paid per started unit above (or below) the bound; None forbids any excess.
    """

    code: str
    bound: int
    price: int | None
    is_over: bool = True
    unit: int = 1
    facts: Facts = ()

    def firm_bound(self, base: int) -> int:
        """Return the bound a forbidding limit keeps, given what the total is with nobody rostered."""
        return max(self.bound, base) if self.is_over else min(self.bound, base)

    def excess(self, value: int) -> int:
        """Return the started units by which a value misses the bound."""
        miss = value - self.bound if self.is_over else self.bound - value
        return max(0, -(-miss // self.unit))


@dataclass(frozen=True, slots=True)
class Total:
    """base + the sum of weight x literal, held by limits; `is_time` says that it counts minutes.

    `workers` and `shifts` name who and what it is about, where that is not who makes it up.
    """

    terms: tuple[tuple[Literal, int], ...]
    limits: tuple[Limit, ...]
    base: int = 0
    workers: tuple[str, ...] = ()
    shifts: tuple[str, ...] = ()
    is_time: bool = False


MANY = 8
"""A sum of more terms than this that several limits hold gets a variable of its own."""

Clause: TypeAlias = Together | OneOf | Total


def find(rule: str, clauses: Iterable[Clause], roster: Roster) -> Iterator[Violation]:
    """Yield what a roster breaks, each once, with the workers and shifts concerned."""
    seen: set[Violation] = set()
    for clause in clauses:
        if isinstance(clause, Total):
            yield from _find_total(rule, clause, roster)
        elif isinstance(clause, OneOf):
            on_shifts = tuple(shift for shift in clause.shifts if Assignment(clause.worker, shift) in roster)
            if len(on_shifts) > 1:
                violation = Violation(rule, clause.code, None, (clause.worker,), on_shifts, clause.facts)
                if violation not in seen:
                    seen.add(violation)
                    yield violation
        elif may_matter(clause) and all(each.holds(roster) for each in clause.literals):
            made = [pair for each in clause.literals if not each.is_not for pair in each.made(roster)]
            workers = clause.workers or tuple(dict.fromkeys(pair.worker for pair in made))
            shifts = clause.shifts or tuple(dict.fromkeys(pair.shift for pair in made))
            yield Violation(rule, clause.code, clause.price, workers, shifts, clause.facts)


def may_matter(clause: Together) -> bool:
    """Say whether a sentence can be meant: one that forbids rests on an assignment that could be left out."""
    return clause.price is not None or any(not each.is_not and not each.is_sure for each in clause.literals)


def _find_total(rule: str, total: Total, roster: Roster) -> Iterator[Violation]:
    """Yield one violation for each limit that a roster's total misses."""
    held = [(literal, weight) for literal, weight in total.terms if literal.holds(roster)]
    value = total.base + sum(weight for _, weight in held)
    empty = empty_value(total)
    for limit in total.limits:
        excess = limit.excess(value)
        if not excess:
            continue
        if limit.price is None:
            firm = limit.firm_bound(empty)
            if value <= firm if limit.is_over else value >= firm:
                continue
        made = [pair for literal, _ in held for pair in literal.made(roster)]
        workers = total.workers or tuple(dict.fromkeys(pair.worker for pair in made))
        shifts = total.shifts or tuple(dict.fromkeys(pair.shift for pair in made))
        price = None if limit.price is None else limit.price * excess
        told = Minutes if total.is_time else int
        facts = (*limit.facts, ("value", told(value)), ("bound", told(limit.bound)), ("excess", excess))
        yield Violation(rule, limit.code, price, workers, shifts, facts)


def empty_value(total: Total) -> int:
    """Return the total when nobody is rostered."""
    return total.base + sum(weight for literal, weight in total.terms if literal.is_sure != literal.is_not)


class _Priced(NamedTuple):
    """What a model pays for so far, and how much."""

    prices: list[Any]
    weights: list[int]


def post(model: Any, x: Variables, clauses: Iterable[Clause], many: int = MANY) -> Any:
    """Tell a CP-SAT model the clauses and return the linear expression of their price.

    `model` is an ortools CpModel; it is not imported here, so that checking a roster never loads it. A sum of more
    than `many` terms under several limits gets a variable of its own.
    """
    prices: list[Any] = []
    weights: list[int] = []
    for clause in clauses:
        if isinstance(clause, Total):
            _post_total(model, x, clause, _Priced(prices, weights), many)
        elif isinstance(clause, OneOf):
            x.at_most_one(clause.worker, clause.shifts)
        elif may_matter(clause):
            _post_together(model, x, clause, prices, weights)
    return x.weighted(prices, weights)


def _post_together(model: Any, x: Variables, clause: Together, prices: list[Any], weights: list[int]) -> None:
    """Forbid or price that all literals hold; literals that are certain fall away.

    A literal that is turned round enters as the plain sum of its assignments: where one is made the
    sentence is already harmless, and two make it no more so. The others need a bound from above only.
    """
    terms: list[Any] = []
    signs: list[int] = []
    for literal in clause.literals:
        made = x.made(literal) if literal.is_not else x.at_least(literal)
        if isinstance(made, int) and bool(made) == literal.is_not:
            return
        if not isinstance(made, int):
            terms.append(made)
            signs.append(-1 if literal.is_not else 1)
    most = signs.count(1) - 1
    if clause.price is None:
        model.add(x.weighted(terms, signs) <= most)
    elif not clause.price:
        return
    elif not terms:
        prices.append(1)
        weights.append(clause.price)
    elif signs == [1]:
        prices.append(terms[0])
        weights.append(clause.price)
    else:
        broken = model.new_bool_var("")
        model.add(x.weighted([*terms, broken], [*signs, -1]) <= most)
        prices.append(broken)
        weights.append(clause.price)


def _post_total(model: Any, x: Variables, total: Total, priced: _Priced, many: int) -> None:
    """Bound the total, or pay for each started unit beyond a bound."""
    low, high = total.base, total.base
    terms: list[Any] = []
    factors: list[int] = []
    for literal, weight in total.terms:
        truth = x.truth(literal)
        low, high = low + min(weight, 0), high + max(weight, 0)
        if isinstance(truth, int):
            low, high = (low - min(weight, 0) + weight * truth, high - max(weight, 0) + weight * truth)
        terms.append(truth)
        factors.append(weight)
    value = x.weighted(terms, factors) + total.base
    if len(total.limits) > 1 and len(terms) > many:
        whole = model.new_int_var(low, high, "")
        model.add(value == whole)
        value = whole
    for limit in total.limits:
        if limit.price is None:
            firm = limit.firm_bound(empty_value(total))
            if limit.is_over and high > firm:
                model.add(value <= firm)
            elif not limit.is_over and low < firm:
                model.add(value >= firm)
        elif limit.price:
            priced.prices.append(_excess(model, limit, value, low, high))
            priced.weights.append(limit.price)


def _excess(model: Any, limit: Limit, value: Any, low: int, high: int) -> Any:
    """Return a number, or a new variable, equal at best to the started units beyond a limit."""
    least, most = sorted((limit.excess(low), limit.excess(high)))
    if least == most:
        return least
    excess = model.new_int_var(least, most, "")
    if limit.is_over:
        model.add(value - limit.unit * excess <= limit.bound)
    else:
        model.add(value + limit.unit * excess >= limit.bound)
    return excess

"""Compiles the clauses of any worker-wise rules, for one worker, into a machine that reads a roster step by step.

It knows no rule by name: sentences become bits of a state, and totals become counts (see `machine`).
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field
from math import gcd
from typing import TYPE_CHECKING, TypeAlias

from scheduling.clauses import OneOf, Together, Total, empty_value, may_matter
from scheduling.columns.machine import Count, Machine, Step
from scheduling.rule import Scope

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from scheduling.clauses import Clause, Limit, Literal
    from scheduling.problem import Problem

MOST_STATES = 600
"""A machine that would need more states than this after one step is not built."""

State: TypeAlias = "tuple[int, int]"
"""A bit for each sentence that can still come true, and a bit for each thing seen (see `_Choice`)."""


class TooManyStatesError(Exception):
    """The law of this worker remembers too much to be read step by step."""


def clauses_of(problem: Problem, worker: str) -> list[Clause]:
    """Return every sentence of worker-wise rules about one worker."""
    return [
        each
        for rule in problem.rules
        if rule.scope is Scope.WORKER
        for each in rule.clauses(problem, problem.possible, (worker,))
    ]


def machine_of(problem: Problem, worker: str) -> Machine:
    """Compile what worker-wise rules say of one worker; raises TooManyStatesError."""
    order = problem.shift_order
    shifts = sorted(problem.possible.shifts_of(worker), key=order.__getitem__)
    return _Compiler(worker, shifts, clauses_of(problem, worker)).machine()


@dataclass
class _Sentence:
    """A `Together` over several steps: for each literal its shifts and whether it is turned round."""

    literals: list[tuple[frozenset[str], bool]]
    price: int | None


@dataclass
class _Seen:
    """Shifts over several steps of which one at most may be made (`is_firm`), or that add to counts only once."""

    shifts: frozenset[str]
    is_firm: bool
    adds: dict[int, int] = field(default_factory=dict)


@dataclass
class _Choice:
    """What one choice of a step does to a state.

    It `kills` sentences that can no longer come true, `sees` things (literals that have more than one step to come
    true, and each `_Seen`), `clashes` with things that were seen already, and `adds` to counts.
    """

    adds: Mapping[int, int]
    kills: int = 0
    sees: int = 0
    clashes: int = 0


class _Compiler:
    """Turns sentences into steps, states and counts."""

    def __init__(self, worker: str, shifts: Sequence[str], clauses: Iterable[Clause]) -> None:
        clauses = list(clauses)
        self.worker = worker
        self.known = frozenset(shifts)
        self.known -= self._impossible(clauses)
        self.shifts = [each for each in shifts if each in self.known]
        self.groups = list(_groups(self.shifts, self._exclusions(clauses)))
        self.at = {shift: number for number, group in enumerate(self.groups) for shift in group}
        self.cost: dict[str, int] = defaultdict(int)
        self.constant = 0
        self.sentences: list[_Sentence] = []
        self.seen: dict[tuple[frozenset[str], bool], _Seen] = {}
        self.counts: list[Count] = []
        self.adds: dict[str, dict[int, int]] = defaultdict(dict)
        totals: dict[tuple[object, ...], list[Total]] = defaultdict(list)
        for clause in clauses:
            if isinstance(clause, Total):
                totals[tuple(sorted((self._key(each), weight) for each, weight in clause.terms))].append(clause)
            elif isinstance(clause, OneOf):
                self._one_of(frozenset(clause.shifts) & self.known)
            elif may_matter(clause) and clause.price != 0:
                self._together(clause)
        for same in totals.values():
            self._total(same)

    def _impossible(self, clauses: Iterable[Clause]) -> set[str]:
        """Return shifts that a firm limit, or a sentence, forbids this worker whatever else is made."""
        found: set[str] = set()
        for clause in clauses:
            if isinstance(clause, Total) and all(weight >= 0 and not each.is_not for each, weight in clause.terms):
                empty = empty_value(clause)
                firm = [each.firm_bound(empty) for each in clause.limits if each.price is None and each.is_over]
                if firm:
                    for literal, weight in clause.terms:
                        if not literal.is_sure and empty + weight > min(firm):
                            found |= self._mine(literal)
            elif isinstance(clause, Together) and clause.price is None and len(clause.literals) == 1:
                literal = clause.literals[0]
                found |= frozenset() if literal.is_not or literal.is_sure else self._mine(literal)
        return found

    def _exclusions(self, clauses: Iterable[Clause]) -> dict[str, set[str]]:
        """Return for each shift those that can never be made beside it."""
        found: dict[str, set[str]] = {each: set() for each in self.shifts}
        for clause in clauses:
            if isinstance(clause, OneOf):
                for shift in clause.shifts:
                    if shift in found:
                        found[shift].update(clause.shifts)
        return found

    def _key(self, literal: Literal) -> tuple[bool, bool, tuple[str, ...]]:
        return literal.is_not, literal.is_sure, tuple(sorted(each.shift for each in literal.anyone))

    def _mine(self, literal: Literal) -> frozenset[str]:
        """Return the shifts of a literal that this worker can have."""
        if any(each.worker != self.worker for each in literal.anyone):
            raise ValueError(f"a worker-wise sentence about {self.worker!r} speaks of others")
        return frozenset(each.shift for each in literal.anyone) & self.known

    def _steps_of(self, shifts: Iterable[str]) -> set[int]:
        return {self.at[each] for each in shifts}

    def _one_of(self, shifts: frozenset[str]) -> None:
        """Remember shifts that exclude one another over more than one step."""
        if len(self._steps_of(shifts)) > 1:
            self.seen.setdefault((shifts, True), _Seen(shifts, is_firm=True))

    def _together(self, clause: Together) -> None:
        """Take a sentence: as a price of a shift where it is that simple, else as one that is read step by step."""
        open_: list[tuple[frozenset[str], bool]] = []
        for literal in clause.literals:
            mine = frozenset() if literal.is_sure else self._mine(literal)
            if mine:
                open_.append((mine, literal.is_not))
            elif literal.is_sure == literal.is_not:
                return
        if not open_:
            self.constant += clause.price or 0
        elif len(open_) == 1 and clause.price is not None and len(self._steps_of(open_[0][0])) == 1:
            shifts, is_not = open_[0]
            self.constant += clause.price if is_not else 0
            for each in shifts:
                self.cost[each] += -clause.price if is_not else clause.price
        else:
            self.sentences.append(_Sentence(open_, clause.price))

    def _total(self, same: Sequence[Total]) -> None:
        """Count what totals with the same terms add up, if any of their limits can matter."""
        terms: list[tuple[frozenset[str], int]] = []
        sure = 0
        for literal, weight in same[0].terms:
            mine = frozenset() if literal.is_sure else self._mine(literal)
            if not mine:
                sure += weight * (literal.is_sure != literal.is_not)
            else:
                terms.append((mine, -weight if literal.is_not else weight))
                sure += weight * literal.is_not
        unit = gcd(*(weight for _, weight in terms)) or 1
        low, high = self._range(terms)
        for base in sorted({each.base for each in same}):
            bounded = [
                (limit, limit.firm_bound(empty_value(each)))
                for each in same
                if each.base == base
                for limit in each.limits
                if limit.price != 0 and _can_matter(limit, empty_value(each), base + sure + low, base + sure + high)
            ]
            if not bounded:
                continue
            if not terms:
                self.constant += Count(base + sure, 1, tuple(bounded)).price(0) or 0
                continue
            number = len(self.counts)
            self.counts.append(Count(base + sure, unit, tuple(bounded)))
            for shifts, weight in terms:
                self._add(number, shifts, weight // unit)

    def _range(self, terms: Iterable[tuple[frozenset[str], int]]) -> tuple[int, int]:
        """Return the least and the most that terms can add up to, one shift a step at most."""
        by_shift: dict[str, int] = defaultdict(int)
        low = high = 0
        for shifts, weight in terms:
            if len(self._steps_of(shifts)) == 1:
                for each in shifts:
                    by_shift[each] += weight
            else:
                low, high = low + min(weight, 0), high + max(weight, 0)
        for group in self.groups:
            adds = [by_shift[each] for each in group if each in by_shift]
            low, high = low + min(0, *adds, 0), high + max(0, *adds, 0)
        return low, high

    def _add(self, number: int, shifts: frozenset[str], weight: int) -> None:
        """Let shifts add to a count: each by itself where one excludes the others, else the first of them only."""
        if len(self._steps_of(shifts)) == 1:
            for each in shifts:
                self.adds[each][number] = self.adds[each].get(number, 0) + weight
        else:
            seen = self.seen.setdefault((shifts, False), _Seen(shifts, is_firm=False))
            seen.adds[number] = seen.adds.get(number, 0) + weight

    def machine(self) -> Machine:
        """Follow all states through all steps."""
        self._lay_out()
        states: dict[State, int] = {(0, 0): 0}
        steps = []
        for at in range(len(self.groups)):
            step, states = self._follow(at, states)
            steps.append(step)
        return Machine(self.worker, steps, self.counts, dict(self.cost), self.constant)

    def _lay_out(self) -> None:
        """Find for each step which sentences begin, are touched and end there, and which things seen are over."""
        count = len(self.groups)
        self._begins, self._ends, self._over = [0] * count, [0] * count, [0] * count
        self._touched: list[list[int]] = [[] for _ in range(count)]
        self._late: list[list[tuple[int, int]]] = [[] for _ in range(count)]
        self._bits: dict[tuple[int, int], int] = {}
        self._held: dict[int, int] = {}
        self._seen_here: list[list[tuple[int, _Seen]]] = [[] for _ in range(count)]
        things = 0
        for number, sentence in enumerate(self.sentences):
            steps = set()
            for place, (shifts, is_not) in enumerate(sentence.literals):
                mine = self._steps_of(shifts)
                steps |= mine
                if not is_not and len(mine) > 1:
                    self._bits[number, place] = 1 << things
                    self._held[number] = self._held.get(number, 0) | 1 << things
                    self._late[max(mine)].append((number, 1 << things))
                    things += 1
            self._begins[min(steps)] |= 1 << number
            self._ends[max(steps)] |= 1 << number
            for at in steps:
                self._touched[at].append(number)
        for seen in self.seen.values():
            bit = 1 << things
            things += 1
            steps = self._steps_of(seen.shifts)
            self._over[max(steps)] |= bit
            for at in steps:
                self._seen_here[at].append((bit, seen))

    def _here(self, at: int) -> dict[int, list[tuple[int, frozenset[str]]]]:
        """Return for each sentence that a step touches its literals there, with their shifts of the step."""
        group = frozenset(self.groups[at])
        return {
            number: [
                (place, shifts & group)
                for place, (shifts, _) in enumerate(self.sentences[number].literals)
                if not group.isdisjoint(shifts)
            ]
            for number in self._touched[at]
        }

    def _choice(self, at: int, shift: str | None, here: Mapping[int, list[tuple[int, frozenset[str]]]]) -> _Choice:
        """Return what choosing a shift of a step (or none) does to the sentences that it touches."""
        told = _Choice(self.adds.get(shift, {}) if shift is not None else {})
        for number, literals in here.items():
            for place, shifts in literals:
                is_not = self.sentences[number].literals[place][1]
                bit = self._bits.get((number, place), 0)
                is_hit = shift in shifts
                if (is_hit and is_not) or not (is_hit or is_not or bit):
                    told.kills |= 1 << number
                elif is_hit:
                    told.sees |= bit
        for bit, seen in self._seen_here[at]:
            if shift in seen.shifts:
                told.sees |= bit
                told.clashes |= bit if seen.is_firm else 0
        return told

    def _alike(self, at: int, here: Mapping[int, list[tuple[int, frozenset[str]]]]) -> dict[str, object]:
        """Return for each shift of a step what it shares with those that every sentence treats as it.

        A sentence that ends here and knows this step only by one shift counts as the same for another shift that
        has one just like it.
        """
        found: dict[str, dict[object, int]] = {each: defaultdict(int) for each in self.groups[at]}
        for number, literals in here.items():
            sentence = self.sentences[number]
            first, mine = literals[0]
            if self._ends[at] >> number & 1 and len(literals) == 1 and len(mine) == 1:
                rest = frozenset(
                    (frozenset(("",)) | shifts - mine if place == first else shifts, is_not)
                    for place, (shifts, is_not) in enumerate(sentence.literals)
                )
                found[next(iter(mine))][sentence.price, rest] += 1
                continue
            for shift in {each for _, shifts in literals for each in shifts}:
                found[shift][number, frozenset(place for place, shifts in literals if shift in shifts)] += 1
        for bit, seen in self._seen_here[at]:
            for shift in seen.shifts & found.keys():
                found[shift]["seen", bit] += 1
        return {
            shift: (frozenset(told.items()), tuple(sorted(self.adds.get(shift, {}).items())))
            for shift, told in found.items()
        }

    def _choices(self, at: int) -> tuple[Step, list[_Choice]]:
        """Return a step and its choices: none, and one for each class of shifts that are alike."""
        here = self._here(at)
        alike: dict[object, list[str]] = {}
        for shift, told in self._alike(at, here).items():
            alike.setdefault(told, []).append(shift)
        step = Step([[], *alike.values()])
        return step, [self._choice(at, each[0] if each else None, here) for each in step.classes]

    def _follow(self, at: int, states: dict[State, int]) -> tuple[Step, dict[State, int]]:
        """Return a step and the states after it."""
        step, choices = self._choices(at)
        ends = self._ends[at]
        forbids = sum(1 << n for n in self._touched[at] if ends >> n & 1 and self.sentences[n].price is None)
        after: dict[State, int] = {}
        known: dict[tuple[int, int], tuple[int, ...]] = {}
        for (alive, things), number in states.items():
            for chosen, choice in enumerate(choices):
                if things & choice.clashes:
                    continue
                still, seen = self._go(at, alive, things, choice)
                if still & forbids:
                    continue
                fired = still & ends
                new = choice.sees & ~things
                if (chosen, new) not in known:
                    known[chosen, new] = self._added(at, choice.adds, new)
                target = after.setdefault(self._tidy(at, still ^ fired, seen), len(after))
                if target >= MOST_STATES:
                    raise TooManyStatesError(self.worker)
                step.ways.append((number, target, chosen, self._price(fired) if fired else 0, known[chosen, new]))
        step.states = len(after)
        return step, after

    def _go(self, at: int, alive: int, things: int, choice: _Choice) -> State:
        """Return the sentences that are still open after a choice, those that end with the step included."""
        alive, things = (alive | self._begins[at]) & ~choice.kills, things | choice.sees
        for sentence, bit in self._late[at]:
            if not things & bit:
                alive &= ~(1 << sentence)
        return alive, things

    def _tidy(self, at: int, alive: int, things: int) -> State:
        """Forget what was seen only for sentences that are closed, and what is over."""
        for sentence, held in self._held.items():
            if not alive >> sentence & 1:
                things &= ~held
        return alive, things & ~self._over[at]

    def _price(self, fired: int) -> int:
        """Return what sentences that came true cost."""
        return sum(self.sentences[place].price or 0 for place, bit in enumerate(f"{fired:b}"[::-1]) if bit == "1")

    def _added(self, at: int, adds: Mapping[int, int], new: int) -> tuple[int, ...]:
        """Return what a choice adds to each count, with what is seen for the first time."""
        added = dict(adds)
        for bit, seen in self._seen_here[at]:
            if bit & new:
                for count, weight in seen.adds.items():
                    added[count] = added.get(count, 0) + weight
        return tuple(added.get(each, 0) for each in range(len(self.counts)))


def _can_matter(limit: Limit, empty: int, low: int, high: int) -> bool:
    """Say whether a limit can ask for anything while the total lies between two values."""
    if limit.price is None:
        firm = limit.firm_bound(empty)
        return high > firm if limit.is_over else low < firm
    return limit.excess(low) > 0 or limit.excess(high) > 0


def _groups(shifts: Sequence[str], excluded: dict[str, set[str]]) -> Iterator[list[str]]:
    """Cut shifts, by start, into groups in which each excludes all others."""
    group: list[str] = []
    for shift in shifts:
        if group and not all(shift in excluded[each] for each in group):
            yield group
            group = []
        group.append(shift)
    if group:
        yield group

"""Large neighbourhoods: free a part of the roster, solve that part by the same laws, keep what is no worse.

A part is a set of pairs of worker and shift that may change while everything else stays. Worker-wise rules are
asked about the workers of the part only, shift-wise rules about its shifts: what they say of others is the same
before and after. So a part of a large problem is a small problem, and no rule is written twice.
"""

from __future__ import annotations

import random
import threading
import time
from collections import defaultdict
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from ortools.sat.python import cp_model

from scheduling.clauses import find, post
from scheduling.roster import Assignment, Roster
from scheduling.rule import Scope
from scheduling.variables import Variables

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterable, Iterator

    from scheduling.problem import Problem

LEAST_PAIRS = 60
MOST_PAIRS = 4000
FIRST_PAIRS = 250
EFFORT = 1.0
"""Deterministic seconds that the solve of one part may take."""
MEMORY = 0.8
"""How much of a kind of neighbourhood's past success counts beside its last."""


def price_near(
    problem: Problem, roster: Roster, workers: Collection[str] | None, shifts: Collection[str] | None
) -> tuple[int, int]:
    """Return the price and the number of forbidden things that rules find about some workers and shifts (None: all)."""
    price = forbidden = 0
    for rule in problem.rules:
        is_of_shift = rule.scope is Scope.SHIFT
        for each in rule.check(problem, roster, None if is_of_shift else workers, shifts if is_of_shift else None):
            if each.price is None:
                forbidden += 1
            else:
                price += each.price
    return price, forbidden


class Incumbent:
    """The best roster so far, shared by threads; its price never rises."""

    def __init__(self, problem: Problem, roster: Roster, price: int) -> None:
        self.problem = problem
        self._lock = threading.Lock()
        self._roster, self._price = roster, price

    @property
    def now(self) -> tuple[int, Roster]:
        """The price and the roster."""
        with self._lock:
            return self._price, self._roster

    def offer(self, roster: Roster, price: int) -> bool:
        """Take a whole roster if it costs less; say whether it was taken."""
        with self._lock:
            if price >= self._price:
                return False
            self._roster, self._price = roster, price
            return True

    def replace(self, roster: Roster) -> bool:
        """Price a whole roster and take it if it forbids nothing and costs less."""
        price, forbidden = price_near(self.problem, roster, None, None)
        return not forbidden and self.offer(roster, price)

    def change(self, add: frozenset[Assignment], remove: frozenset[Assignment]) -> int | None:
        """Make a change if it forbids and costs nothing; return what it saves, None where it was refused."""
        workers = sorted({pair.worker for pair in add | remove})
        shifts = sorted({pair.shift for pair in add | remove})
        with self._lock:
            after = Roster((self._roster.assignments - remove) | add)
            before_price, _ = price_near(self.problem, self._roster, workers, shifts)
            after_price, forbidden = price_near(self.problem, after, workers, shifts)
            if forbidden or after_price > before_price:
                return None
            self._roster = after
            self._price += after_price - before_price
            return before_price - after_price


@dataclass
class Part:
    """Pairs that may change, and the model of them; `price` is what the roster to beat pays inside it."""

    model: cp_model.CpModel
    x: Variables
    price: int


def model_part(problem: Problem, roster: Roster, free: frozenset[Assignment]) -> Part:
    """Post every rule about a part of a problem, with all other assignments as they are in a roster."""
    made = roster.assignments - free
    seen = Roster(free | made)
    workers = sorted({pair.worker for pair in free}, key=problem.worker_order.__getitem__)
    shifts = sorted({pair.shift for pair in free}, key=problem.shift_order.__getitem__)
    model = cp_model.CpModel()
    x = Variables(model, problem, free, made)
    cost, paid = [], 0
    for rule in sorted(problem.rules, key=lambda rule: not rule.is_early):
        is_of_shift = rule.scope is Scope.SHIFT
        clauses = list(rule.clauses(problem, seen, () if is_of_shift else workers, shifts if is_of_shift else None))
        cost.append(post(model, x, clauses))
        paid += sum(each.price or 0 for each in find(rule.name, clauses, roster))
    model.minimize(sum(cost))
    for pair, variable in x.variables.items():
        model.add_hint(variable, pair in roster)
    return Part(model, x, paid)


@dataclass
class _Kind:
    """A way to choose a part: how large it is tried, and how well it has done."""

    name: str
    order: Callable[[Neighbourhoods, Roster], Iterable[frozenset[Assignment]]]
    size: float = FIRST_PAIRS
    merit: float = 1.0


class Neighbourhoods:
    """Chooses parts of a problem to free, at random, guided by what did well and by what is paid for."""

    def __init__(self, problem: Problem, seed: int) -> None:
        self.problem = problem
        self.random = random.Random(seed)  # noqa: S311 - no secret
        pairs = problem.possible.assignments
        self.of_worker: dict[str, frozenset[Assignment]] = _grouped(pairs, lambda pair: pair.worker)
        self.of_day: dict[int, frozenset[Assignment]] = _grouped(pairs, lambda pair: problem.shift[pair.shift].day)
        self.of_shift: dict[str, frozenset[Assignment]] = _grouped(pairs, lambda pair: pair.shift)
        self.of_site: dict[str, frozenset[Assignment]] = _grouped(pairs, lambda pair: problem.shift[pair.shift].site)
        self.workers = sorted(self.of_worker, key=problem.worker_order.__getitem__)
        self.kinds = [
            _Kind("people", _people),
            _Kind("days", _days),
            _Kind("payers", _payers),
            _Kind("window", _window),
        ]
        if len(self.of_site) > 1:
            self.kinds.append(_Kind("site", _site))
        self._problems: list[tuple[int, tuple[str, ...], tuple[str, ...]]] = []
        self._found_for: Roster | None = None

    def choose(self, roster: Roster) -> tuple[_Kind, frozenset[Assignment]]:
        """Return a kind and a part of about its size."""
        kind = self.random.choices(self.kinds, [max(0.1, each.merit) for each in self.kinds])[0]
        part: frozenset[Assignment] = frozenset()
        for more in kind.order(self, roster):
            part |= more
            if len(part) >= kind.size:
                break
        return kind, part

    def learn(self, kind: _Kind, *, is_proved: bool, saved: int) -> None:
        """Grow parts that were solved to the end, shrink those that were not; favour what saved something."""
        kind.merit = MEMORY * kind.merit + (1 - MEMORY) * (saved > 0)
        kind.size = min(MOST_PAIRS, max(LEAST_PAIRS, kind.size * (1.1 if is_proved else 0.8)))

    def paid(self, roster: Roster) -> list[tuple[int, tuple[str, ...], tuple[str, ...]]]:
        """Return what a roster pays for: price, workers and shifts, looked up again now and then."""
        if self._found_for is not roster and (self._found_for is None or self.random.random() < 0.1):  # noqa: PLR2004
            self._problems = [
                (each.price, each.workers, each.shifts)
                for rule in self.problem.rules
                for each in rule.check(self.problem, roster)
                if each.price
            ]
            self._found_for = roster
        return self._problems

    def shuffled(self, things: Iterable[str]) -> list[str]:
        """Return things in random order (sorted before, so that the seed alone decides)."""
        order = sorted(things)
        self.random.shuffle(order)
        return order


def _grouped(pairs: Iterable[Assignment], key: Callable[[Assignment], object]) -> dict:  # type: ignore[type-arg]
    """Return pairs by a key."""
    found: dict[object, set[Assignment]] = defaultdict(set)
    for pair in pairs:
        found[key(pair)].add(pair)
    return {each: frozenset(group) for each, group in found.items()}


def _people(near: Neighbourhoods, roster: Roster) -> Iterable[frozenset[Assignment]]:
    """Some people, over all days."""
    del roster
    for worker in near.shuffled(near.workers):
        yield near.of_worker[worker]


def _days(near: Neighbourhoods, roster: Roster) -> Iterable[frozenset[Assignment]]:
    """Everybody, over some days in a row."""
    del roster
    days = sorted(near.of_day)
    if days:
        first = near.random.randrange(len(days))
        for step in range(len(days)):
            yield near.of_day[days[(first + step) % len(days)]]


def _payers(near: Neighbourhoods, roster: Roster) -> Iterable[frozenset[Assignment]]:
    """Those concerned by something that is paid for, then others who could be on their shifts, over all days."""
    paid = near.paid(roster)
    if not paid:
        return
    _, workers, shifts = near.random.choices(paid, [each[0] ** 0.5 for each in paid])[0]
    for worker in workers:
        yield near.of_worker.get(worker, frozenset())
    days = {near.problem.shift[each].day for each in shifts}
    able = {pair.worker for each in shifts for pair in near.of_shift.get(each, ())}
    for worker in near.shuffled(able - set(workers)):
        yield near.of_worker[worker]
    for day in sorted(days):
        yield near.of_day.get(day, frozenset())
    yield from _people(near, roster)


def _window(near: Neighbourhoods, roster: Roster) -> Iterable[frozenset[Assignment]]:
    """Half of the people, over days around something that is paid for."""
    paid = [each for each in near.paid(roster) if each[2]]
    days = sorted(near.of_day)
    if paid:
        shift = near.random.choice(near.random.choices(paid, [each[0] ** 0.5 for each in paid])[0][2])
        middle = near.problem.shift[shift].day
        workers = {pair.worker for pair in near.of_shift.get(shift, ())}
    else:
        middle = near.random.choice(days) if days else 0
        workers = set()
    rest = [each for each in near.workers if each not in workers]
    workers |= set(near.random.sample(rest, len(rest) // 2))
    for day in sorted(days, key=lambda each: (abs(each - middle), each)):
        yield frozenset(pair for pair in near.of_day[day] if pair.worker in workers)


def _site(near: Neighbourhoods, roster: Roster) -> Iterable[frozenset[Assignment]]:
    """One site, over more and more days, then another."""
    del roster
    days = sorted(near.of_day)
    first = near.random.randrange(max(1, len(days)))
    for site in near.shuffled(near.of_site):
        by_day: dict[int, frozenset[Assignment]] = _grouped(
            near.of_site[site], lambda pair: near.problem.shift[pair.shift].day
        )
        for step in range(len(days)):
            yield by_day.get(days[(first + step) % len(days)], frozenset())


@dataclass
class Ledger:
    """What processor time went into, by name."""

    spent: dict[str, float] = field(default_factory=lambda: defaultdict(float))
    _lock: threading.Lock = field(default_factory=threading.Lock)

    @contextmanager
    def on(self, name: str) -> Iterator[None]:
        """Book what the thread spends inside the block."""
        began = time.thread_time()
        try:
            yield
        finally:
            with self._lock:
                self.spent[name] += time.thread_time() - began

    def shares(self) -> dict[str, float]:
        """Return the share of each name in all that was spent."""
        with self._lock:
            whole = sum(self.spent.values())
            return {name: each / whole for name, each in sorted(self.spent.items())} if whole else {}


@dataclass
class Control:
    """When to end, and how: threads look at `should_end`; `end` also stops the solvers that run."""

    ends_at: float
    ledger: Ledger = field(default_factory=Ledger)
    _ended: threading.Event = field(default_factory=threading.Event)
    _others_may: threading.Event = field(default_factory=threading.Event)
    _running: set[cp_model.CpSolver] = field(default_factory=set)
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def shares(self) -> dict[str, float]:
        """Return what processor time went into, as shares by name."""
        return self.ledger.shares()

    @property
    def left(self) -> float:
        """Seconds that are left, 0 when it is over."""
        return 0.0 if self._ended.is_set() else max(0.0, self.ends_at - time.monotonic())

    @property
    def should_end(self) -> bool:
        """Say whether time is up or somebody wants an end."""
        return self.left <= 0

    def let_others_search(self) -> None:
        """Let those go on that wait for cores to be free."""
        self._others_may.set()

    def wait_for_cores(self, share: float) -> None:
        """Wait until somebody lets others search, or until a share of the time that is left is over."""
        until = time.monotonic() + share * self.left
        while not self._others_may.is_set() and not self._ended.is_set() and time.monotonic() < until:
            self._others_may.wait(0.1)

    def solve(
        self,
        solver: cp_model.CpSolver,
        model: cp_model.CpModel,
        callback: cp_model.CpSolverSolutionCallback | None = None,
    ) -> int:
        """Run a solver within the time that is left, so that `end` can stop it."""
        with self._lock:
            if self.should_end:
                return int(cp_model.UNKNOWN)
            solver.parameters.max_time_in_seconds = max(0.01, self.left)
            self._running.add(solver)
        try:
            return int(solver.solve(model, callback))
        finally:
            with self._lock:
                self._running.discard(solver)

    def end(self) -> None:
        """Stop everything that runs and let nothing begin."""
        with self._lock:
            self._ended.set()
            for solver in self._running:
                solver.stop_search()


def improve(incumbent: Incumbent, control: Control, seed: int, effort: float = EFFORT) -> None:
    """Improve the incumbent part by part until the end."""
    problem = incumbent.problem
    near = Neighbourhoods(problem, seed)
    if not problem.possible.assignments:
        return
    while not control.should_end:
        _, roster = incumbent.now
        kind, free = near.choose(roster)
        if not free:
            kind.merit = 0.0
            continue
        with control.ledger.on("building"):
            part = model_part(problem, roster, free)
        solver = cp_model.CpSolver()
        parameters = solver.parameters
        parameters.num_workers = 1
        parameters.linearization_level = 2
        parameters.cp_model_probing_level = 0  # a part is small: looking for more structure takes longer than it saves
        parameters.symmetry_level = 0
        parameters.max_deterministic_time = effort
        parameters.random_seed = near.random.randrange(1 << 30)
        with control.ledger.on("search"):
            status = control.solve(solver, part.model)
        saved = 0
        if status in {cp_model.OPTIMAL, cp_model.FEASIBLE} and round(solver.objective_value) <= part.price:
            found = frozenset(pair for pair, variable in part.x.variables.items() if solver.boolean_value(variable))
            had = roster.assignments & free
            if found != had:
                saved = incumbent.change(found - had, had - found) or 0
        near.learn(kind, is_proved=status == cp_model.OPTIMAL, saved=saved)

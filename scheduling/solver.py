"""Post every rule, minimise the price, and always come back with a roster.

The only place, with `search`, that imports OR-Tools.
"""

from __future__ import annotations

import threading
import time
from dataclasses import dataclass
from importlib import metadata
from typing import TYPE_CHECKING, Any

from ortools.sat.python import cp_model

from scheduling.construction import build
from scheduling.result import ModelSize, Progress, Result, Status
from scheduling.roster import Roster
from scheduling.variables import Variables

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from scheduling.problem import Problem
    from scheduling.roster import Assignment

BEAT = 0.25
"""Seconds between two looks at whether to stop, and two reports of progress at least."""


@dataclass
class Model:
    """A CP-SAT model of a problem (or of a part of it), its variables and its price."""

    model: cp_model.CpModel
    x: Variables
    price: Any
    seconds: float

    @property
    def size(self) -> ModelSize:
        """How large the model is."""
        proto = self.model.proto
        return ModelSize(len(self.x.variables), len(proto.variables), len(proto.constraints), self.seconds)


def build_model(problem: Problem, pairs: Iterable[Assignment] | None = None) -> Model:
    """Post every rule of a problem; `pairs` narrows the assignments that may be made."""
    began = time.monotonic()
    model = cp_model.CpModel()
    x = Variables(model, problem, pairs)
    early_first = sorted(problem.rules, key=lambda rule: not rule.is_early)
    price = sum(rule.post(model, x, problem) for rule in early_first)
    model.minimize(price)
    return Model(model, x, price, time.monotonic() - began)


def price_of(problem: Problem, roster: Roster) -> tuple[int, int, dict[str, int]]:
    """Return the whole price of a roster, the number of forbidden things in it, and the price by rule."""
    prices: dict[str, int] = {}
    forbidden = 0
    for rule in problem.rules:
        prices[rule.name] = 0
        for each in rule.check(problem, roster):
            if each.price is None:
                forbidden += 1
            else:
                prices[rule.name] += each.price
    return sum(prices.values()), forbidden, prices


def places(problem: Problem, roster: Roster) -> tuple[int, int]:
    """Return how many places of the targets are filled, and how many there are; trainees do not fill any."""
    filled = 0
    for shift in problem.shifts:
        there = sum(not problem.worker[each].is_trainee for each in roster.workers_on(shift.id))
        filled += min(there, shift.target)
    return filled, sum(each.target for each in problem.shifts)


class _Watch(cp_model.CpSolverSolutionCallback):
    """Keeps the best roster and bound while a solve runs, tells them, and passes on the wish to stop."""

    def __init__(  # noqa: PLR0913, PLR0917 - made in one place
        self,
        problem: Problem,
        model: Model,
        best: tuple[int, Roster],
        began: float,
        on_progress: Callable[[Progress], None] | None,
        should_stop: Callable[[], bool] | None,
    ) -> None:
        super().__init__()
        self.price, self.roster = best
        self.bound = 0
        self.was_stopped = False
        self._problem, self._model, self._began = problem, model, began
        self._tell, self._should_stop = on_progress, should_stop
        self._filled, self._wanted = places(problem, self.roster)
        self._done = threading.Event()
        self._told: tuple[int, int] | None = None

    def on_solution_callback(self) -> None:
        price = round(self.objective_value)
        if price < self.price:
            self.roster = Roster(pair for pair, var in self._model.x.variables.items() if self.boolean_value(var))
            self.price = price
            self._filled, self._wanted = places(self._problem, self.roster)

    def on_bound(self, bound: float) -> None:
        """Remember a better bound."""
        self.bound = max(self.bound, round(bound))

    def report(self) -> None:
        """Tell where the solve stands."""
        if self._tell is not None:
            seconds = time.monotonic() - self._began
            bound = min(self.bound, self.price)
            self._tell(Progress(self._filled, self._wanted, self.price, bound, seconds, self.roster))

    def run(self, solver: cp_model.CpSolver) -> None:
        """Look again and again, until the solve is done, whether somebody wants it to stop."""
        while not self._done.wait(BEAT):
            self.report()
            if self._should_stop is not None and self._should_stop():
                self.was_stopped = True
                solver.stop_search()

    def finish(self) -> None:
        """End the watching."""
        self._done.set()


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
    """Return the best roster found within some seconds; always one, whatever the input.

    `hint` is a roster to start from; what it holds that is not possible here is left out.
    """
    began = time.monotonic()
    start = _start(problem, hint, should_stop)
    model = build_model(problem)
    watch = _Watch(problem, model, start, began, on_progress, should_stop)
    watch.report()
    status = Status.BUILT
    left = seconds - (time.monotonic() - began)
    if left > 0 and not (should_stop is not None and should_stop()):
        status = _search(model, watch, left, workers, seed)
    price, forbidden, prices = price_of(problem, watch.roster)
    filled, wanted = places(problem, watch.roster)
    watch.report()
    return Result(
        status=status,
        roster=watch.roster,
        price=price,
        prices=prices,
        forbidden=forbidden,
        bound=min(watch.bound, price),
        filled=filled,
        wanted=wanted,
        seconds=time.monotonic() - began,
        seed=seed,
        workers=workers,
        is_repeatable=status is Status.OPTIMAL,
        versions={"ortools": metadata.version("ortools")},
        size=model.size,
    )


def _start(problem: Problem, hint: Roster | None, should_stop: Callable[[], bool] | None) -> tuple[int, Roster]:
    """Return the best roster known before searching that breaks nothing, and its price."""
    known = [Roster(), build(problem, should_stop)]
    if hint is not None:
        known.append(Roster(hint.assignments & problem.possible.assignments))
    best: tuple[int, Roster] | None = None
    for roster in known:
        price, forbidden, _ = price_of(problem, roster)
        if not forbidden and (best is None or price < best[0]):
            best = (price, roster)
    if best is None:
        raise AssertionError("the empty roster is never forbidden")
    return best


def _search(model: Model, watch: _Watch, seconds: float, workers: int, seed: int) -> Status:
    """Let CP-SAT improve the watch's roster until it proves the best, time is up, or somebody stops it."""
    began = time.monotonic()
    _hint(model, watch.roster, seed)
    solver = cp_model.CpSolver()
    parameters = solver.parameters
    parameters.max_time_in_seconds = max(0.01, seconds - (time.monotonic() - began))
    parameters.num_workers = workers
    parameters.random_seed = seed
    if workers == 1:
        parameters.linearization_level = 2
    else:
        parameters.extra_subsolvers.append("max_lp_sym")
    solver.best_bound_callback = watch.on_bound
    watcher = threading.Thread(target=watch.run, args=(solver,), daemon=True)
    watcher.start()
    try:
        status = solver.solve(model.model, watch)
    finally:
        watch.finish()
        watcher.join()
    watch.on_bound(solver.best_objective_bound)
    if status == cp_model.OPTIMAL:
        return Status.OPTIMAL
    return Status.STOPPED if watch.was_stopped else Status.FEASIBLE


def _hint(model: Model, roster: Roster, seed: int) -> None:
    """Give the model a whole solution to start from, its price variables included."""
    for pair, variable in model.x.variables.items():
        model.model.add_hint(variable, pair in roster)
    solver = cp_model.CpSolver()
    solver.parameters.fix_variables_to_their_hinted_value = True
    solver.parameters.num_workers = 1
    solver.parameters.random_seed = seed
    solver.parameters.max_time_in_seconds = 10
    if solver.solve(model.model) in {cp_model.OPTIMAL, cp_model.FEASIBLE}:
        model.model.clear_hints()  # type: ignore[no-untyped-call]
        for index in range(len(model.model.proto.variables)):
            variable = model.model.get_int_var_from_proto_index(index)
            model.model.add_hint(variable, solver.value(variable))

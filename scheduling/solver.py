"""Post every rule, minimise the price, and always come back with a roster.

The only place, with `search`, that imports OR-Tools.
"""

from __future__ import annotations

import math
import threading
import time
from dataclasses import dataclass
from functools import partial
from importlib import metadata
from typing import TYPE_CHECKING, Any

from ortools.sat.python import cp_model

from scheduling.columns.compiler import TooManyStatesError
from scheduling.columns.search import TooFarError, generate, is_fit
from scheduling.construction import build
from scheduling.places import places
from scheduling.result import ModelSize, Progress, Result, Status
from scheduling.roster import Roster
from scheduling.search import Control, Incumbent, improve
from scheduling.variables import Variables

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from scheduling.problem import Problem
    from scheduling.roster import Assignment

BEAT = 0.25
"""Seconds between two looks at whether to stop, and two reports of progress at least."""

SMALL = 1500
"""Up to so many eligible pairs a proof is first tried in one thread."""

LARGE = 60_000
"""With more eligible pairs than this there is no time to price everyone."""

EFFORT_SMALL = 3.0
EFFORT_AGAIN = 10.0
"""Deterministic seconds for a first proof, and for finding one and the same roster after any other proof."""

WAIT = 0.9
"""Share of the time after which parts of large problems are searched even if the columns still want all cores."""


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


class _Best(cp_model.CpSolverSolutionCallback):
    """Offers what a solve of the whole model finds to the incumbent."""

    def __init__(self, model: Model, incumbent: Incumbent) -> None:
        super().__init__()
        self._model, self._incumbent = model, incumbent

    def on_solution_callback(self) -> None:
        price = round(self.objective_value)
        if price < self._incumbent.now[0]:
            self._incumbent.offer(_roster_of(self._model, self.boolean_value), price)


def _roster_of(model: Model, is_true: Callable[[Any], bool]) -> Roster:
    """Return the assignments whose variables are true."""
    return Roster(pair for pair, variable in model.x.variables.items() if is_true(variable))


class _Solve:
    """One solve: the threads that search and bound, what they found, and how it is told."""

    def __init__(self, problem: Problem, control: Control, seed: int, workers: int) -> None:
        self.problem, self.control, self.seed, self.workers = problem, control, seed, max(1, workers)
        self.incumbent = Incumbent(problem, Roster(), price_of(problem, Roster())[0])
        self.bound = 0
        self.size = ModelSize(len(problem.possible), 0, 0, 0.0)
        self.was_improved = False
        self.is_fit = False
        self.proved: Roster | None = None
        self.failed: list[BaseException] = []
        self._places: tuple[Roster, int, int] | None = None
        self._lock = threading.Lock()

    @property
    def is_closed(self) -> bool:
        """Say whether the bound has met the price."""
        return self.bound >= self.incumbent.now[0]

    def on_bound(self, bound: float) -> None:
        """Remember a better bound; where it meets the price nothing is left to find."""
        if math.isfinite(bound):
            with self._lock:
                self.bound = max(self.bound, math.ceil(bound - 1e-6))

    def progress(self, began: float) -> Progress:
        """Return where the solve stands."""
        price, roster = self.incumbent.now
        if self._places is None or self._places[0] is not roster:
            self._places = (roster, *places(self.problem, roster))
        _, filled, wanted = self._places
        return Progress(filled, wanted, price, min(self.bound, price), time.monotonic() - began, roster)

    def run(self, hint: Roster | None) -> None:
        """Start well, prove small problems in a repeatable way, and let the others be improved and bounded.

        Where columns are of use to a large problem they also give its first roster: sooner, and a better one.
        """
        self.is_fit = len(self.problem.possible) <= LARGE and is_fit(self.problem)
        price, start = _start(
            self.problem, hint, lambda: self.control.should_end, is_bare=self.is_fit and not self.is_small
        )
        self.incumbent.offer(start, price)
        if self.control.should_end:
            return
        self.was_improved = True
        control = Control(self.control.ends_at, self.control.ledger)
        others = max(1, self.workers - 1)
        jobs: list[Callable[[], None]] = [partial(self._columns, control)]
        jobs += [partial(self._parts, control, number, start) for number in range(others)]
        threads = [threading.Thread(target=self._guarded, args=(job, control), daemon=True) for job in jobs]
        for each in threads:
            each.start()
        while any(each.is_alive() for each in threads):
            if self.control.should_end or self.is_closed or self.proved is not None:
                control.end()
            time.sleep(BEAT / 5)
        if self.failed:
            raise self.failed[0]
        if self.is_closed and self.proved is None and self.is_small and not self.control.should_end:
            self._prove(self.control, start, EFFORT_AGAIN, price=self.incumbent.now[0])

    @property
    def is_small(self) -> bool:
        """Say whether a proof in one thread is worth trying."""
        return len(self.problem.possible) <= SMALL

    def _guarded(self, job: Callable[[], None], control: Control) -> None:
        """Run a job of a thread; what goes wrong in it ends the solve and is raised in the caller's thread."""
        try:
            job()
        except BaseException as error:  # noqa: BLE001 - raised again by `run`
            self.failed.append(error)
            control.end()

    def _columns(self, control: Control) -> None:
        """Bound and improve by columns; where they are of no use, bound by the whole model."""
        if not self.is_fit:
            control.let_others_search()
            self._bound(control)
            return
        try:
            helpers = 0 if self.is_small else self.workers - 1
            generate(self.incumbent, control, self.seed, helpers, self.on_bound)
        except (TooManyStatesError, TooFarError):
            self.incumbent.replace(build(self.problem, lambda: control.should_end))
            control.let_others_search()
            self._bound(control)

    def _parts(self, control: Control, number: int, start: Roster) -> None:
        """Improve part by part; the first thread tries a proof before, where the problem is small."""
        if self.is_small:
            if number == 0 and self._prove(control, start, EFFORT_SMALL):
                return
        else:
            control.wait_for_cores(WAIT)
        improve(self.incumbent, control, self.seed * 1009 + number)

    def _solver(self) -> cp_model.CpSolver:
        solver = cp_model.CpSolver()
        solver.parameters.num_workers = 1
        solver.parameters.linearization_level = 2
        solver.parameters.random_seed = self.seed
        return solver

    def _prove(self, control: Control, start: Roster, effort: float, price: int | None = None) -> bool:
        """Look for a best roster in one thread within a counted effort: the same every time, if it ends."""
        model = self._model()
        for pair, variable in model.x.variables.items():
            model.model.add_hint(variable, pair in start)
        if price is not None:
            model.model.add(model.price <= price)
        solver = self._solver()
        solver.parameters.max_deterministic_time = effort
        solver.best_bound_callback = self.on_bound
        status = control.solve(solver, model.model, _Best(model, self.incumbent))
        if status != cp_model.OPTIMAL:
            return False
        self.proved = _roster_of(model, solver.boolean_value)
        self.on_bound(solver.best_objective_bound)
        self.incumbent.offer(self.proved, round(solver.objective_value))
        return True

    def _model(self) -> Model:
        """Build the whole model."""
        model = build_model(self.problem)
        self.size = model.size
        return model

    def _bound(self, control: Control) -> None:
        """Let CP-SAT search the whole model for a bound: by the bound's own tree, with all rows in its relaxation.

        Measured on made-up networks and the made-up group, that gave in three seconds what its usual search, which
        looks for structure first, gave in thirty.
        """
        model = self._model()
        for pair, variable in model.x.variables.items():
            model.model.add_hint(variable, pair in self.incumbent.now[1])
        solver = self._solver()
        parameters = solver.parameters
        parameters.optimize_with_lb_tree_search = True  # others look for rosters: this one is here for the bound
        parameters.add_lp_constraints_lazily = False
        parameters.cp_model_probing_level = 0
        parameters.symmetry_level = 0
        solver.best_bound_callback = self.on_bound
        status = control.solve(solver, model.model, _Best(model, self.incumbent))
        if status in {cp_model.OPTIMAL, cp_model.FEASIBLE}:
            self.on_bound(solver.best_objective_bound)


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

    `hint` is a roster to start from; what it holds that is not possible here is left out. Progress is told from the
    thread that called, several times a second.
    """
    began = time.monotonic()
    control = Control(began + seconds)
    work = _Solve(problem, control, seed, workers)
    failed: list[BaseException] = []

    def run() -> None:
        try:
            work.run(hint)
        except BaseException as error:  # noqa: BLE001 - raised again below, in the caller's thread
            failed.append(error)

    thread = threading.Thread(target=run, daemon=True)
    thread.start()
    was_stopped = False
    while thread.is_alive():
        if on_progress is not None:
            on_progress(work.progress(began))
        if should_stop is not None and not was_stopped and should_stop():
            was_stopped = True
            control.end()
        thread.join(BEAT)
    if failed:
        raise failed[0]
    return _result(work, began, was_stopped=was_stopped, on_progress=on_progress)


def _result(
    work: _Solve,
    began: float,
    *,
    was_stopped: bool,
    on_progress: Callable[[Progress], None] | None,
) -> Result:
    """Tell how a solve ended."""
    problem = work.problem
    status = Status.FEASIBLE if work.was_improved else Status.BUILT
    if work.proved is not None or (work.is_closed and work.was_improved):
        status = Status.OPTIMAL
    elif was_stopped and work.was_improved:
        status = Status.STOPPED
    told, roster = work.incumbent.now
    roster = roster if work.proved is None else work.proved
    price, forbidden, prices = price_of(problem, roster)
    if price != told or forbidden:
        raise AssertionError(f"a search told {told} for a roster that costs {price} and breaks {forbidden} laws")
    last = work.progress(began)
    if on_progress is not None:
        on_progress(last)
    return Result(
        status=status,
        roster=roster,
        price=price,
        prices=prices,
        forbidden=forbidden,
        bound=min(work.bound, price),
        filled=places(problem, roster)[0],
        wanted=last.wanted,
        seconds=time.monotonic() - began,
        seed=work.seed,
        workers=work.workers,
        is_repeatable=work.proved is not None,
        versions={"ortools": metadata.version("ortools")},
        size=work.size,
        shares=work.control.shares(),
    )


def _start(
    problem: Problem, hint: Roster | None, should_stop: Callable[[], bool] | None, *, is_bare: bool
) -> tuple[int, Roster]:
    """Return the best roster known before searching that breaks nothing, and its price; a `bare` start builds none."""
    known = [Roster()] if is_bare else [Roster(), build(problem, should_stop)]
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

"""A solve always answers, finds the best of small problems, repeats itself, stops, and never grows worse."""

from __future__ import annotations

import datetime as dt
import itertools
import json
import os
import subprocess
import sys
import time

from hypothesis import given, settings

from scheduling import (
    Assignment,
    Carried,
    Contract,
    Horizon,
    Problem,
    Request,
    Roster,
    Shift,
    Status,
    Worker,
    default_rules,
    solve,
)
from scheduling.search import model_part
from scheduling.solver import price_of
from tests.scheduling.conftest import LAW, SOAK
from tests.scheduling.problems import cases, cp_model, problems


def a_group(people=8, days=14, a_day=2):
    """A group that differs in what it wants, larger than any enumeration."""
    shifts = tuple(
        Shift(f"d{day}n{number}", day * 1440 + 480 + 360 * number, day * 1440 + 960 + 360 * number, day)
        for day in range(days)
        for number in range(a_day)
    )
    workers = tuple(
        Worker(
            f"w{number}",
            contract=Contract(wanted_minutes=1200 + 407 * (number % 7)),
            requests=tuple(Request(each.id, is_on=each.day % 2 == 0) for each in shifts[number % 5 :: 5 + number % 3]),
            carried=Carried(400 * number, 4000, number % 3, number % 4, number % 2),
        )
        for number in range(people)
    )
    return Problem(Horizon.plain(dt.date(2026, 6, 1), days), shifts, workers, default_rules())


def best_of_all(problem):
    """Return the least price of all rosters that break nothing, by trying each."""
    pairs = sorted(problem.possible)
    prices = []
    for chosen in itertools.product((False, True), repeat=len(pairs)):
        price, forbidden, _ = price_of(problem, Roster(itertools.compress(pairs, chosen)))
        if not forbidden:
            prices.append(price)
    return min(prices)


@settings(LAW, max_examples=200 if SOAK else 20)
@given(problems(most_shifts=3, most_workers=2))
def test_the_best_roster_of_a_small_problem_is_the_best_of_all_rosters(problem):
    result = solve(problem, seconds=20, workers=1)
    assert result.status is Status.OPTIMAL
    assert result.price == result.bound == best_of_all(problem)
    assert price_of(problem, result.roster)[:2] == (result.price, 0)


@settings(LAW, max_examples=500 if SOAK else 40)
@given(cases(most_shifts=8, most_workers=4))
def test_solving_a_part_changes_the_whole_price_by_as_much(case):
    problem, roster = case
    roster = Roster(roster.assignments & problem.possible.assignments)
    before, forbidden, _ = price_of(problem, roster)
    if forbidden or not problem.possible.assignments:
        return
    free = frozenset(pair for pair in problem.possible if pair.worker in {"w0", "w1"} and pair.shift != "s0")
    part = model_part(problem, roster, free)
    solver = cp_model.CpSolver()
    solver.parameters.num_workers = 1
    assert solver.solve(part.model) == cp_model.OPTIMAL
    found = {pair for pair, variable in part.x.variables.items() if solver.boolean_value(variable)}
    after, forbidden, _ = price_of(problem, Roster((roster.assignments - free) | found))
    assert not forbidden
    assert after - before == round(solver.objective_value) - part.price


def test_a_solve_without_people_or_without_shifts_answers():
    horizon = Horizon.plain(dt.date(2026, 6, 1), 7)
    nobody = solve(Problem(horizon, (Shift("s", 480, 960, 0),), (), default_rules()), seconds=5)
    assert (nobody.status, nobody.filled, nobody.wanted) == (Status.OPTIMAL, 0, 1)
    nothing = solve(Problem(horizon, (), (Worker("w"),), default_rules()), seconds=5)
    assert (nothing.status, nothing.filled, nothing.wanted) == (Status.OPTIMAL, 0, 0)


AGAIN = """
import json
from scheduling import solve
from tests.scheduling.test_solve import a_group
result = solve(a_group(5, 5), seconds=100, workers=2, seed=3)
print(json.dumps([result.status, result.is_repeatable, sorted(result.roster.assignments)]))
"""


def test_the_same_input_and_seed_give_the_same_roster_when_the_solve_ends_by_proof():
    told = set()
    for hash_seed in ("1", "2"):
        done = subprocess.run(
            [sys.executable, "-c", AGAIN],
            capture_output=True,
            check=True,
            env={**os.environ, "PYTHONHASHSEED": hash_seed, "PYTHONPATH": os.pathsep.join(sys.path)},
        )
        told.add(done.stdout)
    assert len(told) == 1
    assert json.loads(told.pop())[:2] == ["optimal", True]


def test_a_stopped_solve_ends_soon_with_its_best_and_progress_never_grows_worse():
    problem = a_group(people=20, days=28, a_day=3)
    heard = []
    began = time.monotonic()
    result = solve(
        problem,
        seconds=60,
        seed=1,
        on_progress=heard.append,
        should_stop=lambda: time.monotonic() - began > 3,
    )
    assert result.status is Status.STOPPED
    assert time.monotonic() - began < 15
    assert result.price == price_of(problem, result.roster)[0] <= min(each.price for each in heard)
    assert [each.price for each in heard] == sorted((each.price for each in heard), reverse=True)
    assert [each.bound for each in heard] == sorted(each.bound for each in heard)
    assert max(b.seconds - a.seconds for a, b in itertools.pairwise(heard)) < 3
    assert result.bound <= result.price


def test_a_solve_goes_on_from_the_roster_it_is_given():
    problem = a_group(people=20, days=28, a_day=3)
    first = solve(problem, seconds=4, seed=1)
    second = solve(problem, seconds=1, seed=1, hint=first.roster)
    assert second.price <= first.price


def test_a_starting_roster_that_is_not_allowed_does_no_harm():
    problem = a_group(people=3, days=3)
    everything = Roster(Assignment(worker.id, shift.id) for worker in problem.workers for shift in problem.shifts)
    result = solve(problem, seconds=10, hint=everything)
    assert result.forbidden == 0


def test_the_room_does_not_load_the_solver_until_it_solves():
    code = "import scheduling, sys; sys.exit('ortools' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0

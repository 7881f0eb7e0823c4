"""Whole rosters as columns cost what the rules say, their bounds hold, and a stopped search returns its best."""

from __future__ import annotations

import itertools
import math
import random
import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from scheduling import Roster, solve
from scheduling.columns.compiler import machine_of
from scheduling.columns.coupling import FORBIDDEN, Coupling
from scheduling.columns.desks import Desks
from scheduling.columns.generation import Generation
from scheduling.columns.pricing import Pricer
from scheduling.rule import Scope
from scheduling.solver import build_model, price_of
from tests.scheduling.conftest import LAW, SOAK
from tests.scheduling.problems import cases, cp_model, problems
from tests.scheduling.test_solve import a_group


def asked_by(problem, scope, roster, **narrowed):
    """Return what the rules of a scope ask for a roster, None where one forbids it."""
    found = [
        each
        for rule in problem.rules
        if rule.scope is scope
        for each in rule.check(problem, roster, *narrowed.values())
    ]
    return None if any(each.is_forbidden for each in found) else sum(each.price for each in found)


def rosters_of(problem, worker):
    """Yield every set of shifts that a worker could have, and what worker-wise rules ask for it where they allow it."""
    shifts = sorted(problem.possible.shifts_of(worker))
    for chosen in itertools.product((False, True), repeat=len(shifts)):
        mine = frozenset(itertools.compress(shifts, chosen))
        asked = asked_by(problem, Scope.WORKER, Roster((worker, each) for each in mine), workers=(worker,))
        if asked is not None:
            yield mine, asked


@settings(LAW, max_examples=500 if SOAK else 60)
@given(cases(most_shifts=8, most_workers=3))
def test_a_machine_reads_any_roster_as_the_rules_do(case):
    problem, roster = case
    for worker in problem.workers:
        mine = roster.shifts_of(worker.id) & problem.possible.shifts_of(worker.id)
        alone = Roster((worker.id, each) for each in mine)
        asked = asked_by(problem, Scope.WORKER, alone, workers=(worker.id,))
        assert machine_of(problem, worker.id).read(mine) == asked


@settings(LAW, max_examples=400 if SOAK else 30)
@given(problems(most_shifts=6, most_workers=2), st.integers(0, 99), st.sampled_from([1, 3, 1500]))
def test_pricing_finds_the_cheapest_roster_of_all_or_bounds_it(problem, seed, most_cells):
    draw = random.Random(seed)
    prices = {shift.id: draw.randrange(-60, 20) for shift in problem.shifts}
    for worker in problem.workers:
        known = dict(rosters_of(problem, worker.id))
        best = min(asked + sum(prices[each] for each in mine) for mine, asked in known.items())
        pricer = Pricer(machine_of(problem, worker.id), most_cells)
        for _ in range(3):
            found = pricer.price(prices, 3)
            assert found.bound <= best + 1e-6
            if pricer.is_exact:
                assert found.bound == pytest.approx(best)
            for value, column in found.columns:
                assert column.price == known[column.shifts]
                assert value == pytest.approx(column.price + sum(prices[each] for each in column.shifts))


@settings(LAW, max_examples=400 if SOAK else 40)
@given(cases(most_shifts=6, most_workers=4))
def test_what_is_asked_for_the_people_on_a_shift_is_what_shift_wise_rules_find(case):
    problem, roster = case
    coupling = Coupling(problem)
    for shift in problem.shifts:
        people = roster.workers_on(shift.id) & problem.possible.workers_on(shift.id)
        there = Roster((each, shift.id) for each in people)
        asked = asked_by(problem, Scope.SHIFT, there, workers=None, shifts=(shift.id,))
        told = coupling.price(shift.id, people)
        assert told >= FORBIDDEN if asked is None else told == asked


@settings(LAW, max_examples=300 if SOAK else 25)
@given(problems(most_shifts=7, most_workers=3))
def test_the_bound_of_the_columns_never_exceeds_the_best_and_a_dive_never_beats_it(problem):
    solver = cp_model.CpSolver()
    solver.parameters.num_workers = 1
    assert solver.solve(build_model(problem).model) == cp_model.OPTIMAL
    best = round(solver.objective_value)
    work = Generation(problem, lambda: False, seed=0)
    work.construct()
    work.open()
    closing = work.whole()
    while not closing.is_done():
        closing.step()
        assert closing.bound <= best + 1e-6
    found = work.dive(closing, math.inf, lambda: 60.0).chosen
    if found is not None:
        price, forbidden, _ = price_of(problem, work.roster_of(found))
        assert forbidden or price >= best


def test_helpers_answer_as_the_pricers_here_do():
    problem = a_group(people=4, days=7)
    workers = [each.id for each in problem.workers]
    costs = {worker: {shift.id: -20.0 * (shift.day % 3) for shift in problem.shifts} for worker in workers}
    alone, helped = Desks(problem, workers, 0), Desks(problem, workers, 2)
    try:
        assert helped.price(costs, 2) == alone.price(costs, 2)
        assert [helped.read(each, ()) for each in workers] == [alone.read(each, ()) for each in workers]
    finally:
        helped.end()


@pytest.mark.parametrize("after", [0.0, 0.5, 2.0, 4.0])
def test_a_search_stopped_at_any_moment_returns_a_roster_that_is_worth_what_it_says(after):
    problem = a_group(people=30, days=28, a_day=2)
    began = time.monotonic()
    heard = []
    result = solve(problem, seconds=30, on_progress=heard.append, should_stop=lambda: time.monotonic() - began >= after)
    assert price_of(problem, result.roster)[:2] == (result.price, 0)
    assert [each.price for each in heard] == sorted((each.price for each in heard), reverse=True)
    assert result.bound <= result.price == heard[-1].price

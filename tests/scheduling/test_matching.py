"""Many-way exchange against enumeration: as many as can be, no rule newly broken, every shift as full as it was."""

from __future__ import annotations

import datetime as dt
import itertools
import random

import pytest

from scheduling import Assignment, Contract, Demand, Horizon, Problem, Roster, Shift, Worker, default_rules
from scheduling.matching import Trade, Wish, best_exchange

DAYS = 14


def week(shifts, workers):
    """Shifts by (name, day, hour), six hours each, for one person; everybody can do everything."""
    horizon = Horizon.plain(dt.date(2026, 6, 1), DAYS)
    return Problem(
        horizon,
        tuple(
            Shift(name, day * 1440 + hour * 60, day * 1440 + hour * 60 + 360, day, demands=(Demand(1),))
            for name, day, hour in shifts
        ),
        tuple(
            Worker(name, contract=Contract(wanted_minutes=1200), not_with=frozenset(avoid)) for name, avoid in workers
        ),
        default_rules(),
    )


def forbidden(problem, roster):
    return [each for rule in problem.rules for each in rule.check(problem, roster) if each.is_forbidden]


def by_enumeration(problem, roster, wishes):
    """The most trades of any choice that keeps every shift's number and breaks nothing."""
    best = 0
    options = [[None, *itertools.product(sorted(w.gives), sorted(w.wants))] for w in wishes]
    for choice in itertools.product(*options):
        made = [(w.worker, *each) for w, each in zip(wishes, choice, strict=True) if each is not None]
        if len(made) <= best or sorted(g for _, g, _ in made) != sorted(t for _, _, t in made):
            continue
        pairs = set(roster.assignments) - {Assignment(w, g) for w, g, _ in made}
        after = pairs | {Assignment(w, t) for w, _, t in made}
        if len(after) == len(roster.assignments) and not forbidden(problem, Roster(after)):
            best = len(made)
    return best


def test_three_people_trade_in_a_ring_where_no_two_could():
    problem = week([("mon", 0, 9), ("wed", 2, 9), ("fri", 4, 9)], [("ana", ()), ("bo", ()), ("cy", ())])
    roster = Roster([("ana", "mon"), ("bo", "fri"), ("cy", "wed")])
    wishes = [
        Wish("ana", frozenset({"mon"}), frozenset({"fri"})),
        Wish("bo", frozenset({"fri"}), frozenset({"wed"})),
        Wish("cy", frozenset({"wed"}), frozenset({"mon"})),
    ]
    assert best_exchange(problem, roster, wishes) == [
        Trade("ana", "mon", "fri"),
        Trade("bo", "fri", "wed"),
        Trade("cy", "wed", "mon"),
    ]


def test_a_trade_that_breaks_rest_is_not_made():
    problem = week([("mon", 0, 9), ("tue", 1, 9), ("tue night", 1, 20)], [("ana", ()), ("bo", ())])
    roster = Roster([("ana", "mon"), ("ana", "tue"), ("bo", "tue night")])
    wishes = [
        Wish("ana", frozenset({"mon"}), frozenset({"tue night"})),
        Wish("bo", frozenset({"tue night"}), frozenset({"mon"})),
    ]
    assert best_exchange(problem, roster, wishes) == []


def test_two_wishes_of_one_worker_are_a_mistake():
    problem = week([("mon", 0, 9)], [("ana", ())])
    with pytest.raises(ValueError, match="two wishes"):
        best_exchange(problem, Roster(), [Wish("ana", frozenset(), frozenset())] * 2)


@pytest.mark.parametrize("seed", range(25))
def test_as_many_trade_as_enumeration_finds(seed):
    chance = random.Random(seed)
    names = [f"w{n}" for n in range(5)]
    shifts = [(f"s{n}", chance.randrange(DAYS), chance.choice([6, 9, 14, 20])) for n in range(8)]
    problem = week(
        shifts, [(name, chance.sample([n for n in names if n != name], chance.randrange(2))) for name in names]
    )
    roster = Roster()
    for name, _, _ in shifts:
        for worker in chance.sample(names, 5):
            grown = Roster(roster.assignments | {Assignment(worker, name)})
            if not forbidden(problem, grown):
                roster = grown
                break
    wishes = [
        Wish(w, frozenset(chance.sample(mine, min(2, len(mine)))), frozenset(chance.sample([s[0] for s in shifts], 4)))
        for w in names
        if (mine := sorted(roster.shifts_of(w)))
    ]
    found = best_exchange(problem, roster, wishes)
    after = (roster.assignments - {Assignment(t.worker, t.gives) for t in found}) | {
        Assignment(t.worker, t.gets) for t in found
    }
    assert forbidden(problem, Roster(after)) == []
    assert sorted(pair.shift for pair in after) == sorted(pair.shift for pair in roster)
    usable = [Wish(w.worker, w.gives, frozenset(w.wants - roster.shifts_of(w.worker))) for w in wishes]
    assert len(found) == by_enumeration(problem, roster, usable)


def test_one_wish_alone_comes_to_nothing():
    problem = week([("mon", 0, 9), ("wed", 2, 9)], [("ana", ()), ("bo", ())])
    roster = Roster([("ana", "mon"), ("bo", "wed")])
    wishes = [Wish("ana", frozenset({"mon"}), frozenset({"wed"})), Wish("bo", frozenset({"wed"}), frozenset({"mon"}))]
    assert len(best_exchange(problem, roster, wishes)) == 2
    assert best_exchange(problem, roster, wishes[:1]) == []

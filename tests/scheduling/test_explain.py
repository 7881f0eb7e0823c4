"""Why a place is open, why this person, what a move breaks, and what no one can fill."""

from __future__ import annotations

import dataclasses
import datetime as dt
import re

from scheduling import (
    Assignment,
    Availability,
    Demand,
    Grade,
    Holding,
    Horizon,
    Move,
    Problem,
    Roster,
    Shift,
    Violation,
    Waiver,
    Worked,
    Worker,
    all_rules,
    check,
    default_rules,
    effect,
    fix,
    newly_broken,
    places,
    preflight,
    solve,
    why_me,
    why_open,
    words,
)

MONDAY = dt.date(2026, 6, 1)


def shift(name, day, start=9, hours=6, **more):
    """Return a shift that begins at a full hour of a day."""
    begin = day * 1440 + start * 60
    return Shift(name, begin, begin + hours * 60, day, **more)


def group():
    """Four people, of whom only Ana leads and Cem is away on Tuesday; Dee worked late on Sunday."""
    shifts = (
        shift("mon", 0, 7, site="north"),
        shift("tue", 1, demands=(Demand(2, 1), Demand(1, 1, skill="lead"))),
        shift("wed night", 2, 22, 8, is_night=True),
        shift("thu", 3, 9),
    )
    workers = (
        Worker("ana", skills=(Holding("lead"),)),
        Worker("ben", skills=(Holding("lead", until_on=MONDAY),)),
        Worker("cem", availability=(Availability(1440, 2880, Grade.UNAVAILABLE),)),
        Worker("dee", history=(Worked(-180, 0, -1),), not_with=frozenset({"ben"})),
    )
    return Problem(Horizon.plain(MONDAY, 7), shifts, workers, default_rules())


def test_an_open_place_names_for_each_person_the_rule_that_stops_them():
    found = {each.worker: each for each in why_open(group(), Roster(), "mon")}
    assert found["ana"].could
    assert found["ben"].could
    assert not found["dee"].could
    assert [each.rule for each in found["dee"].stops] == ["rest"]
    assert "11 h" in words(found["dee"].stops[0])
    assert fix(found["dee"].stops[0])
    away = {each.worker: each for each in why_open(group(), Roster(), "tue")}["cem"]
    assert [each.rule for each in away.stops] == ["availability"]


def test_those_who_could_take_an_open_place_come_first_and_the_cheapest_before_the_others():
    found = why_open(group(), Roster([("ben", "mon")]), "tue")
    could = [each.could for each in found]
    assert could == sorted(could, reverse=True)
    prices = [each.price_change for each in found if each.could]
    assert prices == sorted(prices)
    assert found[0].worker == "ana", "only Ana fills the lead's place too"


def test_everyone_who_could_take_an_open_place_can_be_put_there():
    problem = group()
    roster = Roster([("ana", "wed night"), ("ben", "mon")])
    for each in why_open(problem, roster, "thu"):
        after = check(problem, roster.with_(each.worker, "thu"))
        assert any(found.is_forbidden for found in after) != each.could
    stopped = {each.worker: each for each in why_open(problem, roster, "thu")}["ana"]
    assert stopped.stops[0].rule == "rest"


def test_why_me_tells_what_leaving_costs_and_who_else_could():
    problem = group()
    roster = Roster([("ana", "tue"), ("ben", "tue")])
    why = why_me(problem, roster, "ana", "tue")
    assert why.price_without > 0
    assert {"skill"} <= {each.rule for each in why.broken_without}
    others = {each.worker: each for each in why.others}
    assert set(others) == {"cem", "dee"}
    assert not others["cem"].could
    assert others["dee"].stops[0].rule == "not_with"


def test_a_move_tells_only_what_it_newly_breaks():
    problem = group()
    roster = Roster([("ana", "wed night"), ("ana", "thu")])
    assert any(each.is_forbidden for each in check(problem, roster))
    elsewhere = effect(problem, roster, Move.of(add=[("ben", "mon")]))
    assert elsewhere.refusals == ()
    worse = newly_broken(problem, Roster([("ana", "thu")]), Move.of(add=[("ana", "wed night")]))
    assert worse[0].rule == "rest"
    mended = effect(problem, roster, Move.of(remove=[("ana", "thu")]))
    assert "rest" in {each.rule for each in mended.mended}


def test_a_swap_is_judged_as_one_move():
    problem = group()
    roster = Roster([("ana", "mon"), ("ben", "thu")])
    swap = Move.of(add=[("ben", "mon"), ("ana", "thu")], remove=[("ana", "mon"), ("ben", "thu")])
    assert effect(problem, roster, swap).refusals == ()
    assert swap.applied(roster) == Roster([("ben", "mon"), ("ana", "thu")])


def test_the_price_change_of_a_move_is_the_difference_of_whole_prices():
    problem = group()
    roster = Roster([("ana", "tue"), ("ben", "mon")])
    for move in (
        Move.of(add=[("cem", "mon")]),
        Move.of(remove=[("ana", "tue")]),
        Move.of(add=[("dee", "thu")], remove=[("ben", "mon")]),
    ):
        before = sum(each.price or 0 for each in check(problem, roster))
        after = sum(each.price or 0 for each in check(problem, move.applied(roster)))
        assert effect(problem, roster, move).price_change == after - before


def test_being_the_first_of_two_is_not_ready_yet_but_no_reason_to_refuse():
    problem = Problem(
        Horizon.plain(MONDAY, 1),
        (shift("walk", 0, demands=(Demand(2, 2),), min_company=2),),
        (Worker("ana"), Worker("ben")),
        default_rules(),
    )
    first = effect(problem, Roster(), Move.of(add=[("ana", "walk")]))
    assert first.refusals == ()
    assert [each.code for each in first.unready] == ["alone"]
    second = effect(problem, Roster([("ana", "walk")]), Move.of(add=[("ben", "walk")]))
    assert second.unready == ()


def test_a_waived_rule_does_not_stop_the_one_it_is_waived_for():
    problem = dataclasses.replace(group(), waivers=(Waiver("rest", "mon", "dee"),))
    assert {each.worker: each for each in why_open(problem, Roster(), "mon")}["dee"].could


def test_preflight_finds_each_place_that_no_one_can_fill_and_says_why():
    problem = group()
    assert [(each.shift, each.skill) for each in preflight(problem)] == []
    nobody = tuple(each for each in problem.workers if each.id != "ana")
    without = dataclasses.replace(problem, workers=nobody)
    (gap,) = [each for each in preflight(without) if each.skill == "lead"]
    assert (gap.shift, gap.target, gap.able) == ("tue", 1, 0)
    alone = dataclasses.replace(problem, workers=problem.workers[2:3])
    (gap,) = [each for each in preflight(alone) if each.shift == "tue" and each.skill is None]
    assert gap.able == 0
    assert gap.candidates[0].stops[0].rule == "availability"


def test_what_preflight_leaves_out_is_filled_by_the_solver_where_nothing_else_competes():
    problem = group()
    result = solve(problem, seconds=20)
    assert (result.filled, result.wanted) == (5, 5)
    assert not [each for each in check(problem, result.roster) if each.is_forbidden]


def test_a_private_wish_is_told_as_absence_and_never_by_its_reason():
    problem = group()
    roster = Roster([("ben", "tue")])
    stopped = {each.worker: each for each in why_open(problem, roster, "tue")}["dee"]
    assert problem.rule[stopped.stops[0].rule].is_private
    assert "ben" not in words(stopped.stops[0]).lower()
    assert Assignment("dee", "tue") not in roster


def test_no_sentence_speaks_of_one_people_or_one_weekends():
    facts = {"value": 1, "bound": 1, "excess": 1, "days": 1, "nights": 1, "share": 1, "least": 1, "skill": "lead"}
    facts |= dict.fromkeys(("gap", "length", "most", "kind", "before", "first", "date"), "x")
    for rule in all_rules():
        for code in rule.says:
            said = words(Violation(rule.name, code, None, ("ana",), ("mon",), tuple(facts.items())))
            assert not re.search(r"\b1 (people|weekends|nights|days|shifts|trainees|seats)\b", said), said
            assert "{" not in said


def test_a_place_that_wants_a_skill_is_not_filled_by_people_without_it():
    checking = shift("checking", 0, demands=(Demand(2, 1), Demand(1, 1, skill="checking")))
    workers = (Worker("ana"), Worker("bo"), Worker("cy", skills=(Holding("checking"),)))
    problem = Problem(Horizon.plain(MONDAY, 7), (checking,), workers, default_rules())
    assert places(problem, Roster([("ana", "checking"), ("bo", "checking")])) == (1, 2)
    assert places(problem, Roster([("ana", "checking"), ("cy", "checking")])) == (2, 2)
    assert places(problem, Roster()) == (0, 2)

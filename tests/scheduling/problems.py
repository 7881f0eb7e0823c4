"""Small problems of every sort, and what the two halves of a law say of a roster."""

from __future__ import annotations

import dataclasses
import datetime as dt
import zoneinfo

from hypothesis import strategies as st
from ortools.sat.python import cp_model

from scheduling import (
    Assignment,
    Availability,
    Budget,
    Carried,
    Contract,
    Demand,
    EarningsCap,
    Grade,
    Holding,
    Horizon,
    Pin,
    Problem,
    Request,
    Roster,
    Shift,
    Spell,
    Waiver,
    Worked,
    Worker,
    all_rules,
)
from scheduling.solver import build_model, price_of
from scheduling.variables import Variables

SKILLS = ("lead", "naloxone")
SITES = ("north", "south")
KINDS = ("early", "late", "night")
STARTS = (6 * 60, 8 * 60, 13 * 60, 16 * 60, 22 * 60)
LENGTHS = (120, 240, 480, 600, 780)


def optional(values):
    """A value, or None three times out of five."""
    return st.one_of(st.none(), st.none(), st.none(), values, values)


@st.composite
def horizons(draw, most_days=16):
    """Plain weeks, weeks in which clocks change, and horizons that begin on any weekday."""
    days = draw(st.integers(1, most_days))
    start = draw(
        st.sampled_from([dt.date(2026, 6, 1), dt.date(2026, 6, 6), dt.date(2026, 3, 24), dt.date(2026, 10, 22)])
    )
    if draw(st.booleans()):
        return Horizon.local(start, days, zoneinfo.ZoneInfo("Europe/Berlin"))
    return Horizon.plain(start, days)


@st.composite
def demands(draw):
    """A total line, and sometimes lines of whom."""
    lines = []
    for skill in (None, *SKILLS):
        if skill is None or draw(st.integers(0, 3)) == 0:
            minimum = draw(st.integers(0, 2))
            target = minimum + draw(st.integers(0, 1))
            maximum = draw(optional(st.integers(target, target + 1)))
            weights = draw(optional(st.tuples(st.integers(0, 9), st.integers(0, 9)))) or (None, None)
            lines.append(Demand(target, minimum, maximum, skill, *weights))
    return tuple(lines)


@st.composite
def shifts_of(draw, horizon, most):
    """Some shifts, many of them close together; nights run over midnight."""
    found = []
    first = draw(st.integers(0, max(0, horizon.days - 9)))
    for number in range(draw(st.integers(1, most))):
        day = min(horizon.days - 1, first + draw(st.integers(0, 8)))
        start = horizon.edge(day) + draw(st.sampled_from(STARTS))
        kind = draw(st.sampled_from(KINDS))
        least = draw(st.sampled_from([0, 0, 2]))
        found.append(
            Shift(
                f"s{number}",
                start,
                start + draw(st.sampled_from(LENGTHS)),
                day,
                draw(st.sampled_from(SITES)),
                kind,
                draw(demands()),
                needs=frozenset(draw(st.sets(st.sampled_from(SKILLS), max_size=1)) if draw(st.booleans()) else ()),
                trainee_seats=draw(st.integers(0, 1)),
                is_night=kind == "night",
                demanding=draw(st.integers(0, 2)),
                min_company=least,
                max_company=draw(optional(st.integers(max(1, least), 3))),
                pay=draw(st.sampled_from([(), (("peer", 150),), (("lead", 400), ("peer", 150))])),
                funds=draw(st.sampled_from([None, (), (("city", 1),), (("city", 2), ("trust", 1))])),
            )
        )
    return tuple(found)


@st.composite
def spans_of_history(draw, horizon):
    """Work before, after or elsewhere inside the horizon."""
    found = []
    for _ in range(draw(st.integers(0, 3))):
        day = draw(st.integers(-5, horizon.days + 4))
        start = horizon.edge(day) + draw(st.sampled_from(STARTS))
        kind = draw(st.sampled_from(KINDS))
        length = draw(st.sampled_from(LENGTHS))
        found.append(
            Worked(start, start + length, day, kind, is_night=kind == "night", demanding=draw(st.integers(0, 2)))
        )
    return tuple(found)


@st.composite
def availabilities(draw, horizon):
    """Spans with grades; some meet, some overlap."""
    found = []
    for _ in range(draw(st.integers(0, 3))):
        start = draw(st.integers(0, max(1, horizon.days - 1))) * 1440 + draw(st.sampled_from([0, 480, 960]))
        found.append(
            Availability(start, start + draw(st.sampled_from([480, 1440, 2880])), draw(st.sampled_from(Grade)))
        )
    return tuple(found)


@st.composite
def contracts(draw):
    """Agreements tight enough to matter in a small problem."""
    return Contract(
        wanted_minutes=draw(optional(st.sampled_from([0, 480, 1000, 2400]))),
        min_minutes=draw(optional(st.sampled_from([0, 480, 960]))),
        max_minutes=draw(optional(st.sampled_from([0, 480, 1200]))),
        max_minutes_week=draw(optional(st.sampled_from([0, 480, 1000]))),
        max_days_in_row=draw(optional(st.integers(1, 3))),
        min_days_in_row=draw(optional(st.integers(1, 3))),
        min_days_off=draw(optional(st.integers(1, 3))),
        max_weekends=draw(optional(st.integers(0, 2))),
        max_of_kind=draw(optional(st.just((("late", 1), ("night", 0))))) or (),
        spells=draw(st.lists(spells(), max_size=1).map(tuple)),
    )


@st.composite
def spells(draw):
    """Some days in which a person takes on less."""
    first = draw(st.integers(-3, 9))
    minutes = draw(optional(st.sampled_from([0, 480, 1000])))
    return Spell(first, first + draw(st.integers(0, 9)), minutes, draw(optional(st.integers(0, 2))))


@st.composite
def earnings_caps(draw):
    """Some days in which a person wants to earn no more than so much."""
    first = draw(st.integers(0, 6))
    return EarningsCap(first, first + draw(st.integers(0, 9)), draw(st.sampled_from([0, 150, 300, 500])))


@st.composite
def workers_of(draw, horizon, shifts, most):
    """Some workers with everything that a rule may ask for."""
    ids = [f"w{number}" for number in range(draw(st.integers(1, most)))]
    found = []
    for worker in ids:
        others = [each for each in ids if each != worker]
        wishes = draw(st.lists(st.sampled_from(shifts), max_size=3, unique=True))
        found.append(
            Worker(
                worker,
                skills=tuple(
                    Holding(skill, None, draw(optional(st.just(horizon.date(2)))))
                    for skill in SKILLS
                    if draw(st.booleans())
                ),
                is_trainee=draw(st.sampled_from([False, False, False, True])),
                contract=draw(contracts()),
                availability=draw(availabilities(horizon)),
                default_grade=draw(st.sampled_from([Grade.AVAILABLE, Grade.AVAILABLE, Grade.UNWANTED])),
                unavailable_for=frozenset(each.id for each in shifts if draw(st.integers(0, 5)) == 0),
                requests=tuple(Request(s.id, draw(st.booleans()), draw(st.integers(0, 3))) for s in wishes),
                not_with=frozenset(draw(st.sets(st.sampled_from(others), max_size=1))) if others else frozenset(),
                not_at=frozenset(draw(st.sampled_from([(), (), ("south",)]))),
                partner=draw(optional(st.sampled_from(others))) if others else None,
                pay_level=draw(st.sampled_from([None, "peer", "lead"])),
                earnings_caps=draw(st.lists(earnings_caps(), max_size=1).map(tuple)),
                history=draw(spans_of_history(horizon)),
                carried=draw(
                    st.builds(
                        Carried,
                        st.integers(0, 5000),
                        st.integers(0, 5000),
                        st.integers(0, 5),
                        st.integers(0, 5),
                        st.integers(0, 5),
                    )
                ),
            )
        )
    return tuple(found)


SUCCESSION = (("late", ("early",)), ("night", ("early", "late")))


@st.composite
def rules_of(draw, kind):
    """A rule with parameters near enough to zero to matter in a small problem; a price may forbid."""
    chosen = {}
    for each in kind.parameters():
        if each.may_forbid and draw(st.integers(0, 2)) == 0:
            chosen[each.name] = None
        elif each.unit == "points":
            chosen[each.name] = draw(st.integers(0, 20))
        elif each.unit == "minutes":
            shrunk = st.sampled_from([each.default // 4, each.default // 2, each.default])
            chosen[each.name] = draw(shrunk)
        else:
            chosen[each.name] = draw(st.integers(each.minimum, max(each.minimum, 3)))
    if kind.name == "succession":
        chosen["never"] = SUCCESSION
    return kind(**chosen)


@st.composite
def problems(draw, kinds=None, most_shifts=8, most_workers=4):
    """A small problem under the given kinds of rules (all when None), with pins, waivers and a published roster."""
    horizon = draw(horizons())
    shifts = draw(shifts_of(horizon, most_shifts))
    workers = draw(workers_of(horizon, shifts, most_workers))
    rules = tuple(draw(rules_of(kind)) for kind in (all_rules() if kinds is None else kinds))
    pairs = [Assignment(worker.id, shift.id) for worker in workers for shift in shifts]
    pinned = draw(st.lists(st.sampled_from(pairs), max_size=2, unique=True))
    published = draw(st.lists(st.sampled_from(pairs), max_size=3, unique=True))
    waived = draw(st.lists(st.sampled_from(pairs), max_size=2, unique=True))
    return Problem(
        horizon,
        shifts,
        workers,
        rules,
        pins=tuple(Pin(*pair, is_on=draw(st.booleans())) for pair in pinned),
        waivers=tuple(
            Waiver(draw(st.sampled_from(rules)).name, pair.shift, draw(st.sampled_from([pair.worker, None])))
            for pair in waived
        ),
        published=frozenset(published),
        budgets=draw(st.sampled_from([(), (Budget("city", 200),), (Budget("city", -90), Budget("trust", 0))])),
    )


@st.composite
def cases(draw, kinds=None, most_shifts=8, most_workers=4):
    """A problem and any roster of its workers and shifts, mostly one that could be meant."""
    problem = draw(problems(kinds, most_shifts, most_workers))
    pairs = sorted(problem.possible) if draw(st.integers(0, 3)) else None
    if not pairs:
        pairs = [Assignment(worker.id, shift.id) for worker in problem.workers for shift in problem.shifts]
    share = draw(st.sampled_from([1, 2, 3]))
    return problem, Roster(pair for pair in pairs if draw(st.integers(1, 3)) <= share)


def solver_says(problem, roster):
    """Return the model's price with every assignment fixed to the roster, or None where it is infeasible."""
    model = build_model(problem)
    for pair, variable in model.x.variables.items():
        model.model.add(variable == int(pair in roster))
    if any(pair not in model.x.variables for pair in roster):
        return None
    solver = cp_model.CpSolver()
    solver.parameters.num_workers = 1
    status = solver.solve(model.model)
    assert status in {cp_model.OPTIMAL, cp_model.INFEASIBLE}, solver.status_name(status)
    return round(solver.objective_value) if status == cp_model.OPTIMAL else None


def people_say(problem, roster):
    """Return the sum of prices that the rules' checks find, or None where something is forbidden."""
    price, forbidden, _ = price_of(problem, roster)
    return None if forbidden else price


def disagreement(for_solver, for_people, roster):
    """Return what the two halves of a law say of a roster where they differ, else None."""
    solver, people = solver_says(for_solver, roster), people_say(for_people, roster)
    return None if solver == people else f"solver {solver}, people {people}"


__all__ = ["Variables", "cases", "dataclasses", "disagreement", "people_say", "problems", "solver_says"]

"""What the roster knows of money: a cap that only its owner knows of, the days and budgets of funds."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
import sqlalchemy as sa

from app.access import Role
from app.attendance import services as attendance
from app.attendance.models import NotedVia
from app.database import db
from app.editing import Saved
from app.pay import accrual
from app.pay import services as pay
from app.review import moves
from app.roster import facts
from app.roster.models import Assignment as Live
from app.roster.models import Shift, as_told
from scheduling import NOT_AVAILABLE, Assignment, Roster, check
from tests.app.roster.planned import FIRST, LAST
from tests.support.people import add_person

RATE = 2000
LIMIT = {"code": "own", "own": 100_00, "span": "month", "other": 0, "is_cap": True}


@pytest.fixture
def ana(town):
    return town.people[0]


@pytest.fixture
def toni(town):
    return add_person("Toni", Role.TREASURER)


@pytest.fixture(autouse=True)
def rate(town, toni):
    agreed = {"activity": None, "level": None, "service_id": None, "basis": "hour", "premium": None}
    assert isinstance(pay.add_rate(agreed | {"amount": RATE, "from_on": date(2026, 1, 1)}, toni), Saved)


def add_fund(toni, **changes):
    fund = {"name": "City", "starts_on": FIRST, "ends_on": LAST, "budget": 10_000_00, "categories": ["honoraria"]}
    saved = pay.add_fund(fund | changes, toni)
    assert isinstance(pay.share_costs(FIRST, None, {saved.id: 1}, toni), Saved)
    return saved.id


def problem_of(period):
    return facts.read_problem(period, has_funds=True).problem


def broken(problem, *pairs):
    return [each for each in check(problem, Roster(Assignment(*pair) for pair in pairs)) if each.rule != "cover"]


def of_day(problem):
    """The shifts that begin by day in December."""
    return [each for each in problem.shifts if not each.is_night and problem.horizon.date(each.day).month == 12]


def test_a_cap_keeps_a_person_below_it_and_is_told_to_nobody(period, ana):
    pay.keep_earnings_choice(ana, LIMIT)
    problem = problem_of(period)
    hours = of_day(problem)[0].minutes // 60
    fits = LIMIT["own"] // (hours * RATE)
    stops = broken(problem, *((ana, each.id) for each in of_day(problem)[: fits + 1]))
    assert ("earnings", None) in [(each.rule, each.price) for each in stops]
    assert "earnings" not in [
        each.rule for each in broken(problem, *((ana, each.id) for each in of_day(problem)[:fits]))
    ]
    only = [each for each in stops if each.rule == "earnings"]
    assert moves.told(only, facts.read_problem(period).names) == [NOT_AVAILABLE]
    assert not moves.is_waivable(only[0])


def test_a_limit_that_is_only_looked_at_or_forgotten_changes_no_roster(period, ana):
    before = problem_of(period)
    pay.keep_earnings_choice(ana, LIMIT | {"is_cap": False})
    assert problem_of(period) == before
    pay.keep_earnings_choice(ana, LIMIT)
    assert problem_of(period) != before
    pay.keep_earnings_choice(ana, None)
    assert problem_of(period) == before


def test_a_night_shift_that_began_yesterday_and_still_goes_on_counts_against_a_cap(period, ana, clock):
    pay.keep_earnings_choice(ana, LIMIT | {"own": 1000_00})
    night = db.session.scalars(sa.select(Shift).where(Shift.day_on == date(2026, 12, 5))).one()
    clock.set(night.ends_at - timedelta(hours=4))
    before = problem_of(period).worker[ana].earnings_caps[0].most
    db.session.add(Live(shift_id=night.id, person_id=ana, assigned_at=clock(), **as_told(night)))
    db.session.commit()
    assert problem_of(period).worker[ana].earnings_caps[0].most == before - 8 * RATE


def test_work_outside_a_funds_days_has_its_price(period, ana, toni):
    add_fund(toni, ends_on=FIRST)
    problem = problem_of(period)
    late = of_day(problem)[-1]
    assert problem.horizon.date(late.day) > FIRST
    assert [each.code for each in broken(problem, (ana, late.id)) if each.rule == "funds"] == ["none"]


def test_a_fund_with_too_little_left_makes_more_work_dearer(period, ana, toni):
    add_fund(toni, budget=50_00)
    problem = problem_of(period)
    dear = [each for each in broken(problem, *((ana, each.id) for each in of_day(problem)[:2])) if each.rule == "funds"]
    assert [each.code for each in dear] == ["over"]
    assert dear[0].price


def test_a_shift_that_is_reckoned_already_is_not_taken_off_its_fund_twice(period, town, ana, toni, clock):
    add_fund(toni, budget=50_00)
    before = problem_of(period).budgets
    row = db.session.get_one(Shift, problem_of(period).shifts[0].id)
    clock.set(row.ends_at)
    noting = attendance.Noting(town.robin, NotedVia.COORDINATOR, 0)
    assert isinstance(attendance.note_as_planned(row.id, ana, noting), Saved)
    assert accrual.accrue() == 1
    assert problem_of(period).budgets == before


def test_an_ample_fund_is_no_matter_for_the_roster(period, toni):
    add_fund(toni)
    assert problem_of(period).budgets == ()


def test_a_volunteer_is_paid_nothing_whatever_the_shift(period, town, ana):
    pay.keep_earnings_choice(ana, LIMIT)
    vi = add_person("Vi", is_volunteer=True)
    assert problem_of(period).worker[vi].pay_level is None
    assert problem_of(period).worker[ana].pay_level is not None

"""Checking in, sharing or not, asking for contact: it costs no shift and no pay."""

from __future__ import annotations

import pytest
import sqlalchemy as sa

from app import migrate
from app.checkins import ballots, parcels, queries, services
from app.database import db
from app.jobs import Task
from app.roster import facts, planning
from scheduling import solve
from tests.app.checkins.conftest import OTHER_WORDS
from tests.app.review.town import WORKERS, build_town
from tests.app.roster.planned import FIRST, LAST
from wellbeing.flags import Sharing


@pytest.fixture
def town(app):
    """Five people, their patterns, and a period to be rostered."""
    found = build_town()
    found.period = planning.add_period(None, FIRST, LAST, [found.day, found.night, found.walk]).id
    return found


def everything_in_the_main_database():
    rows = []
    with db.engine.connect() as connection:
        for table in migrate.metadata().sorted_tables:
            rows += sorted(repr(tuple(row)) for row in connection.execute(sa.select(table)))
    return "\n".join(rows).encode()


def rostered(period_id):
    """What the solver is given and what it answers, as bytes."""
    problem = facts.read_problem(period_id).problem
    db.session.rollback()
    roster = solve(problem, seconds=20, seed=1, workers=1).roster
    return repr(problem).encode(), repr(sorted((each.worker, each.shift) for each in roster.assignments)).encode()


@pytest.mark.parametrize("database", ["sqlite"], indirect=True)
def test_whatever_people_answer_and_share_the_roster_is_the_same_byte_for_byte(app, town, opened):
    people = [getattr(town, name.lower()) for name in WORKERS]
    eli = people[-1]  # who has no address: no mail goes out
    for person in people:
        opened(person, OTHER_WORDS)
    with app.test_request_context("/", method="POST"):
        for person in people[3:]:
            services.name_listener(person, "another peer")
    before, kept = rostered(town.period), everything_in_the_main_database()
    with app.test_request_context("/", method="POST"):
        for number, person in enumerate(people[:3]):
            sharing = list(Sharing)[number % 3]
            services.choose_sharing(person, sharing, None if sharing is Sharing.NOBODY else eli, counts=True)
            for step in (0, 4):
                given = services.Given(dict.fromkeys(("energy", "load", "rest"), step), something_hard=True)
                services.send_check_in(person, given, eli if number else None, counts=True)
    parcels.deliver(Task("job", {}, 1))
    assert queries.history(people[0], opened(people[0])).entries
    assert ballots.open_window() is not None
    db.session.rollback()
    assert rostered(town.period) == before
    assert len(before[1]) > len("[]")
    assert everything_in_the_main_database() == kept

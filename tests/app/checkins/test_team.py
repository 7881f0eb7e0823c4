"""How the whole group is: sealed slips, two who count, and nothing ever published that finds fewer than five."""

from __future__ import annotations

import random
from datetime import date, timedelta
from itertools import pairwise, product

import pytest
import sqlalchemy as sa

from app import clock as wall
from app import jobs
from app.attendance.models import Activity, Attendance, AttendanceState, NotedVia
from app.checkins import ballots, counting, keys, queries, sealing, services, shredding, team_queries
from app.checkins.counting import Audience, Step
from app.checkins.models import Ballot, KeyPair, TeamFigure, TeamHalf, TeamWindow
from app.database import PRIVATE, db
from app.editing import Refused
from app.people.models import Level, Person
from tests.app.checkins.conftest import OTHER_WORDS
from tests.support.people import add_person
from wellbeing.aggregate import FUNDER_K, TEAM_K
from wellbeing.flags import Sharing

TASK = jobs.Task("job", {}, 1)


def asking(app):
    return app.test_request_context("/", method="POST")


def count(model):
    found = db.session.scalar(sa.select(sa.func.count()).select_from(model))
    db.session.rollback()
    return found


@pytest.fixture
def bo(app, opened):
    """A second listener, a peer."""
    person_id = add_person("Bo")
    opened(person_id, OTHER_WORDS)
    with asking(app):
        services.name_listener(person_id, "another peer")
    return person_id


@pytest.fixture
def two(kim, bo):
    """The two who listen, and so count."""
    return kim, bo


@pytest.fixture
def say(app):
    """Answer for a person who has private words (which nobody needs here), unless they are said to have none."""

    def said(person_id, step, *, counts=True, has_words=True):
        if has_words and not queries.has_key(person_id):
            public = sealing.new_pair().public
            unused = dict.fromkeys(("salt", "wrapped", "recovery_salt", "recovery_wrapped"), b"unused")
            owner = queries.owner_of(person_id)
            db.session.add(KeyPair(owner=owner, public_key=public, made_on=wall.today(), **unused))
            db.session.commit()
        given = services.Given(dict.fromkeys(("energy", "load", "rest"), step))
        with asking(app):
            services.send_check_in(person_id, given, counts=counts)

    return said


@pytest.fixture
def counted(app, two, opened, clock):
    """Let these four weeks end, and both listeners do their part."""

    def counted():
        starts_on = ballots.window_of(wall.today())[0]
        clock.move(weeks=4)
        with asking(app):
            for listener in two:
                counting.count_weeks(listener, opened(listener))
        asked = sa.select(TeamFigure).where(TeamFigure.starts_on == starts_on, TeamFigure.audience == Audience.TEAM)
        found = {each.group: each for each in db.session.scalars(asked)}
        db.session.expunge_all()
        db.session.rollback()
        return found

    return counted


def settled(person_id, *, added=timedelta(weeks=13), worked=timedelta(weeks=5)):
    """Let a person have been here, and have worked, for so long: only who did before the four weeks is counted."""
    db.session.get_one(Person, person_id).created_at = wall.now() - added
    at = wall.now() - worked
    seen = {"day_on": at.date(), "arrived_at": at, "left_at": at, "created_at": at, "changed_at": at}
    kind = {"activity": Activity.TRAINING, "state": AttendanceState.LEFT, "level": Level.PEER}
    db.session.add(Attendance(person_id=person_id, noted_via=NotedVia.LEAD, **seen, **kind))
    db.session.commit()
    return person_id


def crowd(number, **facts):
    return [settled(add_person(f"P{each:02}", code=f"p{random.getrandbits(40):x}", **facts)) for each in range(number)]


def test_a_group_that_answered_is_shown_in_one_word_and_nothing_is_left_of_the_slips(two, say, counted):
    for number, person in enumerate(crowd(8)):
        say(person, 3 if number < 5 else 1)
    figures = counted()
    assert (figures["everyone"].level, figures["everyone"].about) == ("very_hard", 5)
    assert figures["volunteers"].level is None
    assert [count(model) for model in (Ballot, TeamHalf, TeamWindow)] == [0, 0, 0]


def test_who_does_not_want_to_be_counted_leaves_a_slip_that_looks_the_same(app, two, say, counted):
    people = crowd(9)
    for person in people:
        say(person, 2, counts=person in people[:4])
    asked = sa.text("SELECT length(sealed), length(voter) FROM ballot")
    with db.get_engine(PRIVATE).connect() as connection:
        assert len(set(connection.execute(asked))) == 1
    assert count(Ballot) == 9
    assert {each.level for each in counted().values()} == {None}


def test_who_has_no_private_words_leaves_an_empty_slip(two, say, counted):
    for person in crowd(9):
        say(person, random.Random(person).choice([0, 4]), has_words=False)
    assert count(Ballot) == 9
    assert {each.level for each in counted().values()} == {None}


@pytest.mark.parametrize("is_own", [True, False])
def test_from_a_session_that_a_code_opened_no_word_counts(ana, two, as_, by_code, monkeypatch, is_own):  # noqa: PLR0913, PLR0917 - fixtures
    settled(ana)
    cast = []
    monkeypatch.setattr(ballots, "cast", lambda person_id, word: cast.append(word))
    client = as_(ana) if is_own else by_code(ana)
    review = client.submit("/own/", "", energy="2", load="2", rest="2")
    assert bool(review.all("input", name="counts")) is is_own
    client.post("/own/", data=review.form("").filled() | {"send": "without", "counts": "y"})
    assert cast == (["hard"] if is_own else [None])


def test_the_last_answer_of_the_weeks_counts_once(two, say, counted, clock):
    people = crowd(6)
    for step in (4, 0):
        for number, person in enumerate(people):
            say(person, step if number else 2)
        clock.move(days=5 if step else 0)
    assert count(Ballot) == 6
    assert counted()["everyone"].level == "fine"


def test_one_listener_alone_opens_nothing(app, two, opened, say, clock):
    kim, bo = two
    for person in crowd(7):
        say(person, 3)
    clock.move(weeks=4)
    assert counting.countable(kim).step is Step.GIVE
    with asking(app):
        counting.count_weeks(kim, opened(kim))
        counting.count_weeks(kim, opened(kim))
    assert counting.countable(kim).step is Step.WAIT
    assert counting.countable(bo).step is Step.COUNT
    assert count(TeamFigure) == 0
    held = [
        bytes.fromhex(told["half"])
        for row in db.session.scalars(sa.select(TeamHalf))
        if (told := sealing.unseal(row.sealed, opened(kim), ballots.half_info(row.starts_on, kim)))
    ]
    row = db.session.scalars(sa.select(Ballot)).first()
    info = ballots.ballot_info(row.starts_on, row.voter)
    assert [sealing.unseal(row.sealed, each, info) for each in [opened(kim), *held]] == [None, None]


def test_before_the_weeks_are_over_nobody_counts(app, two, opened, say):
    kim, _ = two
    for person in crowd(7):
        say(person, 3)
    with asking(app):
        assert isinstance(counting.count_weeks(kim, opened(kim)), Refused)
    assert counting.countable(kim) is None


def test_without_two_who_listen_no_slip_is_left(kim, say):
    say(add_person("Sam"), 3)
    assert (count(Ballot), count(TeamWindow)) == (0, 0)
    assert not team_queries.may_be_counted(kim)


def test_what_was_published_stays_as_it_is(app, two, say, counted):
    for person in crowd(8):
        say(person, random.Random(person).choice([0, 4]))
    counted()
    for change in ("UPDATE team_figure SET about = 50", "DELETE FROM team_figure"):
        with pytest.raises(sa.exc.DBAPIError), db.get_engine(PRIVATE).begin() as connection:
            connection.exec_driver_sql(change)
    shredding.tidy(TASK)
    assert count(TeamFigure) > 0


@pytest.mark.usefixtures("two")
def test_deleting_and_leaving_take_the_slip_away(app, ana, opened, check_in, say):
    sam = add_person("Sam")
    say(sam, 4)
    check_in(ana)
    assert count(Ballot) == 2
    with asking(app):
        (entry,) = queries.history(ana, opened(ana)).entries
        shredding.forget_one(ana, opened(ana), entry.id)
    assert count(Ballot) == 1
    db.session.get_one(Person, sam).is_active = False
    db.session.commit()
    shredding.tidy(TASK)
    assert count(Ballot) == 0


def test_weeks_that_nobody_counts_are_thrown_away_unopened(two, say, clock):
    for person in crowd(7):
        say(person, 3)
    clock.move(weeks=4)
    shredding.tidy(TASK)
    assert count(Ballot) == 7
    clock.move(weeks=2)
    shredding.tidy(TASK)
    assert [count(model) for model in (Ballot, TeamHalf, TeamWindow, TeamFigure)] == [0, 0, 0, 0]


def test_a_listener_who_lost_their_words_is_replaced_by_any_other_two(app, two, opened, say, clock):
    kim, bo = two
    cy = add_person("Cy")
    opened(cy, "copper lantern under the stairs")
    with asking(app):
        services.name_listener(cy, "someone outside")
    for person in crowd(7):
        say(person, random.Random(person).choice([0, 4]))
    clock.move(weeks=4)
    with asking(app):
        keys.make_key(kim, "quite other words than before")
        assert isinstance(counting.count_weeks(kim, sealing.new_pair().private), Refused)
        counting.count_weeks(bo, opened(bo))
        counting.count_weeks(cy, opened(cy))
    assert count(TeamFigure) > 0


def everything_made_of(sets):
    """All that can be made of sets of people by joining, overlapping and subtracting, until nothing new comes."""
    found = set(sets)
    while True:
        new = {made for a, b in product(found, repeat=2) for made in (a | b, a & b, a - b)} - found
        if not new:
            return found - {frozenset()}
        found |= new


@pytest.mark.parametrize("database", ["sqlite"], indirect=True)
@pytest.mark.parametrize("seed", range(3))
def test_nothing_made_of_all_that_was_ever_published_finds_fewer_than_k(two, say, counted, seed):
    """A year of joining, leaving, moving up and answering or not; then everything published is held together."""
    chance = random.Random(seed)
    leads = crowd(8, level=Level.LEAD)
    people = crowd(18) + leads + crowd(7, is_volunteer=True)
    answered: dict[date, dict[str, set[str]]] = {}
    belonged: dict[str, set[frozenset[str]]] = {Audience.TEAM: set(), Audience.FUNDER: set()}
    for _ in range(6):
        _live_on(people, chance)
        who = {person for person in people if chance.random() < (0.5 if person in leads else 0.8)}
        for person in sorted(who):
            say(person, chance.choice([0, 1, 3, 4]))
        starts_on = ballots.window_of(wall.today())[0]
        groups = {name: frozenset(owners) for name, owners in db.session.get(TeamWindow, starts_on).groups.items()}
        owners = {queries.owner_of(person) for person in who}
        counted()
        for row in db.session.scalars(sa.select(TeamFigure).where(TeamFigure.starts_on == starts_on)):
            if row.level is not None:
                answered.setdefault(starts_on, {}).setdefault(row.audience, set()).add(groups[row.group] & owners)
                belonged[row.audience].add(groups[row.group])
        db.session.rollback()
    assert answered
    for audience, k in ((Audience.TEAM, TEAM_K), (Audience.FUNDER, FUNDER_K)):
        for sets in [*(each.get(audience, set()) for each in answered.values()), belonged[audience]]:
            assert all(len(each) >= k for each in everything_made_of(sets))
    # A slip is of one window only, so no two windows share a number: what joins them is who belongs to which group.
    both = [each.get(Audience.TEAM, set()) | each.get(Audience.FUNDER, set()) for each in answered.values()]
    both.append(belonged[Audience.TEAM] | belonged[Audience.FUNDER])
    assert all(len(each) >= TEAM_K for sets in both for each in everything_made_of(sets))


def _live_on(people, chance):
    for _ in range(chance.choice([0, 0, 1, 3, 6])):
        people += crowd(1, is_volunteer=chance.random() < 0.3)
    for person in chance.sample(people, chance.choice([0, 0, 1, 5])):
        db.session.get_one(Person, person).is_active = False
        people.remove(person)
    for person in chance.sample(people, 2):
        db.session.get_one(Person, person).level = chance.choice([Level.LEAD, Level.PEER])
    db.session.commit()


def test_windows_follow_one_another_without_a_gap():
    days = [ballots.FIRST + timedelta(days=each) for each in range(200)]
    spans = sorted({ballots.window_of(each) for each in days})
    assert all(after[0] - before[1] == timedelta(days=1) for before, after in pairwise(spans))
    assert all(starts <= day <= ends for day in days for starts, ends in [ballots.window_of(day)])


def test_the_person_ticks_it_each_time_and_their_standing_choice_is_only_the_beginning(app, ana, two, as_):
    settled(ana)
    client = as_(ana)
    review = client.submit("/own/", "", energy="2", load="2", rest="2")
    assert "so-so" not in review.text
    assert "hard" in review.text
    (box,) = review.all("input", name="counts")
    assert "checked" not in box.attributes
    with asking(app):
        services.choose_sharing(ana, Sharing.NOBODY, None, counts=True)
    (box,) = client.submit("/own/", "", energy="2", load="2", rest="2").all("input", name="counts")
    assert "checked" in box.attributes


def test_nobody_is_made_up_to_stand_beside_someone(two, say, counted):
    people = crowd(9)
    settled(victim := add_person("Vi", is_volunteer=True))
    fakes = [add_person(f"F{each}", is_volunteer=True) for each in range(4)]
    for number, person in enumerate(people):
        say(person, number % 4)
    for person, step in zip([victim, *fakes], (3, 0, 0, 4, 4), strict=True):
        say(person, step)
    figures = counted()
    assert (figures["everyone"].level is None, figures["volunteers"].level) == (False, None)


@pytest.mark.parametrize(
    ("added", "worked", "belongs"),
    [(12, 5, True), (11, 5, False), (12, 3, False), (12, None, False)],
)
def test_who_counts_came_eight_weeks_before_and_had_worked_by_then(app, clock, added, worked, belongs):
    clock.move(days=(ballots.window_of(wall.today())[1] - wall.today()).days)
    person = add_person("Jo", created_at=wall.now() - timedelta(weeks=added))
    if worked:
        settled(person, added=timedelta(weeks=added), worked=timedelta(weeks=worked))
    starts_on = ballots.window_of(wall.today())[0]
    assert (ballots.fixed_groups(starts_on)[ballots.EVERYONE] == [queries.owner_of(person)]) is belongs


def test_who_joins_while_four_weeks_go_on_is_not_asked_for_what_would_not_count(ana, two, opened, as_, say, clock):  # noqa: PLR0913, PLR0917
    settled(ana)
    say(ana, 2)
    joined = settled(add_person("Jo"))
    opened(joined)
    assert as_(ana).submit("/own/", "", energy="2", load="2", rest="2").all("input", name="counts")
    client = as_(joined)
    assert not client.submit("/own/", "", energy="2", load="2", rest="2").all("input", name="counts")
    assert "had worked here by then" in client.page("/own/team").text
    clock.move(weeks=4)
    assert as_(joined).submit("/own/", "", energy="2", load="2", rest="2").all("input", name="counts")


def test_the_page_is_one_for_all_and_says_why_nothing_is_shown(ana, two, as_, say, counted):
    page = as_(ana).page("/own/team").text
    assert "Your group is too small for this" in page
    assert "at least 5" in page
    for person in crowd(8):
        say(person, random.Random(person).choice([0, 4]))
    counted()
    pages = {as_(person).page("/own/team").one("main").text for person in (ana, two[0])}
    assert "or a few more" in next(iter(pages))
    assert "too small for this" not in next(iter(pages))


def test_listeners_count_on_their_own_page(two, as_, say, clock):
    kim, bo = two
    for person in crowd(8):
        say(person, random.Random(person).choice([0, 4]))
    clock.move(weeks=4)
    for person, button, said in ((kim, "Give my half", "Your half is given"), (bo, "Count them now", "Counted.")):
        client = as_(person)
        assert button in client.submit("/own/box", "", passphrase=OTHER_WORDS).text
        assert said in client.submit("/own/box", "/own/box/sum").text

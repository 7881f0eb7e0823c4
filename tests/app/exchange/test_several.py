"""A change among several: found from wishes, made only when everyone said yes, ended with a word to all."""

from __future__ import annotations

import pytest
import sqlalchemy as sa

from app import jobs
from app.database import db
from app.exchange import answers, clockwork, covers, rounds, several, swaps
from app.exchange.models import Round, SwapState, TradeWish
from app.mail.models import OutgoingMail
from app.people.models import Person
from app.roster.models import Shift
from scheduling.matching import Trade

ALL = ["ana@example.org", "bo@example.org", "cy@example.org"]


@pytest.fixture
def three(town):
    """Ana would give Monday for Bo's Thursday, Bo that for Cy's Saturday, Cy that for Ana's Monday."""
    town.monday = town.shift("2026-11-30 09:00", 6, town.ana)
    town.thursday = town.shift("2026-12-03 09:00", 6, town.bo)
    town.saturday = town.shift("2026-12-05 09:00", 6, town.cy)
    for person, gives, wants in (
        (town.ana, town.monday, town.thursday),
        (town.bo, town.thursday, town.saturday),
        (town.cy, town.saturday, town.monday),
    ):
        assert isinstance(rounds.make_wish(person, [gives], [wants]), answers.Done)
    return town


@pytest.fixture
def proposed(three):
    """The change is proposed, and everybody asked."""
    assert rounds.propose_rounds() == 1
    three.round = db.session.scalars(sa.select(Round.id)).one()
    db.session.rollback()
    return three


def who_has(town):
    return [town.people_on(each) for each in (town.monday, town.thursday, town.saturday)]


def before(town):
    return [{town.ana}, {town.bo}, {town.cy}]


def state_of(town):
    found = db.session.scalar(sa.select(Round.state).where(Round.id == town.round))
    db.session.rollback()
    return found


def mailed(subject):
    query = sa.select(OutgoingMail.recipient).where(OutgoingMail.subject == subject)
    found = sorted(db.session.scalars(query))
    db.session.rollback()
    return found


def everyone_says_yes(town):
    return [rounds.answer_round(town.round, each, is_yes=True) for each in (town.ana, town.bo, town.cy)]


def test_three_change_at_once_when_the_last_says_yes_and_not_before(proposed):
    assert mailed(swaps.ASK_SUBJECT) == ALL
    for person in (proposed.ana, proposed.bo):
        rounds.answer_round(proposed.round, person, is_yes=True)
        rounds.answer_round(proposed.round, person, is_yes=True)
        assert who_has(proposed) == before(proposed)
    rounds.answer_round(proposed.round, proposed.cy, is_yes=True)
    assert who_has(proposed) == [{proposed.cy}, {proposed.ana}, {proposed.bo}]
    assert mailed(swaps.END_SUBJECT) == ALL
    assert several.open_wishes() == []
    assert isinstance(rounds.answer_round(proposed.round, proposed.cy, is_yes=True), answers.Done)


def test_one_no_ends_it_with_a_word_to_the_others_and_that_is_not_proposed_again(proposed):
    rounds.answer_round(proposed.round, proposed.ana, is_yes=True)
    rounds.answer_round(proposed.round, proposed.bo, is_yes=False)
    assert state_of(proposed) == SwapState.DECLINED
    assert who_has(proposed) == before(proposed)
    assert mailed(swaps.END_SUBJECT) == [ALL[0], ALL[2]]
    assert rounds.propose_rounds() == 0


def test_silence_ends_it_and_whoever_was_silent_is_not_asked_again(proposed, clock):
    rounds.answer_round(proposed.round, proposed.ana, is_yes=True)
    clock.move(days=3, minutes=1)
    clockwork.turn(None)
    assert state_of(proposed) == SwapState.LAPSED
    assert mailed(swaps.END_SUBJECT) == ALL
    assert [each.person_id for each in several.open_wishes()] == [proposed.ana]


@pytest.mark.parametrize(
    "change", ["gives it back", "is called off", "swaps it", "leaves the group", "rests too little"]
)
def test_whatever_changes_the_roster_under_it_ends_it_with_a_word_to_all(proposed, change):
    rounds.answer_round(proposed.round, proposed.ana, is_yes=True)
    rounds.answer_round(proposed.round, proposed.bo, is_yes=True)
    if change == "gives it back":
        covers.cannot_come(proposed.bo, proposed.thursday, proposed.bo)
    elif change == "is called off":
        db.session.execute(sa.update(Shift).where(Shift.id == proposed.saturday).values(cancelled_at=Shift.starts_at))
    elif change == "swaps it":
        gift = swaps.Wanted(proposed.bo, proposed.thursday, proposed.di, None)
        swaps.ask_swap(gift, proposed.robin, have_agreed=frozenset({proposed.bo, proposed.di}))
    elif change == "leaves the group":
        db.session.execute(sa.update(Person).where(Person.id == proposed.ana).values(is_active=False))
    else:
        proposed.shift("2026-11-29 18:00", 8, proposed.cy)
    db.session.commit()
    there = who_has(proposed)
    rounds.answer_round(proposed.round, proposed.cy, is_yes=True)
    assert state_of(proposed) == SwapState.OVERTAKEN
    assert who_has(proposed) == there
    assert mailed(swaps.END_SUBJECT)[:1] == ALL[:1]


def test_where_a_site_wants_it_a_coordinator_says_yes_last(proposed, as_):
    proposed.agree(needs_coordinator=True)
    everyone_says_yes(proposed)
    assert state_of(proposed) == SwapState.AGREED
    assert who_has(proposed) == before(proposed)
    robin = as_(proposed.robin)
    assert "Ana, Bo, Cy" in robin.page("/gaps/").body_text
    assert "Ana, Bo and Cy want to change shifts" in robin.page("/").body_text
    path = f"/swaps/several/{proposed.round}"
    robin.post(f"{path}/decide", data={"csrf_token": robin.token(), "answer": "yes"})
    assert who_has(proposed) == [{proposed.cy}, {proposed.ana}, {proposed.bo}]


def test_a_wish_taken_back_ends_the_change_that_rests_on_it(proposed):
    rounds.withdraw_wish(proposed.cy)
    assert state_of(proposed) == SwapState.WITHDRAWN
    assert mailed(swaps.END_SUBJECT) == ALL[:2]


def test_what_is_proposed_once_is_not_proposed_twice(proposed):
    assert rounds.propose_rounds() == 0
    assert isinstance(rounds.make_wish(proposed.ana, [proposed.monday], [proposed.saturday]), answers.Stopped)


def test_an_exchange_is_proposed_in_the_smallest_groups():
    trades = [
        Trade("a", "1", "2"),
        Trade("b", "2", "1"),
        Trade("c", "3", "4"),
        Trade("d", "4", "5"),
        Trade("e", "5", "3"),
    ]
    assert [[each.worker for each in circle] for circle in rounds.circles(trades)] == [["c", "d", "e"], ["a", "b"]]


def test_by_night_and_when_a_coordinator_asks_a_worker_looks(three, as_, clock):
    clock.set(clock().replace(hour=18))
    jobs.run_due(jobs.SOLVE)
    assert db.session.scalar(sa.select(sa.func.count()).select_from(Round)) == 0
    db.session.rollback()
    robin = as_(three.robin)
    robin.submit("/gaps/", "/gaps/look-for-changes")
    jobs.run_due(jobs.SOLVE)
    assert db.session.scalar(sa.select(sa.func.count()).select_from(Round)) == 1


def test_a_peer_wishes_on_a_page_and_is_asked_on_the_first(town, as_):
    town.monday, town.thursday = town.shift("2026-11-30 09:00", 6, town.ana), town.shift("2026-12-03 09:00", 6, town.bo)
    for person, gives, wants in ((town.ana, town.monday, town.thursday), (town.bo, town.thursday, town.monday)):
        page = as_(person).submit("/swaps/several", "/swaps/several", gives=[gives], wants=[wants])
        assert "We look every night" in page.body_text
    rounds.propose_rounds()
    for person in (town.ana, town.bo):
        client = as_(person)
        assert "You can change a shift" in client.page("/").body_text
        path = f"/swaps/several/{db.session.scalars(sa.select(Round.id)).one()}"
        db.session.rollback()
        yes = client.page(path).form(f"{path}/answer", **{"class": "stack"})
        refused = client.post(f"{path}/answer", data=yes.filled())
        assert (refused.status_code, "Please tick that you have read it." in refused.text) == (422, True)
        client.post(f"{path}/answer", data=yes.filled(hazards=True))
    assert town.people_on(town.monday) == {town.bo}
    assert db.session.scalars(sa.select(TradeWish.state)).all() == ["done", "done"]


def test_nobody_else_sees_who_is_in_a_change(proposed, as_):
    for person, status in ((proposed.ana, 200), (proposed.robin, 200), (proposed.di, 404)):
        assert as_(person).get(f"/swaps/several/{proposed.round}").status_code == status

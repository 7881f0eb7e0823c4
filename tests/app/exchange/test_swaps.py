"""Two people change shifts: nothing moves before both said yes, and every swap ends with a word to both."""

from __future__ import annotations

import pytest
import sqlalchemy as sa

from app.database import db
from app.exchange import answers, clockwork, covers, swaps
from app.exchange.models import Swap, SwapState
from app.mail.models import OutgoingMail


@pytest.fixture
def two(town):
    """Ana has Monday, Bo has Thursday."""
    town.monday, town.thursday = town.shift("2026-11-30 09:00", 6, town.ana), town.shift("2026-12-03 09:00", 6, town.bo)
    town.wanted = swaps.Wanted(town.ana, town.monday, town.bo, town.thursday)
    return town


def ask(town, wanted=None):
    answer = swaps.ask_swap(wanted or town.wanted, town.ana, have_agreed=frozenset({town.ana}))
    swap_id = db.session.scalar(sa.select(Swap.id))
    db.session.rollback()
    return answer, swap_id


def state(swap_id):
    found = db.session.scalar(sa.select(Swap.state).where(Swap.id == swap_id))
    db.session.rollback()
    return found


def told(subject):
    found = sorted(
        row.recipient for row in db.session.scalars(sa.select(OutgoingMail).where(OutgoingMail.subject == subject))
    )
    db.session.rollback()
    return found


def test_nothing_changes_before_the_other_says_yes(two):
    _, swap_id = ask(two)
    assert (two.people_on(two.monday), two.people_on(two.thursday)) == ({two.ana}, {two.bo})
    assert isinstance(swaps.answer_swap(swap_id, two.bo, is_yes=True), answers.Done)
    assert (two.people_on(two.monday), two.people_on(two.thursday)) == ({two.bo}, {two.ana})
    assert told(swaps.END_SUBJECT) == ["ana@example.org", "bo@example.org"]


def test_a_shift_can_be_given_to_one_person(two):
    _, swap_id = ask(two, swaps.Wanted(two.ana, two.monday, two.cy, None))
    swaps.answer_swap(swap_id, two.cy, is_yes=True)
    assert two.people_on(two.monday) == {two.cy}


def test_a_swap_that_would_break_rest_is_refused_before_it_is_asked(two):
    two.shift("2026-11-30 18:00", 6, two.bo)
    answer, _ = ask(two)
    assert isinstance(answer, answers.Stopped)


def test_a_no_ends_it_with_a_word_to_who_asked(two):
    _, swap_id = ask(two)
    swaps.answer_swap(swap_id, two.bo, is_yes=False)
    assert state(swap_id) == SwapState.DECLINED
    assert told(swaps.END_SUBJECT) == ["ana@example.org"]


def test_no_answer_in_time_ends_it_with_a_word_to_both(two, clock):
    _, swap_id = ask(two)
    clock.move(days=3, minutes=1)
    clockwork.turn(None)
    assert state(swap_id) == SwapState.LAPSED
    assert told(swaps.END_SUBJECT) == ["ana@example.org", "bo@example.org"]


def test_a_roster_change_under_it_ends_it_with_a_word_to_both(two):
    _, swap_id = ask(two)
    covers.cannot_come(two.bo, two.thursday, two.robin)
    clockwork.turn(None)
    assert state(swap_id) == SwapState.OVERTAKEN
    assert told(swaps.END_SUBJECT) == ["ana@example.org", "bo@example.org"]
    assert isinstance(swaps.answer_swap(swap_id, two.bo, is_yes=True), answers.Over)


def test_where_a_site_wants_it_a_coordinator_says_yes_last(two):
    two.agree(needs_coordinator=True)
    _, swap_id = ask(two)
    swaps.answer_swap(swap_id, two.bo, is_yes=True)
    assert state(swap_id) == SwapState.AGREED
    assert two.people_on(two.monday) == {two.ana}
    swaps.decide_swap(swap_id, two.robin, is_yes=True)
    assert two.people_on(two.monday) == {two.bo}


def test_a_coordinator_asks_both_on_their_behalf(two):
    swaps.ask_swap(two.wanted, two.robin, have_agreed=frozenset())
    assert told(swaps.ASK_SUBJECT) == ["ana@example.org", "bo@example.org"]
    swap_id = db.session.scalar(sa.select(Swap.id))
    swaps.answer_swap(swap_id, two.ana, is_yes=True)
    assert two.people_on(two.monday) == {two.ana}
    swaps.answer_swap(swap_id, two.bo, is_yes=True)
    assert two.people_on(two.monday) == {two.bo}


def test_only_the_two_and_coordinators_see_a_swap(two, as_):
    _, swap_id = ask(two)
    for person, status in ((two.ana, 200), (two.bo, 200), (two.robin, 200), (two.cy, 404)):
        assert as_(person).get(f"/swaps/{swap_id}").status_code == status


def test_the_page_offers_only_what_the_rules_allow_both(two, as_):
    two.shift("2026-12-05 09:00", 6, two.ana)
    two.shift("2026-12-05 16:00", 6, two.cy)
    page = as_(two.ana).page(f"/swaps/new/{two.monday}").body_text
    assert "Thursday 3 December 09:00" in page
    assert "Saturday 5 December 16:00" not in page


def test_another_question_about_the_same_shift_to_the_same_person_waits_until_the_first_is_taken_back(two):
    ask(two)
    assert isinstance(ask(two)[0], answers.Done)
    answer, swap_id = ask(two, swaps.Wanted(two.ana, two.monday, two.bo, None))
    assert answer == answers.Stopped((swaps.ANOTHER_QUESTION,))
    swaps.withdraw_swap(swap_id, two.ana)
    assert isinstance(ask(two, swaps.Wanted(two.ana, two.monday, two.bo, None))[0], answers.Done)

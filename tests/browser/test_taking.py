"""Taking, giving back and changing shifts on a phone, in the words on the page; JavaScript on and off."""

from __future__ import annotations

import re
from datetime import date

import pytest

from app.database import db
from app.exchange import covers, rounds
from app.pay import services as pay
from tests.app.exchange.town import moved_in

pytestmark = pytest.mark.browser
BOTH = pytest.mark.parametrize("javascript", [True, False])
MOST_TAPS = 5


@pytest.fixture
def town(bare_app):
    """Ana has tonight and Monday, Bo tonight and Thursday; Tuesday is open; an hour is 25.00."""
    with bare_app.app_context():
        town = moved_in()
        town.app = bare_app
        rate = {"activity": None, "level": None, "service_id": None, "basis": "hour", "from_on": date(2026, 1, 1)}
        pay.add_rate(rate | {"premium": None, "amount": 2500}, town.robin)
        town.tonight = town.shift("2026-11-23 22:00", 8, town.ana, town.bo, minimum=2)
        town.tuesday = town.shift("2026-12-01 09:00", 6)
        town.monday = town.shift("2026-11-30 09:00", 6, town.ana)
        town.thursday = town.shift("2026-12-03 09:00", 6, town.bo)
        db.session.rollback()
    return town


@pytest.fixture
def people_on(town):
    """Who is on a shift."""

    def found(shift):
        with town.app.app_context():
            return town.people_on(shift)

    return found


@BOTH
def test_take_a_shift(visit, axe, town, people_on, javascript):
    page = visit("/", as_=town.cy, size="phone", javascript=javascript)
    page.get_by_role("link", name="Shifts I can take").first.click()
    if javascript:
        axe(page)
    page.get_by_role("link", name=re.compile("Tuesday 1 December 09:00 to 15:00")).click()
    main = page.inner_text("main")
    assert "$150.00" in main
    assert "Gloves on." in main
    if javascript:
        axe(page)
    page.get_by_label("I have read what to look out for").check()
    page.get_by_role("button", name="Take this shift").click()
    assert "It is yours. Thank you." in page.inner_text("#flashes")
    assert people_on(town.tuesday) == {town.cy}


@BOTH
def test_i_cannot_come_tonight(visit, axe, town, people_on, javascript):
    page = visit("/", as_=town.ana, size="phone", javascript=javascript)
    page.get_by_role("link", name=re.compile("Tonight 22:00 to tomorrow 06:00")).click()
    page.get_by_role("link", name="I can't come").click()
    if javascript:
        axe(page)
    assert "Nobody asks why." in page.inner_text("main")
    page.get_by_role("button", name="Yes, give my place back").click()
    page.get_by_role("heading", name="Thank you for telling us").wait_for()
    if javascript:
        axe(page)
    assert people_on(town.tonight) == {town.bo}
    asked = visit("/", as_=town.cy, size="phone", javascript=javascript)
    asked.get_by_role("link", name="Answer").click()
    if javascript:
        axe(asked)
    asked.get_by_label("I have read what to look out for").check()
    asked.get_by_role("button", name="Yes, I come").click()
    assert "The shift is yours." in asked.inner_text("#flashes")
    assert people_on(town.tonight) == {town.bo, town.cy}


@BOTH
def test_swap_with_a_friend(visit, axe, town, people_on, javascript):
    page = visit(f"/shifts/{town.monday}", as_=town.ana, size="phone", javascript=javascript)
    page.get_by_role("link", name="Change it with someone").click()
    if javascript:
        axe(page)
    page.get_by_label(re.compile("Thursday 3 December 09:00 to 15:00")).check()
    page.get_by_role("button", name="Ask").click()
    if javascript:
        axe(page)
    page.get_by_label("I have read what to look out for").check()
    page.get_by_role("button", name="Ask").click()
    if javascript:
        axe(page)
    assert "With Bo" in page.inner_text("main")
    friend = visit("/", as_=town.bo, size="phone", javascript=javascript)
    assert "Ana asks you to change a shift" in friend.inner_text("main")
    friend.get_by_role("link", name="Answer").click()
    if javascript:
        axe(friend)
    friend.get_by_label("I have read what to look out for").check()
    friend.get_by_role("button", name="Yes").click()
    assert "You have changed shifts." in friend.inner_text("#flashes")
    assert (people_on(town.monday), people_on(town.thursday)) == ({town.bo}, {town.ana})


@BOTH
def test_a_coordinator_fills_tonight_from_a_phone_in_under_six_taps(visit, axe, town, people_on, javascript):
    with town.app.app_context():
        covers.cannot_come(town.ana, town.tonight, town.ana)
    page = visit("/", as_=town.robin, size="phone", javascript=javascript)
    taps = 0

    def tap(what):
        nonlocal taps
        taps += 1
        what.tap()

    assert "Tonight 22:00 to tomorrow 06:00" in page.locator("section.card").first.inner_text()
    assert "Cannot run" in page.locator("section.card").first.inner_text()
    tap(page.get_by_role("link", name="Look at it"))
    page.wait_for_url("**/gaps/*")
    page.get_by_role("heading", name="Could come").wait_for()
    if javascript:
        axe(page)
    tap(page.get_by_role("button", name=re.compile("They said yes.*Di")))
    page.wait_for_selector("#flashes .notice")
    assert people_on(town.tonight) == {town.bo, town.di}
    assert "Full" in page.inner_text("main")
    assert taps <= MOST_TAPS


def test_wish_to_change_with_anybody_and_say_yes(visit, axe, town, people_on):
    for person, mine, theirs in ((town.ana, "Monday 30", "Thursday 3"), (town.bo, "Thursday 3", "Monday 30")):
        page = visit("/swaps/", as_=person, size="phone")
        page.get_by_role("link", name="Change with anybody").click()
        page.get_by_role("group", name="I would give one of these").get_by_label(re.compile(mine)).check()
        page.get_by_role("group", name="For any one of these").get_by_label(re.compile(theirs)).check()
        page.get_by_role("button", name="Keep my wish").click()
        page.get_by_role("button", name="Take my wish back").wait_for()
        axe(page)
    with town.app.app_context():
        assert rounds.propose_rounds() == 1
    for person in (town.ana, town.bo):
        page = visit("/", as_=person, size="phone")
        page.get_by_role("link", name="Answer").click()
        page.get_by_role("heading", name="All in it").wait_for()
        axe(page)
        page.get_by_label("I have read what to look out for").check()
        page.get_by_role("button", name="Yes").click()
        page.wait_for_selector("#flashes .notice")
    assert (people_on(town.monday), people_on(town.thursday)) == ({town.bo}, {town.ana})

"""Journeys of care in a real browser: at the tablet, sharing nothing, lost words, a supervisor's Monday, 3 a.m."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from types import SimpleNamespace

import pytest
from playwright.sync_api import expect

from app import clock as wall
from app.access import Role
from app.auth import services as doors
from app.auth.models import Credential
from app.checkins import keys, parcels, sealing, services
from app.database import db, new_id
from app.incidents import services as incidents
from app.incidents.models import Kind
from app.jobs import Task
from app.kiosk import services as kiosks
from app.roster.models import Assignment, Shift, as_told
from app.sites.models import Service, Site
from app.walltime import span_of
from tests.support.people import add_person

pytestmark = pytest.mark.browser

WORDS = "otter lamp cedar quiet train"
NEW_WORDS = "velvet onion river sixty gate"
PIN = "482915"


@pytest.fixture
def house(bare_app, monkeypatch):
    """Ana and Bo on a shift at night, Kim a supervisor who listens, Robin a coordinator; a number to call."""
    monkeypatch.setattr(sealing, "MEMORY_KIB", 64)
    bare_app.extensions["evenhand_now"].set(datetime(2026, 11, 24, 11, tzinfo=UTC))  # three in the morning
    house = SimpleNamespace()
    with bare_app.app_context(), bare_app.test_request_context("/", method="POST"):
        house.ana, house.bo = add_person("Ana", phone="604 555 0100"), add_person("Bo")
        house.kim = add_person("Kim", Role.SUPERVISOR)
        house.robin = add_person("Robin", Role.COORDINATOR)
        site, service = Site(code="house", name="Harbour House"), Service(code="kit", name="Supplies")
        db.session.add_all([site, service])
        db.session.flush()
        house.site, house.shift = site.id, new_id()
        starts_at, ends_at = span_of(date(2026, 11, 23), time(22), time(6), wall.zone())
        shift = Shift(id=house.shift, site_id=site.id, service_id=service.id, day_on=date(2026, 11, 23))
        shift.starts_at, shift.ends_at = starts_at, ends_at
        db.session.add(shift)
        db.session.flush()
        for person in (house.ana, house.bo):
            row = {"shift_id": house.shift, "person_id": person, "assigned_at": wall.now(), "accepted_at": wall.now()}
            db.session.add(Assignment(**row, **as_told(shift)))
        db.session.commit()
        house.code = keys.make_key(house.ana, WORDS).code
        keys.make_key(house.kim, WORDS)
        services.name_listener(house.kim, "your supervisor")
        services.add_help_line("Crisis line", "1 800 555 0100", "day and night, free")
    return house


def faces(page, *answers):
    for name, answer in zip(("energy", "load", "rest"), answers, strict=True):
        page.locator(f"label:has(#{name}-{answer})").click()


def open_with_words(page, words=WORDS):
    page.get_by_label("Your private words").fill(words)
    page.get_by_role("button", name="Open").click()


@pytest.mark.parametrize("javascript", [True, False], ids=["javascript", "plain"])
def test_at_the_tablet_a_check_in_is_sent_and_nothing_of_it_can_be_seen(bare_app, house, visit, axe, javascript):
    with bare_app.app_context(), bare_app.test_request_context("/", method="POST"):
        card, _ = doors.renew_card(house.ana)
        db.session.get_one(Credential, house.ana).pin_hash = doors.hash_secret(PIN)
        db.session.commit()
        code = kiosks.add_kiosk(house.site, "By the door", house.robin)
    page = visit("/kiosk/", size="phone", javascript=javascript)
    page.get_by_label("Code").fill(code)
    page.get_by_role("button").last.click()
    page.wait_for_load_state()
    page.goto(f"/card/{card}")
    page.locator("input[name=pin]").fill(PIN)
    page.locator("form:has(input[name=pin]) button").first.click()
    page.get_by_role("link", name="How are you?").click()
    faces(page, 3, 4, 3)
    if javascript:
        axe(page)
    page.get_by_role("button", name="Go on").click()
    expect(page.get_by_text("Nobody gets anything.")).to_be_visible()
    if javascript:
        axe(page)
    page.get_by_role("button", name="Keep it").click()
    expect(page.get_by_text("It is kept for you alone")).to_be_visible()
    assert page.url.endswith("/own/tablet")
    page.goto("/own/past")
    assert page.get_by_text("Little").count() == 0
    assert "/sign-in" in page.url or "/kiosk" in page.url


@pytest.mark.parametrize("javascript", [True, False], ids=["javascript", "plain"])
def test_who_shares_nothing_sees_that_nobody_gets_anything(house, visit, axe, javascript):
    page = visit("/own/choices", as_=house.ana, size="phone", javascript=javascript)
    page.get_by_text("Nothing, to nobody").click()
    page.get_by_role("button", name="Keep it").click()
    page.wait_for_load_state()
    page.goto("/own/")
    faces(page, 4, 4, 4)
    page.get_by_role("button", name="Go on").click()
    expect(page.get_by_text("Nobody gets anything.")).to_be_visible()
    assert page.get_by_role("button", name="Send it").count() == 0
    page.get_by_role("button", name="Keep it").click()
    page.wait_for_load_state()
    page.goto("/own/past")
    open_with_words(page)
    expect(page.get_by_text("Nobody. Only what you send")).to_be_visible()
    if javascript:
        axe(page)


def test_words_that_are_lost_are_replaced_with_the_code(house, visit, axe):
    page = visit("/own/past", as_=house.ana, size="phone")
    open_with_words(page, "not these words at all")
    expect(page.get_by_text("That does not open it").first).to_be_visible()
    page.get_by_role("button", name="I lost my words").click()
    axe(page)
    page.get_by_label("Your recovery code").fill(house.code)
    page.get_by_label("New private words").fill(NEW_WORDS)
    page.get_by_label("The same words again").fill(NEW_WORDS)
    page.get_by_role("button", name="Choose new words").click()
    expect(page.get_by_text("It is shown only now.")).to_be_visible()
    axe(page)
    page.goto("/own/past")
    open_with_words(page, NEW_WORDS)
    expect(page.get_by_text("Only you see this page")).to_be_visible()


def test_a_supervisors_monday(bare_app, house, visit, axe):
    with bare_app.app_context(), bare_app.test_request_context("/", method="POST"):
        services.send_check_in(house.ana, services.Given({"energy": 4, "load": 4, "rest": 4}), house.kim)
        parcels.deliver(Task("job", {}, 1))
        incidents.tell_incident(house.bo, Kind.THREAT)
    page = visit("/", as_=house.kim, size="phone")
    page.get_by_role("link", name="See the week").click()
    expect(page.get_by_text("Threat or police")).to_be_visible()
    axe(page)
    page.get_by_role("button", name="Open", exact=True).click()
    expect(page.get_by_label("Your private words")).to_be_visible()
    open_with_words(page)
    page.goto("/own/monday")
    expect(page.get_by_text("1 waits")).to_be_visible()
    page.get_by_role("button", name="Look").click()
    expect(page.get_by_text("They will see that you looked.")).to_be_visible()
    page.get_by_role("button", name="Look").click()
    page.get_by_text("Lighter weeks agreed").click()
    page.get_by_role("button", name="Close it").click()
    page.wait_for_load_state()
    page.goto("/own/monday")
    expect(page.get_by_text("Nobody waits")).to_be_visible()
    page.get_by_role("button", name="See it, and why").click()
    expect(page.get_by_text("Your group is too small for this")).to_be_visible()
    axe(page)


@pytest.mark.parametrize("javascript", [True, False], ids=["javascript", "plain"])
def test_at_three_in_the_morning_two_taps_and_the_rest_is_seen_to(bare_app, house, visit, axe, javascript):
    page = visit("/", as_=house.ana, size="phone", javascript=javascript)
    page.get_by_role("link", name="Something happened").first.click()
    page.get_by_role("button", name="Overdose").click()
    expect(page.get_by_text("It is noted")).to_be_visible()
    page.get_by_role("button", name="Yes, I stop").click()
    expect(page.get_by_text("(3 hours) is to be paid")).to_be_visible()
    page.get_by_role("button", name="Ask for relief").click()
    if javascript:
        axe(page)
    robin = visit("/entry/", as_=house.robin, javascript=javascript)
    expect(robin.get_by_text("Ana: stops, 3 hours to be paid")).to_be_visible()
    if javascript:
        axe(robin)
    robin.get_by_role("button", name="Everything is arranged").click()
    bare_app.extensions["evenhand_now"].set(datetime(2026, 11, 24, 11, tzinfo=UTC) + timedelta(days=3))
    page.goto("/entry/")
    page.get_by_role("button", name="I want to talk").click()
    assert page.url.endswith("/own/")
    expect(page.get_by_text("1 800 555 0100")).to_be_visible()

"""The day in a real browser: phones of a peer and a lead, the tablet, those who are out; JavaScript on and off."""

from __future__ import annotations

import re
from datetime import date, time
from types import SimpleNamespace

import pytest
import sqlalchemy as sa

from app import clock as app_clock
from app.access import Role
from app.attendance.models import Attendance
from app.auth import services as doors
from app.auth.models import Credential
from app.database import db, new_id
from app.kiosk import services as tablets
from app.outreach import services as outreach
from app.outreach.models import Outing
from app.people.models import Level
from app.roster.models import Assignment, Shift, as_told
from app.sites.models import Service, Site
from app.walltime import span_of
from tests.support.people import add_person

pytestmark = pytest.mark.browser
PIN = "482915"


@pytest.fixture
def house(bare_app, clock):
    """A shift that starts now with Ana, Bo and Lee, who leads it; Ana has a card."""
    with bare_app.app_context():
        town = SimpleNamespace(
            clock=clock,
            ana=add_person("Ana"),
            bo=add_person("Bo"),
            lee=add_person("Lee", level=Level.LEAD),
            robin=add_person("Robin", Role.COORDINATOR),
        )
        site, service = Site(code="house", name="Harbour House"), Service(code="kit", name="Supplies")
        db.session.add_all([site, service])
        db.session.flush()
        town.site, town.shift = site.id, new_id()
        starts_at, ends_at = span_of(date(2026, 11, 23), time(10), time(15), app_clock.zone())
        row = Shift(id=town.shift, site_id=site.id, service_id=service.id, day_on=date(2026, 11, 23))
        row.starts_at, row.ends_at = starts_at, ends_at
        db.session.add(row)
        db.session.flush()
        for person_id in (town.ana, town.bo, town.lee):
            said = {"assigned_at": clock(), "accepted_at": clock()} | as_told(row)
            db.session.add(Assignment(shift_id=town.shift, person_id=person_id, **said))
        with bare_app.test_request_context():
            town.card, _ = doors.renew_card(town.ana)
        db.session.get_one(Credential, town.ana).pin_hash = doors.hash_secret(PIN)
        db.session.commit()
        town.code = tablets.add_kiosk(town.site, "By the door", town.robin)

    def new_code():
        """Make a code that is not too old yet."""
        with bare_app.app_context():
            return tablets.add_kiosk(town.site, "Upstairs", town.robin)

    town.new_code = new_code
    return town


def states(app):
    with app.app_context():
        return dict(db.session.execute(sa.select(Attendance.person_id, Attendance.state)).all())


@pytest.mark.parametrize("javascript", [True, False])
def test_a_peer_arrives_by_mistake_takes_it_back_and_arrives(visit, axe, bare_app, house, javascript):
    page = visit("/attendance/", as_=house.ana, size="phone", javascript=javascript)
    if javascript:
        axe(page)
    page.get_by_role("button", name="I am here").click()
    assert "You are here since 10:00" in page.inner_text("main")
    page.get_by_role("button", name="That was a mistake").click()
    page.get_by_role("button", name="I am here").click()
    assert states(bare_app) == {house.ana: "here"}


def test_a_lead_notes_everyone_with_the_keyboard_alone(visit, axe, bare_app, house, clock):
    clock.move(minutes=20)
    page = visit(f"/attendance/sites/{house.site}", as_=house.lee, size="phone")
    axe(page)
    for label in ("Is here.*Ana", "Did not come.*Bo"):
        button = page.get_by_role("button", name=re.compile(label))
        for _ in range(60):
            if button.evaluate("each => each === document.activeElement"):
                break
            page.keyboard.press("Tab")
        page.keyboard.press("Enter")
        page.wait_for_load_state()
        page.wait_for_selector("#flashes .notice")
    assert states(bare_app) == {house.ana: "here", house.bo: "absent"}
    assert "did not come" in page.inner_text("main")


def test_who_came_late_and_went_early_reads_so_on_a_phone_and_at_the_tablet(visit, axe, bare_app, house, clock):
    clock.move(minutes=73)
    page = visit("/attendance/", as_=house.ana, size="phone")
    page.get_by_role("button", name="I am here").click()
    page.get_by_text("You are here since").wait_for()
    clock.move(minutes=150)
    page.goto("/attendance/")
    page.get_by_role("button", name="I am leaving").click()
    assert "(1 h 13 min after the start, 1 h 17 min before the end)" in page.inner_text("main")
    axe(page)
    tablet = visit("/kiosk/", size="phone")
    tablet.get_by_label("The code").fill(house.new_code())
    tablet.get_by_role("button", name="Set up").click()
    tablet.get_by_label("Your card").fill(house.card)
    tablet.keyboard.press("Enter")
    tablet.get_by_label("Your PIN").fill(PIN)
    tablet.keyboard.press("Enter")
    tablet.wait_for_selector("text=before the end")
    axe(tablet)


@pytest.mark.parametrize("javascript", [True, False])
def test_arriving_at_the_tablet_leaves_nothing_behind(visit, axe, bare_app, house, javascript):
    page = visit("/kiosk/", size="phone", javascript=javascript)
    page.get_by_label("The code").fill(house.code)
    page.get_by_role("button", name="Set up").click()
    page.get_by_label("Your card").fill(f"http://localhost/card/{house.card}")
    page.keyboard.press("Enter")
    page.get_by_label("Your PIN").fill(PIN)
    page.keyboard.press("Enter")
    page.wait_for_selector("text=Hello Ana")
    if javascript:
        axe(page)
    page.get_by_role("button", name="I am here").click()
    assert states(bare_app) == {house.ana: "here"}
    page.get_by_role("button", name="Done").click()
    page.wait_for_selector("text=Hold up your card")
    page.go_back()
    page.wait_for_load_state()
    assert "Ana" not in page.inner_text("body")
    page.goto("/attendance/")
    assert page.url.endswith("/kiosk/")  # a tablet opens nothing else


def test_the_tablet_goes_back_by_itself_without_javascript(visit, house, clock, monkeypatch):
    monkeypatch.setattr("app.kiosk.standing.IDLE_SECONDS", 5)
    page = visit("/kiosk/", size="phone", javascript=False)
    page.get_by_label("The code").fill(house.code)
    page.get_by_role("button", name="Set up").click()
    page.get_by_label("Your card").fill(house.card)
    page.keyboard.press("Enter")
    page.get_by_label("Your PIN").fill(PIN)
    page.keyboard.press("Enter")
    page.wait_for_selector("text=Hello Ana")
    clock.move(seconds=61)
    page.wait_for_selector("text=Hold up your card", timeout=20_000)
    assert "Ana" not in page.inner_text("body")


@pytest.mark.parametrize("javascript", [True, False])
def test_people_go_out_are_overdue_and_come_back_with_one_tap(visit, axe, bare_app, house, javascript):
    page = visit("/outreach/add", as_=house.ana, size="phone", javascript=javascript)
    if javascript:
        axe(page)
    page.get_by_label("Which way").fill("Wharf Road and back")
    page.get_by_label("Who is called when you are late").fill("Kim")
    page.get_by_label("Their e-mail").fill("kim@example.org")
    page.get_by_role("button", name="We go out now").click()
    assert "Ana, Bo and Lee" in page.inner_text("main")
    house.clock.move(hours=2, minutes=20)
    with bare_app.app_context():
        outreach.watch_outings(None)
    page.goto("/outreach/")
    if javascript:
        axe(page)
    assert "20 min overdue" in page.inner_text("main")
    assert "contact was mailed" in page.inner_text("main")
    page.get_by_role("button", name="We are back").click()
    assert "Back at 12:20" in page.inner_text("main")
    with bare_app.app_context():
        assert db.session.scalars(sa.select(Outing.closed_at)).one() is not None


@pytest.mark.parametrize("size", ["phone", "desktop"])
def test_a_coordinator_corrects_a_record_and_sees_what_it_said(visit, axe, house, clock, size):
    clock.move(hours=6)
    page = visit("/attendance/unsettled", as_=house.robin, size=size)
    axe(page)
    page.get_by_role("button", name=re.compile("Was here as planned.*Ana")).click()
    page.wait_for_load_state()
    page.goto("/attendance/hours")
    axe(page)
    page.get_by_role("link", name=re.compile("Ana")).click()
    page.get_by_label("at").last.fill("14:30")
    page.get_by_label("Why is this changed?").fill("Left at half past two.")
    page.get_by_role("button", name="Correct").click()
    axe(page)
    assert "10:00 to 14:30" in page.inner_text("main")
    assert "Left at half past two." in page.inner_text("main")
    for path in ("/attendance/wall", f"/attendance/sites/{house.site}/sheet", "/attendance/extra", "/kiosk/tablets"):
        page.goto(path)
        axe(page)

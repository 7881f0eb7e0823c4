"""A peer uses Evenhand: comes in, sees what is next and who is on, answers, looks at the month, keeps a calendar."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from types import SimpleNamespace

import pytest
import sqlalchemy as sa
from playwright.sync_api import expect

from app import jobs
from app.auth.models import Credential
from app.auth.services import hash_secret
from app.database import db
from app.people.models import Person
from app.roster.models import Assignment, Shift

pytestmark = [pytest.mark.browser, pytest.mark.settled]
PASSPHRASE = "seven calm herons wade"


@pytest.fixture
def extra_settings(smtp):
    """Mail goes to a real server on this machine."""
    return smtp.environ


@pytest.fixture
def town(bare_app):
    """The demo group has moved in; Sam has a shift tonight past midnight, and one that waits for an answer."""
    with bare_app.app_context():
        ids = dict(db.session.execute(sa.select(Person.code, Person.id)).all())
        tonight = db.session.scalars(
            sa.select(Shift.id).where(Shift.starts_at == datetime(2026, 11, 24, 0, tzinfo=UTC)).limit(1)
        ).one()
        db.session.execute(
            sa.update(Shift)
            .where(Shift.id == tonight)
            .values(starts_at=datetime(2026, 11, 24, 6, tzinfo=UTC), ends_at=datetime(2026, 11, 24, 14, tzinfo=UTC))
        )
        db.session.execute(sa.delete(Assignment).where(Assignment.shift_id == tonight))
        for name in ("sam", "alex"):
            row = Assignment(shift_id=tonight, person_id=ids[name], assigned_at=datetime(2026, 11, 1, tzinfo=UTC))
            row.accepted_at = row.assigned_at
            row.tell(db.session.get_one(Shift, tonight))
            db.session.add(row)
        db.session.get_one(Credential, ids["sam"]).passphrase_hash = hash_secret(PASSPHRASE)
        db.session.commit()
    return SimpleNamespace(tonight=tonight, **ids)


def test_by_magic_link_to_the_next_shift_and_who_is_on(bare_app, town, visit, axe, smtp):
    page = visit("/sign-in/link", size="phone")
    page.get_by_label("E-mail").fill("sam@example.org")
    page.get_by_role("button", name=re.compile("link", re.IGNORECASE)).click()
    page.wait_for_url("**/sign-in/link/sent")
    with bare_app.app_context():
        jobs.run_due()
    (mail,) = smtp.to("sam@example.org")
    link = re.search(r"(/sign-in/link/\S+)", mail.get_content())[1]
    page.goto(link)
    page.get_by_role("button", name=re.compile("sign in|come in|yes", re.IGNORECASE)).first.click()
    page.wait_for_url(lambda address: "sign-in" not in address)
    expect(page.get_by_role("heading", name="Hello Sam")).to_be_visible()
    axe(page)
    page.get_by_role("link", name="Tonight 22:00 to tomorrow 06:00").click()
    facts = page.locator("main").inner_text()
    assert "Alex (they)" in facts
    assert "Supervised consumption" in facts or "Outreach" in facts or "Needle" in facts
    assert page.title() == "A shift · Evenhand"
    axe(page)
    page.get_by_role("link", name="Why me?").click()
    expect(page.get_by_role("heading", name="Why am I on this shift?")).to_be_visible()


def test_by_passphrase_with_the_keyboard_and_without_javascript(town, visit):
    page = visit("/sign-in", size="phone", javascript=False)
    page.get_by_label("E-mail").fill("sam@example.org")
    page.get_by_label("Passphrase").fill(PASSPHRASE)
    page.keyboard.press("Enter")
    page.wait_for_url(lambda address: "sign-in" not in address)
    page.get_by_role("link", name="All my shifts").press("Enter")
    assert "Tonight 22:00 to tomorrow 06:00" in page.locator("section.next").inner_text()
    page.get_by_role("link", name="No, I can't").press("Enter")
    page.get_by_role("button", name="Yes, give my place back").press("Enter")
    expect(page.get_by_role("heading", name="Thank you for telling us")).to_be_visible()
    page.get_by_role("link", name="My shifts").last.press("Enter")
    page.wait_for_url("**/shifts/")
    assert page.locator("section.ask").count() == 0


def test_the_month_on_a_phone_by_keyboard_and_on_paper(town, visit, axe):
    page = visit("/shifts/month", as_=town.sam, size="phone")
    axe(page)
    night = page.locator("td.today a.n")
    assert night.inner_text().startswith("22:00")
    night.focus()
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.textContent").startswith("\N{EN DASH}06:00")
    page.keyboard.press("Enter")
    page.wait_for_url(f"**/shifts/{town.tonight}")
    page.go_back()
    page.get_by_role("link", name="December", exact=True).click()
    expect(page.get_by_text("December 2026")).to_be_visible()
    axe(page)
    page.emulate_media(media="print")
    expect(page.get_by_role("link", name="November", exact=True)).not_to_be_visible()
    expect(page.locator("table.month")).to_be_visible()


def test_a_calendar_address_is_made_and_revoked(town, visit, axe):
    page = visit("/shifts/", as_=town.sam, size="phone")
    page.get_by_role("link", name="In my calendar").click()
    axe(page)
    page.get_by_role("button", name="Make my address").click()
    axe(page)
    address = page.get_by_label("Copy this address").input_value()
    assert page.get_by_role("link", name="Open in my calendar").get_attribute("href").startswith("webcal://")
    path = address.partition("localhost")[2]
    answer = page.request.get(path)
    assert answer.status == 200
    assert "DTSTART:20261124T060000Z" in answer.text()
    page.get_by_role("link", name="Done").click()
    axe(page)
    page.get_by_role("link", name="Switch it off").click()
    axe(page)
    page.get_by_role("button", name="Yes, switch it off").click()
    expect(page.get_by_role("button", name="Make my address")).to_be_visible()
    assert page.request.get(path).status == 404


def test_a_person_without_shifts_and_a_coordinator_find_their_way(bare_app, town, visit, axe):
    for person in (town.max, town.robin, town.ada, town.toni):
        for size in ("phone", "desktop"):
            page = visit("/", as_=person, size=size)
            axe(page)
            for path in ("/shifts/", "/shifts/month", "/shifts/past", "/shifts/calendar"):
                page.goto(path)
                axe(page)
    page = visit("/", as_=town.robin, size="phone")
    page.get_by_role("link", name=re.compile("said no")).first.click()
    expect(page.get_by_text("Said no")).to_be_visible()
    axe(page)
    page.get_by_role("link", name="Open its roster").click()
    expect(page.get_by_role("button", name="Change the published roster")).to_be_visible()


def test_one_s_shifts_on_paper_show_all_that_is_needed_and_no_buttons(town, visit):
    page = visit("/shifts/", as_=town.sam)
    page.emulate_media(media="print")
    expect(page.locator("section.next")).to_be_visible()
    assert page.locator("ol.agenda li").count() > 2
    for hidden in (".top", ".foot", ".headline .row"):
        expect(page.locator(hidden).first).not_to_be_visible()
    assert page.locator("button:visible").count() == 0

"""The tablet: a card, a PIN, one tap; five tries; a minute; nothing stays; nothing else opens."""

from __future__ import annotations

from datetime import date, time

import pytest
import sqlalchemy as sa

from app.access import Role
from app.attendance.models import Attendance, NotedVia
from app.audit.models import AuditEntry
from app.auth import services as doors
from app.auth.models import Credential, SignIn
from app.checkins import keys, sealing
from app.checkins import services as check_ins
from app.checkins.models import CheckIn
from app.database import db, new_id
from app.incidents.models import Incident
from app.kiosk import services
from app.kiosk.models import Kiosk, KioskVisit
from app.roster.models import Assignment, Shift, as_told
from app.sites.models import Service, Site
from app.walltime import span_of
from tests.support.pages import Page, end_transaction
from tests.support.people import add_person
from wellbeing.flags import Sharing

PIN = "482915"


@pytest.fixture
def house(app, clock):
    """A site with a shift that starts now, Ana on it with a card and PIN; the card's token."""
    from types import SimpleNamespace

    from app import clock as app_clock

    town = SimpleNamespace(ana=add_person("Ana"), robin=add_person("Robin", Role.COORDINATOR))
    site, service = Site(code="house", name="Harbour House"), Service(code="kit", name="Supplies")
    db.session.add_all([site, service])
    db.session.flush()
    starts_at, ends_at = span_of(date(2026, 11, 23), time(10), time(15), app_clock.zone())
    town.site, town.shift = site.id, new_id()
    row = Shift(id=town.shift, site_id=site.id, service_id=service.id, day_on=date(2026, 11, 23))
    row.starts_at, row.ends_at = starts_at, ends_at
    db.session.add(row)
    db.session.flush()
    place = {"shift_id": town.shift, "person_id": town.ana, "assigned_at": clock(), "accepted_at": clock()}
    db.session.add(Assignment(**place, **as_told(row)))
    with app.test_request_context():
        town.card, town.code = doors.renew_card(town.ana)
    db.session.get_one(Credential, town.ana).pin_hash = doors.hash_secret(PIN)
    db.session.commit()
    return town


@pytest.fixture
def tablet(app, house):
    """An enrolled tablet's browser."""
    code = services.add_kiosk(house.site, "By the door", house.robin)
    end_transaction()
    client = app.test_client()
    send(client, "/kiosk/", code=code.lower())
    return client


def send(client, path, action=None, **changes):
    end_transaction()
    page = Page(client.get(path, follow_redirects=True).text)
    end_transaction()
    form = page.form(action)
    return client.post(form.action or path, data=form.filled(**changes))


def forget_tablet(client):
    """Take the tablet's own cookie away: what is left opens what a browser of nobody opens."""
    client.delete_cookie("evenhand-kiosk")


def come_in(client, house, pin=PIN):
    send(client, "/kiosk/", card=f"http://localhost/card/{house.card}")
    return send(client, "/kiosk/pin", pin=pin)


def text(client, path="/kiosk/"):
    end_transaction()
    return Page(client.get(path, follow_redirects=True).text).body_text


def noted():
    end_transaction()
    return db.session.scalars(sa.select(Attendance)).all()


def test_a_card_a_pin_and_one_tap_note_that_someone_is_here(tablet, house):
    assert come_in(tablet, house).location == "/kiosk/me"
    send(tablet, "/kiosk/me", f"/kiosk/shifts/{house.shift}/arrive")
    (row,) = noted()
    assert (row.person_id, row.noted_via, row.state) == (house.ana, NotedVia.KIOSK, "here")
    send(tablet, "/kiosk/me", f"/kiosk/shifts/{house.shift}/leave")
    send(tablet, "/kiosk/me", f"/kiosk/shifts/{house.shift}/take-back")
    assert noted()[0].state == "here"


def test_done_leaves_nothing_behind(tablet, house):
    come_in(tablet, house)
    assert "Hello Ana" in text(tablet, "/kiosk/me")
    send(tablet, "/kiosk/me", "/kiosk/done")
    assert "Hold up your card" in text(tablet, "/kiosk/me")
    assert "Ana" not in text(tablet)
    names = {cookie.key for cookie in tablet._cookies.values()}
    assert names == {"evenhand-kiosk", "evenhand"}
    with tablet.session_transaction() as session:
        assert set(session) <= {"csrf_token"}


def test_after_a_minute_without_a_touch_whoever_stood_there_is_gone(tablet, house, clock):
    come_in(tablet, house)
    clock.move(seconds=59)
    assert "Hello Ana" in text(tablet, "/kiosk/me")
    clock.move(seconds=59)
    page = tablet.get("/kiosk/me")
    assert page.headers["Refresh"] == "60; url=/kiosk/"
    form = Page(page.text).form(f"/kiosk/shifts/{house.shift}/arrive")
    clock.move(seconds=60)
    end_transaction()
    assert tablet.post(form.action, data=form.filled()).location == "/kiosk/"
    assert "Ana" not in text(tablet, "/kiosk/me")
    assert noted() == []


def test_five_wrong_pins_and_the_card_is_dead_here_and_elsewhere(tablet, house):
    send(tablet, "/kiosk/", card=house.card)
    for number in range(5):
        answer = send(tablet, "/kiosk/pin", pin="999999")
        assert answer.status_code == 422
        assert ("After five tries" in answer.text) == (number == 4)
    assert send(tablet, "/kiosk/pin", pin=PIN).status_code == 422
    assert noted() == []


def test_a_card_nobody_has_is_answered_like_a_wrong_pin(tablet, house):
    send(tablet, "/kiosk/", card="no-such-card")
    unknown = send(tablet, "/kiosk/pin", pin=PIN)
    send(tablet, "/kiosk/", card=house.card)
    wrong = send(tablet, "/kiosk/pin", pin="111222")
    assert Page(unknown.text).one("main").text == Page(wrong.text).one("main").text
    assert unknown.status_code == wrong.status_code


def test_the_camera_of_a_tablet_leads_to_its_own_pin_page_and_never_to_a_sign_in_that_stays(tablet, house):
    end_transaction()
    answer = tablet.get(f"/card/{house.card}", follow_redirects=True)
    assert answer.request.path == "/kiosk/pin"
    send(tablet, "/kiosk/pin", pin=PIN)
    assert "Hello Ana" in text(tablet, "/kiosk/me")
    assert db.session.scalars(sa.select(SignIn)).all() == []
    end_transaction()
    forget_tablet(tablet)
    for path in ("/", "/shifts/", "/attendance/", "/people/me"):
        assert "/sign-in" in tablet.get(path).location


def test_a_new_card_gets_its_pin_at_the_tablet(tablet, house):
    db.session.get_one(Credential, house.ana).pin_hash = None
    db.session.commit()
    send(tablet, "/kiosk/", card=house.card)
    send(tablet, "/kiosk/pin", code=house.code, pin="730284", again="730284")
    assert "Hello Ana" in text(tablet, "/kiosk/me")
    send(tablet, "/kiosk/me", "/kiosk/done")
    come_in(tablet, house, "730284")
    assert "Hello Ana" in text(tablet, "/kiosk/me")


def test_a_code_enrols_one_tablet_once_and_not_when_it_is_old(app, house, clock):
    code = services.add_kiosk(house.site, "By the door", house.robin)
    end_transaction()
    first, second = app.test_client(), app.test_client()
    assert send(first, "/kiosk/", code=code).status_code == 303
    assert send(second, "/kiosk/", code=code).status_code == 422
    late = services.add_kiosk(house.site, "Upstairs", house.robin)
    clock.move(minutes=31)
    assert send(second, "/kiosk/", code=late).status_code == 422


def test_whoever_sets_a_tablet_up_is_signed_out_on_it(app, as_, house):
    code = services.add_kiosk(house.site, "By the door", house.robin)
    client = as_(house.robin)
    send(client, "/kiosk/", code=code)
    assert "Hold up your card" in text(client)
    end_transaction()
    assert client.get("/people/").location == "/kiosk/"
    forget_tablet(client)
    assert "/sign-in" in client.get("/people/").location


def test_a_shift_at_another_site_is_named_and_noted_only_when_that_is_meant(tablet, house):
    other = Site(code="maple", name="Maple Street")
    db.session.add(other)
    db.session.flush()
    db.session.get_one(Shift, house.shift).site_id = other.id
    db.session.commit()
    come_in(tablet, house)
    end_transaction()
    page = Page(tablet.get("/kiosk/me").text)
    assert "Your shift is at Maple Street This tablet stands at Harbour House." in page.body_text
    form = page.form(f"/kiosk/shifts/{house.shift}/arrive")
    end_transaction()
    tablet.post(form.action, data={name: value for name, value in form.filled().items() if name != "sure"})
    assert noted() == []
    tablet.post(form.action, data=form.filled())
    assert [row.state for row in noted()] == ["here"]


def test_a_removed_tablet_opens_nothing_and_signs_out_whoever_stands_there(tablet, house):
    come_in(tablet, house)
    services.end_kiosk(db.session.scalars(sa.select(Kiosk.id)).one())
    assert "Set up this tablet" in text(tablet, "/kiosk/me")
    assert db.session.scalars(sa.select(KioskVisit.ended_at)).one() is not None


def test_a_visit_cookie_taken_to_another_device_opens_nothing(app, tablet, house):
    come_in(tablet, house)
    other = app.test_client()
    stolen = next(c for c in tablet._cookies.values() if c.key == "evenhand-kiosk-visit")
    other.set_cookie(stolen.key, stolen.value)
    assert "Set up this tablet" in text(other, "/kiosk/me")


def test_guessing_codes_is_slowed(app, house):
    client = app.test_client()
    for _ in range(20):
        assert send(client, "/kiosk/", code="AAAAAAAA").status_code == 422
    assert send(client, "/kiosk/", code="AAAAAAAA").status_code == 429


def test_every_page_of_a_tablet_is_never_stored(tablet, house):
    come_in(tablet, house)
    end_transaction()
    for path in ("/kiosk/me", "/kiosk/"):
        assert tablet.get(path).headers["Cache-Control"] == "no-store"


def test_people_say_at_the_tablet_that_they_come(tablet, house, clock):
    from app import clock as app_clock

    starts_at, ends_at = span_of(date(2026, 11, 26), time(10), time(15), app_clock.zone())
    shift = db.session.get_one(Shift, house.shift)
    coming = Shift(id=new_id(), site_id=shift.site_id, service_id=shift.service_id, day_on=date(2026, 11, 26))
    coming.starts_at, coming.ends_at = starts_at, ends_at
    db.session.add(coming)
    db.session.flush()
    place = {"shift_id": coming.id, "person_id": house.ana, "assigned_at": clock(), "accepted_at": clock()}
    db.session.add(Assignment(**place, **as_told(coming)))
    coming_id = coming.id
    db.session.commit()
    come_in(tablet, house)
    assert "Thursday 26 November, 10:00 to 15:00" in text(tablet, "/kiosk/me")
    send(tablet, "/kiosk/me", f"/kiosk/shifts/{coming_id}/coming")
    assert "Are you coming?" not in text(tablet, "/kiosk/me")


def test_a_check_in_at_the_tablet_is_sealed_and_cannot_be_read_there(app, tablet, house, clock, monkeypatch):
    monkeypatch.setattr(sealing, "MEMORY_KIB", 64)
    end_transaction()
    assert tablet.get("/own/tablet").location == "/kiosk/"
    keys.make_key(house.ana, "otter lamp cedar quiet train")
    come_in(tablet, house)
    assert "How are you?" in text(tablet, "/kiosk/me")
    page = tablet.page("/own/tablet")
    assert "never show it" in page.text
    assert not [link for link in page.all("a") if "/own/past" in link.get("href")]
    kim = add_person("Kim")
    keys.make_key(kim, "velvet onion river sixty gate")
    check_ins.name_listener(kim, "another peer")
    check_ins.choose_sharing(house.ana, Sharing.LEVEL, kim, counts=True)
    review = tablet.submit("/own/tablet", "", energy="4", load="3", rest="4")
    assert "Kim" not in review.text  # whom a person chose elsewhere is not shown to whoever holds their card
    (leave,) = [form for form in review.all("form") if form.get("data-leave") == "/kiosk/"]
    assert leave.get("action") == "/kiosk/done"
    assert "If you need someone now" in review.text
    sent = tablet.post("/own/tablet", data=review.form("").filled() | {"send": "without"})
    assert (sent.status_code, sent.location) == (303, "/own/tablet")
    assert db.session.scalar(sa.select(sa.func.count()).select_from(CheckIn)) == 1
    db.session.rollback()
    assert tablet.get("/own/past").location == "/kiosk/"
    clock.move(seconds=61)
    assert tablet.get("/own/tablet").location == "/kiosk/"
    assert tablet.post("/own/tablet", data={"csrf_token": tablet.token()}).location == "/kiosk/"


def test_whoever_is_proven_at_the_tablet_tells_in_two_taps_that_something_happened(tablet, house, clock):
    end_transaction()
    assert tablet.get("/entry/tablet").location == "/kiosk/"
    come_in(tablet, house)
    send(tablet, "/kiosk/me", f"/kiosk/shifts/{house.shift}/arrive")
    (link,) = [each for each in Page(tablet.get("/kiosk/me").text).all("a") if each.text == "Something happened"]
    form = tablet.page(link.get("href")).form("").filled() | {"kind": "overdose"}
    answer = tablet.post(link.get("href"), data=form)
    assert (answer.status_code, answer.location) == (303, link.get("href"))
    page = tablet.get(link.get("href"))
    assert "It is noted" in page.text
    assert "If you need someone now" in page.text
    assert (page.headers["Cache-Control"], "Refresh" in page.headers) == ("no-store", True)
    (row,) = db.session.scalars(sa.select(Incident))
    entry = db.session.scalars(sa.select(AuditEntry).where(AuditEntry.act == "tell incident")).one()
    assert (row.told_by_id, row.shift_id, entry.actor_id) == (house.ana, house.shift, house.ana)
    stop = next(each for each in Page(page.text).all("form") if "Yes, I stop" in each.text)
    fields = {each["name"]: each["value"] for each in stop.all("input")}
    end_transaction()
    tablet.post(stop.get("action"), data=fields)
    assert "Your rest is paid" in text(tablet, link.get("href"))
    clock.move(seconds=61)
    end_transaction()
    for answer in (tablet.get(link.get("href")), tablet.post(link.get("href"), data=form)):
        assert answer.location == "/kiosk/"


def test_a_tablet_opens_nothing_but_its_own_pages(tablet, house):
    come_in(tablet, house)
    end_transaction()
    paths = ("/", "/sign-in", "/people/", "/shifts/", "/own/", "/attendance/")
    assert {tablet.get(path).location for path in paths} == {"/kiosk/"}
    sign_in = {"csrf_token": tablet.token(), "email": "ana@example.org", "passphrase": "warm tea by the quiet river"}
    assert tablet.post("/sign-in", data=sign_in).location == "/kiosk/"

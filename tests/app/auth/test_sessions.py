"""A session begins anew, ends for good, and lies unused only so long."""

import pytest
import sqlalchemy as sa

from app.access import Role
from app.database import db
from app.people import services as people
from app.people.models import Person, PersonRole
from tests.app.auth.conftest import ADDRESS, PASSPHRASE


def cookie_of(client):
    found = client.get_cookie("evenhand")
    return found.value if found else ""


def is_in(browser, cookie):
    other = browser()
    other.set_cookie("evenhand", cookie)
    return other.get("/account").status_code == 200


def test_a_cookie_that_signed_out_is_dead_and_the_browser_forgets(ana, enter, browser):
    client = enter()
    cookie = cookie_of(client)
    assert is_in(browser, cookie)
    answer = client.send("/", "/sign-out")
    assert answer.headers["Clear-Site-Data"] == '"cookies", "storage"'
    assert not is_in(browser, cookie)


def test_leaving_in_a_hurry_needs_no_token_and_ends_the_session_too(ana, enter, browser):
    client = enter()
    cookie = cookie_of(client)
    assert client.post("/leave").headers["Clear-Site-Data"] == '"cookies", "storage"'
    assert not is_in(browser, cookie)


def test_a_session_begins_anew_at_the_door(ana, browser, knock):
    client = browser()
    client.get("/sign-in")
    before = cookie_of(client)
    with client.session_transaction() as planted:
        planted["_user_id"] = "a token someone else knows"
        token = planted["csrf_token"]
    knock(client, "/sign-in", email=ADDRESS, passphrase=PASSPHRASE)
    with client.session_transaction() as fresh:
        assert fresh["_user_id"] != "a token someone else knows"
        assert fresh.get("csrf_token") != token
    assert not is_in(browser, before)


def test_changing_the_passphrase_ends_every_other_session_and_renews_this_one(ana, enter, browser):
    here, there = enter(), enter()
    old = cookie_of(here)
    new = "blue kettle by the door"
    here.submit("/account/passphrase", current=PASSPHRASE, passphrase=new, again=new)
    assert here.get("/account").status_code == 200
    assert not is_in(browser, old)
    assert not is_in(browser, cookie_of(there))


def test_white_space_around_a_passphrase_is_no_part_of_it(ana, enter, browser, knock):
    new = "blue kettle by the door"
    enter().submit("/account/passphrase", current=f"{PASSPHRASE} ", passphrase=f" {new}", again=f"{new}\n")
    client = browser()
    assert knock(client, "/sign-in", email=ADDRESS, passphrase=f"\t{new} ").status_code == 303


def test_who_left_is_out_and_stays_out_when_they_come_back(ana, enter, browser):
    cookie = cookie_of(enter())
    admin = frozenset({Role.ADMIN})
    for is_active in (False, True):
        people.set_active(ana, db.session.get_one(Person, ana).version, admin, is_active=is_active)
        assert not is_in(browser, cookie)


def test_signing_out_everywhere_ends_every_session_and_waiting_link(ana, enter, browser, knock, mailed_link):
    here, there, asking = enter(), enter(), browser()
    knock(asking, "/sign-in/link", email=ADDRESS)
    link = mailed_link()
    cookies = [cookie_of(here), cookie_of(there)]
    here.submit("/account", "/account/places/end-all")
    assert not [each for each in cookies if is_in(browser, each)]
    assert asking.get(link).status_code == 410


@pytest.mark.parametrize(
    ("role", "shared", "minutes"),
    [(Role.PEER, None, 14 * 24 * 60), (Role.COORDINATOR, None, 12 * 60), (Role.PEER, "y", 20)],
    ids=["peer", "staff", "shared"],
)
def test_a_session_lies_unused_only_so_long(ana, enter, clock, role, shared, minutes):  # noqa: PLR0913, PLR0917
    db.session.execute(sa.update(PersonRole).values(role=role))
    db.session.commit()
    client = enter(is_shared=shared)
    for _ in range(3):  # each use makes it longer
        clock.move(minutes=minutes - 3)
        assert client.get("/account").status_code == 200
    clock.move(minutes=minutes + 1)
    assert client.get("/account").status_code == 302


def test_no_session_outlives_sixty_days_however_much_it_is_used(ana, enter, clock):
    client = enter()
    days = 0
    while client.get("/account").status_code == 200:
        clock.move(days=1)
        days += 1
    assert days == 60


@pytest.mark.parametrize(
    "elsewhere", ["//evil.example.org", "https://evil.example.org", "/\\evil.example.org", "/\t/evil.example.org", "x"]
)
def test_signing_in_never_leads_to_another_site(ana, browser, knock, elsewhere):
    client = browser()
    answer = client.post(
        "/sign-in",
        query_string={"next": elsewhere},
        data=client.page("/sign-in").form().filled(email=ADDRESS, passphrase=PASSPHRASE),
    )
    assert answer.location == "/"


def test_signing_in_leads_on_to_the_page_that_was_asked_for(ana, browser):
    client = browser()
    asked = client.get("/account?a=b")
    page = client.get(asked.location)
    assert page.status_code == 200
    form = client.page(asked.location).form()
    answer = client.post(form.action or asked.location, data=form.filled(email=ADDRESS, passphrase=PASSPHRASE))
    assert answer.location == "/account?a=b"

"""Pages that share one address: what a browser's history could tell."""

from __future__ import annotations

import pytest

from app.access import Role
from app.checkins import keys
from app.database import db
from tests.support.pages import Page
from tests.support.people import add_person, sign_in
from tests.support.walk import forms_of

WORDS = "amber fox builds quiet rivers"
PAGES = (
    "past",
    "words",
    "choices",
    "more",
    "clear",
    "renew",
    "code",
    "box",
    "team",
    "about",
    "people",
    "packs",
    "monday",
)


@pytest.fixture
def client(app):
    person = add_person("Robin", Role.COORDINATOR, Role.SUPERVISOR)
    keys.make_key(person, WORDS, "Robin")
    db.session.commit()
    client = app.test_client()
    sign_in(client, person)
    return client


def turn(client, name):
    return client.post("/own/", data={"csrf_token": client.token(), "turn": name})


@pytest.mark.parametrize("name", PAGES)
def test_a_page_is_shown_at_the_one_address_and_once(client, name):
    first, answer = client.page("/own/").one("h1").text, turn(client, name)
    assert (answer.status_code, answer.location) == (303, "/own/")
    shown = client.get("/own/")
    assert Page(shown.text).one("h1").text != first
    assert client.page("/own/").one("h1").text == first


@pytest.mark.parametrize("name", PAGES)
def test_an_old_address_leads_to_the_one_address(client, name):
    answer = client.get(f"/own/{name}")
    assert (answer.status_code, answer.location) == (303, "/own/")


def test_no_private_page_links_or_sends_to_any_other_address_of_theirs(client):
    shut = [client.page(f"/own/{name}") for name in ("", *PAGES)]
    opened = [client.submit("/own/past", "", passphrase=WORDS), *(client.page(f"/own/{name}") for name in PAGES)]
    for page in shut + opened:
        links = page.one("main").all("a")  # the menu leads to one by its old address, which shows this one
        addresses = [link["href"] for link in links] + [form.action for form in forms_of(page)]
        assert not [each for each in addresses if each.startswith("/own/") and each != "/own/"]


def test_a_form_is_taken_for_the_page_it_names(client):
    page = client.submit("/own/past", "", passphrase="not these words at all")
    assert page.one("h1").text == "My weeks"
    assert page.all("p", class_="error")
    assert client.submit("/own/past", "", passphrase=WORDS).all("button", value="clear")


@pytest.mark.parametrize("name", ["nothing", "tablet", "past/1", "past//send", "../people/", "//evil.example"])
def test_a_page_that_is_not_there_is_no_page_and_no_check_in(client, name):
    token = client.token()
    assert client.post("/own/", data={"csrf_token": token, "page": name}).status_code == 404
    assert turn(client, name).location in {"/own/", "/own/tablet"}
    assert client.page("/own/").one("h1").text == "How are you?"


def test_turning_opens_nothing_that_is_shut(app):
    client = app.test_client()
    sign_in(client, add_person("Ana"))
    for name in ("people", "packs"):
        assert turn(client, name).location == "/own/"
        assert client.get("/own/").status_code == 403
        assert client.post("/own/", data={"csrf_token": client.token(), "page": name}).status_code == 403


def test_a_form_without_its_token_is_refused_for_every_page(client):
    assert client.post("/own/", data={"page": "past", "passphrase": WORDS}).status_code == 400
    assert client.post("/own/", data={"turn": "past"}).status_code == 400

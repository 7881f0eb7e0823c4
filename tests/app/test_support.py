"""The ground the other tests stand on."""

from __future__ import annotations

import smtplib
import ssl

import pytest

from app.access import Role
from app.config import Config
from app.mail.services import connect
from tests.support.pages import Page, faults_of
from tests.support.people import add_person

GOOD = """<!doctype html><html lang="en"><head><title>People - Evenhand</title></head><body><main><h1>People</h1>
<form method="post" action="/people"><input type="hidden" name="csrf_token" value="x">
<label for="name">Name</label><input id="name" name="name" value="Ana" aria-describedby="name-hint">
<p id="name-hint">As they like to be called.</p>
<label><input type="checkbox" name="is_relief" checked> Relief</label>
<label for="level">Level</label><select id="level" name="level">
<option value="peer">Peer<option value="lead" selected>Lead</select>
<label for="note">Note</label><textarea id="note" name="note">
two lines</textarea><button name="act" value="save">Save</button></form></main></body></html>"""


def test_a_sound_page_has_no_faults():
    assert list(faults_of(Page(GOOD))) == []


@pytest.mark.parametrize(
    ("old", "new", "fault"),
    [
        (' lang="en"', "", "has no lang"),
        ("People - Evenhand", "", "title"),
        ("<h1>People</h1>", "", "0 h1"),
        ("<h1>People</h1>", "<h1>People</h1><h1>More</h1>", "2 h1"),
        ('id="name-hint"', 'id="name"', "stands 2 times"),
        ('for="name"', 'for="other"', "has no label"),
        ('<p id="name-hint">', "<p>", "is not there"),
        ('name="csrf_token"', 'name="other"', "no CSRF field"),
        ("<h1>", '<h1 style="color:red">', "policy forbids"),
        ("<h1>", '<h1 onclick="x()">', "policy forbids"),
        ("<h1>", "<script>x()</script><h1>", "inline <script>"),
        ("<h1>", '<script src="//cdn.example/x.js"></script><h1>', "loads"),
        ("<h1>", '<a href="/"></a><h1>', "an empty <a>"),
        ("<h1>", '<img src="/x.png"><h1>', "has no alt"),
    ],
)
def test_each_fault_of_a_page_is_found(old, new, fault):
    assert old in GOOD
    assert any(fault in found for found in faults_of(Page(GOOD.replace(old, new))))


def test_a_form_is_filled_in_as_a_browser_would():
    filled = Page(GOOD).form("/people").filled(name="Bo", act="save")
    assert filled == {
        "csrf_token": "x",
        "name": "Bo",
        "is_relief": "on",
        "level": "lead",
        "note": "two lines",
        "act": "save",
    }


def test_a_field_that_is_not_in_the_form_is_a_mistake():
    with pytest.raises(AssertionError, match="no field 'nmae'"):
        Page(GOOD).form().filled(nmae="Bo")


def test_a_person_signed_in_sees_the_front_page(client, sign_in):
    sign_in(client, add_person("Ana Costa", Role.COORDINATOR))
    assert client.page("/").one("h1").text


def test_a_stranger_is_sent_to_the_doors(client):
    response = client.get("/")
    assert response.status_code == 302
    assert "/sign-in" in response.location


def test_a_request_shares_nothing_with_the_test_around_it(client, as_):
    ana, bo = add_person("Ana Costa"), add_person("Bo Diaz")
    first, second = as_(ana), as_(bo)
    assert "Ana Costa" in first.page("/").text
    assert "Bo Diaz" in second.page("/").text
    assert client.get("/").status_code == 302


def test_the_mail_server_takes_mail_only_over_tls_that_is_verified(smtp, tmp_path):
    config = Config.read({"EVENHAND_DATA": str(tmp_path / "data")} | smtp.environ)
    assert config.mail is not None
    with connect(config.mail) as server:
        server.sendmail("a@example.org", "b@example.org", "Subject: Hello\r\n\r\nWords\r\n")
    assert [m["Subject"] for m in smtp.to("b@example.org")] == ["Hello"]
    strange = Config.read(
        {"EVENHAND_DATA": str(tmp_path / "data")} | {k: v for k, v in smtp.environ.items() if k != "EVENHAND_MAIL_CA"}
    )
    assert strange.mail is not None
    with pytest.raises(ssl.SSLCertVerificationError):
        connect(strange.mail)


def test_the_mail_server_refuses_for_now_when_told_to(smtp, tmp_path):
    config = Config.read({"EVENHAND_DATA": str(tmp_path / "data")} | smtp.environ)
    assert config.mail is not None
    smtp.refusals = 1
    with connect(config.mail) as server:
        with pytest.raises(smtplib.SMTPDataError):
            server.sendmail("a@example.org", "b@example.org", "Subject: Hello\r\n\r\nWords\r\n")
        server.sendmail("a@example.org", "b@example.org", "Subject: Hello\r\n\r\nWords\r\n")
    assert len(smtp.messages) == 1

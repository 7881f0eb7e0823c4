from __future__ import annotations

import pytest
import sqlalchemy as sa

from app.access import Role
from app.audit.models import AuditEntry
from app.database import db
from app.rules.catalogue import shown_rules
from app.rules.queries import configured_rules, rule_card
from tests.support.pages import Form, Page, end_transaction
from tests.support.people import add_person


@pytest.fixture
def robin(as_, app):
    return as_(add_person("Robin", Role.COORDINATOR))


def page_of(client, path):
    end_transaction()
    answer = client.get(path)
    assert answer.status_code == 200
    return Page(answer.text)


def main_form(page):
    return Form(next(each for each in page.all("form") if "stack" in each.get("class").split()))


def send(client, name, **changes):
    form = main_form(page_of(client, f"/rules/{name}"))
    end_transaction()
    return client.post(f"/rules/{name}", data=form.filled(**changes))


def named(name):
    end_transaction()
    return next((rule for rule in configured_rules() if rule.name == name), None)


def test_every_rule_has_a_page_with_each_default_and_its_source(robin):
    listed = page_of(robin, "/rules/").body_text
    for rule in shown_rules():
        assert rule.title in listed
        page_of(robin, f"/rules/{rule.name}")
    text = page_of(robin, "/rules/rest").body_text
    assert "As it comes: 11 hours. Source: Directive 2003/88/EC, article 3." in text


def test_hours_are_typed_as_people_say_them_and_the_log_tells_who(robin):
    assert send(robin, "rest", p_least="12:30", p_price="50").status_code == 303
    assert (named("rest").least, named("rest").price) == (750, 50)
    text = page_of(robin, "/rules/rest").body_text
    assert "by Robin" in text
    entry = db.session.scalars(sa.select(AuditEntry).where(AuditEntry.act == "set rule")).one()
    assert entry.details["after"]["parameters"] == {"least": 750, "price": 50}


def test_an_empty_price_forbids(robin):
    assert send(robin, "rest", p_price="50").status_code == 303
    assert send(robin, "rest", p_price="").status_code == 303
    assert named("rest").price is None


def test_every_form_sent_as_it_stands_changes_nothing(robin):
    before = configured_rules()
    end_transaction()
    settable = [rule.name for rule in shown_rules() if "Save" in page_of(robin, f"/rules/{rule.name}").body_text]
    assert len(settable) > 10
    for name in settable:
        assert send(robin, name).status_code == 303
    end_transaction()
    assert configured_rules() == before


def test_a_rule_is_switched_off_and_reset(robin):
    assert send(robin, "weekend", is_on=None).status_code == 303
    assert named("weekend") is None
    page = page_of(robin, "/rules/weekend")
    end_transaction()
    assert robin.post("/rules/weekend/reset", data=page.form("/rules/weekend/reset").filled()).status_code == 303
    assert named("weekend") is not None


def test_a_rule_that_keeps_people_safe_has_no_switch(robin):
    page = page_of(robin, "/rules/overlap")
    assert not page.all("input", name="is_on")
    token = page.all("input", name="csrf_token")[0]["value"]
    end_transaction()
    robin.post("/rules/overlap", data={"csrf_token": token, "version": "0"})
    assert named("overlap") is not None


def test_a_number_that_does_not_fit_is_named_beside_its_field(robin):
    answer = send(robin, "rest", p_least="100")
    assert answer.status_code == 422
    page = Page(answer.text)
    assert [each["href"] for each in page.one("div", class_="problems").all("a")] == ["#p_least"]
    assert page.one("input", id="p_least")["value"] == "100"


def test_a_rule_set_by_someone_else_meanwhile_is_not_overwritten_unseen(as_, robin):
    mine = main_form(page_of(robin, "/rules/rest")).filled(p_least="13")
    assert send(as_(add_person("Ada", Role.ADMIN)), "rest", p_least="12").status_code == 303
    end_transaction()
    answer = robin.post("/rules/rest", data=mine)
    assert answer.status_code == 409
    page = Page(answer.text)
    assert "theirs is “12 hours”, yours is “13 hours”" in page.body_text
    end_transaction()
    assert rule_card("rest").values["least"] == 720
    end_transaction()
    assert robin.post("/rules/rest", data=main_form(page).filled()).status_code == 303
    assert named("rest").least == 780


NONSENSE = [
    ("days_in_row", {"p_soft": "8"}, "p_soft", "more than “Most days in a row”"),
    ("shift_length", {"p_most": "6"}, "p_most_hard", "more than “Longest shift”"),
    ("hours", {"p_most_week": "0"}, "p_most_week", "Type hours from 1 to 168."),
    ("weekly_rest", {"p_least": "168"}, "p_least", "Type hours from 0 to 120."),
    ("roster", {"p_night_from": "6"}, "p_night_until", "ends at another hour"),
    ("roster", {"p_night_from": "4"}, "p_night_least", "longer than the night"),
]


@pytest.mark.parametrize(("name", "changes", "field", "words"), NONSENSE, ids=lambda value: str(value)[:20])
def test_numbers_that_make_no_sense_together_are_named_beside_a_field(robin, name, changes, field, words):
    answer = send(robin, name, **changes)
    assert answer.status_code == 422
    page = Page(answer.text)
    assert f"#{field}" in {link["href"] for link in page.one("div", class_="problems").all("a")}
    assert words in page.body_text

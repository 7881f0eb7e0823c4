"""What people type, and what nobody can type: kept tidy, or refused in words, on both databases."""

from __future__ import annotations

import pytest
import sqlalchemy as sa

from app.access import Role
from app.database import db
from app.people.models import Person
from app.sites.models import Site
from tests.support.pages import end_transaction
from tests.support.people import add_person


@pytest.fixture
def robin(app, as_):
    return as_(add_person("Robin", Role.COORDINATOR))


@pytest.mark.parametrize("name", ["  \t ", "\u3164\u2800", "\u200d", "\u200c \ufe0f", "\u00ad\u061c", "\U000e0067"])
@pytest.mark.parametrize("path", ["/people/add", "/people/skills/add", "/sites/add", "/sites/services/add"])
def test_a_name_of_which_nothing_is_seen_is_no_name(robin, path, name):
    answer = robin.send(path, name=name)
    assert answer.status_code == 422
    assert "Type a name." in answer.text


def test_a_name_is_one_line_and_holds_what_can_be_shown(robin):
    form = robin.page("/people/add").form()
    robin.post("/people/add", data=form.filled() | {"name": " Zoë\r\nŁukasz\x07 🌊 "})
    end_transaction()
    assert "Zoë Łukasz 🌊" in db.session.scalars(sa.select(Person.name)).all()


def test_a_name_loses_marks_that_nobody_sees_but_not_what_joins_its_letters(robin):
    form = robin.page("/people/add").form()
    typed = "\u202eLo\u200bla\u202c\u2029\ufeffنیک\u200cپی 🏳\ufe0f\u200d🌈\u200f"
    robin.post("/people/add", data=form.filled() | {"name": typed})
    end_transaction()
    assert "Lola نیک\u200cپی 🏳\ufe0f\u200d🌈" in db.session.scalars(sa.select(Person.name)).all()


@pytest.mark.parametrize("path", ["/people/%00", "/people/?search=a%00", "/rules/%00", "/rosters/%00/shifts/x"])
def test_an_address_that_nobody_can_type_is_refused_with_a_page(robin, path):
    assert robin.get(path).status_code == 400


def test_a_form_with_what_nobody_can_type_is_refused_and_writes_nothing(robin):
    form = robin.page("/sites/add").form()
    answer = robin.post("/sites/add", data=form.filled(name="Pier") | {"address": "a\x00b"})
    assert answer.status_code == 400
    end_transaction()
    assert db.session.scalars(sa.select(Site)).all() == []


@pytest.mark.parametrize("day", ["9999-12-31", "0001-01-01"])
def test_a_year_that_cannot_be_meant_is_refused_beside_its_field(robin, day):
    answer = robin.send("/rosters/add", starts_on=day, ends_on=day)
    assert answer.status_code == 422
    assert f"The year {int(day[:4])} cannot be right." in answer.text


def test_a_period_lies_in_years_that_pages_can_be_asked_for(robin):
    answer = robin.send("/rosters/add", starts_on="1998-10-01", ends_on="1998-10-28")
    assert answer.status_code == 422
    assert "Choose days of the years 2000 to 2100." in answer.text

from __future__ import annotations

from datetime import date, time

import pytest
import sqlalchemy as sa

from app.access import Role
from app.database import db
from app.people.models import Skill
from app.sites.models import Pattern, PatternDemand, Service, Site
from tests.support.pages import Form, Page, end_transaction
from tests.support.people import add_person


@pytest.fixture
def robin(as_, app):
    return as_(add_person("Robin", Role.COORDINATOR))


@pytest.fixture
def place(app):
    """A site, a kind of service and a skill, by id."""
    rows = Site(code="north", name="North"), Service(code="walk", name="Walk"), Skill(code="aid", name="First aid")
    db.session.add_all(rows)
    db.session.flush()
    ids = tuple(row.id for row in rows)
    db.session.commit()
    return ids


def page_of(client, path):
    end_transaction()
    answer = client.get(path)
    assert answer.status_code == 200
    return Page(answer.text)


def send(client, path, **changes):
    form = main_form(page_of(client, path))
    end_transaction()
    pressed = {"do": changes.pop("do")} if "do" in changes else {}
    filled = form.filled(**{name.replace("__", "-"): value for name, value in changes.items()})
    return client.post(path, data=filled | pressed)


def main_form(page):
    return Form(next(each for each in page.all("form") if "stack" in each.get("class").split()))


def add_pattern(client, place, **changes):
    site, service, _ = place
    told = {
        "site_id": site,
        "service_id": service,
        "weekdays": "0",
        "starts_at": "22:00",
        "ends_at": "06:00",
        "starts_on": "2026-11-23",
        "lines__0__target": "2",
    }
    return send(client, "/sites/patterns/add", **told | changes)


def only_pattern():
    end_transaction()
    return db.session.scalars(sa.select(Pattern)).one()


def test_a_coordinator_adds_a_site_and_is_told_of_one_with_the_same_name(robin):
    assert send(robin, "/sites/add", name="North", address="1 Road").status_code == 303
    answer = send(robin, "/sites/add", name="north")
    assert answer.status_code == 422
    assert "There is a site with this name." in answer.text
    assert "1 Road" in page_of(robin, "/sites/").body_text


def test_two_who_change_one_site_lose_nothing(as_, robin, place):
    path = f"/sites/{place[0]}/edit"
    mine = main_form(page_of(robin, path)).filled(address="Mine")
    other = as_(add_person("Ada", Role.ADMIN))
    assert send(other, path, address="Theirs").status_code == 303
    end_transaction()
    answer = robin.post(path, data=mine)
    assert answer.status_code == 409
    assert "theirs is “Theirs”, yours is “Mine”" in Page(answer.text).body_text
    assert robin.post(path, data=main_form(Page(answer.text)).filled()).status_code == 303
    end_transaction()
    assert db.session.get_one(Site, place[0]).address == "Mine"


def test_a_site_goes_out_of_use_and_comes_back(robin, place):
    add_pattern(robin, place)
    path = f"/sites/out-of-use/site/{place[0]}"
    page = page_of(robin, path)
    assert "1 pattern makes no new shifts any more." in page.body_text
    robin.post(path, data=page.form(path).filled())
    page = page_of(robin, f"/sites/{place[0]}")
    assert "North is out of use" in page.body_text
    end_transaction()
    robin.post(path, data=page.form(path).filled())
    end_transaction()
    assert db.session.get_one(Site, place[0]).is_active


def test_a_kind_of_service_says_who_leads_and_that_nobody_is_alone(robin, place):
    answer = send(
        robin, "/sites/services/add", name="Outreach", demanding="2", minimum_company="2", lead_skill_id=place[2]
    )
    assert answer.status_code == 303
    end_transaction()
    found = db.session.scalars(sa.select(Service).where(Service.name == "Outreach")).one()
    assert (found.demanding, found.minimum_company, found.lead_skill_id) == (2, 2, place[2])
    assert send(robin, f"/sites/services/{found.id}", lead_skill_id="", maximum_company="1").status_code == 422
    assert send(robin, f"/sites/services/{found.id}", lead_skill_id="", maximum_company="3").status_code == 303
    end_transaction()
    assert db.session.get_one(Service, found.id).lead_skill_id is None


def test_a_kind_of_service_says_what_everyone_holds(as_, robin, place):
    assert send(robin, "/sites/services/add", name="Outreach", need_ids=[place[2]]).status_code == 303
    end_transaction()
    found = db.session.scalars(sa.select(Service).where(Service.name == "Outreach")).one()
    path, version = f"/sites/services/{found.id}", found.version
    assert found.need_ids == [place[2]]
    db.session.get_one(Skill, place[2]).is_active = False
    db.session.commit()
    stale = main_form(page_of(robin, path)).filled(need_ids=None)
    assert send(robin, path, hazards="Ice").status_code == 303
    end_transaction()
    assert db.session.get_one(Service, found.id).need_ids == [place[2]], "what is out of use stays asked for"
    late = robin.post(path, data=stale)
    assert late.status_code == 409
    assert robin.post(path, data=main_form(Page(late.text)).filled()).status_code == 303
    end_transaction()
    kept = db.session.get_one(Service, found.id)
    assert (kept.need_ids, kept.version > version + 1) == ([], True)


def test_a_pattern_overnight_every_second_week_with_lines_is_kept(robin, place):
    answer = add_pattern(
        robin,
        place,
        weekdays=["0", "4"],
        every_weeks="2",
        lines__0__minimum="1",
        lines__0__maximum="3",
        lines__1__skill_id=place[2],
        lines__1__target="1",
        trainee_seats="1",
    )
    assert answer.status_code == 303
    pattern = only_pattern()
    assert (pattern.weekdays, pattern.every_weeks, pattern.nth, pattern.trainee_seats) == ("04", 2, None, 1)
    assert (pattern.starts_at, pattern.ends_at, pattern.code) == (time(22), time(6), "north-walk")
    lines = [(each.skill_id, each.minimum, each.target, each.maximum) for each in pattern.demands]
    assert lines == [(None, 1, 2, 3), (place[2], 1, 1, None)]
    text = page_of(robin, answer.location).body_text
    assert "Every second Monday and Friday, 22:00 to 06:00 next day" in text
    assert "Fri 27 November 2026" in text
    assert "Mon 30 November 2026" not in text
    assert "Mon 7 December 2026" in text


def test_the_next_days_are_shown_before_anything_is_kept(robin, place):
    answer = add_pattern(robin, place, cycle="monthly", nth="1", do="look")
    assert answer.status_code == 200
    page = Page(answer.text)
    assert "First Monday of the month" in page.body_text
    assert [each.text for each in page.one("div", id="days").all("time")][:2] == [
        "Mon 7 December 2026",
        "Mon 4 January 2027",
    ]
    end_transaction()
    assert db.session.scalar(sa.select(sa.func.count()).select_from(Pattern)) == 0
    assert robin.post("/sites/patterns/add", data=main_form(page).filled()).status_code == 303
    assert only_pattern().nth == 1


def test_more_lines_come_with_nothing_lost(robin, place):
    answer = add_pattern(robin, place, do="lines")
    page = Page(answer.text)
    assert len(page.all("div", class_="lines")) == 4
    assert page.one("input", id="lines-0-target")["value"] == "2"


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"weekdays": None}, "weekdays"),
        ({"lines__0__target": ""}, "lines-0-target"),
        ({"lines__0__minimum": "3"}, "lines-0-target"),
        ({"lines__0__maximum": "1"}, "lines-0-maximum"),
        ({"lines__1__target": "1"}, "lines-0-skill_id"),
        ({"ends_on": "2026-01-01"}, "ends_on"),
        ({"starts_at": "late"}, "starts_at"),
    ],
)
def test_what_is_wrong_with_a_pattern_is_named_beside_its_field(robin, place, changes, field):
    answer = add_pattern(robin, place, **changes)
    assert answer.status_code == 422
    page = Page(answer.text)
    targets = {link["href"].lstrip("#") for link in page.one("div", class_="problems").all("a")}
    assert any(target.startswith(field) for target in targets), targets
    assert targets <= {each["id"] for each in page.walk() if "id" in each.attributes}


def test_a_line_with_a_skill_asks_for_somebody(robin, place):
    answer = add_pattern(robin, place, lines__0__skill_id=place[2], lines__0__target="0")
    assert answer.status_code == 422
    assert "At least one, or choose no skill in this line." in answer.text


def test_changed_lines_count_as_a_change_of_the_pattern(as_, robin, place):
    add_pattern(robin, place)
    pattern = only_pattern().id
    path = f"/sites/patterns/{pattern}/edit"
    mine = main_form(page_of(robin, path)).filled(trainee_seats="2")
    other = as_(add_person("Ada", Role.ADMIN))
    assert send(other, path, lines__0__target="5", lines__0__minimum="5").status_code == 303
    end_transaction()
    answer = robin.post(path, data=mine)
    assert answer.status_code == 409
    assert "Wanted: 5" in Page(answer.text).body_text
    end_transaction()
    assert [each.target for each in db.session.scalars(sa.select(PatternDemand))] == [5]


def test_a_pattern_is_copied_without_its_code(robin, place):
    add_pattern(robin, place)
    pattern = only_pattern().id
    assert send(robin, f"/sites/patterns/add?like={pattern}", starts_on="2027-01-04").status_code == 303
    end_transaction()
    found = db.session.execute(sa.select(Pattern.code, Pattern.starts_on).order_by(Pattern.code)).all()
    assert [tuple(row) for row in found] == [("north-walk", date(2026, 11, 23)), ("north-walk-2", date(2027, 1, 4))]

from __future__ import annotations

from datetime import date, timedelta

import pytest
import sqlalchemy as sa

from app import clock as app_clock
from app.access import Role
from app.audit.models import AuditEntry
from app.database import db
from app.people.models import Person, PersonSkill, Skill
from app.people.words import expiry_badge
from tests.support.pages import Form, Page, end_transaction
from tests.support.people import add_person


@pytest.fixture
def robin(app):
    return add_person("Robin", Role.COORDINATOR)


@pytest.fixture
def ada(app):
    return add_person("Ada", Role.ADMIN)


def fetched(client, path):
    end_transaction()
    answer = client.get(path)
    assert answer.status_code == 200, answer.status_code
    return Page(answer.text)


def sent(client, path, form_action=None, **changes):
    form = fetched(client, path).form(form_action)
    end_transaction()
    return client.post(form.action or path, data=form.filled(**changes))


def person_named(name):
    end_transaction()
    return db.session.scalars(sa.select(Person).where(Person.name == name)).one()


def add_skill(name, **facts):
    skill = Skill(code=name.lower().replace(" ", "-"), name=name, **facts)
    db.session.add(skill)
    db.session.flush()
    skill_id = skill.id
    db.session.commit()
    return skill_id


def test_a_coordinator_adds_a_person_and_lands_on_their_page(as_, robin):
    client = as_(robin)
    answer = sent(
        client,
        "/people/add",
        name="Blue",
        pronouns="they",
        wanted_minutes="7,5",
        maximum_minutes="20",
        email="b@example.org",
    )
    assert answer.status_code == 303
    blue = person_named("Blue")
    assert (blue.code, blue.wanted_minutes, blue.maximum_minutes) == ("blue", 450, 1200)
    assert blue.roles == {Role.PEER}
    page = fetched(client, answer.location)
    assert "Blue" in page.title
    assert "7.5 a week" in page.body_text


def test_a_form_with_errors_keeps_what_was_typed_and_names_each_field(as_, robin):
    answer = sent(as_(robin), "/people/add", name="", pronouns="she", wanted_minutes="30", maximum_minutes="many")
    assert answer.status_code == 422
    page = Page(answer.text)
    assert page.title.startswith("Please check")
    links = {link["href"] for link in page.one("div", class_="problems").all("a")}
    assert links == {"#name", "#maximum_minutes"}
    assert page.one("input", id="pronouns")["value"] == "she"
    assert page.one("input", id="maximum_minutes")["value"] == "many"


def test_two_who_change_one_person_lose_nothing(as_, robin, ada):
    sam = add_person("Sam", wanted_minutes=600)
    one, other = as_(robin), as_(ada)
    path = f"/people/{sam}/edit"
    form = fetched(one, path).form()
    assert sent(other, path, pronouns="he").status_code == 303
    end_transaction()
    answer = one.post(path, data=form.filled(pronouns="they"))
    assert answer.status_code == 409
    page = Page(answer.text)
    assert "Someone else changed this meanwhile" in page.body_text
    assert "theirs is “he”, yours is “they”" in page.body_text
    assert person_named("Sam").pronouns == "he"
    assert one.post(path, data=page.form().filled()).status_code == 303
    assert person_named("Sam").pronouns == "they"


def test_only_admins_give_roles(as_, robin, ada):
    sam = add_person("Sam")
    assert not fetched(as_(robin), f"/people/{sam}/edit").all("input", name="roles")
    answer = sent(as_(ada), f"/people/{sam}/edit", roles=["peer", "supervisor"])
    assert answer.status_code == 303
    assert person_named("Sam").roles == {Role.PEER, Role.SUPERVISOR}


def test_a_coordinator_cannot_forge_a_role_into_the_form(as_, robin):
    sam = add_person("Sam")
    client = as_(robin)
    form = fetched(client, f"/people/{sam}/edit").form()
    client.post(f"/people/{sam}/edit", data=form.filled() | {"roles": "admin"})
    assert person_named("Sam").roles == {Role.PEER}


def test_who_leaves_can_be_brought_back_from_their_page(as_, robin):
    sam = add_person("Sam")
    client = as_(robin)
    answer = sent(client, f"/people/{sam}/leaving", f"/people/{sam}/leaving")
    assert answer.status_code == 303
    assert not person_named("Sam").is_active
    assert "Sam" not in fetched(client, "/people/").one("table").text
    assert "Sam" in fetched(client, "/people/?state=inactive").one("table").text
    answer = sent(client, f"/people/{sam}", f"/people/{sam}/leaving")
    assert answer.status_code == 303
    assert person_named("Sam").is_active


def test_the_list_is_searched_and_narrowed(as_, robin):
    add_person("Sam", email="sam@example.org")
    add_person("Samira", level="trainee")
    client = as_(robin)

    def names(query):
        found = fetched(client, f"/people/{query}")
        return {row.all("th")[0].text for row in found.all("tr")[1:]}

    assert names("?search=sam") == {"Sam", "Samira"}
    assert names("?search=SAM@example.org") == {"Sam"}
    assert names("?search=sam&level=trainee") == {"Samira"}
    assert "Nobody fits" in fetched(client, "/people/?search=xyz").body_text


def test_names_are_found_and_sorted_without_regard_to_marks_and_capitals(as_, robin):
    for name, code in (("Łukasz", "l"), ("Zoë", "z1"), ("Ángel", "a"), ("Юрий", "y"), ("Bo", "b")):
        add_person(name, code=code)
    client = as_(robin)

    def names(query):
        return [row.all("th")[0].text for row in fetched(client, f"/people/{query}").all("tr")[1:]]

    assert names("") == ["Ángel", "Bo", "Łukasz", "Robin", "Zoë", "Юрий"]
    assert names("?search=zoe") == names("?search=ZOË") == ["Zoë"]
    assert names("?search=lukasz") == ["Łukasz"]
    assert names("?search=юр") == ["Юрий"]
    assert names("?search=%25") == []


def test_three_hundred_people_are_shown_in_pages_each_once(as_, robin):
    made = [Person(name=f"Person {number:03}", code=f"p{number}", created_at=app_clock.now()) for number in range(299)]
    db.session.add_all(made)
    db.session.commit()
    client, seen = as_(robin), []
    for page in range(1, 9):
        found = fetched(client, f"/people/?page={page}")
        seen += [row.all("th")[0].text for row in found.all("tr")[1:]]
    assert seen == [*(person.name for person in made), "Robin"]
    assert "300 people" in found.body_text


def test_a_list_of_many_people_is_quick_and_small(app, as_, robin):
    skill = add_skill("First aid", is_certificate=True)
    for number in range(80):
        person = add_person(f"Person {number}")
        db.session.add(PersonSkill(person_id=person, skill_id=skill, expires_on=date(2026, 12, 1)))
    db.session.commit()
    client, queries = as_(robin), []
    client.get("/people/")
    end_transaction()

    def count(connection, cursor, statement, *rest):
        queries.append(statement)

    sa.event.listen(db.engine, "before_cursor_execute", count)
    answer = client.get("/people/")
    sa.event.remove(db.engine, "before_cursor_execute", count)
    asked = [each for each in queries if not each.startswith(("PRAGMA", "BEGIN", "SET"))]
    assert len(asked) < 12, asked
    assert len(answer.data) < 100_000


def test_a_certificate_is_given_with_its_reckoned_last_day_and_warned_of(as_, robin):
    sam, aid = add_person("Sam"), add_skill("First aid", is_certificate=True, validity_months=24)
    client = as_(robin)
    answer = sent(client, f"/people/{sam}/skills/add", skill_id=aid, obtained_on="2024-12-20")
    assert answer.status_code == 303
    page = fetched(client, f"/people/{sam}")
    assert "valid until 20 December 2026" in page.body_text
    assert "Runs out in 27 days" in page.body_text
    assert "First aid runs out in 27 days" in fetched(client, "/people/").body_text


@pytest.mark.parametrize(
    ("days", "kind"), [(-1, "bad"), (7, "bad"), (8, "warn"), (30, "warn"), (31, "note"), (60, "note")]
)
def test_a_certificate_that_runs_out_is_told_ever_more_urgently(days, kind):
    today = date(2026, 11, 23)
    badge = expiry_badge(today + timedelta(days=days), today)
    assert badge is not None
    assert badge[1] == kind
    assert expiry_badge(today + timedelta(days=61), today) is None


def test_a_skill_is_taken_off_only_after_a_yes(as_, robin):
    sam, aid = add_person("Sam"), add_skill("First aid", is_certificate=True)
    db.session.add(PersonSkill(person_id=sam, skill_id=aid))
    db.session.commit()
    held = db.session.scalars(sa.select(PersonSkill.id)).one()
    client = as_(robin)
    asked = next(
        a["href"] for a in fetched(client, f"/people/{sam}/skills/{held}").all("a") if "/take" in a.get("href")
    )
    page = fetched(client, asked)
    assert "If it only ran out, change its last day instead." in page.body_text
    assert db.session.scalars(sa.select(PersonSkill.id)).all() == [held]
    end_transaction()
    assert client.post(asked, data=page.form(asked).filled()).status_code == 303
    end_transaction()
    assert db.session.scalars(sa.select(PersonSkill.id)).all() == []


def test_a_code_and_number_that_a_file_brought_do_not_stand_in_the_way(as_, robin):
    sam = add_person("Sam", code="Smith, J. (2)", phone="ask at the desk")
    client = as_(robin)
    assert sent(client, f"/people/{sam}/edit", pronouns="they").status_code == 303
    answer = sent(client, f"/people/{sam}/edit", code="no, spaces", phone="call me")
    links = {link["href"] for link in Page(answer.text).one("div", class_="problems").all("a")}
    assert links == {"#code", "#phone"}


def test_a_certificate_renewed_by_someone_else_meanwhile_is_not_overwritten_unseen(as_, robin, ada):
    sam, aid = add_person("Sam"), add_skill("First aid", is_certificate=True)
    db.session.add(PersonSkill(person_id=sam, skill_id=aid, obtained_on=date(2024, 1, 1), expires_on=date(2026, 1, 1)))
    db.session.commit()
    held = db.session.scalars(sa.select(PersonSkill.id)).one()
    path = f"/people/{sam}/skills/{held}"

    def filled(client, day):
        found = next(each for each in fetched(client, path).all("form") if each.all("input", name="expires_on"))
        return Form(found).filled(expires_on=day)

    one, other = as_(robin), as_(ada)
    mine, theirs = filled(one, "2027-06-01"), filled(other, "2028-01-01")
    end_transaction()
    assert other.post(path, data=theirs).status_code == 303
    answer = one.post(path, data=mine)
    assert answer.status_code == 409
    assert "1 January 2028" in Page(answer.text).body_text
    end_transaction()
    assert db.session.scalars(sa.select(PersonSkill.expires_on)).one() == date(2028, 1, 1)


def test_a_skill_is_added_to_the_catalogue_and_a_second_one_of_its_name_refused(as_, robin):
    client = as_(robin)
    assert sent(client, "/people/skills/add", name="Driving").status_code == 303
    answer = sent(client, "/people/skills/add", name="driving")
    assert answer.status_code == 422
    assert "There is a skill with this name." in answer.text


def test_people_change_what_they_may_about_themselves(as_, app):
    sam = add_person("Sam")
    client = as_(sam)
    answer = sent(client, "/people/me/edit", name="Sammy", wanted_minutes="8", hours_dial="fewer")
    assert answer.status_code == 303
    assert (person_named("Sammy").wanted_minutes, person_named("Sammy").hours_dial) == (480, "fewer")
    assert "Fewer hours" in fetched(client, "/people/me").body_text
    form = fetched(client, "/people/me/edit").form()
    client.post("/people/me/edit", data=form.filled() | {"level": "mentor", "roles": "admin"})
    sammy = person_named("Sammy")
    assert (sammy.level, sammy.roles) == ("peer", {Role.PEER})


def test_the_log_says_what_was_changed_but_not_what_to(as_, robin):
    sam = add_person("Sam")
    sent(as_(robin), f"/people/{sam}/edit", phone="604 555 0100")
    end_transaction()
    entry = db.session.scalars(sa.select(AuditEntry).where(AuditEntry.act == "change person")).one()
    assert entry.actor_id == robin
    assert entry.details == {"changed": ["phone"]}

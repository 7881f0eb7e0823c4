"""The path: mentors sign, nobody signs for themselves, and the next level opens what it should."""

from __future__ import annotations

import threading

import pytest
import sqlalchemy as sa

from app.access import Role
from app.database import db
from app.editing import Refused, Saved
from app.growth import queries, services
from app.growth.models import LevelChange, SignOff
from app.growth.steps import STEPS, next_level
from app.people.models import Level, Person, PersonSkill, Skill
from app.sites.models import Service
from tests.support.pages import Page, end_transaction
from tests.support.people import add_person


@pytest.fixture
def mo(app):
    return add_person("Mo", level=Level.MENTOR)


def sign_all(person_id, mentor):
    level = next_level(db.session.get_one(Person, person_id).level)
    for step in STEPS[level]:
        assert isinstance(services.sign_off(person_id, step.name, mentor), Saved)


def level_of(person_id):
    end_transaction()
    return db.session.scalar(sa.select(Person.level).where(Person.id == person_id))


def version_of(person_id):
    return db.session.scalar(sa.select(Person.version).where(Person.id == person_id))


def test_someone_walks_the_whole_path(mo, clock):
    zia = add_person("Zia", level=Level.OBSERVER)
    for level in (Level.TRAINEE, Level.PEER, Level.LEAD, Level.MENTOR):
        assert isinstance(services.move_up(zia, version_of(zia), mo), Refused)
        sign_all(zia, mo)
        assert isinstance(services.move_up(zia, version_of(zia), mo), Saved)
        assert level_of(zia) == level
        clock.move(days=30)
    assert [each.after for each in reversed(queries.moves_of(zia))] == ["trainee", "peer", "lead", "mentor"]
    assert isinstance(services.move_up(zia, version_of(zia), mo), Refused)


def test_whoever_becomes_a_lead_can_stand_on_the_lines_that_ask_for_one(mo):
    skill = Skill(code="lead", name="Shift lead")
    db.session.add(skill)
    db.session.flush()
    db.session.add(Service(code="kit", name="Supplies", lead_skill_id=skill.id))
    db.session.commit()
    ana = add_person("Ana")
    sign_all(ana, mo)
    services.move_up(ana, version_of(ana), mo)
    assert db.session.scalars(sa.select(PersonSkill.person_id)).all() == [ana]


def test_a_trainee_who_moves_up_counts_as_cover(mo):
    from datetime import date

    from app.roster import planning
    from app.roster.facts import read_problem

    zia = add_person("Zia", level=Level.TRAINEE)
    period = planning.add_period(None, date(2026, 11, 30), date(2026, 12, 6), []).id

    def is_trainee():
        return next(each for each in read_problem(period).problem.workers if each.id == zia).is_trainee

    assert is_trainee()
    sign_all(zia, mo)
    services.move_up(zia, version_of(zia), mo)
    assert not is_trainee()


def test_only_mentors_sign_and_nobody_for_themselves(mo):
    ana, lee = add_person("Ana", level=Level.TRAINEE), add_person("Lee", level=Level.LEAD)
    step = STEPS[Level.PEER][0].name
    assert isinstance(services.sign_off(ana, step, lee), Refused)
    assert isinstance(services.sign_off(ana, step, ana), Refused)
    db.session.get_one(Person, mo).level = Level.MENTOR
    assert isinstance(services.sign_off(mo, step, mo), Refused)
    assert db.session.scalars(sa.select(SignOff)).all() == []


def test_a_step_of_another_level_is_refused(mo):
    ana = add_person("Ana", level=Level.TRAINEE)
    assert isinstance(services.sign_off(ana, STEPS[Level.LEAD][0].name, mo), Refused)
    assert isinstance(services.sign_off(ana, "no-such-step", mo), Refused)
    kim = add_person("Kim", level=Level.MENTOR)
    assert isinstance(services.sign_off(kim, "no-such-step", mo), Refused)


def test_two_mentors_at_once_sign_once_and_move_once(bare_app, mo):
    other, ana = add_person("Ota", level=Level.MENTOR), add_person("Ana", level=Level.TRAINEE)
    sign_all(ana, mo)
    version, answers, start = version_of(ana), [], threading.Barrier(4)
    end_transaction()

    def move(by):
        with bare_app.app_context():
            start.wait()
            services.sign_off(ana, STEPS[Level.PEER][0].name, by)
            answers.append(type(services.move_up(ana, version, by)))

    threads = [threading.Thread(target=move, args=(by,)) for by in (mo, other) * 2]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    assert sorted(each.__name__ for each in answers) == ["Outdated"] * 3 + ["Saved"]
    assert level_of(ana) == Level.PEER
    assert db.session.scalar(sa.select(sa.func.count()).select_from(LevelChange)) == 1


def test_a_sign_off_taken_back_stays_with_its_date_and_counts_no_more(mo):
    ana = add_person("Ana", level=Level.TRAINEE)
    sign_all(ana, mo)
    services.take_back_sign_off(ana, STEPS[Level.PEER][0].name, mo)
    assert not queries.path_of(ana).may_move_up
    assert db.session.scalar(sa.select(sa.func.count()).select_from(SignOff)) == len(STEPS[Level.PEER])
    assert isinstance(services.move_up(ana, version_of(ana), mo), Refused)


def test_people_see_their_own_path_and_mentors_that_of_others(as_, mo):
    ana = add_person("Ana", level=Level.TRAINEE)
    assert "Next: peer" in Page(as_(ana).get("/path/").text).body_text
    assert as_(ana).get(f"/path/people/{mo}").status_code == 404
    client = as_(mo)
    page = Page(client.get(f"/path/people/{ana}").text)
    step = STEPS[Level.PEER][0]
    form = page.form(f"/path/people/{ana}/steps/{step.name}")
    end_transaction()
    assert client.post(form.action, data=form.filled()).status_code == 303
    assert queries.path_of(ana).done == 1


def test_a_level_set_by_hand_is_kept_with_why_and_gives_a_lead_their_skills(as_, mo):
    skill = Skill(code="lead", name="Shift lead")
    db.session.add(skill)
    db.session.flush()
    db.session.add(Service(code="kit", name="Supplies", lead_skill_id=skill.id))
    robin, ana = add_person("Robin", Role.COORDINATOR), add_person("Ana", level=Level.OBSERVER)
    client = as_(robin)
    page = client.submit(f"/path/people/{ana}/level", level="lead", reason="")
    assert "Say in a few words why." in page.body_text
    page = client.submit(f"/path/people/{ana}/level", level="lead", reason="Led elsewhere")
    assert "Observer to lead" in page.body_text
    assert "with Robin: Led elsewhere" in page.body_text
    assert db.session.scalars(sa.select(PersonSkill.person_id)).all() == [ana]


def asks_for_a_lead(*skills):
    for skill in skills:
        db.session.add(skill)
        db.session.flush()
        db.session.add(Service(code=f"{skill.code}-kit", name=f"{skill.name} kit", lead_skill_id=skill.id))
    db.session.commit()


def held():
    end_transaction()
    query = sa.select(Person.name, Skill.code).join(PersonSkill, PersonSkill.person_id == Person.id).join(Skill)
    return sorted(tuple(row) for row in db.session.execute(query))


def test_whoever_goes_back_to_peer_leads_no_more_and_keeps_their_certificates(mo):
    paper = Skill(code="cpr", name="First aid", is_certificate=True)
    asks_for_a_lead(Skill(code="lead", name="Shift lead"), paper)
    ana = add_person("Ana")
    services.set_level(ana, Level.LEAD, "Led elsewhere.", version_of(ana), mo)
    db.session.add(PersonSkill(person_id=ana, skill_id=paper.id))
    db.session.commit()
    services.set_level(ana, Level.MENTOR, "More.", version_of(ana), mo)
    assert held() == [("Ana", "cpr"), ("Ana", "lead")]
    services.set_level(ana, Level.PEER, "A break.", version_of(ana), mo)
    assert held() == [("Ana", "cpr")]


def test_whoever_is_added_as_a_lead_can_stand_on_the_lines_that_ask_for_one(app):
    from app.people import services as people

    asks_for_a_lead(Skill(code="lead", name="Shift lead"))
    for name, level in (("Lee", Level.LEAD), ("Ana", Level.PEER)):
        assert isinstance(people.add_person({"name": name, "level": level}, frozenset({Role.ADMIN})), Saved)
    assert held() == [("Lee", "lead")]


def test_a_service_that_asks_for_a_lead_from_now_on_knows_those_there_are(mo):
    from app.sites import services as sites

    skill = Skill(code="lead", name="Shift lead")
    db.session.add(skill)
    db.session.commit()
    add_person("Ana")
    made = sites.add_service({"name": "Supplies", "lead_skill_id": None})
    assert held() == []
    sites.change_service(made.id, {"name": "Supplies", "lead_skill_id": skill.id}, 1)
    assert held() == [("Mo", "lead")]


def test_nobody_sets_their_own_level(mo):
    assert isinstance(services.set_level(mo, Level.PEER, "Enough.", version_of(mo), mo), Refused)


def test_the_page_of_a_person_moves_nobody_along_the_path(as_, mo):
    robin, ana = add_person("Robin", Role.COORDINATOR), add_person("Ana", level=Level.OBSERVER)
    client = as_(robin)
    page = client.page(f"/people/{ana}/edit")
    form = page.form(class_="stack")
    assert "level" not in form.filled()
    client.post(f"/people/{ana}/edit", data=form.filled() | {"level": "lead"})
    assert level_of(ana) == Level.OBSERVER
    assert f"/path/people/{ana}" in [link.get("href") for link in page.all("a")]

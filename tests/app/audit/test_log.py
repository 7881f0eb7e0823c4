"""The log tells who did what in plain words, to admins only."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest
import sqlalchemy as sa

from app import jobs
from app.access import Role
from app.audit.models import AuditEntry
from app.audit.queries import is_known
from app.audit.services import record
from app.database import db
from app.demo import build
from app.people.models import Person
from app.roster.models import Period, Shift
from tests.support.people import add_person

APP = Path(__file__).parents[3] / "app"


@pytest.fixture
def ada(app):
    return add_person("Grace", Role.ADMIN)


@pytest.fixture
def note(app, clock):
    """Write an act down, a second after the one before."""

    def write(act, *about, **details):
        clock.move(seconds=1)
        record(db.session, act, *about, **details)
        db.session.commit()

    return write


def lines(page):
    return [item.text for item in page.one("main").all("li") if item.inside("ul") and item.all("time")]


def test_what_people_do_on_pages_is_told_in_sentences(ada, as_):
    admin = as_(ada)
    admin.submit("/people/add", name="Sam Rivers")
    sam = db.session.scalar(sa.select(Person.id).where(Person.name == "Sam Rivers"))
    admin.submit(f"/people/{sam}/edit", name="Sam Reed")
    admin.submit(f"/people/{sam}/sign-in", f"/people/{sam}/sign-in/code")
    told = " ".join(lines(admin.page("/audit/")))
    assert "Grace added Sam Reed." in told
    assert "Grace changed the page of Sam Reed. changed: name" in told
    assert "Grace made a sign-in code for Sam Reed." in told
    assert sam not in told


def test_a_whole_groups_log_shows_names_never_ids(ada, note, as_):
    build.build()
    period, shift = db.session.scalar(sa.select(Period)), db.session.scalar(sa.select(Shift))
    robin = db.session.scalar(sa.select(Person).where(Person.name == "Robin"))
    note("publish roster", "period", period.id, actor_id=robin.id, publication=1, draft=2, changes=12)
    note("waive rule", "draft", "goneabcdefgh", actor_id=robin.id, rule="rest", shift=shift.id, person=robin.id)
    note("delete period", "period", "goneabcdefgh", actor_id=robin.id, starts_on="2026-03-02")
    ids = {period.id, shift.id, robin.id, "goneabcdefgh"}
    admin = as_(ada)
    told = lines(admin.page("/audit/"))
    assert f"Robin published the roster of {period.name}. 12 changes" in told[2]
    assert "Robin set a rule aside in a draft that is gone. the rule: Rest between shifts · Robin · " in told[1]
    assert not [each for each in ids for line in told if each in line]


def test_it_is_narrowed_by_person_by_kind_and_by_day(ada, note, as_, clock):
    sam, kim = add_person("Sam"), add_person("Kim", Role.COORDINATOR)
    note("give a sign-in code", "person", sam, actor_id=kim)
    clock.move(days=1)
    note("sign in", "person", sam, actor_id=sam, door="code")
    note("add site", "site", "goneabcdefgh", actor_id=kim)
    admin = as_(ada)
    assert len(lines(admin.page(f"/audit/?person={sam}"))) == 2
    assert len(lines(admin.page(f"/audit/?person={kim}"))) == 2
    (line,) = lines(admin.page("/audit/?about=places"))
    assert "Kim added the site a site that is gone" in line
    assert len(lines(admin.page("/audit/?day=2026-11-24"))) == 2
    assert "Nothing fits" in admin.page("/audit/?day=2026-11-20").text
    assert len(lines(admin.page("/audit/?day=nonsense&about=nonsense&page=-3"))) == 3


def test_it_is_paged_newest_first(ada, note, as_):
    for number in range(60):
        note("export file", "export", f"file-{number}", actor_id=ada)
    admin = as_(ada)
    first, second = admin.page("/audit/"), admin.page("/audit/?page=2")
    assert "file 59" in lines(first)[0]
    assert [len(lines(first)), len(lines(second))] == [50, 10]


def test_private_wishes_and_unknown_facts_are_not_told(ada, note, as_):
    sam = add_person("Sam")
    note("enter a private wish at their request", "person", sam, actor_id=ada, kind="not_with", about="canary-one")
    note("do something new", "person", sam, actor_id=ada, secret="canary-two")
    page = as_(ada).page("/audit/")
    assert "canary" not in page.text
    assert "Grace: do something new, Sam." in page.text


def test_when_people_came_and_went_is_forgotten_and_what_they_did_is_not(ada, note, clock):
    note("sign in", "person", ada, actor_id=ada, door="link")
    note("invite", "person", ada, actor_id=ada)
    jobs.ensure_recurring()
    clock.move(days=31)
    jobs.run_due()
    assert db.session.scalars(sa.select(AuditEntry.act)).all() == ["invite"]


def test_a_page_of_the_log_asks_the_database_little(ada, as_, app):
    build.build()
    shifts = db.session.scalars(sa.select(Shift.id).limit(60)).all()
    for shift in shifts:
        record(db.session, "edit shift", "shift", shift, actor_id=ada)
    db.session.commit()
    asked = []
    sa.event.listen(db.engine, "before_cursor_execute", lambda *event: asked.append(event[2]))
    as_(ada).page("/audit/")
    assert len([each for each in asked if each.lstrip().upper().startswith(("SELECT", "WITH"))]) <= 12


def test_every_act_that_is_written_has_its_sentence():
    wordless = set()
    for path in APP.rglob("*.py"):
        for call in (node for node in ast.walk(ast.parse(path.read_text())) if isinstance(node, ast.Call)):
            if isinstance(call.func, ast.Name) and call.func.id == "record" and len(call.args) > 1:
                named = [node.value for node in ast.walk(call.args[1]) if isinstance(node, ast.Constant)]
                whole = not any(isinstance(node, ast.JoinedStr) for node in ast.walk(call.args[1]))
                wordless |= {act for act in named if whole and " " in str(act) and not is_known(str(act))}
    assert not wordless, "say in app/audit/words.py how these read"


def test_times_are_on_the_groups_wall(ada, note, as_, clock):
    clock.move(hours=15)
    note("invite", "person", ada, actor_id=ada)
    page = as_(ada).page("/audit/")
    assert "Tuesday 24 November" in page.text
    assert "01:00" in page.text

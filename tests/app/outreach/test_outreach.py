"""Nobody goes out alone, nobody is out twice, and who does not come back is looked for."""

from __future__ import annotations

import threading
from datetime import timedelta

import pytest
import sqlalchemy as sa

from app.access import Role
from app.audit.models import AuditEntry
from app.database import db, new_id
from app.editing import Outdated, Refused, Saved
from app.mail.models import OutgoingMail
from app.outreach import queries, services
from app.outreach.models import Outing, OutingMember
from app.people.models import Level, Person
from app.sites.models import Site
from tests.support.pages import Page, end_transaction
from tests.support.people import add_person


@pytest.fixture
def four(app):
    ids = [add_person(name) for name in ("Ana", "Bo", "Cy", "Di")]
    add_person("Robin", Role.COORDINATOR, email="robin@example.org")
    db.session.add(Site(id="harbourhouse", code="house", name="Harbour House"))
    db.session.commit()
    return ids


def go(clock, *people, key=None, minutes=60, by=None, contact="kim@example.org"):
    facts = {
        "site_id": "harbourhouse",
        "route": "Wharf Road and back",
        "contact_name": "Kim",
        "contact_email": contact,
        "contact_phone": None,
        "due_at": clock() + timedelta(minutes=minutes),
    }
    return services.go_out(key or new_id(), people, facts, by or people[0])


def mails():
    end_transaction()
    return sorted(db.session.scalars(sa.select(OutgoingMail)), key=lambda mail: (mail.created_at, mail.recipient))


def watch():
    end_transaction()
    services.watch_outings(None)


@pytest.mark.parametrize("who", [[0], [0, 0], []])
def test_nobody_goes_out_alone(four, clock, who):
    people = [four[at] for at in who]
    answer = go(clock, *people, by=four[0])
    assert isinstance(answer, Refused)
    assert "alone" in answer.problems["people"]


def test_nobody_is_out_twice_at_once(four, clock):
    ana, bo, cy, _ = four
    assert isinstance(go(clock, ana, bo), Saved)
    answer = go(clock, cy, bo)
    assert isinstance(answer, Refused)
    assert "Bo" in answer.problems["people"]


def test_of_pairs_that_share_a_person_and_leave_at_once_one_goes(bare_app, four, clock):
    ana, bo, cy, di = four
    answers, start = [], threading.Barrier(6)

    def leave(people):
        with bare_app.app_context():
            start.wait()
            answers.append(type(go(clock, *people)))

    end_transaction()
    threads = [threading.Thread(target=leave, args=(pair,)) for pair in ([ana, bo], [ana, cy], [ana, di]) * 2]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    assert sorted(each.__name__ for each in answers) == ["Refused"] * 5 + ["Saved"]
    assert db.session.scalar(sa.select(sa.func.count()).select_from(OutingMember)) == 2


def test_the_form_sent_twice_is_one_outing_and_coming_back_twice_one_return(four, clock):
    key = new_id()
    for _ in range(2):
        assert isinstance(go(clock, *four[:2], key=key), Saved)
    clock.move(minutes=30)
    services.come_back(key, four[0])
    back_at = clock()
    clock.move(minutes=1)
    assert isinstance(services.come_back(key, four[1]), Saved)
    assert [row.closed_at for row in db.session.scalars(sa.select(Outing))] == [back_at]
    assert isinstance(go(clock, *four[:2]), Saved)


def test_overdue_turns_amber_then_red_and_mails_the_contact_once(four, clock):
    key = go(clock, *four[:2]).id
    clock.move(minutes=59)
    assert queries.outing(key).state == "out"
    clock.move(minutes=1)
    watch()
    assert (queries.outing(key).state, mails()) == ("due", [])
    clock.move(minutes=15)
    watch()
    watch()
    assert queries.outing(key).state == "overdue"
    assert [mail.recipient for mail in mails()] == ["kim@example.org", "robin@example.org"]
    text = " ".join(mail.subject + mail.body for mail in mails())
    assert "Monday 23 November at 11:00" in text
    assert not any(word in text for word in ("Wharf", "Ana", "Bo", "Harbour", "outreach "))


def test_the_contact_hears_that_they_are_back(four, clock):
    key = go(clock, *four[:2]).id
    clock.move(minutes=80)
    watch()
    clock.move(minutes=1)
    services.come_back(key, four[0])
    assert [mail.subject for mail in mails() if mail.recipient == "kim@example.org"] == [
        "Please call now",
        "All is well",
    ]


def test_who_came_back_in_time_worries_nobody(four, clock):
    key = go(clock, *four[:2]).id
    services.come_back(key, four[0])
    clock.move(hours=3)
    watch()
    assert mails() == []


def test_staying_longer_moves_the_time_and_a_second_tap_does_not_move_it_again(four, clock):
    key = go(clock, *four[:2]).id
    clock.move(minutes=90)
    watch()
    told = queries.outing(key).version
    assert isinstance(services.stay_longer(key, told, four[0]), Saved)
    assert isinstance(services.stay_longer(key, told, four[0]), Outdated)
    out = queries.outing(key)
    assert (out.state, out.due_at) == ("out", clock() + timedelta(minutes=30))
    clock.move(minutes=46)
    watch()
    watch()
    assert len([mail for mail in mails() if mail.recipient == "kim@example.org"]) == 2


def subjects():
    return [mail.subject for mail in mails() if mail.recipient == "kim@example.org"]


def test_who_was_called_hears_that_all_is_well_however_long_they_stayed(four, clock):
    key = go(clock, *four[:2]).id
    clock.move(minutes=90)
    watch()
    services.stay_longer(key, queries.outing(key).version, four[0])
    services.come_back(key, four[0])
    assert subjects() == ["Please call now", "All is well"]


def test_who_is_out_after_all_is_looked_for_again(four, clock):
    key = go(clock, *four[:2]).id
    clock.move(minutes=90)
    watch()
    services.come_back(key, four[0])
    services.reopen(key, queries.outing(key).version, four[0])
    clock.move(minutes=1)
    watch()
    assert subjects() == ["Please call now", "All is well", "Please call now"]


def test_a_closing_by_mistake_is_taken_back_within_minutes(four, clock):
    key = go(clock, *four[:2]).id
    services.come_back(key, four[0])
    version = queries.outing(key).version
    assert isinstance(services.reopen(key, version, four[0]), Saved)
    assert queries.outing(key).state == "out"
    assert isinstance(go(clock, four[0], four[2]), Refused)
    services.come_back(key, four[0])
    clock.move(minutes=11)
    assert isinstance(services.reopen(key, queries.outing(key).version, four[0]), Refused)


def test_others_do_not_see_an_outing_and_cannot_close_it(as_, four, clock):
    key = go(clock, *four[:2]).id
    end_transaction()
    assert "Wharf" in as_(four[0]).get("/outreach/").text
    client = as_(four[3])
    page = client.get("/outreach/")
    assert "Wharf" not in page.text
    token = Page(page.text).all("input", name="csrf_token")[0]["value"]
    end_transaction()
    assert client.post(f"/outreach/{key}/back", data={"csrf_token": token}).status_code == 404
    assert queries.outing(key).state == "out"


def test_the_form_says_by_its_field_what_is_missing_and_loses_nothing(as_, four, clock):
    client = as_(four[0])
    end_transaction()
    form = Page(client.get("/outreach/add").text).form()
    end_transaction()
    answer = client.post(
        "/outreach/add", data=form.filled(route="Wharf Road", contact_name="Kim", contact_email="kim@x")
    )
    assert answer.status_code == 422
    page = Page(answer.text)
    assert "Wharf Road" in page.one("textarea").text
    assert "does not look like" in page.body_text
    form = page.form()
    answer = client.post("/outreach/add", data=form.filled(contact_email="kim@example.org"))
    assert "alone" in Page(answer.text).body_text


def test_the_log_tells_neither_way_nor_contact(four, clock):
    go(clock, *four[:2])
    end_transaction()
    told = " ".join(str(row.details) for row in db.session.scalars(sa.select(AuditEntry)))
    assert "Wharf" not in told
    assert "kim" not in told.lower()


def test_the_contact_is_nobody_who_goes_out_too(four, clock):
    db.session.get_one(Person, four[1]).email = "Bo@example.org"
    db.session.commit()
    assert "stays elsewhere" in go(clock, *four[:2], contact="bo@EXAMPLE.org").problems["contact_email"]
    assert isinstance(go(clock, four[0], four[2], contact="bo@example.org"), Saved)


def test_people_who_are_learning_go_out_only_with_two_who_are_not(four, clock):
    zia, max_ = add_person("Zia", level=Level.TRAINEE), add_person("Max", level=Level.OBSERVER)
    for alone in ([], four[:1]):
        assert "learning" in go(clock, zia, max_, *alone).problems["people"]
    assert isinstance(go(clock, zia, max_, *four[:2]), Saved)


def test_whoever_notes_others_as_out_hears_so_sees_them_and_notes_them_back(as_, four, clock):
    client = as_(four[2])
    fields = {"people": four[:2], "route": "Wharf Road", "contact_name": "Kim", "contact_email": "kim@example.org"}
    answer = client.submit("/outreach/add", **fields)
    assert "They are on the board" in answer.body_text
    assert "Ana and Bo" in answer.body_text
    key = db.session.scalars(sa.select(Outing.id)).one()
    end_transaction()
    client.submit("/outreach/", f"/outreach/{key}/back")
    assert queries.outing(key).state == "back"


def test_reopening_says_who_is_out_again(four, clock):
    key = go(clock, *four[:2]).id
    services.come_back(key, four[0])
    go(clock, *four[1:3])
    version = queries.outing(key).version
    assert "Out again already: Bo" in services.reopen(key, version, four[0]).problems[""]


def test_a_page_from_before_someone_left_is_answered_in_words(as_, four, clock):
    fields = {"route": "Wharf Road", "contact_name": "Kim", "contact_email": "kim@example.org"}
    client = as_(four[0])
    assert "not in the group any more" in client.submit("/outreach/add", people=[four[0], "zz"], **fields).body_text
    assert "not in use any more" in client.submit("/outreach/add", people=four[:2], site_id="zz", **fields).body_text


def test_an_open_board_looks_again_by_itself(as_, four):
    assert as_(four[0]).get("/outreach/").headers["Refresh"] == "60"

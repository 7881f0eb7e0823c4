"""Importing: a look, a yes, and then all of it or nothing, whatever happens at the same time."""

from __future__ import annotations

import io
import threading
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

import pytest
import sqlalchemy as sa

from app.attendance import services as attendance
from app.attendance.models import NotedVia
from app.attendance.services import Noting
from app.audit.models import AuditEntry
from app.database import db
from app.mail.models import OutgoingMail
from app.people.models import Person, PersonSkill, Skill, Wish
from app.roster.models import Assignment, Period, Shift
from app.roster.planning import OVER, WORKED
from app.sites.models import Service, Site
from app.transfer import services
from app.transfer.files import write_zip
from app.transfer.kinds.people import Certificates
from app.transfer.models import Upload
from tests.access_matrix import MAY
from tests.support.pages import CheckingClient, Page
from tests.support.people import sign_in

if TYPE_CHECKING:
    from werkzeug.test import TestResponse

PEOPLE = b"name,roles,wanted hours\nNour,peer,8\nBo,volunteer,12\nAna,peer,12\n"


def bring(client: CheckingClient, data: bytes, kind: str = "people", name: str = "file.csv") -> TestResponse:
    """Send a file and give the answer."""
    form = {"csrf_token": client.token(), "kind": kind, "date_order": "", "file": (io.BytesIO(data), name)}
    return client.post("/transfer/", data=form, content_type="multipart/form-data")


def preview(client: CheckingClient, data: bytes, kind: str = "people") -> tuple[str, Page]:
    """Send a file and open its preview."""
    answer = bring(client, data, kind)
    assert answer.status_code == 302, Page(answer.text).one("main").text
    return answer.location, client.page(answer.location)


def say_yes(client: CheckingClient, path: str, page: Page) -> Page:
    """Press the button of a preview as it was shown."""
    form = page.form(f"{path}/import")
    answer = client.post(form.action, data=form.filled(), follow_redirects=True)
    assert answer.status_code == 200
    return Page(answer.text)


def names() -> set[str]:
    found = set(db.session.scalars(sa.select(Person.name)))
    db.session.rollback()
    return found


def test_whoever_a_file_makes_a_lead_gets_the_skills_of_one_and_loses_them_with_the_level(group, as_):
    skill = Skill(code="lead", name="Shift lead")
    db.session.add(skill)
    db.session.flush()
    db.session.get_one(Service, group["walk"]).lead_skill_id = skill.id
    db.session.commit()
    client, leads = as_(group["robin"]), sa.select(PersonSkill.person_id)
    for level, people in ((b"lead", [group["ana"]]), (b"peer", [])):
        say_yes(client, *preview(client, b"name,level\nAna," + level + b"\n"))
        assert db.session.scalars(leads).all() == people
        db.session.rollback()


def test_nothing_is_written_before_the_yes_and_everything_after(group, as_):
    client = as_(group["robin"])
    before = names()
    path, page = preview(client, PEOPLE)
    assert "Nothing is written yet" in page.body_text
    assert names() == before
    done = say_yes(client, path, page)
    assert "2 new, 1 changed, 0 unchanged" in done.body_text
    assert names() == before | {"Nour", "Bo"}
    ana = db.session.get_one(Person, group["ana"])
    assert (ana.wanted_minutes, ana.pronouns) == (720, "she/her")
    entry = db.session.scalars(sa.select(AuditEntry).where(AuditEntry.act == "import file")).one()
    assert entry.actor_id == group["robin"]
    assert entry.details == {"kind": "people", "counts": {"people": {"new": 2, "changed": 1, "unchanged": 0}}}


def test_an_address_that_a_file_changes_is_new_and_the_one_before_is_told(group, as_):
    say_yes(
        client := as_(group["robin"]),
        *preview(client, b"code,name,email\nana,Ana,new@example.org\nnour,Nour,n@example.org\n"),
    )
    found = db.session.scalars(sa.select(Person).where(Person.address_changed_at.is_not(None)).order_by(Person.name))
    assert [(each.name, each.former_emails) for each in found] == [("Ana", "ana@example.org"), ("Nour", None)]
    assert db.session.scalars(sa.select(OutgoingMail.recipient)).all() == ["ana@example.org"]


def test_one_bad_row_keeps_the_good_ones_out(group, as_):
    client = as_(group["robin"])
    before = names()
    path, page = preview(client, PEOPLE + b"Kim,king,8\n")
    assert "Rows to mend 1" in page.body_text
    assert "Line 5 roles king" in page.body_text
    assert not page.all("form", action=f"{path}/import")
    answer = client.post(f"{path}/import", data={"csrf_token": client.token(), "digest": ""}, follow_redirects=True)
    assert "some rows no longer fit" in answer.text
    assert names() == before
    rows = client.get(f"{path}/bad-rows.csv").text.splitlines()
    assert rows[1].startswith("file.csv,5,roles,king,")


def test_a_preview_that_the_world_has_overtaken_is_shown_anew(group, as_):
    client = as_(group["robin"])
    path, page = preview(client, PEOPLE)
    db.session.get_one(Person, group["ana"]).wanted_minutes = 60
    db.session.commit()
    again = say_yes(client, path, page)
    assert "the group changed after you opened this page" in again.body_text
    assert "Nour" not in names()
    assert "Imported" in say_yes(client, path, again).title
    assert "Nour" in names()


def test_the_same_file_again_changes_nothing(group, as_):
    client = as_(group["robin"])
    path, page = preview(client, PEOPLE)
    say_yes(client, path, page)
    _, again = preview(client, PEOPLE)
    assert "Nothing to change" in again.body_text
    assert "Imported" in say_yes(client, path, page).title  # a second press of the first button
    assert db.session.scalar(sa.select(sa.func.count()).where(AuditEntry.act == "import file")) == 1


def test_a_fault_in_the_middle_leaves_nothing(group, as_, app, monkeypatch):
    client = as_(group["ada"])
    everything = client.get("/transfer/exports/everything.zip")
    assert everything.status_code == 200
    path, page = preview(client, PEOPLE)

    def breaks(*_: object) -> None:
        raise OSError("the disk is full")

    monkeypatch.setattr(services, "record", breaks)  # the last thing of all, after every row
    app.config["PROPAGATE_EXCEPTIONS"] = False
    form = page.form(f"{path}/import")
    assert client.post(form.action, data=form.filled()).status_code == 500
    monkeypatch.undo()
    assert not {"Nour", "Bo"} & names()
    assert "Imported" in say_yes(client, path, client.page(path)).title


def test_a_fault_in_the_second_file_of_a_zip_leaves_nothing_of_the_first(group, as_, app, monkeypatch):
    data = write_zip(
        [
            ("people.csv", PEOPLE),
            ("certificates.csv", b"person,skill,valid until\nNour,cpr,2027-01-01\n"),
            ("readme.txt", b"hello"),
        ]
    )
    client = as_(group["ada"])
    path, page = preview(client, data, "everything")
    assert "readme.txt" in page.body_text
    assert page.body_text.count("Rows to mend 0") == 2

    def breaks(*_: object) -> None:
        raise OSError("the disk is full")

    monkeypatch.setattr(Certificates, "write", breaks)
    app.config["PROPAGATE_EXCEPTIONS"] = False
    form = page.form(f"{path}/import")
    assert client.post(form.action, data=form.filled()).status_code == 500
    monkeypatch.undo()
    assert "Nour" not in names()
    assert "Imported" in say_yes(client, path, client.page(path)).title
    assert "Nour" in names()


def test_two_people_who_say_yes_at_once_get_one_import_and_one_clear_answer(group, bare_app):
    data = b"code,name,address\nnew,New House,1 Street\nnorth,North,%s Street\n"
    answers: dict[str, str] = {}
    ready = threading.Barrier(2)

    def one(who: str) -> None:
        client = bare_app.test_client()
        sign_in(client, group[who])
        path, page = preview(client, data % who.encode(), "sites")
        form = page.form(f"{path}/import")
        filled = form.filled()
        ready.wait(20)
        answers[who] = client.post(form.action, data=filled, follow_redirects=True).text

    threads = [threading.Thread(target=one, args=(who,)) for who in ("robin", "ada")]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    done = [who for who, text in answers.items() if "All of it was written" in text]
    told = [who for who, text in answers.items() if "Nothing was imported" in text]
    assert len(done) == len(told) == 1, {who: Page(text).title for who, text in answers.items()}
    rows = db.session.execute(sa.select(Site.code, Site.address).order_by(Site.code)).all()
    assert rows == [("new", "1 Street"), ("north", f"{done[0]} Street")]


def test_a_file_is_seen_by_who_brought_it_and_is_sealed_and_forgotten(group, as_, clock):
    path, _ = preview(as_(group["robin"]), PEOPLE)
    assert as_(group["ada"]).get(path).status_code == 302
    raw = bytes(db.session.execute(sa.text("SELECT content FROM upload")).scalar_one())
    assert b"Nour" not in raw
    db.session.rollback()
    clock.move(days=1, minutes=1)
    gone = as_(group["robin"]).page(path)
    assert "That file is no longer here" in gone.body_text
    services._purge(None)
    assert db.session.scalar(sa.select(sa.func.count(Upload.id))) == 0


def test_the_rows_as_they_were_take_an_import_back(group, as_):
    client = as_(group["ada"])
    path, page = preview(client, b"code,pronouns,wanted hours\nana,they,1\n")
    say_yes(client, path, page)
    before = client.get(f"{path}/before.zip").data
    back, shown = preview(client, before, "everything")
    say_yes(client, back, shown)
    ana = db.session.get_one(Person, group["ana"])
    assert (ana.pronouns, ana.wanted_minutes) == ("she/her", 600)


def test_two_thousand_rows_are_shown_in_parts_and_written_at_once(group, as_):
    rows = "".join(f"new-{n},New Person {n},{n % 30}\n" for n in range(2000))
    client = as_(group["robin"])
    path, page = preview(client, f"code,name,wanted hours\n{rows}".encode())  # the client refuses pages over 100 kB
    assert "Page 1 of 80" in page.body_text
    assert "New Person 1999" in client.page(f"{path}?changes=80").body_text
    assert "2000 new" in say_yes(client, path, page).body_text
    bad = "".join(f"bad-{n},B,lots\n" for n in range(2000))
    path, page = preview(client, f"code,name,wanted hours\n{bad}".encode())
    assert "2000 rows do not fit" in page.body_text
    assert len(client.get(f"{path}/bad-rows.csv").text.splitlines()) == 2001


def test_wishes_come_in_by_an_admin_and_are_shown_to_nobody(group, as_):
    data = b"person,wish,other person\nana,not with,sam-1\n"
    assert bring(as_(group["robin"]), data, "wishes").status_code == 422
    client = as_(group["ada"])
    path, page = preview(client, data, "wishes")
    assert "sam-1" not in page.body_text
    done = say_yes(client, path, page)
    assert "sam-1" not in done.body_text
    wish = db.session.scalars(sa.select(Wish)).one()
    assert (wish.person_id, wish.other_person_id) == (group["ana"], group["sam-1"])
    db.session.rollback()
    assert b"not_with" not in client.get("/transfer/exports/everything.zip").data
    assert client.get("/transfer/exports/wishes.csv").status_code == 403
    assert "sam-1" in as_(group["ana"]).get("/transfer/my-wishes.csv").text
    assert "sam-1" not in as_(group["sam-1"]).get("/transfer/my-wishes.csv").text


def bring_in_a_history(client, answer="yes"):
    data = write_zip(
        [
            ("periods.csv", b"first day,last day,name,published\n2026-10-01,2026-10-28,October,yes\n"),
            (
                "shifts.csv",
                b"shift,date,starts,ends,site,service,minimum,target\nold-1,2026-10-02,10 PM,6 AM,north,walk,1,2\n",
            ),
            ("assignments.csv", f"person,shift,accepted\nana,old-1,{answer}\nsam-1,old-1,\n".encode()),
        ]
    )
    path, page = preview(client, data, "everything")
    say_yes(client, path, page)


def test_a_history_comes_in_with_its_shifts_and_periods(group, as_):
    bring_in_a_history(as_(group["ada"]))
    shift = db.session.scalars(sa.select(Shift)).one()
    assert (shift.ends_at - shift.starts_at).total_seconds() == 8 * 3600
    assert set(db.session.scalars(sa.select(Assignment.person_id))) == {group["ana"], group["sam-1"]}
    period = db.session.scalars(sa.select(Period)).one()
    assert period.published_at is not None
    assert period.version >= 1


@pytest.mark.parametrize("change", ["starts\n{},9 PM\n", "cancelled\n{},yes\n"])
def test_a_shift_that_people_said_yes_to_is_not_changed_by_a_file(group, as_, plan_of, clock, change):
    clock.set(datetime(2026, 10, 1, 19, tzinfo=UTC))
    bring_in_a_history(as_(group["ada"]))
    shift = db.session.scalars(sa.select(Shift.id)).one()
    data = ("shift," + change.format(shift)).encode()
    (bad,) = [each for file in plan_of("shifts", data).files for each in file.bad]
    assert "People are on this shift" in bad.reason
    db.session.execute(sa.delete(Assignment))
    db.session.commit()
    assert not [each for file in plan_of("shifts", data).files for each in file.bad]


def test_the_times_of_a_history_are_put_right_by_a_file_while_nothing_rests_on_them(group, as_, plan_of):
    client = as_(group["ada"])
    bring_in_a_history(client)
    place = db.session.scalars(sa.select(Assignment).where(Assignment.person_id == group["ana"])).one()
    shift_id, place_id = place.shift_id, place.id

    def refused(cells):
        data = f"shift,date,starts,cancelled\n{shift_id},{cells}\n".encode()
        return data, [bad.reason for _, bad in plan_of("shifts", data).bad]

    data, reasons = refused("2026-10-02,9 PM,no")
    assert not reasons
    say_yes(client, *preview(client, data, "shifts"))
    place, shift = db.session.get_one(Assignment, place_id), db.session.get_one(Shift, shift_id)
    assert (shift.ends_at - shift.starts_at, place.is_told(shift)) == (timedelta(hours=9), True)
    assert refused("2027-10-02,9 PM,no")[1] == ["This shift is over: it cannot move to a time to come."]
    assert "People are on this shift" in refused("2026-10-02,8 PM,yes")[1][0]
    place.assigned_at = shift.starts_at
    db.session.commit()
    assert refused("2026-10-02,8 PM,no")[1] == [OVER]
    assert attendance.note_as_planned(shift_id, group["ana"], Noting(group["robin"], NotedVia.COORDINATOR, 0))
    assert refused("2026-10-02,8 PM,no")[1] == [WORKED]


@pytest.mark.parametrize(
    ("said", "cell", "reason"),
    [
        ("declined", "yes", "Ana said no to this shift. No file changes what people say."),
        ("yes", "declined", "Ana said yes to this shift. No file changes what people say."),
        ("no", "yes", "Ana has not said yes to this shift. No file changes what people say."),
        ("declined", "said no", None),
    ],
)
def test_no_file_turns_a_no_into_a_yes_or_a_yes_into_a_no(group, as_, plan_of, said, cell, reason):  # noqa: PLR0913, PLR0917
    bring_in_a_history(as_(group["ada"]), answer=said)
    (place,) = db.session.scalars(sa.select(Assignment).where(Assignment.person_id == group["ana"])).all()
    assert (place.accepted_at is not None, place.declined_at is not None) == (said == "yes", said == "declined")
    (file,) = plan_of("assignments", f"person,shift,accepted\nana,{place.shift_id},{cell}\n".encode()).files
    assert [bad.reason for bad in file.bad] == ([reason] if reason else [])
    assert file.unchanged == (not reason)


@pytest.mark.parametrize("cell", ["", "2026-10-02 21:00", "2026-10-02 22:00", "soon"])
def test_no_file_says_what_somebody_on_a_shift_was_told(group, as_, plan_of, cell):
    bring_in_a_history(as_(group["ada"]))
    shift = db.session.scalars(sa.select(Shift)).one()
    shift.starts_at -= timedelta(hours=1)
    shift_id = shift.id
    db.session.commit()
    (file,) = plan_of("assignments", f"person,shift,told starts\nana,{shift_id},{cell}\n".encode()).files
    wrong = {
        "2026-10-02 21:00": "What Ana was told stays as it is. Publish the roster to tell them anew.",
        "soon": "Write a date and a time like 2026-03-31 21:30.",
    }
    assert [bad.reason for bad in file.bad] == ([wrong[cell]] if cell in wrong else [])
    assert not file.changes


def test_contact_details_leave_with_an_admin_only_and_it_is_noted(group, as_):
    assert "ana@example.org" not in as_(group["robin"]).get("/transfer/exports/people.csv").text
    assert "ana@example.org" in as_(group["ada"]).get("/transfer/exports/people.csv").text
    entries = db.session.scalars(sa.select(AuditEntry).where(AuditEntry.act == "export file")).all()
    assert {(e.actor_id, e.object_id, e.details["rows"]) for e in entries} == {
        (group["robin"], "people", 5),
        (group["ada"], "people", 5),
    }


@pytest.mark.parametrize("who", ["robin", "ada"])
def test_every_template_can_be_brought_in_but_for_what_it_refers_to(group, as_, plan_of, who):
    client = as_(group[who])
    page = client.page("/transfer/")
    links = [a["href"] for a in page.all("a") if a.get("href").startswith("/transfer/templates/")]
    assert len(links) == (11 if who == "ada" else 10)
    for link in links:
        kind = link.rpartition("/")[2].removesuffix(".csv")
        (file,) = plan_of(kind, client.get(link).data).files
        assert len(file.sheet.rows) == 1
        assert not file.ignored
        for bad in file.bad:
            assert "There is no " in bad.reason, (kind, bad)
    assert "transfer.template" in MAY

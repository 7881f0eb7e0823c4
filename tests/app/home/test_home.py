"""The first page: for each role what it needs first, and nothing of anybody else's."""

from __future__ import annotations

from datetime import date, datetime, timedelta

import pytest
import sqlalchemy as sa

from app import clock as app_clock
from app.access import Role
from app.database import db, new_id
from app.exchange.openings import openings_within
from app.jobs import Job, WorkerBeat
from app.mail.models import OutgoingMail
from app.outreach import services as outreach
from app.people.models import Person, PersonSkill, Skill
from app.roster.models import Assignment, Draft, Period, Run, Shift, ShiftDemand, as_told
from app.sites.models import Service, Site
from tests.support.pages import end_transaction
from tests.support.people import add_person


@pytest.fixture
def robin(app):
    return add_person("Robin", Role.COORDINATOR)


@pytest.fixture
def sam(app):
    return add_person("Sam")


def period(starts_on, *, is_published=False, **facts):
    row = Period(
        name=f"From {starts_on:%d %b}",
        starts_on=starts_on,
        ends_on=starts_on + timedelta(days=27),
        created_at=app_clock.now(),
        published_at=app_clock.now() if is_published else None,
        **facts,
    )
    db.session.add(row)
    db.session.flush()
    period_id = row.id
    db.session.commit()
    return period_id


def shift(day, *people, lines=((None, 1, 2),), lead=None, **facts):
    """A shift on a day at noon UTC that asks for these (skill, minimum, target), with these people on it."""
    site, service = Site(code=f"s{day}", name=f"Site {day}"), Service(code=f"k{day}", name=f"Work {day}")
    service.lead_skill_id = lead
    db.session.add_all([site, service])
    db.session.flush()
    starts_at = datetime(day.year, day.month, day.day, 20, tzinfo=app_clock.now().tzinfo)
    row = Shift(
        site_id=site.id,
        service_id=service.id,
        day_on=day,
        starts_at=starts_at,
        ends_at=starts_at + timedelta(hours=4),
        demands=[ShiftDemand(skill_id=s, minimum=least, target=target) for s, least, target in lines],
        **facts,
    )
    db.session.add(row)
    db.session.flush()
    for person in people:
        now = app_clock.now()
        place = {"shift_id": row.id, "person_id": person, "assigned_at": now, "accepted_at": now}
        db.session.add(Assignment(**place, **as_told(row)))
    shift_id = row.id
    db.session.commit()
    return shift_id


def skill(name, *holders, expires_on=None):
    row = Skill(code=name.lower(), name=name, is_certificate=True)
    db.session.add(row)
    db.session.flush()
    skill_id = row.id
    db.session.add_all(PersonSkill(person_id=each, skill_id=skill_id, expires_on=expires_on) for each in holders)
    db.session.commit()
    return skill_id


def home(as_, person):
    return as_(person).page("/").one("main")


def test_a_peer_sees_their_next_shift_and_the_roster_that_is_planned(as_, sam):
    shift(date(2026, 11, 25), sam)
    period(date(2026, 12, 21))
    text = home(as_, sam).text
    assert "Your next shift Wed 25 Nov 12:00 to 16:00" in text
    assert "Monday 21 December to Sunday 17 January 2027. It should be out by Monday 7 December" in text


def test_a_peer_with_nothing_planned_is_told_so_and_led_on(as_, sam):
    page = home(as_, sam)
    assert "No shift is planned for you" in page.text


def test_a_change_that_waits_for_an_answer_comes_first(as_, sam):
    on = shift(date(2026, 11, 25), sam)
    db.session.execute(sa.update(Assignment).where(Assignment.shift_id == on).values(accepted_at=None))
    db.session.commit()
    page = home(as_, sam)
    assert "One change waits for your answer" in page.text
    (act,) = [link for link in page.all("a", class_="button") if link["class"].strip() == "button"]
    assert (act.text, act["href"]) == ("Answer", "/shifts/")


def test_a_coordinator_sees_the_most_urgent_first(as_, robin, sam):
    period(date(2026, 11, 16), is_published=True)
    shift(date(2026, 11, 25), sam)
    short = shift(date(2026, 11, 27))
    skill("First aid", sam, expires_on=date(2026, 11, 29))
    period(date(2026, 12, 14))
    page = home(as_, robin)
    assert [each.text for each in page.all("h2")] == [
        "Friday 12:00 to 16:00",
        "Open places in the next two weeks",
        "Rosters",
        "Certificates",
    ]
    assert page.one("a", class_="button")["href"] == f"/gaps/{short}"
    for words in ("Cannot run", "1 open", "7 days to publish", "First aid of Sam", "Runs out in 6 days"):
        assert words in page.text


def test_who_is_overdue_comes_before_everything_else(as_, robin, sam, clock):
    shift(date(2026, 11, 27))
    period(date(2026, 11, 30))
    site = db.session.scalars(sa.select(Site.id)).one()
    due_at = clock() + timedelta(hours=1)
    facts = {"site_id": site, "route": "Wharf Road", "contact_name": "Kim", "contact_email": "kim@example.org"}
    outreach.go_out(new_id(), [sam, add_person("Bo")], facts | {"contact_phone": None, "due_at": due_at}, sam)
    assert "not back" not in home(as_, robin).text
    clock.move(minutes=90)
    page = home(as_, robin)
    assert page.all("h2")[0].text == "Bo and Sam are not back"
    assert page.one("a", class_="button")["href"] == "/outreach/"


def test_a_coordinator_for_whom_nothing_waits_is_told_so(as_, robin):
    assert "Nothing waits for you" in home(as_, robin).text


def test_open_places_are_counted_as_the_roster_counts_them(app, sam):
    period(date(2026, 11, 16), is_published=True)
    lead = skill("Lead", sam, expires_on=date(2026, 11, 26))
    trainee, gone = add_person("Cy", level="trainee"), add_person("Di", is_active=False)
    shift(date(2026, 11, 24), sam, add_person("Bo"))  # full
    shift(date(2026, 11, 25), sam, trainee, gone)  # neither counts
    shift(date(2026, 11, 26), sam, lines=((None, 1, 1),), lead=lead)  # led on the last day of the certificate
    late = shift(date(2026, 11, 27), sam, lines=((None, 1, 1),), lead=lead)
    shift(date(2026, 11, 28), cancelled_at=app_clock.now())
    shift(date(2026, 12, 8))  # beyond two weeks
    shift(date(2026, 12, 20))  # not published
    found = {each.starts_at.date(): each for each in openings_within(timedelta(days=14))}
    assert list(found) == [date(2026, 11, 25), date(2026, 11, 27)]
    assert (found[date(2026, 11, 25)].missing, found[date(2026, 11, 25)].cannot_run) == (1, False)
    led = found[date(2026, 11, 27)]
    assert (led.shift_id, led.missing, led.skills, led.cannot_run) == (late, 1, ("Lead",), True)


def test_a_run_and_a_draft_lead_where_they_are(as_, robin):
    made = period(date(2026, 12, 14))
    run = Run(period_id=made, seconds_limit=60, seed=1, workers=1, requested_at=app_clock.now())
    db.session.add(run)
    db.session.commit()
    assert home(as_, robin).one("a", class_="button")["href"].startswith(f"/rosters/{made}/runs/")
    db.session.execute(sa.update(Run).values(ended_at=app_clock.now()))
    for number in (1, 2):
        db.session.add(
            Draft(period_id=made, number=number, name=f"Draft {number}", base_version=0, created_at=app_clock.now())
        )
    db.session.commit()
    page = home(as_, robin)
    assert "Draft 2 waits to be looked at" in page.text
    assert "Draft 1" not in page.text


def test_a_roster_past_its_notice_is_late(as_, robin):
    period(date(2026, 11, 30))
    assert "Late to publish" in home(as_, robin).text


def test_an_admin_sees_how_things_run(as_, app):
    ada = add_person("Ada", Role.ADMIN)
    text = home(as_, ada).text
    assert "Background work Stands still Start Evenhand again" in text
    now = app_clock.now()
    db.session.add(WorkerBeat(id="w", host="h", started_at=now, seen_at=now))
    db.session.add(Job(kind="k", state="failed", run_at=now, created_at=now))
    mail = {"recipient": "a@example.org", "subject": "s", "body": "b", "next_at": now, "created_at": now}
    db.session.add(OutgoingMail(key="1", state="failed", **mail))
    db.session.add(OutgoingMail(key="2", state="waiting", **mail))
    db.session.commit()
    text = home(as_, ada).text
    for words in ("Background work Runs", "Failed jobs 1", "Mails given up 1", "Mails on the way 1"):
        assert words in text


@pytest.mark.parametrize("role", [Role.SUPERVISOR, Role.TREASURER])
def test_roles_whose_pages_come_later_hear_so_and_are_not_stuck(as_, app, role):
    page = home(as_, add_person("Kim", role))
    assert f"As a {role}" in page.text
    assert page.one("ul", class_="links").all("a")


def test_staff_who_are_peers_too_see_both(as_, app):
    noor = add_person("Noor", Role.COORDINATOR, Role.PEER, Role.ADMIN)
    shift(date(2026, 11, 25), noor)
    text = home(as_, noor).text
    for words in ("Nothing waits for you", "Your next shift", "How things run"):
        assert words in text


@pytest.mark.settled
def test_the_first_page_of_someone_with_every_role_stays_small_and_asks_little(app, as_):
    everyone = db.session.scalars(sa.select(Person).where(Person.code == "noor")).one()
    noor = everyone.id
    have = everyone.roles
    db.session.execute(
        sa.text("INSERT INTO person_role (person_id, role) VALUES (:person, :role)"),
        [{"person": noor, "role": str(role)} for role in Role if role not in have],
    )
    db.session.commit()
    client, asked = as_(noor), []
    client.get("/")
    end_transaction()

    def count(connection, cursor, statement, *rest):
        if not statement.startswith(("PRAGMA", "BEGIN", "SET")):
            asked.append(statement)

    sa.event.listen(db.engine, "before_cursor_execute", count)
    answer = client.get("/")
    sa.event.remove(db.engine, "before_cursor_execute", count)
    assert len(asked) <= 12, "\n".join(asked)
    assert len(answer.data) < 40_000

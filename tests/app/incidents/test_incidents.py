"""Two taps, then what people need; follow-ups; and nothing about those it happened to."""

from __future__ import annotations

from datetime import datetime, time, timedelta
from itertools import pairwise
from types import SimpleNamespace

import pytest
import sqlalchemy as sa

from app import clock as wall
from app import jobs
from app.access import Role
from app.attendance import services as attendance
from app.attendance.models import NotedVia
from app.attendance.queries import begun_places, worked_records
from app.database import db
from app.editing import Refused, Saved
from app.incidents import queries, reminders, services
from app.incidents.models import FollowUp, Incident, IncidentPerson, Kind
from app.mail.models import OutgoingMail
from app.pay import accrual
from app.pay.models import Honorarium
from app.people.models import Person
from app.roster import facts
from app.roster.models import Assignment, Period, Publication, Shift, as_told
from app.sites.models import Service, Site
from app.words import span_words
from tests.support.people import add_person

TASK = jobs.Task("job", {}, 1)


@pytest.fixture
def night(app):
    """It is three in the morning; Ana and Bo are on until six, Cy is not."""
    app.extensions["evenhand_now"].set(datetime.combine(wall.today(), time(3), wall.zone()))
    day = wall.today() - timedelta(days=1)
    night = SimpleNamespace(robin=add_person("Robin", Role.COORDINATOR))
    night.ana, night.bo, night.cy = (add_person(each, email=f"{each}@example.org") for each in ("Ana", "Bo", "Cy"))
    site, service = Site(code="house", name="Harbour House"), Service(code="kit", name="Supplies")
    period = Period(name="now", starts_on=day, ends_on=day + timedelta(days=6), created_at=wall.now())
    db.session.add_all([site, service, period])
    db.session.flush()
    starts = datetime.combine(day, time(22), wall.zone())
    shift = Shift(
        site_id=site.id, service_id=service.id, day_on=day, starts_at=starts, ends_at=starts + timedelta(hours=8)
    )
    said = Publication(period_id=period.id, number=1, by_id=night.robin, at=wall.now())
    db.session.add_all([shift, said])
    db.session.flush()
    for person in (night.ana, night.bo):
        place = {"shift_id": shift.id, "person_id": person, "publication_id": said.id, "assigned_at": wall.now()}
        db.session.add(Assignment(**place, **as_told(shift)))
    night.shift = shift.id
    db.session.commit()
    return night


def told(night, kind=Kind.OVERDOSE):
    return services.tell_incident(night.ana, kind).id


def test_two_taps_note_it_for_everyone_on_the_shift(night, as_):
    ana = as_(night.ana)
    page = ana.page("/entry/")
    token = page.form("").filled()["csrf_token"]
    page = ana.post("/entry/", data={"csrf_token": token, "kind": "overdose"}, follow_redirects=True)
    assert "Overdose, Harbour House" in page.text
    rows = set(db.session.scalars(sa.select(IncidentPerson.person_id)))
    assert rows == {night.ana, night.bo}


def test_an_incident_has_no_place_for_words_about_anyone(app):
    columns = {column.name: column.type for column in Incident.__table__.columns}
    times = {"happened_at", "relief_asked_at", "settled_at"}
    assert set(columns) == {"id", "kind", "shift_id", "told_by_id"} | times


def test_who_stops_is_paid_to_the_end_and_the_coordinator_sees_it(night, as_):
    incident = told(night)
    page = as_(night.ana).submit(f"/entry/{incident}", f"/entry/{incident}/pause")
    assert "(3 hours) is to be paid" in page.text
    as_(night.bo).submit(f"/entry/{incident}", f"/entry/{incident}/cover")
    robin = as_(night.robin)
    page = robin.page("/entry/")
    assert "Ana: stops, 3 hours to be paid" in page.text
    assert "Relief asked" in page.text
    assert "To arrange" not in robin.submit("/entry/", f"/entry/{incident}/tick").text


def test_stopping_reaches_pay_once_and_going_on_takes_it_back(night, clock):
    incident = told(night)
    for _ in range(2):
        services.stand_down(incident, night.ana, wants=True)
    records = {each.activity: each for each in worked_records(person_id=night.ana)}
    assert {name: each.minutes for name, each in records.items()} == {"shift": 300, "stand_down": 180}
    accrual.accrue()
    live = sa.select(Honorarium.activity, Honorarium.minutes).where(Honorarium.voided_at.is_(None))
    assert dict(db.session.execute(live).all()) == {"shift": 300, "stand_down": 180}
    clock.move(minutes=30)
    services.stand_down(incident, night.ana, wants=False)
    assert worked_records(person_id=night.ana) == []
    accrual.accrue()
    assert db.session.execute(live).all() == []
    services.stand_down(incident, night.ana, wants=True)
    assert [each.minutes for each in worked_records(person_id=night.ana)] == [330, 150]


def test_what_was_noted_before_someone_goes_on_stays_beside_it_with_who_and_why(night, as_):
    incident = told(night)
    services.stand_down(incident, night.ana, wants=True)
    worked, stopped = worked_records(person_id=night.ana)
    services.stand_down(incident, night.ana, wants=False)
    for record in (worked, stopped):
        page = as_(night.robin).page(f"/attendance/records/{record.id}").text
        assert f"Before: {span_words(record.starts_at, record.ends_at)}" in page
        assert "by Ana: “They went on after all.”" in page


def test_a_shift_someone_is_paid_for_having_stopped_is_neither_noted_again_nor_given_away(night):
    day = wall.today() - timedelta(days=1)
    phone = attendance.Noting(night.ana, NotedVia.PHONE, 0)
    services.stand_down(told(night), night.ana, wants=True)
    assert begun_places(day, day) == {(night.ana, night.shift)}
    assert isinstance(attendance.arrive(night.shift, night.ana, phone), Refused)


def test_just_after_a_shift_the_rest_is_paid_as_between_shifts(night, clock):
    clock.move(hours=4)
    incident = told(night)
    services.stand_down(incident, night.ana, wants=True)
    (record,) = worked_records()
    assert record.ends_at - record.starts_at == timedelta(hours=2)
    services.stand_down(incident, night.ana, wants=False)
    assert worked_records() == []


@pytest.mark.parametrize(("who", "hours"), [("ana", 3 + 4), ("cy", 12)])
def test_a_paid_stop_is_for_today_and_not_for_weeks_ago(night, as_, clock, who, hours):
    person = getattr(night, who)
    incident = services.tell_incident(person, Kind.DEATH).id
    clock.move(hours=hours)
    assert "Do you want to stop" in as_(person).page(f"/entry/{incident}").text
    clock.move(minutes=1)
    assert "Do you want to stop" not in as_(person).page(f"/entry/{incident}").text
    assert "That day is over" in " ".join(services.stand_down(incident, person, wants=True).problems.values())
    assert worked_records() == []


@pytest.mark.parametrize(("hours", "minutes"), [(2, 30), (3, 10)])
def test_it_belongs_to_the_shift_that_runs_or_is_just_over_rather_than_to_the_next(night, clock, hours, minutes):
    first = db.session.get_one(Shift, night.shift)
    starts = first.ends_at + timedelta(minutes=20)
    more = {"site_id": first.site_id, "service_id": first.service_id, "day_on": wall.today()}
    later = Shift(starts_at=starts, ends_at=starts + timedelta(hours=4), **more)
    db.session.add(later)
    db.session.flush()
    said = db.session.scalars(sa.select(Publication.id)).one()
    place = {"shift_id": later.id, "person_id": night.ana, "publication_id": said, "assigned_at": wall.now()}
    db.session.add(Assignment(**place, **as_told(later)))
    db.session.commit()
    clock.move(hours=hours, minutes=minutes)
    assert queries.incident(told(night)).shift_id == night.shift
    clock.move(minutes=40)
    assert queries.incident(told(night)).shift_id == (night.shift if hours == 2 else later.id)


def count(model):
    return db.session.scalar(sa.select(sa.func.count()).select_from(model))


def test_pressed_twice_or_told_by_two_it_is_one_unless_it_was_another(night, as_):
    ana, bo = as_(night.ana), as_(night.bo)
    form = ana.page("/entry/").form("").filled() | {"kind": "overdose"}
    for client, data in (
        (ana, form),
        (ana, form),
        (bo, bo.page("/entry/").form("").filled() | {"kind": "overdose"}),
    ):
        page = client.post("/entry/", data=data, follow_redirects=True)
    assert "told already" in page.text
    assert (count(Incident), count(FollowUp)) == (1, 6)
    assert "second within a week" not in page.text
    (incident,) = db.session.scalars(sa.select(Incident.id))
    assert "second within a week" in bo.submit(f"/entry/{incident}", "/entry/").text
    assert count(Incident) == 2


def test_the_key_of_anothers_page_leads_to_nothing_they_told(night, as_):
    theirs = told(night)
    cy = as_(night.cy)
    form = cy.page("/entry/").form("").filled() | {"kind": "overdose", "key": theirs}
    assert "Harbour House" not in cy.post("/entry/", data=form, follow_redirects=True).text
    assert (count(Incident), cy.get(f"/entry/{theirs}").status_code) == (2, 404)
    assert {each.name for each in queries.incident(theirs).people} == {"Ana", "Bo"}


def test_one_page_sent_again_with_another_kind_is_another_incident(night, as_):
    ana = as_(night.ana)
    form = ana.page("/entry/").form("").filled()
    for kind in ("overdose", "threat", "threat"):
        page = ana.post("/entry/", data=form | {"kind": kind}, follow_redirects=True)
    assert (count(Incident), "Threat or police" in page.text) == (2, True)


def test_another_kind_a_later_hour_and_another_persons_evening_are_not_the_same(night, clock):
    ids = {told(night), told(night, Kind.THREAT), services.tell_incident(night.cy, Kind.OVERDOSE).id}
    clock.move(minutes=31)
    assert len(ids | {told(night), services.tell_incident(night.robin, Kind.OVERDOSE).id}) == 5


def test_nobody_is_paid_for_two_rests_at_a_time(night, as_, clock):
    one, two = (services.tell_incident(night.cy, kind).id for kind in (Kind.DEATH, Kind.THREAT))
    assert services.stand_down(one, night.cy, wants=True) == services.stand_down(one, night.cy, wants=True)
    assert isinstance(services.stand_down(two, night.cy, wants=True), Refused)
    (paid,) = worked_records(person_id=night.cy)
    assert paid.minutes == 120
    assert "You have stopped" in as_(night.cy).page(f"/entry/{two}").text
    clock.move(hours=2)
    assert isinstance(services.stand_down(two, night.cy, wants=True), Saved)


def test_a_rest_on_a_shift_begins_when_an_earlier_one_ends(night, clock):
    db.session.execute(sa.update(Assignment).where(Assignment.person_id == night.bo).values(person_id=night.cy))
    db.session.commit()
    clock.move(hours=-6, minutes=-15)  # an hour and a quarter before the shift
    services.stand_down(services.tell_incident(night.cy, Kind.DEATH).id, night.cy, wants=True)
    clock.move(minutes=80)
    services.stand_down(services.tell_incident(night.cy, Kind.THREAT).id, night.cy, wants=True)
    spans = sorted((each.starts_at, each.ends_at) for each in worked_records(person_id=night.cy))
    assert all(before[1] <= after[0] for before, after in pairwise(spans))
    assert (spans[-1][1] - spans[-1][0]).total_seconds() / 60 == 435


def test_between_shifts_two_hours_are_paid(night):
    incident = services.tell_incident(night.cy, Kind.DEATH).id
    services.stand_down(incident, night.cy, wants=True)
    (paid,) = worked_records(person_id=night.cy)
    assert (paid.activity, paid.minutes, paid.shift_id) == ("stand_down", 120, None)
    services.undo_incident(incident, night.cy)
    assert worked_records(person_id=night.cy) == []


def test_asking_for_relief_mails_coordinators_once_and_shows_who_could_come(night, as_, app):
    db.session.get_one(Person, night.robin).email = "robin@example.org"
    cy = db.session.get_one(Person, night.cy)
    cy.is_relief, cy.phone = True, "604 555 0123"
    db.session.commit()
    incident = told(night)
    with app.test_request_context("/", method="POST"):
        services.ask_relief(incident, night.ana)
        services.ask_relief(incident, night.bo)
    (mail,) = db.session.scalars(sa.select(OutgoingMail))
    assert (mail.recipient, mail.subject) == ("robin@example.org", "Please look at the plan")
    assert not {"overdose", "happened"} & set(mail.body.lower().split())
    page = as_(night.robin).page("/entry/").text
    assert "Who could take over now" in page
    assert "604 555 0123" in page


def test_between_shifts_and_after_one_no_relief_is_offered(night, as_, clock):
    incident = services.tell_incident(night.cy, Kind.DEATH).id
    assert "take over" not in as_(night.cy).page(f"/entry/{incident}").text
    assert isinstance(services.ask_relief(incident, night.cy), Refused)
    mine = told(night)
    assert "Ask for relief" in as_(night.ana).page(f"/entry/{mine}").text
    clock.move(hours=4)
    assert "Ask for relief" not in as_(night.ana).page(f"/entry/{mine}").text
    assert isinstance(services.ask_relief(mine, night.ana), Refused)


def test_only_those_who_were_there_see_and_change_it(night, as_):
    incident = told(night)
    assert as_(night.cy).get(f"/entry/{incident}").status_code == 404
    services.ask_relief(incident, night.cy)
    assert not queries.incident(incident).is_relief_asked
    assert as_(night.bo).get(f"/entry/{incident}").status_code == 200


def test_each_is_asked_after_three_days_two_weeks_and_four(night, as_, clock):
    told(night)
    day = wall.today()
    due = db.session.scalars(sa.select(FollowUp.due_on).where(FollowUp.person_id == night.bo).order_by(FollowUp.due_on))
    assert [(each - day).days for each in due] == [3, 14, 28]
    assert queries.due_for(night.bo) == []
    clock.move(days=3)
    reminders.remind(TASK)
    reminders.remind(TASK)
    mails = db.session.scalars(sa.select(OutgoingMail)).all()
    assert sorted(mail.recipient for mail in mails) == ["Ana@example.org", "Bo@example.org"]
    assert {mail.subject for mail in mails} == {"Something for you in Evenhand"}
    (question,) = queries.due_for(night.bo)
    page = as_(night.bo).submit("/entry/", f"/entry/later/{question.id}", how="fine")
    assert "How are you since then" not in page.text
    assert len(queries.due_for(night.ana)) == 1


def test_nobody_answers_for_another(night, clock):
    told(night)
    clock.move(days=3)
    (question,) = queries.due_for(night.bo)
    services.answer_follow_up(question.id, night.ana)
    assert len(queries.due_for(night.bo)) == 1


def test_two_within_a_week_offer_again_and_sooner(night, as_, clock):
    told(night)
    second = told(night, Kind.OTHER)
    assert "That is the second within a week" in as_(night.ana).page(f"/entry/{second}").text
    assert queries.is_second_of_late(night.ana)
    clock.move(days=1)
    assert len(queries.due_for(night.ana)) == 1
    clock.move(days=7)
    assert not queries.is_second_of_late(night.ana)


def test_a_mistake_is_taken_back_at_once_but_not_later(night, clock):
    incident = told(night)
    services.undo_incident(incident, night.ana)
    assert queries.incident(incident) is None
    incident = told(night)
    clock.move(hours=1)
    services.undo_incident(incident, night.ana)
    assert queries.incident(incident) is not None


def test_only_who_told_it_takes_it_back(night, as_):
    incident = told(night)
    services.stand_down(incident, night.ana, wants=True)
    assert "take it back" not in as_(night.bo).page(f"/entry/{incident}").text
    assert isinstance(services.undo_incident(incident, night.bo), Refused)
    assert queries.incident(incident).people[0].stand_down_minutes == 180


@pytest.mark.parametrize(
    "counts_on",
    [
        lambda night, incident: services.tell_incident(night.bo, Kind.OVERDOSE),
        lambda night, incident: services.stand_down(incident, night.bo, wants=True),
        lambda night, incident: services.ask_relief(incident, night.bo),
    ],
    ids=["told", "stopped", "relief"],
)
def test_what_someone_else_counts_on_is_no_mistake_of_one(night, counts_on):
    incident = told(night)
    services.ask_relief(incident, night.ana)
    counts_on(night, incident)
    said = services.undo_incident(incident, night.ana)
    assert list(said.problems.values()) == ["Someone else counts on this. Tell a coordinator."]
    assert queries.incident(incident).needs_relief


def test_what_people_carry_counts_when_hard_work_is_spread(night, clock):
    told(night)
    period = Period(
        name="next",
        starts_on=wall.today() + timedelta(days=7),
        ends_on=wall.today() + timedelta(days=20),
        created_at=wall.now(),
    )
    db.session.add(period)
    db.session.commit()
    workers = facts.read_problem(period.id).problem.worker
    assert (workers[night.ana].carried.demanding, workers[night.cy].carried.demanding) == (queries.WEIGHT, 0)

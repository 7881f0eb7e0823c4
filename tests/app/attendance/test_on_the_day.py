"""Coming and leaving: one tap, one effect, whoever taps how often; what counts; what is kept of a correction."""

from __future__ import annotations

import threading
from datetime import UTC, date, datetime, time, timedelta
from types import SimpleNamespace

import pytest
import sqlalchemy as sa

from app.attendance import day, queries, services, sheets, standing_down
from app.attendance.models import Attendance, AttendanceCorrection, AttendanceState, NotedVia
from app.attendance.services import Noting, Times
from app.database import db, new_id
from app.editing import Outdated, Refused, Saved
from app.exchange import answers, covers
from app.people.models import Level, Person
from app.roster.models import Assignment, Period, Shift, ShiftDemand
from app.sites.models import Site
from tests.app.attendance.conftest import MONDAY, shift
from tests.support.pages import Page, end_transaction
from tests.support.people import add_person


def phone(person_id, version=0):
    return Noting(person_id, NotedVia.PHONE, version)


def lead(person_id, version=0):
    return Noting(person_id, NotedVia.LEAD, version)


def rows():
    end_transaction()
    return db.session.scalars(sa.select(Attendance).order_by(Attendance.created_at)).all()


def row():
    (only,) = rows()
    return only


def local(hour, minute=0, *, day_on=MONDAY):
    return datetime.combine(day_on, time(hour, minute), day.clock.zone())


def test_a_person_comes_and_leaves_and_it_counts_as_planned(town, clock):
    assert isinstance(services.arrive(town.day, town.ana, phone(town.ana)), Saved)
    clock.set(local(15, 4))
    assert isinstance(services.leave(town.day, town.ana, phone(town.ana, 1)), Saved)
    (record,) = queries.worked_records()
    assert (record.starts_at, record.ends_at) == (local(10), local(15))
    assert (record.site_id, record.service_id, record.demanding, record.level) == (town.site, town.service, 2, "peer")
    assert not record.is_late_change


def test_a_double_tap_has_one_effect_and_the_second_is_told_so(town, clock):
    services.arrive(town.day, town.ana, phone(town.ana))
    clock.move(minutes=1)
    again = services.arrive(town.day, town.ana, phone(town.ana))
    assert isinstance(again, Saved)
    assert "already" in again.words
    assert (row().version, row().arrived_at) == (1, local(10))


def test_a_replayed_arrival_after_leaving_changes_nothing(town, clock):
    services.arrive(town.day, town.ana, phone(town.ana))
    clock.move(hours=1)
    services.leave(town.day, town.ana, phone(town.ana, 1))
    assert isinstance(services.arrive(town.day, town.ana, phone(town.ana)), Outdated)
    assert row().state == AttendanceState.LEFT


def test_taking_back_undoes_one_tap_and_twice_no_more(town, clock):
    services.arrive(town.day, town.ana, phone(town.ana))
    clock.move(hours=1)
    services.leave(town.day, town.ana, phone(town.ana, 1))
    assert isinstance(services.take_back(row().id, phone(town.ana, 2)), Saved)
    assert isinstance(services.take_back(row().id, phone(town.ana, 2)), Outdated)
    assert (row().state, row().left_at) == (AttendanceState.HERE, None)
    clock.move(minutes=11)
    assert isinstance(services.take_back(row().id, phone(town.ana, 3)), Refused)


@pytest.mark.parametrize(("when", "words"), [(-61, "too early"), (5 * 60, "ended"), (-60, ""), (5 * 60 - 1, "")])
def test_arriving_is_open_from_an_hour_before_until_the_end(town, clock, when, words):
    clock.move(minutes=when)
    answer = services.arrive(town.day, town.ana, phone(town.ana))
    assert isinstance(answer, Refused if words else Saved)
    if words:
        assert words in answer.problems[""]


def test_whoever_is_not_on_the_shift_cannot_tap_for_themselves(town):
    assert isinstance(services.arrive(town.day, town.mo, phone(town.mo)), Refused)
    assert rows() == []


def test_two_leads_who_tap_at_once_make_one_row(bare_app, town):
    answers, start = [], threading.Barrier(8)
    day_shift, ana, lee, sam = town.day, town.ana, town.lee, town.sam

    def tap(by, via, act):
        with bare_app.app_context():
            start.wait()
            answers.append(act(day_shift, ana, Noting(by, via, 0)))

    end_transaction()
    threads = [
        threading.Thread(target=tap, args=(by, via, services.arrive))
        for by, via in [(lee, NotedVia.LEAD), (sam, NotedVia.COORDINATOR)] * 4
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    assert [type(each) for each in answers] == [Saved] * 8
    assert row().version == 1


def test_here_and_did_not_come_at_once_leave_one_of_them(bare_app, town):
    answers, start = [], threading.Barrier(2)
    day_shift, ana, lee, sam = town.day, town.ana, town.lee, town.sam

    def tap(act, by, via):
        with bare_app.app_context():
            start.wait()
            answers.append(act(day_shift, ana, Noting(by, via, 0)))

    end_transaction()
    threads = [
        threading.Thread(target=tap, args=(services.arrive, lee, NotedVia.LEAD)),
        threading.Thread(target=tap, args=(services.note_absent, sam, NotedVia.COORDINATOR)),
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    assert sorted(type(each).__name__ for each in answers) == ["Outdated", "Saved"]
    assert row().version == 1


def test_the_night_shift_of_yesterday_is_still_todays_and_counts_on_its_own_day(town, clock):
    clock.set(local(22))
    services.arrive(town.night, town.ana, phone(town.ana))
    clock.set(local(4, 2, day_on=date(2026, 11, 24)))
    assert [each.shift_id for each in day.own_day(town.ana)] == [town.night]
    services.leave(town.night, town.ana, phone(town.ana, 1))
    (record,) = queries.worked_records(MONDAY, MONDAY)
    assert record.minutes == 6 * 60


def test_the_shift_just_past_midnight_is_tonights(town, clock):
    late = shift(town, date(2026, 11, 24), time(0, 15), time(6), town.bo)
    db.session.commit()
    clock.set(local(23, 30))
    assert late in [each.shift_id for each in day.own_day(town.bo)]


@pytest.mark.parametrize(("on", "hours"), [(date(2026, 10, 31), 9), (date(2026, 11, 7), 8), (date(2027, 3, 13), 7)])
def test_a_night_on_which_clocks_change_counts_the_hours_that_passed(town, clock, on, hours):
    night = shift(town, on, time(22), time(6), town.ana)
    db.session.commit()
    clock.set(local(22, day_on=on))
    services.arrive(night, town.ana, phone(town.ana))
    clock.set(local(6, day_on=on + timedelta(days=1)))
    services.leave(night, town.ana, phone(town.ana, 1))
    (record,) = queries.worked_records()
    assert record.minutes == hours * 60


def test_a_correction_keeps_what_was_noted_and_why(town, clock):
    services.arrive(town.day, town.ana, phone(town.ana))
    clock.set(local(15))
    services.leave(town.day, town.ana, phone(town.ana, 1))
    clock.move(hours=2)
    times = Times(AttendanceState.LEFT, local(9, 30), local(15, 5))
    assert isinstance(services.correct(row().id, times, "Opened up early.", 2, town.robin), Saved)
    (record,) = queries.worked_records()
    assert (record.starts_at, record.ends_at, record.version) == (local(9, 30), local(15, 5), 3)
    kept = db.session.scalars(sa.select(AttendanceCorrection)).one()
    assert (kept.arrived_at, kept.left_at, kept.version) == (local(10), local(15), 2)
    assert (kept.reason, kept.by_id, kept.noted_via) == ("Opened up early.", town.robin, NotedVia.PHONE)


def test_of_two_corrections_of_one_version_one_is_kept(town, clock):
    clock.set(local(16))
    times = Times(AttendanceState.LEFT, local(10), local(15))
    services.enter(town.day, town.ana, times, town.robin)
    found = row().id
    assert isinstance(services.correct(found, times, "One.", 1, town.robin), Saved)
    assert isinstance(services.correct(found, times, "Two.", 1, town.sam), Outdated)
    assert db.session.scalar(sa.select(sa.func.count()).select_from(AttendanceCorrection)) == 1


def test_nobody_corrects_or_enters_their_own_hours(town, clock):
    shift_id = shift(town, MONDAY, time(10), time(12), town.robin)
    services.arrive(shift_id, town.robin, phone(town.robin))
    clock.set(local(13))
    times = Times(AttendanceState.LEFT, local(9), local(13))
    assert isinstance(services.correct(row().id, times, "More.", 1, town.robin), Refused)
    assert isinstance(services.enter(town.day, town.robin, times, town.robin), Refused)
    as_planned = Noting(town.robin, NotedVia.COORDINATOR, 1)
    assert isinstance(services.note_as_planned(shift_id, town.robin, as_planned), Refused)
    span = (local(9), local(10))
    extra = {"activity": "meeting", "day_on": MONDAY}
    assert isinstance(services.add_extra(new_id(), town.robin, extra, span, town.robin), Refused)


def test_a_coordinator_notes_others_who_helped_and_themselves_only_where_they_are_planned(town, clock):
    def by_robin(act, person):
        return act(town.day, person, Noting(town.robin, NotedVia.COORDINATOR, 0))

    assert isinstance(by_robin(services.arrive, town.robin), Refused)
    assert isinstance(by_robin(services.arrive, town.mo), Saved)
    clock.move(minutes=1)
    assert isinstance(by_robin(services.note_absent, town.robin), Refused)


@pytest.mark.parametrize(
    ("came", "went", "field"),
    [
        ((10, 0), (9, 0), "left"),
        ((10, 0), (10, 0), "left"),
        ((10, 0), (23, 0), "left"),
        ((23, 0), None, "arrived"),
        (None, None, "arrived"),
    ],
)
def test_times_that_make_no_sense_are_refused_by_field(town, clock, came, went, field):
    clock.set(local(16))
    times = Times(AttendanceState.LEFT, came and local(*came), went and local(*went))
    assert set(services.enter(town.day, town.ana, times, town.robin).problems) == {field}


def test_nobody_is_noted_on_a_shift_before_it_opens_nor_as_absent_before_it_begins(town, clock):
    tuesday = date(2026, 11, 24)
    tomorrow = shift(town, tuesday, time(9), time(14), town.ana)
    db.session.commit()
    clock.set(local(16))
    today = Times(AttendanceState.LEFT, local(10), local(15))
    for times in (today, Times(AttendanceState.HERE, local(15)), Times(AttendanceState.ABSENT)):
        assert set(services.enter(tomorrow, town.ana, times, town.robin).problems) == {"state"}
    clock.set(local(8, 30, day_on=tuesday))
    here = Times(AttendanceState.HERE, local(8, 15, day_on=tuesday))
    assert isinstance(services.enter(tomorrow, town.ana, here, town.robin), Saved)
    absent = services.correct(row().id, Times(AttendanceState.ABSENT), "Not here.", 1, town.robin)
    assert set(absent.problems) == {"state"}


@pytest.mark.parametrize(("came", "went", "is_fine"), [(3, 5, False), (5, 7, True), (18, 20, True), (20, 22, False)])
def test_times_on_a_shift_lie_near_its_planned_ones(town, clock, came, went, is_fine):
    clock.set(local(23))
    times = Times(AttendanceState.LEFT, local(came), local(went))
    answer = services.enter(town.day, town.ana, times, town.robin)
    assert isinstance(answer, Saved) if is_fine else set(answer.problems) == {"arrived"}


def at_the_van(town, *people, starts=time(10), ends=time(15)):
    db.session.add(Site(id="vanvanvanvan", code="van", name="The van"))
    db.session.flush()
    other = SimpleNamespace(site="vanvanvanvan", service=town.service)
    found = shift(other, MONDAY, starts, ends, *people)
    db.session.commit()
    return found


def test_nobody_is_noted_in_two_places_at_once_by_whichever_way(town, clock):
    van = at_the_van(town, town.ana)
    clock.set(local(16))
    services.enter(town.day, town.ana, Times(AttendanceState.LEFT, local(9, 57), local(15, 2)), town.robin)
    times = Times(AttendanceState.LEFT, local(14), local(15, 30))
    words = "Ana was at Harbour House today 09:57 to 15:02 already."
    assert services.enter(van, town.ana, times, town.robin).problems == {"arrived": words}
    assert services.note_as_planned(van, town.ana, lead(town.lee)).problems == {"": words}
    facts = {"activity": "training", "day_on": MONDAY}
    span = (local(9), local(10))
    assert services.add_extra(new_id(), town.ana, facts, span, town.robin).problems == {"arrived": words}
    later = Times(AttendanceState.LEFT, local(15, 2), local(15, 30))
    assert isinstance(services.enter(van, town.ana, later, town.robin), Saved)
    second = next(each for each in rows() if each.shift_id == van)
    assert services.correct(second.id, times, "Earlier.", 1, town.robin).problems == {"arrived": words}
    assert sum(each.minutes for each in queries.worked_records()) == 333


def test_whoever_is_here_leaves_there_before_they_come_elsewhere(town, clock):
    van = at_the_van(town, town.ana, starts=time(15), ends=time(18))
    services.arrive(town.day, town.ana, phone(town.ana))
    clock.set(local(15))
    own = services.arrive(van, town.ana, phone(town.ana)).problems[""]
    assert own == "You are noted as here at Harbour House. Tap 'I am leaving' there first."
    assert "Ana is noted as here at Harbour House" in services.arrive(van, town.ana, lead(town.lee)).problems[""]
    services.leave(town.day, town.ana, phone(town.ana, 1))
    first = row().id
    assert isinstance(services.arrive(van, town.ana, phone(town.ana)), Saved)
    assert "The van" in services.take_back(first, phone(town.ana, 2)).problems[""]


def test_a_paid_rest_lies_beside_anything_and_other_work_is_not_named(town, clock):
    clock.set(local(16))
    for activity, starts in (("stand_down", 10), ("quiet", 12)):
        facts = {"activity": activity, "day_on": MONDAY}
        services.add_extra(new_id(), town.ana, facts, (local(starts), local(starts + 2)), town.robin)
    planned = services.note_as_planned(town.day, town.ana, lead(town.lee)).problems[""]
    assert planned == "Ana was busy with other work today 12:00 to 14:00 already."
    morning = Times(AttendanceState.LEFT, local(10), local(12))
    assert isinstance(services.enter(town.day, town.ana, morning, town.robin), Saved)


def test_whoever_stands_down_gets_no_work_where_they_were_not_while_they_worked_elsewhere(town, clock):
    van = at_the_van(town)
    services.arrive(van, town.ana, Noting(town.robin, NotedVia.COORDINATOR, 0))
    clock.move(hours=1)
    standing_down.stand_down(town.ana, town.day, new_id(), timedelta(hours=1))
    db.session.commit()
    assert [(each.shift_id, each.activity) for each in rows()] == [(van, "shift"), (town.day, "stand_down")]


def test_of_two_places_tapped_at_the_same_time_one_is_noted(bare_app, town):
    van = at_the_van(town, town.ana)
    answers, start = [], threading.Barrier(6)
    ana, places = town.ana, (town.day, van)

    def tap(place):
        with bare_app.app_context():
            start.wait()
            answers.append((place, type(services.arrive(place, ana, phone(ana)))))

    end_transaction()
    threads = [threading.Thread(target=tap, args=(place,)) for place in places * 3]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    assert len(answers) == 6
    assert {place for place, answer in answers if answer is Saved} == {row().shift_id}


def test_other_work_sent_twice_is_one_piece_of_work(town, clock):
    key, span = new_id(), (local(7), local(9))
    facts = {"activity": "training", "day_on": MONDAY, "note": "First aid"}
    for _ in range(2):
        assert isinstance(services.add_extra(key, town.ana, facts, span, town.robin), Saved)
    (record,) = queries.worked_records()
    assert (record.activity, record.minutes, record.planned_starts_at, record.site_id) == ("training", 120, None, None)


def test_a_forgotten_leaving_takes_the_planned_end_and_is_shown(town, clock):
    services.arrive(town.day, town.ana, phone(town.ana))
    clock.set(local(16, 59))
    services.close_forgotten(None)
    assert row().state == AttendanceState.HERE
    clock.set(local(17, 1))
    for _ in range(2):
        services.close_forgotten(None)
    (record,) = queries.worked_records()
    assert (record.ends_at, row().noted_via, row().version) == (local(15), NotedVia.CLOSED, 2)
    found = day.unsettled()
    assert town.ana in [each.person_id for each in found]
    assert day.unsettled_count() == len(found)


def test_a_forgotten_leaving_gives_no_time_to_whoever_is_not_on_the_shift_any_more(town, clock):
    services.arrive(town.day, town.ana, phone(town.ana))
    db.session.execute(sa.delete(Assignment).where(Assignment.person_id == town.ana))
    db.session.commit()
    clock.set(local(17, 1))
    services.close_forgotten(None)
    assert queries.worked_records() == []
    assert town.ana in [each.person_id for each in day.unsettled()]


def test_did_not_come_counts_nothing_and_coming_after_all_is_noted_anew(town, clock):
    clock.move(minutes=30)
    services.note_absent(town.day, town.ana, lead(town.lee))
    assert queries.worked_records() == []
    assert queries.noted_shifts(MONDAY, MONDAY) == {(town.ana, town.day): None}
    clock.move(minutes=30)
    assert isinstance(services.arrive(town.day, town.ana, lead(town.lee, 1)), Saved)
    assert db.session.scalars(sa.select(AttendanceCorrection.state)).all() == ["absent"]


def test_whoever_reckons_with_records_hears_of_those_taken_back(town, clock):
    clock.set(local(16))
    services.enter(town.day, town.ana, Times(AttendanceState.LEFT, local(10), local(15)), town.robin)
    since = clock.move(minutes=1)
    assert queries.changed_work(since) == ([], set())
    services.correct(row().id, Times(AttendanceState.VOID), "Wrong person.", 1, town.robin)
    assert queries.changed_work(since) == ([], {row().id})
    assert queries.worked_records() == []


def test_a_lead_is_known_by_level_or_by_the_skill_the_service_asks_for(town):
    from app.people.models import PersonSkill, Skill
    from app.sites.models import Service

    assert day.led_shifts(town.lee) == [town.day, town.night]
    assert day.led_shifts(town.ana) == []
    skill = Skill(code="lead", name="Shift lead")
    db.session.add(skill)
    db.session.flush()
    db.session.get_one(Service, town.service).lead_skill_id = skill.id
    held = PersonSkill(person_id=town.ana, skill_id=skill.id, expires_on=date(2026, 11, 22))
    db.session.add(held)
    db.session.commit()
    assert day.led_shifts(town.ana) == []
    db.session.scalars(sa.select(PersonSkill)).one().expires_on = MONDAY
    db.session.commit()
    assert day.led_shifts(town.ana) == [town.day, town.night]


def test_worked_records_replace_the_plan_in_what_the_next_roster_knows(town, clock):
    from app.roster import planning
    from app.roster.facts import read_problem

    clock.set(local(16))
    services.enter(town.day, town.ana, Times(AttendanceState.LEFT, local(10), local(13)), town.robin)
    services.note_absent(town.day, town.bo, Noting(town.robin, NotedVia.COORDINATOR, 0))
    services.enter(town.day, town.mo, Times(AttendanceState.LEFT, local(10), local(15)), town.robin)
    saved = planning.add_period(None, date(2026, 11, 30), date(2026, 12, 6), [])
    problem = read_problem(saved.id).problem
    hours = {each.id: each.carried.minutes // 60 for each in problem.workers}
    assert (hours[town.ana], hours[town.bo], hours[town.mo], hours[town.lee]) == (3 + 6, 0, 5, 5 + 6)


def posted(client, path, **data):
    page = Page(client.get("/attendance/").text)
    end_transaction()
    token = page.all("input", name="csrf_token")[0]["value"]
    return client.post(path, data={"csrf_token": token} | data)


def test_a_peer_taps_in_and_out_on_their_own_page(as_, town, clock):
    client = as_(town.ana)
    end_transaction()
    page = Page(client.get("/attendance/").text)
    form = page.form(f"/attendance/shifts/{town.day}/arrive")
    client.post(form.action, data=form.filled())
    page = Page(client.get("/attendance/").text)
    assert "You are here since 10:00" in page.body_text
    clock.move(hours=5)
    page = Page(client.get("/attendance/").text)
    form = page.form(f"/attendance/shifts/{town.day}/leave")
    client.post(form.action, data=form.filled())
    assert "10:00 to 15:00" in Page(client.get("/attendance/").text).body_text
    assert "5 h" in Page(client.get("/attendance/mine").text).body_text


def test_a_lead_notes_their_own_shift_and_no_other(as_, town, clock):
    other = shift(town, MONDAY, time(9), time(12), town.bo)
    db.session.commit()
    client = as_(town.lee)
    board = Page(client.get(f"/attendance/sites/{town.site}").text).body_text
    assert "Ana" in board
    assert "09:00" not in board
    path = f"/attendance/shifts/{town.day}/people/{town.ana}/arrive"
    assert posted(client, path, version="0").status_code == 303
    assert row().noted_via == NotedVia.LEAD
    refused = posted(client, f"/attendance/shifts/{other}/people/{town.bo}/arrive", version="0")
    assert refused.status_code == 404


def test_a_peer_sees_no_board_and_notes_nobody_else(as_, town):
    client = as_(town.ana)
    assert client.get(f"/attendance/sites/{town.site}").status_code == 404
    path = f"/attendance/shifts/{town.day}/people/{town.bo}/arrive"
    assert posted(client, path, version="0").status_code == 404
    assert rows() == []


def test_a_person_sees_their_own_record_with_its_corrections_and_nobody_elses(as_, town, clock):
    clock.set(local(16))
    services.enter(town.day, town.ana, Times(AttendanceState.LEFT, local(10), local(15)), town.robin)
    found = row().id
    services.correct(found, Times(AttendanceState.LEFT, local(10), local(14)), "Left at two.", 1, town.robin)
    end_transaction()
    assert "Left at two." in Page(as_(town.ana).get(f"/attendance/mine/{found}").text).body_text
    assert as_(town.bo).get(f"/attendance/mine/{found}").status_code == 404


def published(first, last):
    db.session.add(
        Period(name="", starts_on=first, ends_on=last, created_at=day.clock.now(), published_at=day.clock.now())
    )
    db.session.commit()


def wall_of(first, last):
    return [line.days for week in sheets.wall(first, last, None) for line in week.lines]


def test_the_sheet_for_the_wall_has_chosen_names_and_no_word_of_the_work_unless_asked(as_, town):
    published(MONDAY, MONDAY)
    client = as_(town.robin)
    page = Page(client.get(f"/attendance/wall?site_id={town.site}&first_on=2026-11-23&span=weeks&paper=letter").text)
    assert len(page.all("table", class_="wall")) == 1
    assert "Ana" in page.one("table", class_="wall").text
    assert "Supplies" not in page.one("main").text
    page = Page(client.get(f"/attendance/wall?site_id={town.site}&first_on=2026-11-23&with_work=y").text)
    assert "Supplies" in page.one("main").text


def test_the_wall_shows_what_is_published_those_who_work_here_and_a_line_for_each_open_place(town):
    lines = [ShiftDemand(position=0, minimum=1, target=3)], [ShiftDemand(position=0, minimum=0, target=2)]
    for demands, people in zip(lines, ([town.ana, town.bo], []), strict=True):
        same = db.session.get_one(Shift, shift(town, date(2026, 11, 24), time(9), time(12), *people))
        same.demands = demands
    shift(town, date(2026, 11, 26), time(9), time(12), town.ana)
    db.session.get_one(Person, town.bo).is_active = False
    db.session.commit()
    published(date(2026, 11, 24), date(2026, 11, 25))
    assert wall_of(MONDAY, date(2026, 11, 29)) == [(None, ("Ana", "", "", "", ""), None, None, None, None, None)]


def test_a_month_of_the_wall_is_one_table_of_whole_weeks(as_, town):
    published(MONDAY, date(2026, 12, 31))
    page = Page(as_(town.robin).get("/attendance/wall?first_on=2026-11-23&span=month").text)
    rows = page.one("table", class_="wall").all("tr")
    assert page.one("section", class_="wall-month").one("h2").text == "November 2026"
    assert [each.all("strong")[0].text for each in rows[1:]] == ["26", "2", "9", "16", "23", "30"]
    assert "Ana" in rows[5].text


def test_a_day_of_the_month_on_the_wall_stands_by_time_whatever_the_place(as_, town):
    at_the_van(town, town.bo, starts=time(8), ends=time(9))
    published(MONDAY, date(2026, 12, 31))
    page = Page(as_(town.robin).get("/attendance/wall?first_on=2026-11-23&span=month").text)
    lines = page.one("table", class_="wall").all("tr")[5].all("td")[0].all("p")
    assert [each.text[:5] for each in lines] == ["08:00", "10:00", "22:00"]


def test_the_sign_in_sheet_comes_on_either_paper(as_, town):
    page = as_(town.robin).get(f"/attendance/sites/{town.site}/sheet?on=2026-11-23&paper=letter").text
    assert "paper-letter-tall" in page
    assert "Ana" in page


@pytest.mark.parametrize("on", ["0001-01-01", "9999-12-31"])
def test_days_out_of_reach_break_no_page(as_, town, on):
    client = as_(town.robin)
    for path in (
        f"/attendance/hours?last={on}",
        f"/attendance/hours?first={on}",
        f"/attendance/wall?span=month&first_on={on}",
        f"/attendance/sites/{town.site}?on={on}",
        f"/attendance/sites/{town.site}/sheet?on={on}",
        f"/pay/mine/statement?last={on}",
        f"/shifts/month?month={on[:7]}",
    ):
        assert client.get(path).status_code == 200


def test_someone_who_helped_out_is_noted_and_shown(as_, town, clock):
    clock.set(local(16))
    client = as_(town.robin)
    end_transaction()
    form = Page(client.get(f"/attendance/shifts/{town.day}/enter").text).form()
    end_transaction()
    answer = client.post(f"/attendance/shifts/{town.day}/enter", data=form.filled(person_id=town.mo))
    assert answer.status_code == 303
    board = Page(client.get(answer.location).text).body_text
    assert "Mo" in board
    assert "came to help" in board


def test_level_at_the_time_stays_with_the_record(town, clock):
    yuri = add_person("Yuri", level=Level.TRAINEE)
    clock.set(local(16))
    services.enter(town.day, yuri, Times(AttendanceState.LEFT, local(10), local(15)), town.robin)
    from app.people.models import Person

    db.session.get_one(Person, yuri).level = Level.PEER
    db.session.commit()
    assert queries.worked_records()[0].level == "trainee"


def test_utc_and_local_days_do_not_mix(town, clock):
    late = shift(town, MONDAY, time(23), time(23, 59), town.bo)
    db.session.commit()
    clock.set(datetime(2026, 11, 24, 7, 30, tzinfo=UTC))
    services.arrive(late, town.bo, phone(town.bo))
    clock.set(datetime(2026, 11, 24, 7, 59, tzinfo=UTC))
    services.leave(late, town.bo, phone(town.bo, 1))
    assert queries.worked_records(MONDAY, MONDAY)[0].day_on == MONDAY


@pytest.mark.parametrize("who", ["ana", "robin"])
def test_until_a_shift_begins_whoever_is_here_may_take_that_back_and_give_the_place_away(town, clock, who):
    clock.set(local(9, 5))
    services.arrive(town.day, town.ana, phone(town.ana))
    clock.move(minutes=40)
    assert day.place_on(town.day, town.ana).may_take_back
    by = getattr(town, who)
    noting = Noting(by, NotedVia.PHONE if by == town.ana else NotedVia.COORDINATOR, 1)
    assert isinstance(services.take_back(row().id, noting), Saved)
    assert covers.cannot_come(town.ana, town.day, by) == answers.Done()
    assert day.place_on(town.day, town.ana).is_planned is False


def test_who_left_again_before_the_shift_starts_can_give_the_place_away(town, clock):
    clock.set(local(9, 20))
    services.arrive(town.day, town.ana, phone(town.ana))
    clock.move(minutes=5)
    services.leave(town.day, town.ana, phone(town.ana, 1))
    assert queries.begun_places(MONDAY, MONDAY) == set()
    on = sa.select(Assignment.person_id).where(queries.has_come(Assignment.shift_id, Assignment.person_id))
    assert db.session.scalars(on).all() == []
    clock.move(minutes=15)
    assert day.place_on(town.day, town.ana).may_take_back
    assert covers.cannot_come(town.ana, town.day, town.ana) == answers.Done()
    assert day.place_on(town.day, town.ana).is_planned is False
    assert queries.worked_records() == []


def test_a_coordinator_does_not_undo_what_another_noted_about_them(town, clock):
    found = shift(town, MONDAY, time(10), time(15), town.robin)
    services.arrive(found, town.robin, phone(town.robin))
    clock.move(hours=1)
    services.leave(found, town.robin, Noting(town.sam, NotedVia.COORDINATOR, 1))
    own = services.take_back(row().id, Noting(town.robin, NotedVia.COORDINATOR, 2))
    assert own == Refused({"": services.OWN_HOURS})
    assert isinstance(services.take_back(row().id, Noting(town.sam, NotedVia.COORDINATOR, 2)), Saved)


def test_hours_read_alike_on_every_page(as_, town, clock):
    services.arrive(town.day, town.ana, phone(town.ana))
    clock.move(hours=4, minutes=24)
    services.leave(town.day, town.ana, phone(town.ana, 1))
    assert "4 h 24 min" in Page(as_(town.ana).get("/attendance/mine").text).body_text
    assert "4 h 24 min" in Page(as_(town.robin).get("/attendance/hours").text).body_text

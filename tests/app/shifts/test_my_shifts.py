"""One's own shifts: what is next, who is on, what changed, and a yes or no to what came late."""

from __future__ import annotations

from datetime import date, time, timedelta

import pytest
import sqlalchemy as sa

from app.attendance import services as attendance
from app.attendance.models import NotedVia
from app.database import db
from app.exchange.models import Cover
from app.exchange.services import set_terms
from app.exchange.terms import Terms
from app.mail.models import OutgoingMail
from app.people.models import Availability, Person, PersonSkill, Wish
from app.review.publishing import Done, plan_of, publish_roster
from app.review.queries import review_of
from app.roster.drafts import Source, begin_draft
from app.roster.models import ChangeKind, Period, PublicationChange, Shift, ShiftDemand
from app.shifts import queries, services
from app.shifts.words import ON
from tests.support.pages import end_transaction


def page_of(client, path="/shifts/"):
    return client.page(path)


def pressed(client, page, action):
    """Press the button of the form with this action; the page that follows."""
    answer = client.post(action, data=page.form(action).filled())
    assert answer.status_code == 303
    return client.page(answer.location)


def test_the_next_shift_comes_first_with_everything_one_needs_to_know(as_, town, tonight):
    db.session.add(PersonSkill(person_id=town.bo, skill_id=town.lead))
    db.session.commit()
    town.shift("2026-11-26 09:00", 6, town.ana, note="Bring the key.")
    page = page_of(as_(town.ana))
    first = page.one("section", class_="next").text
    for words in ("Tonight 22:00 to tomorrow 06:00", "Harbour House", "12 Wharf Road", "Ring twice.", "Outreach"):
        assert words in first
    assert "Bo (he) Can lead" in first
    assert "On foot at night." in first
    assert "8 h" in first
    later = page.one("ol", class_="agenda").text
    assert "Thu 26 Nov 09:00 to 15:00" in later
    assert "nobody else yet" in later
    assert page.title == "My shifts · Evenhand"  # says nothing of the work


def test_the_night_shift_that_runs_now_is_still_shown(as_, town, tonight, clock):
    clock.move(hours=16)  # Tuesday 02:00
    page = page_of(as_(town.ana))
    assert "You are on now" in page.body_text
    assert "Yesterday 22:00 to today 06:00" in page.body_text
    clock.move(hours=4)
    assert "No shift is planned for you" in page_of(as_(town.ana)).body_text


def test_whoever_learns_or_leads_is_told_so(as_, town):
    shift = town.shift("2026-11-25 09:00", 6, town.cy, town.ana)
    db.session.add(PersonSkill(person_id=town.ana, skill_id=town.lead, expires_on=date(2026, 11, 25)))
    db.session.add(PersonSkill(person_id=town.cy, skill_id=town.lead))
    db.session.commit()
    assert "You are here to learn" in page_of(as_(town.cy), f"/shifts/{shift}").body_text
    assert "You can lead this shift" in page_of(as_(town.ana), f"/shifts/{shift}").body_text
    town.shift("2026-11-26 09:00", 6, town.ana)  # the certificate has run out by then
    assert [each.is_lead for each in queries.coming_shifts(town.ana)] == [True, False]


def test_what_was_called_off_is_said_and_is_not_the_next_shift(as_, town, tonight, clock):
    off = town.shift("2026-11-23 12:00", 4, town.ana, cancelled_at=clock())
    client = as_(town.ana)
    page = page_of(client)
    assert "Called off" in page.one("ol", class_="agenda").text
    assert "Tonight" in page.one("section", class_="next").text
    assert "This shift is called off" in page_of(client, f"/shifts/{off}").body_text


def test_a_shift_moved_since_one_was_told_says_what_it_was(as_, town, tonight):
    shift = db.session.get_one(Shift, tonight.id)
    shift.starts_at += timedelta(hours=1)
    db.session.commit()
    page = page_of(as_(town.ana))
    assert "Tonight 23:00 to tomorrow 06:00" in page.body_text
    assert "Before: tonight 22:00 to tomorrow 06:00" in page.body_text


def test_nobody_else_sees_a_shift_but_coordinators(as_, town, tonight):
    assert as_(town.cy).get(f"/shifts/{tonight.id}").status_code == 404
    assert as_(town.ana).get(f"/shifts/{tonight.id}").status_code == 200
    page = page_of(as_(town.robin), f"/shifts/{tonight.id}")
    assert "You see it as a coordinator" in page.body_text
    assert "Ana" in page.one("ul", class_="links").text
    assert as_(town.robin).get("/shifts/abcdefghjkmn").status_code == 404


def test_pages_tell_nothing_private_about_the_others(as_, town, tonight, clock):
    bo = db.session.get_one(Person, town.bo)
    bo.email = "canary-mail@example.org"
    db.session.add_all(
        [
            Availability(
                person_id=town.bo, grade="unwanted", on_date=date(2026, 11, 23), starts_at=time(0), ends_at=time(0)
            ),
            Wish(person_id=town.bo, kind="not_with", other_person_id=town.ana),
        ]
    )
    town.assignment(town.bo, tonight.id).accepted_at = None
    town.assignment(town.bo, tonight.id).declined_at = clock()
    db.session.commit()
    client = as_(town.ana)
    for path in ("/", "/shifts/", f"/shifts/{tonight.id}", "/shifts/month", "/shifts/past", "/shifts/calendar"):
        text = client.page(path).text
        for private in ("canary-mail", "604 555 0100", "Only if needed", "Not with", "said no", "Said no"):
            assert private not in text, (path, private)


def test_changes_are_new_until_they_were_looked_at(as_, town, tonight):
    town.publish(town.ana, tonight.id, ChangeKind.ADDED)
    gone = town.shift("2026-11-28 09:00", 4)
    town.publish(town.ana, gone, ChangeKind.ADDED)
    town.publish(town.ana, gone, ChangeKind.REMOVED)
    client = as_(town.ana)
    page = page_of(client)
    lines = [each.text for each in page.one("section", class_="notice").all("li")]
    assert lines == [
        "New Tonight 22:00 to tomorrow 06:00, Outreach, Harbour House",
        "No longer Saturday 09:00 to 13:00, Outreach, Harbour House",
    ]
    meanwhile = town.publish(town.ana, gone, ChangeKind.ADDED)
    page = pressed(client, page, "/shifts/seen")
    assert [each.text for each in page.one("section", class_="notice").all("li")] == [
        "New Saturday 09:00 to 13:00, Outreach, Harbour House"
    ]
    end_transaction()
    left = db.session.scalars(sa.select(PublicationChange.id).where(PublicationChange.seen_at.is_(None))).all()
    assert left == [meanwhile]


def test_nobody_marks_the_changes_of_another_as_seen(as_, town, tonight):
    change = town.publish(town.ana, tonight.id, ChangeKind.ADDED)
    client = as_(town.bo)
    client.post("/shifts/seen", data={"csrf_token": client.token(), "change": [change]})
    end_transaction()
    assert db.session.get_one(PublicationChange, change).seen_at is None


def test_looking_changes_nothing(as_, town, tonight):
    town.publish(town.ana, tonight.id, ChangeKind.ADDED)
    client = as_(town.ana)
    page_of(client)
    page_of(client, f"/shifts/{tonight.id}")
    assert "Changed since you looked" in page_of(client).body_text


def test_a_yes_to_a_late_change_settles_it(as_, town, tonight):
    town.publish(town.ana, tonight.id, ChangeKind.ADDED, is_late=True)
    client = as_(town.ana)
    page = page_of(client)
    assert not page.all("section", class_="notice")  # it is asked, not told
    page = pressed(client, page, f"/shifts/{tonight.id}/yes")
    assert "You are coming" in page.body_text
    assert not page.all("section", class_="ask")
    assert town.assignment(town.ana, tonight.id).accepted_at is not None
    assert not queries.unseen_changes(town.ana)
    assert not db.session.scalars(sa.select(OutgoingMail)).all()


def test_a_no_opens_the_place_and_tells_the_coordinators_in_neutral_words(as_, town, tonight):
    town.publish(town.ana, tonight.id, ChangeKind.ADDED, is_late=True)
    client = as_(town.ana)
    asked = client.page(page_of(client).one("a", href=f"/shifts/{tonight.id}/no")["href"])
    assert "You are not coming on Monday 23 November" in asked.body_text
    assert town.assignment(town.ana, tonight.id).declined_at is None
    page = pressed(client, asked, f"/shifts/{tonight.id}/no")
    assert "Thank you for telling us" in page.body_text
    (mail,) = db.session.scalars(sa.select(OutgoingMail)).all()
    assert mail.recipient == "robin@example.org"
    assert "Mon 23 Nov, 22:00-06:00" in mail.body
    assert f"/gaps/{tonight.id}" in mail.body
    for telling in ("Ana", "Harbour", "Outreach", "hift"):
        assert telling not in mail.subject + mail.body
    assert town.ana not in {each.person_id for each in queries.shift_facts(tonight.id).places}
    end_transaction()
    assert "Tonight 22:00 to tomorrow 06:00" not in page_of(client).body_text


def test_where_the_site_wants_it_who_says_no_stands_there_until_somebody_takes_it_and_may_say_yes(as_, town, tonight):
    db.session.add(ShiftDemand(shift_id=tonight.id, position=0, minimum=0, target=2))
    set_terms(db.session.get_one(Shift, tonight.id).site_id, Terms(stays_listed=True), 0)
    town.publish(town.ana, tonight.id, ChangeKind.ADDED, is_late=True)
    client = as_(town.ana)
    pressed(client, client.page(f"/shifts/{tonight.id}/no"), f"/shifts/{tonight.id}/no")
    assert not client.page(f"/shifts/{tonight.id}/no").all("form", action=f"/shifts/{tonight.id}/no")
    page = page_of(client)
    assert "You stay on this shift until someone takes it" in page.body_text
    assert "Ana said no" in as_(town.robin).page("/").body_text
    assert "Said no" in page_of(as_(town.robin), f"/shifts/{tonight.id}").body_text
    pressed(client, page, f"/shifts/{tonight.id}/yes")
    row = town.assignment(town.ana, tonight.id)
    assert (row.accepted_at is not None, row.declined_at) == (True, None)
    assert db.session.scalars(sa.select(Cover.state)).all() == ["withdrawn"]
    assert "Ana said no" not in as_(town.robin).page("/").body_text


def test_two_noes_are_one_mail(town, tonight):
    town.publish(town.ana, tonight.id, ChangeKind.ADDED, is_late=True)
    sequence = queries.own_shift(town.ana, tonight.id).sequence
    for _ in range(2):
        assert services.answer_change(town.ana, tonight.id, sequence, is_yes=False) == services.Answered(is_yes=False)
    assert db.session.scalar(sa.select(sa.func.count()).select_from(OutgoingMail)) == 1


def test_an_answer_to_what_was_changed_meanwhile_is_not_taken(as_, town, tonight):
    town.publish(town.ana, tonight.id, ChangeKind.ADDED, is_late=True)
    client = as_(town.ana)
    page = page_of(client)
    db.session.get_one(Shift, tonight.id).ends_at += timedelta(hours=2)
    db.session.commit()
    page = pressed(client, page, f"/shifts/{tonight.id}/yes")
    assert "changed meanwhile" in page.body_text
    assert town.assignment(town.ana, tonight.id).accepted_at is None


@pytest.mark.parametrize("is_yes", [True, False])
def test_a_shift_that_has_begun_asks_nothing_more(as_, town, tonight, clock, is_yes):
    town.publish(town.ana, tonight.id, ChangeKind.ADDED, is_late=True)
    sequence = queries.own_shift(town.ana, tonight.id).sequence
    clock.move(hours=13)
    assert services.answer_change(town.ana, tonight.id, sequence, is_yes=is_yes) == services.TooLate()
    assert not page_of(as_(town.ana)).all("section", class_="ask")


def test_who_has_come_does_not_say_no_any_more(town, tonight, clock):
    town.publish(town.ana, tonight.id, ChangeKind.ADDED, is_late=True)
    sequence = queries.own_shift(town.ana, tonight.id).sequence
    clock.move(hours=11, minutes=40)
    attendance.arrive(tonight.id, town.ana, attendance.Noting(town.ana, NotedVia.PHONE, 0))
    assert services.answer_change(town.ana, tonight.id, sequence, is_yes=False) == services.TooLate()
    assert town.assignment(town.ana, tonight.id) is not None


def test_nobody_answers_for_another(as_, town, tonight):
    town.publish(town.ana, tonight.id, ChangeKind.ADDED, is_late=True)
    client = as_(town.cy)
    answer = client.post(f"/shifts/{tonight.id}/yes", data={"csrf_token": client.token(), "sequence": 0})
    assert answer.status_code == 404
    assert town.assignment(town.ana, tonight.id).accepted_at is None


def test_past_shifts_lie_in_their_month(as_, town):
    town.shift("2026-10-30 22:00", 8, town.ana)
    town.shift("2026-11-02 09:00", 6.5, town.ana)
    client = as_(town.ana)
    page = page_of(client, "/shifts/past")
    assert "1 shift, 6 h 30" in page.body_text
    page = page_of(client, page.one("a", rel="prev")["href"])
    assert "Past shifts, October 2026" in page.body_text
    assert "22:00 to Saturday 06:00" in page.body_text
    assert not page.all("a", rel="prev")


def test_the_month_marks_nights_on_both_days_and_what_is_called_off(as_, town, tonight, clock):
    town.shift("2026-11-30 16:00", 8, town.ana)  # until midnight: no night
    town.shift("2026-11-27 09:00", 4, town.ana, cancelled_at=clock())
    page = page_of(as_(town.ana), "/shifts/month")
    cells = {cell.one("time")["datetime"]: cell for cell in page.one("table").all("td")}
    assert f"22:00{ON}" in cells["2026-11-23"].text
    assert f"{ON}06:00" in cells["2026-11-24"].text
    assert cells["2026-11-23"].one("time")["aria-current"] == "date"
    assert "called off" in cells["2026-11-27"].text
    assert "Monday 30 November 16:00 to 00:00, Outreach, Harbour House" in cells["2026-11-30"].text
    assert not cells["2026-12-01"].all("a")


def test_months_that_make_no_sense_show_this_one(as_, town):
    for month in ("2026-13", "x", "-1", "99999-01", "0000-00"):
        assert "November 2026" in page_of(as_(town.ana), f"/shifts/month?month={month}").body_text


@pytest.mark.parametrize(
    ("start", "hours", "words"),
    [
        ("2026-11-24 16:00", 8, "Tomorrow 16:00 to midnight"),
        ("2026-11-25 00:00", 6, "Wednesday 00:00 to 06:00"),
        ("2027-03-13 22:00", 7, "7 h: the clocks go forward meanwhile"),
        ("2027-11-06 22:00", 9, "9 h: the clocks go back meanwhile"),
    ],
)
def test_midnight_and_changing_clocks_in_words(as_, town, start, hours, words):
    shift = town.shift(start, hours, town.ana)
    assert words in page_of(as_(town.ana), f"/shifts/{shift}").body_text


def test_many_shifts_are_still_one_small_page_with_few_queries(as_, town, clock):
    for number in range(40):
        town.shift(clock() + timedelta(days=number, hours=1), 6, town.ana, town.bo, town.cy)
    client, asked = as_(town.ana), []
    client.get("/shifts/")
    end_transaction()

    def count(connection, cursor, statement, *rest):
        if not statement.startswith(("PRAGMA", "BEGIN", "SET")):
            asked.append(statement)

    for path in ("/shifts/", "/shifts/month", "/shifts/past"):
        asked.clear()
        end_transaction()
        sa.event.listen(db.engine, "before_cursor_execute", count)
        answer = client.get(path)
        sa.event.remove(db.engine, "before_cursor_execute", count)
        assert len(asked) <= 6, asked
        assert len(answer.data) < 60_000


def test_a_person_who_left_is_not_named_as_company(as_, town, tonight):
    db.session.get_one(Person, town.bo).is_active = False
    db.session.commit()
    assert "Bo" not in page_of(as_(town.ana)).body_text


def test_a_late_change_published_anew_asks_anew(as_, town, tonight, clock):
    db.session.add(PersonSkill(person_id=town.ana, skill_id=town.lead))
    town.publish(town.ana, tonight.id, ChangeKind.ADDED, is_late=True)
    row = town.assignment(town.ana, tonight.id)
    row.declined_at = clock()
    db.session.get_one(Shift, tonight.id).ends_at -= timedelta(hours=1)
    db.session.commit()
    period = db.session.scalars(sa.select(Period.id)).one()
    draft = begin_draft(period, Source.PUBLISHED)
    plan = plan_of(review_of(draft.id))
    done = publish_roster(draft.id, 1, 0, plan.fingerprint, town.robin)
    assert isinstance(done, Done), done
    row = town.assignment(town.ana, tonight.id)
    assert (row.accepted_at, row.declined_at) == (None, None)
    assert "No, I can't" in page_of(as_(town.ana)).one("section", class_="ask").text
    assert "Ana has not answered yet" in as_(town.robin).page("/").body_text


def test_what_wears_in_ones_shifts_is_named_with_ways_to_lower_it(town, as_):
    town.shift("2026-11-24 14:00", 8, town.ana)
    town.shift("2026-11-25 05:00", 8, town.ana, town.bo)
    page = as_(town.ana).page("/shifts/rest").text
    assert "Less than 11 hours between two shifts" in page
    assert "Wed 25 Nov" in page
    assert "Eleven hours between two shifts." in page
    assert "Go easy on me for a while" in page
    assert "%" not in page.replace("13 % more", "").replace("27 % more", "")
    assert "Nothing in your shifts is known" in as_(town.bo).page("/shifts/rest").text

"""One's own calendar: an address only its owner knows, and a file every calendar reads the same."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
import sqlalchemy as sa
from icalendar import Calendar

from app.audit.models import AuditEntry
from app.database import db
from app.people.models import Person
from app.roster.models import ChangeKind, Shift
from app.shifts.models import Feed
from app.shifts.services import make_feed
from tests.support.pages import Page, end_transaction

ZONE = ZoneInfo("America/Los_Angeles")


def made(client, path="/shifts/calendar"):
    """Make an address as a person does, on this page; the path of the calendar."""
    form = client.page(path).form("/shifts/calendar/new")
    page = Page(client.post("/shifts/calendar/new", data=form.filled()).text)
    address = page.one("input", id="address")["value"]
    assert page.one("a", class_="big")["href"] == address.replace("http://", "webcal://")
    return address.removeprefix("http://localhost")


def fetched(app, path, status=200):
    """Fetch a calendar as an app without cookies does."""
    answer = app.test_client().get(path)
    assert answer.status_code == status
    assert "Set-Cookie" not in answer.headers
    assert answer.headers["Cache-Control"] == "private, no-store"
    return answer


def events(app, path):
    return Calendar.from_ical(fetched(app, path).data).events


def test_an_address_is_made_used_renewed_and_switched_off(app, as_, town, tonight):
    client = as_(town.ana)
    first = made(client)
    assert len(events(app, first)) == 1
    page = client.page("/shifts/calendar")
    assert first.rpartition("/")[2] not in page.text  # it was shown once
    second = made(client, "/shifts/calendar/new")
    fetched(app, first, 404)
    assert len(events(app, second)) == 1
    page = client.submit("/shifts/calendar/off", "/shifts/calendar/off")
    assert "Make my address" in page.body_text
    gone, never = fetched(app, second, 404), fetched(app, "/calendar/never-was-there.ics", 404)
    assert (gone.data, dict(gone.headers)) == (never.data, dict(never.headers))


def test_a_person_who_left_has_no_calendar(app, town, tonight):
    path = f"/calendar/{make_feed(town.ana)}.ics"
    assert len(events(app, path)) == 1
    db.session.get_one(Person, town.ana).is_active = False
    db.session.commit()
    fetched(app, path, 404)


def test_only_a_hash_of_the_secret_is_kept(app, town):
    token = make_feed(town.ana)
    assert len(token) >= 32  # 6 bits each: well over 128
    for table in Feed.metadata.sorted_tables:
        for row in db.session.execute(sa.select(table)):
            assert token not in str(tuple(row)), table.name
    assert {each.act for each in db.session.scalars(sa.select(AuditEntry))} == {"make calendar address"}


def test_the_secret_is_in_no_log(app, town, tonight, caplog):
    caplog.set_level("INFO", logger="evenhand")
    token = make_feed(town.ana)
    fetched(app, f"/calendar/{token}.ics")
    assert "calendars.show" in [record.endpoint for record in caplog.records if hasattr(record, "endpoint")]
    assert not any(token in str(vars(record)) for record in caplog.records)


def test_the_calendar_tells_nothing_of_the_work(app, town, tonight, clock):
    town.shift(clock() + timedelta(days=2), 4, town.ana, note="Bring the key.", cancelled_at=clock())
    text = fetched(app, f"/calendar/{make_feed(town.ana)}.ics").text
    for telling in "Harbour Wharf Outreach Ring night Bring Ana Bo LOCATION DESCRIPTION URL".split():
        assert telling not in text, telling
    assert {str(each["SUMMARY"]) for each in Calendar.from_ical(text).events} == {"Shift", "Shift (called off)"}
    assert re.search(r"^X-WR-CALNAME:Evenhand|^NAME:Evenhand", text, re.MULTILINE)


@pytest.mark.parametrize(
    ("start", "hours"),
    [
        ("2026-12-01 09:00", 6),
        ("2026-12-01 16:00", 8),  # until midnight
        ("2026-12-02 00:00", 6),  # from midnight
        ("2026-12-31 22:00", 8),  # into another year
        ("2027-03-13 22:00", 7),  # clocks go forward meanwhile
        ("2027-03-14 09:00", 6),
        ("2027-11-06 22:00", 9),  # clocks go back meanwhile
        ("2027-11-07 01:30-07:00", 1),  # the first of two half past one
        ("2027-11-07 01:30-08:00", 1),
    ],
)
def test_every_instant_is_read_back_as_it_was(app, town, start, hours):
    said = datetime.fromisoformat(start)
    starts_at = said if said.tzinfo else said.replace(tzinfo=ZONE)
    town.shift(start, hours, town.ana)
    file = fetched(app, f"/calendar/{make_feed(town.ana)}.ics").data
    calendar = Calendar.from_ical(file)
    (event,) = calendar.events
    assert event.start == starts_at.astimezone(UTC)
    assert event.end == starts_at.astimezone(UTC) + timedelta(hours=hours)
    assert f"{event.start.astimezone(ZONE):%Y-%m-%d %H:%M}" == start[:16]
    assert calendar.to_ical() == file


def test_the_whole_file_is_imported_and_written_again_unchanged(app, town, clock):
    for number in range(-70, 200, 3):
        town.shift(clock() + timedelta(days=number, minutes=number * 7), 7.5, town.ana)
    path = f"/calendar/{make_feed(town.ana)}.ics"
    file = fetched(app, path).data
    calendar = Calendar.from_ical(file)
    assert calendar.to_ical() == file
    assert Calendar.from_ical(calendar.to_ical()) == calendar
    assert all(not each.errors for each in (calendar, *calendar.events))
    assert min(each.end for each in calendar.events) > clock() - timedelta(days=60)
    assert len({str(each["UID"]) for each in calendar.events}) == len(calendar.events) == 86
    assert max(map(len, file.split(b"\r\n"))) <= 75
    assert fetched(app, path).data == file


def test_what_changes_keeps_its_identity_and_rises(app, town, tonight, clock):
    path = f"/calendar/{make_feed(town.ana)}.ics"
    (before,) = events(app, path)
    assert (before["STATUS"], before["TRANSP"]) == ("CONFIRMED", "OPAQUE")
    clock.move(hours=1)
    shift = db.session.get_one(Shift, tonight.id)
    shift.starts_at += timedelta(hours=1)
    shift.cancelled_at = clock()
    db.session.commit()
    (after,) = events(app, path)
    assert after["UID"] == before["UID"]
    assert after["SEQUENCE"] > before["SEQUENCE"]
    assert after.DTSTAMP == after.LAST_MODIFIED > before.LAST_MODIFIED
    assert (after["STATUS"], after["TRANSP"]) == ("CANCELLED", "TRANSPARENT")


def test_what_waits_for_a_yes_is_tentative(app, town, tonight):
    town.publish(town.ana, tonight.id, ChangeKind.ADDED, is_late=True)
    (event,) = events(app, f"/calendar/{make_feed(town.ana)}.ics")
    assert event["STATUS"] == "TENTATIVE"


def test_calendar_apps_are_told_how_often_to_come(app, town):
    lines = fetched(app, f"/calendar/{make_feed(town.ana)}.ics").text.split("\r\n")
    assert "REFRESH-INTERVAL;VALUE=DURATION:PT2H" in lines
    assert any(line.startswith("X-PUBLISHED-TTL") and line.endswith("PT2H") for line in lines)


def test_fetching_writes_nothing(app, town, tonight):
    path = f"/calendar/{make_feed(town.ana)}.ics"
    end_transaction()
    written = []

    def note(connection, cursor, statement, *rest):
        if statement.split()[0] in {"INSERT", "UPDATE", "DELETE"}:
            written.append(statement)

    sa.event.listen(db.engine, "before_cursor_execute", note)
    fetched(app, path)
    fetched(app, "/calendar/never-was-there.ics", 404)
    sa.event.remove(db.engine, "before_cursor_execute", note)
    assert not written


def test_asking_for_a_new_address_without_an_old_one_goes_back(as_, town):
    client = as_(town.ana)
    for path in ("/shifts/calendar/new", "/shifts/calendar/off"):
        assert client.get(path).location == "/shifts/calendar"

"""A person's shifts as a calendar file: neutral titles, no place, instants in UTC."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import timedelta
from typing import TYPE_CHECKING

from app.shifts.queries import OwnShift

if TYPE_CHECKING:
    from icalendar import Event

PRODUCT = "-//Evenhand//Calendar//EN"
TITLE = "Shift"
OFF = "Shift (called off)"
REFRESH = timedelta(hours=2)


def calendar_file(feed_id: str, shifts: Iterable[OwnShift]) -> bytes:
    """The file, the same bytes for the same shifts.

    Nothing in it tells what or where the work is. Times are UTC, which no change of clocks can shift.
    """
    from icalendar import Calendar  # costs memory, and only calendars need it

    calendar = Calendar.new(prodid=PRODUCT, uid=f"{feed_id}@evenhand", name="Evenhand")
    calendar.add("REFRESH-INTERVAL", REFRESH, parameters={"VALUE": "DURATION"})
    calendar.add("X-PUBLISHED-TTL", REFRESH, parameters={"VALUE": "DURATION"})
    for shift in shifts:
        calendar.add_component(_event(shift))
    return bytes(calendar.to_ical())


def _event(shift: OwnShift) -> Event:
    from icalendar import CLASS, STATUS, TRANSP, Event

    marks = (shift.assigned_at, shift.accepted_at, shift.declined_at, shift.cancelled_at)
    changed_at = max(each for each in marks if each is not None).replace(microsecond=0)
    return Event.new(
        uid=f"{shift.assignment_id}@evenhand",
        sequence=shift.sequence,
        stamp=changed_at,  # of a published calendar it says when the entry was last revised
        last_modified=changed_at,
        start=shift.starts_at,
        end=shift.ends_at,
        summary=OFF if shift.is_off else TITLE,
        status=STATUS(_status(shift)),
        transparency=TRANSP.TRANSPARENT if shift.is_off else TRANSP.OPAQUE,
        classification=CLASS.PRIVATE,
    )


def _status(shift: OwnShift) -> str:
    if shift.is_off:
        return "CANCELLED"
    return "TENTATIVE" if shift.accepted_at is None else "CONFIRMED"

"""What reached a listener, opened with their own key."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

import sqlalchemy as sa

from app import clock
from app.checkins.parcels import flag_in
from app.checkins.queries import own_parcels
from app.database import db
from app.people.models import Person


@dataclass(frozen=True, slots=True)
class FlagShown:
    """One flag as its listener sees it: a line that someone asked until they look, then the card itself.

    `days` is its age; the contact fields are those the person gave the group.
    """

    id: str
    person_id: str
    is_read: bool
    days: int
    name: str
    lines: list[str]
    phone: str | None
    email: str | None


def flags_for(private: bytes) -> list[FlagShown]:
    """The open flags of a listener, the oldest first."""
    found = own_parcels(private, "flag")
    rows = db.session.scalars(sa.select(Person).where(Person.id.in_({told["from"] for _, told in found})))
    people = {row.id: row for row in rows}
    shown = []
    for row, told in found:
        person = people.get(told["from"])
        if person is None:
            continue
        is_read = "read" in told
        shown.append(
            FlagShown(
                id=row.id,
                person_id=person.id if is_read else "",
                is_read=is_read,
                days=(clock.today() - date.fromisoformat(told["day"])).days,
                name=person.name if is_read else "",
                lines=flag_in(told).lines(person.name) if is_read else [],
                phone=person.phone if is_read else None,
                email=person.email if is_read else None,
            )
        )
    return sorted(shown, key=lambda each: (-each.days, each.id))

"""Going easy for a while: a person takes on less until a day, says no reason, and the roster keeps to it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from app import clock
from app.audit.services import record
from app.database import db
from app.editing import Outcome, Saved, kept, locked, refuse
from app.people.models import Capacity, Person


@dataclass(frozen=True, slots=True)
class Less:
    """What someone takes on at most in a week, and what not at all."""

    maximum_minutes: int | None = None
    maximum_shifts: int | None = None
    no_nights: bool = False
    no_demanding: bool = False

    @property
    def is_nothing(self) -> bool:
        """Whether nothing would be different."""
        limits = (self.maximum_minutes, self.maximum_shifts)
        return limits == (None, None) and not (self.no_nights or self.no_demanding)


def capacity_of(person_id: str) -> Capacity | None:
    """What a person takes on now or soon, None when it is as usual."""
    row = db.session.get(Capacity, person_id)
    return None if row is None or row.ends_on < clock.today() else row


def go_easy(person_id: str, until: date, less: Less) -> Outcome:
    """Take on less from today until a day, in place of what was said before."""
    if locked(Person, person_id) is None:
        return refuse(form="This person is not there any more.")
    if until < clock.today():
        return refuse(until="Choose today or a later day.")
    if less.is_nothing:
        return refuse(form="Choose at least one thing that should be less.")
    row = db.session.get(Capacity, person_id) or Capacity(person_id=person_id)
    row.starts_on, row.ends_on = clock.today(), until
    row.maximum_minutes, row.maximum_shifts = less.maximum_minutes, less.maximum_shifts
    row.no_nights, row.no_demanding = less.no_nights, less.no_demanding
    db.session.add(row)
    record(db.session, "change availability", "person", person_id)  # as any other time someone cannot come
    return kept(person_id)


def as_usual(person_id: str) -> Outcome:
    """Take on as much as usual again."""
    row = db.session.get(Capacity, person_id)
    if row is not None:
        db.session.delete(row)
        record(db.session, "change availability", "person", person_id)
    db.session.commit()
    return Saved(person_id)

"""What people said yes to at a known sum: nothing that is changed afterwards lowers it.

Neither rates, premiums and terms, nor how a kind of service is weighed, nor which one a shift is of, nor the level
somebody is on. A level is held to it by a refusal rather than kept with each place: one level at a time is what
people, rules and pages know of a person, and who should not do a shift any more is not left on it for the sake of its
pay.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import aliased

from app import clock
from app.database import db
from app.fields import day_words
from app.pay import queries
from app.pay.models import PayChoice
from app.people.models import Person
from app.roster.late import is_late_change
from app.roster.models import Assignment, Shift
from app.sites.models import Service
from payroll import honoraria
from payroll.money import Money
from payroll.rates import RateCard


@dataclass(frozen=True, slots=True)
class _Places:
    """All places of a shift that are paid alike, for they go by level; `day` is the one whose rates hold."""

    shift_id: str
    service_id: str
    day: date
    starts_at: Any
    ends_at: Any
    level: str
    is_demanding: bool
    is_late: bool
    number: int

    def pays(self, activity: str, card: RateCard) -> Money | None:
        """What one of them is paid for a kind of work; None when no rate is agreed."""
        late = self.is_late and activity == honoraria.SHIFT
        plan = self.service_id, self.starts_at, self.ends_at, self.starts_at, self.is_demanding, late
        found = honoraria.honorarium(honoraria.Work(self.shift_id, "", activity, self.level, *plan), card, clock.zone())
        return found.amount if found.is_agreed else None

    def falls(self, before: RateCard, after: RateCard) -> bool:
        """Whether the work, or being called off late, would be paid less, or less would count as late."""
        if after.terms_on(self.day).cancel_hours < before.terms_on(self.day).cancel_hours:
            return True
        for activity in (honoraria.SHIFT, honoraria.CANCELLATION):
            old, new = self.pays(activity, before), self.pays(activity, after)
            if old is not None and (new is None or new < old):
                return True
        return False


def lowered(after: RateCard, from_on: date) -> str | None:
    """In plain words how many promised shifts from a day on a changed card would pay less; None when none does."""
    before = queries.rate_card()
    if not before.rates:
        return None
    found = [each for each in _promised(from_on) if _is_touched(each, before, after) and each.falls(before, after)]
    if not found:
        return None
    return f"{_told(found)} Choose a day after {day_words(max(each.day for each in found))}."


def lowered_by_weight(service_id: str, demanding: int) -> str | None:
    """The same of a service that is weighed anew, for the shifts of today and later."""
    is_demanding = demanding >= queries.DEMANDING
    places = [each for each in _promised(clock.today()) if each.service_id == service_id]
    found = _worse((each, replace(each, is_demanding=is_demanding)) for each in places)
    return f"{_told(found)} Change it after {day_words(max(each.day for each in found))}." if found else None


def lowered_by_service(shift_id: str, service_id: str) -> str | None:
    """The same of a shift that would be of another kind of service."""
    demanding = db.session.scalar(sa.select(Service.demanding).where(Service.id == service_id)) or 0
    weight = demanding >= queries.DEMANDING
    day = db.session.scalar(sa.select(Shift.day_on).where(Shift.id == shift_id)) or clock.today()
    places = [each for each in _promised(day) if each.shift_id == shift_id]
    found = _worse((each, replace(each, service_id=service_id, is_demanding=weight)) for each in places)
    return f"{_told(found)} Add another shift for this service, or keep this one as it is." if found else None


def lowered_by_level(levels: Mapping[str, str]) -> dict[str, str]:
    """The same by person, of people who would be on these levels from now on; nothing of those who lose nothing."""
    mine: dict[str, list[_Places]] = defaultdict(list)
    for person_id, each in _promised_to(levels):
        mine[person_id].append(each)
    told = {}
    for person_id, places in mine.items():
        found = _worse((each, replace(each, level=levels[person_id])) for each in places)
        if found:
            last = day_words(max(each.day for each in found))
            told[person_id] = f"{_told(found)} Change it after {last}, or when others have taken these shifts."
    return told


def _worse(pairs: Iterable[tuple[_Places, _Places]]) -> list[_Places]:
    """Those places that would be paid less as they would be than as they are."""
    card = queries.rate_card()
    found = []
    for before, after in pairs:
        sums = ((before.pays(each, card), after.pays(each, card)) for each in (honoraria.SHIFT, honoraria.CANCELLATION))
        if before != after and any(old is not None and (new is None or new < old) for old, new in sums):
            found.append(before)
    return found


def _told(found: list[_Places]) -> str:
    number, days = sum(each.number for each in found), sorted(each.day for each in found)
    shifts = "One shift that somebody said yes to" if number == 1 else f"{number} shifts that people said yes to"
    return f"{shifts} would pay less, the first on {day_words(days[0])}."


def _is_touched(places: _Places, before: RateCard, after: RateCard) -> bool:
    """Whether anything that decides what these places are paid is another one: most often nothing is."""
    if (before.premiums, before.terms) != (after.premiums, after.terms):
        return True
    return any(
        before.rate_for(activity, places.service_id, places.level, places.day)
        != after.rate_for(activity, places.service_id, places.level, places.day)
        for activity in (honoraria.SHIFT, honoraria.CANCELLATION)
    )


def _promised(from_on: date) -> list[_Places]:
    """The places that people who are paid said yes to, or have not said no to, on the days from one on."""
    alike = Counter(tuple(row)[1:] for row in db.session.execute(_places_of_people(from_on)))
    return [_places(row, number) for row, number in alike.items()]


def _promised_to(people: Iterable[str]) -> list[tuple[str, _Places]]:
    """The same of some people, each with theirs, from today on."""
    asked = _places_of_people(clock.today()).where(Person.id.in_(list(people)))
    return [(row[0], _places(tuple(row)[1:], 1)) for row in db.session.execute(asked)]


def _places_of_people(from_on: date) -> sa.Select[*tuple[Any, ...]]:
    place = aliased(Assignment)  # another than the one that is asked for a late change
    is_late = is_late_change(Shift.id, Person.id)
    names = (Shift.id, Shift.service_id, Shift.starts_at, Shift.ends_at, Person.level, Service.demanding)
    return (
        sa.select(Person.id, *names, is_late)
        .join(place, place.shift_id == Shift.id)
        .join(Person, Person.id == place.person_id)
        .join(Service, Service.id == Shift.service_id)
        .outerjoin(PayChoice, PayChoice.person_id == Person.id)
        .where(Shift.cancelled_at.is_(None), Shift.day_on >= from_on, place.declined_at.is_(None))
        .where(Person.is_volunteer.is_(False), sa.func.coalesce(PayChoice.is_declined, sa.false()).is_(False))
    )


def _places(row: tuple[Any, ...], number: int) -> _Places:
    shift_id, service_id, starts_at, ends_at, level, demanding, late = row
    is_demanding = demanding >= queries.DEMANDING
    day = clock.local(starts_at).date()
    return _Places(shift_id, service_id, day, starts_at, ends_at, level, is_demanding, bool(late), number)

"""Harbour House with one shift by day and one overnight; Ana and Bo on them, Lee leads, Robin and Sam coordinate."""

from __future__ import annotations

from datetime import date, time
from types import SimpleNamespace

import pytest

from app import clock as app_clock
from app.access import Role
from app.database import db, new_id
from app.people.models import Level
from app.roster.models import Assignment, Shift, as_told
from app.sites.models import Service, Site
from app.walltime import span_of
from tests.support.people import add_person

MONDAY = date(2026, 11, 23)


@pytest.fixture
def town(app):
    """People, a site, and two published shifts of Monday: 10:00 to 15:00 and 22:00 to 04:00."""
    town = SimpleNamespace(
        robin=add_person("Robin", Role.COORDINATOR, email="robin@example.org"),
        sam=add_person("Sam", Role.COORDINATOR),
        ana=add_person("Ana", email="ana@example.org"),
        bo=add_person("Bo", email="bo@example.org"),
        lee=add_person("Lee", level=Level.LEAD),
        mo=add_person("Mo", level=Level.MENTOR),
    )
    site, service = Site(code="house", name="Harbour House"), Service(code="kit", name="Supplies", demanding=2)
    db.session.add_all([site, service])
    db.session.flush()
    town.site, town.service = site.id, service.id
    town.day = shift(town, MONDAY, time(10), time(15), town.ana, town.bo, town.lee)
    town.night = shift(town, MONDAY, time(22), time(4), town.ana, town.lee)
    db.session.commit()
    return town


def shift(town, day, starts, ends, *people, assigned_at=None):
    """Add a published shift with these people; its id."""
    starts_at, ends_at = span_of(day, starts, ends, app_clock.zone())
    row = Shift(
        id=new_id(),
        site_id=town.site,
        service_id=town.service,
        day_on=day,
        starts_at=starts_at,
        ends_at=ends_at,
    )
    db.session.add(row)
    db.session.flush()
    at = assigned_at or app_clock.now()
    for person_id in people:
        place = {"shift_id": row.id, "person_id": person_id, "assigned_at": at, "accepted_at": at}
        db.session.add(Assignment(**place, **as_told(row)))
    db.session.flush()
    return row.id

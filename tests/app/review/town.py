"""A small group with two sites and a period of two weeks, of which the first lies inside the notice period."""

from __future__ import annotations

from datetime import date, time
from types import SimpleNamespace

import sqlalchemy as sa

from app.access import Role
from app.database import db
from app.people.models import PersonSkill, Skill
from app.roster.models import Shift
from app.sites.models import Service, Site
from tests.app.roster.planned import pattern
from tests.support.people import add_person

WORKERS = ("Ana", "Bo", "Cy", "Di", "Eli")


def build_town():
    """Robin and Sam coordinate; five people work, all with an address but Eli; Ana and Bo are trained responders."""
    town = SimpleNamespace(robin=add_person("Robin", Role.COORDINATOR), sam=add_person("Sam", Role.COORDINATOR))
    hours = {"wanted_minutes": 1200, "maximum_minutes": 2400}
    for name in WORKERS:
        address = {} if name == "Eli" else {"email": f"{name.lower()}@example.org"}
        setattr(town, name.lower(), add_person(name, **hours, **address))
    response = Skill(code="response", name="Overdose response", is_certificate=True)
    db.session.add(response)
    db.session.flush()
    db.session.add_all(PersonSkill(person_id=each, skill_id=response.id) for each in (town.ana, town.bo))
    town.skill = response.id
    _place(town, Site(code="house", name="Harbour House"), Service(code="kit", name="Supplies"))
    town.day = pattern(town, "day", "024", time(9), time(15))
    town.night = pattern(town, "night", "5", time(22), time(6))
    in_pairs = Service(code="walk", name="Outreach", minimum_company=2, maximum_company=3)
    _place(town, Site(code="van", name="The Van"), in_pairs)
    town.walk = pattern(town, "walk", "13", time(18), time(22))
    return town


def _place(town, site, service):
    """Add a site and a kind of work; what `pattern` makes next is there."""
    db.session.add_all([site, service])
    db.session.flush()
    town.site, town.service = site.id, service.id


def shift_on(day):
    """The id of the shift on a day of December (30: of November)."""
    db.session.rollback()
    day_on = date(2026, 11, 30) if day == 30 else date(2026, 12, day)
    found = db.session.scalars(sa.select(Shift.id).where(Shift.day_on == day_on)).one()
    db.session.rollback()
    return found

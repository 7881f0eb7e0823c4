"""A small group with one site, one weekly shift by day and one overnight, and a period to be planned."""

from __future__ import annotations

from datetime import time
from types import SimpleNamespace

import pytest

from app.access import Role
from app.database import db
from app.roster import planning
from app.sites.models import Service, Site
from tests.app.roster.planned import FIRST, LAST, pattern
from tests.support.people import add_person


@pytest.fixture
def town(app):
    """Robin coordinates; Ana, Bo, Cy and Di work; two patterns."""
    town = SimpleNamespace(robin=add_person("Robin", Role.COORDINATOR), sam=add_person("Sam", Role.COORDINATOR))
    town.people = [add_person(name, wanted_minutes=1200, maximum_minutes=2400) for name in ("Ana", "Bo", "Cy", "Di")]
    site, service = Site(code="house", name="Harbour House"), Service(code="kit", name="Supplies")
    db.session.add_all([site, service])
    db.session.flush()
    town.site, town.service = site.id, service.id
    town.day = pattern(town, "day", "024", time(9), time(15))
    town.night = pattern(town, "night", "5", time(22), time(6))
    return town


@pytest.fixture
def period(town):
    """Two weeks with the shifts of both patterns."""
    saved = planning.add_period(None, FIRST, LAST, [town.day, town.night])
    assert isinstance(saved, planning.Saved), saved
    return saved.id

"""A small group that files are brought into, and what a file would do to it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from app.access import Role
from app.database import db
from app.people.models import Skill
from app.sites.models import Service, Site
from app.transfer import queries
from app.transfer.kinds import Rights
from app.transfer.plan import Plan, make_plan
from tests.support.people import add_person

if TYPE_CHECKING:
    from collections.abc import Callable

COORDINATOR = Rights(frozenset({Role.COORDINATOR}))
ADMIN = Rights(frozenset({Role.ADMIN}))


@pytest.fixture
def group(app) -> dict[str, str]:
    """Robin, Ada, Ana, two people called Sam, one site, one service, one certificate; ids by code."""
    ids = {
        "robin": add_person("Robin", Role.COORDINATOR, email="robin@example.org"),
        "ada": add_person("Ada", Role.ADMIN, email="ada@example.org"),
        "ana": add_person("Ana", email="ana@example.org", pronouns="she/her", wanted_minutes=600),
        "sam-1": add_person("Sam", code="sam-1"),
        "sam-2": add_person("Sam", code="sam-2"),
    }
    rows = [
        Site(code="north", name="North"),
        Service(code="walk", name="Walk", minimum_company=1),
        Skill(code="cpr", name="First aid", is_certificate=True),
    ]
    db.session.add_all(rows)
    db.session.flush()
    ids |= {row.code: row.id for row in rows}
    db.session.commit()
    return ids


@pytest.fixture
def plan_of(app) -> Callable[..., Plan]:
    """What bytes would do, read as a kind of file."""

    def planned(kind: str, data: bytes, rights: Rights = ADMIN, date_order: str = "") -> Plan:
        sheets, _ = queries.read_file(kind, "file.csv", data, rights)
        made = make_plan(db.session, sheets, rights, date_order)
        db.session.rollback()
        return made

    return planned

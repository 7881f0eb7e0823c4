"""Every kind of page on a telephone and on a desk: axe, and nothing wider than the screen."""

from __future__ import annotations

import os

import pytest
import sqlalchemy as sa

from app.database import db
from app.demo import build, cast
from app.people.models import Person
from tests.support.people import sign_in
from tests.support.walk import walk

pytestmark = pytest.mark.browser
# What axe finds does not hang on the width but for little; with full counts both are tried.
SIZES = ("phone", "desktop") if os.environ.get("EVENHAND_SOAK") == "1" else ("phone",)


@pytest.fixture
def town(bare_app):
    """The demo group has moved in; who stands for each role."""
    with bare_app.app_context():
        build.build()
        ids = dict(db.session.execute(sa.select(Person.code, Person.id)).all())
        db.session.rollback()
    people: dict[str, str] = {}
    for member in cast.CAST:
        people.setdefault(member.roles[0], ids[member.code])
    return people


def test_axe_finds_nothing_serious_on_any_page(bare_app, town, visit, axe):
    seen: set[str] = set()
    for role in ("peer", "coordinator", "supervisor", "treasurer", "admin"):
        client = bare_app.test_client()
        sign_in(client, town[role])
        found = {step.kind.endpoint: step.path for step in walk(client, most=1) if step.page and not step.is_dead}
        fresh = [path for endpoint, path in found.items() if endpoint not in seen]
        seen |= set(found)
        for size in SIZES:
            page = visit("/account", as_=town[role], size=size)
            for path in fresh:
                page.goto(path)
                axe(page)
    assert len(seen) > 5

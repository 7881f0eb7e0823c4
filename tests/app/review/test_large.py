"""Sixty people and four weeks: every page of a draft stays small and asks the database little."""

from __future__ import annotations

import dataclasses

import pytest
import sqlalchemy as sa

from app.database import db
from app.demo import build, cast
from app.people.models import Person
from app.roster import drafts, queries
from app.roster.models import DraftAssignment, Period
from tests.support.people import sign_in

PEOPLE = 60
MOST_QUERIES = 20  # the facts of a roster are read by kind, one query each; a page of its own takes a few more
MOST_BYTES = 100_000  # the checking client holds every page to this


@pytest.fixture
def large(app, monkeypatch):
    """The demo group grown to sixty who work; its waiting period with every place filled in turn. The draft's id."""
    peers = [member for member in cast.CAST if "peer" in member.roles]
    more = [dataclasses.replace(member, name=f"{member.name}-Lee") for member in peers[: PEOPLE - len(peers)]]
    monkeypatch.setattr(cast, "CAST", (*cast.CAST, *more))
    build.build()
    period = db.session.get_one(Period, queries.waiting_period())
    shifts = queries.period_shifts(period)
    assert (period.ends_on - period.starts_on).days == 27
    db.session.rollback()
    draft = drafts.begin_draft(period.id, drafts.Source.EMPTY).id
    peers = sa.select(Person.id).where(Person.role_rows.any(role="peer")).order_by(Person.code)
    people = list(db.session.scalars(peers))
    assert len(people) == PEOPLE
    rows = [
        {"draft_id": draft, "shift_id": shift.id, "person_id": people[(3 * number + seat) % PEOPLE], "is_pinned": False}
        for number, shift in enumerate(shifts)
        for seat in range(3)
    ]
    db.session.execute(sa.insert(DraftAssignment), rows)
    db.session.commit()
    return draft, rows[0]["shift_id"], rows[0]["person_id"]


def test_every_page_of_a_large_draft_is_small_and_asks_little(app, large):
    draft, shift, person = large
    client = app.test_client()
    sign_in(client, db.session.scalar(sa.select(Person.id).where(Person.code == "robin")))
    db.session.rollback()
    asked = []

    def note(_connection, _cursor, statement, *_):
        asked.append(statement.lstrip()[:6].upper())

    sa.event.listen(db.engine, "before_cursor_execute", note)
    views = ["?weeks=all", "?view=people", "?weeks=all&view=people", "?weeks=all&view=shifts", "?view=day"]
    parts = ["open", "fairness", "changes", "publish", f"shift/{shift}", f"at/{person}/{shift}", f"person/{person}"]
    client.get(f"/review/{draft}/")  # fills what is kept between requests
    for path in views + parts:
        asked.clear()
        answer = client.get(f"/review/{draft}/{path}")
        assert answer.status_code == 200
        assert len(answer.data) < MOST_BYTES, path
        assert asked.count("SELECT") + asked.count("WITH") <= MOST_QUERIES, path
    sa.event.remove(db.engine, "before_cursor_execute", note)

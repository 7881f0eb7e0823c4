"""Pins and what was set aside hold when a roster is generated again, and as little as possible changes."""

from __future__ import annotations

import sqlalchemy as sa

from app import jobs
from app.database import db
from app.roster import compare, drafts, queries, runs
from app.roster.facts import Keep
from app.roster.models import Draft, Period, Run
from tests.app.review.hands import REASON, allow_few_hours, away, move, pairs_of, put, rows_of
from tests.app.review.test_publishing import publish
from tests.app.review.town import WORKERS


def generate(period_id, from_draft_id=None, keep=Keep.PUBLISHED):
    """Have a worker make a roster; the new draft's id."""
    asked = runs.request_run(period_id, seconds=10, keep=keep, from_draft_id=from_draft_id, seed=1)
    assert jobs.run_due(jobs.SOLVE) >= 1
    db.session.rollback()
    found = db.session.scalar(sa.select(Run.draft_id).where(Run.id == asked.run_id))
    db.session.rollback()
    assert found
    return found


def test_generating_again_keeps_every_pin_and_changes_no_more_than_it_must(town, period, on):
    first = generate(period)
    had = pairs_of(first)
    gone = min(person for person, shift in had if shift == on(9))
    free = {getattr(town, name.lower()) for name in WORKERS} - {person for person, shift in had if shift == on(2)}
    other = min(free)
    move(first, "assign", other, on(2))  # one more than is wanted: dear, but a pin
    pinned = pairs_of(first)
    assert {pair for pair in pinned if rows_of(first)[0] >= {(pair[1], pair[0], True)}} == {(other, on(2))}
    away(gone, 9)  # and one person fell ill
    second = generate(period, first, Keep.DRAFT)
    has = pairs_of(second)
    assert (other, on(2)) in has
    assert (gone, on(9)) not in has
    assert (on(2), other, True) in rows_of(second)[0]
    assert len([person for person, shift in has if shift == on(9)]) == 2  # someone else is there
    assert len(pinned - has) <= 3
    assert len(has - pinned) <= 3
    db.session.rollback()
    compared = compare.compare(
        db.session.get_one(Period, period), db.session.get_one(Draft, second), db.session.get_one(Draft, first)
    )
    assert (compared.gained, compared.lost) == (len(has - pinned), len(pinned - has))


def test_nothing_changes_when_nothing_has_to(period):
    first = generate(period)
    second = generate(period, first, Keep.DRAFT)
    assert pairs_of(second) == pairs_of(first)


def test_what_was_set_aside_stays_set_aside_with_its_reason(town, period, draft, on):
    allow_few_hours()
    move(draft, "assign", town.ana, on(9), town.robin, reason=REASON)
    before = {row[1:] for row in rows_of(draft)[1]}
    again = generate(period, draft, Keep.DRAFT)
    assert (town.ana, on(9)) in pairs_of(again)
    assert {row[1:] for row in rows_of(again)[1]} == before


def test_a_draft_of_what_is_published_has_what_was_set_aside_for_it(town, period, draft, on, as_):
    put(draft, (town.bo, on(9)), (town.ana, on(7)))
    allow_few_hours(week=420)
    move(draft, "assign", town.ana, on(9), town.robin, reason=REASON)
    publish(as_(town.sam), draft)
    again = drafts.begin_draft(period, drafts.Source.PUBLISHED).id
    assert {row[1:] for row in rows_of(again)[1]} == {row[1:] for row in rows_of(draft)[1]}
    assert "cannot be published" not in as_(town.robin).page(f"/review/{again}/publish").text


def test_a_draft_is_looked_at_beside_the_one_before(town, period, draft, on, as_):
    put(draft, (town.ana, on(9)))
    other = drafts.begin_draft(period, drafts.Source.EMPTY).id
    put(other, (town.bo, on(9)))
    page = as_(town.robin).page(f"/review/{other}/changes")
    link = next(each["href"] for each in page.all("a") if each.text == "Beside another draft")
    compared = as_(town.robin).page(link).text
    assert "Ana" in compared
    assert "Bo" in compared
    assert queries.drafts_of(period)

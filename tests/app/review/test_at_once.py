"""Two coordinators at the very same moment, each in a process of their own: one is done, the other is told plainly."""

from __future__ import annotations

import threading

import pytest
import sqlalchemy as sa

from app.database import db
from app.mail.models import OutgoingMail
from app.roster import drafts
from app.roster.models import Assignment, Draft, Publication, PublicationChange
from tests.app.review.hands import pairs_of, put, version_of
from tests.support.pages import end_transaction
from tests.support.people import sign_in


@pytest.fixture
def at_once(make_app):
    """Let each of some people send one request, all at once, each to an application of its own; their answers."""

    def sent(*requests):
        end_transaction()
        ready, answers = threading.Barrier(len(requests)), [None] * len(requests)

        def one(number, app, person, path, data):
            client = app.test_client()
            sign_in(client, person)
            data = data(client) if callable(data) else data
            data = {"csrf_token": client.token()} | data  # a form that was read has its own
            ready.wait(30)
            answers[number] = client.post(path, data=data)

        threads = [threading.Thread(target=one, args=(n, make_app(), *each)) for n, each in enumerate(requests)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join(60)
        return answers

    return sent


def shown(draft_id):
    """What the publish page of a draft carries, read by the client that will press its button."""
    path = f"/review/{draft_id}/publish"
    return lambda client: client.page(path).form(path).filled()


def period_of(draft_id):
    return db.session.scalar(sa.select(Draft.period_id).where(Draft.id == draft_id))


@pytest.mark.parametrize("which", ["the same draft", "two drafts"])
def test_of_two_who_publish_at_once_one_is_told_and_no_roster_is_mixed(town, draft, on, at_once, which):
    other = draft if which == "the same draft" else drafts.begin_draft(period_of(draft), drafts.Source.EMPTY).id
    put(draft, (town.ana, on(7)), (town.bo, on(7)), (town.ana, on(11)))
    if other != draft:
        put(other, (town.cy, on(7)), (town.di, on(7)), (town.bo, on(9)))
    answers = at_once(
        (town.robin, f"/review/{draft}/publish", shown(draft)), (town.sam, f"/review/{other}/publish", shown(other))
    )
    assert sorted(each.status_code for each in answers) == [302, 409]
    winner, loser = sorted(answers, key=lambda each: each.status_code)
    who = "Robin" if answers[0] is winner else "Sam"
    assert f"{who} published draft" in loser.text
    assert "Nothing of your draft was published" in loser.text
    live = {tuple(row) for row in db.session.execute(sa.select(Assignment.person_id, Assignment.shift_id))}
    assert live == pairs_of(draft if answers[0] is winner else other)
    assert db.session.scalar(sa.select(sa.func.count()).select_from(Publication)) == 1
    told = set(db.session.scalars(sa.select(PublicationChange.person_id)))
    assert told == {person for person, _ in live}
    assert db.session.scalar(sa.select(sa.func.count()).select_from(OutgoingMail)) == len(told)


def test_of_two_moves_at_once_one_is_made_and_the_other_told(town, draft, on, at_once):
    version = version_of(draft)

    def asked(person):
        return {"version": version, "kind": "assign", "person": person, "shift": on(7)}

    answers = at_once(
        (town.robin, f"/review/{draft}/move", asked(town.ana)), (town.sam, f"/review/{draft}/move", asked(town.bo))
    )
    assert sorted(each.status_code for each in answers) == [302, 409]
    first, second = (town.ana, "Put Bo on") if answers[0].status_code == 302 else (town.bo, "Put Ana on")
    assert pairs_of(draft) == {(first, on(7))}
    assert second in answers[1 if first == town.ana else 0].text


def test_publishing_and_moving_at_once_never_publishes_what_was_not_shown(town, draft, on, at_once):
    put(draft, (town.ana, on(7)))
    moved = {"version": version_of(draft), "kind": "give", "person": town.ana, "shift": on(7), "to_person": town.bo}
    published, given = at_once(
        (town.robin, f"/review/{draft}/publish", shown(draft)), (town.sam, f"/review/{draft}/move", moved)
    )
    live = {tuple(row) for row in db.session.execute(sa.select(Assignment.person_id, Assignment.shift_id))}
    if published.status_code == 302:
        assert live == {(town.ana, on(7))} == pairs_of(draft)
        assert given.status_code in {409, 422}
    else:
        assert "changed meanwhile" in published.text
        assert live == set()
        assert pairs_of(draft) == {(town.bo, on(7))}

from __future__ import annotations

from datetime import date, time

import pytest
import sqlalchemy as sa
from hypothesis import given
from hypothesis import strategies as st

from app.access import Role
from app.database import db
from app.people.models import Availability, Grade, Person
from app.people.week import DAY_MINUTES, WEEK_MINUTES, Stretch, cells, changed_week, part_span, said
from tests.support.pages import Page, end_transaction
from tests.support.people import add_person

stretches = st.lists(
    st.builds(
        lambda first, length, grade: Stretch(first, first + length, grade),
        st.integers(0, WEEK_MINUTES - 1),
        st.integers(1, DAY_MINUTES),
        st.sampled_from(Grade),
    ),
    max_size=8,
)
changes = st.dictionaries(
    st.sampled_from(list(cells())), st.one_of(st.none(), st.sampled_from(Grade)), min_size=1, max_size=6
)


def minute_by_minute(found):
    """What is said of every tenth minute of a round week, the worst first."""
    order = list(Grade)
    table = {}
    for minute in range(0, WEEK_MINUTES, 10):
        there = [
            each.grade
            for each in found
            for turn in (-1, 0, 1)
            if each.first <= minute + turn * WEEK_MINUTES < each.last
        ]
        table[minute] = max(there, key=order.index) if there else None
    return table


@given(stretches, changes)
def test_changed_parts_say_what_was_chosen_and_all_else_stays(before, wanted):
    gone, made = changed_week(before, wanted, is_round=True)
    after = [each for each in before if each not in gone] + made
    there = said(after, is_round=True)
    assert {cell: there[cell] for cell in wanted} == wanted
    assert all(0 < each.last - each.first <= DAY_MINUTES for each in after)
    was, now = minute_by_minute(before), minute_by_minute(after)
    spans = [part_span(cell) for cell in wanted]
    for minute, grade in was.items():
        is_in = any(first <= minute + turn < last for first, last in spans for turn in (0, WEEK_MINUTES))
        if not is_in:
            assert now[minute] == grade


def rows_of(person_id):
    end_transaction()
    rows = db.session.scalars(sa.select(Availability).where(Availability.person_id == person_id))
    return {(r.weekday, r.on_date, r.starts_at, r.ends_at, r.grade) for r in rows}


def form_of(client, path):
    end_transaction()
    page = Page(client.get(path).text)
    return page.form(path.partition("?")[0])


def send(client, path, **changed):
    form = form_of(client, path)
    end_transaction()
    return client.post(
        form.action, data=form.filled(**{name.replace("_", "-"): value for name, value in changed.items()})
    )


def test_a_peer_fills_in_the_usual_week(as_, app):
    sam = add_person("Sam")
    client = as_(sam)
    answer = send(client, "/people/me/availability/usual", day_0="preferred", part_6_3="unavailable")
    assert answer.status_code == 303
    assert rows_of(sam) == {
        (0, None, time(6), time(6), "preferred"),
        (0, None, time(0), time(6), "unavailable"),
    }
    assert "Gladly" in Page(client.get("/people/me/availability").text).body_text


def test_a_part_with_exact_times_keeps_them_while_another_changes(as_, app):
    sam = add_person("Sam")
    db.session.add(Availability(person_id=sam, weekday=1, starts_at=time(9), ends_at=time(14), grade="preferred"))
    db.session.commit()
    answer = send(as_(sam), "/people/me/availability/usual", part_1_1="unavailable")
    assert answer.status_code == 303
    assert rows_of(sam) == {
        (1, None, time(9), time(12), "preferred"),
        (1, None, time(12), time(18), "unavailable"),
    }


def test_a_single_week_differs_and_can_be_filled_in_like_the_week_before(as_, app):
    sam = add_person("Sam")
    client = as_(sam)
    assert send(client, "/people/me/availability/week/2026-11-23", part_4_3="unwanted").status_code == 303
    night = time(0), time(6), "unwanted"
    assert rows_of(sam) == {(None, date(2026, 11, 28), *night)}
    assert send(client, "/people/me/availability/week/2026-11-30?like=before").status_code == 303
    assert rows_of(sam) == {(None, date(2026, 11, 28), *night), (None, date(2026, 12, 5), *night)}


def test_a_week_changed_elsewhere_meanwhile_is_not_overwritten_unseen(as_, app):
    sam, robin = add_person("Sam"), add_person("Robin", Role.COORDINATOR)
    mine = as_(sam)
    form = form_of(mine, "/people/me/availability/usual")
    assert send(as_(robin), f"/people/{sam}/availability/usual", part_0_0="unavailable").status_code == 303
    answer = mine.post(form.action, data=form.filled(**{"part-1-0": "preferred"}))
    assert answer.status_code == 409
    page = Page(answer.text)
    assert "changed elsewhere" in page.body_text
    again = page.form("/people/me/availability/usual")
    assert again.values["part-1-0"] == ["preferred"]
    assert mine.post(form.action, data=again.filled(**{"part-0-0": "unavailable"})).status_code == 303
    assert {(row[0], row[4]) for row in rows_of(sam)} == {(0, "unavailable"), (1, "preferred")}


def test_time_off_is_one_entry_and_can_be_taken_away(as_, app):
    sam = add_person("Sam")
    client = as_(sam)
    form = form_of(client, "/people/me/availability/dates")
    answer = client.post(form.action, data=form.filled(first_on="2026-12-24", last_on="2026-12-26"))
    assert answer.status_code == 303
    assert {row[1].day for row in rows_of(sam)} == {24, 25, 26}
    page = Page(client.get("/people/me/availability").text)
    assert "24 December 2026 to 26 December 2026" in page.body_text
    asked = Page(client.get(next(a["href"] for a in page.all("a") if "forget" in a.get("href"))).text)
    assert "24 December 2026 to 26 December 2026" in asked.body_text
    taken = asked.form("/people/me/availability/forget")
    client.post(taken.action, data=taken.filled())
    assert rows_of(sam) == set()


@pytest.mark.parametrize("page", ["availability", "availability/usual", "availability/dates", "wishes"])
def test_peers_do_not_find_the_times_and_wishes_of_others(as_, app, page):
    sam, alex = add_person("Sam"), add_person("Alex")
    assert as_(sam).get(f"/people/{alex}/{page}").status_code == 404
    assert as_(sam).get(f"/people/me/{page}").status_code == 200


def test_a_private_wish_is_read_by_nobody_else_and_told_by_no_log(as_, app):
    sam, alex = add_person("Sam"), add_person("Alex")
    robin, ada = add_person("Robin", Role.COORDINATOR), add_person("Ada", Role.ADMIN)
    mine = as_(sam)
    end_transaction()
    form = Page(mine.get("/people/me/wishes").text).form("/people/me/wishes/person")
    answer = mine.post(form.action, data=form.filled(**{"person-kind": "not_with", "person-about": alex}))
    assert answer.status_code == 303
    assert alex not in answer.location
    own = Page(mine.get("/people/me/wishes").text)
    assert "Not with Alex" in own.body_text
    for other in (robin, ada):
        page = Page(as_(other).get(f"/people/{sam}/wishes").text)
        assert "Not with Alex" not in page.body_text
    asked = Page(mine.get(next(a["href"] for a in own.all("a") if "forget" in a.get("href"))).text)
    assert "Not with Alex" in asked.body_text
    assert Page(as_(alex).get("/people/me/wishes/forget?wish=x", follow_redirects=True).text).title.startswith(
        "My private"
    )
    mine.post("/people/me/wishes/forget", data=asked.form("/people/me/wishes/forget").filled())
    assert "You have none yet." in Page(mine.get("/people/me/wishes").text).body_text
    told = db.session.execute(sa.text("SELECT act, details FROM audit_entry")).all()
    assert not [row for row in told if "wish" in row[0]]
    end_transaction()
    assert db.session.get(Person, sam) is not None

"""Moves by hand: checked by the rules, told in plain words, taken back; waivers by name; wishes kept private."""

from __future__ import annotations

from datetime import date

import pytest
import sqlalchemy as sa

from app.access import Role
from app.audit.models import AuditEntry
from app.database import db
from app.editing import Saved
from app.pay import services as pay
from app.people.models import Wish, WishKind
from app.review import services
from app.roster.models import Draft, DraftState
from app.rules.queries import rule_card
from app.rules.services import set_rule
from scheduling import NOT_AVAILABLE
from tests.app.review.hands import REASON, allow_few_hours, away, move, pairs_of, press, put, rows_of, version_of
from tests.app.roster.planned import FIRST
from tests.support.people import add_person


def test_every_move_is_one_button_and_can_be_taken_back(town, draft, on, as_):
    robin = as_(town.robin)
    mon, wed = on(7), on(9)
    put(draft, (town.bo, wed))
    steps = [
        ({"kind": "assign", "person": town.ana, "shift": mon}, "Ana is now on Mon 7 Dec"),
        ({"kind": "unpin", "person": town.ana, "shift": mon}, "Ana need not stay on Mon 7 Dec"),
        ({"kind": "pin", "person": town.ana, "shift": mon}, "Ana stays on Mon 7 Dec"),
        ({"kind": "swap", "person": town.ana, "shift": mon, "swap": f"{town.bo}/{wed}"}, "and Bo on Mon 7 Dec"),
        ({"kind": "give", "person": town.ana, "shift": wed, "to_person": town.cy}, "in place of Ana"),
        ({"kind": "move", "person": town.cy, "shift": wed, "to_shift": on(11)}, "Cy is now on Fri 11 Dec"),
        ({"kind": "remove", "person": town.bo, "shift": mon}, "Bo is no longer on Mon 7 Dec"),
    ]
    before = [rows_of(draft)]
    for fields, said in steps:
        assert said in press(robin, draft, "move", **fields).text
        before.append(rows_of(draft))
    for was in reversed(before[:-1]):
        assert "Undo the last move" in robin.page(f"/review/{draft}/").text
        assert "Taken back" in press(robin, draft, "undo").text
        assert rows_of(draft) == was


def test_a_refusal_says_which_rule_and_what_would_help_and_changes_nothing(town, draft, on, as_):
    away(town.ana, 7)
    answer = press(as_(town.robin), draft, "move", kind="assign", person=town.ana, shift=on(7))
    assert answer.status_code == 422
    assert "You asked: Put Ana on Mon 7 Dec 09:00-15:00" in answer.text
    assert NOT_AVAILABLE in answer.text
    assert "What would help" in answer.text
    assert "Do it anyway" not in answer.text
    assert rows_of(draft) == (set(), set())


@pytest.fixture
def short_fund(town):
    """All work is paid 20 an hour by a fund that ends on the eighth and has money for one shift; that matters most."""
    dear = {"price_none": 100, "price_over": 100}
    assert isinstance(set_rule("funds", rule_card("funds").values | dear, 0), Saved)
    toni = add_person("Toni", Role.TREASURER)
    agreed = {"activity": None, "level": None, "service_id": None, "basis": "hour", "premium": None, "amount": 2000}
    assert isinstance(pay.add_rate(agreed | {"from_on": FIRST}, toni), Saved)
    fund = {"name": "City", "starts_on": FIRST, "ends_on": date(2026, 12, 8), "budget": 150_00}
    saved = pay.add_fund(fund | {"categories": ["honoraria"]}, toni)
    assert isinstance(pay.share_costs(FIRST, None, {saved.id: 1}, toni), Saved)
    return town


@pytest.mark.parametrize("by", ["form", "drag"])
def test_a_move_by_hand_is_told_what_the_funds_cannot_bear(short_fund, draft, on, as_, by):
    town, robin = short_fund, as_(short_fund.robin)

    def put_by_hand(person, day):
        if by == "form":
            return press(robin, draft, "move", kind="assign", person=person, shift=on(day)).text
        return press(robin, draft, "drag", **{"view": "people", "what": on(day), "from": "open", "to": person}).text

    assert "fund" not in put_by_hand(town.ana, 7)
    assert "The roster costs more than a fund has left" in put_by_hand(town.bo, 7)
    assert "Ana could not be paid for Wed 9 Dec" in put_by_hand(town.ana, 9)


def test_where_the_group_forbids_it_nobody_is_put_where_no_fund_pays_but_by_name_and_reason(short_fund, draft, on, as_):
    card = rule_card("funds")
    assert isinstance(set_rule("funds", card.values | {"price_none": None}, card.version), Saved)
    answer = press(as_(short_fund.robin), draft, "move", kind="assign", person=short_fund.ana, shift=on(9))
    assert answer.status_code == 422
    assert "Find a fund for that day" in answer.text
    assert rows_of(draft) == (set(), set())


def test_a_rule_is_set_aside_by_name_with_a_reason_and_the_log_says_so(town, draft, on, as_):
    allow_few_hours()
    robin = as_(town.robin)
    answer = press(robin, draft, "move", kind="assign", person=town.ana, shift=on(7), reason=REASON)
    assert "Ana is now on Mon 7 Dec" in answer.text
    page = robin.page(f"/review/{draft}/shift/{on(7)}")
    assert f"Robin: {REASON}" in page.text
    assert f"Robin: {REASON}" in robin.page(f"/review/{draft}/publish").text
    logged = db.session.scalars(sa.select(AuditEntry).where(AuditEntry.act == "waive rule")).one()
    assert (logged.actor_id, logged.details["person"]) == (town.robin, town.ana)


def test_nobody_is_in_two_places_at_once_whatever_the_reason(town, draft, on, as_):
    put(draft, (town.ana, on(7)))
    robin = as_(town.robin)
    db.session.execute(
        sa.text(
            "UPDATE shift SET starts_at = (SELECT s.starts_at FROM shift s WHERE s.id = :mon), "
            "ends_at = (SELECT s.ends_at FROM shift s WHERE s.id = :mon) WHERE id = :tue"
        ),
        {"mon": on(7), "tue": on(8)},
    )
    db.session.commit()
    answer = press(robin, draft, "move", kind="assign", person=town.ana, shift=on(8), reason=REASON)
    assert answer.status_code == 422
    assert "Do it anyway" not in answer.text
    assert pairs_of(draft) == {(town.ana, on(7))}


@pytest.mark.parametrize("reason", ["", REASON])
def test_a_private_wish_stops_a_move_without_being_named(town, draft, on, as_, reason):
    put(draft, (town.bo, on(7)))
    db.session.add(Wish(person_id=town.ana, kind=WishKind.NOT_WITH, other_person_id=town.bo))
    db.session.commit()
    answer = press(as_(town.robin), draft, "move", kind="assign", person=town.ana, shift=on(7), reason=reason)
    assert answer.status_code == 422
    assert NOT_AVAILABLE in answer.text
    assert "Bo" not in answer.text
    assert "wish" not in answer.text.lower()
    assert "not with" not in answer.text.lower()
    assert "Do it anyway" not in answer.text
    assert pairs_of(draft) == {(town.bo, on(7))}


def test_what_someone_would_rather_have_is_told_to_nobody(town, draft, on, as_):
    db.session.add(Wish(person_id=town.ana, kind=WishKind.PARTNER, other_person_id=town.bo))
    db.session.add(Wish(person_id=town.cy, kind=WishKind.DISLIKES_SERVICE, service_id=town.service))
    db.session.commit()
    robin = as_(town.robin)
    page = robin.page(f"/review/{draft}/shift/{on(8)}")
    assert NOT_AVAILABLE not in page.text
    answer = move(draft, "assign", town.cy, on(8))
    assert NOT_AVAILABLE not in answer.notices
    assert "partner" not in robin.page(f"/review/{draft}/fairness").text.lower()


def test_taking_someone_off_is_always_possible_and_warns(town, draft, on):
    put(draft, (town.ana, on(8)), (town.bo, on(8)))
    answer = move(draft, "remove", town.ana, on(8))
    assert isinstance(answer, services.Done)
    assert any("too few people to be safe" in words for words in answer.notices)


def test_someone_else_was_here_first_and_the_move_can_be_made_anew(town, draft, on, as_):
    robin, seen = as_(town.robin), version_of(draft)
    put(draft, (town.bo, on(9)), by=town.sam)
    fields = {"csrf_token": robin.token(), "version": seen, "kind": "assign", "person": town.ana, "shift": on(7)}
    answer = robin.post(f"/review/{draft}/move", data=fields)
    assert answer.status_code == 409
    assert "Sam changed this draft" in answer.text
    assert "Put Ana on Mon 7 Dec" in answer.text
    assert pairs_of(draft) == {(town.bo, on(9))}
    answer = press(robin, draft, "move", kind="assign", person=town.ana, shift=on(7))
    assert answer.status_code == 200
    assert pairs_of(draft) == {(town.bo, on(9)), (town.ana, on(7))}


def test_undoing_several_moves_takes_the_right_waivers_away(town, draft, on):
    allow_few_hours()
    assert isinstance(move(draft, "assign", town.ana, on(7), town.robin, reason=REASON), services.Done)
    had = rows_of(draft)
    move(draft, "remove", town.ana, on(7))
    assert rows_of(draft) == (set(), set())
    services.undo(draft, version_of(draft))
    assert rows_of(draft) == had
    services.undo(draft, version_of(draft))
    assert rows_of(draft) == (set(), set())


def test_a_drag_makes_the_same_moves_as_the_forms(town, draft, on, as_):
    robin = as_(town.robin)
    mon, wed = on(7), on(9)
    drags = [
        ({"view": "people", "what": mon, "from": "open", "to": town.ana}, {(town.ana, mon)}),
        ({"view": "people", "what": mon, "from": town.ana, "to": town.bo}, {(town.bo, mon)}),
        ({"view": "shifts", "what": town.bo, "from": mon, "to": wed}, {(town.bo, wed)}),
        ({"view": "people", "what": wed, "from": town.bo, "to": "open"}, set()),
    ]
    for fields, there in drags:
        assert press(robin, draft, "drag", **fields).status_code == 200
        assert pairs_of(draft) == there


def test_nonsense_is_answered_plainly_and_changes_nothing(town, draft, on, as_):
    robin = as_(town.robin)
    for path, fields in (
        ("move", {"kind": "fly", "person": town.ana, "shift": on(7)}),
        ("move", {"kind": "remove", "person": town.ana, "shift": on(7)}),
        ("move", {"kind": "move", "person": town.ana, "shift": "nowhere"}),
        ("drag", {"view": "people", "what": on(7), "from": "", "to": town.ana}),
        ("undo", {}),
        ("waive", {"rule": "rest", "shift": on(7), "reason": " "}),
        ("withdraw", {"waiver": "nowhere"}),
    ):
        assert press(robin, draft, path, **fields).status_code in {200, 409, 422}
    assert rows_of(draft) == (set(), set())


def test_a_button_leads_back_to_pages_of_this_draft_only(town, draft, on, as_):
    robin = as_(town.robin)
    fields = {"csrf_token": robin.token(), "version": version_of(draft), "kind": "assign", "person": town.ana}
    back = f"/review/{draft}/../../people/"
    answer = robin.post(f"/review/{draft}/move", data=fields | {"shift": on(7), "back": back})
    assert answer.location == f"/review/{draft}/"


def test_what_is_published_or_put_away_is_not_changed(town, draft, on, as_):
    put(draft, (town.ana, on(7)))
    for state in (DraftState.PUBLISHED, DraftState.DISCARDED):
        db.session.execute(sa.update(Draft).where(Draft.id == draft).values(state=state))
        db.session.commit()
        robin, before = as_(town.robin), rows_of(draft)
        fields = {"kind": "remove", "person": town.ana, "shift": on(7)}
        assert press(robin, draft, "move", **fields).status_code == 422
        press(robin, draft, "undo")
        assert rows_of(draft) == before

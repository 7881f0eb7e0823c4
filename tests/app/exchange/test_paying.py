"""What a shift pays stands there before it is taken, and is what is owed for it after."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
import sqlalchemy as sa

from app import clock as app_clock
from app.attendance.models import Attendance
from app.database import db
from app.exchange import answers, claims, covers, queries, swaps
from app.exchange.places import places_for
from app.pay import accrual, owed, services
from app.people.models import Person
from app.roster.models import Shift


@pytest.fixture
def rates(town):
    """An hour is 25.00, and 5.00 more where it is a late change."""
    plain = {"activity": None, "level": None, "service_id": None, "basis": "hour", "from_on": date(2026, 1, 1)}
    services.add_rate(plain | {"premium": None, "amount": 2500}, town.robin)
    services.add_rate(plain | {"premium": "late_change", "amount": 500}, town.robin)
    return town


def worked(person, shift_id):
    """Let a person have worked a shift to the minute; what the ledger owes them then."""
    shift = db.session.get_one(Shift, shift_id)
    db.session.add(
        Attendance(
            person_id=person,
            shift_id=shift_id,
            level=db.session.get_one(Person, person).level,
            demanding=0,
            day_on=shift.day_on,
            arrived_at=shift.starts_at,
            left_at=shift.ends_at,
            state="left",
            is_exact=True,
            noted_via="coordinator",
            created_at=app_clock.now(),
            changed_at=app_clock.now(),
        )
    )
    db.session.commit()
    accrual.accrue()
    found = owed.owed_to(person)
    db.session.rollback()
    return found.pay


def test_without_a_rate_nothing_is_said_of_pay(town, as_):
    shift = town.shift("2026-12-01 09:00", 4)
    for path in ("/take/", f"/take/{shift}"):
        assert "pays" not in as_(town.ana).page(path).body_text.lower()


def test_a_late_place_shows_its_premium_before_it_is_taken_and_owes_as_much(rates, as_):
    shift = rates.shift("2026-12-01 09:00", 4)
    for path in ("/take/", f"/take/{shift}"):
        assert "$120.00" in as_(rates.ana).page(path).body_text
    assert isinstance(claims.claim_shift(rates.ana, shift), answers.Done)
    assert "$120.00" in as_(rates.ana).page("/pay/mine").body_text
    assert worked(rates.ana, shift) == 12000


def test_a_place_taken_in_good_time_brings_no_premium(rates, as_):
    shift = rates.shift("2026-12-15 09:00", 4)
    assert "$100.00" in as_(rates.ana).page(f"/take/{shift}").body_text
    claims.claim_shift(rates.ana, shift)
    assert worked(rates.ana, shift) == 10000


def test_giving_a_shift_back_and_taking_it_again_or_changing_it_with_a_friend_brings_no_premium(rates):
    mine, theirs = rates.shift("2026-12-01 09:00", 4, rates.ana), rates.shift("2026-12-03 09:00", 4)
    covers.cannot_come(rates.ana, mine, rates.ana)
    claims.claim_shift(rates.ana, mine)
    claims.claim_shift(rates.bo, theirs)
    wanted = swaps.Wanted(rates.ana, mine, rates.bo, theirs)
    swaps.ask_swap(wanted, rates.robin, have_agreed=frozenset({rates.ana, rates.bo}))
    assert rates.people_on(mine) == {rates.bo}
    assert worked(rates.bo, mine) == 10000
    assert worked(rates.ana, theirs) == 10000


def test_where_somebody_has_arrived_nothing_is_swapped(town, clock):
    mine, theirs = town.shift("2026-11-24 09:00", 4, town.ana), town.shift("2026-11-25 09:00", 4, town.bo)
    starts_at = db.session.scalar(sa.select(Shift.starts_at).where(Shift.id == mine))
    clock.set(starts_at - timedelta(minutes=20))
    worked(town.ana, mine)
    wanted = swaps.Wanted(town.ana, mine, town.bo, theirs)
    assert swaps.ask_swap(wanted, town.ana, have_agreed=frozenset({town.ana})) == answers.Stopped((swaps.BEGUN,))


def test_the_list_of_shifts_to_take_obeys_a_persons_cap_and_says_nothing_of_it(rates, as_):
    services.keep_earnings_choice(rates.ana, {"code": "own", "own": 100_00, "span": "month", "is_cap": True})
    fits, too_much = rates.shift("2026-11-30 09:00", 3), rates.shift("2026-11-30 10:00", 8)
    listed = {each.shift.id for each in places_for(queries.standing(), rates.ana) if each.is_open(app_clock.now())}
    assert listed == {fits}
    assert {each.shift.id for each in places_for(queries.standing(), rates.bo)} == {fits, too_much}
    stopped = claims.claim_shift(rates.ana, too_much)
    assert stopped.reasons == (claims.NEUTRAL,)
    assert isinstance(claims.claim_shift(rates.ana, fits), answers.Done)

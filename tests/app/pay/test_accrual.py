"""From worked records to what is owed: once, exactly, and corrected by reversals."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta

import pytest
import sqlalchemy as sa

from app import clock
from app.access import Role
from app.database import db
from app.editing import Refused, Saved
from app.growth.services import set_level
from app.pay import accrual, owed, reports, services
from app.pay.models import Honorarium, LedgerEntry, PayChoice
from app.pay.queries import quotes, rate_rows, second_above, unagreed
from app.people.models import Person
from app.people.services import change_person
from app.roster.models import Assignment, Shift, as_told
from app.sites.models import Service
from app.sites.services import change_service
from app.transfer.kinds import Rights
from app.transfer.plan import make_plan
from app.transfer.queries import read_file
from tests.app.pay.purse import saved


def kinds() -> list[str]:
    return list(db.session.scalars(sa.select(LedgerEntry.kind).order_by(LedgerEntry.number)))


def test_what_was_worked_is_owed_once_however_often_it_is_reckoned(purse):
    purse.work(purse.ana)
    assert [accrual.accrue() for _ in range(3)] == [1, 0, 0]
    assert purse.owed(purse.ana) == 10_000
    purse.whole()


def test_a_corrected_record_is_reversed_and_written_anew_with_the_reason(purse):
    record = purse.work(purse.ana)
    assert purse.owed(purse.ana) == 10_000
    purse.correct(record, left_at=purse.clock())
    assert purse.owed(purse.ana) == 12_500
    assert kinds() == ["float", "honorarium", "reversal", "honorarium"]
    assert "corrected" in db.session.scalars(sa.select(LedgerEntry.reason).where(LedgerEntry.kind == "reversal")).one()


def test_work_that_someone_else_did_is_owed_to_them_and_only_them(purse):
    record = purse.work(purse.ana)
    accrual.accrue()
    purse.correct(record, person_id=purse.bo)
    assert (purse.owed(purse.ana), purse.owed(purse.bo)) == (0, 10_000)


def test_work_that_was_taken_back_is_owed_no_more(purse):
    record = purse.work(purse.ana)
    accrual.accrue()
    purse.correct(record, state="void")
    assert purse.owed(purse.ana) == 0
    assert db.session.scalars(sa.select(Honorarium).where(Honorarium.voided_at.is_(None))).all() == []


def test_a_correction_that_changes_no_cent_writes_nothing(purse):
    record = purse.work(purse.ana)
    accrual.accrue()
    purse.correct(record, note="in the rain")
    assert accrual.accrue() == 0
    assert len(kinds()) == 2


def test_work_without_a_rate_waits_for_one_and_is_told(purse):
    db.session.commit()
    purse.clock.move(days=1)
    purse.work(purse.ana, activity="meeting", ended=timedelta(days=400))
    accrual.accrue()
    assert unagreed() == [("meeting", "Supplies", 1, (purse.clock() - timedelta(days=400)).date())]
    purse.clock.move(days=3)
    purse.rate(3000, date(2025, 1, 1), activity="meeting")
    assert purse.owed(purse.ana) == 12_000
    assert unagreed() == []


def test_a_volunteer_and_who_declines_are_owed_nothing(purse):
    purse.work(purse.vi)
    saved(services.choose_pay(purse.bo, "cash", is_declined=True))
    purse.work(purse.bo)
    assert (purse.owed(purse.vi), purse.owed(purse.bo)) == (0, 0)
    saved(services.choose_pay(purse.bo, "cash", is_declined=False))
    assert db.session.get_one(PayChoice, purse.bo).is_declined is False
    assert purse.owed(purse.bo) == 0, "what was declined stays declined"
    purse.work(purse.bo, ended=timedelta(minutes=5))
    assert purse.owed(purse.bo) == 10_000


def test_what_is_not_in_the_ledger_yet_is_shown_as_owed_with_its_age(purse):
    purse.work(purse.ana, ended=timedelta(hours=30))
    purse.work(purse.bo, ended=timedelta(hours=2))
    found = owed.owed_list()
    assert [(each.name, each.total.minor, each.is_late) for each in found] == [
        ("Ana", 10_000, True),
        ("Bo", 10_000, False),
    ]
    accrual.accrue()
    assert [(each.name, each.is_late) for each in owed.owed_list()] == [("Ana", True), ("Bo", False)]


def test_a_rate_changed_mid_period_leaves_what_was_worked_as_it_was(purse):
    record = purse.work(purse.ana)
    accrual.accrue()
    purse.rate(3000, date(2026, 11, 25))
    assert purse.owed(purse.ana) == 10_000
    purse.clock.move(days=2)
    purse.work(purse.ana)
    assert purse.owed(purse.ana) == 10_000 + 12_000
    purse.correct(record, left_at=purse.clock() - timedelta(days=2))
    assert purse.owed(purse.ana) == 12_500 + 12_000, "a correction is reckoned by the rate of its own day"


def test_no_rate_reaches_back_over_what_was_reckoned(purse):
    purse.work(purse.ana)
    accrual.accrue()
    plain = {"activity": None, "level": None, "service_id": None, "basis": "hour", "premium": None, "amount": 9000}
    outcome = services.add_rate(plain | {"from_on": date(2026, 11, 1)}, purse.toni)
    assert isinstance(outcome, Refused)
    assert "past" in outcome.problems["from_on"]


def test_a_rate_may_begin_in_the_past_for_work_that_had_none_and_only_for_that(purse):
    long_before = date(2025, 1, 1)
    purse.rate(2500, long_before, level="peer")
    db.session.get_one(Person, purse.bo).level = "trainee"
    db.session.commit()
    for person in (purse.ana, purse.bo):
        purse.work(person, ended=timedelta(days=400))
    assert (purse.owed(purse.ana), purse.owed(purse.bo)) == (10_000, 0)
    plain = {"activity": None, "level": None, "service_id": None, "basis": "hour", "premium": None, "amount": 1500}
    past = plain | {"from_on": long_before}
    for touching in ({"level": "peer"}, {"service_id": purse.service}):
        assert isinstance(services.add_rate(past | touching, purse.toni), Refused), touching
    outcome = services.add_rate(past | {"level": "trainee"}, purse.toni)
    assert isinstance(outcome, Saved)
    assert outcome.words == "One piece of work that had no rate until now: $60.00 more is owed."
    assert (purse.owed(purse.ana), purse.owed(purse.bo)) == (10_000, 6_000)
    assert isinstance(services.add_rate(past, purse.toni), Saved), "everybody has a rate that comes before this one"
    assert (purse.owed(purse.ana), purse.owed(purse.bo)) == (10_000, 6_000)


def shift(purse, starts_at: datetime | None = None) -> str:
    starts_at = starts_at or purse.clock() + timedelta(days=3)
    row = Shift(
        site_id=purse.site,
        service_id=purse.service,
        day_on=clock.local(starts_at).date(),
        starts_at=starts_at,
        ends_at=starts_at + timedelta(hours=5, minutes=20),
    )
    db.session.add(row)
    db.session.flush()
    row_id = row.id
    db.session.add(Assignment(shift_id=row_id, person_id=purse.ana, assigned_at=purse.clock(), **as_told(row)))
    db.session.commit()
    return row_id


def test_the_amount_shown_before_a_shift_is_the_amount_that_accrues(purse):
    shift_id = shift(purse)
    shown = quotes(purse.ana, [shift_id])[shift_id].amount.minor
    row = db.session.get_one(Shift, shift_id)
    starts_at, ends_at = row.starts_at, row.ends_at
    purse.clock.move(days=4)
    record = purse.work(purse.ana, shift_id=shift_id, activity="shift")
    purse.correct(record, arrived_at=starts_at, left_at=ends_at, day_on=starts_at.date())
    assert purse.owed(purse.ana) == shown == 13_333


def test_a_lower_rate_waits_until_after_what_people_said_yes_to(purse):
    shift(purse)
    lower = {"activity": None, "level": None, "service_id": None, "basis": "hour", "premium": None, "amount": 2000}
    outcome = services.add_rate(lower | {"from_on": date(2026, 11, 24)}, purse.toni)
    assert isinstance(outcome, Refused)
    assert "26 November" in outcome.problems["from_on"]
    saved(services.add_rate(lower | {"from_on": date(2026, 11, 27)}, purse.toni))
    saved(services.add_rate(lower | {"from_on": date(2026, 11, 24), "amount": 2600}, purse.toni))


def test_no_new_rate_of_any_kind_lowers_a_promised_shift(purse):
    shift(purse)
    plain = {"activity": None, "level": None, "service_id": None, "basis": "hour", "premium": None, "amount": 500}
    later = {"from_on": date(2026, 11, 25)}
    for narrower in ({"activity": "shift"}, {"level": "peer"}, {"service_id": purse.service}, {"basis": "shift"}):
        outcome = services.add_rate(plain | later | narrower, purse.toni)
        assert isinstance(outcome, Refused), narrower
        assert outcome.problems["from_on"].startswith("One shift that somebody said yes to would pay less")
    saved(services.add_rate(plain | later | {"activity": "meeting"}, purse.toni))


TERMS = {
    "night_starts": time(22),
    "night_ends": time(6),
    "step_minutes": 1,
    "cancel_hours": 24,
    "cancel_percent": 100,
    "second_above": 100_000,
}


def test_no_new_premium_or_terms_lower_a_promised_shift(purse):
    premium = {"premium": "night", "basis": "hour", "amount": 300}
    saved(services.add_premium(premium | {"from_on": date(2026, 11, 1)}, purse.toni))
    shift(purse, starts_at=datetime(2026, 11, 27, 6, tzinfo=UTC))
    soon = {"from_on": date(2026, 11, 25)}
    assert isinstance(services.add_premium(premium | soon | {"amount": 0}, purse.toni), Refused)
    for lower in ({"night_starts": time(3), "night_ends": time(3, 30)}, {"cancel_percent": 0}, {"cancel_hours": 2}):
        assert isinstance(services.set_terms(TERMS | soon | lower, purse.toni), Refused), lower
    saved(services.set_terms(TERMS | soon | {"step_minutes": 15, "cancel_hours": 48}, purse.toni))


def test_a_new_rate_does_not_reach_work_of_today_that_was_paid(purse):
    record = purse.work(purse.ana, minutes=60)
    purse.pay(purse.ana)
    plain = {"activity": None, "level": None, "service_id": None, "basis": "hour", "premium": None, "amount": 5000}
    outcome = services.add_rate(plain | {"from_on": date(2026, 11, 23)}, purse.toni)
    assert isinstance(outcome, Refused)
    assert "24 November" in outcome.problems["from_on"]
    saved(services.add_rate(plain | {"from_on": date(2026, 11, 24)}, purse.toni))
    purse.correct(record, note="in the rain")
    assert purse.owed(purse.ana) == 0


def test_a_higher_sum_for_the_second_approver_begins_tomorrow_at_the_earliest(purse):
    higher = TERMS | {"second_above": 200_000}
    today = services.set_terms(higher | {"from_on": date(2026, 11, 23)}, purse.toni)
    assert isinstance(today, Refused)
    assert "tomorrow" in today.problems["from_on"]
    saved(services.set_terms(higher | {"from_on": date(2026, 11, 24)}, purse.toni))
    assert second_above(date(2026, 11, 23)) == 100_000


def test_a_rate_sent_twice_is_one_and_with_something_else_on_it_none(purse):
    plain = {"activity": None, "level": None, "service_id": None, "basis": "hour", "premium": None, "amount": 3000}
    facts = plain | {"from_on": date(2026, 11, 24)}
    first, second = (saved(services.add_rate(facts, purse.toni, "k" * 12)) for _ in range(2))
    assert first == second
    outcome = services.add_rate(facts | {"amount": 3100}, purse.toni, "k" * 12)
    assert isinstance(outcome, Refused)
    assert "sent before" in outcome.problems["key"]
    assert len(rate_rows()) == 2


def test_work_that_is_not_reckoned_yet_is_paid_by_what_held_when_it_was_done(purse):
    purse.work(purse.ana, activity="meeting", ended=timedelta(days=1))
    plain = {"activity": "meeting", "level": None, "service_id": None, "basis": "hour", "premium": None, "amount": 500}
    outcome = services.add_rate(plain | {"from_on": date(2026, 11, 22)}, purse.toni)
    assert isinstance(outcome, Refused)
    steps = TERMS | {"step_minutes": 30, "from_on": date(2026, 11, 22)}
    assert isinstance(services.set_terms(steps, purse.toni), Refused)
    assert purse.owed(purse.ana) == 10_000


def test_who_wants_no_pay_or_becomes_a_volunteer_keeps_what_they_worked_for(purse):
    purse.work(purse.ana)
    saved(services.choose_pay(purse.ana, "cash", is_declined=True))
    purse.work(purse.bo)
    version = db.session.get_one(Person, purse.bo).version
    saved(change_person(purse.bo, {"is_volunteer": True}, version, frozenset({Role.COORDINATOR})))
    assert (purse.owed(purse.ana), purse.owed(purse.bo)) == (10_000, 10_000)


def test_a_service_weighed_anew_lowers_no_promised_shift_and_changes_no_work_of_before(purse):
    service = db.session.get_one(Service, purse.service)
    named = {"name": "Supplies"}
    saved(change_service(purse.service, named | {"demanding": 2}, service.version))
    premium = {"premium": "demanding", "basis": "shift", "amount": 700, "from_on": date(2026, 11, 1)}
    saved(services.add_premium(premium, purse.toni))
    record = purse.work(purse.ana)
    shift(purse)
    version = db.session.get_one(Service, purse.service).version
    outcome = change_service(purse.service, named | {"demanding": 1}, version)
    assert isinstance(outcome, Refused)
    assert "Change it after" in outcome.problems["demanding"]
    saved(change_service(purse.service, named | {"demanding": 3}, version))
    purse.clock.move(days=5)
    version = db.session.get_one(Service, purse.service).version
    saved(change_service(purse.service, named | {"demanding": 0}, version))
    purse.correct(record, note="in the rain")
    assert purse.owed(purse.ana) == 10_000 + 700


def test_no_other_level_lowers_a_promised_shift(purse):
    for level in ("lead", "mentor"):
        purse.rate(3000, date(2026, 11, 1), level=level)
    person = db.session.get_one(Person, purse.ana)
    person.level = "lead"
    db.session.commit()
    shift(purse)
    outcome = set_level(purse.ana, "peer", "By mistake.", db.session.get_one(Person, purse.ana).version, purse.robin)
    assert isinstance(outcome, Refused)
    assert "Change it after" in outcome.problems["level"]
    db.session.rollback()
    saved(set_level(purse.ana, "mentor", "To see.", db.session.get_one(Person, purse.ana).version, purse.robin))
    purse.clock.move(days=4)
    saved(set_level(purse.ana, "peer", "Over.", db.session.get_one(Person, purse.ana).version, purse.robin))


@pytest.mark.parametrize(
    ("kind", "column", "file"),
    [("people", "level", "code,level\nana,peer\n"), ("services", "demanding", "code,demanding\nkit,0\n")],
)
def test_no_file_lowers_a_promised_shift_and_the_row_says_so(purse, kind, column, file):
    purse.rate(3000, date(2026, 11, 1), level="lead")
    premium = {"premium": "demanding", "basis": "shift", "amount": 700, "from_on": date(2026, 11, 1)}
    saved(services.add_premium(premium, purse.toni))
    db.session.get_one(Service, purse.service).demanding = 2
    db.session.get_one(Person, purse.ana).level = "lead"
    db.session.commit()
    shift(purse)

    def found():
        rights = Rights(frozenset({Role.COORDINATOR}))
        sheets, _ = read_file(kind, "file.csv", file.encode(), rights)
        return [(bad.line, bad.column, bad.reason) for _, bad in make_plan(db.session, sheets, rights).bad]

    ((line, where, why),) = found()
    assert (line, where) == (2, column)
    assert "would pay less, the first on 26 November" in why
    purse.clock.move(days=4)
    assert found() == []


def test_the_forecast_counts_whoever_will_be_paid_and_what_they_will_be_paid(purse):
    shift_id = shift(purse)
    told = as_told(db.session.get_one(Shift, shift_id))
    for who, at in ((purse.bo, {}), (purse.cy, {"declined_at": purse.clock()}), (purse.vi, {})):
        db.session.add(Assignment(shift_id=shift_id, person_id=who, assigned_at=purse.clock(), **at, **told))
    db.session.commit()
    saved(services.choose_pay(purse.bo, "cash", is_declined=True))
    promised = quotes(purse.ana, [shift_id])[shift_id].amount
    assert [amount for _, amount in reports.coming_costs()] == [promised]
    premium = {"premium": "late_change", "basis": "shift", "amount": 700, "from_on": date(2026, 11, 1)}
    saved(services.add_premium(premium, purse.toni))
    db.session.scalars(sa.select(Assignment).filter_by(person_id=purse.ana)).one().is_taken_late = True
    db.session.commit()
    assert [amount.minor for _, amount in reports.coming_costs()] == [promised.minor + 700]


@pytest.mark.settled
def test_in_the_made_up_group_work_is_owed_by_the_rates_agreed(app):
    found = dict(
        db.session.execute(sa.select(Honorarium.standing, sa.func.count()).group_by(Honorarium.standing)).all()
    )
    assert found.get("owed", 0) > 1000
    assert found.get("unagreed", 0) == 0

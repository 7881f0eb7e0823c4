"""Payouts: three people, once each, whatever comes twice, and never more than a box or the ledger holds."""

from __future__ import annotations

import threading
from datetime import date

import pytest
import sqlalchemy as sa

from app.database import db
from app.editing import Refused, Saved
from app.jobs import Task
from app.pay import floats, payouts, queries, reports, services
from app.pay.models import CashSlip, LedgerEntry, Payout, SlipKind
from payroll.payout import Method, Share, State
from tests.app.pay.purse import FULL, saved


def state(payout_id: str) -> str:
    db.session.expire_all()
    return db.session.get_one(Payout, payout_id).state


def problem(outcome: object) -> str:
    assert isinstance(outcome, Refused), outcome
    return " ".join(outcome.problems.values())


def test_cash_goes_from_the_box_to_the_person_and_into_the_ledger(purse):
    before = purse.cash()
    purse.work(purse.ana)
    payout_id = purse.pay(purse.ana)
    assert purse.owed(purse.ana) == 0
    assert before - purse.cash() == 10_000
    row = db.session.get_one(Payout, payout_id)
    assert row.pieces == {"2000": 5}
    assert max(map(int, row.pieces)) <= 2000
    purse.whole()


def test_every_step_may_come_twice_and_pays_once(purse):
    purse.work(purse.ana)
    first, second = (saved(purse.ask(purse.ana, key="same")) for _ in range(2))
    assert first == second
    assert [payouts.approve_payouts([first], purse.robin)[0] for _ in range(2)] == [1, 0]
    for _ in range(2):
        saved(payouts.start_payout(first, purse.toni))
    for _ in range(2):
        saved(payouts.finish_payout(first, purse.receipt(), purse.toni))
    assert purse.owed(purse.ana) == 0
    assert db.session.scalar(sa.select(sa.func.count()).where(LedgerEntry.kind == "payout")) == 1


def test_the_same_page_with_something_else_on_it_is_refused(purse):
    purse.work(purse.ana)
    purse.work(purse.bo)
    saved(purse.ask(purse.ana, key="same"))
    assert "sent before" in problem(purse.ask(purse.bo, key="same"))


def test_two_treasurers_at_once_begin_one_payment(purse, bare_app):
    purse.work(purse.ana)
    db.session.commit()
    ready, outcomes = threading.Barrier(2), []

    def ask(treasurer: str) -> None:
        with bare_app.app_context():
            ready.wait()
            outcomes.append(purse.ask(purse.ana, by_id=treasurer))
            db.session.rollback()

    both = [threading.Thread(target=ask, args=(each,)) for each in (purse.toni, purse.tess)]
    for each in both:
        each.start()
    for each in both:
        each.join()
    assert sorted(type(each).__name__ for each in outcomes) == ["Refused", "Saved"]


def test_payer_approver_and_payee_are_three_people(purse):
    purse.work(purse.toni)
    purse.work(purse.ana)
    assert "themselves" in problem(purse.ask(purse.toni))
    payout_id = saved(purse.ask(purse.ana))
    assert payouts.approve_payouts([payout_id], purse.toni)[0] == 0
    payouts.approve_payouts([payout_id], purse.tess)
    assert "cannot approve" in problem(payouts.start_payout(payout_id, purse.tess))
    of_tess = saved(purse.ask(purse.robin, Share.AHEAD, minor=500))
    assert payouts.approve_payouts([of_tess], purse.robin)[0] == 0


def test_the_database_itself_refuses_two_hats(purse):
    purse.work(purse.ana)
    payout_id = saved(purse.ask(purse.ana))
    for change in (
        "payer_id = person_id",
        "approver_id = payer_id",
        "approver_id = person_id",
        "state = 'approved'",
        "state = 'paid'",
        "minor = minor + 1",
        "person_id = payer_id",
    ):
        with pytest.raises(sa.exc.IntegrityError):
            db.session.execute(sa.text(f"UPDATE payout SET {change} WHERE id = :id"), {"id": payout_id})
            db.session.commit()
        db.session.rollback()
    with pytest.raises(sa.exc.IntegrityError):
        db.session.execute(sa.text("DELETE FROM payout"))
        db.session.commit()
    db.session.rollback()


def test_a_large_sum_needs_a_second_approver_who_is_a_fourth_person(purse):
    purse.work(purse.ana, minutes=41 * 60)
    payout_id = saved(purse.ask(purse.ana, method=Method.TRANSFER))
    count, words = payouts.approve_payouts([payout_id], purse.robin)
    assert (count, state(payout_id)) == (1, "asked")
    assert "second approval" in words[0]
    with pytest.raises(sa.exc.IntegrityError):
        db.session.execute(sa.text("UPDATE payout SET state = 'approved'"))
    db.session.rollback()
    assert payouts.approve_payouts([payout_id], purse.robin)[0] == 0
    assert payouts.approve_payouts([payout_id], purse.kim)[0] == 1
    assert state(payout_id) == "approved"


def test_a_box_pays_what_it_can_make_and_the_rest_stays_owed(purse):
    box = saved(floats.open_float("Small box", purse.toni, {2000: 2, 1000: 1}, purse.hands()))
    purse.work(purse.ana, minutes=110)  # 45.83
    purse.box = box
    outcome = purse.ask(purse.ana)
    assert "$40.00 of $45.83" in outcome.words
    assert db.session.get_one(Payout, saved(outcome)).minor == 4000


def test_money_promised_to_one_is_not_promised_to_the_next(purse):
    purse.box = saved(floats.open_float("Small box", purse.toni, {2000: 6}, purse.hands()))
    for each in (purse.ana, purse.bo):
        purse.work(each)
    assert db.session.get_one(Payout, saved(purse.ask(purse.ana))).minor == 10_000
    assert db.session.get_one(Payout, saved(purse.ask(purse.bo))).minor == 2000


def test_half_before_and_half_after_are_the_whole_shift(purse):
    purse.pay(purse.ana, Share.AHEAD, minor=5000)
    assert purse.owed(purse.ana) == -5000
    purse.work(purse.ana)
    purse.pay(purse.ana)
    assert purse.owed(purse.ana) == 0
    assert sum(db.session.scalars(sa.select(Payout.minor))) == 10_000


def test_an_interrupted_payment_is_asked_about_and_never_paid_by_itself(purse):
    purse.work(purse.ana)
    payout_id = saved(purse.ask(purse.ana))
    payouts.approve_payouts([payout_id], purse.robin)
    saved(payouts.start_payout(payout_id, purse.toni))
    purse.clock.move(minutes=20)
    payouts.doubt_old_payouts(Task("", {}, 1))
    assert state(payout_id) == "unknown"
    assert "under way" in problem(purse.ask(purse.ana, by_id=purse.tess))
    saved(payouts.finish_payout(payout_id, purse.receipt(), purse.toni))
    assert purse.owed(purse.ana) == 0


def test_what_was_not_handed_over_stays_owed(purse):
    purse.work(purse.ana)
    before = purse.cash()
    payout_id = saved(purse.ask(purse.ana))
    payouts.approve_payouts([payout_id], purse.robin)
    saved(payouts.start_payout(payout_id, purse.toni))
    saved(payouts.cancel_payout(payout_id, purse.toni))
    assert (purse.owed(purse.ana), purse.cash()) == (10_000, before)
    assert "not under way" in problem(payouts.finish_payout(payout_id, purse.receipt(), purse.toni))


def test_a_wrong_payment_is_taken_back_with_a_reason_once(purse):
    purse.work(purse.ana)
    before = purse.cash()
    payout_id = purse.pay(purse.ana)
    assert "why" in problem(payouts.reverse_payout(payout_id, " ", purse.toni)).lower()
    for nobody in (None, purse.tess, purse.ana):
        outcome = payouts.reverse_payout(payout_id, "it was wrong", purse.tess, witness_id=nobody)
        assert "Choose" in outcome.problems["witness_id"]
    for _ in range(2):
        saved(payouts.reverse_payout(payout_id, "went to the wrong person", purse.tess, witness_id=purse.bo))
    slip = db.session.scalars(sa.select(CashSlip).where(CashSlip.kind == "taken_back")).one()
    assert slip.witness_id == purse.bo, "who saw it go back, not who saw it paid"
    assert (purse.owed(purse.ana), purse.cash()) == (10_000, before)
    assert state(payout_id) == State.VOID
    purse.whole()


def test_a_payment_that_is_not_owed_any_more_is_not_begun(purse):
    record = purse.work(purse.ana)
    payout_id = saved(purse.ask(purse.ana))
    payouts.approve_payouts([payout_id], purse.robin)
    purse.correct(record, state="void")
    assert "$0.00 now" in problem(payouts.start_payout(payout_id, purse.toni))


def test_other_notes_are_written_down_and_must_make_the_amount(purse):
    purse.work(purse.ana)
    payout_id = saved(purse.ask(purse.ana))
    payouts.approve_payouts([payout_id], purse.robin)
    saved(payouts.start_payout(payout_id, purse.toni))
    wrong, more = {2000: 4}, {200: 50}
    assert "not $100.00" in problem(payouts.finish_payout(payout_id, purse.receipt(pieces=wrong), purse.toni))
    assert "so many" in problem(payouts.finish_payout(payout_id, purse.receipt(pieces=more), purse.toni))
    assert "witness" in problem(payouts.finish_payout(payout_id, purse.receipt(witness_id=purse.toni), purse.toni))
    saved(payouts.finish_payout(payout_id, purse.receipt(pieces={1000: 10}), purse.toni))
    purse.cash()
    assert queries.box(purse.box).stock[1000] == 10


def test_two_who_pay_from_one_box_take_other_notes(purse):
    purse.box = saved(floats.open_float("Small box", purse.toni, {2000: 2, 1000: 4}, purse.hands()))
    ids = []
    for each in (purse.ana, purse.bo):
        purse.work(each, minutes=96)  # 40.00
        ids.append(saved(purse.ask(each)))
    payouts.approve_payouts(ids, purse.robin)
    for each, by_id in zip(ids, (purse.toni, purse.tess), strict=True):
        saved(payouts.start_payout(each, by_id))
    assert [db.session.get_one(Payout, each).pieces for each in ids] == [{"2000": 2}, {"1000": 4}]
    saved(payouts.finish_payout(ids[0], purse.receipt(pieces={1000: 4}), purse.toni))
    assert "I used other notes" in problem(payouts.finish_payout(ids[1], purse.receipt(), purse.tess))
    saved(payouts.finish_payout(ids[1], purse.receipt(pieces={2000: 2}), purse.tess))
    assert purse.cash() == 0


def test_a_payment_that_was_none_counts_in_no_year(purse):
    purse.clock.move(days=37)  # the day before the last of the year
    year = purse.clock().year
    purse.work(purse.ana)
    payout_id = purse.pay(purse.ana, method=Method.TRANSFER)
    assert [row.amount.minor for row in reports.year_rows(year)] == [10_000]
    purse.clock.move(days=5)
    saved(payouts.reverse_payout(payout_id, "it never reached them", purse.tess))
    assert reports.year_rows(year) == reports.year_rows(year + 1) == []
    whole = date(year, 1, 1), date(year + 1, 12, 31)
    assert reports.receipts_of(purse.ana, *whole) == []
    void = db.session.get_one(LedgerEntry, db.session.get_one(Payout, payout_id).void_entry_id)
    assert void.happened_on.year == year + 1, "written down when it was found out"


def test_a_box_one_note_short_is_closed_with_what_is_known_about_it(purse):
    counted = dict(FULL) | {2000: FULL[2000] - 1}
    outcome = floats.count_float(purse.box, SlipKind.CLOSING, counted, "", purse.hands())
    assert problem(outcome) == "$20.00 is missing. Write down what you know about it."
    saved(floats.count_float(purse.box, SlipKind.CLOSING, counted, "Perhaps two notes stuck together.", purse.hands()))
    assert purse.cash() == 0
    assert queries.balance("over_short") == 2000
    slip = db.session.scalars(sa.select(CashSlip).where(CashSlip.kind == "closing")).one()
    assert slip.expected - slip.counted == 2000
    purse.whole()


def test_a_box_is_counted_by_surprise_by_another_and_handed_over_by_two(purse):
    mine = floats.count_float(purse.box, SlipKind.SURPRISE, FULL, "", purse.hands())
    assert "does not keep" in problem(mine)
    saved(floats.count_float(purse.box, SlipKind.SURPRISE, FULL, "", purse.hands(purse.robin, purse.kim)))
    alone = floats.count_float(
        purse.box, SlipKind.HAND_OVER, FULL, "", floats.Hands("k" * 12, purse.toni, None), to_id=purse.tess
    )
    assert "Two people" in problem(alone)
    saved(
        floats.count_float(
            purse.box, SlipKind.HAND_OVER, FULL, "", purse.hands(witness_id=purse.tess), to_id=purse.tess
        )
    )
    assert queries.box(purse.box).custodian == "Tess"


def test_a_slip_sent_twice_moves_money_once(purse):
    hands = purse.hands()
    before = purse.cash()
    for _ in range(2):
        saved(floats.top_up_float(purse.box, {2000: 5}, hands))
    assert purse.cash() == before + 10_000
    assert isinstance(floats.bank_float(purse.box, {2000: 500}, purse.hands()), Refused)
    assert isinstance(floats.bank_float(purse.box, {2000: 5}, purse.hands()), Saved)
    purse.clock.move(days=1)
    assert purse.cash() == before


def begun(purse, person_id: str) -> str:
    """A payment in cash that is under way."""
    purse.work(person_id)
    payout_id = saved(purse.ask(person_id))
    payouts.approve_payouts([payout_id], purse.robin)
    saved(payouts.start_payout(payout_id, purse.toni))
    return payout_id


def test_a_payee_who_is_a_treasurer_neither_cancels_nor_doubts_their_own_payment(purse):
    payout_id = begun(purse, purse.tess)
    for act in (payouts.cancel_payout, payouts.doubt_payout):
        assert "to you" in problem(act(payout_id, purse.tess))
    saved(payouts.cancel_payout(payout_id, purse.toni))


def test_nothing_is_paid_ahead_to_a_volunteer_or_who_declines(purse):
    saved(services.choose_pay(purse.bo, "cash", is_declined=True))
    assert "honorarium" in problem(purse.ask(purse.vi, Share.AHEAD, minor=5000))
    assert "want no pay" in problem(purse.ask(purse.bo, Share.AHEAD, minor=5000))


def test_the_approver_neither_hands_over_nor_witnesses_their_own_act(purse):
    payout_id = begun(purse, purse.ana)
    receipt = purse.receipt(witness_id=purse.kim)
    assert "cannot approve" in problem(payouts.finish_payout(payout_id, receipt, purse.robin))
    for each in (purse.tess, purse.robin):
        assert "witness" in problem(payouts.finish_payout(payout_id, purse.receipt(witness_id=each), purse.tess))
    saved(payouts.finish_payout(payout_id, receipt, purse.tess))


def test_a_receipt_sent_again_with_something_else_on_it_is_refused_and_changes_nothing(purse):
    payout_id = begun(purse, purse.ana)
    first = purse.receipt(pieces={2000: 5})
    for _ in range(2):
        saved(payouts.finish_payout(payout_id, first, purse.toni))
    for other in ({"name": "B."}, {"kind": "slip"}, {"witness_id": purse.bo}, {"pieces": {1000: 10}}):
        receipt = purse.receipt(**{"pieces": {2000: 5}} | other)
        assert "something else" in problem(payouts.finish_payout(payout_id, receipt, purse.toni)), other
    for _ in range(2):
        saved(payouts.reverse_payout(payout_id, "it was wrong", purse.tess, witness_id=purse.kim))
    assert "something else" in problem(payouts.reverse_payout(payout_id, "it was lost", purse.tess))


def test_a_box_is_closed_with_its_keeper_or_else_a_treasurer(purse):
    without = floats.count_float(purse.box, SlipKind.CLOSING, {}, "Empty", purse.hands(purse.kim, purse.robin))
    assert "keeps it" in problem(without)
    saved(floats.count_float(purse.box, SlipKind.CLOSING, FULL, "", purse.hands(purse.tess, purse.robin)))


def test_a_sum_paid_in_parts_on_one_day_needs_a_second_approver_as_in_one(purse):
    purse.work(purse.ana, minutes=60 * 48)
    first, method = 70_000, Method.TRANSFER
    purse.pay(purse.ana, Share.PART, minor=first, method=method)
    second = saved(purse.ask(purse.ana, Share.PART, minor=40_000, method=method))
    count, words = payouts.approve_payouts([second], purse.robin)
    assert (count, "second approval" in words[0]) == (1, True)
    saved(payouts.cancel_payout(second, purse.toni))
    purse.clock.move(days=1)
    purse.pay(purse.ana, Share.PART, minor=40_000, method=method)


def test_a_box_goes_from_keeper_to_keeper_and_both_are_there(purse):
    for hands in (purse.hands(purse.robin, purse.kim), purse.hands(purse.toni, purse.kim)):
        outcome = floats.count_float(purse.box, SlipKind.HAND_OVER, FULL, "", hands, to_id=purse.tess)
        assert "together" in problem(outcome)


def test_no_count_and_no_way_to_the_bank_while_notes_change_hands(purse):
    payout_id = begun(purse, purse.ana)
    less = FULL | {2000: FULL[2000] - 5}
    for kind in (SlipKind.COUNT, SlipKind.CLOSING):
        assert "under way" in problem(floats.count_float(purse.box, kind, less, "gone", purse.hands()))
    assert "under way" in problem(floats.bank_float(purse.box, {2000: 1}, purse.hands()))
    saved(payouts.finish_payout(payout_id, purse.receipt(), purse.toni))
    saved(floats.count_float(purse.box, SlipKind.COUNT, less, "", purse.hands()))


def test_a_slip_with_something_else_on_it_is_no_repetition(purse):
    hands, before = purse.hands(), purse.cash()
    saved(floats.top_up_float(purse.box, {2000: 5}, hands))
    assert "sent before" in problem(floats.top_up_float(purse.box, {2000: 6}, hands))
    assert "sent before" in problem(floats.count_float(purse.box, SlipKind.COUNT, FULL, "", hands))
    assert "sent before" in problem(floats.open_float("Other box", purse.toni, FULL, hands))
    assert purse.cash() == before + 10_000


@pytest.mark.parametrize("is_to_bank", [True, False])
def test_a_wrong_payment_from_a_closed_box_comes_back_elsewhere(purse, is_to_bank):
    purse.work(purse.ana)
    payout_id = purse.pay(purse.ana)
    saved(floats.count_float(purse.box, SlipKind.CLOSING, FULL | {2000: FULL[2000] - 5}, "", purse.hands()))
    other = saved(floats.open_float("Day box", purse.toni, {2000: 1}, purse.hands()))
    assert "closed" in problem(payouts.reverse_payout(payout_id, "it was for Bo", purse.toni))
    where = "bank" if is_to_bank else other
    saved(payouts.reverse_payout(payout_id, "it was for Bo", purse.toni, where, purse.kim))
    assert (purse.owed(purse.ana), purse.cash()) == (10_000, 0)
    purse.box = other
    assert purse.cash() == (2_000 if is_to_bank else 12_000)
    purse.whole()


def test_paying_all_goes_on_to_the_next_box_when_one_is_empty(purse):
    small = saved(floats.open_float("Small box", purse.toni, {2000: 5}, purse.hands()))
    for each in (purse.ana, purse.bo):
        purse.work(each)
    purse.owed(purse.ana)
    asks = [payouts.Ask(each, Share.ALL, Method.CASH, small) for each in (purse.ana, purse.bo)]
    done, words = payouts.ask_payouts(asks, "all", purse.toni, [purse.box])
    assert ([db.session.get_one(Payout, each).float_id for each in done], words) == ([small, purse.box], [])

"""Paying people: asked for, approved by another, handed over, confirmed; each step one commit that may come twice.

Money changes hands between `start_payout`, which is committed before, and `finish_payout`, which writes the ledger.
Whatever dies between the two leaves a payout that says so; only a person can know how it ended, and is asked.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, time, timedelta

import sqlalchemy as sa

from app import clock
from app.audit.services import record
from app.auth.queries import credential_of
from app.auth.services import is_secret
from app.auth.throttle import QUARTER, Gate, Limit, forgive, reserve
from app.database import db, new_id
from app.editing import Outcome, Refused, Saved, locked, refuse
from app.jobs import Task
from app.pay import accounts, floats, ledger, queries
from app.pay.accrual import accrue_within
from app.pay.currency import money
from app.pay.models import CashFloat, CashSlip, EntryKind, LedgerEntry, Payout, SlipKind
from app.pay.owed import Owed, owed_to
from app.pay.repeats import SENT_BEFORE, request_hash
from app.pay.set_off import set_off
from app.walltime import instant_of
from app.words import long_day
from payroll import checks
from payroll.ledger import Entry, Posting
from payroll.money import Money, in_words, most_payable, notes_for, worth
from payroll.payout import OPEN, Method, Share, State, may_become, payable

LONGEST_SENDING = timedelta(minutes=15)
RECEIPT_PIN = Limit("receipt pin", 5, QUARTER)
FINISHED_BEFORE = "This was finished before with something else on it. Look at what was kept."
GONE = "This payment is not there any more."
TYPE_WHAT_YOU_GAVE = (
    "By its slips the box does not hold so many of these. "
    "Open 'I used other notes or coins' and type what you gave. If that is what you gave, count the box after."
)


@dataclass(frozen=True, slots=True)
class Ask:
    """What is asked for: `minor` only for a part or an advance, `float_id` only for cash."""

    person_id: str
    share: Share = Share.ALL
    method: Method = Method.CASH
    float_id: str | None = None
    minor: int | None = None

    @property
    def hash(self) -> str:
        """A hash over all of it: the same key with another is no repetition."""
        return request_hash(self.person_id, self.share, self.method, self.float_id, self.minor)


@dataclass(frozen=True, slots=True)
class Receipt:
    """How a payee confirmed a payment: `kind` is initials, pin, slip or reference; `name` what was written.

    `got_on` is the day they got it, asked only when nobody wrote down how the payment ended.
    """

    kind: str
    name: str
    witness_id: str | None = None
    pieces: Mapping[int, int] | None = None
    got_on: date | None = None


def ask_payout(ask: Ask, key: str, by_id: str) -> Outcome:
    """Ask for a payment; `key` was made with the form, so that sending it twice asks once."""
    outcome = _ask(ask, key, by_id)
    if isinstance(outcome, Saved):
        try:
            db.session.commit()
        except sa.exc.IntegrityError:
            return refuse(form="Someone else has just begun to pay them. Please look at the list.")
    return outcome


def ask_payouts(
    asks: Iterable[Ask], key: str, by_id: str, other_boxes: Sequence[str] = ()
) -> tuple[list[str], list[str]]:
    """Ask for several payments at once: the ids of those that are asked for now, and in words why others are not.

    What a box cannot make in full is asked of the first of `other_boxes` that can.
    """
    done, words = [], []
    for ask in asks:
        outcome = ask_payout(_from_a_full_box(ask, other_boxes), f"{key}-{ask.person_id}", by_id)
        if isinstance(outcome, Saved):
            done.append(outcome.id)
            words += [outcome.words] if outcome.words else []
        elif isinstance(outcome, Refused):
            words += outcome.problems.values()
    return done, words


def _from_a_full_box(ask: Ask, other_boxes: Sequence[str]) -> Ask:
    """The same from the first box that can make all of it, or as it is when none can."""
    owed = owed_to(ask.person_id) if other_boxes and ask.share == Share.ALL else None
    if owed is None or owed.total.minor <= 0:
        return ask
    for float_id in (ask.float_id, *other_boxes):
        box = queries.box(float_id) if float_id else None
        if box is not None and most_payable(owed.total.minor, _unspoken(box)) == owed.total.minor:
            return replace(ask, float_id=float_id)
    return ask


def _ask(ask: Ask, key: str, by_id: str) -> Outcome:
    ledger.lock()
    before = db.session.scalars(sa.select(Payout).where(Payout.key == key)).one_or_none()
    if before is not None:
        if before.request_hash == ask.hash:
            return Saved(before.id)
        return refuse(key=SENT_BEFORE)
    accrue_within()
    set_off([ask.person_id])
    owed = owed_to(ask.person_id)
    if owed is None:
        return refuse(person_id="This person is not there any more.")
    problem = checks.three_people(ask.person_id, by_id, None)
    if problem is None and owed.payout is not None:
        problem = f"A payment to {owed.name} is under way already."
    problem = problem or _ahead_problem(ask.share, owed)
    if problem:
        return refuse(form=problem)
    amount, words = _amount(ask, owed)
    if amount is None:
        return refuse(**({"minor": words} if ask.minor is not None else {"form": words}))
    row = Payout(
        id=new_id(),
        key=key,
        request_hash=ask.hash,
        person_id=ask.person_id,
        share=ask.share,
        method=ask.method,
        minor=amount.minor,
        refund_minor=0 if ask.share == Share.AHEAD else max(0, min(owed.refund, amount.minor)),
        currency=amount.currency,
        float_id=ask.float_id if ask.method == Method.CASH else None,
        state=State.ASKED,
        second_above=queries.second_above(clock.today()) - _of_the_day(ask.person_id),
        payer_id=by_id,
        asked_at=clock.now(),
    )
    db.session.add(row)
    record(db.session, "ask for payment", "payout", row.id, actor_id=by_id)
    return Saved(row.id, words)


def _of_the_day(person_id: str) -> int:
    """What was asked for or settled for a person today: a sum paid in parts needs as many people as in one."""
    since = instant_of(clock.today(), time(), clock.zone())
    query = sa.select(sa.func.coalesce(sa.func.sum(Payout.minor), 0)).where(
        Payout.person_id == person_id,
        Payout.state.not_in([State.CANCELLED, State.VOID]),
        sa.or_(Payout.asked_at >= since, Payout.settled_at >= since),
    )
    return int(db.session.scalar(query) or 0)


def _ahead_problem(share: str, owed: Owed) -> str | None:
    """Whoever is paid no honorarium is paid none ahead of the work either."""
    if share != Share.AHEAD:
        return None
    return checks.volunteer_pay(is_volunteer=owed.is_volunteer) or checks.declined_pay(is_declined=owed.is_declined)


def _amount(ask: Ask, owed: Owed) -> tuple[Money | None, str]:
    """How much is paid, or None; and in words what a person should know about it."""
    asked = None if ask.minor is None else money(ask.minor)
    amount = payable(ask.share, owed.total, asked)
    if amount is None:
        if ask.share in {Share.ALL, Share.HALF}:
            return None, f"{owed.name} is owed nothing now."
        return None, f"Type an amount above nothing, at most {in_words(owed.total)}."
    return _from_box(ask, owed, amount) if ask.method == Method.CASH else (amount, "")


def _from_box(ask: Ask, owed: Owed, amount: Money) -> tuple[Money | None, str]:
    box = queries.box(ask.float_id) if ask.float_id else None
    if box is None or box.row.closed_at is not None:
        return None, "Choose the cash box the money comes from."
    least = most_payable(amount.minor, _unspoken(box))
    if least == amount.minor:
        return amount, ""
    there = in_words(money(least))
    if ask.minor is not None or not least:
        return None, f"{box.row.name} cannot make {in_words(amount)} for {owed.name}. The most it can make is {there}."
    return money(least), f"{box.row.name} can make {there} of {in_words(amount)} for {owed.name}; the rest stays owed."


def _unspoken(box: queries.Box) -> dict[int, int]:
    """The stock of a box without what other payments under way will take, as well as that can be told now."""
    stock = dict(box.stock)
    query = (
        sa.select(Payout.minor).where(Payout.float_id == box.row.id, Payout.state.in_(OPEN)).order_by(Payout.asked_at)
    )
    for minor in db.session.scalars(query):
        for piece, number in (notes_for(min(minor, worth(stock)), stock) or {}).items():
            stock[piece] -= number
    return stock


def _not_in_hand(box: queries.Box) -> dict[int, int]:
    """The stock of a box without the notes and coins that are being handed over now."""
    stock = dict(box.stock)
    query = sa.select(Payout.pieces).where(Payout.float_id == box.row.id, Payout.state.in_(floats.HANDING))
    for pieces in db.session.scalars(query):
        for piece, number in (pieces or {}).items():
            stock[int(piece)] = stock.get(int(piece), 0) - number
    return {piece: number for piece, number in stock.items() if number > 0}


def approve_payouts(ids: Iterable[str], by_id: str) -> tuple[int, list[str]]:
    """Approve payments: how many, and in words why others could not be."""
    count, words = 0, []
    for payout_id in sorted(set(ids)):
        row = locked(Payout, payout_id)
        if row is None or row.state != State.ASKED or row.approver_id == by_id:
            continue  # someone else was quicker, or this is a second tap
        problem = checks.three_people(
            row.person_id, row.payer_id, by_id if row.approver_id is None else row.approver_id
        )
        if problem is None and row.approver_id is not None:
            problem = checks.three_people(row.person_id, row.payer_id, row.approver_id, by_id)
        if problem:
            words.append(problem)
            continue
        if row.approver_id is None:
            row.approver_id = by_id
        else:
            row.second_id = by_id
        if row.minor <= row.second_above or row.second_id is not None:
            row.state, row.approved_at = State.APPROVED, clock.now()
        else:
            words.append(f"{in_words(Money(row.minor, row.currency))} needs a second approval by someone else.")
        record(db.session, "approve payment", "payout", row.id, actor_id=by_id)
        count += 1
    db.session.commit()
    return count, sorted(set(words))


def start_payout(payout_id: str, by_id: str) -> Outcome:
    """Commit to paying now: the notes are chosen, and from here on only a person knows whether money moved."""
    ledger.lock()
    row = locked(Payout, payout_id)
    if row is None:
        return refuse(form=GONE)
    if row.state == State.SENDING:
        db.session.rollback()
        return Saved(payout_id)
    problem = _start_problem(row, by_id)
    if problem:
        return refuse(form=problem)
    if row.float_id is not None:
        box = queries.box(row.float_id)
        pieces = notes_for(row.minor, _not_in_hand(box)) if box is not None and box.row.closed_at is None else None
        if pieces is None:
            return refuse(form="The cash box cannot make this amount any more. Put change in, or cancel the payment.")
        row.pieces = {str(piece): number for piece, number in pieces.items()}
    row.state, row.sent_at, row.payer_id = State.SENDING, clock.now(), by_id
    record(db.session, "begin payment", "payout", row.id, actor_id=by_id)
    db.session.commit()
    return Saved(payout_id)


def _start_problem(row: Payout, by_id: str) -> str | None:
    if not may_become(row.state, State.SENDING):
        return "This payment is not ready to be paid."
    problem = checks.three_people(row.person_id, by_id, row.approver_id, row.second_id)
    if problem:
        return problem
    accrue_within()
    owed = owed_to(row.person_id)
    if owed is not None and row.share != Share.AHEAD and not _is_owed_still(row, owed):
        changed = f"What {owed.name} is owed has changed: it is {in_words(owed.total)} now."
        return f"{changed} Cancel this payment and ask for a new one."
    return None if owed is None else _ahead_problem(row.share, owed)


def _is_owed_still(row: Payout, owed: Owed) -> bool:
    """Whether both parts of a payment are owed: what is missing for work is not paid as an expense."""
    return row.refund_minor <= max(0, owed.refund) and row.minor - row.refund_minor <= max(0, owed.pay)


def finish_payout(payout_id: str, receipt: Receipt, by_id: str) -> Outcome:
    """The person has the money: payment, ledger and slip are one commit. Sent twice it is one payment."""
    ledger.lock()
    row = locked(Payout, payout_id)
    if row is None:
        return refuse(form=GONE)
    if row.state == State.PAID:
        return _again(row, is_same=_is_kept(row, receipt))
    if not may_become(row.state, State.PAID):
        return refuse(form="This payment is not under way. Please look at the list.")
    problems = _receipt_problems(row, receipt, by_id)
    if problems:
        return refuse(**problems)
    pieces = receipt.pieces or {int(piece): number for piece, number in (row.pieces or {}).items()}
    got_on = (receipt.got_on or handed_on(row)) if row.state == State.UNKNOWN else clock.today()
    row.entry_id = ledger.post_all([ledger.Writing(_entry(row, got_on), f"payout-{row.id}", by_id=by_id)])[0]
    row.state, row.settled_at = State.PAID, clock.now()
    row.receipt, row.receipt_name, row.witness_id = receipt.kind, receipt.name, receipt.witness_id
    if row.float_id is not None:
        row.pieces = {str(piece): number for piece, number in pieces.items() if number}
        _slip(row, SlipKind.PAYOUT, -1, (by_id, row.witness_id), row.entry_id)
    set_off([row.person_id])  # an expense may have been taken back since this was asked for
    record(db.session, "pay", "payout", row.id, actor_id=by_id)
    db.session.commit()
    return Saved(payout_id)


def _is_kept(row: Payout, receipt: Receipt) -> bool:
    """Whether a receipt says what was kept of a payment."""
    pieces = {str(piece): number for piece, number in (receipt.pieces or {}).items() if number}
    said = receipt.kind, receipt.name, receipt.witness_id
    is_told = row.float_id is not None and receipt.pieces is not None
    if said != (row.receipt, row.receipt_name, row.witness_id) or (is_told and pieces != row.pieces):
        return False
    return receipt.got_on is None or receipt.got_on == db.session.get_one(LedgerEntry, row.entry_id).happened_on


def _again(row: Payout, *, is_same: bool) -> Outcome:
    """What is answered to a form that ends what has ended: the same, unless it says something else."""
    payout_id = row.id
    db.session.rollback()
    return Saved(payout_id) if is_same else refuse(form=FINISHED_BEFORE)


def _receipt_problems(row: Payout, receipt: Receipt, by_id: str) -> dict[str, str]:
    problem = checks.three_people(row.person_id, by_id, row.approver_id, row.second_id)
    if problem:
        return {"form": problem}
    if not receipt.name.strip():
        return {"name": "Write how they confirmed it."}
    if receipt.got_on is not None and not handed_on(row) <= receipt.got_on <= clock.today():
        return {"got_on": f"Choose a day from {long_day(handed_on(row))} to today."}
    return {} if row.float_id is None else _cash_problems(row, row.float_id, receipt, by_id)


def _cash_problems(row: Payout, float_id: str, receipt: Receipt, by_id: str) -> dict[str, str]:
    if receipt.witness_id is None:
        return {"witness_id": "Choose who saw it."}
    problem = checks.may_witness(
        receipt.witness_id, {row.person_id, row.payer_id, row.approver_id, row.second_id, by_id}
    )
    if problem:
        return {"witness_id": problem}
    planned = {int(piece): number for piece, number in (row.pieces or {}).items()}
    return _piece_problems(row, float_id, planned if receipt.pieces is None else receipt.pieces)


def _piece_problems(row: Payout, float_id: str, pieces: Mapping[int, int]) -> dict[str, str]:
    if worth(pieces) != row.minor:
        counted = in_words(Money(worth(pieces), row.currency))
        return {"pieces": f"These notes and coins make {counted}, not {in_words(Money(row.minor, row.currency))}."}
    box = queries.box(float_id)
    stock = box.stock if box is not None else {}
    if any(number > stock.get(piece, 0) for piece, number in pieces.items()):
        return {"pieces": TYPE_WHAT_YOU_GAVE}
    return {}


def handed_on(row: Payout) -> date:
    """The day on which a payment was begun to be handed over."""
    return clock.local(row.sent_at or clock.now()).date()


def _entry(row: Payout, got_on: date) -> Entry:
    refund, work = Money(row.refund_minor, row.currency), Money(row.minor - row.refund_minor, row.currency)
    parts = [(accounts.payable(row.person_id), work), (accounts.refund(row.person_id), refund)]
    got = tuple(Posting(account, part) for account, part in parts if part)
    source = accounts.cash(row.float_id) if row.float_id else accounts.BANK
    return Entry(EntryKind.PAYOUT, got_on, (*got, Posting(source, Money(-row.minor, row.currency))))


def _slip(row: Payout, kind: SlipKind, sign: int, hands: tuple[str, str | None], entry_id: str) -> None:
    by_id, witness_id = hands
    db.session.add(
        CashSlip(
            id=new_id(),
            float_id=row.float_id or "",
            kind=kind,
            pieces={piece: sign * number for piece, number in (row.pieces or {}).items()},
            minor=sign * row.minor,
            payout_id=row.id,
            entry_id=entry_id,
            by_id=by_id,
            witness_id=witness_id,
            at=clock.now(),
        )
    )


def cancel_payout(payout_id: str, by_id: str, note: str = "") -> Outcome:
    """No money was or will be handed over; what is owed stays owed."""
    return _move(payout_id, State.CANCELLED, "cancel payment", by_id, note)


def doubt_payout(payout_id: str, by_id: str, note: str = "") -> Outcome:
    """Nobody here knows whether the money was handed over: it is asked, never paid again by itself."""
    return _move(payout_id, State.UNKNOWN, "doubt payment", by_id, note)


def _move(payout_id: str, state: State, act: str, by_id: str, note: str) -> Outcome:
    row = locked(Payout, payout_id)
    if row is None:
        return refuse(form=GONE)
    if row.state == state:
        db.session.rollback()
        return Saved(payout_id)
    if row.person_id == by_id:
        return refuse(form="This payment is to you. Ask someone else to do this.")
    if not may_become(row.state, state):
        return refuse(form="That cannot be done with this payment any more. Please look at it again.")
    row.state, row.note = state, note or row.note
    if state is State.CANCELLED:
        row.settled_at = clock.now()
    record(db.session, act, "payout", row.id, actor_id=by_id)
    db.session.commit()
    return Saved(payout_id)


def reverse_payout(
    payout_id: str, reason: str, by_id: str, back_to: str | None = None, witness_id: str | None = None
) -> Outcome:
    """Take a payment back that was wrong: the money is in its box (or the bank) again, and is owed again.

    Where the box was closed since, `back_to` says where the money is now: another open box, or `accounts.BANK`.
    `witness_id` is who saw that cash is in its box.
    """
    ledger.lock()
    row = locked(Payout, payout_id)
    if row is None:
        return refuse(form=GONE)
    if row.state == State.VOID:
        return _again(row, is_same=row.note == reason.strip())
    problems = _reversal_problems(row, reason, by_id, back_to) or _no_witness(row, by_id, witness_id)
    if problems or row.entry_id is None:
        return refuse(**problems)
    row.void_entry_id = ledger.reverse(row.entry_id, reason.strip(), clock.today(), by_id)
    row.state, row.note = State.VOID, reason.strip()
    if row.float_id is not None:
        _slip(row, SlipKind.TAKEN_BACK, 1, (by_id, witness_id), row.void_entry_id)
        if back_to is not None and is_closed_box(row):
            pieces = {int(piece): number for piece, number in (row.pieces or {}).items()}
            floats.pass_on(row.float_id, back_to, pieces, floats.Hands(new_id(), by_id, witness_id))
    record(db.session, "take payment back", "payout", row.id, actor_id=by_id)
    db.session.commit()
    return Saved(payout_id)


def _reversal_problems(row: Payout, reason: str, by_id: str, back_to: str | None) -> dict[str, str]:
    if not may_become(row.state, State.VOID):
        return {"form": "Only a payment that was made can be taken back."}
    if by_id == row.person_id:
        return {"form": "Ask someone else to do this: the payment was to you."}
    if not reason.strip():
        return {"reason": "Say why, in a few words."}
    if not is_closed_box(row) or back_to == accounts.BANK:
        return {}
    box = db.session.get(CashFloat, back_to) if back_to else None
    if box is None or box.closed_at is not None:
        return {"back_to": "The cash box it came from is closed. Say where the money is now."}
    return {}


def _no_witness(row: Payout, by_id: str, witness_id: str | None) -> dict[str, str]:
    """Cash is moved by two people, also when it comes back."""
    if row.float_id is None:
        return {}
    if witness_id is None:
        return {"witness_id": "Choose who saw that the money is there."}
    others = {row.person_id, by_id}
    return {"witness_id": "Choose someone else than you and the one who was paid."} if witness_id in others else {}


def is_closed_box(row: Payout) -> bool:
    """Whether the box that a payment came from was closed since."""
    box = db.session.get(CashFloat, row.float_id) if row.float_id else None
    return box is not None and box.closed_at is not None


def is_pin_of(person_id: str, pin: str) -> bool | None:
    """Whether this is the person's PIN; None when it was tried too often."""
    row = credential_of(person_id)
    hashed = row.pin_hash if row else None
    gate = reserve(db.session, (RECEIPT_PIN, person_id))
    db.session.commit()  # hashing takes long: no transaction waits for it
    if gate is not Gate.OPEN:
        return None
    if not is_secret(hashed, pin):
        return False
    forgive(db.session, (RECEIPT_PIN, person_id))
    db.session.commit()
    return True


def doubt_old_payouts(task: Task) -> None:
    """A payment that began long ago and did not end is one that somebody must be asked about (a job)."""
    del task
    db.session.execute(
        sa.update(Payout)
        .where(Payout.state == State.SENDING, Payout.sent_at < clock.now() - LONGEST_SENDING)
        .values(state=State.UNKNOWN, version=Payout.version + 1)
        .execution_options(synchronize_session=False)
    )
    db.session.commit()

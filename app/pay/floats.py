"""Boxes of cash: opened, filled, counted, handed over and closed, always by two people and with a slip.

What is in a box by its slips, by the ledger and by its notes and coins is one number. A count that finds another
writes the difference down, with what is known about it.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace

import sqlalchemy as sa

from app import clock
from app.audit.services import record
from app.database import db, new_id
from app.editing import Outcome, Saved, is_taken, locked, refuse
from app.pay import accounts, ledger, queries
from app.pay.currency import currency
from app.pay.models import CashFloat, CashSlip, EntryKind, Payout, SlipKind
from app.pay.repeats import SENT_BEFORE, request_hash
from payroll import checks
from payroll.ledger import transfer
from payroll.money import Money, worth
from payroll.payout import OPEN, State

Pieces = Mapping[int, int]
GONE = "This cash box is not there or is closed."
UNDER_WAY = "A payment from this box is under way. Finish or cancel it first."
BOTH_KEEPERS = (
    "The one who keeps it and the one who gets it do this together. "
    "If one of them cannot come, close the box and open a new one."
)
NO_KEEPER = "A box is closed with the one who keeps it. If they cannot come, a treasurer does it, with somebody else."
HANDING = frozenset({State.SENDING, State.UNKNOWN})
COUNTS = frozenset({SlipKind.COUNT, SlipKind.SURPRISE, SlipKind.CLOSING, SlipKind.HAND_OVER})


@dataclass(frozen=True, slots=True)
class Hands:
    """Who does something with a box, who stands by, and the key made with the form (it becomes the slip's id)."""

    key: str
    by_id: str
    witness_id: str | None

    def says(self, *more: object) -> str:
        """A hash over all that was on the form."""
        return request_hash(self.by_id, self.witness_id, *more)


def _before(hands: Hands, says: str) -> Outcome | None:
    """What is answered to a form that came before: the same, unless it says something else now."""
    slip = db.session.get(CashSlip, hands.key)
    if slip is None:
        return None
    if slip.request_hash != says:
        return refuse(key=SENT_BEFORE)
    float_id = slip.float_id
    db.session.rollback()
    return Saved(float_id)


def open_float(name: str, custodian_id: str, pieces: Pieces, hands: Hands) -> Outcome:
    """Open a box with money from the bank."""
    ledger.lock()
    says = hands.says(name, custodian_id, pieces)
    before = _before(hands, says)
    if before is not None:
        return before
    if is_taken(CashFloat.name, name):
        return refuse(name="There is a cash box with this name. It may be closed.")
    problem = _witness_problem(hands)
    if problem or not worth(pieces):
        return refuse(witness_id=problem) if problem else refuse(pieces="Count what goes into it.")
    row = CashFloat(id=new_id(), name=name, custodian_id=custodian_id, currency=currency(), opened_at=clock.now())
    db.session.add(row)
    db.session.flush()
    _move(row, SlipKind.OPENING, pieces, hands, says)
    record(db.session, "open cash box", "float", row.id, actor_id=hands.by_id)
    return _kept(row.id)


def top_up_float(float_id: str, pieces: Pieces, hands: Hands) -> Outcome:
    """Put money from the bank into a box."""
    return _change(float_id, SlipKind.TOP_UP, pieces, hands)


def bank_float(float_id: str, pieces: Pieces, hands: Hands) -> Outcome:
    """Take money from a box to the bank."""
    return _change(float_id, SlipKind.TO_BANK, {piece: -number for piece, number in pieces.items()}, hands)


def _change(float_id: str, kind: SlipKind, pieces: Pieces, hands: Hands) -> Outcome:
    ledger.lock()
    row = locked(CashFloat, float_id)
    says = hands.says(float_id, kind, pieces)
    before = _before(hands, says)
    if before is not None:
        return before
    if row is None or row.closed_at is not None:
        return refuse(form=GONE)
    problem = _witness_problem(hands)
    if problem or not worth(pieces):
        return refuse(witness_id=problem) if problem else refuse(pieces="Count what you move.")
    if kind is SlipKind.TO_BANK:
        problems = _bank_problems(row, pieces)
        if problems:
            return refuse(**problems)
    _move(row, kind, pieces, hands, says)
    record(db.session, f"{kind} cash box", "float", float_id, actor_id=hands.by_id)
    return _kept(float_id)


def _bank_problems(row: CashFloat, pieces: Pieces) -> dict[str, str]:
    if _has_payment(row, HANDING):
        return {"form": UNDER_WAY}
    box = queries.box(row.id)
    stock = box.stock if box is not None else {}
    if any(-number > stock.get(piece, 0) for piece, number in pieces.items()):
        return {"pieces": "By its slips the box does not hold so many of these. Count it first."}
    return {}


def count_float(  # noqa: PLR0913 - what was counted, by whom, and to whom it goes
    float_id: str, kind: SlipKind, pieces: Pieces, note: str, hands: Hands, *, to_id: str | None = None
) -> Outcome:
    """Count a box. What differs from its slips is written down; a closing or a hand-over does more besides."""
    if kind not in COUNTS:
        raise ValueError(f"{kind} is no count")
    ledger.lock()
    row = locked(CashFloat, float_id)
    says = hands.says(float_id, kind, pieces, note, to_id)
    before = _before(hands, says)
    if before is not None:
        return before
    if row is None or row.closed_at is not None:
        return refuse(form=GONE)
    box = queries.box(float_id)
    stock = dict(box.stock) if box is not None else {}
    expected, counted = Money(worth(stock), row.currency), Money(worth(pieces), row.currency)
    problems = _count_problems(row, kind, hands, to_id)
    difference = checks.float_agrees(expected, counted, note)
    if difference and not problems:
        problems = {"note": difference}
    if problems:
        return refuse(**problems)
    entry_id = None
    if counted != expected:
        found = transfer(EntryKind.FLOAT, clock.today(), accounts.OVER_SHORT, accounts.cash(row.id), counted - expected)
        entry_id = ledger.post_all([ledger.Writing(found, f"count-{hands.key}", by_id=hands.by_id)])[0]
    changes = {piece: pieces.get(piece, 0) - stock.get(piece, 0) for piece in {*stock, *pieces}}
    slip = _slip(row, kind, changes, hands, entry_id)
    slip.counted, slip.expected, slip.note = counted.minor, expected.minor, note.strip() or None
    slip.request_hash = says
    db.session.add(slip)
    if kind is SlipKind.HAND_OVER and to_id is not None:
        row.custodian_id = to_id
    if kind is SlipKind.CLOSING:
        if counted:
            back = {piece: -number for piece, number in pieces.items()}
            _move(row, SlipKind.TO_BANK, back, Hands(new_id(), hands.by_id, hands.witness_id))
        row.closed_at = clock.now()
    record(db.session, f"{kind} cash box", "float", float_id, actor_id=hands.by_id)
    return _kept(float_id)


def _count_problems(row: CashFloat, kind: SlipKind, hands: Hands, to_id: str | None) -> dict[str, str]:
    problem = _witness_problem(hands)
    if problem:
        return {"witness_id": problem}
    if kind is SlipKind.SURPRISE and row.custodian_id == hands.by_id:
        return {"form": "A surprise count is made by someone who does not keep the box."}
    if kind is SlipKind.HAND_OVER and (to_id is None or to_id == row.custodian_id):
        return {"to_id": "Choose who keeps it from now on."}
    if kind is SlipKind.HAND_OVER and {hands.by_id, hands.witness_id} != {row.custodian_id, to_id}:
        return {"witness_id": BOTH_KEEPERS}
    if kind is SlipKind.CLOSING and not _may_close(row, {hands.by_id, hands.witness_id}):
        return {"witness_id": NO_KEEPER}
    is_ending = kind in {SlipKind.CLOSING, SlipKind.HAND_OVER}
    return {"form": UNDER_WAY} if _has_payment(row, OPEN if is_ending else HANDING) else {}


def _may_close(row: CashFloat, two: set[str | None]) -> bool:
    """Whether the keeper or a treasurer is among the two who close a box."""
    return row.custodian_id in two or queries.has_treasurer(two)


def _has_payment(row: CashFloat, states: Iterable[State]) -> bool:
    """Whether a payment from a box is in one of these states: while notes change hands no count can be right."""
    query = sa.select(Payout.id).where(Payout.float_id == row.id, Payout.state.in_(states)).limit(1)
    return db.session.scalar(query) is not None


def _witness_problem(hands: Hands) -> str | None:
    if hands.witness_id is None:
        return "Two people do this together. Choose who is with you."
    return "Choose someone else than yourself." if hands.witness_id == hands.by_id else None


def pass_on(float_id: str, to: str, pieces: Pieces, hands: Hands) -> None:
    """Let money that came back to a closed box go, in the caller's transaction, to the bank or on to an open box."""
    row, back = db.session.get_one(CashFloat, float_id), {piece: -number for piece, number in pieces.items()}
    _move(row, SlipKind.TO_BANK, back, hands)
    if to != accounts.BANK:
        _move(db.session.get_one(CashFloat, to), SlipKind.TOP_UP, pieces, replace(hands, key=new_id()))


def _move(row: CashFloat, kind: SlipKind, pieces: Pieces, hands: Hands, says: str | None = None) -> None:
    """Money between the bank and a box: above zero it goes in."""
    amount = Money(worth(pieces), row.currency)
    entry = transfer(EntryKind.FLOAT, clock.today(), accounts.BANK, accounts.cash(row.id), amount)
    entry_id = ledger.post_all([ledger.Writing(entry, f"float-{hands.key}", by_id=hands.by_id)])[0]
    slip = _slip(row, kind, pieces, hands, entry_id)
    slip.request_hash = says
    db.session.add(slip)


def _slip(row: CashFloat, kind: SlipKind, pieces: Pieces, hands: Hands, entry_id: str | None) -> CashSlip:
    kept = {str(piece): number for piece, number in pieces.items() if number}
    return CashSlip(
        id=hands.key,
        float_id=row.id,
        kind=kind,
        pieces=kept,
        minor=worth({int(piece): number for piece, number in kept.items()}),
        entry_id=entry_id,
        by_id=hands.by_id,
        witness_id=hands.witness_id,
        at=clock.now(),
    )


def _kept(float_id: str) -> Outcome:
    try:
        db.session.commit()
    except sa.exc.IntegrityError:
        return refuse(form="Someone else did this just now. Please look at the cash box again.")
    return Saved(float_id)

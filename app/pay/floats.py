"""Boxes of cash: opened, filled, counted, handed over and closed, always by two people and with a slip.

What is in a box by its slips, by the ledger and by its notes and coins is one number. A count that finds another
writes the difference down, with what is known about it.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import sqlalchemy as sa

from app import clock
from app.audit.services import record
from app.database import db, new_id
from app.editing import Outcome, Saved, is_taken, locked, refuse
from app.pay import accounts, ledger, queries
from app.pay.currency import currency
from app.pay.models import CashFloat, CashSlip, EntryKind, Payout, SlipKind
from payroll import checks
from payroll.ledger import transfer
from payroll.money import Money, worth
from payroll.payout import OPEN

Pieces = Mapping[int, int]
GONE = "This cash box is not there or is closed."
COUNTS = frozenset({SlipKind.COUNT, SlipKind.SURPRISE, SlipKind.CLOSING, SlipKind.HAND_OVER})


@dataclass(frozen=True, slots=True)
class Hands:
    """Who does something with a box, who stands by, and the key made with the form (it becomes the slip's id)."""

    key: str
    by_id: str
    witness_id: str | None


def open_float(name: str, custodian_id: str, pieces: Pieces, hands: Hands) -> Outcome:
    """Open a box with money from the bank."""
    if db.session.get(CashSlip, hands.key) is not None:
        return Saved(db.session.get_one(CashSlip, hands.key).float_id)
    if is_taken(CashFloat.name, name):
        return refuse(name="There is a cash box with this name. It may be closed.")
    problem = _witness_problem(hands)
    if problem or not worth(pieces):
        return refuse(witness_id=problem) if problem else refuse(pieces="Count what goes into it.")
    row = CashFloat(id=new_id(), name=name, custodian_id=custodian_id, currency=currency(), opened_at=clock.now())
    db.session.add(row)
    db.session.flush()
    _move(row, SlipKind.OPENING, pieces, hands)
    record(db.session, "open cash box", "float", row.id, actor_id=hands.by_id)
    return _kept(row.id)


def top_up_float(float_id: str, pieces: Pieces, hands: Hands) -> Outcome:
    """Put money from the bank into a box."""
    return _change(float_id, SlipKind.TOP_UP, pieces, hands)


def bank_float(float_id: str, pieces: Pieces, hands: Hands) -> Outcome:
    """Take money from a box to the bank."""
    box = queries.box(float_id)
    if box is not None and any(number > box.stock.get(piece, 0) for piece, number in pieces.items()):
        return refuse(pieces="By its slips the box does not hold so many of these. Count it first.")
    return _change(float_id, SlipKind.TO_BANK, {piece: -number for piece, number in pieces.items()}, hands)


def _change(float_id: str, kind: SlipKind, pieces: Pieces, hands: Hands) -> Outcome:
    ledger.lock()
    row = locked(CashFloat, float_id)
    if db.session.get(CashSlip, hands.key) is not None:
        db.session.rollback()
        return Saved(float_id)
    if row is None or row.closed_at is not None:
        return refuse(form=GONE)
    problem = _witness_problem(hands)
    if problem or not worth(pieces):
        return refuse(witness_id=problem) if problem else refuse(pieces="Count what you move.")
    _move(row, kind, pieces, hands)
    record(db.session, f"{kind} cash box", "float", float_id, actor_id=hands.by_id)
    return _kept(float_id)


def count_float(  # noqa: PLR0913 - what was counted, by whom, and to whom it goes
    float_id: str, kind: SlipKind, pieces: Pieces, note: str, hands: Hands, *, to_id: str | None = None
) -> Outcome:
    """Count a box. What differs from its slips is written down; a closing or a hand-over does more besides."""
    if kind not in COUNTS:
        raise ValueError(f"{kind} is no count")
    ledger.lock()
    row = locked(CashFloat, float_id)
    if db.session.get(CashSlip, hands.key) is not None:
        db.session.rollback()
        return Saved(float_id)
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
    if kind in {SlipKind.CLOSING, SlipKind.HAND_OVER}:
        query = sa.select(Payout.id).where(Payout.float_id == row.id, Payout.state.in_(OPEN)).limit(1)
        if db.session.scalar(query) is not None:
            return {"form": "A payment from this box is under way. Finish or cancel it first."}
    return {}


def _witness_problem(hands: Hands) -> str | None:
    if hands.witness_id is None:
        return "Two people do this together. Choose who is with you."
    return "Choose someone else than yourself." if hands.witness_id == hands.by_id else None


def _move(row: CashFloat, kind: SlipKind, pieces: Pieces, hands: Hands) -> None:
    """Money between the bank and a box: above zero it goes in."""
    amount = Money(worth(pieces), row.currency)
    entry = transfer(EntryKind.FLOAT, clock.today(), accounts.BANK, accounts.cash(row.id), amount)
    entry_id = ledger.post_all([ledger.Writing(entry, f"float-{hands.key}", by_id=hands.by_id)])[0]
    db.session.add(_slip(row, kind, pieces, hands, entry_id))


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

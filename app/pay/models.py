"""Rates, the ledger, honoraria, payouts, floats, expenses and funds, as rows.

What has happened to money is only ever added to: the migration puts triggers on these tables that refuse every
UPDATE, DELETE and TRUNCATE, and check that the postings of each entry sum to zero.
"""

from __future__ import annotations

from datetime import date, datetime, time
from enum import StrEnum
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from app.database import Instant, Model, id_column
from app.vault import Sealed

LEAST_SECOND = 100_000  # above this sum (minor units) a second approver is asked for, unless the group says otherwise
OPEN_PAYOUT = sa.text("state IN ('asked', 'approved', 'sending', 'unknown')")
LIVE = sa.text("voided_at IS NULL")


class AccountKind(StrEnum):
    """What an account stands for."""

    PAYABLE = "payable"  # what one person is owed for work; below zero
    REFUND = "refund"  # what one person is owed for expenses
    COST = "cost"  # of one category, borne by one fund or by none yet
    FLOAT = "float"  # cash in one box
    BANK = "bank"
    OVER_SHORT = "over_short"  # cash found over or short


class EntryKind(StrEnum):
    """What an entry of the ledger is about."""

    HONORARIUM = "honorarium"
    EXPENSE = "expense"
    PAYOUT = "payout"
    FLOAT = "float"
    SET_OFF = "set_off"  # what one person got for no expense counts as pay they are owed
    REVERSAL = "reversal"


class Standing(StrEnum):
    """Why a piece of work is paid or not."""

    OWED = "owed"
    UNAGREED = "unagreed"  # there is no rate for it yet
    VOLUNTEER = "volunteer"
    DECLINED = "declined"  # the person wants no pay for it


class SlipKind(StrEnum):
    """What a slip in a cash box says."""

    OPENING = "opening"
    TOP_UP = "top_up"
    TO_BANK = "to_bank"
    PAYOUT = "payout"
    TAKEN_BACK = "taken_back"
    COUNT = "count"
    SURPRISE = "surprise"
    CLOSING = "closing"
    HAND_OVER = "hand_over"


class ExpenseState(StrEnum):
    """Where an expense stands."""

    ASKED = "asked"
    ACCEPTED = "accepted"
    REFUSED = "refused"
    WITHDRAWN = "withdrawn"
    TAKEN_BACK = "taken_back"  # was accepted by mistake: its entry is undone


class PayRate(Model):
    """A rate (`premium` None) or a premium from a day on; rows are only ever added.

    `amount` is in minor units, or whole percent when `basis` says so. None of activity, level or service means all.
    """

    __tablename__ = "pay_rate"

    id: Mapped[str] = id_column()
    number: Mapped[int] = mapped_column(unique=True)
    from_on: Mapped[date]
    premium: Mapped[str | None] = mapped_column(sa.String(16))
    basis: Mapped[str] = mapped_column(sa.String(8))
    amount: Mapped[int]
    activity: Mapped[str | None] = mapped_column(sa.String(16))
    level: Mapped[str | None] = mapped_column(sa.String(16))
    service_id: Mapped[str | None] = mapped_column(sa.ForeignKey("service.id"))
    by_id: Mapped[str | None] = mapped_column(sa.ForeignKey("person.id"))
    at: Mapped[datetime] = mapped_column(Instant)

    __table_args__ = (
        sa.CheckConstraint("amount >= 0", name="amount"),
        sa.CheckConstraint(
            "premium IS NULL OR (activity IS NULL AND level IS NULL AND service_id IS NULL)", name="premium"
        ),
        sa.CheckConstraint("basis <> 'percent' OR premium IS NOT NULL", name="percent"),
    )


class PayTerms(Model):
    """The other terms from a day on: night, rounding, cancellation, second approver; rows are only ever added."""

    __tablename__ = "pay_terms"

    id: Mapped[str] = id_column()
    number: Mapped[int] = mapped_column(unique=True)
    from_on: Mapped[date]
    night_starts: Mapped[time]
    night_ends: Mapped[time]
    step_minutes: Mapped[int]
    cancel_hours: Mapped[int]
    cancel_percent: Mapped[int]
    second_above: Mapped[int]
    by_id: Mapped[str | None] = mapped_column(sa.ForeignKey("person.id"))
    at: Mapped[datetime] = mapped_column(Instant)


class Fund(Model):
    """Money with a purpose: the days it may be used for (both included), its budget (minor units), its categories."""

    __tablename__ = "fund"

    id: Mapped[str] = id_column()
    code: Mapped[str] = mapped_column(sa.String(32), unique=True)
    name: Mapped[str] = mapped_column(sa.String(80), unique=True)
    starts_on: Mapped[date]
    ends_on: Mapped[date]
    budget: Mapped[int] = mapped_column(sa.BigInteger)
    categories: Mapped[list[str]] = mapped_column(sa.JSON)
    is_active: Mapped[bool] = mapped_column(default=True)
    version: Mapped[int] = mapped_column(default=1)

    __mapper_args__ = {"version_id_col": version}
    __table_args__ = (
        sa.CheckConstraint("ends_on >= starts_on", name="days"),
        sa.CheckConstraint("budget >= 0", name="budget"),
    )


class FundShare(Model):
    """Which funds share the costs of a service (None: all) from a day on, as [[fund id, weight], ...]."""

    __tablename__ = "fund_share"

    id: Mapped[str] = id_column()
    number: Mapped[int] = mapped_column(unique=True)
    from_on: Mapped[date]
    service_id: Mapped[str | None] = mapped_column(sa.ForeignKey("service.id"))
    weights: Mapped[list[list[Any]]] = mapped_column(sa.JSON)
    by_id: Mapped[str | None] = mapped_column(sa.ForeignKey("person.id"))
    at: Mapped[datetime] = mapped_column(Instant)


class CashFloat(Model):
    """A box of cash with one custodian."""

    __tablename__ = "cash_float"

    id: Mapped[str] = id_column()
    name: Mapped[str] = mapped_column(sa.String(80), unique=True)
    custodian_id: Mapped[str] = mapped_column(sa.ForeignKey("person.id"))
    currency: Mapped[str] = mapped_column(sa.String(3))
    opened_at: Mapped[datetime] = mapped_column(Instant)
    closed_at: Mapped[datetime | None] = mapped_column(Instant)
    version: Mapped[int] = mapped_column(default=1)

    __mapper_args__ = {"version_id_col": version}


class LedgerAccount(Model):
    """An account of the ledger; `code` is made of what it stands for, so that there is one of each."""

    __tablename__ = "ledger_account"

    id: Mapped[str] = id_column()
    code: Mapped[str] = mapped_column(sa.String(60), unique=True)
    kind: Mapped[str] = mapped_column(sa.String(10))
    person_id: Mapped[str | None] = mapped_column(sa.ForeignKey("person.id"), index=True)
    fund_id: Mapped[str | None] = mapped_column(sa.ForeignKey("fund.id"))
    float_id: Mapped[str | None] = mapped_column(sa.ForeignKey("cash_float.id"))
    category: Mapped[str | None] = mapped_column(sa.String(12))


class LedgerEntry(Model):
    """Something that happened to money. `number` has no gaps; `seal` covers the entry and the one before it.

    Its `size` postings are written before it, in the same transaction, and sum to zero: the database refuses
    it otherwise, and refuses every later posting. `key` makes writing the same thing twice impossible.
    """

    __tablename__ = "ledger_entry"

    id: Mapped[str] = id_column()
    number: Mapped[int] = mapped_column(unique=True)
    kind: Mapped[str] = mapped_column(sa.String(12))
    key: Mapped[str] = mapped_column(sa.String(60), unique=True)
    happened_on: Mapped[date] = mapped_column(index=True)
    at: Mapped[datetime] = mapped_column(Instant)
    by_id: Mapped[str | None] = mapped_column(sa.ForeignKey("person.id"))
    reason: Mapped[str | None] = mapped_column(sa.String(300))
    reverses_id: Mapped[str | None] = mapped_column(sa.ForeignKey("ledger_entry.id"), unique=True)
    size: Mapped[int]
    seal: Mapped[str] = mapped_column(sa.String(64))

    __table_args__ = (
        sa.CheckConstraint("size >= 2", name="size"),
        sa.CheckConstraint("(reverses_id IS NULL) = (kind <> 'reversal')", name="reversal"),
        sa.CheckConstraint("reverses_id IS NULL OR reason IS NOT NULL", name="reason"),
    )


class LedgerPosting(Model):
    """An amount (minor units) on one account: what comes in is above zero, what goes out below."""

    __tablename__ = "ledger_posting"

    entry_id: Mapped[str] = mapped_column(
        sa.ForeignKey("ledger_entry.id", deferrable=True, initially="DEFERRED"), primary_key=True
    )
    position: Mapped[int] = mapped_column(primary_key=True)
    account_id: Mapped[str] = mapped_column(sa.ForeignKey("ledger_account.id"), index=True)
    minor: Mapped[int] = mapped_column(sa.BigInteger)
    currency: Mapped[str] = mapped_column(sa.String(3))

    __table_args__ = (sa.CheckConstraint("minor <> 0", name="minor"),)


class Honorarium(Model):
    """What one worked record is paid. A correction voids the row and adds another; one row of a record is live.

    `lines` is the reckoning: [[what, basis, minutes, rate, amount, rate id], ...]. Nothing owed has no entry.
    """

    __tablename__ = "honorarium"

    id: Mapped[str] = id_column()
    record_id: Mapped[str] = mapped_column(sa.String(12))
    record_version: Mapped[int]
    person_id: Mapped[str] = mapped_column(sa.ForeignKey("person.id"), index=True)
    activity: Mapped[str] = mapped_column(sa.String(16))
    service_id: Mapped[str | None] = mapped_column(sa.ForeignKey("service.id"))
    site_id: Mapped[str | None] = mapped_column(sa.ForeignKey("site.id"))
    day_on: Mapped[date] = mapped_column(index=True)
    starts_at: Mapped[datetime] = mapped_column(Instant)
    ends_at: Mapped[datetime] = mapped_column(Instant)
    minutes: Mapped[int]
    standing: Mapped[str] = mapped_column(sa.String(10))
    minor: Mapped[int]
    currency: Mapped[str] = mapped_column(sa.String(3))
    lines: Mapped[list[list[Any]]] = mapped_column(sa.JSON)
    entry_id: Mapped[str | None] = mapped_column(sa.ForeignKey("ledger_entry.id"), unique=True)
    at: Mapped[datetime] = mapped_column(Instant)
    voided_at: Mapped[datetime | None] = mapped_column(Instant)

    __table_args__ = (
        sa.Index("uq_honorarium_live_record_id", "record_id", unique=True, sqlite_where=LIVE, postgresql_where=LIVE),
        sa.CheckConstraint("(minor > 0 AND standing = 'owed') = (entry_id IS NOT NULL)", name="entry"),
        sa.CheckConstraint("minor >= 0", name="minor"),
    )


class AccrualMark(Model):
    """Up to when changes of worked records have been reckoned with (one row, id 1)."""

    __tablename__ = "accrual_mark"

    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    changed_until: Mapped[datetime] = mapped_column(Instant)


class Payout(Model):
    """Money on its way to a person. `key` was made with the form: the same form sent twice is one payout.

    `minor` is all of it, `refund_minor` the part for expenses. `pieces` are the notes and coins of a cash payout,
    {piece: number}. Payer, approver, second approver and payee are different people; above `second_above` a second
    approver is needed. `receipt` says how the person confirmed it, `receipt_name` with which words.
    """

    __tablename__ = "payout"

    id: Mapped[str] = id_column()
    key: Mapped[str] = mapped_column(sa.String(40), unique=True)
    request_hash: Mapped[str] = mapped_column(sa.String(64))
    person_id: Mapped[str] = mapped_column(sa.ForeignKey("person.id"), index=True)
    share: Mapped[str] = mapped_column(sa.String(8))
    method: Mapped[str] = mapped_column(sa.String(10))
    minor: Mapped[int]
    refund_minor: Mapped[int] = mapped_column(default=0)
    currency: Mapped[str] = mapped_column(sa.String(3))
    float_id: Mapped[str | None] = mapped_column(sa.ForeignKey("cash_float.id"))
    pieces: Mapped[dict[str, int] | None] = mapped_column(sa.JSON)
    state: Mapped[str] = mapped_column(sa.String(10), index=True)
    second_above: Mapped[int] = mapped_column(default=LEAST_SECOND)
    payer_id: Mapped[str] = mapped_column(sa.ForeignKey("person.id"))
    approver_id: Mapped[str | None] = mapped_column(sa.ForeignKey("person.id"))
    second_id: Mapped[str | None] = mapped_column(sa.ForeignKey("person.id"))
    asked_at: Mapped[datetime] = mapped_column(Instant)
    approved_at: Mapped[datetime | None] = mapped_column(Instant)
    sent_at: Mapped[datetime | None] = mapped_column(Instant)
    settled_at: Mapped[datetime | None] = mapped_column(Instant)
    receipt: Mapped[str | None] = mapped_column(sa.String(10))
    receipt_name: Mapped[str | None] = mapped_column(sa.String(80))
    witness_id: Mapped[str | None] = mapped_column(sa.ForeignKey("person.id"))
    note: Mapped[str | None] = mapped_column(sa.String(300))
    entry_id: Mapped[str | None] = mapped_column(sa.ForeignKey("ledger_entry.id"), unique=True)
    void_entry_id: Mapped[str | None] = mapped_column(sa.ForeignKey("ledger_entry.id"), unique=True)
    version: Mapped[int] = mapped_column(default=1)

    __mapper_args__ = {"version_id_col": version}
    __table_args__ = (
        sa.Index(
            "uq_payout_open_person_id", "person_id", unique=True, sqlite_where=OPEN_PAYOUT, postgresql_where=OPEN_PAYOUT
        ),
        sa.CheckConstraint("minor > 0 AND refund_minor BETWEEN 0 AND minor", name="minor"),
        sa.CheckConstraint("payer_id <> person_id", name="payer"),
        sa.CheckConstraint("approver_id <> person_id AND approver_id <> payer_id", name="approver"),
        sa.CheckConstraint(
            "second_id <> person_id AND second_id <> payer_id AND second_id <> approver_id", name="second"
        ),
        sa.CheckConstraint("state IN ('asked', 'cancelled') OR approver_id IS NOT NULL", name="approved"),
        sa.CheckConstraint(
            "minor <= second_above OR state IN ('asked', 'cancelled') OR second_id IS NOT NULL", name="twice_approved"
        ),
        sa.CheckConstraint("method <> 'cash' OR float_id IS NOT NULL", name="float"),
        sa.CheckConstraint("(state IN ('paid', 'void')) = (entry_id IS NOT NULL)", name="entry"),
        sa.CheckConstraint("(state = 'void') = (void_entry_id IS NOT NULL)", name="void"),
        sa.CheckConstraint("witness_id <> person_id AND witness_id <> payer_id", name="witness"),
    )


class CashSlip(Model):
    """One slip in a cash box; rows are only ever added. The cash in the box is the sum of its slips.

    `pieces` are the notes and coins that came in (or, below zero, went out), {piece: number}. After a count they are
    the difference found, `counted` what there was and `expected` what there should have been. `id` is the key of the
    form it came from, `request_hash` says what was on it.
    """

    __tablename__ = "cash_slip"

    id: Mapped[str] = id_column()
    request_hash: Mapped[str | None] = mapped_column(sa.String(64))
    float_id: Mapped[str] = mapped_column(sa.ForeignKey("cash_float.id"), index=True)
    kind: Mapped[str] = mapped_column(sa.String(10))
    pieces: Mapped[dict[str, int]] = mapped_column(sa.JSON)
    minor: Mapped[int]
    counted: Mapped[int | None]
    expected: Mapped[int | None]
    payout_id: Mapped[str | None] = mapped_column(sa.ForeignKey("payout.id"))
    entry_id: Mapped[str | None] = mapped_column(sa.ForeignKey("ledger_entry.id"), unique=True)
    by_id: Mapped[str] = mapped_column(sa.ForeignKey("person.id"))
    witness_id: Mapped[str | None] = mapped_column(sa.ForeignKey("person.id"))
    note: Mapped[str | None] = mapped_column(sa.String(300))
    at: Mapped[datetime] = mapped_column(Instant)

    __table_args__ = (
        sa.CheckConstraint("witness_id <> by_id", name="witness"),
        sa.CheckConstraint("kind <> 'hand_over' OR witness_id IS NOT NULL", name="hand_over"),
        sa.CheckConstraint("counted IS NULL OR counted = expected OR note IS NOT NULL", name="difference"),
    )


class Expense(Model):
    """Something a person paid for the group, at cost. `key` and `request_hash` are those of the form that asked."""

    __tablename__ = "expense"

    id: Mapped[str] = id_column()
    key: Mapped[str] = mapped_column(sa.String(40), unique=True)
    request_hash: Mapped[str | None] = mapped_column(sa.String(64))
    person_id: Mapped[str] = mapped_column(sa.ForeignKey("person.id"), index=True)
    category: Mapped[str] = mapped_column(sa.String(12))
    minor: Mapped[int]
    currency: Mapped[str] = mapped_column(sa.String(3))
    spent_on: Mapped[date]
    note: Mapped[str | None] = mapped_column(sa.String(200))
    service_id: Mapped[str | None] = mapped_column(sa.ForeignKey("service.id"))
    state: Mapped[str] = mapped_column(sa.String(10), index=True)
    asked_at: Mapped[datetime] = mapped_column(Instant)
    decided_by_id: Mapped[str | None] = mapped_column(sa.ForeignKey("person.id"))
    decided_at: Mapped[datetime | None] = mapped_column(Instant)
    answer: Mapped[str | None] = mapped_column(sa.String(200))
    entry_id: Mapped[str | None] = mapped_column(sa.ForeignKey("ledger_entry.id"), unique=True)
    version: Mapped[int] = mapped_column(default=1)

    __mapper_args__ = {"version_id_col": version}
    __table_args__ = (
        sa.CheckConstraint("minor > 0", name="minor"),
        sa.CheckConstraint("decided_by_id <> person_id", name="decided_by"),
        sa.CheckConstraint("(state = 'accepted') = (entry_id IS NOT NULL)", name="entry"),
    )


class ExpensePhoto(Model):
    """The photo of a receipt, without its metadata, sealed; apart, so that lists do not carry it."""

    __tablename__ = "expense_photo"

    expense_id: Mapped[str] = mapped_column(sa.ForeignKey("expense.id"), primary_key=True)
    kind: Mapped[str] = mapped_column(sa.String(4))
    content: Mapped[str] = mapped_column(Sealed("expense_photo.content"))


class PayChoice(Model):
    """How a person wants to be paid; `is_declined` means they want no pay from now on."""

    __tablename__ = "pay_choice"

    person_id: Mapped[str] = mapped_column(sa.ForeignKey("person.id", ondelete="CASCADE"), primary_key=True)
    method: Mapped[str] = mapped_column(sa.String(10))
    is_declined: Mapped[bool] = mapped_column(default=False)
    changed_at: Mapped[datetime] = mapped_column(Instant)


class EarningsChoice(Model):
    """The limit a person keeps an eye on, sealed; read for nobody else."""

    __tablename__ = "earnings_choice"

    person_id: Mapped[str] = mapped_column(sa.ForeignKey("person.id", ondelete="CASCADE"), primary_key=True)
    choice: Mapped[str] = mapped_column(Sealed("earnings_choice.choice"))


class PayeeName(Model):
    """The legal name and address of a person, kept only where a yearly slip must carry them; sealed."""

    __tablename__ = "payee_name"

    person_id: Mapped[str] = mapped_column(sa.ForeignKey("person.id", ondelete="CASCADE"), primary_key=True)
    legal_name: Mapped[str] = mapped_column(Sealed("payee_name.legal_name"))
    address: Mapped[str | None] = mapped_column(Sealed("payee_name.address"))
    changed_at: Mapped[datetime] = mapped_column(Instant)


class PayeeNameRead(Model):
    """Somebody looked at legal names; rows are only ever added."""

    __tablename__ = "payee_name_read"

    id: Mapped[str] = id_column()
    by_id: Mapped[str] = mapped_column(sa.ForeignKey("person.id"))
    act: Mapped[str] = mapped_column(sa.String(40))
    at: Mapped[datetime] = mapped_column(Instant, index=True)

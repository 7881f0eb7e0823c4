"""What people ask of one another about published shifts, with explicit states that all end."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column, relationship

from app.database import Instant, Model, id_column


class CoverState(StrEnum):
    """What became of a place that somebody gave back."""

    OPEN = "open"
    COVERED = "covered"
    WITHDRAWN = "withdrawn"  # the person comes after all, or a coordinator said that nobody is needed
    LAPSED = "lapsed"  # the shift began


class AskState(StrEnum):
    """What became of one question to one person."""

    ASKED = "asked"
    YES = "yes"
    NO = "no"
    LAPSED = "lapsed"  # no answer in time
    OVERTAKEN = "overtaken"  # somebody else was quicker, or the shift changed


class AskKind(StrEnum):
    """Why a person is asked to take a place."""

    COVER = "cover"
    WAITING = "waiting"  # their turn on the waiting list


class SwapState(StrEnum):
    """Where a swap (or a shift given to one person) stands."""

    ASKED = "asked"
    AGREED = "agreed"  # both said yes; a coordinator still has to
    DONE = "done"
    DECLINED = "declined"
    WITHDRAWN = "withdrawn"
    LAPSED = "lapsed"
    OVERTAKEN = "overtaken"  # the roster changed under it


class WaitState(StrEnum):
    """What became of a wait for a place."""

    WAITING = "waiting"
    ASKED = "asked"
    TOOK = "took"
    LEFT = "left"  # the person no longer waits
    LAPSED = "lapsed"


class WishState(StrEnum):
    """What became of a wish to change shifts with anybody."""

    OPEN = "open"
    DONE = "done"
    WITHDRAWN = "withdrawn"
    LAPSED = "lapsed"  # nothing is left to give, or to get


SWAP_PENDING = frozenset({SwapState.ASKED, SwapState.AGREED})
WAIT_PENDING = frozenset({WaitState.WAITING, WaitState.ASKED})


class SiteTerms(Model):
    """How shifts of one site change hands; a site without a row follows the defaults of `terms.Terms`."""

    __tablename__ = "site_terms"

    site_id: Mapped[str] = mapped_column(sa.ForeignKey("site.id", ondelete="CASCADE"), primary_key=True)
    first_hours: Mapped[int]
    open_hours: Mapped[int]
    has_draw: Mapped[bool]
    week_quota: Mapped[int | None]
    asks_all: Mapped[bool]
    ask_minutes: Mapped[int]
    stays_listed: Mapped[bool]
    needs_coordinator: Mapped[bool]
    version: Mapped[int] = mapped_column(default=1)

    __mapper_args__ = {"version_id_col": version}
    __table_args__ = (
        sa.CheckConstraint("first_hours >= 0 AND open_hours >= 0", name="hours"),
        sa.CheckConstraint("week_quota IS NULL OR week_quota >= 1", name="week_quota"),
        sa.CheckConstraint("ask_minutes BETWEEN 5 AND 1440", name="ask_minutes"),
    )


class Cover(Model):
    """A place somebody gave back.

    `is_listed` says that they stay on the shift until somebody takes it, `is_urgent` that the shift is near by now.
    """

    __tablename__ = "cover"

    id: Mapped[str] = id_column()
    shift_id: Mapped[str] = mapped_column(sa.ForeignKey("shift.id", ondelete="CASCADE"), index=True)
    person_id: Mapped[str] = mapped_column(sa.ForeignKey("person.id", ondelete="CASCADE"), index=True)
    state: Mapped[str] = mapped_column(sa.String(10), default=CoverState.OPEN)
    is_listed: Mapped[bool] = mapped_column(default=False)
    is_urgent: Mapped[bool] = mapped_column(default=False)
    opened_at: Mapped[datetime] = mapped_column(Instant)
    by_id: Mapped[str | None] = mapped_column(sa.ForeignKey("person.id", ondelete="SET NULL"))
    taken_by_id: Mapped[str | None] = mapped_column(sa.ForeignKey("person.id", ondelete="SET NULL"))
    ended_at: Mapped[datetime | None] = mapped_column(Instant)

    __table_args__ = (
        sa.Index(
            "uq_cover_open",
            "shift_id",
            "person_id",
            unique=True,
            sqlite_where=sa.text("ended_at IS NULL"),
            postgresql_where=sa.text("ended_at IS NULL"),
        ),
    )


class Ask(Model):
    """A question to one person: will you take this place? It ends at `lapses_at` at the latest.

    `plan` is a mark of when and where the shift was when they were asked, as with swaps and rounds: a yes holds for
    nothing else.
    """

    __tablename__ = "ask"

    id: Mapped[str] = id_column()
    kind: Mapped[str] = mapped_column(sa.String(8))
    shift_id: Mapped[str] = mapped_column(sa.ForeignKey("shift.id", ondelete="CASCADE"), index=True)
    person_id: Mapped[str] = mapped_column(sa.ForeignKey("person.id", ondelete="CASCADE"), index=True)
    cover_id: Mapped[str | None] = mapped_column(sa.ForeignKey("cover.id", ondelete="CASCADE"), index=True)
    state: Mapped[str] = mapped_column(sa.String(10), default=AskState.ASKED)
    asked_at: Mapped[datetime] = mapped_column(Instant)
    lapses_at: Mapped[datetime] = mapped_column(Instant)
    plan: Mapped[str | None] = mapped_column(sa.String(32))
    answered_at: Mapped[datetime | None] = mapped_column(Instant)

    __table_args__ = (
        sa.Index(
            "uq_ask_open",
            "shift_id",
            "person_id",
            unique=True,
            sqlite_where=sa.text("state = 'asked'"),
            postgresql_where=sa.text("state = 'asked'"),
        ),
    )


class Swap(Model):
    """One person's shift for another's, or (`other_shift_id` None) for nothing: a shift given to one person.

    Each of the two says yes for themselves (`*_agreed_at`); `by_id` is who wrote it down, a coordinator where it was
    done on somebody's behalf. It ends at `lapses_at` at the latest.
    """

    __tablename__ = "swap"

    id: Mapped[str] = id_column()
    person_id: Mapped[str] = mapped_column(sa.ForeignKey("person.id", ondelete="CASCADE"), index=True)
    shift_id: Mapped[str] = mapped_column(sa.ForeignKey("shift.id", ondelete="CASCADE"), index=True)
    other_person_id: Mapped[str] = mapped_column(sa.ForeignKey("person.id", ondelete="CASCADE"), index=True)
    other_shift_id: Mapped[str | None] = mapped_column(sa.ForeignKey("shift.id", ondelete="CASCADE"))
    state: Mapped[str] = mapped_column(sa.String(10), default=SwapState.ASKED)
    asked_at: Mapped[datetime] = mapped_column(Instant)
    lapses_at: Mapped[datetime] = mapped_column(Instant)
    plan: Mapped[str | None] = mapped_column(sa.String(32))
    person_agreed_at: Mapped[datetime | None] = mapped_column(Instant)
    other_agreed_at: Mapped[datetime | None] = mapped_column(Instant)
    by_id: Mapped[str | None] = mapped_column(sa.ForeignKey("person.id", ondelete="SET NULL"))
    approved_by_id: Mapped[str | None] = mapped_column(sa.ForeignKey("person.id", ondelete="SET NULL"))
    ended_at: Mapped[datetime | None] = mapped_column(Instant)

    __table_args__ = (
        sa.CheckConstraint("other_person_id <> person_id", name="two_people"),
        sa.Index(
            "uq_swap_pending",
            "person_id",
            "shift_id",
            "other_person_id",
            unique=True,
            sqlite_where=sa.text("ended_at IS NULL"),
            postgresql_where=sa.text("ended_at IS NULL"),
        ),
    )


class Wait(Model):
    """A person who waits for a place on a shift; in a draw, who takes part in it."""

    __tablename__ = "wait"

    id: Mapped[str] = id_column()
    shift_id: Mapped[str] = mapped_column(sa.ForeignKey("shift.id", ondelete="CASCADE"), index=True)
    person_id: Mapped[str] = mapped_column(sa.ForeignKey("person.id", ondelete="CASCADE"), index=True)
    state: Mapped[str] = mapped_column(sa.String(10), default=WaitState.WAITING)
    since_at: Mapped[datetime] = mapped_column(Instant)
    ended_at: Mapped[datetime | None] = mapped_column(Instant)

    __table_args__ = (
        sa.Index(
            "uq_wait_open",
            "shift_id",
            "person_id",
            unique=True,
            sqlite_where=sa.text("ended_at IS NULL"),
            postgresql_where=sa.text("ended_at IS NULL"),
        ),
    )


class Draw(Model):
    """A draw for the places of one shift: the seed's hash is shown while people enter, the seed when it is drawn.

    `lots` are the codes of the entries (the ids of their waits) in the order drawn, by blanks.
    """

    __tablename__ = "draw"

    shift_id: Mapped[str] = mapped_column(sa.ForeignKey("shift.id", ondelete="CASCADE"), primary_key=True)
    seed: Mapped[str] = mapped_column(sa.String(32))
    closes_at: Mapped[datetime] = mapped_column(Instant)
    drawn_at: Mapped[datetime | None] = mapped_column(Instant)
    lots: Mapped[str | None] = mapped_column(sa.Text)


class TradeWish(Model):
    """A person gives one of some shifts of theirs for one of some others, whoever has it; one wish at a time."""

    __tablename__ = "trade_wish"

    id: Mapped[str] = id_column()
    person_id: Mapped[str] = mapped_column(sa.ForeignKey("person.id", ondelete="CASCADE"), index=True)
    state: Mapped[str] = mapped_column(sa.String(10), default=WishState.OPEN)
    made_at: Mapped[datetime] = mapped_column(Instant)
    ended_at: Mapped[datetime | None] = mapped_column(Instant)

    shifts: Mapped[list[TradeWishShift]] = relationship(cascade="all, delete-orphan", lazy="selectin")

    __table_args__ = (
        sa.Index(
            "uq_trade_wish_open",
            "person_id",
            unique=True,
            sqlite_where=sa.text("ended_at IS NULL"),
            postgresql_where=sa.text("ended_at IS NULL"),
        ),
    )

    @property
    def gives(self) -> frozenset[str]:
        """The shifts of which the person would give one."""
        return frozenset(each.shift_id for each in self.shifts if each.is_given)

    @property
    def wants(self) -> frozenset[str]:
        """The shifts of which the person would take one."""
        return frozenset(each.shift_id for each in self.shifts if not each.is_given)


class TradeWishShift(Model):
    """One shift of a wish: to give, or to get."""

    __tablename__ = "trade_wish_shift"

    wish_id: Mapped[str] = mapped_column(sa.ForeignKey("trade_wish.id", ondelete="CASCADE"), primary_key=True)
    shift_id: Mapped[str] = mapped_column(sa.ForeignKey("shift.id", ondelete="CASCADE"), primary_key=True)
    is_given: Mapped[bool]


class Round(Model):
    """A change of shifts among several, proposed to all of them: made when everyone says yes, or not at all.

    Its states are those of a swap; it ends at `lapses_at` at the latest.
    """

    __tablename__ = "round"

    id: Mapped[str] = id_column()
    state: Mapped[str] = mapped_column(sa.String(10), default=SwapState.ASKED, index=True)
    asked_at: Mapped[datetime] = mapped_column(Instant)
    lapses_at: Mapped[datetime] = mapped_column(Instant)
    plan: Mapped[str | None] = mapped_column(sa.String(32))
    approved_by_id: Mapped[str | None] = mapped_column(sa.ForeignKey("person.id", ondelete="SET NULL"))
    ended_at: Mapped[datetime | None] = mapped_column(Instant)

    trades: Mapped[list[Trade]] = relationship(
        cascade="all, delete-orphan", lazy="selectin", order_by="Trade.person_id"
    )


class Trade(Model):
    """One person's part of a round: which shift they give and which they get; each says yes for themselves."""

    __tablename__ = "trade"

    id: Mapped[str] = id_column()
    round_id: Mapped[str] = mapped_column(sa.ForeignKey("round.id", ondelete="CASCADE"), index=True)
    wish_id: Mapped[str] = mapped_column(sa.ForeignKey("trade_wish.id", ondelete="CASCADE"), index=True)
    person_id: Mapped[str] = mapped_column(sa.ForeignKey("person.id", ondelete="CASCADE"), index=True)
    gives_id: Mapped[str] = mapped_column(sa.ForeignKey("shift.id", ondelete="CASCADE"), index=True)
    gets_id: Mapped[str] = mapped_column(sa.ForeignKey("shift.id", ondelete="CASCADE"), index=True)
    agreed_at: Mapped[datetime | None] = mapped_column(Instant)

    __table_args__ = (
        sa.UniqueConstraint("round_id", "person_id"),
        sa.CheckConstraint("gives_id <> gets_id", name="two_shifts"),
    )

"""Shifts that change hands among several, and places that somebody took late."""

import sqlalchemy as sa
from alembic import op


revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None

GOING_ON = sa.text("ended_at IS NULL")


def upgrade() -> None:
    """Go forward."""
    op.add_column("assignment", sa.Column("is_taken_late", sa.Boolean(), server_default=sa.false(), nullable=False))
    op.add_column("draft", sa.Column("knows_until", sa.DateTime(timezone=True), nullable=True))
    op.create_table(
        "trade_wish",
        sa.Column("id", sa.String(length=12), nullable=False),
        sa.Column("person_id", sa.String(length=12), nullable=False),
        sa.Column("state", sa.String(length=10), nullable=False),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_trade_wish_person_id"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_trade_wish")),
    )
    op.create_index(op.f("ix_trade_wish_person_id"), "trade_wish", ["person_id"])
    op.create_index(
        "uq_trade_wish_open",
        "trade_wish",
        ["person_id"],
        unique=True,
        sqlite_where=GOING_ON,
        postgresql_where=GOING_ON,
    )
    op.create_table(
        "trade_wish_shift",
        sa.Column("wish_id", sa.String(length=12), nullable=False),
        sa.Column("shift_id", sa.String(length=12), nullable=False),
        sa.Column("is_given", sa.Boolean(), nullable=False),
        sa.ForeignKeyConstraint(
            ["shift_id"], ["shift.id"], name=op.f("fk_trade_wish_shift_shift_id"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["wish_id"], ["trade_wish.id"], name=op.f("fk_trade_wish_shift_wish_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("wish_id", "shift_id", name=op.f("pk_trade_wish_shift")),
    )
    op.create_table(
        "round",
        sa.Column("id", sa.String(length=12), nullable=False),
        sa.Column("state", sa.String(length=10), nullable=False),
        sa.Column("asked_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("lapses_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("approved_by_id", sa.String(length=12), nullable=True),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["approved_by_id"], ["person.id"], name=op.f("fk_round_approved_by_id"), ondelete="SET NULL"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_round")),
    )
    op.create_index(op.f("ix_round_state"), "round", ["state"])
    op.create_table(
        "trade",
        sa.Column("id", sa.String(length=12), nullable=False),
        sa.Column("round_id", sa.String(length=12), nullable=False),
        sa.Column("wish_id", sa.String(length=12), nullable=False),
        sa.Column("person_id", sa.String(length=12), nullable=False),
        sa.Column("gives_id", sa.String(length=12), nullable=False),
        sa.Column("gets_id", sa.String(length=12), nullable=False),
        sa.Column("agreed_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint("gives_id <> gets_id", name=op.f("ck_trade_two_shifts")),
        sa.ForeignKeyConstraint(["gets_id"], ["shift.id"], name=op.f("fk_trade_gets_id"), ondelete="CASCADE"),
        sa.ForeignKeyConstraint(["gives_id"], ["shift.id"], name=op.f("fk_trade_gives_id"), ondelete="CASCADE"),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_trade_person_id"), ondelete="CASCADE"),
        sa.ForeignKeyConstraint(["round_id"], ["round.id"], name=op.f("fk_trade_round_id"), ondelete="CASCADE"),
        sa.ForeignKeyConstraint(["wish_id"], ["trade_wish.id"], name=op.f("fk_trade_wish_id"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_trade")),
        sa.UniqueConstraint("round_id", "person_id", name=op.f("uq_trade_round_id_person_id")),
    )
    for name in ("round_id", "wish_id", "person_id", "gives_id", "gets_id"):
        op.create_index(op.f(f"ix_trade_{name}"), "trade", [name])


def downgrade() -> None:
    """Go back."""
    for name in ("trade", "round", "trade_wish_shift", "trade_wish"):
        op.drop_table(name)
    op.drop_column("draft", "knows_until")
    op.drop_column("assignment", "is_taken_late")

"""Forms that count once, and whose an open history is."""

import sqlalchemy as sa
from alembic import op


revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Go forward."""
    op.create_table(
        "sent_form",
        sa.Column("id", sa.String(length=64), nullable=False),
        sa.Column("day_on", sa.Date(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_sent_form")),
        sqlite_with_rowid=False,
    )
    op.create_index(op.f("ix_sent_form_day_on"), "sent_form", ["day_on"], unique=False)
    op.drop_table("opened")  # what is open closes within minutes anyway
    _make_opened(sa.Column("owner", sa.String(length=64), nullable=False))
    op.create_index(op.f("ix_opened_owner"), "opened", ["owner"], unique=False)


def _make_opened(*more: sa.Column) -> None:
    op.create_table(
        "opened",
        sa.Column("id", sa.String(length=64), nullable=False),
        *more,
        sa.Column("sealed", sa.LargeBinary(), nullable=False),
        sa.Column("ends_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_opened")),
        sqlite_with_rowid=False,
    )
    op.create_index(op.f("ix_opened_ends_at"), "opened", ["ends_at"], unique=False)


def downgrade() -> None:
    """Go back."""
    op.drop_table("opened")
    _make_opened()
    op.drop_table("sent_form")

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


def downgrade() -> None:
    """Go back."""
    op.drop_column("draft", "knows_until")
    op.drop_column("assignment", "is_taken_late")

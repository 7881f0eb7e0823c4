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


def downgrade() -> None:
    """Go back."""
    op.drop_column("assignment", "is_taken_late")

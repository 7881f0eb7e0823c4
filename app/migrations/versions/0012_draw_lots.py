"""A draw keeps the order of its lots, so that anybody can check it."""

import sqlalchemy as sa
from alembic import op


revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Go forward."""
    op.add_column("draw", sa.Column("lots", sa.Text(), nullable=True))


def downgrade() -> None:
    """Go back."""
    op.drop_column("draw", "lots")

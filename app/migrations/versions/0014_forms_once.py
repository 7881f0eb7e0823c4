"""What was on the form of an expense or a slip, so that a used form with something else on it is told apart."""

import sqlalchemy as sa
from alembic import op


revision = "0014"
down_revision = "0013"
branch_labels = None
depends_on = None

TABLES = ("expense", "cash_slip")


def upgrade() -> None:
    """Go forward."""
    for table in TABLES:
        op.add_column(table, sa.Column("request_hash", sa.String(length=64), nullable=True))


def downgrade() -> None:
    """Go back."""
    for table in TABLES:
        op.drop_column(table, "request_hash")

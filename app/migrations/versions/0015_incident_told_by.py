"""Who told that something happened: only they take it back."""

import sqlalchemy as sa
from alembic import op


revision = "0015"
down_revision = "0014"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Go forward."""
    op.add_column("incident", sa.Column("told_by_id", sa.String(length=12), nullable=True))


def downgrade() -> None:
    """Go back."""
    op.drop_column("incident", "told_by_id")

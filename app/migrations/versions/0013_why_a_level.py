"""A level that is set by hand, and not by the steps of the path, is kept with why."""

import sqlalchemy as sa
from alembic import op


revision = "0013"
down_revision = "0012"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Go forward."""
    op.add_column("level_change", sa.Column("reason", sa.String(length=200), nullable=True))


def downgrade() -> None:
    """Go back."""
    op.drop_column("level_change", "reason")

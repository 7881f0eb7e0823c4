"""Whoever is on a shift was told some time and place of it: where nothing was noted, those that it has now."""

import sqlalchemy as sa
from alembic import op


revision = "0018"
down_revision = "0017"
branch_labels = None
depends_on = None

TOLD = (
    ("told_starts_at", "starts_at", sa.DateTime(timezone=True)),
    ("told_ends_at", "ends_at", sa.DateTime(timezone=True)),
    ("told_site_id", "site_id", sa.String(length=12)),
)


def upgrade() -> None:
    """Go forward."""
    for told, now, _ in TOLD:
        op.execute(
            f"UPDATE assignment SET {told} = (SELECT shift.{now} FROM shift WHERE shift.id = assignment.shift_id) "
            f"WHERE {told} IS NULL"
        )
    with op.batch_alter_table("assignment", schema=None) as batch_op:
        for told, _, kind in TOLD:
            batch_op.alter_column(told, existing_type=kind, nullable=False)


def downgrade() -> None:
    """Go back."""
    with op.batch_alter_table("assignment", schema=None) as batch_op:
        for told, _, kind in TOLD:
            batch_op.alter_column(told, existing_type=kind, nullable=True)

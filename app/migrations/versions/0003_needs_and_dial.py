"""What everyone must hold who does a kind of service; whether a person would like fewer or more hours."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"


def upgrade() -> None:
    """Add the table and the column."""
    op.create_table(
        "service_need",
        sa.Column("service_id", sa.String(length=12), nullable=False),
        sa.Column("skill_id", sa.String(length=12), nullable=False),
        sa.ForeignKeyConstraint(
            ["service_id"], ["service.id"], name="fk_service_need_service_id", ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(["skill_id"], ["skill.id"], name="fk_service_need_skill_id"),
        sa.PrimaryKeyConstraint("service_id", "skill_id", name="pk_service_need"),
    )
    op.add_column("person", sa.Column("hours_dial", sa.String(length=8), nullable=False, server_default="same"))


def downgrade() -> None:
    """Take both away."""
    op.drop_column("person", "hours_dial")
    op.drop_table("service_need")

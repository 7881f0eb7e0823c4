"""How demanding a piece of work was is kept with it: a service that is weighed anew changes no work of before."""

import sqlalchemy as sa
from alembic import op


revision = "0016"
down_revision = "0015"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Go forward."""
    op.add_column("attendance", sa.Column("demanding", sa.Integer(), nullable=False, server_default="0"))
    op.execute(
        "UPDATE attendance SET demanding = COALESCE((SELECT service.demanding FROM service WHERE service.id = "
        "COALESCE((SELECT shift.service_id FROM shift WHERE shift.id = attendance.shift_id), attendance.service_id)"
        "), 0)"
    )


def downgrade() -> None:
    """Go back."""
    op.drop_column("attendance", "demanding")

"""How often a history was tried of late, here instead of in the main database."""

import sqlalchemy as sa
from alembic import op


revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Go forward."""
    op.create_table(
        "own_try",
        sa.Column("owner", sa.String(length=64), nullable=False),
        sa.Column("tries", sa.Integer(), nullable=False),
        sa.Column("ends_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("owner", name=op.f("pk_own_try")),
        sqlite_with_rowid=False,
    )
    op.create_index(op.f("ix_own_try_ends_at"), "own_try", ["ends_at"], unique=False)


def downgrade() -> None:
    """Go back."""
    op.drop_table("own_try")

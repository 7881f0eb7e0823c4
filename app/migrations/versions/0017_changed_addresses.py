"""When an address was changed, and those before it, so that a link to a new one undoes nothing for good at once."""

import sqlalchemy as sa
from alembic import op


revision = "0017"
down_revision = "0016"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Go forward."""
    op.add_column("person", sa.Column("former_emails", sa.LargeBinary(), nullable=True))
    op.add_column("person", sa.Column("address_changed_at", sa.DateTime(timezone=True), nullable=True))


def downgrade() -> None:
    """Go back."""
    op.drop_column("person", "address_changed_at")
    op.drop_column("person", "former_emails")

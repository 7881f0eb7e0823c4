"""Taking, giving back, changing and waiting for shifts."""

import sqlalchemy as sa
from alembic import op


revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Go forward."""
    op.create_table(
        "site_terms",
        sa.Column("site_id", sa.String(length=12), nullable=False),
        sa.Column("first_hours", sa.Integer(), nullable=False),
        sa.Column("open_hours", sa.Integer(), nullable=False),
        sa.Column("has_draw", sa.Boolean(), nullable=False),
        sa.Column("week_quota", sa.Integer(), nullable=True),
        sa.Column("asks_all", sa.Boolean(), nullable=False),
        sa.Column("ask_minutes", sa.Integer(), nullable=False),
        sa.Column("stays_listed", sa.Boolean(), nullable=False),
        sa.Column("needs_coordinator", sa.Boolean(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.CheckConstraint("ask_minutes BETWEEN 5 AND 1440", name=op.f("ck_site_terms_ask_minutes")),
        sa.CheckConstraint("first_hours >= 0 AND open_hours >= 0", name=op.f("ck_site_terms_hours")),
        sa.CheckConstraint("week_quota IS NULL OR week_quota >= 1", name=op.f("ck_site_terms_week_quota")),
        sa.ForeignKeyConstraint(["site_id"], ["site.id"], name=op.f("fk_site_terms_site_id"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("site_id", name=op.f("pk_site_terms")),
    )
    op.create_table(
        "cover",
        sa.Column("id", sa.String(length=12), nullable=False),
        sa.Column("shift_id", sa.String(length=12), nullable=False),
        sa.Column("person_id", sa.String(length=12), nullable=False),
        sa.Column("state", sa.String(length=10), nullable=False),
        sa.Column("is_listed", sa.Boolean(), nullable=False),
        sa.Column("is_urgent", sa.Boolean(), nullable=False),
        sa.Column("opened_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("by_id", sa.String(length=12), nullable=True),
        sa.Column("taken_by_id", sa.String(length=12), nullable=True),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["by_id"], ["person.id"], name=op.f("fk_cover_by_id"), ondelete="SET NULL"),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_cover_person_id"), ondelete="CASCADE"),
        sa.ForeignKeyConstraint(["shift_id"], ["shift.id"], name=op.f("fk_cover_shift_id"), ondelete="CASCADE"),
        sa.ForeignKeyConstraint(["taken_by_id"], ["person.id"], name=op.f("fk_cover_taken_by_id"), ondelete="SET NULL"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_cover")),
    )
    with op.batch_alter_table("cover", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_cover_person_id"), ["person_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_cover_shift_id"), ["shift_id"], unique=False)
        batch_op.create_index(
            "uq_cover_open",
            ["shift_id", "person_id"],
            unique=True,
            sqlite_where=sa.text("ended_at IS NULL"),
            postgresql_where=sa.text("ended_at IS NULL"),
        )

    op.create_table(
        "draw",
        sa.Column("shift_id", sa.String(length=12), nullable=False),
        sa.Column("seed", sa.String(length=32), nullable=False),
        sa.Column("closes_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("drawn_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["shift_id"], ["shift.id"], name=op.f("fk_draw_shift_id"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("shift_id", name=op.f("pk_draw")),
    )
    op.create_table(
        "swap",
        sa.Column("id", sa.String(length=12), nullable=False),
        sa.Column("person_id", sa.String(length=12), nullable=False),
        sa.Column("shift_id", sa.String(length=12), nullable=False),
        sa.Column("other_person_id", sa.String(length=12), nullable=False),
        sa.Column("other_shift_id", sa.String(length=12), nullable=True),
        sa.Column("state", sa.String(length=10), nullable=False),
        sa.Column("asked_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("lapses_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("person_agreed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("other_agreed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("by_id", sa.String(length=12), nullable=True),
        sa.Column("approved_by_id", sa.String(length=12), nullable=True),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint("other_person_id <> person_id", name=op.f("ck_swap_two_people")),
        sa.ForeignKeyConstraint(
            ["approved_by_id"], ["person.id"], name=op.f("fk_swap_approved_by_id"), ondelete="SET NULL"
        ),
        sa.ForeignKeyConstraint(["by_id"], ["person.id"], name=op.f("fk_swap_by_id"), ondelete="SET NULL"),
        sa.ForeignKeyConstraint(
            ["other_person_id"], ["person.id"], name=op.f("fk_swap_other_person_id"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["other_shift_id"], ["shift.id"], name=op.f("fk_swap_other_shift_id"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_swap_person_id"), ondelete="CASCADE"),
        sa.ForeignKeyConstraint(["shift_id"], ["shift.id"], name=op.f("fk_swap_shift_id"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_swap")),
    )
    with op.batch_alter_table("swap", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_swap_other_person_id"), ["other_person_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_swap_person_id"), ["person_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_swap_shift_id"), ["shift_id"], unique=False)
        batch_op.create_index(
            "uq_swap_pending",
            ["person_id", "shift_id", "other_person_id"],
            unique=True,
            sqlite_where=sa.text("ended_at IS NULL"),
            postgresql_where=sa.text("ended_at IS NULL"),
        )

    op.create_table(
        "wait",
        sa.Column("id", sa.String(length=12), nullable=False),
        sa.Column("shift_id", sa.String(length=12), nullable=False),
        sa.Column("person_id", sa.String(length=12), nullable=False),
        sa.Column("state", sa.String(length=10), nullable=False),
        sa.Column("since_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_wait_person_id"), ondelete="CASCADE"),
        sa.ForeignKeyConstraint(["shift_id"], ["shift.id"], name=op.f("fk_wait_shift_id"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_wait")),
    )
    with op.batch_alter_table("wait", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_wait_person_id"), ["person_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_wait_shift_id"), ["shift_id"], unique=False)
        batch_op.create_index(
            "uq_wait_open",
            ["shift_id", "person_id"],
            unique=True,
            sqlite_where=sa.text("ended_at IS NULL"),
            postgresql_where=sa.text("ended_at IS NULL"),
        )

    op.create_table(
        "ask",
        sa.Column("id", sa.String(length=12), nullable=False),
        sa.Column("kind", sa.String(length=8), nullable=False),
        sa.Column("shift_id", sa.String(length=12), nullable=False),
        sa.Column("person_id", sa.String(length=12), nullable=False),
        sa.Column("cover_id", sa.String(length=12), nullable=True),
        sa.Column("state", sa.String(length=10), nullable=False),
        sa.Column("asked_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("lapses_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("answered_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["cover_id"], ["cover.id"], name=op.f("fk_ask_cover_id"), ondelete="CASCADE"),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_ask_person_id"), ondelete="CASCADE"),
        sa.ForeignKeyConstraint(["shift_id"], ["shift.id"], name=op.f("fk_ask_shift_id"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_ask")),
    )
    with op.batch_alter_table("ask", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_ask_cover_id"), ["cover_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_ask_person_id"), ["person_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_ask_shift_id"), ["shift_id"], unique=False)
        batch_op.create_index(
            "uq_ask_open",
            ["shift_id", "person_id"],
            unique=True,
            sqlite_where=sa.text("state = 'asked'"),
            postgresql_where=sa.text("state = 'asked'"),
        )


def downgrade() -> None:
    """Go back."""
    with op.batch_alter_table("ask", schema=None) as batch_op:
        batch_op.drop_index(
            "uq_ask_open", sqlite_where=sa.text("state = 'asked'"), postgresql_where=sa.text("state = 'asked'")
        )
        batch_op.drop_index(batch_op.f("ix_ask_shift_id"))
        batch_op.drop_index(batch_op.f("ix_ask_person_id"))
        batch_op.drop_index(batch_op.f("ix_ask_cover_id"))

    op.drop_table("ask")
    with op.batch_alter_table("wait", schema=None) as batch_op:
        batch_op.drop_index(
            "uq_wait_open", sqlite_where=sa.text("ended_at IS NULL"), postgresql_where=sa.text("ended_at IS NULL")
        )
        batch_op.drop_index(batch_op.f("ix_wait_shift_id"))
        batch_op.drop_index(batch_op.f("ix_wait_person_id"))

    op.drop_table("wait")
    with op.batch_alter_table("swap", schema=None) as batch_op:
        batch_op.drop_index(
            "uq_swap_pending", sqlite_where=sa.text("ended_at IS NULL"), postgresql_where=sa.text("ended_at IS NULL")
        )
        batch_op.drop_index(batch_op.f("ix_swap_shift_id"))
        batch_op.drop_index(batch_op.f("ix_swap_person_id"))
        batch_op.drop_index(batch_op.f("ix_swap_other_person_id"))

    op.drop_table("swap")
    op.drop_table("draw")
    with op.batch_alter_table("cover", schema=None) as batch_op:
        batch_op.drop_index(
            "uq_cover_open", sqlite_where=sa.text("ended_at IS NULL"), postgresql_where=sa.text("ended_at IS NULL")
        )
        batch_op.drop_index(batch_op.f("ix_cover_shift_id"))
        batch_op.drop_index(batch_op.f("ix_cover_person_id"))

    op.drop_table("cover")
    op.drop_table("site_terms")

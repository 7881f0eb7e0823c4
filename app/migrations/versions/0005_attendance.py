"""Attendance."""

import sqlalchemy as sa
from alembic import op


revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Go forward."""
    op.create_table(
        "attendance",
        sa.Column("id", sa.String(length=12), nullable=False),
        sa.Column("person_id", sa.String(length=12), nullable=False),
        sa.Column("shift_id", sa.String(length=12), nullable=True),
        sa.Column("activity", sa.String(length=16), nullable=False),
        sa.Column("site_id", sa.String(length=12), nullable=True),
        sa.Column("service_id", sa.String(length=12), nullable=True),
        sa.Column("level", sa.String(length=16), nullable=False),
        sa.Column("note", sa.String(length=120), nullable=True),
        sa.Column("day_on", sa.Date(), nullable=False),
        sa.Column("arrived_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("left_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("state", sa.String(length=8), nullable=False),
        sa.Column("is_exact", sa.Boolean(), nullable=False),
        sa.Column("noted_via", sa.String(length=12), nullable=False),
        sa.Column("noted_by_id", sa.String(length=12), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("changed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.CheckConstraint("activity <> 'shift' OR shift_id IS NOT NULL", name=op.f("ck_attendance_shift")),
        sa.CheckConstraint(
            "state <> 'absent' OR (arrived_at IS NULL AND left_at IS NULL)", name=op.f("ck_attendance_absent")
        ),
        sa.CheckConstraint(
            "state <> 'here' OR (arrived_at IS NOT NULL AND left_at IS NULL)", name=op.f("ck_attendance_here")
        ),
        sa.CheckConstraint(
            "state <> 'left' OR (arrived_at IS NOT NULL AND left_at IS NOT NULL)", name=op.f("ck_attendance_left")
        ),
        sa.CheckConstraint("left_at >= arrived_at", name=op.f("ck_attendance_times")),
        sa.ForeignKeyConstraint(["noted_by_id"], ["person.id"], name=op.f("fk_attendance_noted_by_id")),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_attendance_person_id")),
        sa.ForeignKeyConstraint(["service_id"], ["service.id"], name=op.f("fk_attendance_service_id")),
        sa.ForeignKeyConstraint(["shift_id"], ["shift.id"], name=op.f("fk_attendance_shift_id")),
        sa.ForeignKeyConstraint(["site_id"], ["site.id"], name=op.f("fk_attendance_site_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_attendance")),
    )
    with op.batch_alter_table("attendance", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_attendance_changed_at"), ["changed_at"], unique=False)
        batch_op.create_index(batch_op.f("ix_attendance_day_on"), ["day_on"], unique=False)
        batch_op.create_index(batch_op.f("ix_attendance_person_id"), ["person_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_attendance_shift_id"), ["shift_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_attendance_state"), ["state"], unique=False)
        batch_op.create_index(
            "uq_attendance_of_shift",
            ["shift_id", "person_id", "activity"],
            unique=True,
            sqlite_where=sa.text("shift_id IS NOT NULL"),
            postgresql_where=sa.text("shift_id IS NOT NULL"),
        )

    op.create_table(
        "attendance_correction",
        sa.Column("id", sa.String(length=12), nullable=False),
        sa.Column("attendance_id", sa.String(length=12), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("state", sa.String(length=8), nullable=False),
        sa.Column("arrived_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("left_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("is_exact", sa.Boolean(), nullable=False),
        sa.Column("noted_via", sa.String(length=12), nullable=False),
        sa.Column("noted_by_id", sa.String(length=12), nullable=True),
        sa.Column("reason", sa.String(length=200), nullable=False),
        sa.Column("by_id", sa.String(length=12), nullable=True),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["attendance_id"], ["attendance.id"], name=op.f("fk_attendance_correction_attendance_id")
        ),
        sa.ForeignKeyConstraint(["by_id"], ["person.id"], name=op.f("fk_attendance_correction_by_id")),
        sa.ForeignKeyConstraint(["noted_by_id"], ["person.id"], name=op.f("fk_attendance_correction_noted_by_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_attendance_correction")),
        sa.UniqueConstraint("attendance_id", "version", name=op.f("uq_attendance_correction_attendance_id_version")),
    )


def downgrade() -> None:
    """Go back."""
    op.drop_table("attendance_correction")
    with op.batch_alter_table("attendance", schema=None) as batch_op:
        batch_op.drop_index(
            "uq_attendance_of_shift",
            sqlite_where=sa.text("shift_id IS NOT NULL"),
            postgresql_where=sa.text("shift_id IS NOT NULL"),
        )
        batch_op.drop_index(batch_op.f("ix_attendance_state"))
        batch_op.drop_index(batch_op.f("ix_attendance_shift_id"))
        batch_op.drop_index(batch_op.f("ix_attendance_person_id"))
        batch_op.drop_index(batch_op.f("ix_attendance_day_on"))
        batch_op.drop_index(batch_op.f("ix_attendance_changed_at"))

    op.drop_table("attendance")

"""Ballots and figures of the whole group, and the words of longer questionnaires."""

import sqlalchemy as sa
from alembic import op


revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Go forward."""
    op.create_table(
        "team_window",
        sa.Column("starts_on", sa.Date(), nullable=False),
        sa.Column("ends_on", sa.Date(), nullable=False),
        sa.Column("public_key", sa.LargeBinary(), nullable=False),
        sa.Column("groups", sa.JSON(), nullable=False),
        sa.PrimaryKeyConstraint("starts_on", name=op.f("pk_team_window")),
    )
    op.create_table(
        "team_half",
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column("starts_on", sa.Date(), nullable=False),
        sa.Column("holder_id", sa.String(length=12), nullable=False),
        sa.Column("partner_id", sa.String(length=12), nullable=False),
        sa.Column("is_handed", sa.Boolean(), nullable=False),
        sa.Column("sealed", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_team_half")),
        sa.UniqueConstraint(
            "starts_on",
            "holder_id",
            "partner_id",
            "is_handed",
            name=op.f("uq_team_half_starts_on_holder_id_partner_id_is_handed"),
        ),
        sqlite_with_rowid=False,
    )
    op.create_index(op.f("ix_team_half_starts_on"), "team_half", ["starts_on"], unique=False)
    op.create_table(
        "ballot",
        sa.Column("voter", sa.String(length=64), nullable=False),
        sa.Column("starts_on", sa.Date(), nullable=False),
        sa.Column("sealed", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("voter", name=op.f("pk_ballot")),
        sqlite_with_rowid=False,
    )
    op.create_index(op.f("ix_ballot_starts_on"), "ballot", ["starts_on"], unique=False)
    op.create_table(
        "team_figure",
        sa.Column("starts_on", sa.Date(), nullable=False),
        sa.Column("audience", sa.String(length=8), nullable=False),
        sa.Column("group_name", sa.String(length=20), nullable=False),
        sa.Column("ends_on", sa.Date(), nullable=False),
        sa.Column("level", sa.String(length=12), nullable=True),
        sa.Column("about", sa.Integer(), nullable=False),
        sa.Column("members", sa.JSON(), nullable=False),
        sa.PrimaryKeyConstraint("starts_on", "audience", "group_name", name=op.f("pk_team_figure")),
    )
    op.create_table(
        "pack",
        sa.Column("key", sa.String(length=20), nullable=False),
        sa.Column("notice", sa.String(length=600), nullable=False),
        sa.Column("questions", sa.JSON(), nullable=False),
        sa.Column("loaded_on", sa.Date(), nullable=False),
        sa.PrimaryKeyConstraint("key", name=op.f("pk_pack")),
    )
    _freeze()


def _freeze() -> None:
    """What was published stays as it is."""
    if op.get_bind().dialect.name == "sqlite":
        for event in ("UPDATE", "DELETE"):
            op.execute(
                f"CREATE TRIGGER team_figure_no_{event.lower()} BEFORE {event} ON team_figure "
                "BEGIN SELECT RAISE(ABORT, 'team_figure is published'); END"
            )
        return
    op.execute(
        "CREATE FUNCTION team_figure_refuse() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN "
        "RAISE EXCEPTION USING MESSAGE = 'team_figure is published', ERRCODE = '23000'; END $$"
    )
    for name, when in (("kept", "UPDATE OR DELETE"), ("no_truncate", "TRUNCATE")):
        row = "STATEMENT" if when == "TRUNCATE" else "ROW"
        op.execute(
            f"CREATE TRIGGER team_figure_{name} BEFORE {when} ON team_figure FOR EACH {row} "
            "EXECUTE FUNCTION team_figure_refuse()"
        )


def downgrade() -> None:
    """Go back."""
    if op.get_bind().dialect.name == "sqlite":
        op.execute("DROP TRIGGER team_figure_no_update")
        op.execute("DROP TRIGGER team_figure_no_delete")
    else:
        op.execute("DROP FUNCTION team_figure_refuse() CASCADE")
    for table in ("pack", "team_figure", "ballot", "team_half", "team_window"):
        op.drop_table(table)

"""Pay: rates, the ledger, honoraria, payouts, floats, expenses and funds; what has happened is only added to."""

import sqlalchemy as sa
from alembic import op


revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None

# Rows of these are only ever added; after each table, the columns that name a row.
APPEND_ONLY = {
    "pay_rate": ("id", "number"),
    "pay_terms": ("id", "number"),
    "fund_share": ("id", "number"),
    "ledger_account": ("id", "code"),
    "ledger_entry": ("id", "number", "key"),
    "ledger_posting": (),
    "cash_slip": ("id",),
    "payee_name_read": ("id",),
}
# Rows of these change only as the conditions after them do not say, and are never deleted.
GUARDED = {
    "payout": """
        OLD.state IN ('cancelled', 'void')
        OR (OLD.state = 'paid' AND NEW.state <> 'void')
        OR (NEW.state = 'sending' AND OLD.state NOT IN ('approved', 'sending'))
        OR (NEW.state = 'paid' AND OLD.state NOT IN ('sending', 'unknown'))
        OR (OLD.state = 'paid' AND NEW.payer_id <> OLD.payer_id)
        OR (OLD.entry_id IS NOT NULL AND NEW.entry_id IS DISTINCT FROM OLD.entry_id)
        OR (OLD.approver_id IS NOT NULL AND NEW.approver_id IS DISTINCT FROM OLD.approver_id)
        OR (OLD.second_id IS NOT NULL AND NEW.second_id IS DISTINCT FROM OLD.second_id)
        OR NEW.id <> OLD.id OR NEW.key <> OLD.key OR NEW.request_hash <> OLD.request_hash
        OR NEW.person_id <> OLD.person_id OR NEW.minor <> OLD.minor OR NEW.refund_minor <> OLD.refund_minor
        OR NEW.currency <> OLD.currency OR NEW.second_above <> OLD.second_above
    """,
    "honorarium": """
        OLD.voided_at IS NOT NULL
        OR NEW.id <> OLD.id OR NEW.record_id <> OLD.record_id OR NEW.person_id <> OLD.person_id
        OR NEW.minor <> OLD.minor OR NEW.currency <> OLD.currency OR NEW.standing <> OLD.standing
        OR NEW.day_on <> OLD.day_on OR NEW.entry_id IS DISTINCT FROM OLD.entry_id
    """,
}
UNBALANCED = """
    (SELECT count(*) FROM ledger_posting WHERE entry_id = {entry}) <> {size}
    OR EXISTS (SELECT 1 FROM ledger_posting WHERE entry_id = {entry} GROUP BY currency HAVING sum(minor) <> 0)
"""


def _add_triggers() -> None:
    if op.get_bind().dialect.name == "sqlite":
        _add_sqlite_triggers()
    else:
        _add_postgresql_triggers()


def _add_sqlite_triggers() -> None:
    for table, names in APPEND_ONLY.items():
        _sqlite_trigger(f"{table}_no_update", f"BEFORE UPDATE ON {table}", "is only ever added to", table)
        _sqlite_trigger(f"{table}_no_delete", f"BEFORE DELETE ON {table}", "is only ever added to", table)
        if names:
            same = " OR ".join(f"{name} = NEW.{name}" for name in names)
            when = f"BEFORE INSERT ON {table} WHEN EXISTS (SELECT 1 FROM {table} WHERE {same})"
            _sqlite_trigger(f"{table}_no_replace", when, "is only ever added to", table)
    for table, condition in GUARDED.items():
        _sqlite_trigger(f"{table}_guarded", f"BEFORE UPDATE ON {table} WHEN {condition}", "is settled", table)
        _sqlite_trigger(f"{table}_no_delete", f"BEFORE DELETE ON {table}", "is never deleted", table)
        when = f"BEFORE INSERT ON {table} WHEN EXISTS (SELECT 1 FROM {table} WHERE id = NEW.id)"
        _sqlite_trigger(f"{table}_no_replace", when, "is never replaced", table)
    # Postings come first and their entry closes them; a posting without an entry fails at the commit (foreign key).
    closed = "BEFORE INSERT ON ledger_posting WHEN EXISTS (SELECT 1 FROM ledger_entry WHERE id = NEW.entry_id)"
    _sqlite_trigger("ledger_posting_closed", closed, "entry is written already", "ledger_posting")
    unbalanced = UNBALANCED.format(entry="NEW.id", size="NEW.size")
    _sqlite_trigger(
        "ledger_entry_balanced",
        f"BEFORE INSERT ON ledger_entry WHEN {unbalanced}",
        "does not sum to zero",
        "ledger_entry",
    )


def _sqlite_trigger(name: str, when: str, words: str, table: str) -> None:
    op.execute(f"CREATE TRIGGER {name} {when} BEGIN SELECT RAISE(ABORT, '{table} {words}'); END")


def _add_postgresql_triggers() -> None:
    _function(
        "evenhand_refuse", "RAISE EXCEPTION USING MESSAGE = TG_TABLE_NAME || ' refuses this change', ERRCODE = '23000';"
    )
    for table in (*APPEND_ONLY, *GUARDED):
        events = "UPDATE OR DELETE" if table in APPEND_ONLY else "DELETE"
        op.execute(_refusing(f"{table}_kept", f"BEFORE {events} ON {table} FOR EACH ROW"))
        op.execute(_refusing(f"{table}_no_truncate", f"BEFORE TRUNCATE ON {table} FOR EACH STATEMENT"))
    for table, condition in GUARDED.items():
        op.execute(_refusing(f"{table}_guarded", f"BEFORE UPDATE ON {table} FOR EACH ROW WHEN ({condition})"))
    written = "(SELECT size FROM ledger_entry WHERE id = about)"
    _function(
        "evenhand_balanced",
        f"""
        IF TG_TABLE_NAME = 'ledger_entry' THEN about = NEW.id; ELSE about = NEW.entry_id; END IF;
        IF {UNBALANCED.format(entry="about", size=written)} THEN
            RAISE EXCEPTION USING MESSAGE = 'an entry of the ledger does not sum to zero', ERRCODE = '23000';
        END IF;
        RETURN NULL;
        """,
        "DECLARE about varchar;",
    )
    for table in ("ledger_entry", "ledger_posting"):
        op.execute(
            f"CREATE CONSTRAINT TRIGGER {table}_balanced AFTER INSERT ON {table} DEFERRABLE INITIALLY DEFERRED "
            "FOR EACH ROW EXECUTE FUNCTION evenhand_balanced()"
        )


def _function(name: str, body: str, declare: str = "") -> None:
    op.execute(f"CREATE FUNCTION {name}() RETURNS trigger LANGUAGE plpgsql AS $$ {declare} BEGIN {body} END $$")


def _refusing(name: str, when: str) -> str:
    return f"CREATE TRIGGER {name} {when} EXECUTE FUNCTION evenhand_refuse()"


def _drop_triggers() -> None:
    # SQLite drops the triggers of a table with it, and its rows go without asking them.
    if op.get_bind().dialect.name != "sqlite":
        op.execute("DROP FUNCTION evenhand_refuse() CASCADE")
        op.execute("DROP FUNCTION evenhand_balanced() CASCADE")
    else:
        names = [*APPEND_ONLY, *GUARDED]
        listed = ", ".join(f"'{name}'" for name in names)
        found = op.get_bind().exec_driver_sql(
            f"SELECT name FROM sqlite_master WHERE type = 'trigger' AND tbl_name IN ({listed})"
        )
        for (name,) in found.all():
            op.execute(f"DROP TRIGGER {name}")


def upgrade() -> None:
    """Go forward."""
    op.create_table(
        "accrual_mark",
        sa.Column("id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("changed_until", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_accrual_mark")),
    )
    op.create_table(
        "fund",
        sa.Column("id", sa.String(length=12), nullable=False),
        sa.Column("code", sa.String(length=32), nullable=False),
        sa.Column("name", sa.String(length=80), nullable=False),
        sa.Column("starts_on", sa.Date(), nullable=False),
        sa.Column("ends_on", sa.Date(), nullable=False),
        sa.Column("budget", sa.BigInteger(), nullable=False),
        sa.Column("categories", sa.JSON(), nullable=False),
        sa.Column("is_active", sa.Boolean(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.CheckConstraint("budget >= 0", name=op.f("ck_fund_budget")),
        sa.CheckConstraint("ends_on >= starts_on", name=op.f("ck_fund_days")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_fund")),
        sa.UniqueConstraint("code", name=op.f("uq_fund_code")),
        sa.UniqueConstraint("name", name=op.f("uq_fund_name")),
    )
    op.create_table(
        "cash_float",
        sa.Column("id", sa.String(length=12), nullable=False),
        sa.Column("name", sa.String(length=80), nullable=False),
        sa.Column("custodian_id", sa.String(length=12), nullable=False),
        sa.Column("currency", sa.String(length=3), nullable=False),
        sa.Column("opened_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("closed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["custodian_id"], ["person.id"], name=op.f("fk_cash_float_custodian_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_cash_float")),
        sa.UniqueConstraint("name", name=op.f("uq_cash_float_name")),
    )
    op.create_table(
        "earnings_choice",
        sa.Column("person_id", sa.String(length=12), nullable=False),
        sa.Column("choice", sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(
            ["person_id"], ["person.id"], name=op.f("fk_earnings_choice_person_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("person_id", name=op.f("pk_earnings_choice")),
    )
    op.create_table(
        "ledger_entry",
        sa.Column("id", sa.String(length=12), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(length=12), nullable=False),
        sa.Column("key", sa.String(length=60), nullable=False),
        sa.Column("happened_on", sa.Date(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("by_id", sa.String(length=12), nullable=True),
        sa.Column("reason", sa.String(length=300), nullable=True),
        sa.Column("reverses_id", sa.String(length=12), nullable=True),
        sa.Column("size", sa.Integer(), nullable=False),
        sa.Column("seal", sa.String(length=64), nullable=False),
        sa.CheckConstraint("(reverses_id IS NULL) = (kind <> 'reversal')", name=op.f("ck_ledger_entry_reversal")),
        sa.CheckConstraint("reverses_id IS NULL OR reason IS NOT NULL", name=op.f("ck_ledger_entry_reason")),
        sa.CheckConstraint("size >= 2", name=op.f("ck_ledger_entry_size")),
        sa.ForeignKeyConstraint(["by_id"], ["person.id"], name=op.f("fk_ledger_entry_by_id")),
        sa.ForeignKeyConstraint(["reverses_id"], ["ledger_entry.id"], name=op.f("fk_ledger_entry_reverses_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_ledger_entry")),
        sa.UniqueConstraint("key", name=op.f("uq_ledger_entry_key")),
        sa.UniqueConstraint("number", name=op.f("uq_ledger_entry_number")),
        sa.UniqueConstraint("reverses_id", name=op.f("uq_ledger_entry_reverses_id")),
    )
    with op.batch_alter_table("ledger_entry", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_ledger_entry_happened_on"), ["happened_on"], unique=False)

    op.create_table(
        "pay_choice",
        sa.Column("person_id", sa.String(length=12), nullable=False),
        sa.Column("method", sa.String(length=10), nullable=False),
        sa.Column("is_declined", sa.Boolean(), nullable=False),
        sa.Column("changed_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_pay_choice_person_id"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("person_id", name=op.f("pk_pay_choice")),
    )
    op.create_table(
        "pay_terms",
        sa.Column("id", sa.String(length=12), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("from_on", sa.Date(), nullable=False),
        sa.Column("night_starts", sa.Time(), nullable=False),
        sa.Column("night_ends", sa.Time(), nullable=False),
        sa.Column("step_minutes", sa.Integer(), nullable=False),
        sa.Column("cancel_hours", sa.Integer(), nullable=False),
        sa.Column("cancel_percent", sa.Integer(), nullable=False),
        sa.Column("second_above", sa.Integer(), nullable=False),
        sa.Column("by_id", sa.String(length=12), nullable=True),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["by_id"], ["person.id"], name=op.f("fk_pay_terms_by_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_pay_terms")),
        sa.UniqueConstraint("number", name=op.f("uq_pay_terms_number")),
    )
    op.create_table(
        "payee_name",
        sa.Column("person_id", sa.String(length=12), nullable=False),
        sa.Column("legal_name", sa.LargeBinary(), nullable=False),
        sa.Column("address", sa.LargeBinary(), nullable=True),
        sa.Column("changed_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_payee_name_person_id"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("person_id", name=op.f("pk_payee_name")),
    )
    op.create_table(
        "payee_name_read",
        sa.Column("id", sa.String(length=12), nullable=False),
        sa.Column("by_id", sa.String(length=12), nullable=False),
        sa.Column("act", sa.String(length=40), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["by_id"], ["person.id"], name=op.f("fk_payee_name_read_by_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_payee_name_read")),
    )
    with op.batch_alter_table("payee_name_read", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_payee_name_read_at"), ["at"], unique=False)

    op.create_table(
        "expense",
        sa.Column("id", sa.String(length=12), nullable=False),
        sa.Column("key", sa.String(length=40), nullable=False),
        sa.Column("person_id", sa.String(length=12), nullable=False),
        sa.Column("category", sa.String(length=12), nullable=False),
        sa.Column("minor", sa.Integer(), nullable=False),
        sa.Column("currency", sa.String(length=3), nullable=False),
        sa.Column("spent_on", sa.Date(), nullable=False),
        sa.Column("note", sa.String(length=200), nullable=True),
        sa.Column("service_id", sa.String(length=12), nullable=True),
        sa.Column("state", sa.String(length=10), nullable=False),
        sa.Column("asked_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("decided_by_id", sa.String(length=12), nullable=True),
        sa.Column("decided_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("answer", sa.String(length=200), nullable=True),
        sa.Column("entry_id", sa.String(length=12), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.CheckConstraint("(state = 'accepted') = (entry_id IS NOT NULL)", name=op.f("ck_expense_entry")),
        sa.CheckConstraint("decided_by_id <> person_id", name=op.f("ck_expense_decided_by")),
        sa.CheckConstraint("minor > 0", name=op.f("ck_expense_minor")),
        sa.ForeignKeyConstraint(["decided_by_id"], ["person.id"], name=op.f("fk_expense_decided_by_id")),
        sa.ForeignKeyConstraint(["entry_id"], ["ledger_entry.id"], name=op.f("fk_expense_entry_id")),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_expense_person_id")),
        sa.ForeignKeyConstraint(["service_id"], ["service.id"], name=op.f("fk_expense_service_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_expense")),
        sa.UniqueConstraint("entry_id", name=op.f("uq_expense_entry_id")),
        sa.UniqueConstraint("key", name=op.f("uq_expense_key")),
    )
    with op.batch_alter_table("expense", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_expense_person_id"), ["person_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_expense_state"), ["state"], unique=False)

    op.create_table(
        "fund_share",
        sa.Column("id", sa.String(length=12), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("from_on", sa.Date(), nullable=False),
        sa.Column("service_id", sa.String(length=12), nullable=True),
        sa.Column("weights", sa.JSON(), nullable=False),
        sa.Column("by_id", sa.String(length=12), nullable=True),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["by_id"], ["person.id"], name=op.f("fk_fund_share_by_id")),
        sa.ForeignKeyConstraint(["service_id"], ["service.id"], name=op.f("fk_fund_share_service_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_fund_share")),
        sa.UniqueConstraint("number", name=op.f("uq_fund_share_number")),
    )
    op.create_table(
        "honorarium",
        sa.Column("id", sa.String(length=12), nullable=False),
        sa.Column("record_id", sa.String(length=12), nullable=False),
        sa.Column("record_version", sa.Integer(), nullable=False),
        sa.Column("person_id", sa.String(length=12), nullable=False),
        sa.Column("activity", sa.String(length=16), nullable=False),
        sa.Column("service_id", sa.String(length=12), nullable=True),
        sa.Column("site_id", sa.String(length=12), nullable=True),
        sa.Column("day_on", sa.Date(), nullable=False),
        sa.Column("starts_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ends_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("minutes", sa.Integer(), nullable=False),
        sa.Column("standing", sa.String(length=10), nullable=False),
        sa.Column("minor", sa.Integer(), nullable=False),
        sa.Column("currency", sa.String(length=3), nullable=False),
        sa.Column("lines", sa.JSON(), nullable=False),
        sa.Column("entry_id", sa.String(length=12), nullable=True),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("voided_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint(
            "(minor > 0 AND standing = 'owed') = (entry_id IS NOT NULL)", name=op.f("ck_honorarium_entry")
        ),
        sa.CheckConstraint("minor >= 0", name=op.f("ck_honorarium_minor")),
        sa.ForeignKeyConstraint(["entry_id"], ["ledger_entry.id"], name=op.f("fk_honorarium_entry_id")),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_honorarium_person_id")),
        sa.ForeignKeyConstraint(["service_id"], ["service.id"], name=op.f("fk_honorarium_service_id")),
        sa.ForeignKeyConstraint(["site_id"], ["site.id"], name=op.f("fk_honorarium_site_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_honorarium")),
        sa.UniqueConstraint("entry_id", name=op.f("uq_honorarium_entry_id")),
    )
    with op.batch_alter_table("honorarium", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_honorarium_day_on"), ["day_on"], unique=False)
        batch_op.create_index(batch_op.f("ix_honorarium_person_id"), ["person_id"], unique=False)
        batch_op.create_index(
            "uq_honorarium_live_record_id",
            ["record_id"],
            unique=True,
            sqlite_where=sa.text("voided_at IS NULL"),
            postgresql_where=sa.text("voided_at IS NULL"),
        )

    op.create_table(
        "ledger_account",
        sa.Column("id", sa.String(length=12), nullable=False),
        sa.Column("code", sa.String(length=60), nullable=False),
        sa.Column("kind", sa.String(length=10), nullable=False),
        sa.Column("person_id", sa.String(length=12), nullable=True),
        sa.Column("fund_id", sa.String(length=12), nullable=True),
        sa.Column("float_id", sa.String(length=12), nullable=True),
        sa.Column("category", sa.String(length=12), nullable=True),
        sa.ForeignKeyConstraint(["float_id"], ["cash_float.id"], name=op.f("fk_ledger_account_float_id")),
        sa.ForeignKeyConstraint(["fund_id"], ["fund.id"], name=op.f("fk_ledger_account_fund_id")),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_ledger_account_person_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_ledger_account")),
        sa.UniqueConstraint("code", name=op.f("uq_ledger_account_code")),
    )
    with op.batch_alter_table("ledger_account", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_ledger_account_person_id"), ["person_id"], unique=False)

    op.create_table(
        "pay_rate",
        sa.Column("id", sa.String(length=12), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("from_on", sa.Date(), nullable=False),
        sa.Column("premium", sa.String(length=16), nullable=True),
        sa.Column("basis", sa.String(length=8), nullable=False),
        sa.Column("amount", sa.Integer(), nullable=False),
        sa.Column("activity", sa.String(length=16), nullable=True),
        sa.Column("level", sa.String(length=16), nullable=True),
        sa.Column("service_id", sa.String(length=12), nullable=True),
        sa.Column("by_id", sa.String(length=12), nullable=True),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("basis <> 'percent' OR premium IS NOT NULL", name=op.f("ck_pay_rate_percent")),
        sa.CheckConstraint("amount >= 0", name=op.f("ck_pay_rate_amount")),
        sa.CheckConstraint(
            "premium IS NULL OR (activity IS NULL AND level IS NULL AND service_id IS NULL)",
            name=op.f("ck_pay_rate_premium"),
        ),
        sa.ForeignKeyConstraint(["by_id"], ["person.id"], name=op.f("fk_pay_rate_by_id")),
        sa.ForeignKeyConstraint(["service_id"], ["service.id"], name=op.f("fk_pay_rate_service_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_pay_rate")),
        sa.UniqueConstraint("number", name=op.f("uq_pay_rate_number")),
    )
    op.create_table(
        "payout",
        sa.Column("id", sa.String(length=12), nullable=False),
        sa.Column("key", sa.String(length=40), nullable=False),
        sa.Column("request_hash", sa.String(length=64), nullable=False),
        sa.Column("person_id", sa.String(length=12), nullable=False),
        sa.Column("share", sa.String(length=8), nullable=False),
        sa.Column("method", sa.String(length=10), nullable=False),
        sa.Column("minor", sa.Integer(), nullable=False),
        sa.Column("refund_minor", sa.Integer(), nullable=False),
        sa.Column("currency", sa.String(length=3), nullable=False),
        sa.Column("float_id", sa.String(length=12), nullable=True),
        sa.Column("pieces", sa.JSON(), nullable=True),
        sa.Column("state", sa.String(length=10), nullable=False),
        sa.Column("second_above", sa.Integer(), nullable=False),
        sa.Column("payer_id", sa.String(length=12), nullable=False),
        sa.Column("approver_id", sa.String(length=12), nullable=True),
        sa.Column("second_id", sa.String(length=12), nullable=True),
        sa.Column("asked_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("approved_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("sent_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("settled_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("receipt", sa.String(length=10), nullable=True),
        sa.Column("receipt_name", sa.String(length=80), nullable=True),
        sa.Column("witness_id", sa.String(length=12), nullable=True),
        sa.Column("note", sa.String(length=300), nullable=True),
        sa.Column("entry_id", sa.String(length=12), nullable=True),
        sa.Column("void_entry_id", sa.String(length=12), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.CheckConstraint("(state = 'void') = (void_entry_id IS NOT NULL)", name=op.f("ck_payout_void")),
        sa.CheckConstraint("(state IN ('paid', 'void')) = (entry_id IS NOT NULL)", name=op.f("ck_payout_entry")),
        sa.CheckConstraint("method <> 'cash' OR float_id IS NOT NULL", name=op.f("ck_payout_float")),
        sa.CheckConstraint(
            "minor <= second_above OR state IN ('asked', 'cancelled') OR second_id IS NOT NULL",
            name=op.f("ck_payout_twice_approved"),
        ),
        sa.CheckConstraint(
            "state IN ('asked', 'cancelled') OR approver_id IS NOT NULL", name=op.f("ck_payout_approved")
        ),
        sa.CheckConstraint("approver_id <> person_id AND approver_id <> payer_id", name=op.f("ck_payout_approver")),
        sa.CheckConstraint("minor > 0 AND refund_minor BETWEEN 0 AND minor", name=op.f("ck_payout_minor")),
        sa.CheckConstraint("payer_id <> person_id", name=op.f("ck_payout_payer")),
        sa.CheckConstraint(
            "second_id <> person_id AND second_id <> payer_id AND second_id <> approver_id",
            name=op.f("ck_payout_second"),
        ),
        sa.CheckConstraint("witness_id <> person_id AND witness_id <> payer_id", name=op.f("ck_payout_witness")),
        sa.ForeignKeyConstraint(["approver_id"], ["person.id"], name=op.f("fk_payout_approver_id")),
        sa.ForeignKeyConstraint(["entry_id"], ["ledger_entry.id"], name=op.f("fk_payout_entry_id")),
        sa.ForeignKeyConstraint(["float_id"], ["cash_float.id"], name=op.f("fk_payout_float_id")),
        sa.ForeignKeyConstraint(["payer_id"], ["person.id"], name=op.f("fk_payout_payer_id")),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_payout_person_id")),
        sa.ForeignKeyConstraint(["second_id"], ["person.id"], name=op.f("fk_payout_second_id")),
        sa.ForeignKeyConstraint(["void_entry_id"], ["ledger_entry.id"], name=op.f("fk_payout_void_entry_id")),
        sa.ForeignKeyConstraint(["witness_id"], ["person.id"], name=op.f("fk_payout_witness_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_payout")),
        sa.UniqueConstraint("entry_id", name=op.f("uq_payout_entry_id")),
        sa.UniqueConstraint("key", name=op.f("uq_payout_key")),
        sa.UniqueConstraint("void_entry_id", name=op.f("uq_payout_void_entry_id")),
    )
    with op.batch_alter_table("payout", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_payout_person_id"), ["person_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_payout_state"), ["state"], unique=False)
        batch_op.create_index(
            "uq_payout_open_person_id",
            ["person_id"],
            unique=True,
            sqlite_where=sa.text("state IN ('asked', 'approved', 'sending', 'unknown')"),
            postgresql_where=sa.text("state IN ('asked', 'approved', 'sending', 'unknown')"),
        )

    op.create_table(
        "cash_slip",
        sa.Column("id", sa.String(length=12), nullable=False),
        sa.Column("float_id", sa.String(length=12), nullable=False),
        sa.Column("kind", sa.String(length=10), nullable=False),
        sa.Column("pieces", sa.JSON(), nullable=False),
        sa.Column("minor", sa.Integer(), nullable=False),
        sa.Column("counted", sa.Integer(), nullable=True),
        sa.Column("expected", sa.Integer(), nullable=True),
        sa.Column("payout_id", sa.String(length=12), nullable=True),
        sa.Column("entry_id", sa.String(length=12), nullable=True),
        sa.Column("by_id", sa.String(length=12), nullable=False),
        sa.Column("witness_id", sa.String(length=12), nullable=True),
        sa.Column("note", sa.String(length=300), nullable=True),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("kind <> 'hand_over' OR witness_id IS NOT NULL", name=op.f("ck_cash_slip_hand_over")),
        sa.CheckConstraint(
            "counted IS NULL OR counted = expected OR note IS NOT NULL", name=op.f("ck_cash_slip_difference")
        ),
        sa.CheckConstraint("witness_id <> by_id", name=op.f("ck_cash_slip_witness")),
        sa.ForeignKeyConstraint(["by_id"], ["person.id"], name=op.f("fk_cash_slip_by_id")),
        sa.ForeignKeyConstraint(["entry_id"], ["ledger_entry.id"], name=op.f("fk_cash_slip_entry_id")),
        sa.ForeignKeyConstraint(["float_id"], ["cash_float.id"], name=op.f("fk_cash_slip_float_id")),
        sa.ForeignKeyConstraint(["payout_id"], ["payout.id"], name=op.f("fk_cash_slip_payout_id")),
        sa.ForeignKeyConstraint(["witness_id"], ["person.id"], name=op.f("fk_cash_slip_witness_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_cash_slip")),
        sa.UniqueConstraint("entry_id", name=op.f("uq_cash_slip_entry_id")),
    )
    with op.batch_alter_table("cash_slip", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_cash_slip_float_id"), ["float_id"], unique=False)

    op.create_table(
        "expense_photo",
        sa.Column("expense_id", sa.String(length=12), nullable=False),
        sa.Column("kind", sa.String(length=4), nullable=False),
        sa.Column("content", sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(["expense_id"], ["expense.id"], name=op.f("fk_expense_photo_expense_id")),
        sa.PrimaryKeyConstraint("expense_id", name=op.f("pk_expense_photo")),
    )
    op.create_table(
        "ledger_posting",
        sa.Column("entry_id", sa.String(length=12), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("account_id", sa.String(length=12), nullable=False),
        sa.Column("minor", sa.BigInteger(), nullable=False),
        sa.Column("currency", sa.String(length=3), nullable=False),
        sa.CheckConstraint("minor <> 0", name=op.f("ck_ledger_posting_minor")),
        sa.ForeignKeyConstraint(["account_id"], ["ledger_account.id"], name=op.f("fk_ledger_posting_account_id")),
        sa.ForeignKeyConstraint(
            ["entry_id"],
            ["ledger_entry.id"],
            name=op.f("fk_ledger_posting_entry_id"),
            initially="DEFERRED",
            deferrable=True,
        ),
        sa.PrimaryKeyConstraint("entry_id", "position", name=op.f("pk_ledger_posting")),
    )
    with op.batch_alter_table("ledger_posting", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_ledger_posting_account_id"), ["account_id"], unique=False)

    _add_triggers()


def downgrade() -> None:
    """Go back."""
    _drop_triggers()
    with op.batch_alter_table("ledger_posting", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_ledger_posting_account_id"))

    op.drop_table("ledger_posting")
    op.drop_table("expense_photo")
    with op.batch_alter_table("cash_slip", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_cash_slip_float_id"))

    op.drop_table("cash_slip")
    with op.batch_alter_table("payout", schema=None) as batch_op:
        batch_op.drop_index(
            "uq_payout_open_person_id",
            sqlite_where=sa.text("state IN ('asked', 'approved', 'sending', 'unknown')"),
            postgresql_where=sa.text("state IN ('asked', 'approved', 'sending', 'unknown')"),
        )
        batch_op.drop_index(batch_op.f("ix_payout_state"))
        batch_op.drop_index(batch_op.f("ix_payout_person_id"))

    op.drop_table("payout")
    op.drop_table("pay_rate")
    with op.batch_alter_table("ledger_account", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_ledger_account_person_id"))

    op.drop_table("ledger_account")
    with op.batch_alter_table("honorarium", schema=None) as batch_op:
        batch_op.drop_index(
            "uq_honorarium_live_record_id",
            sqlite_where=sa.text("voided_at IS NULL"),
            postgresql_where=sa.text("voided_at IS NULL"),
        )
        batch_op.drop_index(batch_op.f("ix_honorarium_person_id"))
        batch_op.drop_index(batch_op.f("ix_honorarium_day_on"))

    op.drop_table("honorarium")
    op.drop_table("fund_share")
    with op.batch_alter_table("expense", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_expense_state"))
        batch_op.drop_index(batch_op.f("ix_expense_person_id"))

    op.drop_table("expense")
    with op.batch_alter_table("payee_name_read", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_payee_name_read_at"))

    op.drop_table("payee_name_read")
    op.drop_table("payee_name")
    op.drop_table("pay_terms")
    op.drop_table("pay_choice")
    with op.batch_alter_table("ledger_entry", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_ledger_entry_happened_on"))

    op.drop_table("ledger_entry")
    op.drop_table("earnings_choice")
    op.drop_table("cash_float")
    op.drop_table("fund")
    op.drop_table("accrual_mark")

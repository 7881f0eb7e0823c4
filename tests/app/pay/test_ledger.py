"""The ledger in the database: nothing is changed, nothing is unbalanced, and what was tampered with is seen."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

import pytest
import sqlalchemy as sa

from app.database import db, new_id
from app.pay import ledger
from app.pay.models import LedgerEntry, LedgerPosting
from payroll.ledger import transfer
from payroll.money import Money

if TYPE_CHECKING:
    from click.testing import Result

DAY = date(2026, 11, 23)
APPEND_ONLY = ["ledger_entry", "ledger_posting", "ledger_account", "cash_slip", "pay_rate", "pay_terms", "fund_share"]


def write(minor: int = 500, key: str = "") -> str:
    entry_id = ledger.post(transfer("float", DAY, "bank", "over_short", Money(minor, "CAD")), key or new_id())
    db.session.commit()
    return entry_id


def refused(statement: str, **values: object) -> bool:
    try:
        db.session.execute(sa.text(statement), values)
        db.session.commit()
    except sa.exc.IntegrityError:
        db.session.rollback()
        return True
    return False


def test_what_is_written_sums_to_zero_and_stays(app):
    first, second = write(), write(700)
    undone = ledger.reverse(first, "typed twice")
    db.session.commit()
    verdict = ledger.verify_ledger()
    assert (verdict.problem, verdict.entries, verdict.sums) == (None, 3, {"CAD": 0})
    assert [db.session.get_one(LedgerEntry, each).number for each in (first, second, undone)] == [1, 2, 3]


def test_what_was_written_is_neither_changed_nor_deleted(app):
    write()
    for statement in (
        "UPDATE ledger_entry SET happened_on = '2020-01-01'",
        "UPDATE ledger_posting SET minor = minor * 2",
        "UPDATE ledger_account SET kind = 'cost'",
        "DELETE FROM ledger_posting",
        "DELETE FROM ledger_entry",
        "DELETE FROM ledger_account",
    ):
        assert refused(statement), statement
    assert ledger.verify_ledger().problem is None


def test_nothing_is_replaced_or_truncated(app):
    entry_id = write()
    if db.engine.dialect.name == "sqlite":
        for pragma in ("ON", "OFF"):
            db.session.execute(sa.text(f"PRAGMA recursive_triggers={pragma}"))
            for table in ("ledger_entry", "ledger_posting", "ledger_account"):
                assert refused(f"INSERT OR REPLACE INTO {table} SELECT * FROM {table}")
    else:
        for table in APPEND_ONLY:
            assert refused(f"TRUNCATE {table} CASCADE")
    assert db.session.get(LedgerEntry, entry_id)
    assert ledger.verify_ledger().problem is None


def row(entry_id: str, size: int) -> dict[str, object]:
    from app import clock

    return {
        "id": entry_id,
        "number": 2,
        "kind": "float",
        "key": entry_id,
        "happened_on": DAY,
        "at": clock.now(),
        "size": size,
        "seal": "x",
    }


def test_the_database_refuses_an_entry_that_does_not_sum_to_zero(app):
    write()
    account_id = db.session.scalars(sa.select(LedgerPosting.account_id)).first()
    for postings, size in (
        ([(100, "CAD"), (-99, "CAD")], 2),
        ([(100, "CAD"), (-100, "USD")], 2),
        ([(100, "CAD"), (-100, "CAD")], 3),
        ([(100, "CAD")], 2),
        ([], 2),
    ):
        entry_id = new_id()
        with pytest.raises(sa.exc.IntegrityError):
            for place, (minor, currency) in enumerate(postings):
                facts = {"entry_id": entry_id, "position": place, "account_id": account_id}
                db.session.execute(sa.insert(LedgerPosting).values(facts | {"minor": minor, "currency": currency}))
            db.session.execute(sa.insert(LedgerEntry).values(row(entry_id, size)))
            db.session.commit()
        db.session.rollback()


def test_the_database_refuses_a_balanced_pair_added_to_an_old_entry_or_to_none(app):
    entry_id = write()
    account_id = db.session.scalars(sa.select(LedgerPosting.account_id)).first()
    for target in (entry_id, new_id()):
        with pytest.raises(sa.exc.IntegrityError):
            for place, minor in ((7, 100), (8, -100)):
                facts = {"entry_id": target, "position": place, "account_id": account_id, "currency": "CAD"}
                db.session.execute(sa.insert(LedgerPosting).values(facts | {"minor": minor}))
            db.session.commit()
        db.session.rollback()


def test_the_same_happening_is_never_written_twice_nor_reversed_twice(app):
    entry_id = write(key="once")
    with pytest.raises(sa.exc.IntegrityError):
        write(key="once")
    db.session.rollback()
    ledger.reverse(entry_id, "a mistake")
    db.session.commit()
    with pytest.raises(sa.exc.IntegrityError):
        ledger.reverse(entry_id, "again")
    db.session.rollback()


def tamper(statement: str) -> None:
    """Change the database as someone with its password would: with the triggers taken off."""
    if db.engine.dialect.name == "sqlite":
        names = db.session.scalars(
            sa.text("SELECT name FROM sqlite_master WHERE type='trigger' AND tbl_name LIKE 'ledger%'")
        )
        for name in names.all():
            db.session.execute(sa.text(f"DROP TRIGGER {name}"))
    else:
        for table in ("ledger_entry", "ledger_posting", "ledger_account"):
            db.session.execute(sa.text(f"ALTER TABLE {table} DISABLE TRIGGER USER"))
    db.session.execute(sa.text(statement))
    db.session.commit()


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE ledger_posting SET minor = minor * 2",
        "UPDATE ledger_entry SET reason = 'something else' WHERE number = 2",
        "UPDATE ledger_entry SET happened_on = '2026-01-01' WHERE number = 2",
        "UPDATE ledger_account SET code = 'bank2' WHERE code = 'bank'",
        "DELETE FROM ledger_posting WHERE entry_id = (SELECT id FROM ledger_entry WHERE number = 2)",
    ],
)
def test_the_command_sees_what_was_changed_behind_the_triggers(app, statement):
    for _ in range(3):
        write()
    before = verified(app)
    assert before.exit_code == 0, before.output
    head = before.output.partition("Head: ")[2].split()[0]
    write()
    assert verified(app, "--head", head).exit_code == 0
    tamper(statement)
    after = verified(app, "--head", head)
    assert after.exit_code == 1
    assert "BAD" in after.output


def verified(app, *words: str) -> Result:
    db.session.rollback()
    answer = app.test_cli_runner().invoke(args=["ledger", "verify", *words])
    db.session.rollback()
    return answer

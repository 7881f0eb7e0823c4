"""Transactions know reading from writing; instants keep their zone; migrations keep data."""

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest
import sqlalchemy as sa
from hypothesis import given
from hypothesis import strategies as st

from app import migrate
from app.audit.models import AuditEntry
from app.database import PRAGMAS, db, insert_if_absent, kept, reading, rows, writing
from app.doctor import EXPECTED_PRAGMAS, is_safe_sqlite
from tests.support.people import add_person


def test_a_get_request_cannot_write(app):
    with app.test_request_context("/", method="GET"), pytest.raises(sa.exc.DBAPIError):
        add_person("Sam")
    db.session.rollback()


def test_a_post_request_can_write(app):
    with app.test_request_context("/", method="POST"):
        assert add_person("Sam")


def test_a_reading_block_cannot_write_but_a_session_of_its_own_inside_can(app):
    with reading():
        with pytest.raises(sa.exc.DBAPIError):
            add_person("Sam")
        db.session.rollback()
        with writing() as own:
            own.add(AuditEntry(at=datetime.now(UTC), act="look"))
    assert db.session.scalar(sa.select(sa.func.count()).select_from(AuditEntry)) == 1


def entries():
    """How many entries `kept` says there are, and then the database itself."""
    count = sa.select(sa.func.count()).select_from(AuditEntry.__table__)
    with reading():
        found = kept("entries", lambda: [rows(count)[0][0]]), rows(count)[0][0]
        db.session.rollback()
    return found


def test_what_is_kept_stays_the_same_thing_until_anybody_writes_whoever_it_is(app):
    first, _ = entries()
    assert entries()[0] is first == [0]
    db.session.add(AuditEntry(at=datetime.now(UTC), act="look"))
    db.session.commit()  # on the connection that keeps
    assert entries() == ([1], 1)
    with reading():
        db.session.connection()  # held, so that another connection writes
        with writing() as own:
            own.add(AuditEntry(at=datetime.now(UTC), act="look"))
        db.session.rollback()
    assert entries() == ([2], 2)
    other = sa.create_engine(db.engine.url)  # as another process would
    with other.begin() as connection:
        connection.execute(sa.insert(AuditEntry.__table__).values(id="a", at=datetime.now(UTC), act="x", details={}))
    other.dispose()
    assert entries() == ([3], 3)


def test_what_a_transaction_wrote_and_took_back_is_never_kept(app):
    assert entries() == ([0], 0)
    db.session.add(AuditEntry(at=datetime.now(UTC), act="look"))
    db.session.flush()
    with reading():  # inside a transaction that writes
        count = sa.select(sa.func.count()).select_from(AuditEntry.__table__)
        assert kept("entries", lambda: [rows(count)[0][0]]) == [1]
    db.session.rollback()
    assert entries() == ([0], 0)


def test_inserting_what_is_there_changes_nothing(app):
    values = {"id": "a", "at": datetime.now(UTC), "act": "first", "details": {}}
    assert insert_if_absent(db.session, AuditEntry, values)
    assert not insert_if_absent(db.session, AuditEntry, values | {"act": "second"})
    assert db.session.scalars(sa.select(AuditEntry.act)).all() == ["first"]


ZONES = st.sampled_from([UTC, ZoneInfo("Asia/Tokyo"), ZoneInfo("America/St_Johns")])


@given(st.integers(0, 4_000_000_000), ZONES)
def test_an_instant_comes_back_the_same(app, seconds, zone):
    at = datetime.fromtimestamp(seconds, zone)
    row = AuditEntry(at=at, act="test")
    db.session.add(row)
    db.session.flush()
    db.session.refresh(row)
    assert row.at == at
    assert row.at.tzinfo is UTC
    db.session.rollback()


def test_an_instant_without_a_zone_is_refused(app):
    db.session.add(AuditEntry(at=datetime(2026, 1, 1), act="test"))  # noqa: DTZ001 - that is the point
    with pytest.raises(sa.exc.StatementError, match="time zone"):
        db.session.flush()
    db.session.rollback()


def test_every_sqlite_connection_has_the_pragmas(app):
    if db.engine.dialect.name != "sqlite":
        return
    with reading(), db.engine.connect() as one, db.engine.connect() as two:
        for connection in (one, two):
            for name in PRAGMAS.keys() - {"mmap_size"}:
                assert connection.exec_driver_sql(f"PRAGMA {name}").scalar() == EXPECTED_PRAGMAS[name], name


def test_migrations_make_exactly_the_models(app):
    assert list(migrate.differences()) == []


def test_migrations_go_down_and_up_again_and_never_twice(app):
    migrate.downgrade("base")
    assert sa.inspect(db.engine).get_table_names() == ["alembic_version"]
    migrate.upgrade()
    migrate.upgrade()
    assert migrate.is_current()
    assert list(migrate.differences()) == []


@pytest.mark.parametrize(
    ("version", "is_safe"),
    [((3, 40, 1), False), ((3, 44, 6), True), ((3, 44, 5), False), ((3, 50, 7), True), ((3, 51, 2), False),
     ((3, 51, 3), True), ((3, 53, 4), True)],
)  # fmt: skip
def test_versions_of_sqlite_that_can_lose_data_are_known(version, is_safe):
    assert is_safe_sqlite(version) is is_safe

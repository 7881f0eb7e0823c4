"""Every route with every role; every form without its token; the headers of every answer."""

from __future__ import annotations

import hashlib
from datetime import date
from typing import TYPE_CHECKING, Any

import pytest
import sqlalchemy as sa
from itsdangerous import URLSafeTimedSerializer

from app import migrate
from app.access import Role, mark_of
from app.database import db
from tests.access_matrix import MAY
from tests.support.pages import header_faults
from tests.support.people import add_person, sign_in

if TYPE_CHECKING:
    from collections.abc import Iterator

    from flask import Flask
    from flask.testing import FlaskClient

UNSAFE = ("POST", "PUT", "PATCH", "DELETE")
# Whoever must leave at once leaves even when the page lay open too long for its token.
WITHOUT_TOKEN = {"auth.quick_exit"}
VALUES = {"IntegerConverter": 1, "FloatConverter": 1.0}


@pytest.fixture
def database() -> str:
    """Who may do what does not hang on the database."""
    return "sqlite"


def routes(app: Flask) -> Iterator[tuple[str, str, str]]:
    """Every endpoint with each method and a path whose ids name nothing there is."""
    adapter = app.url_map.bind("localhost")
    for rule in app.url_map.iter_rules():
        if rule.endpoint == "static":
            continue
        values: dict[str, Any] = {
            name: VALUES.get(type(converter).__name__, "abcdefghjkmn") for name, converter in rule._converters.items()
        }
        values |= dict.fromkeys(set(rule.arguments) - set(rule.defaults or {}) - set(values), "abcdefghjkmn")
        path = adapter.build(rule.endpoint, _fitting(rule, values))
        for method in sorted(rule.methods or ()):
            if method not in {"HEAD", "OPTIONS"}:
                yield rule.endpoint, method, path


def _fitting(rule: Any, values: dict[str, Any]) -> dict[str, Any]:
    """Values for a rule's converters: dates where a date is wanted."""
    for name, converter in rule._converters.items():
        for candidate in (values[name], "2026-11-23", date(2026, 11, 23)):
            try:
                converter.to_url(candidate)
            except (ValueError, TypeError, AttributeError):
                continue
            values[name] = candidate
            break
    return values


def test_every_route_is_in_the_matrix(bare_app):
    there = {endpoint for endpoint, _, _ in routes(bare_app)}
    assert there - set(MAY) == set(), "decide in tests/access_matrix.py who may use these"
    assert set(MAY) - there == set(), "these routes are gone: take them out of tests/access_matrix.py"


def test_the_marks_agree_with_the_matrix(bare_app):
    for endpoint, may in MAY.items():
        roles = mark_of(bare_app.view_functions[endpoint])
        assert (roles is None) == (None in may), endpoint
        assert roles is None or roles == may, endpoint


@pytest.mark.parametrize("role", [None, *Role], ids=lambda role: role or "anonymous")
def test_every_route_lets_in_whom_it_may_and_nobody_else(bare_app, role):
    bare_app.config["PROPAGATE_EXCEPTIONS"] = False
    with bare_app.app_context():
        person_id = add_person("Someone", role) if role else None
    wrong = []
    for endpoint, method, path in routes(bare_app):
        client = bare_app.test_client()
        if person_id:
            sign_in(client, person_id)
        response = client.open(
            path, method=method, data={"csrf_token": token_for(client)} if method in UNSAFE else None
        )
        is_in = not (
            response.status_code in {401, 403}
            or (response.status_code == 302 and "/sign-in?next=" in (response.location or ""))
        )
        if is_in != (role in MAY[endpoint]) or response.status_code >= 500:
            wrong.append(f"{method} {path} ({endpoint}) -> {response.status_code}")
    assert not wrong


def test_a_form_without_its_token_changes_nothing(bare_app):
    with bare_app.app_context():
        person_id = add_person("Someone", *Role)
    client = sign_in(bare_app.test_client(), person_id)
    client.get("/")
    before = fingerprint(bare_app)
    for endpoint, method, path in routes(bare_app):
        if method in UNSAFE and endpoint not in WITHOUT_TOKEN:
            for token in (None, "", "not-the-token"):
                response = client.open(path, method=method, data={} if token is None else {"csrf_token": token})
                assert response.status_code == 400, f"{method} {path} with token {token!r}"
    assert fingerprint(bare_app) == before


def token_for(client: FlaskClient) -> str:
    """A token for this client's session, as its pages would carry it."""
    with client.session_transaction() as cookie:
        raw = cookie.setdefault("csrf_token", "0" * 40)
    return str(URLSafeTimedSerializer(client.application.secret_key, salt="wtf-csrf-token").dumps(raw))


def fingerprint(app: Flask) -> str:
    """A hash over every row of every table."""
    hashed = hashlib.sha256()
    with app.app_context():
        for place in migrate.PLACES:
            with db.get_engine(place.engine).connect() as connection:
                for table in place.metadata().sorted_tables:
                    asked = connection.execute(sa.text(f'SELECT * FROM "{table.name}"'))
                    rows = sorted(repr(tuple(row)) for row in asked)
                    hashed.update(f"{table.name}{rows}".encode())
    return hashed.hexdigest()


@pytest.mark.parametrize(
    ("method", "path", "status"),
    [("GET", "/no-such-page", 404), ("PUT", "/sign-in", 405), ("POST", "/sign-in", 400), ("GET", "/broken", 500)],
)
def test_errors_are_pages_with_every_header(bare_app, method, path, status):
    def broken() -> str:
        raise ZeroDivisionError

    broken.evenhand_access = None  # type: ignore[attr-defined]
    bare_app.add_url_rule("/broken", "broken", broken)
    bare_app.config["PROPAGATE_EXCEPTIONS"] = False
    response = bare_app.test_client().open(path, method=method)
    assert response.status_code == status
    assert list(header_faults(response)) == []
    assert response.mimetype == "text/html"


def test_static_files_carry_the_headers_too(bare_app):
    with bare_app.test_client().get("/static/css/evenhand.css") as response:
        assert response.status_code == 200
        assert list(header_faults(response)) == []

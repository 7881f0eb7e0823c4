"""Every route with every role; every form without its token; the headers of every answer."""

from __future__ import annotations

import hashlib
import io
from datetime import date
from typing import TYPE_CHECKING, Any

import pytest
import sqlalchemy as sa
from flask import abort
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


@pytest.fixture
def broken(bare_app):
    """Pages that fail in every way a page can."""

    def fail(code: int) -> str:
        if code == 500:
            raise ZeroDivisionError
        if code == 503:
            raise sa.exc.OperationalError("SELECT", {}, Exception("away"))
        abort(code)

    fail.evenhand_access = None  # type: ignore[attr-defined]
    bare_app.add_url_rule("/fail/<int:code>", "fail", fail)
    bare_app.config["PROPAGATE_EXCEPTIONS"] = False
    return bare_app


@pytest.mark.parametrize(
    ("method", "path", "status"),
    [
        ("GET", "/no-such-page", 404),
        ("GET", "/static/no-such-file.css", 404),
        ("PUT", "/sign-in", 405),
        ("TRACE", "/sign-in", 405),
        ("POST", "/sign-in", 400),
        ("POST", "/account/pin", 400),
        *(("GET", f"/fail/{code}", code) for code in (400, 401, 403, 404, 409, 410, 413, 418, 429, 500, 501, 503)),
    ],
)
def test_errors_are_pages_with_every_header(broken, method, path, status):
    with broken.app_context():
        ada = add_person("Ada Private", Role.ADMIN)
    response = sign_in(broken.test_client(), ada).open(path, method=method)
    assert response.status_code == status
    assert list(header_faults(response)) == []
    assert response.mimetype == "text/html"
    assert response.headers["Cache-Control"] == "no-store"  # the page shows who is signed in
    assert "Cookie" in response.headers["Vary"]


def test_a_head_is_led_to_the_door_like_a_get_and_what_else_comes_is_refused(bare_app):
    client = bare_app.test_client()
    assert client.head("/account").location == "/sign-in?next=/account"
    assert client.options("/account").status_code == 401


def test_every_answer_carries_exactly_these_headers(bare_app):
    headers = bare_app.test_client().get("/sign-in").headers
    assert headers["Content-Security-Policy"] == (
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; "
        "form-action 'self'; frame-ancestors 'none'; base-uri 'none'"
    )
    assert headers["Referrer-Policy"] == "same-origin"
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert headers["Cross-Origin-Opener-Policy"] == headers["Cross-Origin-Resource-Policy"] == "same-origin"
    assert headers["Cache-Control"] == "no-store"
    asked_for = headers["Permissions-Policy"].split(", ")
    assert {"camera=()", "geolocation=()", "microphone=()"} < set(asked_for)
    assert all(each.endswith("=()") for each in asked_for)
    assert "Strict-Transport-Security" not in headers


class TestBehindAProxy:
    @pytest.fixture
    def client(self, environ, make_app):
        """A browser that reaches Evenhand over https through one proxy."""
        environ |= {"EVENHAND_PUBLIC_URL": "https://shifts.example.org", "EVENHAND_PROXIES": "1"}
        made = make_app().test_client()
        made.environ_base |= {
            "HTTP_HOST": "shifts.example.org",
            "HTTP_X_FORWARDED_HOST": "shifts.example.org",
            "HTTP_X_FORWARDED_PROTO": "https",
            "HTTP_X_FORWARDED_FOR": "192.0.2.1",
        }
        return made

    def test_cookies_are_bound_to_the_host_and_to_https(self, client):
        answer = client.get("/sign-in")
        cookie = answer.headers["Set-Cookie"]
        assert cookie.startswith("__Host-evenhand=")
        assert {"Secure", "HttpOnly", "Path=/", "SameSite=Lax"} <= set(cookie.split("; "))
        assert "Domain" not in cookie
        assert answer.headers["Strict-Transport-Security"].startswith("max-age=63072000")

    def test_forms_work_and_only_from_our_own_pages(self, client):
        form = client.page("/sign-in").form().filled(email="x@example.org", passphrase="x")
        for referer, status in (("https://shifts.example.org/sign-in", 422), ("https://evil.example.org/", 400)):
            assert client.post("/sign-in", data=form, headers={"Referer": referer}).status_code == status
        assert client.post("/sign-in", data=form).status_code == 400

    def test_a_visitor_is_known_by_what_the_proxy_says_not_by_what_they_say(self, client):
        form = client.page("/sign-in").form().filled(email="x@example.org", passphrase="x")
        answers = [
            client.post(
                "/sign-in",
                data=form,
                headers={"Referer": "https://shifts.example.org/", "X-Forwarded-For": f"203.0.113.{number}, 192.0.2.1"},
            ).status_code
            for number in range(6)
        ]
        assert answers == [422] * 5 + [429]

    def test_another_host_is_refused(self, client):
        assert client.get("/sign-in", headers={"X-Forwarded-Host": "evil.example.org"}).status_code == 400


class TestAFormThatCameTooLate:
    @pytest.fixture
    def client(self, bare_app):
        """Ada's browser, in which she signed in anew since the form was loaded."""
        with bare_app.app_context():
            ada = add_person("Ada", *Role)
        return sign_in(bare_app.test_client(), ada)

    def test_what_was_typed_is_shown_to_be_copied_but_no_secret(self, client):
        typed = {"name": "A long story", "passphrase": "green kettle by the window", "csrf_token": "old one"}
        answer = client.post("/people/add", data=typed, headers={"Origin": "http://localhost"})
        assert answer.status_code == 400
        assert "A long story" in answer.text
        assert "kettle" not in answer.text

    def test_a_file_that_came_too_late_is_refused_kindly_too(self, client):
        file = (io.BytesIO(b"name\nSam\n"), "people.csv")
        answer = client.post("/transfer/", data={"file": file}, headers={"Origin": "http://localhost"})
        assert answer.status_code == 400
        assert "open too long" in answer.text

    def test_another_sites_form_is_shown_nothing_of(self, client):
        typed = {"name": "Call this number"}
        answer = client.post("/people/add", data=typed, headers={"Origin": "https://evil.example.org"})
        assert answer.status_code == 400
        assert "Call this number" not in answer.text

    def test_who_was_signed_out_meanwhile_loses_no_text_either(self, client):
        form = client.page("/people/add").form().filled(name="A long story")
        with client.session_transaction() as cookie:
            cookie["_user_id"] = "ended"
        answer = client.post("/people/add", data=form, headers={"Origin": "http://localhost"})
        assert answer.status_code == 401
        assert "A long story" in answer.text


def test_static_files_carry_the_headers_too(bare_app):
    with bare_app.test_client().get("/static/css/evenhand.css") as response:
        assert response.status_code == 200
        assert list(header_faults(response)) == []

"""Logs tell what happened and nothing about whom."""

import io
import json
import logging

import pytest
import sqlalchemy as sa

from app import clock
from app.database import db
from app.logs import Formatter
from app.people.models import Person


def line(style, message="event", **extra):
    record = logging.LogRecord("evenhand", logging.INFO, "f", 1, message, (), None)
    for name, value in extra.items():
        setattr(record, name, value)
    return Formatter(style).format(record)


def test_only_known_fields_are_written():
    assert "sam@example.org" not in line("json", email="sam@example.org", status=200)
    assert json.loads(line("json", status=200))["status"] == 200


def test_an_event_is_one_line_whatever_it_holds():
    assert "\n" not in line("text", endpoint="a\nfake line")
    assert "\n" not in line("json", "two\r\nlines")


def test_signs_that_steer_a_terminal_are_written_out():
    said = line("text", "two\x1b[31m\u2028lines", endpoint="a b")
    assert said.isprintable()
    assert "endpoint=a,b" in said


@pytest.fixture
def said(app, monkeypatch, capfd):
    """Everything that was written to the log and to standard error, by whomever."""
    stream = io.StringIO()
    (handler,) = (h for h in logging.getLogger("evenhand").handlers if isinstance(h.formatter, Formatter))
    monkeypatch.setattr(handler, "stream", stream)
    return lambda: stream.getvalue() + "".join(capfd.readouterr())


def test_a_page_that_breaks_tells_where_and_neither_what_was_asked_nor_what_was_written(app, said):
    def broken(token: str) -> str:
        db.session.execute(sa.insert(Person).values(name="canary-name", code=token, created_at=clock.now()))
        raise ValueError("canary-text")

    broken.evenhand_access = None  # type: ignore[attr-defined]
    app.add_url_rule("/broken/<token>", "broken", broken, methods=["POST"])
    app.config |= {"PROPAGATE_EXCEPTIONS": False, "WTF_CSRF_ENABLED": False}
    db.session.rollback()
    assert app.test_client().post("/broken/canary-token?q=canary-query").status_code == 500
    words = said()
    assert "a page broke endpoint=broken error=ValueError where=tests/app/test_logs.py:" in words
    assert "canary" not in words


def test_a_database_error_does_not_tell_what_was_to_be_written(app):
    with pytest.raises(sa.exc.IntegrityError) as error:
        db.session.execute(sa.insert(Person).values(name="canary-name"))
    db.session.rollback()
    assert "canary" not in str(error.value).partition("DETAIL")[0]


def test_requests_are_logged_by_endpoint_without_path_or_address(client, said):
    client.get("/sign-in?token=canary-token", headers={"X-Forwarded-For": "203.0.113.9"})
    client.get("/no-such-page/canary-path")
    words = said()
    assert "endpoint=auth.sign_in" in words
    assert not [each for each in ("canary", "203.0.113.9", "127.0.0.1") if each in words]

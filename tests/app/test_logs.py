"""Logs tell what happened and nothing about whom."""

import io
import json
import logging

from app.logs import Formatter


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


def test_requests_are_logged_by_endpoint_without_path_or_address(app, client, monkeypatch):
    stream = io.StringIO()
    (handler,) = (h for h in logging.getLogger("evenhand").handlers if isinstance(h.formatter, Formatter))
    monkeypatch.setattr(handler, "stream", stream)
    client.get("/sign-in?token=canary-token", headers={"X-Forwarded-For": "203.0.113.9"})
    client.get("/no-such-page/canary-path")
    said = stream.getvalue()
    assert "endpoint=auth.sign_in" in said
    assert "canary" not in said
    assert "203.0.113.9" not in said
    assert "127.0.0.1" not in said

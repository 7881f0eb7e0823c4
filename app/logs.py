"""Structured logs without personal data: known fields only, one line an event, line breaks encoded."""

from __future__ import annotations

import json
import logging
import sys
import time
import traceback
from datetime import UTC, datetime
from pathlib import Path

from flask import Flask, Response, current_app, g, request

QUIET = "evenhand_quiet"
FIELDS = ("endpoint", "method", "status", "ms", "job", "run", "error", "where", "attempt", "count", "worker")
DEEPEST = 4
HERE = Path(__file__).parents[1]


class Formatter(logging.Formatter):
    """One line an event, as text or JSON, holding the fields named in `FIELDS` and no others."""

    def __init__(self, style: str) -> None:
        super().__init__()
        self._json = style == "json"

    def format(self, record: logging.LogRecord) -> str:
        """Give the line."""
        at = datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds")
        known = vars(record) | (told(record.exc_info[1]) if record.exc_info and record.exc_info[1] else {})
        fields = {name: known[name] for name in FIELDS if known.get(name) is not None}
        line = {"at": at, "level": record.levelname.lower(), "event": record.getMessage(), **fields}
        if self._json:
            text = json.dumps(line, default=str)
        else:
            extra = " ".join(f"{name}={value!s}".replace(" ", ",") for name, value in fields.items())
            text = f"{at} {record.levelname.lower():7} {record.getMessage()} {extra}".rstrip()
        return "".join(sign if sign.isprintable() else sign.encode("unicode_escape").decode() for sign in text)


def told(error: BaseException) -> dict[str, str]:
    """What may be told of an error: its kind and where in our code it came from, innermost first; never its text."""
    frames = [frame for frame in traceback.extract_tb(error.__traceback__) if Path(frame.filename).is_relative_to(HERE)]
    ours = [frame for frame in frames if "site-packages" not in frame.filename]
    places = " ".join(f"{Path(frame.filename).relative_to(HERE)}:{frame.lineno}" for frame in reversed(ours[-DEEPEST:]))
    return {"error": type(error).__name__, "where": places}


def init_app(app: Flask, style: str) -> None:
    """Send the application's events to standard error and log each request by endpoint, never by address."""
    logger = logging.getLogger("evenhand")
    if not logger.handlers:
        handler = logging.StreamHandler(sys.stderr)
        handler.setFormatter(Formatter(style))
        logger.addHandler(handler)
        logger.setLevel(logging.INFO)
        logger.propagate = False
    if not app.debug:
        # Flask's own words for a broken page hold its address and the error's text; app/errors.py says what may be.
        app.log_exception = lambda exc_info: None  # type: ignore[method-assign]  # noqa: ARG005 - Flask's name
    app.extensions[QUIET] = set()
    app.before_request(_start)
    app.after_request(_log)


def keep_quiet(app: Flask, blueprint: str) -> None:
    """Log no request for these pages: when someone came to them is nobody's business."""
    app.extensions[QUIET].add(blueprint)


def _start() -> None:
    g.started = time.perf_counter()


def _log(response: Response) -> Response:
    if request.endpoint != "static" and request.blueprint not in current_app.extensions[QUIET]:
        # The endpoint, not the path: paths hold ids and tokens.
        logging.getLogger("evenhand.web").info(
            "request",
            extra={
                "endpoint": request.endpoint or "-",
                "method": request.method,
                "status": response.status_code,
                "ms": round((time.perf_counter() - g.started) * 1000, 1) if "started" in g else None,
            },
        )
    return response

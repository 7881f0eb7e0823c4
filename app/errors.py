"""Errors, shown to people in plain words with what to do next."""

from __future__ import annotations

import logging
from urllib.parse import urlsplit

import sqlalchemy as sa
from flask import Flask, abort, g, render_template, request
from flask.typing import ResponseReturnValue
from flask_login import AnonymousUserMixin
from flask_wtf.csrf import CSRFError
from werkzeug.exceptions import HTTPException, InternalServerError, SecurityError

log = logging.getLogger("evenhand.errors")
PAGES = frozenset({400, 401, 403, 404, 405, 409, 413, 429, 500, 503})
GONE = 410
SIGNED_OUT = 401
SECRETS = ("pass", "pin", "code", "again", "current", "token")  # in the names of fields that are never shown again
NUL = "\x00"


def init_app(app: Flask) -> None:
    """Answer every error with a page, and what no person can type with one too."""
    app.before_request(_refuse_nul)
    app.register_error_handler(HTTPException, _http_error)
    app.register_error_handler(CSRFError, _csrf_error)
    app.register_error_handler(SecurityError, _wrong_host)
    app.register_error_handler(sa.exc.OperationalError, _database_error)
    app.register_error_handler(sa.orm.exc.StaleDataError, _overtaken)


def _refuse_nul() -> None:
    """Refuse a NUL anywhere in an address or a form: PostgreSQL holds none, so nothing of ours can have one."""
    sent = [request.args, request.form] if request.content_length else [request.args]
    if NUL in request.path or any(NUL in text for each in sent for pair in each.items(multi=True) for text in pair):
        abort(400)


def _page(code: int) -> tuple[str, int]:
    like = code if code in PAGES else 404 if code == GONE else 500 if code >= 500 else 400  # noqa: PLR2004
    return render_template(f"errors/{like}.html", typed=[]), code


def _typed() -> list[str]:
    """What a person wrote into the form that is refused, so that it is not lost: no secrets, nothing of other sites."""
    if urlsplit(request.headers.get("Origin", "")).netloc != request.host:
        return []
    fields = request.form.items(multi=True)
    return [text for name, text in fields if " " in text.strip() and not any(word in name for word in SECRETS)]


def _http_error(error: HTTPException) -> ResponseReturnValue:
    if error.code is None or error.code < 400:  # noqa: PLR2004 - redirects are answers, not errors
        return error
    if isinstance(error, InternalServerError) and error.original_exception is not None:
        log.error("a page broke", extra={"endpoint": request.endpoint}, exc_info=error.original_exception)
    if error.code == SIGNED_OUT:
        return render_template("errors/401.html", typed=_typed()), error.code
    return _page(error.code)


def _csrf_error(error: CSRFError) -> ResponseReturnValue:
    return render_template("errors/too_long.html", typed=_typed()), error.code or 400


def _wrong_host(error: SecurityError) -> ResponseReturnValue:
    del error  # without a trusted host no address can be built, so no page with links either
    return "This is not the address of this site.", 400, {"Content-Type": "text/plain; charset=utf-8"}


def _overtaken(error: sa.orm.exc.StaleDataError) -> ResponseReturnValue:
    del error  # a row was changed between being read and being written; nothing of this request was kept
    return _page(409)


def _database_error(error: sa.exc.OperationalError) -> ResponseReturnValue:
    log.error("the database did not answer", extra={"endpoint": request.endpoint}, exc_info=error)
    g._login_user = AnonymousUserMixin()  # noqa: SLF001 - Flask-Login would ask the database again who this is
    page, code = _page(503)
    return page, code, {"Retry-After": "15"}

"""The shell: `create_app` wires configuration, extensions and slices, in that order; importing does no work."""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from importlib import import_module

from flask import Flask
from flask_wtf.csrf import CSRFProtect
from werkzeug.middleware.proxy_fix import ProxyFix

from app import access, assets, cli, clock, database, errors, headers, jobs, logs, navigation, one_address, vault, words
from app.config import Config

SLICES = (
    "auth",
    "home",
    "people",
    "sites",
    "roster",
    "review",
    "shifts",
    "exchange",
    "attendance",
    "kiosk",
    "outreach",
    "growth",
    "pay",
    "checkins",
    "incidents",
    "rules",
    "transfer",
    "audit",
    "mail",
    "demo",
)
MEBIBYTE = 1_048_576


def create_app(environ: Mapping[str, str] | None = None, now: Callable[[], datetime] | None = None) -> Flask:
    """Make the application from a mapping of settings (the environment by default) and a clock."""
    config = Config.read(os.environ if environ is None else environ)
    app = Flask("app", static_folder="static", template_folder="../templates")
    app.config.update(
        EVENHAND=config,
        SESSION_COOKIE_NAME="__Host-evenhand" if config.is_https else "evenhand",
        SESSION_COOKIE_SECURE=config.is_https,
        SESSION_COOKIE_HTTPONLY=True,
        SESSION_COOKIE_SAMESITE="Lax",  # Strict would break links from mail
        SESSION_REFRESH_EACH_REQUEST=False,
        PREFERRED_URL_SCHEME="https" if config.is_https else "http",
        TRUSTED_HOSTS=config.hosts,
        MAX_CONTENT_LENGTH=9 * MEBIBYTE,
        MAX_FORM_MEMORY_SIZE=2 * MEBIBYTE,
        MAX_FORM_PARTS=5_000,
        WTF_CSRF_TIME_LIMIT=None,  # as long as the session: a slow writer loses nothing
        SEND_FILE_MAX_AGE_DEFAULT=timedelta(hours=1),
    )
    app.jinja_env.trim_blocks = True
    app.jinja_env.lstrip_blocks = True
    if config.proxies:
        hops = config.proxies
        app.wsgi_app = ProxyFix(app.wsgi_app, x_for=hops, x_proto=hops, x_host=hops)  # type: ignore[method-assign]
    logs.init_app(app, config.log)
    clock.init_app(app, now)
    words.init_app(app)
    vault.init_app(app, config)
    database.init_app(app, config)
    jobs.init_app(app)
    one_address.init_app(app)
    CSRFProtect(app)
    for name in SLICES:
        import_module(f"app.{name}").init_app(app)
    access.init_app(app)
    navigation.init_app(app)
    assets.init_app(app)
    headers.init_app(app)
    errors.init_app(app)
    cli.init_app(app)
    return app

"""Addresses of static files that change with their content, so that a browser may keep them for a year."""

from __future__ import annotations

import hashlib
from functools import cache
from pathlib import Path

from flask import Flask, Response, request
from markupsafe import Markup

FOLDER = Path(__file__).with_name("static")
YEAR = 31_536_000


def init_app(app: Flask) -> None:
    """Give templates `asset("css/evenhand.css")` and `icon("calendar")`, and let what they name be kept."""
    app.jinja_env.globals |= {"asset": asset, "icon": icon}
    app.after_request(_keep)


def asset(name: str) -> str:
    """The address of a static file (and of a part of it, after #), with eight letters of its content's hash."""
    file, mark, part = name.partition("#")
    return f"{request.script_root}/static/{file}?v={_version(file)}{mark}{part}"


def icon(name: str) -> Markup:
    """One of the pictures in the file of icons, to be looked at only: say the same in words beside it."""
    return _icon(asset(f"icons.svg#{name}"))


@cache
def _icon(address: str) -> Markup:
    return Markup('<svg class="icon" aria-hidden="true"><use href="{}"/></svg>').format(address)


@cache
def _version(name: str) -> str:
    return hashlib.sha256((FOLDER / name).read_bytes()).hexdigest()[:8]


def _keep(response: Response) -> Response:
    if request.endpoint == "static" and "v" in request.args and response.status_code == 200:  # noqa: PLR2004
        response.cache_control.max_age = YEAR
        response.cache_control.immutable = True
    return response

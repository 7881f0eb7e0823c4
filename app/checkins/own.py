"""What only the person themselves may do: not in a session that a code from somebody else opened."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps

from flask import render_template, request
from flask.typing import ResponseReturnValue
from flask_login import current_user

from app.auth.queries import came_in_alone
from app.checkins import queries


def is_own() -> bool:
    """Whether the person is here by what only they have: their way in, or private words typed a short while ago."""
    return came_in_alone(current_user) or queries.opened_key(current_user.id) is not None


def not_own() -> ResponseReturnValue:
    """The page that says in plain words what to do instead."""
    page = render_template("checkins/not_own.html")
    return page if request.method == "GET" else (page, 403)


def own_only(view: Callable[..., ResponseReturnValue]) -> Callable[..., ResponseReturnValue]:
    """Open a page to sessions of the person's own only."""

    @wraps(view)
    def checked(**values: str) -> ResponseReturnValue:
        return view(**values) if is_own() else not_own()

    return checked

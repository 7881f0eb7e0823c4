"""What only the person themselves may do: not in a session that a code from somebody else opened."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps

from flask import render_template, request
from flask.typing import ResponseReturnValue
from flask_login import current_user

from app import clock
from app.auth.queries import came_in_alone, settles_at
from app.checkins import queries


def is_own() -> bool:
    """Whether the person is here by what only they have: their way in, or private words typed a short while ago."""
    return came_in_alone(current_user) or queries.opened_key(current_user.id) is not None


def is_sure() -> bool:
    """The same for what cannot be undone: not by a passphrase or card that is only days old."""
    if not queries.has_key(current_user.id):
        return came_in_alone(current_user)  # there is nothing to lose yet
    opened = queries.opened_key(current_user.id)
    return opened is not None or (came_in_alone(current_user) and settles_at(current_user) is None)


def not_own() -> ResponseReturnValue:
    """The page that says in plain words what to do instead."""
    at = settles_at(current_user) if came_in_alone(current_user) else None
    page = render_template("checkins/not_own.html", opens_on=at and clock.local(at).date())
    return page if request.method == "GET" else (page, 403)


def own_only(view: Callable[..., ResponseReturnValue]) -> Callable[..., ResponseReturnValue]:
    """Open a page to sessions of the person's own only."""
    return _only(is_own, view)


def sure_only(view: Callable[..., ResponseReturnValue]) -> Callable[..., ResponseReturnValue]:
    """Open a page only where nobody else could have come in."""
    return _only(is_sure, view)


def _only(holds: Callable[[], bool], view: Callable[..., ResponseReturnValue]) -> Callable[..., ResponseReturnValue]:
    @wraps(view)
    def checked(**values: str) -> ResponseReturnValue:
        return view(**values) if holds() else not_own()

    return checked

"""What only the person themselves may do: not in a session that a code from somebody else opened."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps

from flask import render_template, request
from flask.typing import ResponseReturnValue
from flask_login import current_user

from app import clock
from app.auth.queries import Door, came_in_alone, settles_at
from app.checkins import queries


def is_sure() -> bool:
    """Whether the person is here by what only they have: private words typed a short while ago, or their way in.

    Not by a passphrase, card or address that is only days old: somebody else could have made it in their place.
    """
    if queries.opened_key(current_user.id) is not None:
        return True
    return came_in_alone(current_user) and settles_at(current_user) is None


def has_only_card() -> bool:
    """Whether the person has come in by a card because there is no other way: no mail can tell them of anything."""
    return current_user.door == Door.CARD and came_in_alone(current_user)


def not_own() -> ResponseReturnValue:
    """The page that says in plain words what to do instead."""
    at = settles_at(current_user) if came_in_alone(current_user) else None
    page = render_template(
        "checkins/not_own.html", opens_on=at and clock.local(at).date(), has_key=queries.has_key(current_user.id)
    )
    return page if request.method == "GET" else (page, 409)  # they may, only not yet or not from here


def sure_only(view: Callable[..., ResponseReturnValue]) -> Callable[..., ResponseReturnValue]:
    """Open a page only where nobody else could have come in."""

    @wraps(view)
    def checked(**values: str) -> ResponseReturnValue:
        return view(**values) if is_sure() else not_own()

    return checked

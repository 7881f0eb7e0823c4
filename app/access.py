"""Who may do what: roles, marks on views, and refusal of everything without a mark."""

from __future__ import annotations

from collections.abc import Callable
from enum import StrEnum
from typing import Any, TypeVar

from flask import Flask, abort, current_app, flash, redirect, request, url_for
from flask_login import current_user

View = TypeVar("View", bound=Callable[..., Any])
MARK = "evenhand_access"


class Role(StrEnum):
    """What a person may do in the group; a person may have several."""

    PEER = "peer"
    COORDINATOR = "coordinator"
    SUPERVISOR = "supervisor"
    TREASURER = "treasurer"
    ADMIN = "admin"


ROLE_WORDS = {
    Role.PEER: "Peer worker or volunteer",
    Role.COORDINATOR: "Coordinator",
    Role.SUPERVISOR: "Supervisor",
    Role.TREASURER: "Treasurer",
    Role.ADMIN: "Admin",
}
STAFF = frozenset({Role.COORDINATOR, Role.SUPERVISOR, Role.TREASURER, Role.ADMIN})


def allow(*roles: Role) -> Callable[[View], View]:
    """Open a view to people who have at least one of these roles."""
    if not roles:
        raise ValueError("name at least one role, or use allow_signed_in")
    return _marker(frozenset(roles))


def allow_signed_in(view: View) -> View:
    """Open a view to every signed-in person."""
    return _marker(frozenset(Role))(view)


def open_page(view: View) -> View:
    """Open a view to anyone at all. The list of these is short and a test holds it."""
    return _marker(None)(view)


def _marker(roles: frozenset[Role] | None) -> Callable[[View], View]:
    def mark(view: View) -> View:
        setattr(view, MARK, roles)
        return view

    return mark


def mark_of(view: Callable[..., Any]) -> frozenset[Role] | None:
    """The roles a view is open to, None for anyone; raises `LookupError` when it has no mark."""
    if not hasattr(view, MARK):
        raise LookupError(f"view {view.__module__}.{view.__name__} says not who may use it")
    roles: frozenset[Role] | None = getattr(view, MARK)
    return roles


def init_app(app: Flask) -> None:
    """Check every request before its view runs."""
    app.before_request(_check)


def _check() -> Any:
    if request.endpoint is None or request.endpoint == "static":
        return None  # no such page: the 404 handler answers; static files are the same for all
    view = current_app.view_functions[request.endpoint]
    try:
        roles = mark_of(view)
    except LookupError:
        if current_app.testing:
            raise
        abort(403)
    if roles is None:
        return None
    if not current_user.is_authenticated:
        if request.method not in {"GET", "HEAD"}:
            abort(401)
        flash("Please sign in first.", "info")
        return redirect(url_for("auth.sign_in", next=request.full_path.rstrip("?")))
    if current_user.roles.isdisjoint(roles):
        abort(403)
    return None

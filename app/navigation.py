"""The main navigation: which pages each role finds in it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from flask import Flask, request, url_for
from flask_login import current_user

from app.access import Role

P, C, A = Role.PEER, Role.COORDINATOR, Role.ADMIN


@dataclass(frozen=True, slots=True)
class Entry:
    """One entry: its label, the page it leads to and the roles that see it."""

    label: str
    endpoint: str
    roles: frozenset[Role]


ENTRIES = (
    Entry("Home", "home.index", frozenset(Role)),
    Entry("My shifts", "shifts.mine", frozenset({P, C})),
    Entry("Rosters", "roster.periods", frozenset({C})),
    Entry("People", "people.index", frozenset({C, A})),
    Entry("Sites", "sites.index", frozenset({C, A})),
    Entry("Rules", "rules.index", frozenset({C, A})),
    Entry("Import and export", "transfer.index", frozenset({C, A})),
    Entry("Log", "audit.index", frozenset({A})),
)


ACCOUNT = (
    ("My sign-in", "auth.account"),
    ("My passphrase", "auth.passphrase"),
)


def init_app(app: Flask) -> None:
    """Hand the navigation to every template.

    `nav` is a list of (label, address, is_current), `account_links` one of (label, address).
    """
    app.context_processor(_nav)


def _nav() -> dict[str, Any]:
    if not current_user or not current_user.is_authenticated:
        return {"nav": [], "account_links": []}
    here = request.blueprint
    return {
        "nav": [
            (entry.label, url_for(entry.endpoint), entry.endpoint.partition(".")[0] == here)
            for entry in ENTRIES
            if entry.roles & current_user.roles
        ],
        "account_links": [(label, url_for(endpoint)) for label, endpoint in ACCOUNT],
    }

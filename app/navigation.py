"""The main navigation: which pages each role finds in it."""

from __future__ import annotations

from dataclasses import dataclass

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


def init_app(app: Flask) -> None:
    """Hand the navigation to every template as `nav`: a list of (label, address, is_current)."""
    app.context_processor(_nav)


def _nav() -> dict[str, list[tuple[str, str, bool]]]:
    if not current_user or not current_user.is_authenticated:
        return {"nav": []}
    here = request.blueprint
    return {
        "nav": [
            (entry.label, url_for(entry.endpoint), entry.endpoint.partition(".")[0] == here)
            for entry in ENTRIES
            if entry.roles & current_user.roles
        ]
    }

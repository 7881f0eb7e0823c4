"""The main navigation: which pages each role finds in it."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from typing import Any

from flask import Flask, current_app, request
from flask_login import current_user

from app.access import Role

P, C, A = Role.PEER, Role.COORDINATOR, Role.ADMIN
S, T = Role.SUPERVISOR, Role.TREASURER


@dataclass(frozen=True, slots=True)
class Entry:
    """One entry: its label, the page it leads to and the roles that see it."""

    label: str
    endpoint: str
    roles: frozenset[Role]


ENTRIES = (
    Entry("Home", "home.index", frozenset(Role)),
    Entry("Today", "attendance.today", frozenset({P, C})),
    Entry("Rosters", "roster.periods", frozenset({C})),
    Entry("Open places", "exchange.gaps", frozenset({C})),
    Entry("My shifts", "shifts.mine", frozenset({P, C})),
    Entry("Shifts I can take", "exchange.take", frozenset({P})),
    Entry("Pay", "pay.index", frozenset({T})),
    Entry("My pay", "pay.mine", frozenset({P})),
    Entry("The week", "checkins.monday", frozenset({S})),
    Entry("For me", "checkins.weekly", frozenset(Role)),
    Entry("When I can come", "people.availability", frozenset({P})),
    Entry("Something happened", "incidents.index", frozenset({P, C})),
    Entry("People", "people.index", frozenset({C, A})),
    Entry("Sites", "sites.index", frozenset({C, A})),
    Entry("Approve payments", "pay.approvals", frozenset({C, S, T, A})),
    Entry("Cash boxes", "pay.boxes", frozenset({C, S, A})),
    Entry("Rates", "pay.rates", frozenset({A})),
    Entry("Rules", "rules.index", frozenset({C, A})),
    Entry("Import and export", "transfer.index", frozenset({C, A})),
    Entry("Log", "audit.index", frozenset({A})),
)


ACCOUNT = (
    ("About me", "people.me"),
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
    entries, links = _entries(current_user.roles, request.script_root)
    here = _current(entries)
    return {"nav": [(entry.label, address, entry is here) for entry, address in entries], "account_links": links}


@cache
def _entries(roles: frozenset[Role], root: str) -> tuple[list[tuple[Entry, str]], list[tuple[str, str]]]:
    """What people with these roles find, with its address: the same for all of them and on every page."""
    address = current_app.url_map.bind("localhost", script_name=root).build
    entries = [(each, address(each.endpoint)) for each in ENTRIES if each.roles & roles]
    return entries, [(label, address(endpoint)) for label, endpoint in ACCOUNT]


def _current(entries: list[tuple[Entry, str]]) -> Entry | None:
    """The entry under which the present page lies: of its slice, with the longest address that begins the page's."""
    own = [(each, address) for each, address in entries if each.endpoint.partition(".")[0] == request.blueprint]
    above = [(len(address), number) for number, (_, address) in enumerate(own) if request.path.startswith(address)]
    return own[max(above)[1]][0] if above else None

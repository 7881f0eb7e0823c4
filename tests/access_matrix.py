"""Who may use which page: written by hand, so that opening a page to more people is a decision somebody sees.

The test walks every route with every role. A route that is not here fails it.
"""

from __future__ import annotations

from app.access import Role

ANYONE = frozenset({None, *Role})
SIGNED_IN = frozenset(Role)
PEER = frozenset({Role.PEER})
COORDINATOR = frozenset({Role.COORDINATOR})
ADMIN = frozenset({Role.ADMIN})
PLANNERS = frozenset({Role.COORDINATOR, Role.ADMIN})
ON_SHIFTS = frozenset({Role.PEER, Role.COORDINATOR})

MAY: dict[str, frozenset[Role | None]] = {
    "audit.index": SIGNED_IN,
    "auth.quick_exit": ANYONE,
    "auth.sign_in": ANYONE,
    "auth.sign_in_submit": ANYONE,
    "auth.sign_out": ANYONE,
    "home.index": SIGNED_IN,
    "people.index": SIGNED_IN,
    "roster.periods": COORDINATOR,
    "rules.index": SIGNED_IN,
    "shifts.mine": SIGNED_IN,
    "sites.index": SIGNED_IN,
    "transfer.index": SIGNED_IN,
}

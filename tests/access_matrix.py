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
    "auth.account": SIGNED_IN,
    "auth.ask_link": ANYONE,
    "auth.ask_link_submit": ANYONE,
    "auth.card": ANYONE,
    "auth.card_help": ANYONE,
    "auth.card_submit": ANYONE,
    "auth.code": ANYONE,
    "auth.code_submit": ANYONE,
    "auth.doors_of": PLANNERS,
    "auth.end_all": SIGNED_IN,
    "auth.end_all_of": PLANNERS,
    "auth.end_others": SIGNED_IN,
    "auth.end_place": SIGNED_IN,
    "auth.give_code": PLANNERS,
    "auth.invite": PLANNERS,
    "auth.left": ANYONE,
    "auth.link": ANYONE,
    "auth.link_sent": ANYONE,
    "auth.link_submit": ANYONE,
    "auth.passphrase": SIGNED_IN,
    "auth.passphrase_submit": SIGNED_IN,
    "auth.pin": SIGNED_IN,
    "auth.pin_submit": SIGNED_IN,
    "auth.quick_exit": ANYONE,
    "auth.remove_second_step": ADMIN,
    "auth.renew_card": PLANNERS,
    "auth.second": ANYONE,
    "auth.second_step_begin": SIGNED_IN,
    "auth.second_step_confirm": SIGNED_IN,
    "auth.second_step_setup": SIGNED_IN,
    "auth.second_submit": ANYONE,
    "auth.setup": ANYONE,
    "auth.setup_submit": ANYONE,
    "auth.sign_in": ANYONE,
    "auth.sign_in_submit": ANYONE,
    "auth.sign_out": ANYONE,
    "auth.void_card": PLANNERS,
    "home.index": SIGNED_IN,
    "people.index": SIGNED_IN,
    "roster.periods": COORDINATOR,
    "rules.index": SIGNED_IN,
    "shifts.mine": SIGNED_IN,
    "sites.index": SIGNED_IN,
    "transfer.bad_rows": PLANNERS,
    "transfer.before": PLANNERS,
    "transfer.choose_dates": PLANNERS,
    "transfer.columns": PLANNERS,
    "transfer.confirm": PLANNERS,
    "transfer.discard": PLANNERS,
    "transfer.done": PLANNERS,
    "transfer.export": PLANNERS,
    "transfer.export_everything": ADMIN,
    "transfer.index": PLANNERS,
    "transfer.my_wishes": SIGNED_IN,
    "transfer.show": PLANNERS,
    "transfer.template": PLANNERS,
    "transfer.upload_file": PLANNERS,
}

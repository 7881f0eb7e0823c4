"""The checkins slice: private check-ins, and what a person chooses to come of them.

No other slice imports this one. What it keeps lives in a database of its own; what reaches the rest of the
application is only what a person does there themselves.
"""

from __future__ import annotations

from datetime import timedelta
from functools import cache

from flask import Flask, has_request_context, request
from werkzeug.local import LocalProxy

from app import jobs, logs

OF_REST = frozenset({"people.easy", "people.easy_submit", "shifts.rest"})


def init_app(app: Flask) -> None:
    """Add the slice to the application."""
    from app.checkins import (
        care_views,
        key_views,
        listener_views,
        monday_views,
        pack_views,
        tablet_views,
        team_views,
        views,
    )
    from app.checkins.commands import copy_check_ins, open_check_ins
    from app.checkins.parcels import DELIVER, deliver
    from app.checkins.shredding import SHRED, TIDY, shred_again, tidy
    from app.copies import COPY, copy_daily

    # These add their pages to the slice's.
    del care_views, key_views, listener_views, monday_views, pack_views, tablet_views, team_views
    app.register_blueprint(views.bp)
    logs.keep_quiet(app, views.bp.name)
    jobs.register(app, DELIVER, deliver, every=timedelta(hours=1))
    jobs.register(app, TIDY, tidy, every=timedelta(hours=12))
    jobs.register(app, SHRED, shred_again)
    jobs.register(app, COPY, copy_daily, every=timedelta(hours=6))
    app.cli.add_command(copy_check_ins)
    app.cli.add_command(open_check_ins)
    app.context_processor(_numbers)


def _numbers() -> dict[str, object]:
    """Whom to call outside stands on every page of check-ins, of what happened and of rest; read when one shows it."""
    from app.checkins.queries import help_lines

    is_shown = has_request_context() and (request.blueprint in {"checkins", "incidents"} or request.endpoint in OF_REST)
    return {"lines": LocalProxy(cache(help_lines))} if is_shown else {}

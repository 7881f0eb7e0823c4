"""Pages on which coordinators set up the tablets of their sites."""

from __future__ import annotations

from flask import flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_login import current_user

from app.access import Role, allow
from app.auth.passphrases import spaced
from app.kiosk import queries, services
from app.kiosk.forms import KioskForm
from app.kiosk.views import bp


@bp.get("/tablets")
@allow(Role.COORDINATOR, Role.ADMIN)
def index() -> str:
    """Every tablet, and a form for a new one."""
    return render_template("kiosk/index.html", kiosks=queries.kiosks(), form=KioskForm(queries.site_choices()))


@bp.post("/tablets")
@allow(Role.COORDINATOR, Role.ADMIN)
def add() -> ResponseReturnValue:
    """Make a code for a new tablet and show it, once."""
    form = KioskForm(queries.site_choices())
    if not form.validate_on_submit():
        return render_template("kiosk/index.html", kiosks=queries.kiosks(), form=form), 422
    code = services.add_kiosk(form.site_id.data, form.name.data, current_user.id)
    return render_template("kiosk/code.html", code=spaced(code), name=form.name.data)


@bp.post("/tablets/<kiosk_id>/remove")
@allow(Role.COORDINATOR, Role.ADMIN)
def remove(kiosk_id: str) -> ResponseReturnValue:
    """Remove a tablet."""
    services.end_kiosk(kiosk_id)
    flash("Removed. That device opens nothing any more.", "success")
    return redirect(url_for(".index"), 303)

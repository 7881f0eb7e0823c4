"""The same two taps at a shared tablet, for whoever stands there with card and PIN; one address, and no trace of it."""

from __future__ import annotations

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from app.access import open_page
from app.attendance.queries import resting_until
from app.editing import Outcome, Refused
from app.fields import KeyedForm
from app.incidents import queries, services
from app.incidents.models import Kind
from app.incidents.views import bp
from app.kiosk.queries import Visitor
from app.kiosk.services import stay
from app.kiosk.standing import for_a_minute, standing_tablet, visitor_at

NOTED = "It is noted. Everyone on your shift is asked how they are in three days, two weeks and four weeks."


@bp.get("/tablet")
@open_page
def tablet() -> ResponseReturnValue:
    """Four large buttons; under them what can be had for what happened today."""
    who = _who()
    if who is None:
        return redirect(url_for("kiosk.start"))
    last = next(iter(queries.incidents_of(who.person_id)), None)
    is_today = last is not None and queries.may_stop(last.happened_at, last.ends_at)
    return for_a_minute(
        render_template(
            "incidents/tablet.html",
            form=KeyedForm(formdata=None),
            kinds=queries.KIND_WORDS,
            last=last if is_today else None,
            stops=last is not None and any(me.stand_down_minutes is not None for me in last.of(who.person_id)),
            rests_until=resting_until(who.person_id),
            may_undo=last is not None and queries.may_undo(last, who.person_id),
        )
    )


@bp.post("/tablet")
@open_page
def tablet_submit() -> ResponseReturnValue:
    """Note it at once, or take what is offered then."""
    who = _who()
    if who is None:
        return redirect(url_for("kiosk.start"), 303)
    found = _done(who.person_id)
    if found is None:
        flash("Choose what it was.", "warning")
    else:
        outcome, words = found
        if isinstance(outcome, Refused):
            flash(" ".join(outcome.problems.values()), "error")
        else:
            flash(getattr(outcome, "words", "") or words, "success")
    return redirect(url_for(".tablet"), 303)


def _done(person_id: str) -> tuple[Outcome, str] | None:
    """What was pressed, done, and the words for it; None when it was no button of this page."""
    act, kind, which = (request.form.get(each, "") for each in ("act", "kind", "which"))
    if act == "stop":
        return services.stand_down(which, person_id, wants=True), "You stop, and you are paid. A coordinator sees it."
    if act == "relief":
        return services.ask_relief(which, person_id), "Asked. A coordinator sees it."
    if act == "undo":
        return services.undo_incident(which, person_id), "Taken back."
    if kind not in set(Kind):
        return None
    is_another = act == "another"
    return services.tell_incident(person_id, Kind(kind), KeyedForm().key.data, is_another=is_another), NOTED


def _who() -> Visitor | None:
    visitor = visitor_at(standing_tablet())
    if visitor is not None:
        stay(visitor.visit_id)
    return visitor

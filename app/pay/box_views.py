"""Pages of cash boxes."""

from __future__ import annotations

from typing import Any

from flask import abort, flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_login import current_user

from app.access import Role, allow
from app.editing import Outcome, Saved
from app.pay import floats, queries
from app.pay.forms import BoxForm, CountForm, MoveForm
from app.pay.models import SlipKind
from app.pay.views import TREASURER, bp

COUNTERS = (Role.TREASURER, Role.COORDINATOR, Role.SUPERVISOR, Role.ADMIN)


def _others() -> list[tuple[str, str]]:
    return [each for each in queries.everyone() if each[0] != current_user.id]


@bp.get("/boxes")
@allow(*COUNTERS)
def boxes() -> str:
    """Every cash box."""
    return render_template("pay/boxes.html", boxes=queries.boxes(), closed=queries.boxes(is_open=False))


def _box_form() -> BoxForm:
    kind: Any = BoxForm.of_currency()
    form: BoxForm = kind(queries.staff(), _others())
    return form


@bp.get("/boxes/add")
@allow(TREASURER)
def box_add() -> str:
    """An empty form for a new box."""
    form = _box_form()
    form.custodian_id.data = current_user.id
    return render_template("pay/box_add.html", form=form)


@bp.post("/boxes/add")
@allow(TREASURER)
def box_add_submit() -> ResponseReturnValue:
    """Open the box."""
    form = _box_form()
    if form.validate_on_submit():
        hands = floats.Hands(form.key.data, current_user.id, form.witness_id.data)
        outcome = floats.open_float(form.name.data, form.custodian_id.data, form.pieces, hands)
        if _done(form, outcome, "The box is open."):
            return redirect(url_for(".box", float_id=outcome.id), 303)  # type: ignore[union-attr]
    return render_template("pay/box_add.html", form=form), 422


def _done(form: Any, outcome: Outcome, words: str) -> bool:
    if isinstance(outcome, Saved):
        flash(words, "success")
        return True
    form.take(getattr(outcome, "problems", {}))
    return False


@bp.get("/boxes/<float_id>")
@allow(*COUNTERS)
def box(float_id: str) -> str:
    """One box: what should be in it, and its slips."""
    found = queries.box(float_id) or abort(404)
    names = dict(queries.everyone())
    return render_template("pay/box.html", box=found, names=names)


def _move_form() -> MoveForm:
    kind: Any = MoveForm.of_currency()
    form: MoveForm = kind(_others())
    return form


@bp.get("/boxes/<float_id>/move")
@allow(TREASURER)
def box_move(float_id: str) -> str:
    """A form to put cash in or take it out."""
    return render_template("pay/box_move.html", box=queries.box(float_id) or abort(404), form=_move_form())


@bp.post("/boxes/<float_id>/move")
@allow(TREASURER)
def box_move_submit(float_id: str) -> ResponseReturnValue:
    """Put it in or take it out."""
    found = queries.box(float_id) or abort(404)
    form = _move_form()
    if form.validate_on_submit():
        hands = floats.Hands(form.key.data, current_user.id, form.witness_id.data)
        move = floats.top_up_float if form.direction.data == "in" else floats.bank_float
        if _done(form, move(float_id, form.pieces, hands), "Written down."):
            return redirect(url_for(".box", float_id=float_id), 303)
    return render_template("pay/box_move.html", box=found, form=form), 422


def _count_form() -> CountForm:
    kind: Any = CountForm.of_currency()
    form: CountForm = kind(queries.staff(), _others())
    return form


@bp.get("/boxes/<float_id>/count")
@allow(*COUNTERS)
def box_count(float_id: str) -> str:
    """A form for a count; it does not tell what there should be."""
    return render_template("pay/box_count.html", box=queries.box(float_id) or abort(404), form=_count_form())


@bp.post("/boxes/<float_id>/count")
@allow(*COUNTERS)
def box_count_submit(float_id: str) -> ResponseReturnValue:
    """Write the count down."""
    found = queries.box(float_id) or abort(404)
    form = _count_form()
    if form.validate_on_submit():
        hands = floats.Hands(form.key.data, current_user.id, form.witness_id.data)
        kind = SlipKind(form.kind.data)
        to_id = form.to_id.data or None
        outcome = floats.count_float(float_id, kind, form.pieces, form.note.data or "", hands, to_id=to_id)
        if _done(form, outcome, "Counted and written down."):
            return redirect(url_for(".box", float_id=float_id), 303)
    return render_template("pay/box_count.html", box=found, form=form), 422

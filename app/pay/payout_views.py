"""Pages on which payments are approved, handed over, confirmed, and taken back."""

from __future__ import annotations

from typing import Any

from flask import abort, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_login import current_user

from app.access import allow
from app.editing import Saved
from app.pay import accounts, payouts, queries
from app.pay.forms import ReceiptForm, TakeBackForm
from app.pay.views import TREASURER, bp, say
from app.people import queries as people
from payroll.checks import three_people
from payroll.payout import Method, State


@bp.get("/payments", endpoint="payouts_list")
@allow(TREASURER)
def payouts_list() -> str:
    """Every payment under way, what needs somebody first; below, the last ones that ended."""
    open_ = queries.payouts_in(State.UNKNOWN, State.SENDING, State.APPROVED, State.ASKED)
    order = [State.UNKNOWN, State.SENDING, State.APPROVED, State.ASKED]
    return render_template(
        "pay/payouts_list.html",
        groups=[(state, [each for each in open_ if each.row.state == state]) for state in order],
        ended=queries.payouts_in(State.PAID, State.VOID, State.CANCELLED, most=30),
    )


@bp.get("/approve")
@allow(*queries.APPROVERS)
def approvals() -> str:
    """Payments that wait for somebody else's yes."""
    waiting = queries.payouts_in(State.ASKED)
    mine = [each for each in waiting if _may_approve(each)]
    return render_template("pay/approvals.html", mine=mine, others=len(waiting) - len(mine))


def _may_approve(shown: queries.PayoutShown) -> bool:
    row = shown.row
    if row.approver_id is None:
        return three_people(row.person_id, row.payer_id, current_user.id) is None
    return three_people(row.person_id, row.payer_id, row.approver_id, current_user.id) is None


@bp.post("/approve")
@allow(*queries.APPROVERS)
def approve() -> ResponseReturnValue:
    """Approve the payments that were ticked."""
    count, words = payouts.approve_payouts(request.form.getlist("payout"), current_user.id)
    for each in words:
        flash(each, "info")
    if count:
        flash("Approved." if count == 1 else f"{count} payments are approved.", "success")
    elif not words:
        flash("Nothing was ticked, or someone else was quicker.", "info")
    return redirect(url_for(".approvals"), 303)


@bp.get("/payments/<payout_id>")
@allow(TREASURER)
def payout(payout_id: str) -> str:
    """One payment, and the one thing to do about it now."""
    return _page(payout_id, None)


def _page(payout_id: str, form: ReceiptForm | None) -> str:
    shown = queries.payout(payout_id) or abort(404)
    is_ending = shown.row.state in {State.SENDING, State.UNKNOWN}
    planned = {int(piece): number for piece, number in (shown.row.pieces or {}).items()}
    if form is None and is_ending:
        form = _receipt_form(shown)
        if shown.row.float_id is not None:
            form.show_pieces(planned)
    payee = people.person(shown.row.person_id)
    return render_template(
        "pay/payout.html",
        payment=shown,
        form=form,
        pieces=sorted(planned.items(), reverse=True),
        approvers=[name for row_id, name in queries.staff() if row_id not in _taken(shown)],
        address=payee.email if payee is not None and shown.row.method == Method.TRANSFER else None,
        is_payee=shown.row.person_id == current_user.id,
    )


def _taken(shown: queries.PayoutShown) -> set[str | None]:
    row = shown.row
    return {row.person_id, row.payer_id, row.approver_id, row.second_id}


def _take_back_form(shown: queries.PayoutShown) -> TakeBackForm:
    row = shown.row
    if row.float_id is None:
        return TakeBackForm(None, None)
    witnesses = [each for each in queries.everyone() if each[0] not in {row.person_id, current_user.id}]
    if not payouts.is_closed_box(row):
        return TakeBackForm(None, witnesses)
    boxes = [(each.row.id, each.row.name) for each in queries.boxes()]
    return TakeBackForm([*boxes, (accounts.BANK, "In the bank")], witnesses)


def _receipt_form(shown: queries.PayoutShown) -> ReceiptForm:
    kind: Any = ReceiptForm.of_currency()
    row = shown.row
    taken = _taken(shown) | {current_user.id}
    witnesses = [each for each in queries.everyone() if each[0] not in taken]
    data = {"got_on": payouts.handed_on(row)}
    is_unknown = row.state == State.UNKNOWN
    form: ReceiptForm = kind(witnesses, data=data, is_cash=row.float_id is not None, is_unknown=is_unknown)
    return form


@bp.post("/payments/<payout_id>/start")
@allow(TREASURER)
def payout_start(payout_id: str) -> ResponseReturnValue:
    """Begin to hand the money over."""
    say(payouts.start_payout(payout_id, current_user.id))
    return redirect(url_for(".payout", payout_id=payout_id), 303)


@bp.post("/payments/<payout_id>/finish")
@allow(TREASURER)
def payout_finish(payout_id: str) -> ResponseReturnValue:
    """They have the money."""
    shown = queries.payout(payout_id) or abort(404)
    form = _receipt_form(shown)
    if form.validate_on_submit():
        is_cash = shown.row.float_id is not None
        kind, name = (form.kind.data, form.name.data or "") if is_cash else ("reference", form.name.data or "")
        if kind == "pin":
            problem = _pin_problem(shown.row.person_id, form.pin.data or "")
            if problem:
                form.take({"pin": problem})
                return _page(payout_id, form), 422
            name = "PIN"
        receipt = payouts.Receipt(
            kind,
            name,
            form.witness_id.data or None if is_cash else None,
            form.pieces if is_cash else None,
            form.got_on.data if form.got_on is not None else None,
        )
        outcome = payouts.finish_payout(payout_id, receipt, current_user.id)
        if isinstance(outcome, Saved):
            flash(f"{shown.payee} has {shown.amount}.", "success")
            return redirect(url_for(".payouts_list"), 303)
        if shown.row.state == State.PAID:  # its page has no form any more
            say(outcome)
            return redirect(url_for(".payout", payout_id=payout_id), 303)
        form.take(getattr(outcome, "problems", {}))
    return _page(payout_id, form), 422


def _pin_problem(person_id: str, pin: str) -> str | None:
    is_right = payouts.is_pin_of(person_id, pin)
    if is_right is None:
        return "That was tried too often. Let them write their initials."
    return None if is_right else "That is not their PIN."


@bp.post("/payments/<payout_id>/cancel")
@allow(TREASURER)
def payout_cancel(payout_id: str) -> ResponseReturnValue:
    """Nothing was handed over."""
    say(payouts.cancel_payout(payout_id, current_user.id), "Nothing was paid. It stays owed.")
    return redirect(url_for(".payouts_list"), 303)


@bp.post("/payments/<payout_id>/doubt")
@allow(TREASURER)
def payout_doubt(payout_id: str) -> ResponseReturnValue:
    """Nobody here knows; ask the person."""
    say(payouts.doubt_payout(payout_id, current_user.id), "Ask them whether they have it, then say so here.")
    return redirect(url_for(".payout", payout_id=payout_id), 303)


@bp.get("/payments/<payout_id>/take-back")
@allow(TREASURER)
def take_back(payout_id: str) -> str:
    """What it means to take a payment back, before it is done."""
    shown = queries.payout(payout_id) or abort(404)
    return render_template("pay/take_back.html", payment=shown, form=_take_back_form(shown))


@bp.post("/payments/<payout_id>/take-back")
@allow(TREASURER)
def take_back_submit(payout_id: str) -> ResponseReturnValue:
    """Take it back."""
    shown = queries.payout(payout_id) or abort(404)
    form = _take_back_form(shown)
    if form.validate_on_submit():
        back_to = form.back_to.data or None if form.back_to is not None else None
        witness_id = form.witness_id.data or None if form.witness_id is not None else None
        outcome = payouts.reverse_payout(payout_id, form.reason.data, current_user.id, back_to, witness_id)
        if isinstance(outcome, Saved):
            flash("Taken back. It is owed again.", "success")
            return redirect(url_for(".payout", payout_id=payout_id), 303)
        form.take(getattr(outcome, "problems", {}))
    return render_template("pay/take_back.html", payment=shown, form=form), 422

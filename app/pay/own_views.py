"""A person's own pay: what they are owed and got, their statement, expenses, and the limit they watch in private."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

from flask import Response, abort, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_login import current_user

from app import clock
from app.access import Role, allow, allow_signed_in
from app.editing import Saved
from app.fields import within_reach
from app.pay import owed, own, queries, services
from app.pay.currency import currency
from app.pay.forms import ChoiceForm, ExpenseForm, LimitForm, ReasonForm
from app.pay.models import Expense, ExpenseState
from app.pay.photos import MIME, Photo
from app.pay.views import bp, say
from app.people import queries as people

MONTHS = timedelta(days=92)
DECIDERS = (Role.TREASURER, Role.ADMIN)


@bp.get("/mine")
@allow_signed_in
def mine() -> str:
    """What I am owed, what I got, what my next shifts will pay."""
    found = next(iter(owed.owed_list(current_user.id)), None) or owed.owed_to(current_user.id) or abort(404)
    return render_template(
        "pay/mine.html",
        found=found,
        received=queries.received_by(current_user.id, most=5),
        coming=queries.coming_shifts(current_user.id),
        work=own.last_work_of(current_user.id, clock.today() - MONTHS, most=8),
        not_paid=own.NOT_PAID_WORDS,
    )


@bp.get("/mine/worked/<honorarium_id>")
@allow_signed_in
def work(honorarium_id: str) -> str:
    """How one piece of my work was reckoned."""
    found = own.work_line(honorarium_id, current_user.id) or abort(404)
    return render_template("pay/work.html", found=found, not_paid=own.NOT_PAID_WORDS)


@bp.get("/mine/statement")
@allow_signed_in
def statement() -> str:
    """My statement, to read or print."""
    last = _day("last", clock.today())
    first = _day("first", (last.replace(day=1) - timedelta(days=1)).replace(day=1))
    first, last = min(first, last), max(first, last)
    found = own.statement_of(current_user.id, first, last)
    person = people.person(current_user.id) or abort(404)
    return render_template("pay/statement.html", found=found, person=person, first=first, last=last)


def _day(name: str, otherwise: date) -> date:
    text = request.args.get(name, "")
    try:
        return within_reach(date.fromisoformat(text)) if text else otherwise
    except ValueError:
        flash("Type days like 2026-03-31.", "warning")
        return otherwise


@bp.get("/mine/choice")
@allow_signed_in
def my_choice() -> str:
    """How I want to be paid."""
    chosen = queries.pay_choices([current_user.id]).get(current_user.id)
    return render_template("pay/my_choice.html", form=ChoiceForm(obj=chosen))


@bp.post("/mine/choice")
@allow_signed_in
def my_choice_submit() -> ResponseReturnValue:
    """Keep how I want to be paid."""
    form = ChoiceForm()
    if form.validate_on_submit():
        say(services.choose_pay(current_user.id, form.method.data, is_declined=form.is_declined.data), "Saved.")
        return redirect(url_for(".mine"), 303)
    return render_template("pay/my_choice.html", form=form), 422


@bp.get("/mine/expenses")
@allow_signed_in
def my_expenses() -> str:
    """Money I spent for the group."""
    return render_template("pay/my_expenses.html", expenses=own.expenses_of(current_user.id))


@bp.get("/mine/expenses/add")
@allow_signed_in
def my_expense_add() -> str:
    """A form for money I spent."""
    form = ExpenseForm()
    form.spent_on.data = clock.today()
    return render_template("pay/my_expense_add.html", form=form)


@bp.post("/mine/expenses/add")
@allow_signed_in
def my_expense_add_submit() -> ResponseReturnValue:
    """Ask for it back."""
    form = ExpenseForm()
    if form.validate_on_submit() and not _in_the_future(form):
        outcome = services.ask_expense(current_user.id, form.facts, form.read, form.key.data)
        if isinstance(outcome, Saved):
            flash("Sent to the treasurer.", "success")
            return redirect(url_for(".my_expenses"), 303)
        form.take(getattr(outcome, "problems", {}))
    return render_template("pay/my_expense_add.html", form=form), 422


def _in_the_future(form: ExpenseForm) -> bool:
    if form.spent_on.data <= clock.today():
        return False
    form.take({"spent_on": "This day is still to come."})
    return True


@bp.post("/mine/expenses/<expense_id>/withdraw")
@allow_signed_in
def my_expense_withdraw(expense_id: str) -> ResponseReturnValue:
    """Take it back before anyone has answered."""
    say(services.withdraw_expense(expense_id, current_user.id), "Taken back.")
    return redirect(url_for(".my_expenses"), 303)


@bp.get("/mine/limit")
@allow_signed_in
def limit() -> str:
    """The limit I watch, as I last chose it to be remembered."""
    choice = own.choice_of(current_user.id)
    form = LimitForm(own.limits(), data=choice and choice | {"is_kept": True})
    what = own.watched(choice)
    if what is not None and not what.other:
        form.other.data = None  # what else they got was for a time that is over
    return _limit_page(form, choice)


@bp.post("/mine/limit")
@allow_signed_in
def limit_submit() -> ResponseReturnValue:
    """Show where I stand; remember it only if I say so."""
    form = LimitForm(own.limits())
    if not form.validate_on_submit():
        return _limit_page(form, None), 422
    names = ("code", "own", "span", "other", "is_cap")
    choice = own.dated({name: form[name].data for name in names})
    if form.is_cap.data and not form.is_kept.data:
        form.is_kept.errors = ["Say yes here too: to keep you below it, Evenhand must remember it."]
        return _limit_page(form, None), 422
    if own.watched(choice) is None:
        form.code.errors = ["Choose a limit, or type your own."]
        return _limit_page(form, None), 422
    services.keep_earnings_choice(current_user.id, choice if form.is_kept.data else None)
    return _limit_page(form, choice)


def _limit_page(form: LimitForm, choice: dict[str, Any] | None) -> str:
    what = own.watched(choice)
    coming = queries.coming_shifts(current_user.id, 1) if what is not None else []
    found = owed.owed_to(current_user.id)
    waiting = max(0, found.pay) if found is not None else 0
    later = [each for each in coming if what is not None and not own.counts_now(what, each.starts_at)]
    coming = [each for each in coming if each not in later]
    next_ = coming[0].amount.minor if coming else 0
    return render_template(
        "pay/limit.html",
        form=form,
        what=what,
        stand=own.stand(current_user.id, what, waiting + next_) if what else None,
        waiting=waiting,
        coming=coming,
        later=later,
        limits=own.limits(),
        currency=currency(),
        is_kept=own.choice_of(current_user.id) is not None,
    )


@bp.post("/mine/limit/forget")
@allow_signed_in
def limit_forget() -> ResponseReturnValue:
    """Forget the limit I watched."""
    services.keep_earnings_choice(current_user.id, None)
    flash("Forgotten.", "success")
    return redirect(url_for(".limit"), 303)


# Expenses of all, for whoever decides


@bp.get("/expenses")
@allow(*DECIDERS)
def expenses() -> str:
    """Expenses that wait for an answer, and those answered of late."""
    waiting = own.expenses_in(ExpenseState.ASKED)
    answered = own.expenses_in(ExpenseState.ACCEPTED, ExpenseState.REFUSED, ExpenseState.TAKEN_BACK)[-30:]
    return render_template("pay/expenses.html", waiting=waiting, answered=answered[::-1])


@bp.get("/expenses/<expense_id>")
@allow(*DECIDERS)
def expense(expense_id: str) -> str:
    """One expense, to accept or refuse; what was accepted by mistake is taken back here."""
    found = own.expense(expense_id) or abort(404)
    return render_template("pay/expense.html", found=found, form=ReasonForm(), is_own=_is_own(found.row))


def _is_own(row: Expense) -> bool:
    return bool(row.person_id == current_user.id)


@bp.post("/expenses/<expense_id>/accept")
@allow(*DECIDERS)
def expense_accept(expense_id: str) -> ResponseReturnValue:
    """Accept it: now it is owed."""
    outcome = services.decide_expense(expense_id, "", current_user.id, is_accepted=True)
    say(outcome, "Accepted. It is owed now.")
    return redirect(url_for(".expenses"), 303)


@bp.post("/expenses/<expense_id>/refuse")
@allow(*DECIDERS)
def expense_refuse(expense_id: str) -> ResponseReturnValue:
    """Refuse it, with an answer."""
    found = own.expense(expense_id) or abort(404)
    form = ReasonForm()
    if form.validate_on_submit():
        outcome = services.decide_expense(expense_id, form.reason.data, current_user.id, is_accepted=False)
        if isinstance(outcome, Saved):
            flash("Refused. They can read why.", "success")
            return redirect(url_for(".expenses"), 303)
        form.take(getattr(outcome, "problems", {}))
    return render_template("pay/expense.html", found=found, form=form, is_own=_is_own(found.row)), 422


@bp.post("/expenses/<expense_id>/take-back")
@allow(*DECIDERS)
def expense_take_back(expense_id: str) -> ResponseReturnValue:
    """Take back a yes that was a mistake, with a reason."""
    found = own.expense(expense_id) or abort(404)
    form = ReasonForm()
    if form.validate_on_submit():
        outcome = services.take_expense_back(expense_id, form.reason.data, current_user.id)
        if isinstance(outcome, Saved):
            flash("Taken back. They can read why.", "success")
            return redirect(url_for(".expense", expense_id=expense_id), 303)
        form.take(getattr(outcome, "problems", {}))
    return render_template("pay/expense.html", found=found, form=form, is_own=_is_own(found.row)), 422


@bp.get("/expenses/<expense_id>/photo")
@allow_signed_in
def expense_photo(expense_id: str) -> Response:
    """The photo of a receipt: for who sent it and who decides."""
    found = own.expense(expense_id) or abort(404)
    if found.row.person_id != current_user.id and current_user.roles.isdisjoint(DECIDERS):
        abort(404)
    kept = own.photo(expense_id) or abort(404)
    shown = Photo.from_text(kept.kind, kept.content)
    headers = {"Content-Disposition": f'inline; filename="receipt.{kept.kind}"'}
    return Response(shown.content, content_type=MIME[kept.kind], headers=headers)

"""Pages of funds, reports without names, the year and the journal."""

from __future__ import annotations

from datetime import date
from typing import Any

from flask import Response, abort, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_login import current_user

from app import clock
from app.access import allow
from app.editing import Outdated, Saved
from app.fields import differences
from app.pay import queries, reports, services
from app.pay.forms import FundForm, PayeeForm, ShareForm
from app.pay.models import Fund
from app.pay.views import TREASURER, bp
from app.people import queries as people
from payroll.funds import LEAST_PEOPLE

FIRST_YEAR = 2000
YEAR = 12  # months


@bp.get("/funds")
@allow(TREASURER)
def funds() -> str:
    """Every fund, where it stands, and who shares what."""
    rows = queries.fund_rows()
    return render_template(
        "pay/funds.html",
        funds=rows,
        outlooks=reports.outlooks(),
        shares=queries.share_rows(),
        names={row.id: row.name for row in rows},
        services=queries.service_names(),
        today=clock.today(),
        no_fund=queries.balance_without_fund(),
    )


@bp.get("/funds/add")
@allow(TREASURER)
def fund_add() -> str:
    """An empty form for a fund."""
    return render_template("pay/fund_add.html", form=FundForm())


@bp.post("/funds/add")
@allow(TREASURER)
def fund_add_submit() -> ResponseReturnValue:
    """Add the fund."""
    form = FundForm()
    if form.validate_on_submit():
        outcome = services.add_fund(form.facts, current_user.id)
        if isinstance(outcome, Saved):
            flash("Added. Now say which costs it shares.", "success")
            return redirect(url_for(".funds"), 303)
        form.take(getattr(outcome, "problems", {}))
    return render_template("pay/fund_add.html", form=form), 422


@bp.get("/funds/<fund_id>")
@allow(TREASURER)
def fund(fund_id: str) -> str:
    """The form of one fund."""
    row = queries.fund(fund_id) or abort(404)
    form = FundForm(obj=row)
    form.show(row.version)
    return render_template("pay/fund.html", form=form, fund=row, theirs=None)


@bp.post("/funds/<fund_id>")
@allow(TREASURER)
def fund_submit(fund_id: str) -> ResponseReturnValue:
    """Change the fund."""
    row: Fund = queries.fund(fund_id) or abort(404)
    form, theirs = FundForm(), None
    if form.validate_on_submit():
        outcome = services.change_fund(fund_id, form.facts, form.seen_version, current_user.id)
        if isinstance(outcome, Saved):
            flash("Saved.", "success")
            return redirect(url_for(".funds"), 303)
        if isinstance(outcome, Outdated):
            form.show(outcome.version)
            theirs = differences(form, FundForm(formdata=None, obj=queries.fund(fund_id)))
        form.take(getattr(outcome, "problems", {}))
    page = render_template("pay/fund.html", form=form, fund=row, theirs=theirs)
    return page, 422 if theirs is None else 409


def _share_form() -> ShareForm:
    rows = [(row.id, row.name) for row in queries.fund_rows() if row.is_active]
    kind: Any = ShareForm.of_funds(rows)
    form: ShareForm = kind()
    form.service_id.choices = [("", "Everything else"), *queries.service_names().items()]
    return form


@bp.get("/funds/share")
@allow(TREASURER)
def fund_share() -> str:
    """A form for which funds share what costs."""
    form = _share_form()
    form.from_on.data = clock.today()
    return render_template("pay/fund_share.html", form=form)


@bp.post("/funds/share")
@allow(TREASURER)
def fund_share_submit() -> ResponseReturnValue:
    """Keep who shares what."""
    form = _share_form()
    if form.validate_on_submit():
        service_id = form.service_id.data or None
        asked = form.from_on.data, service_id, form.weights
        outcome = services.share_costs(*asked, current_user.id, form.key.data)
        if isinstance(outcome, Saved):
            flash("Saved. Costs are shared like this from that day on.", "success")
            return redirect(url_for(".funds"), 303)
        form.take(getattr(outcome, "problems", {}))
    return render_template("pay/fund_share.html", form=form), 422


def _months(months: list[date]) -> tuple[date, date] | None:
    """The first and last month a report is about: as asked, else the last twelve; None when none is over yet."""
    if not months:
        return None
    known = {f"{each:%Y-%m}": each for each in months}
    asked = [request.args.get(name, "") for name in ("first", "last")]
    if any(text and text not in known for text in asked):
        flash("Choose whole months that are over.", "warning")
        asked = ["", ""]
    first, last = known.get(asked[0], months[-YEAR:][0]), known.get(asked[1], months[-1])
    return min(first, last), max(first, last)


@bp.get("/report")
@allow(TREASURER)
def report() -> str:
    """Fund by category by month, without names."""
    spent = reports.spending()
    months = reports.months_over(spent)
    span = _months(months)
    return render_template(
        "pay/report.html",
        report=reports.report(spent, *span) if span else [],
        months=months,
        span=span,
        least=LEAST_PEOPLE,
        months_words=reports.months_words,
        category_words=reports.category_words,
    )


@bp.get("/report.csv")
@allow(TREASURER)
def report_file() -> Response:
    """The same as a file."""
    spent = reports.spending()
    span = _months(reports.months_over(spent))
    name = f"report-{span[0]:%Y-%m}-{span[1]:%Y-%m}.csv" if span else "report.csv"
    return _file(reports.report_csv(reports.report(spent, *span) if span else []), "text/csv", name)


@bp.get("/journal")
@allow(TREASURER)
def journal() -> Response:
    """The whole ledger as a plain-text journal."""
    return _file(reports.journal(), "text/plain", f"journal-{clock.today()}.beancount")


def _file(text: str, kind: str, name: str) -> Response:
    headers = {"Content-Disposition": f'attachment; filename="{name}"'}
    return Response(text, content_type=f"{kind}; charset=utf-8", headers=headers)


def _year() -> int:
    text = request.args.get("year", "")
    this = clock.today().year
    return int(text) if text in {str(each) for each in range(FIRST_YEAR, this)} else this


@bp.get("/year")
@allow(TREASURER)
def year() -> str:
    """Who received how much in a calendar year, and who needs a slip."""
    asked = _year()
    return render_template(
        "pay/year.html",
        year=asked,
        rows=reports.year_rows(asked),
        slip=reports.slip_of(asked),
        this=clock.today().year,
    )


@bp.get("/year/names")
@allow(TREASURER)
def year_names() -> str:
    """Legal names, where a slip needs them; whoever looks is written down."""
    asked = _year()
    rows = [each for each in reports.year_rows(asked) if each.needs_slip]
    services.note_name_read("looked at the list", current_user.id)
    names = reports.payee_names([each.person_id for each in rows])
    return render_template("pay/year_names.html", year=asked, rows=rows, names=names, reads=queries.name_reads())


@bp.get("/year/file.csv")
@allow(TREASURER)
def year_file() -> Response:
    """The year with legal names, for whoever writes the slips; whoever takes it is written down."""
    asked = _year()
    rows = [each for each in reports.year_rows(asked) if each.needs_slip]
    services.note_name_read("took the file", current_user.id)
    names = reports.payee_names([each.person_id for each in rows])
    return _file(reports.year_csv(asked, rows, names), "text/csv", f"year-{asked}.csv")


@bp.get("/year/names/<person_id>")
@allow(TREASURER)
def payee_name(person_id: str) -> str:
    """A form for a legal name."""
    person, asked = _slip_person(person_id)
    services.note_name_read("looked at one name", current_user.id)
    kept = reports.payee_names([person_id]).get(person_id)
    return render_template("pay/payee_name.html", person=person, form=PayeeForm(obj=kept), year=asked)


def _slip_person(person_id: str) -> tuple[Any, int]:
    """Someone for whom a slip is due in the year that is asked about; nobody else's legal name is asked for."""
    asked = _year()
    person = people.person(person_id)
    if person is None or not reports.needs_slip(person_id, asked):
        abort(404)
    return person, asked


@bp.post("/year/names/<person_id>")
@allow(TREASURER)
def payee_name_submit(person_id: str) -> ResponseReturnValue:
    """Keep the legal name."""
    person, asked = _slip_person(person_id)
    form = PayeeForm()
    if form.validate_on_submit():
        services.keep_payee_name(person_id, form.legal_name.data, form.address.data, current_user.id)
        flash("Saved. It is sealed, and looking at it is written down.", "success")
        return redirect(url_for(".year_names", year=asked), 303)
    return render_template("pay/payee_name.html", person=person, form=form, year=asked), 422

"""Pages of the transfer slice: a file comes in, is looked at, and gets its yes; files go out."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from math import ceil
from urllib.parse import urlencode

from flask import Blueprint, Response, abort, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_login import current_user

from app import clock
from app.access import Role, allow, allow_signed_in
from app.transfer import queries, services
from app.transfer.files import MOST_ROWS, Unreadable, write_csv
from app.transfer.forms import ConfirmForm, DateOrderForm, UploadForm
from app.transfer.kinds import BY_NAME, Kind, Rights
from app.transfer.models import Upload
from app.transfer.services import Answer

bp = Blueprint("transfer", __name__, url_prefix="/transfer")

PAGE = 25
STAFF = (Role.COORDINATOR, Role.ADMIN)
GONE = "That file is no longer here. Files wait for one day; please choose it again."
BAD_HEADER = ("file", "line", "column", "value", "reason")


def _rights() -> Rights:
    return Rights(current_user.roles, current_user.id)


def _csv(lines: Iterable[str], name: str) -> Response:
    return _named(Response("".join(lines), mimetype="text/csv"), name)


def _named(response: Response, name: str) -> Response:
    response.headers["Content-Disposition"] = f'attachment; filename="{name}"'
    response.headers["Cache-Control"] = "no-store"
    return response


def _kind(name: str, kinds: list[Kind]) -> Kind:
    kind = BY_NAME.get(name)
    if kind is None:
        abort(404)
    if kind not in kinds:
        abort(403)
    return kind


def _upload_or_back(upload_id: str) -> Upload | ResponseReturnValue:
    upload = queries.upload_of(current_user.id, upload_id)
    if upload is None:
        flash(GONE, "warning")
        return redirect(url_for("transfer.index"))
    return upload


@bp.get("/")
@allow(*STAFF)
def index() -> str:
    """Where files come in and go out."""
    form = UploadForm(formdata=None)
    form.kind.data = request.args.get("kind", "people")
    return _index(form)


def _index(form: UploadForm) -> str:
    rights = _rights()
    kinds = queries.importable(rights)
    form.offer(kinds)
    return render_template(
        "transfer/index.html",
        form=form,
        kinds=kinds,
        exports=queries.exportable(rights),
        waiting=[
            (upload, _title(upload.kind), clock.local(queries.expires_at(upload)))
            for upload in queries.waiting_uploads(current_user.id)
        ],
        is_admin=rights.is_admin,
        most_rows=MOST_ROWS,
    )


def _title(kind_name: str) -> str:
    return "Everything" if kind_name == queries.EVERYTHING else BY_NAME[kind_name].title


@bp.post("/")
@allow(*STAFF)
def upload_file() -> ResponseReturnValue:
    """Take a file and show what it would do."""
    form = UploadForm()
    form.offer(queries.importable(_rights()))
    if form.validate_on_submit():
        file = form.file.data
        answer = services.keep_upload(
            form.kind.data, file.filename or "", file.read(), form.date_order.data or "", _rights()
        )
        if not isinstance(answer, Unreadable):
            return redirect(url_for("transfer.show", upload_id=answer))
        form.file.errors = [str(answer)]
    return _index(form), 422


@bp.get("/files/<upload_id>")
@allow(*STAFF)
def show(upload_id: str) -> ResponseReturnValue:
    """What a file would do, and every row that stands in the way."""
    upload = _upload_or_back(upload_id)
    if not isinstance(upload, Upload):
        return upload
    if upload.done_at is not None:
        return redirect(url_for("transfer.done", upload_id=upload_id))
    try:
        plan, passed = queries.plan_upload(upload, _rights())
    except Unreadable as error:
        return render_template("transfer/unreadable.html", upload=upload, reason=str(error))
    return render_template(
        "transfer/show.html",
        upload=upload,
        title=_title(upload.kind),
        plan=plan,
        passed=passed,
        bad=_part(plan.bad, "bad", "page"),
        changes=_part(plan.changes, "changes", "changes"),
        expires=clock.local(queries.expires_at(upload)),
        dates=DateOrderForm(date_order=upload.date_order),
        yes=ConfirmForm(formdata=None, digest=plan.digest()),
    )


@dataclass(frozen=True)
class Part:
    """One page of a list that may be long; `url` has PAGE in it."""

    rows: Sequence[object]
    total: int
    page: int
    pages: int
    url: str


def _part(rows: Sequence[object], place: str, name: str) -> Part:
    """The page of a list that the address asks for under this name; `place` is the list's heading."""
    pages = max(1, ceil(len(rows) / PAGE))
    page = min(max(request.args.get(name, 1, int), 1), pages)
    others = {key: value for key, value in request.args.items() if key in {"page", "changes"} and key != name}
    url = f"?{urlencode(others | {name: 'PAGE'})}#{place}"
    return Part(rows[(page - 1) * PAGE : page * PAGE], len(rows), page, pages, url)


@bp.get("/files/<upload_id>/bad-rows.csv")
@allow(*STAFF)
def bad_rows(upload_id: str) -> ResponseReturnValue:
    """Every row that stands in the way, to work through in a spreadsheet."""
    upload = _upload_or_back(upload_id)
    if not isinstance(upload, Upload):
        return upload
    if upload.done_at is not None:
        abort(404)
    try:
        plan, _ = queries.plan_upload(upload, _rights())
    except Unreadable as error:
        return _csv(write_csv(BAD_HEADER, [(upload.filename, "1", "", "", str(error))]), "bad-rows.csv")
    rows = ((file.sheet.name, str(bad.line), bad.column, bad.value, bad.reason) for file, bad in plan.bad)
    return _csv(write_csv(BAD_HEADER, rows), "bad-rows.csv")


@bp.post("/files/<upload_id>/dates")
@allow(*STAFF)
def choose_dates(upload_id: str) -> ResponseReturnValue:
    """Say whether day or month comes first, and look again."""
    form = DateOrderForm()
    if not form.validate_on_submit() or not services.choose_date_order(
        upload_id, form.date_order.data or "", _rights()
    ):
        flash(GONE, "warning")
        return redirect(url_for("transfer.index"))
    return redirect(url_for("transfer.show", upload_id=upload_id))


@bp.post("/files/<upload_id>/discard")
@allow(*STAFF)
def discard(upload_id: str) -> ResponseReturnValue:
    """Throw the file away."""
    if services.discard_upload(upload_id, _rights()):
        flash("The file was thrown away. Nothing was changed.", "info")
    else:
        flash(GONE, "warning")
    return redirect(url_for("transfer.index"))


@bp.post("/files/<upload_id>/import")
@allow(*STAFF)
def confirm(upload_id: str) -> ResponseReturnValue:
    """Write what the file says, all or nothing."""
    answer = services.import_upload(upload_id, ConfirmForm().digest.data or "", _rights())
    if answer is Answer.DONE:
        return redirect(url_for("transfer.done", upload_id=upload_id))
    if answer is Answer.GONE:
        flash(GONE, "warning")
        return redirect(url_for("transfer.index"))
    if answer is Answer.BAD:
        flash("Nothing was imported: some rows no longer fit. They are listed below.", "error")
    else:
        flash("Nothing was imported: the group changed after you opened this page. Please look once more.", "warning")
    return redirect(url_for("transfer.show", upload_id=upload_id))


@bp.get("/files/<upload_id>/done")
@allow(*STAFF)
def done(upload_id: str) -> ResponseReturnValue:
    """What was imported, and how to take it back."""
    upload = _upload_or_back(upload_id)
    if not isinstance(upload, Upload):
        return upload
    if upload.done_at is None or upload.outcome is None:
        return redirect(url_for("transfer.show", upload_id=upload_id))
    counts = [(BY_NAME[name], each) for name, each in upload.outcome["counts"].items()]
    new = [(BY_NAME[name], labels) for name, labels in upload.outcome["new"].items()]
    has_before = any(each.get("changed") for _, each in counts)
    return render_template(
        "transfer/done.html",
        upload=upload,
        counts=counts,
        new=new,
        told=services.TOLD,
        has_before=has_before,
        expires=clock.local(queries.expires_at(upload)),
    )


@bp.get("/files/<upload_id>/before.zip")
@allow(*STAFF)
def before(upload_id: str) -> ResponseReturnValue:
    """The changed rows as they were before an import."""
    upload = _upload_or_back(upload_id)
    if not isinstance(upload, Upload):
        return upload
    if upload.done_at is None:
        abort(404)
    data = queries.unpack(upload.content)
    return _named(Response(data, mimetype="application/zip"), "before.zip")


@bp.get("/columns")
@allow(*STAFF)
def columns() -> str:
    """What each kind of file may hold."""
    return render_template("transfer/columns.html", kinds=queries.importable(_rights()), rights=_rights())


@bp.get("/templates/<name>.csv")
@allow(*STAFF)
def template(name: str) -> Response:
    """A file with the header and one made-up row."""
    kind = _kind(name, queries.importable(_rights()))
    return _csv(queries.template(kind), f"{kind.name}-template.csv")


@bp.get("/exports/<name>.csv")
@allow(*STAFF)
def export(name: str) -> Response:
    """Every thing of one kind."""
    kind = _kind(name, queries.exportable(_rights()))
    count, lines = queries.export_file(kind, _rights())
    services.note_export(kind.name, count)
    return _csv(lines, f"{kind.name}-{clock.today():%Y-%m-%d}.csv")


@bp.get("/exports/everything.zip")
@allow(Role.ADMIN)
def export_everything() -> Response:
    """Everything but wishes and what is never taken out, in one ZIP."""
    counts, data = queries.export_everything(_rights())
    services.note_export(queries.EVERYTHING, sum(counts.values()))
    return _named(Response(data, mimetype="application/zip"), f"everything-{clock.today():%Y-%m-%d}.zip")


@bp.get("/my-wishes.csv")
@allow_signed_in
def my_wishes() -> Response:
    """A person's own wishes."""
    lines = list(queries.own_wishes(_rights()))
    services.note_export("own wishes", len(lines) - 1)
    return _csv(lines, "my-wishes.csv")

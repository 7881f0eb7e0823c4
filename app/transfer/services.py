"""Taking files in: kept for a yes, then everything they say is written at once, or nothing."""

from __future__ import annotations

from enum import StrEnum

import sqlalchemy as sa
from flask import Flask

from app import clock, jobs
from app.audit.services import record
from app.database import db, is_sqlite, writing
from app.pay.accrual import accrue_within
from app.people.leading import follow_level, follow_service
from app.transfer.files import Unreadable, write_csv, write_zip
from app.transfer.kinds import KINDS, Rights
from app.transfer.models import Upload
from app.transfer.plan import Plan, read_header, write_plan
from app.transfer.queries import LIFE, pack, plan_upload, read_file, upload_of
from app.transfer.values import DATE_ORDERS
from app.transfer.world import Entry

PURGE = "purge-uploads"
MOST_WAITING = 5
TOLD = 8


class Answer(StrEnum):
    """What came of a yes."""

    DONE = "done"
    GONE = "gone"
    BAD = "bad"
    OTHER = "other"  # the group has changed since the preview: look again


def init_jobs(app: Flask) -> None:
    """Have old files thrown away every hour."""
    jobs.register(app, PURGE, _purge, every=LIFE / 24)


def _purge(task: jobs.Task) -> None:
    del task
    db.session.execute(sa.delete(Upload).where(Upload.created_at <= clock.now() - LIFE))
    db.session.commit()


def keep_upload(kind: str, filename: str, data: bytes, date_order: str, rights: Rights) -> str | Unreadable:
    """Keep a file for its preview and return its id; what cannot be read at all is answered and not kept."""
    db.session.rollback()  # reading takes a while: nobody waits for it
    try:
        sheets, _ = read_file(kind, filename, data, rights)
        for each, sheet in sheets:
            try:
                read_header(each, sheet)
            except Unreadable as error:
                raise Unreadable(f"{sheet.name}: {error}" if len(sheets) > 1 else str(error)) from None
    except Unreadable as error:
        return error
    if rights.person_id is None:
        raise ValueError("a file is kept for a person")
    upload = Upload(
        kind=kind,
        person_id=rights.person_id,
        filename=filename[:120] or "file.csv",
        content=pack(data),
        date_order=date_order if date_order in DATE_ORDERS else "",
        created_at=clock.now(),
    )
    db.session.add(upload)
    db.session.flush()
    _forget_oldest(rights.person_id)
    upload_id = upload.id
    db.session.commit()
    return upload_id


def _forget_oldest(person_id: str) -> None:
    waiting = sa.select(Upload.id).where(Upload.person_id == person_id, Upload.done_at.is_(None))
    old = db.session.scalars(waiting.order_by(Upload.created_at.desc(), Upload.id).offset(MOST_WAITING)).all()
    db.session.execute(sa.delete(Upload).where(Upload.id.in_(old)))


def choose_date_order(upload_id: str, order: str, rights: Rights) -> bool:
    """Say whether day or month comes first in a waiting file; False when the file is gone."""
    upload = upload_of(rights.person_id or "", upload_id)
    if upload is None or upload.done_at is not None or order not in DATE_ORDERS:
        return False
    upload.date_order = order
    db.session.commit()
    return True


def discard_upload(upload_id: str, rights: Rights) -> bool:
    """Throw a file away; False when it is gone already."""
    mine = sa.delete(Upload).where(Upload.id == upload_id, Upload.person_id == rights.person_id)
    done = db.session.execute(mine)
    db.session.commit()
    return bool(done.rowcount)  # type: ignore[attr-defined]


def import_upload(upload_id: str, digest: str, rights: Rights) -> Answer:
    """Import a waiting file: all of it in one transaction, checked against the group as it is now, or nothing.

    `digest` names the changes that the preview showed. A second yes to the same file changes nothing more.
    """
    taken = db.session.execute(
        sa.update(Upload)
        .where(Upload.id == upload_id, Upload.person_id == rights.person_id, Upload.done_at.is_(None))
        .where(Upload.created_at > clock.now() - LIFE)
        .values(done_at=clock.now())
        .execution_options(synchronize_session=False)
    )
    if not taken.rowcount:  # type: ignore[attr-defined]
        upload = upload_of(rights.person_id or "", upload_id)
        answer = Answer.DONE if upload is not None and upload.done_at is not None else Answer.GONE
        db.session.rollback()
        return answer
    try:
        answer = _import_now(upload_id, digest, rights)
    except (sa.exc.IntegrityError, sa.orm.exc.StaleDataError):
        answer = Answer.OTHER  # someone else wrote in the same moment
    if answer is Answer.DONE:
        db.session.commit()
    else:
        db.session.rollback()
    return answer


def _import_now(upload_id: str, digest: str, rights: Rights) -> Answer:
    upload = db.session.get_one(Upload, upload_id, populate_existing=True)
    accrue_within()  # a file may say who is a volunteer: what was worked until now is paid as it was agreed then
    hold_still()
    try:
        plan, _ = plan_upload(upload, rights)
    except Unreadable:
        return Answer.BAD  # their rights have changed, say
    if not plan.is_good:
        return Answer.BAD
    if plan.digest() != digest:
        return Answer.OTHER
    before = rows_before(plan, rights)
    write_plan(db.session, plan)
    _follow_leads(plan)
    counts = {file.kind.name: file.counts() for file in plan.files}
    upload.content = pack(before)
    upload.outcome = {"counts": counts, "new": new_things(plan)}
    record(db.session, "import file", "upload", upload.id, kind=upload.kind, counts=counts)
    db.session.flush()
    return Answer.DONE


def _follow_leads(plan: Plan) -> None:
    """Give and take the skills of leads; files that say themselves who holds what are taken at their word."""
    files = {file.kind.name: file for file in plan.files}
    if "certificates" in files:
        return
    for name, column in (("services", "lead_skill"), ("people", "level")):
        for entry in files[name].entries if name in files else ():
            before, after = (entry.stored or {}).get(column), entry.values[column]
            if before == after:
                continue
            if name == "services":
                follow_service(after)
            else:
                follow_level(entry.id, before, after)


def hold_still() -> None:
    """Keep others from writing to these tables until the end of the transaction (on SQLite it began that way)."""
    if not is_sqlite():
        names = ", ".join(dict.fromkeys(_tables()))
        db.session.execute(sa.text(f"LOCK TABLE {names} IN SHARE ROW EXCLUSIVE MODE"))


def _tables() -> list[str]:
    preparer = db.engine.dialect.identifier_preparer
    return [preparer.format_table(kind.model.__table__) for kind in KINDS]


def new_things(plan: Plan) -> dict[str, list[str]]:
    """The first few new things of each kind that may be told, for who wants to take them away again."""
    told: dict[str, list[str]] = {}
    for file, change in plan.changes:
        if change.is_new and len(told.setdefault(file.kind.name, [])) < TOLD:
            told[file.kind.name].append(change.label)
    return told


def rows_before(plan: Plan, rights: Rights) -> bytes:
    """A ZIP with the rows that an import changes as they were before it: importing it takes the changes back."""
    members = []
    for file in plan.files:
        stored = [Entry(e.id, dict(e.stored), e.stored) for e in file.entries if e.stored is not None]
        if stored and not file.kind.is_secret:
            header = [column.name for column in file.kind.columns_for(rights)]
            text = "".join(write_csv(header, file.kind.export(plan.world, rights, stored)))
            members.append((f"{file.kind.name}.csv", text.encode()))
    return write_zip(members)


def note_export(what: str, rows: int) -> None:
    """Note in the log that something was taken out, and how much."""
    with writing() as own:
        record(own, "export file", "export", what, rows=rows)

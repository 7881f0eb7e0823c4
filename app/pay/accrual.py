"""From worked records to what is owed: what changed is found out anew each time, so that nothing is lost or doubled."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import sqlalchemy as sa

from app import clock
from app.attendance.queries import WorkedRecord, changed_work, worked_records
from app.database import db, insert_if_absent, new_id
from app.jobs import Task
from app.pay import accounts, ledger, queries
from app.pay.models import AccrualMark, EntryKind, Honorarium, Standing
from app.pay.set_off import set_off
from app.people.models import Person
from payroll import honoraria
from payroll.funds import category_of
from payroll.ledger import Entry, Posting
from payroll.money import Money
from payroll.rates import RateCard

SLACK = timedelta(hours=1)  # longer than any transaction that was under way when the mark was set
NOT_OWED = {
    Standing.UNAGREED: "there is no rate for it",
    Standing.VOLUNTEER: "volunteers get expenses only",
    Standing.DECLINED: "no pay was wanted",
}


@dataclass(frozen=True, slots=True)
class Reckoned:
    """What one worked record is paid, as reckoned now."""

    record_id: str
    version: int
    person_id: str
    activity: str
    service_id: str | None
    service_name: str | None
    site_id: str | None
    starts_at: datetime
    ends_at: datetime
    standing: Standing
    found: honoraria.Honorarium

    @property
    def amount(self) -> Money:
        """What is owed for it; what was declined is reckoned but not owed."""
        return self.found.amount

    @property
    def lines(self) -> list[list[Any]]:
        """The reckoning as it is kept."""
        return [
            [str(each.what), str(each.basis), each.minutes, each.rate, each.amount, each.rate_id]
            for each in self.found.lines
        ]

    def is_as(self, row: Honorarium) -> bool:
        """Whether a row says the same."""
        return (row.person_id, row.standing, row.minor, row.day_on, row.activity, row.lines) == (
            self.person_id,
            self.standing,
            self.amount.minor,
            self.found.day_on,
            self.activity,
            self.lines,
        )


@dataclass(frozen=True, slots=True)
class Change:
    """What has to be done about one worked record: a live row to void, a new one to write, or both."""

    before: Honorarium | None
    after: Reckoned | None


@dataclass(frozen=True, slots=True)
class Pending:
    """All there is to do, and rows that only need to note a newer version of their record."""

    changes: list[Change]
    same: list[tuple[Honorarium, int]]


def pending(until: datetime | None = None) -> Pending:
    """What worked records say that the ledger does not say yet; of work that had ended by an instant, when asked."""
    mark = db.session.get(AccrualMark, 1, populate_existing=True)
    since = mark.changed_until if mark else None
    found, gone = (worked_records(), set[str]()) if since is None else changed_work(since)
    records = {each.id: each for each in found if until is None or each.ends_at <= until}
    live = _live_rows(since, {*records, *gone})
    waiting = [row.record_id for row in live.values() if row.standing == Standing.UNAGREED]
    records |= {each.id: each for each in worked_records(ids=set(waiting) - set(records))} if waiting else {}
    reckoner = _Reckoner(each.person_id for each in records.values())
    changes, same = [], []
    for record in records.values():
        row = live.get(record.id)
        if row is not None and row.record_version == record.version and row.standing != Standing.UNAGREED:
            continue
        after = reckoner.reckon(record, row)
        if row is None or not after.is_as(row):
            changes.append(Change(row, after))
        elif row.record_version != record.version:
            same.append((row, record.version))
    changes += [Change(live[each], None) for each in sorted(gone & set(live))]
    return Pending(changes, same)


def _live_rows(since: datetime | None, ids: set[str]) -> dict[str, Honorarium]:
    query = sa.select(Honorarium).where(Honorarium.voided_at.is_(None))
    if since is not None:
        query = query.where(sa.or_(Honorarium.record_id.in_(ids), Honorarium.standing == Standing.UNAGREED))
    return {row.record_id: row for row in db.session.scalars(query.execution_options(populate_existing=True))}


class _Reckoner:
    """Reckons records of some people by one reading of the rate card."""

    def __init__(self, person_ids: Iterable[str]) -> None:
        self.ids = set(person_ids)
        self.card: RateCard | None = None

    def reckon(self, record: WorkedRecord, row: Honorarium | None) -> Reckoned:
        if self.card is None:
            self._read()
        assert self.card is not None  # noqa: S101 - read just now
        work = honoraria.Work(
            record.id,
            record.person_id,
            str(record.activity),
            record.level,
            record.service_id,
            record.starts_at,
            record.ends_at,
            record.planned_starts_at,
            record.demanding >= queries.DEMANDING,
            record.is_late_change,
        )
        found = honoraria.honorarium(work, self.card, self.zone)
        standing = self.standings[record.person_id]
        if row is not None and row.person_id == record.person_id and row.standing != Standing.UNAGREED:
            standing = Standing(row.standing)  # what was agreed when it was worked stays agreed
        if standing is Standing.OWED and not found.is_agreed:
            standing = Standing.UNAGREED
        if standing is Standing.VOLUNTEER:
            found = honoraria.Honorarium(found.day_on, found.minutes, (), Money(0, self.card.currency))
        return Reckoned(
            record.id,
            record.version,
            record.person_id,
            str(record.activity),
            record.service_id,
            self.services.get(record.service_id or ""),
            record.site_id,
            record.starts_at,
            record.ends_at,
            standing,
            found,
        )

    def _read(self) -> None:
        self.card, self.zone = queries.rate_card(), clock.zone()
        self.services = queries.service_names()
        people = db.session.scalars(sa.select(Person).where(Person.id.in_(self.ids)))
        choices = queries.pay_choices(self.ids)
        self.standings = {each.id: queries.standing_of(each, choices.get(each.id)) for each in people}


def accrue(until: datetime | None = None) -> int:
    """Bring the ledger up to what was worked (until an instant, when asked); how many changes there were."""
    done = accrue_within(until)
    db.session.commit()
    return done


def accrue_within(until: datetime | None = None) -> int:
    """The same in the caller's transaction."""
    ledger.lock()
    started = clock.now()
    todo = pending(until)
    for row, version in todo.same:
        row.record_version = version
    ledger.reverse_all(
        [(each.before.entry_id, _why(each), None) for each in todo.changes if each.before and each.before.entry_id]
    )
    for each in todo.changes:
        if each.before is not None:
            each.before.voided_at = started
    db.session.flush()  # a voided row makes room for the next
    _write([each.after for each in todo.changes if each.after is not None], started)
    set_off({each.after.person_id for each in todo.changes if each.after is not None})
    _set_mark(started - SLACK)
    return len(todo.changes)


def _why(change: Change) -> str:
    if change.after is None:
        return "The work was taken back."
    if change.before is not None and change.before.person_id != change.after.person_id:
        return "Someone else did the work."
    return "The worked hours were corrected."


def _write(found: list[Reckoned], at: datetime) -> None:
    rows, writings, bearers = [], [], queries.bearers() if found else None
    for each in found:
        row = Honorarium(
            id=new_id(),
            record_id=each.record_id,
            record_version=each.version,
            person_id=each.person_id,
            activity=each.activity,
            service_id=each.service_id,
            site_id=each.site_id,
            day_on=each.found.day_on,
            starts_at=each.starts_at,
            ends_at=each.ends_at,
            minutes=each.found.minutes,
            standing=each.standing,
            minor=each.amount.minor,
            currency=each.amount.currency,
            lines=each.lines,
            at=at,
        )
        rows.append(row)
        if each.standing is Standing.OWED and each.amount and bearers is not None:
            writings.append((row, ledger.Writing(_entry(each, bearers), f"honorarium-{row.id}")))
    for (row, _), entry_id in zip(writings, ledger.post_all([each for _, each in writings]), strict=True):
        row.entry_id = entry_id
    db.session.add_all(rows)
    db.session.flush()


def _entry(each: Reckoned, bearers: queries.Bearers) -> Entry:
    category = category_of(each.activity)
    shares = bearers.shares(each.amount, each.found.day_on, each.service_id, category)
    costs = tuple(Posting(accounts.cost(fund_id, category), part) for fund_id, part in shares)
    owed = Posting(accounts.payable(each.person_id), -each.amount)
    return Entry(EntryKind.HONORARIUM, each.found.day_on, (*costs, owed))


def _set_mark(until: datetime) -> None:
    if not insert_if_absent(db.session, AccrualMark, {"id": 1, "changed_until": until}):
        db.session.execute(
            sa.update(AccrualMark)
            .where(AccrualMark.id == 1, AccrualMark.changed_until < until)
            .values(changed_until=until)
            .execution_options(synchronize_session=False)
        )


def accrue_job(task: Task) -> None:
    """Bring the ledger up to date, as a job that comes round."""
    del task
    accrue()

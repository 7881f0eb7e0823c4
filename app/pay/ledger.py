"""Writing to the ledger and going along its chain; everything else only asks it for balances."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Any, TypeAlias

import sqlalchemy as sa

from app import clock
from app.database import db, is_sqlite, new_id
from app.editing import actor_id
from app.pay import accounts
from app.pay.models import EntryKind, Fund, LedgerAccount, LedgerEntry, LedgerPosting
from app.vault import vault
from payroll import funds
from payroll.ledger import FIRST, Entry, Link, Posting, Verdict, reversal, seal, verify
from payroll.money import Money

LOCK = 7_220_552
SAID = ("id", "kind", "key", "happened_on", "at", "by_id", "reason", "reverses_id", "size")
AT, DAY = SAID.index("at"), SAID.index("happened_on")

Row: TypeAlias = Mapping[str, Any]
Says: TypeAlias = tuple[str | int | None, ...]


@dataclass(frozen=True, slots=True)
class Writing:
    """An entry to be written: `key` names the happening, so that it is never written twice."""

    entry: Entry
    key: str
    reverses_id: str | None = None
    by_id: str | None = None


def lock() -> None:
    """Let nobody else write to the ledger, or reckon with it, until this transaction ends."""
    if not is_sqlite():  # there, whoever may write is alone anyway
        db.session.execute(sa.select(sa.func.pg_advisory_xact_lock(LOCK)))


def post(entry: Entry, key: str, *, reverses_id: str | None = None) -> str:
    """Write one entry in the caller's transaction; its id."""
    return post_all([Writing(entry, key, reverses_id)])[0]


def post_all(writings: Sequence[Writing]) -> list[str]:
    """Write entries in the caller's transaction, in their order; their ids. A cost outside its fund raises."""
    if not writings:
        return []
    lock()
    ids = _account_ids({each.account for writing in writings for each in writing.entry.postings})
    _check_funds(writings)
    number, before = _head()
    entries: list[dict[str, Any]] = []
    postings: list[dict[str, Any]] = []
    at, actor = clock.now(), actor_id()
    for writing in writings:
        number += 1
        row = _row(writing, number, at, writing.by_id or actor)
        lines = [(each.account, each.amount.minor, each.amount.currency) for each in writing.entry.postings]
        before = row["seal"] = seal(vault().ledger_key, before, number, _says(row), tuple(lines))
        entries.append(row)
        postings += [
            {"entry_id": row["id"], "position": place, "account_id": ids[code], "minor": minor, "currency": currency}
            for place, (code, minor, currency) in enumerate(lines)
        ]
    # The postings first: their entry closes them, and the database checks their sum at that moment.
    db.session.execute(sa.insert(LedgerPosting), postings)
    db.session.execute(sa.insert(LedgerEntry), entries)
    return [row["id"] for row in entries]


def expense_key(expense_id: str) -> str:
    """The key of the entry by which an expense is owed."""
    return f"expense-{expense_id}"


def reverse(entry_id: str, reason: str, on: date | None = None, by_id: str | None = None) -> str:
    """Undo an entry by another, in the caller's transaction; `on` is the day it counts for, the entry's own if None."""
    return reverse_all([(entry_id, reason, on)], by_id)[0]


def reverse_all(undone: Sequence[tuple[str, str, date | None]], by_id: str | None = None) -> list[str]:
    """Undo entries; (id, reason, day) of each."""
    if not undone:
        return []
    found = entries_of([entry_id for entry_id, _, _ in undone])
    return post_all(
        [
            Writing(reversal(found[entry_id], on or found[entry_id].on, reason), f"reverse-{entry_id}", entry_id, by_id)
            for entry_id, reason, on in undone
        ]
    )


def entries_of(ids: Sequence[str]) -> dict[str, Entry]:
    """Entries as values, by id."""
    query = (
        sa.select(LedgerEntry, LedgerAccount.code, LedgerPosting.minor, LedgerPosting.currency)
        .join(LedgerPosting, LedgerPosting.entry_id == LedgerEntry.id)
        .join(LedgerAccount, LedgerAccount.id == LedgerPosting.account_id)
        .where(LedgerEntry.id.in_(ids))
        .order_by(LedgerEntry.number, LedgerPosting.position)
    )
    rows: dict[str, LedgerEntry] = {}
    lines: dict[str, list[Posting]] = {}
    for row, code, minor, currency in db.session.execute(query):
        rows[row.id] = row
        lines.setdefault(row.id, []).append(Posting(code, Money(minor, currency)))
    return {each.id: Entry(each.kind, each.happened_on, tuple(lines[each.id])) for each in rows.values()}


def _account_ids(codes: set[str]) -> dict[str, str]:
    query = sa.select(LedgerAccount.code, LedgerAccount.id).where(LedgerAccount.code.in_(codes))
    found = {row.code: row.id for row in db.session.execute(query)}
    missing = [{"id": new_id()} | _columns(code) for code in sorted(codes - set(found))]
    if missing:
        db.session.execute(sa.insert(LedgerAccount), missing)
    return found | {row["code"]: row["id"] for row in missing}


def _columns(code: str) -> dict[str, Any]:
    return {"person_id": None, "fund_id": None, "float_id": None, "category": None} | accounts.columns_of(code)


def _check_funds(writings: Sequence[Writing]) -> None:
    """No cost is posted to a fund on a day or for a category it does not pay for; undoing one is always allowed."""
    known: dict[str, funds.Fund] | None = None
    for writing in writings:
        for each in writing.entry.postings:
            columns = accounts.columns_of(each.account)
            if columns.get("fund_id") is None or writing.reverses_id is not None:
                continue
            if known is None:
                known = {row.id: fund_value(row, each.amount.currency) for row in db.session.scalars(sa.select(Fund))}
            problem = known[columns["fund_id"]].refuses(writing.entry.on, columns["category"])
            if problem:
                raise ValueError(problem)


def fund_value(row: Fund, currency: str) -> funds.Fund:
    """A fund as the room of money sees it."""
    budget = Money(row.budget, currency)
    return funds.Fund(row.id, row.name, row.starts_on, row.ends_on, budget, frozenset(row.categories))


def _head() -> tuple[int, str]:
    query = sa.select(LedgerEntry.number, LedgerEntry.seal).order_by(LedgerEntry.number.desc()).limit(1)
    row = db.session.execute(query).first()
    return (row.number, row.seal) if row else (0, FIRST)


def _row(writing: Writing, number: int, at: datetime, by_id: str | None) -> dict[str, Any]:
    return {
        "id": new_id(),
        "number": number,
        "kind": EntryKind.REVERSAL if writing.reverses_id else writing.entry.kind,
        "key": writing.key,
        "happened_on": writing.entry.on,
        "at": at,
        "by_id": by_id,
        "reason": writing.entry.reason or None,
        "reverses_id": writing.reverses_id,
        "size": len(writing.entry.postings),
    }


def _says(row: Row) -> Says:
    texts = {"at": _instant_text(row["at"]), "happened_on": _day_text(row["happened_on"])}
    return tuple(texts.get(name, row[name]) for name in SAID)


def links() -> Iterator[Link]:
    """The chain, entry by entry, read as plainly as it lies there: a long ledger is gone along in a second or two."""
    connection = db.session.connection()
    codes = {row.id: row.code for row in connection.execute(sa.select(LedgerAccount.id, LedgerAccount.code))}
    table = LedgerPosting.__table__.c
    lines: dict[str, list[tuple[int, str, int, str]]] = {}
    postings = sa.select(table.entry_id, table.position, table.account_id, table.minor, table.currency)
    for entry_id, position, account_id, minor, currency in connection.execute(postings).all():
        lines.setdefault(entry_id, []).append((position, codes[account_id], minor, currency))
    for number, sealed, *said in connection.execute(_entries_as_they_lie()).all():
        said[AT], said[DAY] = _instant_text(said[AT]), _day_text(said[DAY])
        mine = sorted(lines.pop(said[0], ()))
        yield Link(number, tuple(said), tuple(line[1:] for line in mine), sealed)
    if lines:  # only a database whose foreign keys were switched off can hold these
        yield Link(-1, (), (), "")


def _entries_as_they_lie() -> sa.Select[Any]:
    """Number, seal and what is said, by number; instants and days are not read into values where they are text."""
    table = LedgerEntry.__table__.c
    said = [sa.type_coerce(table[name], sa.String) if name in {"at", "happened_on"} else table[name] for name in SAID]
    return sa.select(table.number, table.seal, *said).order_by(table.number)


def _instant_text(value: Any) -> str:
    """An instant as the seal covers it, from UTC text (SQLite) or from a value (PostgreSQL)."""
    if isinstance(value, str):
        return f"{value[:10]}T{value[11:]}+00:00"
    text: str = value.astimezone(UTC).isoformat(timespec="microseconds")
    return text


def _day_text(value: Any) -> str:
    return value if isinstance(value, str) else str(value.isoformat())


def verify_ledger(head: tuple[int, str] | None = None) -> Verdict:
    """Go along the whole chain and reckon its sums."""
    return verify(vault().ledger_key, links(), head)

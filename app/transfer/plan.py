"""What a file would do: every row read, matched and checked against the group as it is, and nothing written yet."""

from __future__ import annotations

import difflib
import hashlib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy.orm import Session

from app.transfer.columns import Column, header_key
from app.transfer.files import Row, Sheet, Unreadable
from app.transfer.kinds import BY_NAME, KINDS, Bad, Kind, Line, Rights
from app.transfer.kinds.sites import LINES, demand_lines, demand_text
from app.transfer.values import BadValue, Reading, check_seen
from app.transfer.world import Entry, Table, Values, World

EARLY = "This row ends early: it has {cells} of {columns} cells."
HIDDEN = "(not shown)"
LATE = "This row has more cells than there are columns. Does a cell hold a comma without quotation marks?"


@dataclass(frozen=True, slots=True)
class Change:
    """What becomes of one thing: the line that says so, what it is called, and (column, before, after)."""

    line: int
    label: str
    is_new: bool
    cells: tuple[tuple[str, str, str], ...]


@dataclass(slots=True)
class FilePlan:
    """What one file would do. `ignored` are headers nobody knows, each with a guess at what was meant."""

    kind: Kind
    sheet: Sheet
    ignored: list[tuple[str, str]] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    bad: list[Bad] = field(default_factory=list)
    changes: list[Change] = field(default_factory=list)
    entries: list[Entry] = field(default_factory=list)
    unchanged: int = 0
    has_unclear_dates: bool = False

    @property
    def new(self) -> int:
        """How many things are new."""
        return sum(change.is_new for change in self.changes)

    @property
    def changed(self) -> int:
        """How many things change."""
        return len(self.changes) - self.new

    @property
    def bad_rows(self) -> int:
        """How many rows have something wrong with them."""
        return len({bad.line for bad in self.bad})

    def counts(self) -> dict[str, int]:
        """What may be told and noted: of a secret kind only the number of rows."""
        if self.kind.is_secret:
            return {"rows": len(self.sheet.rows)}
        return {"new": self.new, "changed": self.changed, "unchanged": self.unchanged}


@dataclass(slots=True)
class Plan:
    """What the files of one import would do together."""

    files: list[FilePlan]
    world: World

    @property
    def bad(self) -> list[tuple[FilePlan, Bad]]:
        """Every finding, with its file."""
        return [(file, bad) for file in self.files for bad in file.bad]

    @property
    def changes(self) -> list[tuple[FilePlan, Change]]:
        """Every change that may be shown, with its file."""
        return [(file, change) for file in self.files if not file.kind.is_secret for change in file.changes]

    @property
    def bad_rows(self) -> int:
        """How many rows have something wrong with them."""
        return sum(file.bad_rows for file in self.files)

    @property
    def has_unclear_dates(self) -> bool:
        """Whether a date could mean two days."""
        return any(file.has_unclear_dates for file in self.files)

    @property
    def words(self) -> str:
        """What a yes would do, in figures: "12 new and 3 changed"."""
        told = [file for file in self.files if not file.kind.is_secret]
        secret = sum(len(file.sheet.rows) for file in self.files if file.kind.is_secret)
        counts = {"new": sum(f.new for f in told), "changed": sum(f.changed for f in told), "private": secret}
        return " and ".join(f"{count} {what}" for what, count in counts.items() if count)

    @property
    def is_good(self) -> bool:
        """Whether nothing stands in the way."""
        return not any(file.bad for file in self.files)

    @property
    def is_needed(self) -> bool:
        """Whether there is anything to do, as far as may be told."""
        return any(file.changes or (file.kind.is_secret and file.sheet.rows) for file in self.files)

    def digest(self) -> str:
        """A word for exactly these changes: when it differs, something else has changed meanwhile."""
        shown = [(f.kind.name, c.line, c.label, c.is_new, c.cells) for f, c in self.changes]
        return hashlib.sha256(repr(shown).encode()).hexdigest()[:32]


def open_world(session: Session, rights: Rights) -> World:
    """The group as the database has it, read table by table when asked for."""
    return World(lambda name: BY_NAME[name].load(session, rights))


def make_plan(session: Session, sheets: Iterable[tuple[Kind, Sheet]], rights: Rights, date_order: str = "") -> Plan:
    """Find out what these files would do together; raises `Unreadable` when a header does not fit."""
    plan = Plan([], open_world(session, rights))
    for kind, sheet in sorted(sheets, key=lambda pair: KINDS.index(pair[0])):
        columns, ignored = read_header(kind, sheet)
        file = FilePlan(kind, sheet, ignored)
        _plan_file(file, columns, Reading(plan.world, date_order, file.notes), rights)
        plan.files.append(file)
    return plan


def write_plan(session: Session, plan: Plan) -> None:
    """Write what a plan without findings says, in the caller's transaction."""
    if not plan.is_good:
        raise ValueError("a plan with findings is never written")
    for file in plan.files:
        file.kind.write(session, file.entries, plan.world)


def read_header(kind: Kind, sheet: Sheet) -> tuple[list[Column | None], list[tuple[str, str]]]:
    """The column of each cell of the header, and the headers nobody knows; raises `Unreadable`."""
    columns: list[Column | None] = []
    ignored: list[tuple[str, str]] = []
    for cell in sheet.header.cells:
        column = kind.column(cell)
        if column is None and cell.strip():
            ignored.append((cell.strip(), _guess(cell, kind)))
        if column is not None and column in columns:
            raise Unreadable(f'Two columns are "{column.name}". Leave one of them out.')
        columns.append(column)
    found = {column.name for column in columns if column is not None}
    if not any(found.issuperset(key) for key in kind.keys):
        raise Unreadable(_missing_words(kind, found))
    return columns, ignored


def _missing_words(kind: Kind, found: set[str]) -> str:
    if not found:
        known = ", ".join(column.name for column in kind.columns if not column.is_shown)
        return f"The first line must name the columns, and none of these is there: {known}."
    wanted = " or ".join(" and ".join(f'"{name}"' for name in key if name not in found) for key in kind.keys)
    return f"A file of {kind.plural} needs the column {wanted}."


def _guess(header: str, kind: Kind) -> str:
    keys = {header_key(name): column.name for column in kind.columns for name in (column.name, *column.also)}
    close = difflib.get_close_matches(header_key(header), keys, 1, 0.75)
    return keys[close[0]] if close else ""


def _plan_file(file: FilePlan, columns: list[Column | None], reading: Reading, rights: Rights) -> None:
    kind = file.kind
    given = frozenset(c.name for c in columns if c is not None and not c.is_shown)
    lines = [_read_row(row, columns, kind, reading) for row in file.sheet.rows]
    groups = _grouped([line for line in lines if _has_key(line, kind, given)], kind)
    for group in groups:
        _agree(group, kind)
    for group, found in kind.match(groups, reading):
        _apply(file, group, found, given, reading, rights)
    bad = [bad for line in lines for bad in line.bad]
    cells = {line.line: line.cells for line in lines}
    told = {(each.line, each.column) for each in bad}
    for entry, column, reason in kind.review(reading.world[kind.name], reading, rights):
        if entry.line and (entry.line, column) not in told:
            bad.append(Bad(entry.line, column, cells[entry.line].get(column, ""), reason))
    file.bad = sorted(bad, key=lambda each: each.line)
    file.has_unclear_dates = reading.has_unclear_dates


def _read_row(row: Row, columns: list[Column | None], kind: Kind, reading: Reading) -> Line:
    """Read the cells of one row; what cannot be read is noted on it."""
    line = Line(row.line, {})
    if len(row.cells) < len(columns):
        line.bad.append(Bad(row.line, "", "", EARLY.format(cells=len(row.cells), columns=len(columns))))
    elif any(cell.strip() for cell in row.cells[len(columns) :]):
        line.bad.append(Bad(row.line, "", "", LATE))
    for column, cell in zip(columns, row.cells, strict=False):
        if column is None or column.is_shown:
            continue
        line.cells[column.name] = cell
        if not cell.strip():
            if not column.is_needed and not _is_key(column, kind):
                line.values[column.name] = column.default
            continue
        try:
            check_seen(cell.strip())
            line.values[column.name] = column.type.parse(cell.strip(), reading)
        except BadValue as bad:
            line.refuse(bad.reason, column.name)
    return line


def _is_key(column: Column, kind: Kind) -> bool:
    return column.name in kind.keys[0]


def _has_key(line: Line, kind: Kind, given: frozenset[str]) -> bool:
    """Whether a row says what it is about; a blank that stands in the way is noted on it."""
    wanted = [key for key in kind.keys if given.issuperset(key)]
    if any(line.values.keys() >= set(key) for key in wanted):
        return not any(bad.column in {name for key in wanted for name in key} for bad in line.bad)
    if not any(bad.column in key for bad in line.bad for key in wanted):
        name = next(name for name in wanted[0] if name not in line.values)
        line.refuse("This must not be blank." if len(wanted) == 1 else f"Say which {kind.one} this row is about.", name)
    return False


def _grouped(lines: list[Line], kind: Kind) -> list[list[Line]]:
    """Rows about one thing together, in the order in which they come."""
    groups: dict[Any, list[Line]] = {}
    for line in lines:
        groups.setdefault(kind.group(line) or ("alone", line.line), []).append(line)
    return list(groups.values())


def _agree(group: list[Line], kind: Kind) -> None:
    """Rows about one thing say the same, a blank in a later one meaning the same as in the first."""
    first = group[0]
    for line in group[1:]:
        for name, cell in line.cells.items():
            if kind.by_name[name].is_line or not cell.strip() or name not in line.values:
                continue
            if line.values[name] != first.values.get(name):
                line.refuse(f"Line {first.line} says otherwise about the same {kind.one}.", name)


def _apply(  # noqa: PLR0913, PLR0917 - it is the one place where all of these meet
    file: FilePlan, group: list[Line], found: Entry | None, given: frozenset[str], reading: Reading, rights: Rights
) -> None:
    """Lay what the rows say over one thing, check it, and note what changes."""
    kind, first = file.kind, group[0]
    if found is not None and found.line:
        first.refuse(f"Line {found.line} is about the same {kind.one}.", _told_by(first, kind))
        return
    entry = found or Entry(kind.new_id(first, reading), _blank(kind), None)
    entry.line = first.line
    _check_needed(first, entry, kind)
    entry.values = entry.values | {
        name: value for name, value in first.values.items() if name in kind.kept and name not in _line_names(kind)
    }
    if kind.has_lines and given & _line_names(kind):
        entry.values[LINES] = demand_lines(group, (entry.stored or {}).get(LINES, ()))
    if not any(line.bad for line in group):
        try:
            kind.settle(entry, given, reading, rights)
        except BadValue as bad:
            first.refuse(bad.reason, bad.column)
    table: Table = reading.world[kind.name]
    if entry.is_new:
        table.add(entry, kind.key(entry.values))
    else:
        table.index(entry, kind.key(entry.values))
    if not any(line.bad for line in group):
        _note_change(file, entry, reading.world, rights)


def _told_by(line: Line, kind: Kind) -> str:
    return next((name for key in kind.keys for name in key if name in line.values), kind.keys[0][0])


def _line_names(kind: Kind) -> frozenset[str]:
    return frozenset(column.name for column in kind.columns if column.is_line)


def _blank(kind: Kind) -> Values:
    values = {c.name: c.when_absent for c in kind.columns if c.name in kind.kept and not c.is_line}
    return kind.nothing_besides() | values


def _check_needed(line: Line, entry: Entry, kind: Kind) -> None:
    for column in kind.columns:
        said_so = any(bad.column == column.name for bad in line.bad)
        if not column.is_needed or column.name in line.values or said_so:
            continue
        if entry.is_new:
            line.refuse(f"A new {kind.one} needs this.", column.name)
        elif column.name in line.cells and not any(column.name in key for key in kind.keys):
            line.refuse("This must not be blank.", column.name)


def _note_change(file: FilePlan, entry: Entry, world: World, rights: Rights) -> None:
    cells = tuple(_differences(file.kind, entry, world, rights))
    if not cells and entry.stored is not None:
        entry.values = dict(entry.stored)  # at most spaces and line breaks differ
        file.unchanged += 1
        return
    file.entries.append(entry)
    file.changes.append(Change(entry.line, file.kind.label(entry, world), entry.is_new, cells))


def _differences(kind: Kind, entry: Entry, world: World, rights: Rights) -> Iterator[tuple[str, str, str]]:
    before: Values = entry.stored or {}
    for column in kind.columns:
        if (
            column.is_line
            or column.name not in entry.values
            or (entry.is_new and column.name == "shift" == kind.keys[0][0])
        ):
            continue
        old = kind.cell(before, column, world)
        new = kind.cell(entry.values, column, world)
        if old != new and not (entry.is_new and entry.values[column.name] == column.when_absent):
            yield column.name, HIDDEN if old and column.is_private and not rights.is_admin else old, new
    if kind.has_lines:
        old, new = (demand_text(values.get(LINES, ()), world) for values in (before, entry.values))
        if old != new:
            yield LINES, old, new

"""What every kind of file has in common: its columns, and how a row finds, checks and writes one thing of the group."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from app.access import Role
from app.database import Model, new_id
from app.transfer.columns import Column, header_key
from app.transfer.values import BadValue, Reading
from app.transfer.world import Entry, Table, Values, World, several

CHUNK = 400


@dataclass(frozen=True, slots=True)
class Rights:
    """What the person behind an import or export may do."""

    roles: frozenset[Role]
    person_id: str | None = None

    @property
    def is_admin(self) -> bool:
        """Whether contact details, roles and wishes are open to them."""
        return Role.ADMIN in self.roles


@dataclass(frozen=True, slots=True)
class Bad:
    """One finding that stands in the way: where, what stands there, and why it cannot be taken."""

    line: int
    column: str
    value: str
    reason: str


@dataclass(slots=True)
class Line:
    """One row of a file, read: its cells by column as they stand, and the values of those that could be read."""

    line: int
    cells: dict[str, str]
    values: Values = field(default_factory=dict)
    bad: list[Bad] = field(default_factory=list)

    def refuse(self, reason: str, column: str) -> None:
        """Note a finding about this row."""
        self.bad.append(Bad(self.line, column, self.cells.get(column, ""), reason))


class Kind:
    """One kind of file, declared by its class attributes; a kind with needs of its own overrides methods.

    `keys` are the columns of which a file needs at least one set, to tell what a row is about. `after` are the
    kinds its rows may refer to. `unique` are columns (or pairs of them) that no two things share.
    """

    name: str
    title: str
    one: str
    plural: str
    words: str
    model: type[Model]
    columns: tuple[Column, ...]
    keys: tuple[tuple[str, ...], ...] = (("code",), ("name",))
    after: tuple[str, ...] = ()
    unique: tuple[tuple[str, ...], ...] = ()
    importers: frozenset[Role] = frozenset({Role.COORDINATOR, Role.ADMIN})
    exporters: frozenset[Role] = frozenset({Role.COORDINATOR, Role.ADMIN})
    is_secret = False  # nothing of what is stored is shown, not even whether a row is new
    notes: tuple[str, ...] = ()  # for the help page

    def __init__(self) -> None:
        self.by_name = {column.name: column for column in self.columns}
        self.kept = frozenset(c.name for c in self.columns if not c.is_shown and not c.is_pointer)

    @property
    def has_lines(self) -> bool:
        """Whether a thing may have several rows, one for each demand line."""
        return any(column.is_line for column in self.columns)

    def column(self, header: str) -> Column | None:
        """The column a header cell means."""
        key = header_key(header)
        return next((column for column in self.columns if column.answers_to(key)), None)

    def knows(self, header: str) -> bool:
        """Whether a header cell means one of the columns."""
        return self.column(header) is not None

    def columns_for(self, rights: Rights) -> tuple[Column, ...]:
        """The columns this person may take out."""
        return tuple(column for column in self.columns if rights.is_admin or not column.is_private)

    # ---- reading the database

    def load(self, session: Session, rights: Rights) -> Iterator[tuple[Entry, Any]]:
        """Every thing the database has, each with its key."""
        del rights
        columns = [column for column in self.columns if column.attribute is not None]
        fields = [getattr(self.model, column.attribute or "") for column in columns]
        besides = self.besides(session)
        for thing_id, *cells in session.execute(sa.select(self.model.id, *fields)):  # type: ignore[attr-defined]
            values = {column.name: cell for column, cell in zip(columns, cells, strict=True)}
            values |= besides.get(thing_id, self.nothing_besides())
            yield Entry(thing_id, values, dict(values)), self.key(values)

    def besides(self, session: Session) -> dict[str, Values]:
        """Values by id that do not stand in the table itself."""
        del session
        return {}

    def nothing_besides(self) -> Values:
        """Such values of a thing that has none."""
        return {}

    def key(self, values: Values) -> Any:
        """What a thing is looked up by when not by code or name."""
        del values

    # ---- reading a file

    def group(self, line: Line) -> Any:
        """What rows about one thing have in common; None when every row stands alone."""
        del line

    def match(self, groups: list[list[Line]], reading: Reading) -> Iterator[tuple[list[Line], Entry | None]]:
        """Pair the rows about one thing with its entry, None when it is new; findings go to the rows."""
        for lines in groups:
            try:
                found = self.find(lines[0], reading)
            except BadValue as bad:
                lines[0].refuse(bad.reason, bad.column)
                continue
            yield lines, found

    def find(self, line: Line, reading: Reading) -> Entry | None:
        """The entry a row is about, by code or else by name, None when it is new; raises `BadValue`."""
        table = reading.world[self.name]
        code, name = line.values.get("code"), line.values.get("name")
        if code is not None:
            return table.with_code(code)
        if name is None:
            column = next((one for key in self.keys for one in key if one in line.cells), self.keys[0][0])
            raise BadValue(f"Say which {self.one} this row is about.", column)
        named = table.with_name(name)
        if len(named) > 1:
            raise BadValue(several(name, named, self.plural), "name")
        return named[0] if named else None

    def new_id(self, line: Line, reading: Reading) -> str:
        """The id of the new thing a row is about."""
        del line, reading
        return new_id()

    def settle(self, entry: Entry, given: frozenset[str], reading: Reading, rights: Rights) -> None:
        """Check a new or changed entry as a whole and bring its values into their usual form; raises `BadValue`."""

    def review(self, table: Table, reading: Reading, rights: Rights) -> Iterator[tuple[Entry, str, str]]:
        """Findings about all entries together, as (entry, column, reason): by default, what must be unique is."""
        del reading, rights
        for names in self.unique:
            taken: dict[Any, Entry] = {}
            for entry in sorted(table.entries, key=lambda each: each.line):
                own = [entry.values.get(name) for name in names]
                if None in own:
                    continue
                key = tuple(self.by_name[n].type.unique(v) for n, v in zip(names, own, strict=True))
                other = taken.setdefault(key, entry)
                if other is not entry and entry.line:
                    where = f" (line {other.line})" if other.line else ""
                    yield entry, names[0], f"Another {self.one} has this already{where}."

    def label(self, entry: Entry, world: World) -> str:
        """What a thing is called in the preview."""
        del world
        code, name = entry.values.get("code"), entry.values.get("name")
        return f"{name} ({code})" if name and code else str(name or code or "")

    # ---- writing the database

    def write(self, session: Session, entries: list[Entry], world: World) -> None:
        """Insert the new entries and update the changed ones; the caller commits."""
        self._step_aside(session, entries)
        stored = self._stored(session, [entry.id for entry in entries if not entry.is_new])
        for entry in entries:
            columns = [column for column in self.columns if column.attribute and column.name in entry.values]
            thing: Any = stored.get(entry.id)
            if thing is None:
                thing = self.model(id=entry.id)
                self.begin(thing)
                session.add(thing)
            else:
                columns = [c for c in columns if entry.values[c.name] != (entry.stored or {}).get(c.name)]
            for column in columns:
                setattr(thing, column.attribute or "", entry.values[column.name])
            self.write_more(session, thing, entry, world)
        session.flush()

    def begin(self, thing: Any) -> None:
        """Give a new row what no column of the file says."""

    def write_more(self, session: Session, thing: Any, entry: Entry, world: World) -> None:
        """Write what does not stand in the table itself."""

    def _stored(self, session: Session, ids: list[str]) -> dict[str, Any]:
        found: dict[str, Any] = {}
        for start in range(0, len(ids), CHUNK):
            some = sa.select(self.model).where(self.model.id.in_(ids[start : start + CHUNK]))  # type: ignore[attr-defined]
            found |= {thing.id: thing for thing in session.scalars(some)}  # type: ignore[attr-defined]
        return found

    def _step_aside(self, session: Session, entries: list[Entry]) -> None:
        """Free unique values that change hands, so that two things may swap their names."""
        for entry in entries:
            for names in self.unique:
                last = self.by_name[names[-1]]
                values = entry.stored
                if values is None or last.attribute is None or values.get(last.name) == entry.values[last.name]:
                    continue
                free = {last.attribute: f"~{entry.id}"}
                session.execute(sa.update(self.model).where(self.model.id == entry.id).values(free))  # type: ignore[attr-defined]

    # ---- writing a file

    def rows(self, entry: Entry) -> Iterable[Values]:
        """The rows of a file about one entry."""
        yield entry.values

    def shown(self, entry: Entry, world: World) -> Values:
        """The cells of columns that are written for the reader or as pointers, as text."""
        del entry, world
        return {}

    def order(self, entry: Entry, world: World) -> Any:
        """Where an entry stands in a file; the same for the same content whatever the ids."""
        return [self.cell(entry.values, column, world) for column in self.columns if not column.is_line]

    def cell(self, values: Values, column: Column, world: World) -> str:
        """One cell, blank for None."""
        value = values.get(column.name)
        return "" if value is None else column.type.text(value, world)

    def export(self, world: World, rights: Rights, entries: Iterable[Entry] | None = None) -> Iterator[list[str]]:
        """The rows of a file with these things (every one, when none are named), cells as text."""
        columns = self.columns_for(rights)
        entries = world[self.name].entries if entries is None else entries
        for entry in sorted(entries, key=lambda each: self.order(each, world)):
            shown = self.shown(entry, world)
            for values in self.rows(entry):
                yield [shown.get(c.name) or self.cell(values, c, world) for c in columns]


def person_name(world: World, person_id: str) -> str:
    """The chosen name of a person, for the reader of a file."""
    return str(world["people"].by_id[person_id].values["name"])

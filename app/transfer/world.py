"""The group's things as a file sees them: tables of entries in memory, read from the database or out of files."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from typing import Any

from app.transfer.values import BadValue, fold

Values = dict[str, Any]
LISTED_CODES = 5
COUNTS = {2: "Two", 3: "Three", 4: "Four", 5: "Five"}


@dataclass(slots=True, eq=False)
class Entry:
    """One thing: its id, its values by column, what they were in the database (None when it is new).

    `line` is the line of the file that spoke of it, 0 when none has.
    """

    id: str
    values: Values
    stored: Values | None
    line: int = 0

    @property
    def is_new(self) -> bool:
        """Whether the database has it not yet."""
        return self.stored is None


@dataclass(slots=True)
class Table:
    """All entries of one kind, findable by id, code and name."""

    entries: list[Entry] = field(default_factory=list)
    by_id: dict[str, Entry] = field(default_factory=dict)
    _codes: dict[str, Entry] = field(default_factory=dict)
    _words: dict[str, list[Entry]] = field(default_factory=dict)
    _keys: dict[Any, list[Entry]] = field(default_factory=dict)

    def add(self, entry: Entry, key: Any = None) -> None:
        """Take in an entry; `key` is what it may be looked up by besides code and name."""
        self.entries.append(entry)
        self.by_id[entry.id] = entry
        self.index(entry, key)

    def index(self, entry: Entry, key: Any = None) -> None:
        """Make an entry findable by what it is called now."""
        code, name = entry.values.get("code"), entry.values.get("name")
        if code is not None:
            self._codes.setdefault(code, entry)
            self._put(fold(code), entry)
        if name is not None:
            self._put(fold(name), entry)
        if key is not None:
            found = self._keys.setdefault(key, [])
            if entry not in found:
                found.append(entry)

    def _put(self, word: str, entry: Entry) -> None:
        found = self._words.setdefault(word, [])
        if entry not in found:
            found.append(entry)

    def with_key(self, key: Any) -> list[Entry]:
        """The entries taken in under a key."""
        return self._keys.get(key, [])

    def with_code(self, code: str) -> Entry | None:
        """The entry of exactly this code, else the only one whose code differs in capitals alone."""
        if code in self._codes:
            return self._codes[code]
        alike = [entry for entry in self._words.get(fold(code), ()) if fold(entry.values["code"]) == fold(code)]
        return alike[0] if len(alike) == 1 else None

    def with_name(self, name: str) -> list[Entry]:
        """The entries called this at present."""
        return [
            entry for entry in self._words.get(fold(name), ()) if fold(entry.values.get("name") or "") == fold(name)
        ]

    def refer(self, text: str, one: str, plural: str) -> Entry:
        """The entry a cell means by code or by name; raises `BadValue` when there is none or more than one."""
        found = self.with_code(text.strip())
        if found is not None:
            return found
        named = self.with_name(text)
        if not named:
            raise BadValue(
                f"There is no {one} with this code or name. Import the {plural} first, or mend the spelling."
            )
        if len(named) > 1:
            raise BadValue(several(text, named, plural))
        return named[0]


def several(name: str, entries: list[Entry], plural: str) -> str:
    """What to say when several things share a name."""
    codes = [entry.values["code"] for entry in entries[:LISTED_CODES]]
    more = ", ..." if len(entries) > LISTED_CODES else ""
    count = COUNTS.get(len(entries), str(len(entries)))
    return f"{count} {plural} are called {' '.join(name.split())}: give their code ({', '.join(codes)}{more})."


class World:
    """Tables by kind, each read when it is first asked for."""

    def __init__(self, load: Callable[[str], Iterable[tuple[Entry, Any]]]) -> None:
        self._load = load
        self._tables: dict[str, Table] = {}

    def __getitem__(self, kind: str) -> Table:
        if kind not in self._tables:
            table = Table()
            for entry, key in self._load(kind):
                table.add(entry, key)
            self._tables[kind] = table
        return self._tables[kind]

    def loaded(self) -> Iterator[tuple[str, Table]]:
        """The tables read so far."""
        yield from self._tables.items()

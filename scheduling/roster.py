"""What is answered: who is on which shift, and what is wrong with it."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, NamedTuple, Protocol, TypeAlias

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping


class Assignment(NamedTuple):
    """One worker on one shift, by their ids."""

    worker: str
    shift: str


class Roster:
    """A set of assignments that never changes, quick to ask by worker and by shift."""

    def __init__(self, assignments: Iterable[tuple[str, str]] = ()) -> None:
        self.assignments = frozenset(Assignment(*each) for each in assignments)

    def __iter__(self) -> Iterator[Assignment]:
        return iter(sorted(self.assignments))

    def __len__(self) -> int:
        return len(self.assignments)

    def __contains__(self, pair: object) -> bool:
        return pair in self.assignments

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Roster) and self.assignments == other.assignments

    def __hash__(self) -> int:
        return hash(self.assignments)

    def __repr__(self) -> str:
        return f"Roster({[tuple(each) for each in self]})"

    @cached_property
    def _by_worker(self) -> Mapping[str, frozenset[str]]:
        found: dict[str, set[str]] = {}
        for worker, shift in self.assignments:
            found.setdefault(worker, set()).add(shift)
        return {key: frozenset(each) for key, each in found.items()}

    @cached_property
    def _by_shift(self) -> Mapping[str, frozenset[str]]:
        found: dict[str, set[str]] = {}
        for worker, shift in self.assignments:
            found.setdefault(shift, set()).add(worker)
        return {key: frozenset(each) for key, each in found.items()}

    def shifts_of(self, worker: str) -> frozenset[str]:
        """Return the ids of a worker's shifts."""
        return self._by_worker.get(worker, frozenset())

    def workers_on(self, shift: str) -> frozenset[str]:
        """Return the ids of the workers on a shift."""
        return self._by_shift.get(shift, frozenset())

    def with_(self, worker: str, shift: str) -> Roster:
        """Return this roster with one assignment more."""
        return Roster(self.assignments | {Assignment(worker, shift)})

    def without(self, worker: str, shift: str) -> Roster:
        """Return this roster without one assignment."""
        return Roster(self.assignments - {Assignment(worker, shift)})


class Minutes(int):
    """A number of minutes, told to people as hours and minutes."""

    __slots__ = ()

    def __str__(self) -> str:
        hours, minutes = divmod(abs(int(self)), 60)
        told = f"{hours} h {minutes} min" if hours and minutes else f"{hours} h" if hours else f"{minutes} min"
        return f"-{told}" if self < 0 else told


Fact: TypeAlias = int | str | dt.date
"""What a violation may carry to fill its sentence: a number, Minutes, a word or a date."""


@dataclass(frozen=True)
class Violation:
    """One thing a roster does that a rule forbids (price None) or allows at a price.

    `code` chooses the rule's sentence, `facts` fill it; `words` and `fix` put it in plain words.
    """

    rule: str
    code: str
    price: int | None
    workers: tuple[str, ...] = ()
    shifts: tuple[str, ...] = ()
    facts: tuple[tuple[str, Fact], ...] = ()

    @property
    def is_forbidden(self) -> bool:
        """Say whether no price allows this."""
        return self.price is None


class Names(Protocol):
    """How the caller calls people, shifts and days; the room itself knows only ids."""

    def worker(self, worker: str) -> str:
        """Return the name to show for a worker id."""

    def shift(self, shift: str) -> str:
        """Return the label to show for a shift id."""

    def skill(self, skill: str) -> str:
        """Return the name to show for a skill id."""

    def day(self, day: dt.date) -> str:
        """Return the label to show for a date."""


class PlainNames:
    """Names that are the ids themselves, and dates as in "Mon 3 Jun"."""

    def worker(self, worker: str) -> str:
        """Return the id."""
        return worker

    def shift(self, shift: str) -> str:
        """Return the id."""
        return shift

    def skill(self, skill: str) -> str:
        """Return the id."""
        return skill

    def day(self, day: dt.date) -> str:
        """Return weekday, day and month."""
        return f"{day:%a} {day.day} {day:%b}"

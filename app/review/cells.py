"""What a board is made of, as its templates want it: days, rows, cells and pills, as little as will do."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from scheduling import Demand, Problem, Shift, Worker


@dataclass(frozen=True, slots=True)
class Line:
    """One demand line of a shift with how many people count on it."""

    skill: str | None
    minimum: int
    target: int
    maximum: int | None
    counted: int

    @property
    def missing(self) -> int:
        """How many are missing from the target."""
        return max(0, self.target - self.counted)

    @property
    def is_below(self) -> bool:
        """Whether fewer than the minimum to run are there."""
        return self.counted < self.minimum


@dataclass(frozen=True, slots=True)
class Day:
    """One day of the board."""

    on: date
    number: int
    is_weekend: bool
    is_today: bool


@dataclass(frozen=True, slots=True)
class Pill:
    """A shift in a person's row."""

    label: str
    time: str
    url: str
    marks: str


@dataclass(frozen=True, slots=True)
class PersonRow:
    """A person's row: cells are None when empty, else (kind, pills)."""

    id: str
    name: str
    url: str
    hours: str
    hours_kind: str
    cells: list[tuple[str, list[Pill]] | None]
    strain: int = 0


@dataclass(frozen=True, slots=True)
class On:
    """A person in a shift's cell."""

    name: str
    url: str
    marks: str


@dataclass(frozen=True, slots=True)
class ShiftCell:
    """A shift in its row."""

    id: str
    url: str
    filled: str
    marks: str
    people: list[On]


@dataclass(frozen=True, slots=True)
class ShiftRow:
    """A kind of shift: same service, same hours."""

    name: str
    time: str
    cells: list[list[ShiftCell]]
    url: str = ""


@dataclass(frozen=True, slots=True)
class Group:
    """The rows of one site."""

    name: str
    rows: list[ShiftRow]


@dataclass(frozen=True, slots=True)
class DayShift:
    """A shift in the list of one day."""

    name: str
    site: str
    time: str
    url: str
    filled: str
    kind: str
    badge: tuple[str, str] | None
    people: list[On]


def lines_of(problem: Problem, roster_workers: frozenset[str], shift: Shift) -> list[Line]:
    """The demand lines of a shift with who is there; learners never count."""
    workers = [problem.worker[each] for each in roster_workers]
    on = problem.horizon.date(shift.day)
    return [
        Line(demand.skill, demand.minimum, demand.target, demand.maximum, _counted(demand, workers, on))
        for demand in shift.demands
    ]


def _counted(demand: Demand, workers: list[Worker], on: date) -> int:
    return sum(not each.is_trainee and (demand.skill is None or each.holds(demand.skill, on)) for each in workers)

"""With whom a shift can be changed, and to whom it can be given: only what the rules allow everybody."""

from __future__ import annotations

from dataclasses import dataclass

from app.exchange import queries
from app.exchange.claims import standing_around
from app.exchange.places import Standing
from app.exchange.swaps import Wanted, stops_of
from app.roster.words import ShiftLabel
from scheduling import Assignment

NEAR_DAYS = 21
MOST = 60


@dataclass(frozen=True, slots=True)
class Choice:
    """One way to change: its value in the form, with whom, and which shift comes in return (None: none)."""

    value: str
    name: str
    label: ShiftLabel | None


@dataclass(frozen=True, slots=True)
class Choices:
    """A shift to change, and every way to."""

    label: ShiftLabel
    shift_id: str
    swaps: tuple[Choice, ...]
    gifts: tuple[Choice, ...]


def choices_for(person_id: str, shift_id: str) -> Choices | None:
    """Every way in which a person could change this shift of theirs; None when it is not theirs to change."""
    found = queries.shift_with_names(shift_id)
    if found is None or queries.assignment_of(person_id, shift_id) is None:
        return None
    standing = standing_around(found[0])
    if shift_id not in standing.came_up or standing.starts[shift_id] <= standing.now:
        return None
    return Choices(
        standing.facts.names.shifts[shift_id],
        shift_id,
        tuple(_swaps(standing, person_id, shift_id)),
        tuple(_gifts(standing, person_id, shift_id)),
    )


def _swaps(standing: Standing, person_id: str, shift_id: str) -> list[Choice]:
    """Shifts of others near this one that both could change, soonest first."""
    mine, names = standing.problem.shift[shift_id], standing.facts.names
    found: list[Choice] = []
    for other in standing.upcoming:
        if other.id == shift_id or abs(other.day - mine.day) > NEAR_DAYS or len(found) >= MOST:
            continue
        found.extend(
            Choice(f"{person}/{other.id}", names.worker(person), names.shifts[other.id])
            for person in sorted(standing.facts.live.workers_on(other.id), key=names.worker)
            if person != person_id and not stops_of(standing, Wanted(person_id, shift_id, person, other.id))
        )
    return found


def _gifts(standing: Standing, person_id: str, shift_id: str) -> list[Choice]:
    """People who could take this shift as it is, by name."""
    names = standing.facts.names
    return [
        Choice(worker.id, names.worker(worker.id), None)
        for worker in sorted(standing.problem.workers, key=lambda each: names.worker(each.id))
        if worker.id != person_id
        and Assignment(worker.id, shift_id) not in standing.facts.live
        and not worker.is_trainee
        and not stops_of(standing, Wanted(person_id, shift_id, worker.id, None))
    ]

"""Two rosters of one period beside each other: figures, and what is different for whom."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from app.roster.models import Draft, Period
from app.roster.queries import AssignmentRow, ShiftRow, draft_assignments, live_assignments, period_shifts


@dataclass(frozen=True, slots=True)
class PersonChange:
    """What is different for one person: shifts they have only in the newer roster, and only in the older one."""

    person_id: str
    name: str
    gained: tuple[ShiftRow, ...]
    lost: tuple[ShiftRow, ...]
    hours_before: float
    hours_after: float


@dataclass(frozen=True)
class Comparison:
    """Two rosters: `older` None stands for what is published."""

    newer: Draft
    older: Draft | None
    people: tuple[PersonChange, ...]
    same: int
    gained: int
    lost: int

    @property
    def older_name(self) -> str:
        """How the other roster is called."""
        return "what is published" if self.older is None else self.older.name

    @property
    def results(self) -> tuple[dict[str, Any], dict[str, Any]]:
        """What the solver said of the older and of the newer one; empty where it said nothing."""
        return (self.older.result or {}) if self.older else {}, self.newer.result or {}


def compare(period: Period, newer: Draft, older: Draft | None) -> Comparison:
    """Compare a draft with another one, or with what is published."""
    shifts = {each.id: each for each in period_shifts(period)}
    before = _pairs(live_assignments(period) if older is None else draft_assignments(older.id))
    after = _pairs(draft_assignments(newer.id))
    had, has = _of(before, shifts), _of(after, shifts)
    people = [_change(person, name, had[person], has[person], shifts) for person, name in _names(before, after)]
    changed = [each for each in people if each.gained or each.lost]
    return Comparison(
        newer=newer,
        older=older,
        people=tuple(changed),
        same=len(before.keys() & after.keys()),
        gained=sum(len(each.gained) for each in changed),
        lost=sum(len(each.lost) for each in changed),
    )


def previous_of(draft: Draft, drafts: Iterable[Draft]) -> Draft | None:
    """The draft one would compare with first: the one it was made from, else the one before it."""
    others = [each for each in drafts if each.id != draft.id]
    made_from = next((each for each in others if each.id == draft.based_on_id), None)
    earlier = [each for each in others if each.number < draft.number]
    return made_from or max(earlier, key=lambda each: each.number, default=None)


def _pairs(rows: Iterable[AssignmentRow]) -> dict[tuple[str, str], str]:
    return {(each.person_id, each.shift_id): each.person for each in rows}


def _names(*rosters: dict[tuple[str, str], str]) -> list[tuple[str, str]]:
    names = {person: name for roster in rosters for (person, _), name in roster.items()}
    return sorted(names.items(), key=lambda item: (item[1], item[0]))


def _change(person: str, name: str, had: set[str], has: set[str], shifts: dict[str, ShiftRow]) -> PersonChange:
    return PersonChange(
        person_id=person,
        name=name,
        gained=tuple(shifts[each] for each in sorted(has - had, key=lambda each: shifts[each].starts_at)),
        lost=tuple(shifts[each] for each in sorted(had - has, key=lambda each: shifts[each].starts_at)),
        hours_before=_hours(had, shifts),
        hours_after=_hours(has, shifts),
    )


def _of(roster: dict[tuple[str, str], str], shifts: dict[str, ShiftRow]) -> dict[str, set[str]]:
    found: dict[str, set[str]] = defaultdict(set)
    for person, shift in roster:
        if shift in shifts:
            found[person].add(shift)
    return found


def _hours(ids: set[str], shifts: dict[str, ShiftRow]) -> float:
    return round(sum((shifts[each].ends_at - shifts[each].starts_at).total_seconds() for each in ids) / 3600, 1)

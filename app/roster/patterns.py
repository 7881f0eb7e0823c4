"""Which shifts the patterns ask for in a period, and how that differs from the shifts there are: no database here."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, tzinfo
from enum import StrEnum
from hashlib import sha256
from typing import NamedTuple, Protocol

from app.sites.calendar import pattern_days, shift_instants
from app.sites.models import Pattern


class Line(NamedTuple):
    """One demand line: everyone on shift (`skill_id` None), or of whom so many hold a skill."""

    skill_id: str | None
    minimum: int
    target: int
    maximum: int | None


@dataclass(frozen=True, slots=True)
class Planned:
    """A shift as its pattern wants it; instants are aware."""

    pattern_id: str
    day_on: date
    site_id: str
    service_id: str
    starts_at: datetime
    ends_at: datetime
    trainee_seats: int
    lines: tuple[Line, ...]


class Made(Protocol):
    """What a shift that was made from a pattern says about itself: columns of `Shift`."""

    id: str
    pattern_id: str | None
    day_on: date
    site_id: str
    service_id: str
    starts_at: datetime
    ends_at: datetime
    trainee_seats: int
    is_edited: bool
    cancelled_at: datetime | None


class Step(StrEnum):
    """What following a pattern again would do with one shift."""

    ADD = "add"
    CHANGE = "change"
    DROP = "drop"


@dataclass(frozen=True, slots=True)
class Change:
    """One shift that following the patterns again would add, change or drop; `shift_id` None for a new one."""

    step: Step
    pattern_id: str
    day_on: date
    planned: Planned | None
    shift_id: str | None
    what: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Difference:
    """All that following the patterns again would do, and how many shifts stay as a person made them."""

    changes: tuple[Change, ...] = ()
    kept_edited: int = 0
    kept_off: int = 0
    unused: frozenset[str] = field(default_factory=frozenset)

    @property
    def fingerprint(self) -> str:
        """The same as long as the difference is the same: what was shown is what is done."""
        told = repr([(c.step, c.pattern_id, c.day_on, c.planned, c.shift_id) for c in self.changes])
        return sha256(told.encode()).hexdigest()[:16]

    def of_patterns(self, pattern_ids: Iterable[str]) -> list[Change]:
        """The changes that come from some of the patterns."""
        chosen = set(pattern_ids)
        return [each for each in self.changes if each.pattern_id in chosen]


def lines_of(demands: Iterable[object]) -> tuple[Line, ...]:
    """Demand rows of a pattern or of a shift, in their order, as plain lines."""
    return tuple(Line(d.skill_id, d.minimum, d.target, d.maximum) for d in demands)  # type: ignore[attr-defined]


def planned_shifts(patterns: Iterable[Pattern], first_day: date, last_day: date, zone: tzinfo) -> list[Planned]:
    """Every shift that the active patterns ask for from one local day through another, by day."""
    found = []
    for pattern in patterns:
        if not pattern.is_active:
            continue
        lines = lines_of(pattern.demands)
        for day in pattern_days(pattern, first_day, last_day):
            starts_at, ends_at = shift_instants(day, pattern.starts_at, pattern.ends_at, zone)
            found.append(
                Planned(
                    pattern_id=pattern.id,
                    day_on=day,
                    site_id=pattern.site_id,
                    service_id=pattern.service_id,
                    starts_at=starts_at,
                    ends_at=ends_at,
                    trainee_seats=pattern.trainee_seats,
                    lines=lines,
                )
            )
    return sorted(found, key=lambda each: (each.starts_at, each.pattern_id))


def difference_of(
    planned: Sequence[Planned], there: Sequence[Made], lines: Mapping[str, tuple[Line, ...]], now: datetime
) -> Difference:
    """What separates the shifts there are from those the patterns ask for; shifts that have begun are left alone.

    A shift that a person edited or called off stays as they left it.
    """
    wanted = {(each.pattern_id, each.day_on): each for each in planned}
    made = {(each.pattern_id, each.day_on): each for each in there if each.pattern_id is not None}
    changes: list[Change] = []
    for key, plan in wanted.items():
        found = made.get(key)
        if plan.starts_at <= now:
            continue
        if found is None:
            changes.append(Change(Step.ADD, plan.pattern_id, plan.day_on, plan, None))
        elif not _is_left_alone(found, now) and (what := _differs(plan, found, lines.get(found.id, ()))):
            changes.append(Change(Step.CHANGE, plan.pattern_id, plan.day_on, plan, found.id, what))
    for (pattern_id, day), found in made.items():
        if (pattern_id, day) not in wanted and not _is_left_alone(found, now):
            changes.append(Change(Step.DROP, str(pattern_id), day, None, found.id))
    return Difference(
        changes=tuple(sorted(changes, key=lambda each: (each.day_on, each.pattern_id))),
        kept_edited=sum(each.is_edited and each.cancelled_at is None for each in made.values()),
        kept_off=sum(each.cancelled_at is not None for each in made.values()),
        unused=frozenset(each.pattern_id for each in planned) - {str(key[0]) for key in made},
    )


def _is_left_alone(shift: Made, now: datetime) -> bool:
    return shift.is_edited or shift.cancelled_at is not None or shift.starts_at <= now


def _differs(plan: Planned, shift: Made, lines: tuple[Line, ...]) -> tuple[str, ...]:
    """In plain words, what of a shift is not as its pattern has it now."""
    pairs = (
        ("site", plan.site_id, shift.site_id),
        ("work", plan.service_id, shift.service_id),
        ("times", (plan.starts_at, plan.ends_at), (shift.starts_at, shift.ends_at)),
        ("trainee seats", plan.trainee_seats, shift.trainee_seats),
        ("people needed", plan.lines, lines),
    )
    return tuple(words for words, wanted, is_now in pairs if wanted != is_now)

"""How far each person is on their path."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from app.attendance.queries import worked_counts
from app.database import db
from app.growth.models import LevelChange, SignOff
from app.growth.steps import OPENS, STEPS, Step, next_level
from app.people.models import Level, Person


@dataclass(frozen=True, slots=True)
class Signed:
    """One step, and who signed it off when (nobody yet: None)."""

    step: Step
    by: str | None
    at: datetime | None


@dataclass(frozen=True, slots=True)
class Path:
    """One person's way to the next level."""

    person_id: str
    name: str
    level: str
    next: Level | None
    steps: tuple[Signed, ...]
    worked: int
    version: int

    @property
    def done(self) -> int:
        """How many steps are signed off."""
        return sum(each.at is not None for each in self.steps)

    @property
    def may_move_up(self) -> bool:
        """Whether every step to the next level is signed off."""
        return self.next is not None and self.done == len(self.steps)

    @property
    def opens(self) -> str:
        """What the next level opens, in words."""
        return OPENS[self.next] if self.next else ""


@dataclass(frozen=True, slots=True)
class Move:
    """One move along the path that someone made."""

    before: str
    after: str
    by: str
    at: datetime
    reason: str | None


def path_of(person_id: str) -> Path | None:
    """One person's path."""
    return next(iter(_paths(Person.id == person_id)), None)


def paths() -> list[Path]:
    """The paths of everyone active who is not a mentor yet, by how far they came and name."""
    found = _paths(sa.and_(Person.is_active, Person.level != Level.MENTOR))
    order = list(Level)
    return sorted(found, key=lambda each: (order.index(Level(each.level)), not each.may_move_up, each.name.lower()))


def moves_of(person_id: str) -> list[Move]:
    """How a person came to be where they are, the latest first."""
    rows = db.session.execute(
        sa.select(LevelChange.before, LevelChange.after, Person.name, LevelChange.at, LevelChange.reason)
        .join(Person, Person.id == LevelChange.by_id)
        .where(LevelChange.person_id == person_id)
        .order_by(LevelChange.at.desc(), LevelChange.id)
    )
    return [Move(*row) for row in rows]


def is_mentor(person_id: str) -> bool:
    """Whether a person may sign off steps."""
    return db.session.scalar(sa.select(Person.level).where(Person.id == person_id)) == Level.MENTOR


def _paths(condition: sa.ColumnElement[bool]) -> list[Path]:
    people: Any = db.session.execute(
        sa.select(Person.id, Person.name, Person.level, Person.version).where(condition)
    ).all()
    signer = sa.orm.aliased(Person)
    signed: dict[str, dict[str, tuple[str, datetime]]] = defaultdict(dict)
    for row in db.session.execute(
        sa.select(SignOff.person_id, SignOff.step, signer.name, SignOff.at)
        .join(signer, signer.id == SignOff.by_id)
        .join(Person, Person.id == SignOff.person_id)
        .where(SignOff.taken_back_at.is_(None), condition)
    ):
        signed[row.person_id][row.step] = (row.name, row.at)
    worked = worked_counts([row.id for row in people])
    return [_path(row, signed[row.id], worked.get(row.id, 0)) for row in people]


def _path(row: Any, signed: dict[str, tuple[str, datetime]], worked: int) -> Path:
    coming = next_level(row.level)
    steps = STEPS[coming] if coming else ()
    nobody = (None, None)
    return Path(
        person_id=row.id,
        name=row.name,
        level=row.level,
        next=coming,
        steps=tuple(Signed(each, *signed.get(each.name, nobody)) for each in steps),
        worked=worked,
        version=row.version,
    )

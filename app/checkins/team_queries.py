"""What was published of the whole group: frozen figures, and how things stand with the weeks that go on."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from itertools import groupby

import sqlalchemy as sa

from app import clock
from app.checkins.ballots import EVERYONE, GROUPS, fixed_groups, window_of
from app.checkins.counting import Audience
from app.checkins.models import TeamFigure, TeamWindow
from app.checkins.queries import listeners, owner_of
from app.database import db
from app.people.models import Person
from wellbeing.flags import LEVEL_WORDS, Level

SHOWN_WINDOWS = 12


@dataclass(frozen=True, slots=True)
class GroupShown:
    """One group in one window: its name, one word for how it was, at least how many answered; no word: not shown."""

    name: str
    level: Level | None
    words: str
    about: int


@dataclass(frozen=True, slots=True)
class WindowShown:
    """Four weeks that were counted."""

    starts_on: date
    ends_on: date
    groups: list[GroupShown]

    @property
    def is_empty(self) -> bool:
        """Whether nothing of it is shown."""
        return all(each.level is None for each in self.groups)


@dataclass(frozen=True, slots=True)
class Standing:
    """How counting stands: the weeks that go on, how many people there are, and whether two could count."""

    starts_on: date
    ends_on: date
    people: int
    is_ready: bool


def figures(audience: Audience) -> list[WindowShown]:
    """The last windows that were counted, the latest first."""
    since = clock.today() - timedelta(weeks=4 * (SHOWN_WINDOWS + 1))
    rows = db.session.scalars(
        sa.select(TeamFigure)
        .where(TeamFigure.audience == audience, TeamFigure.starts_on >= since)
        .order_by(TeamFigure.starts_on.desc())
    )
    order = list(GROUPS)
    found = []
    for starts_on, group in groupby(rows, key=lambda each: each.starts_on):
        lines = sorted(group, key=lambda each: order.index(each.group))
        found.append(WindowShown(starts_on, lines[0].ends_on, [_shown(each) for each in lines]))
    return found


def _shown(row: TeamFigure) -> GroupShown:
    level = None if row.level is None else Level(row.level)
    return GroupShown(GROUPS[row.group], level, "" if level is None else LEVEL_WORDS[level], row.about)


def standing() -> Standing:
    """How counting stands now."""
    starts_on, ends_on = window_of(clock.today())
    people = db.session.scalar(sa.select(sa.func.count()).select_from(Person).where(Person.is_active)) or 0
    is_open = db.session.get(TeamWindow, starts_on) is not None
    return Standing(starts_on, ends_on, people, is_open or len(listeners()) > 1)


def may_be_counted(person_id: str) -> bool:
    """Whether a check-in that a person sent now could be counted: only of who was in the group when the weeks began."""
    now = standing()
    if not now.is_ready:
        return False
    window = db.session.get(TeamWindow, now.starts_on)
    groups = fixed_groups(now.starts_on) if window is None else window.groups
    return owner_of(person_id) in groups[EVERYONE]

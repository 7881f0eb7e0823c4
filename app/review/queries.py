"""What the review pages read: one draft with everything its rules need, what is live, and what was published."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime
from functools import cached_property, lru_cache
from typing import Any

import sqlalchemy as sa

from app import clock
from app.database import db, kept
from app.exchange.queries import left_since
from app.people.models import Person
from app.review.models import DraftMove
from app.roster.facts import DraftFacts, Facts, PeriodFacts, read_draft, read_problem
from app.roster.models import (
    Assignment,
    Draft,
    DraftAssignment,
    DraftState,
    Period,
    Publication,
    PublicationChange,
    Run,
    Shift,
    Waiver,
)
from app.roster.words import RosterNames
from app.rules.queries import strain_points
from scheduling import Problem, Roster, Violation, check


@dataclass(frozen=True)
class Review:
    """One draft under review, with the problem its rules look at. Pins are left out: a hand may move what is pinned.

    `laid_out` holds the boards that were made of it, which live as long as it does.
    """

    facts: Facts
    draft: DraftFacts
    problem: Problem
    laid_out: dict[Any, Any] = field(default_factory=dict, repr=False, compare=False)

    @property
    def period(self) -> PeriodFacts:
        """The period the draft is for."""
        return self.facts.period

    @property
    def roster(self) -> Roster:
        """Who is on which shift in the draft."""
        return self.facts.roster

    @property
    def names(self) -> RosterNames:
        """What everybody and everything is called."""
        return self.facts.names

    @cached_property
    def violations(self) -> list[Violation]:
        """Everything the roster breaks, forbidden first."""
        return list(_violations(self.problem, self.roster))

    @cached_property
    def points(self) -> dict[str, int]:
        """What each reason of strain is worth in this group."""
        return strain_points()

    @property
    def is_open(self) -> bool:
        """Whether the draft may still be changed."""
        return self.draft.state == DraftState.WORKING

    @property
    def is_behind(self) -> bool:
        """Whether the period was published anew since the draft was begun."""
        return self.draft.base_version != self.period.version


@lru_cache(maxsize=2)
def _violations(problem: Problem, roster: Roster) -> tuple[Violation, ...]:
    """Everything a roster breaks: as often as its pages are turned and nothing of it changes, worked out once.

    The whole problem and the whole roster are the key, so another fact, however small, is another key.
    """
    return tuple(check(problem, roster))


def review_of(draft_id: str) -> Review | None:
    """Read a draft for review: once a day while nothing changes, however many pages are turned; None without one.

    What funds have left counts the shifts to come: each that begins is soon a row that somebody writes.
    """
    found = kept(("review", draft_id, clock.today()), lambda: _review(draft_id))
    if found is not None and any(worker.earnings_caps for worker in found.problem.workers):
        found = _review(draft_id)  # what somebody may still earn goes with the clock
    return found


def _review(draft_id: str) -> Review | None:
    facts = read_draft(draft_id)
    if facts is None or facts.draft is None:
        return None
    return Review(facts, facts.draft, dataclasses.replace(facts.problem, pins=()))


@dataclass(frozen=True, slots=True)
class Live:
    """One live assignment with what its shift is now and what the person was last told of it."""

    assignment: Assignment
    shift: Shift

    @property
    def is_moved(self) -> bool:
        """Whether the shift has another time or place than the person was told."""
        return not self.assignment.is_told(self.shift)


def shifts_and_live(period: PeriodFacts) -> tuple[dict[str, Shift], list[Live]]:
    """The period's shifts by id and who is live on them, called-off ones included: one query."""
    rows = db.session.execute(
        sa.select(Shift, Assignment)
        .outerjoin(Assignment, Assignment.shift_id == Shift.id)
        .where(Shift.day_on.between(period.starts_on, period.ends_on))
        .options(sa.orm.lazyload(Shift.demands))
    ).all()
    shifts = {shift.id: shift for shift, _ in rows}
    return shifts, [Live(assignment, shift) for shift, assignment in rows if assignment is not None]


@dataclass(frozen=True, slots=True)
class Meanwhile:
    """What people did themselves since a draft was begun: places (person, shift) they took, and places they left."""

    took: frozenset[tuple[str, str]]
    left: frozenset[tuple[str, str]]


def meanwhile(draft_id: str, live: Iterable[Live]) -> Meanwhile:
    """What people took and left since a draft was begun (by the solver: since it read who was on what)."""
    began = sa.func.coalesce(sa.func.min(Run.started_at), Draft.created_at)
    since = db.session.scalar(
        sa.select(sa.func.coalesce(Draft.knows_until, began))
        .select_from(Draft)
        .outerjoin(Run, Run.draft_id == Draft.id)
        .where(Draft.id == draft_id)
        .group_by(Draft.knows_until, Draft.created_at)
    )
    assert since is not None  # the draft is there  # noqa: S101
    rows = [each.assignment for each in live]
    published = {row.id: row.at for row in db.session.execute(sa.select(Publication.id, Publication.at))}
    took = {
        (row.person_id, row.shift_id)
        for row in rows
        if row.assigned_at > since and row.assigned_at != published.get(row.publication_id or "")
    }
    return Meanwhile(frozenset(took), frozenset(left_since(since, {row.shift_id for row in rows} | _open(draft_id))))


def _open(draft_id: str) -> set[str]:
    return set(db.session.scalars(sa.select(DraftAssignment.shift_id).where(DraftAssignment.draft_id == draft_id)))


def waivers_of(draft_id: str) -> list[tuple[Waiver, str]]:
    """The waivers of a draft, each with the name of who gave it."""
    rows = db.session.execute(
        sa.select(Waiver, Person.name)
        .join(Person, Person.id == Waiver.by_id)
        .where(Waiver.draft_id == draft_id)
        .order_by(Waiver.at)
    )
    return [(waiver, name) for waiver, name in rows]


def last_move(draft_id: str, version: int) -> tuple[DraftMove, str] | None:
    """The move that made the draft what it is, with who made it; None when something else came after."""
    row = db.session.execute(
        sa.select(DraftMove, Person.name)
        .outerjoin(Person, Person.id == DraftMove.by_id)
        .where(DraftMove.draft_id == draft_id, DraftMove.draft_version == version)
    ).one_or_none()
    return None if row is None else (row[0], row[1] or "Someone")


@dataclass(frozen=True, slots=True)
class Published:
    """One publication: who published which draft when, and how much it changed."""

    id: str
    number: int
    by: str
    at: datetime
    draft: str
    changes: int
    people: int


def publications_of(period_id: str) -> list[Published]:
    """The publications of a period, the latest first."""
    counts = (
        sa.select(
            PublicationChange.publication_id,
            sa.func.count().label("changes"),
            sa.func.count(sa.distinct(PublicationChange.person_id)).label("people"),
        )
        .group_by(PublicationChange.publication_id)
        .subquery()
    )
    rows = db.session.execute(
        sa.select(Publication, Person.name, Draft.number, counts.c.changes, counts.c.people)
        .outerjoin(Person, Person.id == Publication.by_id)
        .outerjoin(Draft, Draft.id == Publication.draft_id)
        .outerjoin(counts, counts.c.publication_id == Publication.id)
        .where(Publication.period_id == period_id)
        .order_by(Publication.number.desc())
    )
    return [
        Published(
            id=row.id,
            number=row.number,
            by=name or "Someone",
            at=row.at,
            draft=f"draft {number}" if number else "a plan",
            changes=changes or 0,
            people=people or 0,
        )
        for row, name, number, changes, people in rows
    ]


def changes_of(publication_id: str) -> list[tuple[PublicationChange, str, bool, Shift]]:
    """What a publication changed: rows with the person's name, whether they have an address, and the shift."""
    rows = db.session.execute(
        sa.select(PublicationChange, Person.name, Person.email.is_not(None).label("has_address"), Shift)
        .join(Person, Person.id == PublicationChange.person_id)
        .join(Shift, Shift.id == PublicationChange.shift_id)
        .where(PublicationChange.publication_id == publication_id)
        .order_by(Person.name, Person.id, Shift.starts_at)
        .options(sa.orm.lazyload(Shift.demands))
    )
    return [(change, name, bool(has_address), shift) for change, name, has_address, shift in rows]


def period_of(period_id: str) -> Period | None:
    """A period by its id."""
    return db.session.get(Period, period_id)


def publication_of(publication_id: str) -> tuple[Published, Period] | None:
    """A publication with its period; None when there is none."""
    row = db.session.execute(
        sa.select(Period).join(Publication, Publication.period_id == Period.id).where(Publication.id == publication_id)
    ).scalar_one_or_none()
    if row is None:
        return None
    return next(each for each in publications_of(row.id) if each.id == publication_id), row


def live_problem_of(person_id: str, shift_id: str) -> Facts | None:
    """The published roster around a person's own shift; None when it is not theirs."""
    period_id = db.session.scalar(
        sa.select(Period.id)
        .join(Shift, sa.and_(Shift.day_on >= Period.starts_on, Shift.day_on <= Period.ends_on))
        .join(Assignment, Assignment.shift_id == Shift.id)
        .where(Shift.id == shift_id, Assignment.person_id == person_id, Shift.cancelled_at.is_(None))
        .limit(1)
    )
    facts = None if period_id is None else read_problem(period_id)
    if facts is None or person_id not in facts.problem.worker or shift_id not in facts.problem.shift:
        return None
    return facts

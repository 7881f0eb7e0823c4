"""Publishing a draft: what would change for whom, and the one transaction that makes it so."""

from __future__ import annotations

import hashlib
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

import sqlalchemy as sa
from flask import current_app, render_template

from app import clock
from app.audit.services import record
from app.database import db, new_id
from app.mail.services import post
from app.people.models import Person
from app.review import moves
from app.review.queries import Live, Review, changes_of, live_of, review_of, shifts_of, waivers_of
from app.review.services import Stale, take_draft
from app.roster.models import (
    Assignment,
    ChangeKind,
    Draft,
    DraftState,
    Period,
    Publication,
    PublicationChange,
    Shift,
)
from app.roster.words import RosterNames, day_words
from app.rules.queries import roster_settings
from scheduling import Violation

SUBJECT = "Your plan has changed"
SECOND_PERSON = frozenset({"company", "skill"})
"""Rules about being alone and trained responders: who set them aside may not be the one who publishes."""


@dataclass(frozen=True, slots=True)
class Change:
    """What would change for one person on one shift."""

    kind: ChangeKind
    person: str
    shift: Shift
    is_late: bool
    was: tuple[datetime, datetime] | None = None

    @property
    def key(self) -> str:
        """The change as text, so that two lists of changes can be compared."""
        shift = self.shift
        return f"{self.kind}:{self.person}:{shift.id}:{shift.starts_at.isoformat()}:{shift.ends_at.isoformat()}"


@dataclass(frozen=True)
class Plan:
    """Everything the publish page shows, and what publishing would write."""

    review: Review
    changes: tuple[Change, ...]
    kept: tuple[Live, ...]
    dropped: tuple[Live, ...]
    begun: int

    @property
    def fingerprint(self) -> str:
        """A hash of the changes: publishing does exactly what the page showed, or says that it is another thing now."""
        text = "\n".join(sorted(each.key for each in self.changes))
        return hashlib.sha256(text.encode()).hexdigest()[:20]

    @property
    def by_person(self) -> list[tuple[str, list[Change]]]:
        """The changes of each person, by time."""
        found: dict[str, list[Change]] = defaultdict(list)
        for each in sorted(self.changes, key=lambda change: change.shift.starts_at):
            found[each.person].append(each)
        return sorted(found.items(), key=lambda item: self.review.names.worker(item[0]))

    @property
    def broken(self) -> list[Violation]:
        """What the draft breaks although it is forbidden; a person's private wishes included."""
        return [each for each in self.review.violations if each.is_forbidden]


@dataclass(frozen=True, slots=True)
class Done:
    """The draft is published."""

    publication_id: str
    changes: int
    people: int
    mails: int


@dataclass(frozen=True, slots=True)
class Overtaken:
    """Another coordinator published this period first."""

    by: str
    draft: str
    publication_id: str
    at: datetime


@dataclass(frozen=True, slots=True)
class Refused:
    """It cannot be published as it is, and why."""

    reasons: tuple[str, ...]


Answer = Done | Overtaken | Stale | Refused


def plan_of(review: Review) -> Plan:
    """Compare a draft with what is live. What has begun already stays as it was."""
    now = clock.now()
    late_before = now + timedelta(days=roster_settings().notice_days)
    shifts = shifts_of(review.period)
    live = {(each.assignment.person_id, each.shift.id): each for each in live_of(review.period)}
    begun = {each.id for each in shifts.values() if each.starts_at <= now}
    wanted = {(pair.worker, pair.shift) for pair in review.roster if pair.shift not in begun}
    kept = {key: each for key, each in live.items() if key in wanted}
    dropped = [each for key, each in live.items() if key not in wanted and key[1] not in begun]
    changes = [_change(ChangeKind.REMOVED, each.assignment.person_id, each.shift, late_before) for each in dropped]
    changes += [
        _change(ChangeKind.ADDED, person, shifts[shift], late_before)
        for person, shift in wanted
        if (person, shift) not in live
    ]
    changes += [
        _change(ChangeKind.MOVED, person, each.shift, late_before, each)
        for (person, _), each in kept.items()
        if each.is_moved
    ]
    return Plan(review, tuple(changes), tuple(kept.values()), tuple(dropped), len(begun))


def _change(kind: ChangeKind, person: str, shift: Shift, late_before: datetime, live: Live | None = None) -> Change:
    was = None
    first = shift.starts_at
    if live is not None and live.assignment.told_starts_at and live.assignment.told_ends_at:
        was = live.assignment.told_starts_at, live.assignment.told_ends_at
        first = min(first, was[0])
    return Change(kind, person, shift, first < late_before, was)


def publish_roster(draft_id: str, version: int, period_version: int, fingerprint: str, by_id: str) -> Answer | None:
    """Make a draft the live roster, tell everyone for whom something changed; all of it or nothing.

    Of two coordinators who publish the same period at once one is told so. None when there is no such draft.
    """
    period_id = db.session.scalar(sa.select(Draft.period_id).where(Draft.id == draft_id))
    if period_id is None:
        return None
    if not _take_period(period_id, period_version):
        return _overtaken(period_id)
    if db.session.execute(take_draft(draft_id, version)).rowcount != 1:  # type: ignore[attr-defined]
        db.session.rollback()
        return Stale(version, None)
    review = review_of(draft_id)
    assert review is not None  # its row is ours  # noqa: S101
    plan = plan_of(review)
    refusal = refusal_of(plan, by_id)
    if refusal is None and plan.fingerprint != fingerprint:
        refusal = ("What would change is not what you were shown: something was edited meanwhile. Look again.",)
    if refusal is not None:
        db.session.rollback()
        return Refused(refusal)
    publication = _write(plan, by_id)
    mails = _tell(publication, plan)
    record(
        db.session,
        "publish roster",
        "period",
        period_id,
        publication=publication.number,
        draft=review.draft.number,
        changes=len(plan.changes),
    )
    people = len(plan.by_person)
    done = Done(publication.id, len(plan.changes), people, mails)
    db.session.commit()
    return done


def refusal_of(plan: Plan, by_id: str) -> tuple[str, ...] | None:
    """Why a draft may not be published by this person as it is; None when it may."""
    reasons = []
    if plan.broken:
        reasons.append("Some rules that forbid are still broken. Mend them, or set each aside with a reason.")
    own = {
        waiver.rule
        for waiver, _ in waivers_of(plan.review.draft.id)
        if waiver.rule in SECOND_PERSON and waiver.by_id == by_id
    }
    if own:
        reasons.append(
            "You set aside a rule about being alone or about trained people. "
            "Someone else has to look at that and publish."
        )
    return tuple(reasons) or None


def _take_period(period_id: str, version: int) -> bool:
    """Claim the period for one publication: of two that saw the same version only one gets it."""
    done = db.session.execute(
        sa.update(Period)
        .where(Period.id == period_id, Period.version == version)
        .values(version=version + 1, published_at=clock.now())
        .execution_options(synchronize_session=False)
    )
    return bool(done.rowcount == 1)  # type: ignore[attr-defined]


def _overtaken(period_id: str) -> Overtaken | Refused:
    db.session.rollback()
    row = db.session.execute(
        sa.select(Publication, Person.name, Draft.number)
        .outerjoin(Person, Person.id == Publication.by_id)
        .outerjoin(Draft, Draft.id == Publication.draft_id)
        .where(Publication.period_id == period_id)
        .order_by(Publication.number.desc())
        .limit(1)
    ).one_or_none()
    if row is None:
        return Refused(("This period was changed meanwhile. Look at it again.",))
    publication, name, number = row
    words = f"draft {number}" if number else "another plan"
    return Overtaken(name or "Someone", words, publication.id, publication.at)


def _write(plan: Plan, by_id: str) -> Publication:
    """Turn the live rows into the draft's; rows that stay keep their id and the person's yes."""
    now = clock.now()
    number = db.session.scalar(
        sa.select(sa.func.coalesce(sa.func.max(Publication.number), 0)).where(
            Publication.period_id == plan.review.period.id
        )
    )
    publication = Publication(
        id=new_id(),
        period_id=plan.review.period.id,
        draft_id=plan.review.draft.id,
        number=(number or 0) + 1,
        by_id=by_id,
        at=now,
    )
    db.session.add(publication)
    db.session.flush()
    for each in plan.dropped:
        db.session.delete(each.assignment)
    moved = {(c.person, c.shift.id): c for c in plan.changes if c.kind is ChangeKind.MOVED}
    for each in plan.kept:
        row = each.assignment
        change = moved.get((row.person_id, row.shift_id))
        if change is not None:
            row.accepted_at = None if change.is_late else now
            row.declined_at = None  # the question is a new one
        if change is not None or row.told_starts_at is None:
            _note_told(row, each.shift)
    for change in plan.changes:
        if change.kind is ChangeKind.ADDED:
            row = Assignment(
                shift_id=change.shift.id,
                person_id=change.person,
                publication_id=publication.id,
                assigned_at=now,
                accepted_at=None if change.is_late else now,
            )
            _note_told(row, change.shift)
            db.session.add(row)
        db.session.add(
            PublicationChange(
                publication_id=publication.id,
                person_id=change.person,
                shift_id=change.shift.id,
                kind=change.kind,
                is_late=change.is_late,
            )
        )
    db.session.execute(
        sa.update(Draft)
        .where(Draft.id == plan.review.draft.id)
        .values(state=DraftState.PUBLISHED)
        .execution_options(synchronize_session=False)
    )
    return publication


def _note_told(row: Assignment, shift: Shift) -> None:
    row.told_starts_at, row.told_ends_at, row.told_site_id = shift.starts_at, shift.ends_at, shift.site_id


def _tell(publication: Publication, plan: Plan) -> int:
    """Put one mail for each person with a change and an address into the outbox; return how many."""
    people = {person for person, _ in plan.by_person}
    rows = db.session.execute(
        sa.select(Person.id, Person.name, Person.email).where(Person.id.in_(people), Person.email.is_not(None))
    ).all()
    changes = dict(plan.by_person)
    base = current_app.config["EVENHAND"].public_url
    for person_id, name, address in rows:
        body = render_template(
            "mail/plan_changed.txt", name=name, changes=change_words(changes[person_id]), link=f"{base}/shifts/"
        )
        post(db.session, key=f"publication-{publication.id}-{person_id}", to=address or "", subject=SUBJECT, body=body)
    return len(rows)


def change_words(changes: Iterable[Change]) -> list[tuple[str, list[str]]]:
    """A person's changes as days and times under a heading for each kind: no place, no work, nobody else."""
    headings = {ChangeKind.ADDED: "New", ChangeKind.REMOVED: "No longer", ChangeKind.MOVED: "Changed"}
    found: dict[str, list[str]] = {heading: [] for heading in headings.values()}
    for each in changes:
        words = span_words(each.shift.starts_at, each.shift.ends_at)
        if each.was is not None and each.was != (each.shift.starts_at, each.shift.ends_at):
            words = f"{words} (was {span_words(*each.was)})"
        elif each.kind is ChangeKind.MOVED:
            words = f"{words} (another place)"
        if each.is_late and each.kind is not ChangeKind.REMOVED:
            words = f"{words} - please say yes or no"
        found[headings[each.kind]].append(words)
    return [(heading, lines) for heading, lines in found.items() if lines]


def span_words(starts_at: datetime, ends_at: datetime) -> str:
    """A span on the wall clock, as in Mon 3 Jun, 22:00-06:00."""
    starts, ends = clock.local(starts_at), clock.local(ends_at)
    return f"{day_words(starts.date())}, {starts:%H:%M}-{ends:%H:%M}"


def broken_words(plan: Plan, names: RosterNames) -> list[tuple[Violation, str, bool]]:
    """What is broken, in plain words, and whether a coordinator may set it aside."""
    return [(each, moves.told([each], names)[0], moves.is_waivable(each)) for each in plan.broken]


def published_changes(publication_id: str) -> list[tuple[str, list[tuple[PublicationChange, str]]]]:
    """What a publication changed, by person: each change with the shift's time."""
    found: dict[tuple[str, str], list[tuple[PublicationChange, str]]] = {}
    for change, name, shift in changes_of(publication_id):
        words = span_words(shift.starts_at, shift.ends_at)
        found.setdefault((name, change.person_id), []).append((change, words))
    return [(name, lines) for (name, _), lines in found.items()]


def done_words(done: Done) -> str:
    """What publishing did, in a sentence."""
    if not done.changes:
        return "Published. Nothing changed for anybody, so nobody was told."
    changes = "1 change" if done.changes == 1 else f"{done.changes} changes"
    people = "1 person" if done.people == 1 else f"{done.people} people"
    mails = "1 mail is" if done.mails == 1 else f"{done.mails} mails are"
    return f"Published: {changes} for {people}. {mails} on the way."

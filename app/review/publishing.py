"""Publishing a draft: the one transaction that makes it the live roster and tells everyone concerned."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa
from flask import current_app, render_template

from app import clock
from app.attendance.called_off import forget_taken_off, note_taken_off, paid_if_taken_off
from app.audit.services import record
from app.database import db, new_id
from app.exchange.claims import come_by_plan, leave_by_plan
from app.mail.services import post
from app.people.models import Person
from app.review.changes import Plan, change_words, hours_kept, plan_of
from app.review.queries import review_of, waivers_of
from app.review.services import Stale, take_draft
from app.roster.lock import hold_roster
from app.roster.models import (
    Assignment,
    ChangeKind,
    Draft,
    DraftState,
    Period,
    Publication,
    PublicationChange,
    Waiver,
    as_told,
)

SUBJECT = "Your plan has changed"
EDITED = "What would change is not what you were shown: something was edited meanwhile. Look again."
UNDONE = (
    "People took or gave away places since this draft was begun, and it would undo that. "
    "Keep what they did; after that you may still change it by hand."
)
SECOND_PERSON = frozenset({"company", "skill"})
"""Rules about being alone and trained responders: who set them aside may not be the one who publishes."""


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


def publish_roster(draft_id: str, version: int, period_version: int, fingerprint: str, by_id: str) -> Answer | None:
    """Make a draft the live roster, tell everyone for whom something changed; all of it or nothing.

    Of two coordinators who publish the same period at once one is told so. None when there is no such draft.
    """
    period_id = db.session.scalar(sa.select(Draft.period_id).where(Draft.id == draft_id))
    if period_id is None:
        return None
    hold_roster()  # nobody claims or gives back a place while the roster changes
    if not _take_period(period_id, period_version):
        return _overtaken(period_id)
    if db.session.execute(take_draft(draft_id, version)).rowcount != 1:  # type: ignore[attr-defined]
        db.session.rollback()
        return Stale(version, None)
    review = review_of(draft_id)
    assert review is not None  # its row is ours  # noqa: S101
    plan = plan_of(review)
    refusal = refusal_of(plan, [waiver for waiver, _ in waivers_of(draft_id)], by_id)
    if refusal is None and plan.fingerprint != fingerprint:
        refusal = (EDITED,)
    if refusal is not None:
        db.session.rollback()
        return Refused(refusal)
    try:
        return _publish(plan, by_id)
    except (sa.exc.IntegrityError, sa.orm.exc.StaleDataError):  # someone took, gave away or swapped a shift just now
        db.session.rollback()
        return Refused((EDITED,))


def _publish(plan: Plan, by_id: str) -> Done:
    paid = {person for person, _ in paid_if_taken_off(hours_kept(plan))}
    publication = _write(plan, by_id)
    mails = _tell(publication, plan, paid)
    record(
        db.session,
        "publish roster",
        "period",
        publication.period_id,
        publication=publication.number,
        draft=plan.review.draft.number,
        changes=len(plan.changes),
    )
    done = Done(publication.id, len(plan.changes), len(plan.by_person), mails)
    db.session.commit()
    return done


def refusal_of(plan: Plan, waivers: Iterable[Waiver], by_id: str) -> tuple[str, ...] | None:
    """Why a draft may not be published by this person as it is; None when it may."""
    reasons = []
    if plan.undone:
        reasons.append(UNDONE)
    if plan.broken:
        reasons.append("Some rules that forbid are still broken. Mend them, or set each aside with a reason.")
    if any(each.rule in SECOND_PERSON and each.by_id == by_id for each in waivers):
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
    note_taken_off(hours_kept(plan), by_id)
    for each in plan.dropped:
        leave_by_plan(each.assignment.person_id, each.assignment.shift_id)
        db.session.delete(each.assignment)
    moved = {(c.person, c.shift.id): c for c in plan.changes if c.kind is ChangeKind.MOVED}
    for each in plan.kept:
        row = each.assignment
        change = moved.get((row.person_id, row.shift_id))
        if change is not None:
            row.accepted_at = None if change.is_late else now
            row.declined_at = None  # the question is a new one
            row.tell(each.shift)
    for change in plan.changes:
        if change.kind is ChangeKind.ADDED:
            forget_taken_off(change.person, change.shift.id, by_id)
            come_by_plan(change.person, change.shift.id)
            row = Assignment(
                shift_id=change.shift.id,
                person_id=change.person,
                publication_id=publication.id,
                assigned_at=now,
                accepted_at=None if change.is_late else now,
                **as_told(change.shift),
            )
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


def _tell(publication: Publication, plan: Plan, paid: set[str]) -> int:
    """Put one mail for each person with a change and an address into the outbox; return how many.

    `paid` are those who are paid for what they lose at short notice.
    """
    people = {person for person, _ in plan.by_person}
    rows = db.session.execute(
        sa.select(Person.id, Person.name, Person.email).where(Person.id.in_(people), Person.email.is_not(None))
    ).all()
    changes = {person: [each for _, _, group in groups for each in group] for person, groups in plan.by_person}
    base = current_app.config["EVENHAND"].public_url
    for person_id, name, address in rows:
        words, is_paid = change_words(changes[person_id]), person_id in paid
        link = f"{base}/shifts/"
        body = render_template("mail/plan_changed.txt", name=name, changes=words, is_paid=is_paid, link=link)
        post(db.session, key=f"publication-{publication.id}-{person_id}", to=address or "", subject=SUBJECT, body=body)
    return len(rows)


def done_words(done: Done) -> str:
    """What publishing did, in a sentence."""
    if not done.changes:
        return "Published. Nothing changed for anybody, so nobody was told."
    changes = "1 change" if done.changes == 1 else f"{done.changes} changes"
    people = "1 person" if done.people == 1 else f"{done.people} people"
    mails = "1 mail is" if done.mails == 1 else f"{done.mails} mails are"
    return f"Published: {changes} for {people}. {mails} on the way."

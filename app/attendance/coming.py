"""Asking people whether they come, telling them again, and letting coordinators know who is silent."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from functools import cache
from typing import Any

import sqlalchemy as sa
from flask import render_template

from app import clock
from app.access import Role
from app.attendance.called_off import forget_taken_off
from app.attendance.models import Confirmation
from app.audit.services import record
from app.database import db, insert_if_absent, known_rows, rows
from app.editing import Outcome, Saved, refuse
from app.exchange.covers import keep_place
from app.exchange.queries import assignment_of, looks_for_cover
from app.mail.services import link_to, post
from app.people.models import Person, PersonRole
from app.roster.lock import hold_roster
from app.roster.models import Assignment, Shift
from app.rules.queries import day_settings
from app.rules.settings import DaySettings
from app.sites.models import Service, Site
from app.words import clock_time, long_day, when

ASK = "ask-coming"
EVERY = timedelta(minutes=15)
AWAKE_FROM, AWAKE_UNTIL = time(9), time(20)
"""People are mailed by day only."""
BATCH = 100


@dataclass(frozen=True, slots=True)
class Coming:
    """One coming shift of one person, and whether they said that they come."""

    shift_id: str
    person_id: str
    name: str
    site: str
    service: str
    day_on: date
    starts_at: datetime
    ends_at: datetime
    asked_at: datetime | None
    asked_again_at: datetime | None
    raised_at: datetime | None
    answered_at: datetime | None
    took_at: datetime | None
    is_unanswered_change: bool

    @property
    def is_silent(self) -> bool:
        """Whether they were asked and have not answered."""
        return self.asked_at is not None and self.answered_at is None

    @property
    def is_changed_since(self) -> bool:
        """Whether a late change asks them something that nobody counted as a question yet."""
        return self.is_unanswered_change and (self.asked_at is None or self.answered_at is not None)

    def said_at(self, ask_days: int) -> datetime | None:
        """When they said yes: to the question, or by taking the shift themselves when it was as near as that."""
        if self.answered_at is None and self.took_at is not None:
            is_near = (self.day_on - clock.local(self.took_at).date()).days <= ask_days
            return self.took_at if is_near else None
        return self.answered_at


def coming_of(person_id: str) -> list[Coming]:
    """A person's own shifts that they can say yes to now, next first: those near enough to be asked about."""
    until = clock.today() + timedelta(days=day_settings().ask_days)
    return _rows(_coming().where(Assignment.person_id == person_id, Shift.day_on <= until))


def silent_people() -> list[Coming]:
    """Everyone who was asked whether they come and has not answered, by shift."""
    now = clock.now()
    found = (Coming(*row) for row in known_rows(_silent, today=clock.today()))
    return [each for each in found if each.starts_at > now]


@cache
def _silent() -> sa.Select[Any]:
    is_silent = sa.and_(Confirmation.asked_at.is_not(None), Confirmation.answered_at.is_(None))
    return _asked().where(Shift.day_on >= sa.bindparam("today"), is_silent)


def say_coming(shift_id: str, person_id: str) -> Outcome:
    """Note that a person comes to their shift, who had given it back too; saying it twice changes nothing.

    It answers a late change of the plan as well, where they were told of the shift as it is.
    """
    hold_roster()
    shift, place = db.session.get(Shift, shift_id), assignment_of(person_id, shift_id)
    if shift is None or shift.cancelled_at is not None or place is None:
        return refuse(form="The plan has changed: you are not on this shift any more.")
    now = clock.now()
    if shift.starts_at <= now:
        return refuse(form="This shift has begun already.")
    row = _confirmation(shift.id, person_id, shift.starts_at)
    is_yes_to_change = place.accepted_at is None and place.is_told(shift)
    if is_yes_to_change:
        forget_taken_off(person_id, shift.id, person_id)  # what a no to the new hours would have been paid
        place.accepted_at, place.declined_at = now, None
    if keep_place(person_id, shift.id) or is_yes_to_change or row.answered_at is None:
        row.answered_at = now
        record(db.session, "say coming", "shift", shift.id, actor_id=person_id)
    db.session.commit()
    return Saved(shift.id, f"Thank you. See you {when(shift.starts_at)}.")


def note_yes_to_change(shift: Shift, person_id: str) -> None:
    """Count a yes to a late change as the yes to the question whether they come; in the caller's transaction."""
    db.session.execute(
        sa.update(Confirmation)
        .where(Confirmation.shift_id == shift.id, Confirmation.person_id == person_id)
        .where(Confirmation.for_starts_at == shift.starts_at, Confirmation.asked_at.is_not(None))
        .values(answered_at=clock.now())
        .execution_options(synchronize_session=False)
    )


def ask_coming(task: object) -> None:
    """Ask, ask again and tell coordinators, each once; a run that was killed goes on where it stopped."""
    del task
    settings = day_settings()
    is_day = AWAKE_FROM <= clock.local(clock.now()).time() < AWAKE_UNTIL
    last = clock.today() + timedelta(days=settings.ask_days)
    due = _rows(_coming().where(Shift.day_on <= last))
    db.session.rollback()
    for batch in (due[at : at + BATCH] for at in range(0, len(due), BATCH)):
        _count_changes(batch)
        if is_day:
            _ask(batch, settings)
        _raise(batch, settings)
        db.session.commit()


def _count_changes(batch: Iterable[Coming]) -> None:
    """Count the word about a late change as the first question: no second mail, but a reminder where none answers.

    A yes from before the change was none to it.
    """
    for each in batch:
        if each.is_changed_since:
            row = _confirmation(each.shift_id, each.person_id, each.starts_at)
            if (row.asked_at, row.answered_at) == (each.asked_at, each.answered_at):  # they have not just said yes
                row.asked_at, row.asked_again_at, row.raised_at, row.answered_at = clock.now(), None, None, None


def _ask(batch: Iterable[Coming], settings: DaySettings) -> None:
    again_from = clock.today() + timedelta(days=settings.ask_again_days)
    for each in batch:
        said_at = each.said_at(settings.ask_days)
        if each.is_changed_since:
            continue  # the word about the change has just asked them
        if each.asked_at is None and said_at is None:
            _mail(each, "asked_at", "mail/coming_ask.txt", f"Are you coming on {long_day(each.day_on)}?")
        elif each.day_on > again_from or each.asked_again_at is not None:
            continue
        elif said_at is not None:
            if _is_before_today(said_at):
                _mail(each, "asked_again_at", "mail/coming_reminder.txt", long_day(each.day_on))
        elif each.asked_at is not None and _is_before_today(each.asked_at):
            _mail(each, "asked_again_at", "mail/coming_ask_again.txt", f"Are you coming on {long_day(each.day_on)}?")


def _is_before_today(instant: datetime) -> bool:
    return clock.local(instant).date() < clock.today()


def _mail(each: Coming, column: str, template: str, subject: str) -> None:
    """Mail one person about one shift and note it, in one transaction; whoever has no address sees it on their page."""
    row = _confirmation(each.shift_id, each.person_id, each.starts_at)
    if getattr(row, column) is not None:
        return  # another worker was quicker
    setattr(row, column, clock.now())
    address = db.session.scalar(sa.select(Person.email).where(Person.id == each.person_id))
    if address:
        post(
            db.session,
            key=f"coming:{each.shift_id}:{each.person_id}:{each.starts_at:%Y%m%d%H%M}:{column}",
            to=address,
            subject=subject,
            body=render_template(
                template,
                name=each.name,
                day=long_day(each.day_on),
                starts=clock_time(each.starts_at),
                ends=clock_time(each.ends_at),
                link=link_to("attendance.coming"),
            ),
        )


def _raise(batch: Iterable[Coming], settings: DaySettings) -> None:
    """Tell coordinators, in one mail each, on which days someone is silent shortly before they are due."""
    now = clock.now()
    near = now + timedelta(hours=settings.raise_hours)
    found = [each for each in batch if each.is_silent and each.raised_at is None and each.starts_at <= near]
    if not found:
        return
    days: dict[date, int] = defaultdict(int)
    for each in found:
        _confirmation(each.shift_id, each.person_id, each.starts_at).raised_at = now
        days[each.day_on] += 1
    lines = [f"{long_day(day)}: {number}" for day, number in sorted(days.items())]
    for person_id, name, address in _coordinators():
        post(
            db.session,
            key=f"silent:{now:%Y%m%d%H%M%S}:{found[0].shift_id}:{person_id}",
            to=address,
            subject="Not everyone has answered",
            body=render_template("mail/coming_silent.txt", name=name, lines=lines, link=link_to("attendance.silent")),
        )


def _coordinators() -> list[tuple[str, str, str]]:
    rows = db.session.execute(
        sa.select(Person.id, Person.name, Person.email)
        .join(PersonRole, PersonRole.person_id == Person.id)
        .where(PersonRole.role == Role.COORDINATOR, Person.is_active, Person.email.is_not(None))
        .order_by(Person.id)
    )
    return [(row.id, row.name, row.email or "") for row in rows]


def _confirmation(shift_id: str, person_id: str, starts_at: datetime) -> Confirmation:
    """The row of one person and shift, ours until the transaction ends; what was said about another time is gone."""
    key = {"shift_id": shift_id, "person_id": person_id}
    insert_if_absent(db.session, Confirmation, key | {"for_starts_at": starts_at})
    row = db.session.scalars(
        sa.select(Confirmation)
        .where(Confirmation.shift_id == shift_id, Confirmation.person_id == person_id)
        .with_for_update()
        .execution_options(populate_existing=True)
    ).one()
    if row.for_starts_at != starts_at:
        row.for_starts_at = starts_at
        row.asked_at = row.asked_again_at = row.raised_at = row.answered_at = None
    return row


@cache
def _coming() -> sa.Select[Any]:
    return _asked().where(Shift.starts_at > sa.bindparam("now"))


@cache
def _asked() -> sa.Select[Any]:
    is_said = sa.and_(
        Confirmation.shift_id == Shift.id,
        Confirmation.person_id == Assignment.person_id,
        Confirmation.for_starts_at == Shift.starts_at,
    )
    gave_back = looks_for_cover(Assignment.shift_id, Assignment.person_id)
    is_own_yes = sa.or_(Assignment.publication_id.is_(None), Assignment.accepted_at > Assignment.assigned_at)
    return (
        sa.select(Shift.id, Assignment.person_id, Person.name, Site.name, Service.name)
        .add_columns(Shift.day_on, Shift.starts_at, Shift.ends_at, Confirmation.asked_at)
        .add_columns(Confirmation.asked_again_at, Confirmation.raised_at, Confirmation.answered_at)
        .add_columns(sa.case((is_own_yes, Assignment.accepted_at)).label("took_at"))
        .add_columns(Assignment.accepted_at.is_(None).label("is_unanswered_change"))
        .join(Assignment, Assignment.shift_id == Shift.id)
        .join(Person, Person.id == Assignment.person_id)
        .join(Site, Site.id == Shift.site_id)
        .join(Service, Service.id == Shift.service_id)
        .outerjoin(Confirmation, is_said)
        .where(Shift.cancelled_at.is_(None), Person.is_active, ~gave_back)
        .order_by(Shift.starts_at, Shift.id, sa.func.lower(Person.name), Person.id)
    )


def _rows(query: sa.Select[Any]) -> list[Coming]:
    return [Coming(*row) for row in rows(query, now=clock.now())]

"""Going out, coming back, and calling for help when someone does not."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

import sqlalchemy as sa
from flask import render_template

from app import clock
from app.access import Role
from app.audit.services import record
from app.database import db, insert_if_absent
from app.editing import Outcome, Saved, kept, locked, outdated, refuse
from app.mail.services import link_to, post
from app.outreach.models import Outing, OutingMember
from app.outreach.queries import LEAST, UNDO_FOR
from app.people.models import LEARNING, Person, PersonRole
from app.rules.queries import day_settings
from app.sites.models import Site
from app.words import clock_time, long_day

WATCH = "watch-outings"
WATCH_EVERY = timedelta(minutes=1)
LONGER = timedelta(minutes=30)
LONGEST = timedelta(hours=12)
SUBJECT = "Please call now"
SUBJECT_BACK = "All is well"


def go_out(key: str, people: Sequence[str], facts: dict[str, Any], by_id: str) -> Outcome:
    """Note that some people are out together. `key` becomes the outing's id: the same form sent twice is one outing."""
    chosen = sorted(set(people))
    problems = _problems(key, chosen, facts)
    if problems:
        return refuse(**problems)
    values = {"id": key, "left_at": clock.now(), "opened_by_id": by_id, "version": 1} | facts
    if not insert_if_absent(db.session, Outing, values):
        db.session.rollback()
        return Saved(key, "This was kept already.")
    for person_id in chosen:
        if not insert_if_absent(db.session, OutingMember, {"outing_id": key, "person_id": person_id}):
            return refuse(people="Someone of these went out just now. Please look at the board.")
    record(db.session, "go out", "outing", key, actor_id=by_id, people=len(chosen))
    return kept(key)


def come_back(outing_id: str, by_id: str) -> Outcome:
    """Close an outing: everyone is back. Closing it twice changes nothing."""
    row = locked(Outing, outing_id)
    if row is None:
        return refuse(form="This is not there any more.")
    if row.closed_at is not None:
        db.session.rollback()
        return Saved(outing_id, "They were noted as back already.")
    row.closed_at, row.closed_by_id = clock.now(), by_id
    for member in row.members:
        member.back_at = row.closed_at
    if row.told_at is not None:
        body = render_template("mail/overdue_back.txt", name=row.contact_name)
        post(db.session, key=f"back:{row.id}:{row.version}", to=row.contact_email, subject=SUBJECT_BACK, body=body)
    record(db.session, "come back", "outing", outing_id, actor_id=by_id)
    return kept(outing_id)


def reopen(outing_id: str, version: int, by_id: str) -> Outcome:
    """Take back a closing within some minutes: they are out after all."""
    row = locked(Outing, outing_id)
    if row is None:
        return refuse(form="This is not there any more.")
    if row.version != version:
        return outdated(row.version)
    if row.closed_at is None or clock.now() - row.closed_at > UNDO_FOR:
        return refuse(form="It is too late to take this back. Note it as a new outing.")
    out = _names_out([member.person_id for member in row.members], outing_id)
    if out:
        return refuse(form=f"Out again already: {', '.join(out)}. Note first that they are back.")
    row.closed_at = row.closed_by_id = row.told_at = None  # who was told that all is well is called anew
    for member in row.members:
        member.back_at = None
    record(db.session, "reopen outing", "outing", outing_id, actor_id=by_id)
    return kept(outing_id)


def stay_longer(outing_id: str, version: int, by_id: str) -> Outcome:
    """Move the return time by half an hour, from now when it has passed already."""
    row = locked(Outing, outing_id)
    if row is None or row.closed_at is not None:
        return refuse(form="They are back already.")
    if row.version != version:
        return outdated(row.version)
    due_at = max(row.due_at, clock.now()) + LONGER
    if due_at > row.left_at + LONGEST:
        return refuse(form="That is longer than 12 hours. Come back, then note a new one.")
    row.due_at = due_at  # `told_at` stays: who was called hears of it when they are back
    record(db.session, "stay out longer", "outing", outing_id, actor_id=by_id)
    return kept(outing_id)


def watch_outings(task: object) -> None:
    """Mail the contact and the coordinators once for each outing that is overdue."""
    del task
    now = clock.now()
    late = now - timedelta(minutes=day_settings().overdue_minutes)
    rows = db.session.scalars(
        sa.select(Outing)
        .where(Outing.closed_at.is_(None), Outing.due_at <= late)
        .where(sa.or_(Outing.told_at.is_(None), Outing.told_at < Outing.due_at))
        .order_by(Outing.id)
        .with_for_update()
    ).all()
    for row in rows:
        row.told_at = now
        _call(row)
    db.session.commit()


def _call(row: Outing) -> None:
    due = {"day": long_day(clock.local(row.due_at).date()), "time": clock_time(row.due_at)}
    key = f"overdue:{row.id}:{row.due_at:%Y%m%d%H%M}:{row.version}"
    body = render_template("mail/overdue_contact.txt", name=row.contact_name, **due)
    post(db.session, key=f"{key}:contact", to=row.contact_email, subject=SUBJECT, body=body)
    for person_id, name, address in _coordinators():
        body = render_template("mail/overdue_group.txt", name=name, link=link_to("outreach.index"), **due)
        post(db.session, key=f"{key}:{person_id}", to=address, subject=SUBJECT, body=body)
    record(db.session, "call contact", "outing", row.id)


def _coordinators() -> list[tuple[str, str, str]]:
    rows = db.session.execute(
        sa.select(Person.id, Person.name, Person.email)
        .join(PersonRole, PersonRole.person_id == Person.id)
        .where(PersonRole.role == Role.COORDINATOR, Person.is_active, Person.email.is_not(None))
        .order_by(Person.id)
    )
    return [(row.id, row.name, row.email or "") for row in rows]


def _problems(key: str, chosen: list[str], facts: dict[str, Any]) -> dict[str, str]:
    """What speaks against going out like this, by field."""
    found = {}
    now, people = clock.now(), _people_problem(key, chosen)
    if people:
        found["people"] = people
    if not now < facts["due_at"] <= now + LONGEST:
        found["due"] = "Choose a time within the next 12 hours."
    if _is_address_of(facts["contact_email"], chosen):
        found["contact_email"] = "Someone who goes out too reads this. Name someone who stays elsewhere."
    if not _is_in_use(facts["site_id"]):
        found["site_id"] = "This place is not in use any more. Choose another."
    return found


def _people_problem(key: str, chosen: list[str]) -> str:
    if len(chosen) < LEAST:
        return "Nobody goes out alone: choose at least two people."
    known = db.session.execute(sa.select(Person.id, Person.level).where(Person.id.in_(chosen), Person.is_active)).all()
    if {row.id for row in known} != set(chosen):
        return "Someone you chose is not in the group any more. Please choose again."
    if sum(row.level not in LEARNING for row in known) < LEAST:
        return "Two who are not learning go out together: choose another peer, lead or mentor. Learners may come too."
    out = _names_out(chosen, key)
    return f"Out already: {', '.join(out)}. Note first that they are back." if out else ""


def _names_out(people: Sequence[str], but: str) -> Sequence[str]:
    """The names of those who are out just now, on another outing than this."""
    return db.session.scalars(
        sa.select(Person.name)
        .join(OutingMember, OutingMember.person_id == Person.id)
        .where(Person.id.in_(people), OutingMember.back_at.is_(None), OutingMember.outing_id != but)
        .order_by(Person.name)
    ).all()


def _is_address_of(address: str, people: Sequence[str]) -> bool:
    """Whether mail to this address reaches one of these people."""
    own = db.session.scalars(sa.select(Person.email).where(Person.id.in_(people), Person.email.is_not(None)))
    return address.lower() in {each.lower() for each in own if each}


def _is_in_use(site_id: str) -> bool:
    return db.session.scalar(sa.select(Site.id).where(Site.id == site_id, Site.is_active)) is not None


def due_after(at: datetime) -> datetime:
    """The return time that a form offers: in two hours, on a quarter."""
    quarter = at + timedelta(hours=2)
    return quarter - timedelta(minutes=quarter.minute % 15, seconds=quarter.second, microseconds=quarter.microsecond)

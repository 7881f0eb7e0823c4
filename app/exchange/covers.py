"""When somebody cannot come: the place is open at once, the right people are told, those who can are asked."""

from __future__ import annotations

from dataclasses import dataclass

import sqlalchemy as sa
from flask import render_template

from app import clock
from app.access import Role
from app.attendance.queries import begun_places
from app.audit.services import record
from app.database import db
from app.exchange import places, queries, rounds, swaps, terms
from app.exchange.answers import Answer, Done, Over, Stopped
from app.exchange.claims import end_cover, end_own_cover, open_cover, standing_around
from app.exchange.models import (
    SWAP_PENDING,
    Ask,
    AskKind,
    AskState,
    Cover,
    CoverState,
    Swap,
    SwapState,
    Wait,
    WaitState,
)
from app.exchange.places import Standing
from app.mail.services import link_to, post
from app.people.models import Person, PersonRole
from app.roster.lock import hold_roster
from app.roster.models import Assignment, Shift
from app.words import span_words
from scheduling import Assignment as Pair
from scheduling import Roster, why_open

ASK_SUBJECT = "A question about your plan"
OPEN_SUBJECT = "Please look at the plan"
MOST_ASKED = 12
HERE = "You are noted as here. Tap 'That was a mistake' under Today first."
THEY_ARE_HERE = "They are noted as here. Take that back under Today first."


@dataclass(frozen=True, slots=True)
class Leaving:
    """What it means when a person gives a shift back: for their page before they confirm."""

    shift: Shift
    site: str
    service: str
    is_near: bool
    stays: bool


def leaving(person_id: str, shift_id: str) -> Leaving | None:
    """What giving a shift back would mean; None when the person is not on it or it has begun."""
    found = queries.shift_with_names(shift_id)
    if found is None or queries.assignment_of(person_id, shift_id) is None or found[0].starts_at <= clock.now():
        return None
    shift, site, service = found
    is_near = _is_near(shift)
    stays = (
        is_near
        and queries.terms_of(shift.site_id).stays_listed
        and _is_missed(standing_around(shift), person_id, shift)
    )
    return Leaving(shift, site, service, is_near, stays)


def cannot_come(person_id: str, shift_id: str, by_id: str) -> Answer:
    """Give a person's place back, at any hour and without a reason; said twice it has one effect."""
    hold_roster()
    row = queries.assignment_of(person_id, shift_id)
    found = queries.shift_with_names(shift_id)
    if row is None or found is None:
        db.session.rollback()
        return Done()
    shift = found[0]
    if shift.starts_at <= clock.now():
        db.session.rollback()
        return Over("This shift has begun. Please call the site.")
    if (person_id, shift_id) in begun_places(shift.day_on, shift.day_on):
        db.session.rollback()
        return Over(HERE if person_id == by_id else THEY_ARE_HERE)
    cover = open_cover(person_id, shift_id)
    if cover is not None and cover.is_listed and row.assigned_at <= cover.opened_at:
        db.session.rollback()
        return Done()
    give_back(row, shift, by_id)
    db.session.commit()
    return Done()


def give_back(row: Assignment, shift: Shift, by_id: str | None, *, tells: bool = True, has_left: bool = False) -> None:
    """Open a person's place, ask who could take it, and tell the coordinators unless the caller does (`tells`).

    Who `has_left` the group stands on the shift no more, whatever the site's terms say. What is still open from an
    earlier time they gave it back has ended: they stood on the shift again since.
    In the caller's transaction, which holds the roster.
    """
    now, person_id = clock.now(), row.person_id
    standing = standing_around(shift)
    work = standing.problem.shift.get(shift.id)
    agreed = standing.terms.get(shift.site_id, terms.Terms())
    is_near = _is_near(shift)
    is_listed = is_near and agreed.stays_listed and not has_left and _is_missed(standing, person_id, shift)
    is_unsafe = work is not None and places.is_left_unsafe(standing, person_id, work)
    if not is_listed:
        db.session.delete(row)
    end_own_cover(person_id, shift.id)
    cover = Cover(
        shift_id=shift.id,
        person_id=person_id,
        is_listed=is_listed,
        is_urgent=is_near,
        opened_at=now,
        by_id=by_id,
    )
    db.session.add(cover)
    db.session.flush()
    _end_swaps(person_id, shift.id)
    if work is not None:
        _ask_somebody(cover, shift, standing)
    if tells:
        _tell_coordinators(cover, shift, is_unsafe=is_unsafe)
    act = "free place of someone who left" if has_left else "cannot come"
    record(db.session, act, "shift", shift.id, person=person_id, near=is_near)


def _is_missed(standing: Standing, person_id: str, shift: Shift) -> bool:
    """Whether somebody is missing from a shift without this person: nobody else's place is kept warm."""
    worker, work = standing.problem.worker.get(person_id), standing.problem.shift.get(shift.id)
    if worker is None or work is None:
        return True
    without = Roster(standing.roster.assignments - {Pair(person_id, shift.id)})
    return not worker.is_trainee and places.missing_for(standing.problem, without, worker, work) > 0


def free_place(row: Assignment, shift: Shift) -> None:
    """Open the place of a person who has left, in the caller's transaction, which holds the roster."""
    cover = open_cover(row.person_id, shift.id)
    if cover is None or not cover.is_listed:
        give_back(row, shift, None, has_left=True)
    else:  # somebody is looked for already; they stand there no longer meanwhile
        cover.is_listed = False
        db.session.delete(row)


def leave_called_off(cover: Cover) -> None:
    """Take whoever gave their place back off a shift that was called off, should it take place after all.

    In the caller's transaction, which holds the roster; what they are due was noted when it was called off.
    """
    shift = db.session.get_one(Shift, cover.shift_id)
    row = queries.assignment_of(cover.person_id, cover.shift_id)
    has_come = (cover.person_id, cover.shift_id) in begun_places(shift.day_on, shift.day_on)
    if cover.is_listed and shift.cancelled_at is not None and row is not None and not has_come:
        db.session.delete(row)


def _end_swaps(person_id: str, shift_id: str) -> None:
    """End the swaps this place was part of, with a word to both."""
    of_place = sa.or_(
        sa.and_(Swap.person_id == person_id, Swap.shift_id == shift_id),
        sa.and_(Swap.other_person_id == person_id, Swap.other_shift_id == shift_id),
    )
    for swap in db.session.scalars(sa.select(Swap).where(Swap.state.in_(SWAP_PENDING), of_place)).all():
        swaps.end(swap, SwapState.OVERTAKEN)
    rounds.end_places(person_id, shift_id)


def _is_near(shift: Shift) -> bool:
    """Whether a shift begins so soon that people are asked at once."""
    return shift.starts_at - clock.now() < terms.NEAR


def come_near(cover: Cover) -> None:
    """Note that the shift of an open cover is near now, and tell coordinators where it is unsafe as it stands.

    In the caller's transaction, which holds the roster.
    """
    cover.is_urgent = True
    found = queries.shift_with_names(cover.shift_id)
    if found is None:
        return
    standing = standing_around(found[0])
    work = standing.problem.shift.get(cover.shift_id)
    if work is not None and places.is_left_unsafe(standing, cover.person_id, work):
        _tell_coordinators(cover, found[0], is_unsafe=True)


def ask_next(cover: Cover) -> None:
    """Ask the next person about an open cover, where nobody is thinking about it; in the caller's transaction."""
    found = queries.shift_with_names(cover.shift_id)
    if found is None:
        return
    standing = standing_around(found[0])
    if cover.shift_id in standing.problem.shift:
        _ask_somebody(cover, found[0], standing)


def _ask_somebody(cover: Cover, shift: Shift, standing: Standing) -> None:
    """Ask who waits first; when it is near also who else could come, the relief pool first."""
    agreed = standing.terms.get(shift.site_id, terms.Terms())
    asked = set(db.session.scalars(sa.select(Ask.person_id).where(Ask.cover_id == cover.id))) | _being_asked(shift.id)
    asked |= queries.who_gave_back(shift.id) | queries.who_said_no(shift.id)
    work = standing.problem.shift[shift.id]
    able = [
        each.worker
        for each in why_open(standing.problem, _without(standing, cover), shift.id)
        if each.could
        and each.worker not in asked
        and not (standing.gave_back(each.worker) and standing.stops(standing.problem.worker[each.worker], work))
        and places.missing_for(
            standing.problem,
            _without(standing, cover),
            standing.problem.worker[each.worker],
            work,
        )
        > 0
    ]
    # The waiting list is asked before anybody else, whatever the hour.
    waiting = [
        each.person_id
        for each in queries.waiting_on(shift.id)
        if each.person_id in able and places.is_in_turn(standing, each.person_id, shift.id)
    ]
    if waiting:
        _ask(cover, shift, waiting[:1], AskKind.WAITING, agreed)
    elif _is_near(shift):
        relief = queries.relief_pool()
        able.sort(key=lambda each: each not in relief)
        _ask(cover, shift, able[: MOST_ASKED if agreed.asks_all else 1], AskKind.COVER, agreed)


def ask_waiting(shift_id: str) -> None:
    """Ask as many of those who wait as there are places that nobody is asked about, the longest wait first.

    In the caller's transaction.
    """
    found = queries.shift_with_names(shift_id)
    if found is None or found[0].cancelled_at is not None or found[0].starts_at <= clock.now():
        return
    shift = found[0]
    standing = standing_around(shift)
    work = standing.problem.shift.get(shift_id)
    if work is None or shift_id not in standing.came_up:
        return
    being_asked = _being_asked(shift_id)
    free = places.missing(standing.problem, standing.roster, work) - len(being_asked)
    there = being_asked | set(standing.facts.live.workers_on(shift_id))
    waiting = [each.person_id for each in queries.waiting_on(shift_id) if each.person_id not in there]
    able = []
    for person in waiting:
        worker = standing.problem.worker.get(person)
        place = None if worker is None else places.place_for(standing, worker, work)
        if place is None or place.stops or place.is_full:
            continue
        if places.is_in_turn(standing, person, shift_id):
            able.append(person)
    chosen = able[: max(0, free)]
    cover = db.session.scalar(
        sa.select(Cover).where(Cover.shift_id == shift_id, Cover.ended_at.is_(None)).order_by(Cover.opened_at)
    )
    _ask(cover, shift, chosen, AskKind.WAITING, standing.terms_of(work))


def _being_asked(shift_id: str) -> set[str]:
    """Who is thinking about this shift now."""
    return set(
        db.session.scalars(sa.select(Ask.person_id).where(Ask.shift_id == shift_id, Ask.state == AskState.ASKED))
    )


def _without(standing: Standing, cover: Cover) -> Roster:
    return Roster(standing.roster.assignments - {Pair(cover.person_id, cover.shift_id)})


def _ask(cover: Cover | None, shift: Shift, people: list[str], kind: AskKind, agreed: terms.Terms) -> None:
    """Put one question to each of some people, on their pages and by mail."""
    now = clock.now()
    until = terms.ask_lapses_at(agreed, now, shift.starts_at, is_urgent=_is_near(shift))
    for person in people:
        ask = Ask(
            kind=kind,
            shift_id=shift.id,
            person_id=person,
            cover_id=None if cover is None else cover.id,
            asked_at=now,
            lapses_at=until,
            plan=queries.plan_of(shift.id),
        )
        db.session.add(ask)
        db.session.flush()
        _mail_question(ask, shift)
    db.session.execute(
        sa.update(Wait)
        .where(Wait.shift_id == shift.id, Wait.person_id.in_(people), Wait.ended_at.is_(None))
        .values(state=WaitState.ASKED)
        .execution_options(synchronize_session=False)
    )


def _mail_question(ask: Ask, shift: Shift) -> None:
    person = db.session.get_one(Person, ask.person_id)
    if person.email is None:
        return
    body = render_template(
        "mail/can_you_come.txt",
        name=person.name,
        span=span_words(shift.starts_at, shift.ends_at),
        until=ask.lapses_at,
        link=link_to("exchange.question", ask_id=ask.id),
    )
    post(db.session, key=f"ask-{ask.id}", to=person.email, subject=ASK_SUBJECT, body=body)


def _tell_coordinators(cover: Cover, shift: Shift, *, is_unsafe: bool) -> None:
    """Tell every coordinator with an address that a place came open; at once where it leaves the shift unsafe."""
    if not (is_unsafe or cover.is_urgent):
        return
    rows = db.session.execute(
        sa.select(Person.id, Person.name, Person.email)
        .join(PersonRole, PersonRole.person_id == Person.id)
        .where(PersonRole.role == Role.COORDINATOR, Person.is_active, Person.email.is_not(None))
    ).all()
    for person_id, name, address in rows:
        body = render_template(
            "mail/place_open.txt",
            name=name,
            span=span_words(shift.starts_at, shift.ends_at),
            is_unsafe=is_unsafe,
            link=link_to("exchange.gap", shift_id=shift.id),
        )
        key = f"cover-{cover.id}-{'near' if cover.is_urgent else 'far'}-{person_id}"
        post(db.session, key=key, to=address or "", subject=OPEN_SUBJECT, body=body)


def keep_place(person_id: str, shift_id: str) -> bool:
    """End the search for somebody else, where there is one: the person comes. Whether there was one.

    In the caller's transaction, which holds the roster.
    """
    return end_own_cover(person_id, shift_id)


def come_after_all(person_id: str, shift_id: str) -> Answer:
    """Take back "I can't come" where the person still stands on the shift; else they may claim it like anybody."""
    hold_roster()
    cover = open_cover(person_id, shift_id)
    if cover is None or not cover.is_listed or queries.assignment_of(person_id, shift_id) is None:
        db.session.rollback()
        return Over("Somebody has taken your place, or it is open to everybody now.")
    end_cover(cover, CoverState.WITHDRAWN)
    record(db.session, "come after all", "shift", shift_id, person=person_id)
    db.session.commit()
    return Done()


def ask_person(person_id: str, shift_id: str) -> Answer:
    """Put the question to one person because a coordinator wants it so."""
    hold_roster()
    found = queries.shift_with_names(shift_id)
    if found is None or found[0].cancelled_at is not None or found[0].starts_at <= clock.now():
        db.session.rollback()
        return Over()
    shift = found[0]
    open_ask = db.session.scalar(
        sa.select(Ask.id).where(Ask.person_id == person_id, Ask.shift_id == shift_id, Ask.state == AskState.ASKED)
    )
    if open_ask is not None or queries.assignment_of(person_id, shift_id) is not None:
        db.session.rollback()
        return Done()
    standing = standing_around(shift)
    worker, work = standing.problem.worker.get(person_id), standing.problem.shift.get(shift_id)
    if worker is None or work is None:
        db.session.rollback()
        return Over()
    place = places.place_for(standing, worker, work)
    if place.stops or place.is_full:
        db.session.rollback()
        return Stopped(("This person cannot take it any more.",))
    cover = db.session.scalar(
        sa.select(Cover).where(Cover.shift_id == shift_id, Cover.ended_at.is_(None)).order_by(Cover.opened_at)
    )
    _ask(cover, shift, [person_id], AskKind.COVER, standing.terms_of(work))
    record(db.session, "ask to take shift", "shift", shift_id, person=person_id)
    db.session.commit()
    return Done()

"""What time does by itself: questions and swaps end, the next person is asked, draws are drawn. One turn a minute."""

from __future__ import annotations

from datetime import timedelta

import sqlalchemy as sa
from flask import render_template

from app import clock, jobs
from app.audit.services import record
from app.database import db
from app.exchange import claims, covers, queries, rounds, swaps
from app.exchange.claims import end_cover
from app.exchange.models import (
    SWAP_PENDING,
    Ask,
    AskState,
    Cover,
    CoverState,
    Draw,
    Swap,
    SwapState,
    Wait,
    WaitState,
)
from app.exchange.terms import NEAR, lot_order
from app.mail.services import link_to, post
from app.people.models import Person
from app.roster.lock import hold_roster
from app.roster.models import Assignment, Shift
from app.words import span_words

TURN = "exchange-turn"
EVERY = timedelta(minutes=1)
MATCH = "exchange-match"
MATCH_NOW = "exchange-match-now"
HOURLY = timedelta(hours=1)
NIGHT = 3


def turn(task: jobs.Task) -> None:
    """End what is over and move on what waits, each in a transaction of its own; safe to run at any time, twice too."""
    del task
    lapse_questions()
    free_places()
    end_what_began()
    let_go()
    end_swaps()
    rounds.end_rounds()
    draw_lots()
    serve_waiting()
    note_near()
    for cover_id in _quiet_covers():
        hold_roster()
        cover = db.session.get(Cover, cover_id, populate_existing=True)
        if cover is not None and cover.ended_at is None:
            covers.ask_next(cover)
        db.session.commit()


def match_at_night(task: jobs.Task) -> None:
    """Look once a night what can be made of the wishes to change shifts."""
    if clock.local(clock.now()).hour == NIGHT:
        match_now(task)


def match_now(task: jobs.Task) -> None:
    """Look what can be made of the wishes to change shifts, and ask everyone in it."""
    del task
    rounds.propose_rounds()


def lapse_questions() -> None:
    """End the questions that nobody answered in time; who waited is no longer first, but still waits.

    Who left is asked no more and waits for nothing, nor does who stands on the shift by now.
    """
    hold_roster()
    now = clock.now()
    left = sa.select(Person.id).where(~Person.is_active)
    db.session.execute(
        sa.update(Ask)
        .where(Ask.state == AskState.ASKED, Ask.person_id.in_(left))
        .values(state=AskState.OVERTAKEN, answered_at=now)
        .execution_options(synchronize_session=False)
    )
    db.session.execute(
        sa.update(Wait)
        .where(Wait.ended_at.is_(None), Wait.person_id.in_(left))
        .values(state=WaitState.LAPSED, ended_at=now)
        .execution_options(synchronize_session=False)
    )
    there = sa.select(Assignment.id).where(~queries.looks_for_cover(Assignment.shift_id, Assignment.person_id))
    db.session.execute(
        sa.update(Ask)
        .where(Ask.state == AskState.ASKED)
        .where(there.where(Assignment.shift_id == Ask.shift_id, Assignment.person_id == Ask.person_id).exists())
        .values(state=AskState.OVERTAKEN, answered_at=now)
        .execution_options(synchronize_session=False)
    )
    db.session.execute(
        sa.update(Wait)
        .where(Wait.ended_at.is_(None))
        .where(there.where(Assignment.shift_id == Wait.shift_id, Assignment.person_id == Wait.person_id).exists())
        .values(state=WaitState.TOOK, ended_at=now)
        .execution_options(synchronize_session=False)
    )
    rows = db.session.scalars(sa.select(Ask).where(Ask.state == AskState.ASKED, Ask.lapses_at <= now)).all()
    for ask in rows:
        ask.state = AskState.LAPSED
        db.session.execute(
            sa.update(Wait)
            .where(Wait.shift_id == ask.shift_id, Wait.person_id == ask.person_id, Wait.ended_at.is_(None))
            .values(state=WaitState.WAITING, since_at=now)
            .execution_options(synchronize_session=False)
        )
    db.session.commit()


def free_places() -> None:
    """Open the places ahead of people who have left, as if they had said that they cannot come."""
    hold_roster()
    is_ahead = sa.and_(Shift.starts_at > clock.now(), Shift.cancelled_at.is_(None), ~Person.is_active)
    for row, shift in db.session.execute(
        sa.select(Assignment, Shift)
        .join(Shift, Shift.id == Assignment.shift_id)
        .join(Person, Person.id == Assignment.person_id)
        .where(is_ahead)
        .order_by(Shift.starts_at, Assignment.id)
    ).all():
        covers.free_place(row, shift)
    db.session.commit()


def end_what_began() -> None:
    """End covers, questions and waits whose shift has begun or was called off; who hoped for that one hears of it."""
    hold_roster()
    now = clock.now()
    over = sa.or_(Shift.starts_at <= now, Shift.cancelled_at.is_not(None))
    for cover in db.session.scalars(
        sa.select(Cover).join(Shift, Shift.id == Cover.shift_id).where(Cover.ended_at.is_(None), over)
    ).all():
        end_cover(cover, CoverState.LAPSED)
        covers.leave_called_off(cover)
    for ask in db.session.scalars(
        sa.select(Ask).join(Shift, Shift.id == Ask.shift_id).where(Ask.state == AskState.ASKED, over)
    ).all():
        ask.state, ask.answered_at = AskState.OVERTAKEN, now
        _tell_called_off(ask.person_id, ask.shift_id)
    for wait in db.session.scalars(
        sa.select(Wait).join(Shift, Shift.id == Wait.shift_id).where(Wait.ended_at.is_(None), over)
    ).all():
        wait.state, wait.ended_at = WaitState.LAPSED, now
        _tell_called_off(wait.person_id, wait.shift_id)
    db.session.commit()


def let_go() -> None:
    """End the search for somebody where nobody is missing any more: a plan that was published may have filled it."""
    for shift_id in db.session.scalars(
        sa.select(Cover.shift_id).where(Cover.ended_at.is_(None)).distinct().order_by(Cover.shift_id)
    ).all():
        hold_roster()
        standing = claims.standing_around(db.session.get_one(Shift, shift_id))
        if shift_id in standing.problem.shift:
            claims.let_go(shift_id, standing, standing.roster)
        db.session.commit()


def _tell_called_off(person_id: str, shift_id: str) -> None:
    """Mail someone who waited or was asked, once, that a shift will not take place."""
    shift, person = db.session.get_one(Shift, shift_id), db.session.get_one(Person, person_id)
    if shift.cancelled_at is None or person.email is None:
        return
    body = render_template(
        "mail/called_off.txt",
        name=person.name,
        span=span_words(shift.starts_at, shift.ends_at),
        link=link_to("exchange.take"),
    )
    post(db.session, key=f"off-{shift_id}-{person_id}", to=person.email, subject=swaps.END_SUBJECT, body=body)


def end_swaps() -> None:
    """End swaps that nobody answered in time, and those whose places have changed hands meanwhile."""
    hold_roster()
    now = clock.now()
    for swap in db.session.scalars(sa.select(Swap).where(Swap.state.in_(SWAP_PENDING))).all():
        if not swaps.still_stands(swap):
            swaps.end(swap, SwapState.OVERTAKEN)
        elif swap.lapses_at <= now:
            swaps.end(swap, SwapState.LAPSED)
    db.session.commit()


def draw_lots() -> None:
    """Draw the draws whose time has come: everybody who entered is asked in the order of the lots."""
    now = clock.now()
    for shift_id in db.session.scalars(
        sa.select(Draw.shift_id).where(Draw.drawn_at.is_(None), Draw.closes_at <= now)
    ).all():
        hold_roster()
        draw = db.session.get_one(Draw, shift_id, populate_existing=True)
        if draw.drawn_at is None:
            draw.drawn_at = now
            waiting = [each.id for each in queries.waiting_on(shift_id)]
            lots = lot_order(draw.seed, waiting)
            draw.lots = " ".join(lots)
            for place, entry in enumerate(lots):  # the order of the lots is the order of the waiting list from now on
                db.session.execute(
                    sa.update(Wait)
                    .where(Wait.id == entry)
                    .values(since_at=now + timedelta(microseconds=place))
                    .execution_options(synchronize_session=False)
                )
            covers.ask_waiting(shift_id)
            record(db.session, "draw lots", "shift", shift_id, seed=draw.seed, entries=len(waiting))
        db.session.commit()


def serve_waiting() -> None:
    """Ask who waits longest wherever a place is free, unless a draw for it is still open."""
    drawing = sa.exists().where(Draw.shift_id == Wait.shift_id, Draw.drawn_at.is_(None))
    for shift_id in db.session.scalars(
        sa.select(Wait.shift_id)
        .where(Wait.state == WaitState.WAITING, Wait.ended_at.is_(None), ~drawing)
        .distinct()
        .order_by(Wait.shift_id)
    ).all():
        hold_roster()
        covers.ask_waiting(shift_id)
        db.session.commit()


def note_near() -> None:
    """Note which covers opened long ahead are near now: from then on people are asked about them."""
    until = clock.now() + NEAR
    for cover_id in db.session.scalars(
        sa.select(Cover.id)
        .join(Shift, Shift.id == Cover.shift_id)
        .where(Cover.ended_at.is_(None), ~Cover.is_urgent, Shift.starts_at < until)
        .order_by(Cover.opened_at)
    ).all():
        hold_roster()
        cover = db.session.get(Cover, cover_id, populate_existing=True)
        if cover is not None and cover.ended_at is None and not cover.is_urgent:
            covers.come_near(cover)
        db.session.commit()


def _quiet_covers() -> list[str]:
    """Open covers that somebody could be asked about and nobody is thinking about now."""
    thinking = sa.exists().where(Ask.cover_id == Cover.id, Ask.state == AskState.ASKED)
    waiting = sa.exists().where(
        Wait.shift_id == Cover.shift_id, Wait.state == WaitState.WAITING, Wait.ended_at.is_(None)
    )
    return list(
        db.session.scalars(
            sa.select(Cover.id)
            .join(Shift, Shift.id == Cover.shift_id)
            .where(Cover.ended_at.is_(None), ~thinking, sa.or_(Shift.starts_at < clock.now() + NEAR, waiting))
            .order_by(Cover.opened_at)
        )
    )

"""Taking a shift, and putting somebody on one on their word: checked by the rules and written under one lock."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import timedelta

import sqlalchemy as sa
from flask import render_template

from app import clock
from app.audit.services import record
from app.database import db, insert_if_absent
from app.exchange import places, queries
from app.exchange.answers import Answer, Done, Moved, NotYet, Over, Stopped, Taken
from app.exchange.models import Ask, AskState, Cover, CoverState, Draw, Wait, WaitState
from app.exchange.places import Place, Standing
from app.exchange.terms import new_seed, opens_for_all_at
from app.mail.services import link_to, post
from app.people.models import LEARNING, Person
from app.roster.lock import hold_roster
from app.roster.models import Assignment, Shift, as_told
from app.roster.words import RosterNames
from app.sites.models import Service
from app.words import span_words
from scheduling import Assignment as Pair
from scheduling import Roster, Violation, is_untold, rule_named, untold_first, words, words_for_others

NEUTRAL = "It would not fit for you."
OVER_QUOTA = "You have as many shifts here as one person may take in a week, for now."
HELD = "Lots decide who has this one: those who entered are asked first."
NO_SEAT = "This shift has no seat for people in training."
OFF_SUBJECT = "Someone else comes, you are off"
BUSY = "You have another shift at that time."
ON_IT = "The plan has changed: you are on this shift by now. If you cannot come, say so here."
AROUND = timedelta(days=35)
"""How many days around a shift the rules look at."""


def told(violations: Iterable[Violation], names: RosterNames, reader: str | None = None) -> tuple[str, ...]:
    """Plain sentences, each once. `reader` is "you"; None for somebody who looks after the roster.

    A limit that a reader set for themselves is told them, a private wish is not: it may be another's. Others read
    the same of all that is private and of being away.
    """
    if reader is None:
        return tuple(dict.fromkeys(words_for_others(each, names) for each in untold_first(violations)))
    found = dict.fromkeys(
        words(each, names, reader) if not is_untold(each) or _is_own_limit(each, reader) else NEUTRAL
        for each in violations
    )
    return tuple(found)


def _is_own_limit(violation: Violation, reader: str) -> bool:
    return reader in violation.workers and not rule_named(violation.rule).is_private


def why_not(place: Place, names: RosterNames, reader: str | None = None) -> tuple[str, ...]:
    """Why an open place is not for a person, in plain sentences."""
    if place.is_for_others:
        skills = " or ".join(sorted(map(names.skill, place.skills)))
        return (f"This place needs someone with this skill: {skills}." if skills else NO_SEAT,)
    return (*told(place.stops, names, reader), *([OVER_QUOTA] if place.is_over_quota else []))


def standing_around(shift: Shift) -> Standing:
    """The published roster around a shift, as the rules need it."""
    last = queries.last_published_on() or shift.day_on
    first = min(clock.today(), shift.day_on) - timedelta(days=1)
    return queries.standing_between(first, max(shift.day_on, min(last, shift.day_on + AROUND)))


def claim_shift(person_id: str, shift_id: str, plan: str | None = None) -> Answer:
    """Give a person an open place they may take now; asked twice it has one effect.

    `plan` is the mark of the plan they saw (None: none to compare): a shift moved meanwhile is looked at again first.
    """
    hold_roster()
    if not queries.is_as_planned(plan, shift_id):
        db.session.rollback()
        return Moved()
    return _kept(
        _place(person_id, shift_id, "claim shift", is_asked=queries.is_asked(person_id, shift_id), reader=person_id)
    )


def put_on(person_id: str, shift_id: str) -> Answer:
    """Put a person on a shift because they told a coordinator that they come."""
    hold_roster()
    return _kept(_place(person_id, shift_id, "put on shift at their word", is_asked=True, reader=None))


def answer_question(ask_id: str, person_id: str, *, is_yes: bool) -> Answer:
    """Take a person's yes or no to a place they were asked to take; the first answer holds.

    A no of someone who stands on the shift by now takes nobody off it: they are told that they are on it.
    """
    hold_roster()
    ask = db.session.get(Ask, ask_id, populate_existing=True)
    if ask is None or ask.person_id != person_id:
        db.session.rollback()
        return Over()
    if ask.state != AskState.ASKED:
        is_on = queries.assignment_of(person_id, ask.shift_id) is not None
        db.session.rollback()
        return Done() if is_on == is_yes else Taken() if is_yes else Over(ON_IT)
    now = clock.now()
    shift_id = ask.shift_id
    if not is_yes:
        return _said_no(ask)
    if not queries.is_as_planned(ask.plan, shift_id):
        ask.state, ask.answered_at = AskState.OVERTAKEN, now
        db.session.execute(
            sa.update(Wait)
            .where(Wait.person_id == person_id, Wait.shift_id == shift_id, Wait.state == WaitState.ASKED)
            .values(state=WaitState.WAITING)
            .execution_options(synchronize_session=False)
        )
        db.session.commit()
        return Over("The plan has changed since you were asked. The shift may still be among those you can take.")
    if ask.lapses_at <= now:
        db.session.rollback()
        return Over("This question has ended. The shift may still be among those you can take.")
    return _kept(_place(person_id, shift_id, "take shift when asked", is_asked=True, reader=person_id))


def _said_no(ask: Ask) -> Answer:
    if queries.comes_to(ask.person_id, ask.shift_id):
        come_by_plan(ask.person_id, ask.shift_id)
        db.session.commit()
        return Over(ON_IT)
    ask.state, ask.answered_at = AskState.NO, clock.now()
    _end_wait(ask.person_id, ask.shift_id, WaitState.LEFT)
    record(db.session, "decline to take shift", "shift", ask.shift_id, actor_id=ask.person_id)
    db.session.commit()
    return Done()


def _kept(answer: Answer) -> Answer:
    """Commit what was done, or undo all of it."""
    if isinstance(answer, Done):
        db.session.commit()
    else:
        db.session.rollback()
    return answer


def _place(person_id: str, shift_id: str, act: str, *, is_asked: bool, reader: str | None) -> Answer:
    """Write the place if there is one and no rule forbids it. `is_asked` passes by windows, draws and quotas."""
    found = queries.shift_with_names(shift_id)
    if found is None or found[0].cancelled_at is not None:
        return Over("This shift will not take place.")
    shift = found[0]
    if shift.starts_at <= clock.now():
        return Over("This shift has begun. Please call the site.")
    if queries.assignment_of(person_id, shift_id) is not None:
        return _taken_back(person_id, shift_id)
    if _is_plainly_full(shift):
        return Stopped((NO_SEAT,)) if _learns(person_id) else Taken()
    if not is_asked and _is_plainly_busy(person_id, shift):
        return Stopped((BUSY,))
    standing = standing_around(shift)
    answer = _verdict(standing, person_id, shift_id, is_asked=is_asked, reader=reader)
    if isinstance(answer, Done):
        _write(person_id, shift, standing)
        record(db.session, act, "shift", shift_id, person=person_id)
    return answer


def _verdict(standing: Standing, person_id: str, shift_id: str, *, is_asked: bool, reader: str | None) -> Answer:
    """What the rules and the site's terms say to a person on a shift."""
    worker, work = standing.problem.worker.get(person_id), standing.problem.shift.get(shift_id)
    if worker is None or work is None or shift_id not in standing.came_up:
        return Over("This shift cannot be taken.")
    place = places.place_for(standing, worker, work)
    answer: Answer = Done()
    if place.is_for_others:
        answer = Stopped(why_not(place, standing.facts.names, reader))
    elif place.is_full:
        answer = Taken()
    elif place.stops:
        answer = Stopped(told(place.stops, standing.facts.names, reader))
    elif place.opens_at > standing.now and not is_asked:
        answer = NotYet(place.opens_at)
    elif place.is_held and not is_asked:
        answer = Stopped((HELD,))
    elif place.is_over_quota and not is_asked:
        answer = Stopped((OVER_QUOTA,))
    return answer


def _taken_back(person_id: str, shift_id: str) -> Answer:
    """A person who is on the shift already: all is well; if they had given it back, they come after all."""
    if end_own_cover(person_id, shift_id):
        record(db.session, "come after all", "shift", shift_id, person=person_id)
    return Done()


def _is_plainly_full(shift: Shift) -> bool:
    """Whether a shift that asks for no skill has all the people it wants: the losers of a race learn it at once."""
    lines = shift.demands
    if len(lines) != 1 or lines[0].skill_id is not None or shift.trainee_seats:
        return False
    if db.session.scalar(sa.select(Service.lead_skill_id).where(Service.id == shift.service_id)) is not None:
        return False
    listed = queries.looks_for_cover(Assignment.shift_id, Assignment.person_id)
    there = db.session.scalar(
        sa.select(sa.func.count())
        .select_from(Assignment)
        .join(Person, Person.id == Assignment.person_id)
        .where(Assignment.shift_id == shift.id, Person.is_active, Person.level.not_in(LEARNING), ~listed)
    )
    return (there or 0) >= lines[0].target


def _learns(person_id: str) -> bool:
    return db.session.scalar(sa.select(Person.level).where(Person.id == person_id)) in LEARNING


def _is_plainly_busy(person_id: str, shift: Shift) -> bool:
    """Whether a person has another shift at that time: who taps many at once learns it before the rules are asked."""
    return (
        db.session.scalar(
            sa.select(Assignment.id)
            .join(Shift, Shift.id == Assignment.shift_id)
            .where(Assignment.person_id == person_id, Shift.id != shift.id, Shift.cancelled_at.is_(None))
            .where(Shift.starts_at < shift.ends_at, Shift.ends_at > shift.starts_at)
            .limit(1)
        )
        is not None
    )


def _write(person_id: str, shift: Shift, standing: Standing) -> None:
    """Add the assignment; end the person's wait and questions, and the cover it answers."""
    now = clock.now()
    late = queries.late_for(person_id, {shift.id: shift.starts_at}, standing.facts.settings.notice_days)
    db.session.add(
        Assignment(
            shift_id=shift.id,
            person_id=person_id,
            assigned_at=now,
            accepted_at=now,
            is_taken_late=shift.id in late,
            **as_told(shift),
        )
    )
    db.session.flush()
    _end_wait(person_id, shift.id, WaitState.TOOK)
    _answer_question(person_id, shift.id)
    is_own = end_own_cover(person_id, shift.id)
    _answer_cover(person_id, shift.id, standing, is_own=is_own)


def _answer_question(person_id: str, shift_id: str) -> None:
    """Count a question to someone who has the place now as their yes."""
    db.session.execute(
        sa.update(Ask)
        .where(Ask.person_id == person_id, Ask.shift_id == shift_id, Ask.state == AskState.ASKED)
        .values(state=AskState.YES, answered_at=clock.now())
        .execution_options(synchronize_session=False)
    )


def _answer_cover(person_id: str, shift_id: str, standing: Standing, *, is_own: bool) -> None:
    """End the oldest open cover of a place that is filled now: its person is off, those asked for it are told no more.

    Whoever fills nothing that is missing (a trainee, or one without the skill that is) covers for nobody, nor does
    whoever takes their own place back (`is_own`). Nobody stands any longer on a place that is missing no more.
    """
    work = standing.problem.shift[shift_id]
    before, after = standing.roster, Roster(standing.roster.assignments | {Pair(person_id, shift_id)})
    for cover in [] if is_own else _open_covers(shift_id, standing):
        if _free_for(cover, standing, after) < _free_for(cover, standing, before):
            cover.taken_by_id = person_id
            _let_go(cover)
            break
    let_go(shift_id, standing, after)
    if places.missing(standing.problem, after, work) <= 0 < places.missing(standing.problem, before, work):
        overtake_questions(shift_id)


def _free_for(cover: Cover, standing: Standing, roster: Roster) -> int:
    """How many places are free that the person of a cover would count for; for one who has left, any."""
    worker, work = standing.problem.worker.get(cover.person_id), standing.problem.shift[cover.shift_id]
    if worker is None:
        return places.missing(standing.problem, roster, work)
    return max(0, places.missing_for(standing.problem, roster, worker, work))


def let_go(shift_id: str, standing: Standing, roster: Roster) -> None:
    """End the search for somebody where nobody is missing any more: who stood there until then is off.

    In the caller's transaction, which holds the roster.
    """
    for cover in _open_covers(shift_id, standing):
        if not _free_for(cover, standing, roster):
            _let_go(cover)


def _open_covers(shift_id: str, standing: Standing) -> list[Cover]:
    """The open covers of a shift, the oldest first; who has come is not sent away."""
    keeps = [person for person, shift in standing.begun if shift == shift_id]
    asked = sa.select(Cover).where(Cover.shift_id == shift_id, Cover.ended_at.is_(None))
    return list(db.session.scalars(asked.where(Cover.person_id.not_in(keeps)).order_by(Cover.opened_at, Cover.id)))


def _let_go(cover: Cover) -> None:
    row = queries.assignment_of(cover.person_id, cover.shift_id) if cover.is_listed else None
    if row is not None:
        db.session.delete(row)
        db.session.flush()
        _tell_off(cover, cover.shift_id)
    end_cover(cover, CoverState.COVERED)


def _tell_off(cover: Cover, shift_id: str) -> None:
    """Mail someone who stood on a shift until somebody took their place that they need not come."""
    shift, person = db.session.get_one(Shift, shift_id), db.session.get_one(Person, cover.person_id)
    if person.email is None:
        return
    span, link = span_words(shift.starts_at, shift.ends_at), link_to("shifts.mine")
    body = render_template("mail/someone_comes.txt", name=person.name, span=span, link=link)
    post(db.session, key=f"covered-{cover.id}", to=person.email, subject=OFF_SUBJECT, body=body)


def hand_over(old: str, new: str, shift_id: str) -> None:
    """End what was open about a place that changed hands: the covers of both, the new one's question."""
    for cover in db.session.scalars(
        sa.select(Cover).where(Cover.shift_id == shift_id, Cover.person_id == old, Cover.ended_at.is_(None))
    ).all():
        cover.taken_by_id = new
        end_cover(cover, CoverState.COVERED)
    end_own_cover(new, shift_id)
    _end_wait(new, shift_id, WaitState.TOOK)
    _answer_question(new, shift_id)


def come_by_plan(person_id: str, shift_id: str) -> None:
    """End what a person was asked, waited for and gave back on a shift that the plan puts them on.

    They said yes to nothing by that. In the caller's transaction, which holds the roster.
    """
    end_own_cover(person_id, shift_id)
    _end_wait(person_id, shift_id, WaitState.TOOK)
    db.session.execute(
        sa.update(Ask)
        .where(Ask.person_id == person_id, Ask.shift_id == shift_id, Ask.state == AskState.ASKED)
        .values(state=AskState.OVERTAKEN, answered_at=clock.now())
        .execution_options(synchronize_session=False)
    )


def leave_by_plan(person_id: str, shift_id: str) -> None:
    """Let a person off who stood on a shift until somebody takes their place: the search goes on without them.

    In the caller's transaction, which holds the roster.
    """
    cover = open_cover(person_id, shift_id)
    if cover is not None:
        cover.is_listed = False


def open_cover(person_id: str, shift_id: str) -> Cover | None:
    """What is open about a place that a person gave back."""
    return db.session.scalar(
        sa.select(Cover).where(Cover.person_id == person_id, Cover.shift_id == shift_id, Cover.ended_at.is_(None))
    )


def end_own_cover(person_id: str, shift_id: str) -> bool:
    """End the search for somebody else, where there is one: the person comes. Whether there was one."""
    cover = open_cover(person_id, shift_id)
    if cover is not None:
        end_cover(cover, CoverState.WITHDRAWN)
        db.session.flush()
    return cover is not None


def end_cover(cover: Cover, state: CoverState) -> None:
    """End a cover, and the questions it led to; who waits goes on waiting."""
    now = clock.now()
    cover.state, cover.ended_at = state, now
    asked = sa.select(Ask.person_id).where(Ask.cover_id == cover.id, Ask.state == AskState.ASKED)
    db.session.execute(
        sa.update(Wait)
        .where(Wait.shift_id == cover.shift_id, Wait.person_id.in_(asked))
        .where(Wait.state == WaitState.ASKED, Wait.ended_at.is_(None))
        .values(state=WaitState.WAITING)
        .execution_options(synchronize_session=False)
    )
    db.session.execute(
        sa.update(Ask)
        .where(Ask.cover_id == cover.id, Ask.state == AskState.ASKED)
        .values(state=AskState.OVERTAKEN, answered_at=now)
        .execution_options(synchronize_session=False)
    )


def overtake_questions(shift_id: str) -> None:
    """End every question about a shift that needs nobody any more; who waits goes on waiting."""
    now = clock.now()
    db.session.execute(
        sa.update(Ask)
        .where(Ask.shift_id == shift_id, Ask.state == AskState.ASKED)
        .values(state=AskState.OVERTAKEN, answered_at=now)
        .execution_options(synchronize_session=False)
    )
    db.session.execute(
        sa.update(Wait)
        .where(Wait.shift_id == shift_id, Wait.state == WaitState.ASKED, Wait.ended_at.is_(None))
        .values(state=WaitState.WAITING)
        .execution_options(synchronize_session=False)
    )


def _end_wait(person_id: str, shift_id: str, state: WaitState) -> None:
    db.session.execute(
        sa.update(Wait)
        .where(Wait.person_id == person_id, Wait.shift_id == shift_id, Wait.ended_at.is_(None))
        .values(state=state, ended_at=clock.now())
        .execution_options(synchronize_session=False)
    )


def wait_for(person_id: str, shift_id: str) -> Answer:
    """Wait for a place (in a draw: take part); asked twice it has one effect."""
    found = queries.shift_with_names(shift_id)
    if found is None or found[0].cancelled_at is not None or found[0].starts_at <= clock.now():
        db.session.rollback()
        return Over()
    if queries.assignment_of(person_id, shift_id) is not None:
        db.session.rollback()
        return Done("You are on this shift already.")
    waiting = db.session.scalar(
        sa.select(Wait.id).where(Wait.person_id == person_id, Wait.shift_id == shift_id, Wait.ended_at.is_(None))
    )
    if waiting is None:
        db.session.add(Wait(shift_id=shift_id, person_id=person_id, since_at=clock.now()))
        _open_draw(found[0])
        try:
            db.session.commit()
        except sa.exc.IntegrityError:  # the same tap twice
            db.session.rollback()
    return Done()


def _open_draw(shift: Shift) -> None:
    """Begin the draw of a shift with its first entry, where its site draws and the shift is not open to all yet."""
    agreed = queries.terms_of(shift.site_id)
    came_up = queries.came_up_at(shift)
    if not agreed.has_draw or came_up is None or db.session.get(Draw, shift.id) is not None:
        return
    closes_at = opens_for_all_at(agreed, came_up, shift.starts_at)
    if closes_at > clock.now():
        insert_if_absent(db.session, Draw, {"shift_id": shift.id, "seed": new_seed(), "closes_at": closes_at})


def stop_waiting(person_id: str, shift_id: str) -> Answer:
    """Wait no longer; a question on the way ends too."""
    now = clock.now()
    _end_wait(person_id, shift_id, WaitState.LEFT)
    db.session.execute(
        sa.update(Ask)
        .where(Ask.person_id == person_id, Ask.shift_id == shift_id, Ask.state == AskState.ASKED)
        .values(state=AskState.NO, answered_at=now)
        .execution_options(synchronize_session=False)
    )
    db.session.commit()
    return Done()


def names_of(people: Iterable[str]) -> dict[str, str]:
    """Chosen names by id."""
    rows = db.session.execute(sa.select(Person.id, Person.name).where(Person.id.in_(list(people))))
    return {row.id: row.name for row in rows}

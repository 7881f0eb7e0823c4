"""Changes of shifts among several: wishes, what can be made of them, everybody's yes, and one act at the end."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence

from flask import render_template

from app import clock
from app.audit.services import record
from app.database import db
from app.exchange import queries, several, terms
from app.exchange.answers import Answer, Done, Over, Stopped
from app.exchange.claims import hand_over, told
from app.exchange.models import Round, SwapState, Trade, TradeWish, TradeWishShift, WishState
from app.exchange.places import Standing
from app.exchange.swaps import ASK_SUBJECT, BEGUN, END_SUBJECT
from app.mail.services import link_to, post
from app.people.models import Person
from app.roster.lock import hold_roster
from app.roster.models import Shift
from app.words import span_words
from scheduling import Assignment as Pair
from scheduling import Move, effect
from scheduling.matching import Trade as Matched
from scheduling.matching import Wish, best_exchange

NOTHING = "Choose at least one shift to give and one to get. Some of these may have changed meanwhile."
IN_ROUND = "A change among several waits for your answer. Please answer it first."
CHANGED = "This cannot be done any more: the plan has changed. Nothing was changed, and everyone in it is told."


def make_wish(person_id: str, gives: Collection[str], wants: Collection[str]) -> Answer:
    """Keep what a person would give and get; it takes the place of the wish they had."""
    hold_roster()
    standing = queries.standing()
    old = several.open_wish(person_id)
    if old is not None and several.is_in_round(old.id):
        db.session.rollback()
        return Stopped((IN_ROUND,))
    mine = set() if standing is None else several.could_give(standing, person_id)
    others = set() if standing is None else several.could_get(standing, person_id)
    given, wanted = mine & set(gives), others & set(wants)
    if not given or not wanted:
        db.session.rollback()
        return Stopped((NOTHING,))
    if old is not None:
        _end_wish(old, WishState.WITHDRAWN)
        db.session.flush()
    wish = TradeWish(person_id=person_id, made_at=clock.now())
    wish.shifts = [TradeWishShift(shift_id=each, is_given=each in given) for each in sorted(given | wanted)]
    db.session.add(wish)
    db.session.flush()
    record(db.session, "wish to change shifts", "person", person_id)
    db.session.commit()
    return Done("Kept. We look every night, and ask you before anything changes.")


def withdraw_wish(person_id: str) -> Answer:
    """Take a wish back; a change on its way that rests on it ends, with a word to the others."""
    hold_roster()
    wish = several.open_wish(person_id)
    if wish is not None:
        for each in several.rounds_with(Trade.wish_id == wish.id):
            end(each, SwapState.WITHDRAWN, person_id)
        _end_wish(wish, WishState.WITHDRAWN)
    db.session.commit()
    return Done("Taken back. Nothing was changed.")


def propose_rounds() -> int:
    """Find the largest exchange among all open wishes and ask everyone in it; how many changes were proposed.

    The search holds no lock: what has changed in the meantime is left out when it is written down.
    """
    standing, wishes = queries.standing(), several.free_wishes()
    asked = [] if standing is None else [Wish(each.person_id, each.gives, each.wants) for each in wishes]
    ids = {each.person_id: each.id for each in wishes}
    db.session.rollback()
    if standing is None or len(asked) < 2:  # noqa: PLR2004 - nobody changes with themselves
        return 0
    known = [each for each in asked if each.worker in standing.problem.worker]
    found = circles(best_exchange(standing.problem, standing.facts.live, known))
    return sum(_propose(circle, ids) for circle in found)


def circles(trades: Sequence[Matched]) -> list[list[Matched]]:
    """Take an exchange apart into the smallest groups that keep every shift as full as it was."""
    left, found = list(trades), []
    while left:
        circle = [left.pop()]
        shifts = {circle[0].gives, circle[0].gets}
        while near := [each for each in left if {each.gives, each.gets} & shifts]:
            circle += near
            shifts |= {shift for each in near for shift in (each.gives, each.gets)}
            left = [each for each in left if each not in near]
        found.append(sorted(circle, key=lambda each: each.worker))
    return found


def _propose(circle: list[Matched], ids: dict[str, str]) -> bool:
    """Write one change down and ask everybody in it, if it still stands."""
    hold_roster()
    free = {each.id for each in several.free_wishes()}
    standing = queries.standing()
    trades = [
        Trade(wish_id=ids[each.worker], person_id=each.worker, gives_id=each.gives, gets_id=each.gets)
        for each in circle
    ]
    if standing is None or not {each.wish_id for each in trades} <= free or stops_of(standing, trades):
        db.session.rollback()
        return False
    now = clock.now()
    first = min(standing.starts[each.gives_id] for each in trades)
    plan = queries.plan_of(*(each.gives_id for each in trades))
    row = Round(asked_at=now, lapses_at=terms.swap_lapses_at(now, first), plan=plan, trades=trades)
    db.session.add(row)
    db.session.flush()
    for trade in trades:
        _mail(row, trade, ASK_SUBJECT, "asked")
    record(db.session, "propose change among several", "round", row.id, people=len(trades))
    db.session.commit()
    return True


def stops_of(standing: Standing, trades: Iterable[Trade]) -> tuple[str, ...]:
    """Why the roster or the rules stand against a change, in words; nothing when it could be made."""
    trades, live = list(trades), standing.facts.live
    gives = [Pair(each.person_id, each.gives_id) for each in trades]
    gets = [Pair(each.person_id, each.gets_id) for each in trades]
    shifts = {pair.shift for pair in (*gives, *gets)}
    is_there = all(each in standing.came_up and standing.starts[each] > standing.now for each in shifts)
    people = standing.facts.names.people
    if not is_there or not set(gives) <= live.assignments or set(gets) & live.assignments:
        return ("One of these shifts has changed hands meanwhile.",)
    if not all(each.person_id in people and people[each.person_id].is_active for each in trades):
        return ("One of you works here no more.",)
    if standing.begun & {(each.person_id, each.gives_id) for each in trades}:
        return (BEGUN,)
    done = effect(standing.problem, live, Move.of(add=gets, remove=gives))
    return told((each for each in done.broken if each.is_forbidden), standing.facts.names)


def answer_round(round_id: str, person_id: str, *, is_yes: bool) -> Answer:
    """Take one person's yes or no; with everybody's yes it is made. Said twice it has one effect."""
    hold_roster()
    row = _round(round_id)
    mine = None if row is None else next((each for each in row.trades if each.person_id == person_id), None)
    if row is None or mine is None or row.state != SwapState.ASKED or row.lapses_at <= clock.now():
        is_done = mine is not None and row is not None and is_yes and row.state == SwapState.DONE
        db.session.rollback()
        return Done() if is_done else Over()
    if not is_yes:
        _forget(mine)
        end(row, SwapState.DECLINED, person_id)
        db.session.commit()
        return Done("That is off. Nothing was changed, and we do not offer you that shift again.")
    mine.agreed_at = mine.agreed_at or clock.now()
    if any(each.agreed_at is None for each in row.trades):
        db.session.commit()
        return Done("Thank you. Now the others have to say yes too. Until then nothing changes.")
    standing = queries.standing()
    if standing is not None and _stands(standing, row) and _needs_coordinator(standing, row):
        row.state = SwapState.AGREED
        db.session.commit()
        return Done("You all said yes. Now a coordinator has to.")
    return _carry_out(row, standing)


def decide_round(round_id: str, by_id: str, *, is_yes: bool) -> Answer:
    """Take a coordinator's yes or no to a change that everybody in it wants."""
    hold_roster()
    row = _round(round_id)
    if row is None or row.state != SwapState.AGREED:
        db.session.rollback()
        return Done() if row is not None and is_yes and row.state == SwapState.DONE else Over()
    if not is_yes:
        end(row, SwapState.DECLINED)
        db.session.commit()
        return Done("That is off. Nothing was changed.")
    row.approved_by_id = by_id
    return _carry_out(row, queries.standing())


def _stands(standing: Standing | None, row: Round) -> bool:
    is_as_planned = queries.is_as_planned(row.plan, *(each.gives_id for each in row.trades))
    return standing is not None and is_as_planned and not stops_of(standing, row.trades)


def _needs_coordinator(standing: Standing, row: Round) -> bool:
    sites = {standing.problem.shift[each.gives_id].site for each in row.trades}
    return any(standing.terms.get(each, terms.Terms()).needs_coordinator for each in sites)


def _carry_out(row: Round, standing: Standing | None) -> Answer:
    """Let every shift of the change go from those who give it to those who get it, all at once."""
    if not _stands(standing, row):
        end(row, SwapState.OVERTAKEN)
        db.session.commit()
        return Over(CHANGED)
    now = clock.now()
    for shift_id in sorted({each.gives_id for each in row.trades}):
        shift = db.session.get_one(Shift, shift_id)
        givers = [each.person_id for each in row.trades if each.gives_id == shift_id]
        takers = [each.person_id for each in row.trades if each.gets_id == shift_id]
        for old, new in zip(givers, takers, strict=True):
            place = queries.assignment_of(old, shift_id)
            assert place is not None  # the roster is held and was looked at  # noqa: S101
            place.person_id, place.assigned_at, place.accepted_at, place.declined_at = new, now, now, None
            place.is_taken_late = False
            place.tell(shift)
            db.session.flush()
            hand_over(old, new, shift_id)
    row.state, row.ended_at = SwapState.DONE, now
    for trade in row.trades:
        _end_wish(db.session.get_one(TradeWish, trade.wish_id), WishState.DONE)
        _mail(row, trade, END_SUBJECT, "done")
    record(db.session, "change shifts among several", "round", row.id, people=len(row.trades))
    db.session.commit()
    return Done("Done. All of you have changed shifts.")


def end(row: Round, state: SwapState, but: str | None = None) -> None:
    """End a change in the caller's transaction, with a word to everyone in it but one."""
    row.state, row.ended_at = state, clock.now()
    for trade in row.trades:
        if trade.person_id != but:
            _mail(row, trade, END_SUBJECT, state)
    record(db.session, "end change among several", "round", row.id, state=str(state))


def end_places(person_id: str, shift_id: str) -> None:
    """End the changes a place is part of, because its person gives it back. In the caller's transaction."""
    for row in several.rounds_with(Trade.person_id == person_id, Trade.gives_id == shift_id):
        end(row, SwapState.OVERTAKEN)


def end_rounds() -> None:
    """End changes that were not answered in time or that the plan has overtaken, and wishes nothing is left of."""
    hold_roster()
    now, pending, wishes = clock.now(), several.rounds_with(), several.open_wishes()
    standing = queries.standing() if pending or wishes else None
    for row in pending:
        if not _stands(standing, row):
            end(row, SwapState.OVERTAKEN)
        elif row.lapses_at <= now:
            _lapse(row)
    for wish in wishes:
        _trim(wish, standing)
    db.session.commit()


def _lapse(row: Round) -> None:
    """End a change without an answer in time; who did not answer is not asked again before they wish anew."""
    silent = [each.wish_id for each in row.trades if each.agreed_at is None]
    end(row, SwapState.LAPSED)
    for wish_id in silent:
        _end_wish(db.session.get_one(TradeWish, wish_id), WishState.LAPSED)


def _trim(wish: TradeWish, standing: Standing | None) -> None:
    """Take from a wish what can no longer be given or got; one that has nothing left ends."""
    if wish.ended_at is not None:
        return
    mine = set() if standing is None else several.could_give(standing, wish.person_id)
    others = set() if standing is None else several.could_get(standing, wish.person_id)
    wish.shifts = [each for each in wish.shifts if each.shift_id in (mine if each.is_given else others)]
    if not wish.gives or not wish.wants:
        _end_wish(wish, WishState.LAPSED)


def _forget(trade: Trade) -> None:
    """Take the shift a person said no to from their wish, so that it is not proposed for ever."""
    wish = db.session.get_one(TradeWish, trade.wish_id)
    wish.shifts = [each for each in wish.shifts if each.shift_id != trade.gets_id]
    if not wish.wants:
        _end_wish(wish, WishState.LAPSED)


def _end_wish(wish: TradeWish, state: WishState) -> None:
    if wish.ended_at is None:
        wish.state, wish.ended_at = state, clock.now()


def _round(round_id: str) -> Round | None:
    return db.session.get(Round, round_id, populate_existing=True)


def _mail(row: Round, trade: Trade, subject: str, what: str) -> None:
    """Put a word about a change into the outbox: days and times, no place, no work, nobody's name."""
    person = db.session.get_one(Person, trade.person_id)
    if person.email is None:
        return
    gives, gets = (
        span_words(shift.starts_at, shift.ends_at)
        for shift in (db.session.get_one(Shift, trade.gives_id), db.session.get_one(Shift, trade.gets_id))
    )
    body = render_template(
        "mail/swap.txt",
        name=person.name,
        what=str(what),
        gives=gives,
        gets=gets,
        until=row.lapses_at,
        link=link_to("exchange.round", round_id=row.id),
    )
    post(db.session, key=f"round-{row.id}-{trade.person_id}-{what}", to=person.email, subject=subject, body=body)

"""Two people change shifts, or one gives a shift to another: each says yes for themselves, the rules last."""

from __future__ import annotations

from dataclasses import dataclass

import sqlalchemy as sa
from flask import render_template

from app import clock
from app.audit.services import record
from app.database import db
from app.exchange import queries, terms
from app.exchange.answers import Answer, Done, Over, Stopped
from app.exchange.claims import hand_over, standing_around, told
from app.exchange.models import SWAP_PENDING, Swap, SwapState
from app.exchange.places import Standing
from app.mail.services import link_to, post
from app.people.models import Person
from app.roster.lock import hold_roster
from app.roster.models import Assignment, Shift, as_told
from app.words import span_words
from scheduling import Assignment as Pair
from scheduling import Move, effect

ASK_SUBJECT = "A question about your plan"
END_SUBJECT = "An answer about your plan"
NOT_FOR_THEM = "It would not fit for the other of you."
ASKED_BEFORE = "You have asked already. You will hear as soon as there is an answer."
ANOTHER_QUESTION = "These two people have another question about this shift open. Take the other question back first."
BEGUN = "Somebody is there already. What is worked is paid, and cannot change hands."


@dataclass(frozen=True, slots=True)
class Wanted:
    """A swap as a form asks for it: mine for theirs, or (without `other_shift`) mine to them."""

    person: str
    shift: str
    other_person: str
    other_shift: str | None

    @property
    def move(self) -> Move:
        """What it does to the roster."""
        mine, theirs = (self.person, self.shift), (self.other_person, self.other_shift or "")
        add = [(self.other_person, self.shift)]
        if self.other_shift is None:
            return Move.of(add=add, remove=[mine])
        return Move.of(add=[*add, (self.person, self.other_shift)], remove=[mine, theirs])


def ask_swap(wanted: Wanted, by_id: str, *, have_agreed: frozenset[str]) -> Answer:
    """Ask for a swap; `have_agreed` are those whose yes is known (the one who asks, or told to a coordinator)."""
    hold_roster()
    standing = _standing(wanted)
    if standing is None:
        db.session.rollback()
        return Over("One of these shifts is no longer there to change.")
    stops = stops_of(standing, wanted, by_id)
    if stops:
        db.session.rollback()
        return Stopped(stops)
    before = db.session.scalar(
        sa.select(Swap).where(
            Swap.person_id == wanted.person,
            Swap.shift_id == wanted.shift,
            Swap.other_person_id == wanted.other_person,
            Swap.state.in_(SWAP_PENDING),
        )
    )
    if before is not None:
        is_same = before.other_shift_id == wanted.other_shift
        db.session.rollback()
        return Done(ASKED_BEFORE) if is_same else Stopped((ANOTHER_QUESTION,))
    now = clock.now()
    starts = [standing.starts[each] for each in (wanted.shift, wanted.other_shift) if each is not None]
    swap = Swap(
        person_id=wanted.person,
        shift_id=wanted.shift,
        other_person_id=wanted.other_person,
        other_shift_id=wanted.other_shift,
        asked_at=now,
        lapses_at=terms.swap_lapses_at(now, min(starts)),
        plan=queries.plan_of(wanted.shift, wanted.other_shift),
        person_agreed_at=now if wanted.person in have_agreed else None,
        other_agreed_at=now if wanted.other_person in have_agreed else None,
        by_id=by_id,
    )
    db.session.add(swap)
    db.session.flush()
    record(db.session, "ask for swap", "swap", swap.id)
    if swap.person_agreed_at is not None and swap.other_agreed_at is not None:
        return _agreed(swap, wanted, standing, by_id)
    for person, agreed in ((swap.person_id, swap.person_agreed_at), (swap.other_person_id, swap.other_agreed_at)):
        if agreed is None:
            _mail(swap, person, ASK_SUBJECT, "asked")
    db.session.commit()
    return Done("Asked. You will hear as soon as there is an answer.")


def answer_swap(swap_id: str, person_id: str, *, is_yes: bool) -> Answer:
    """Take one of the two's yes or no; their first answer holds."""
    hold_roster()
    swap = db.session.get(Swap, swap_id, populate_existing=True)
    is_in = swap is not None and person_id in {swap.person_id, swap.other_person_id}
    if swap is None or not is_in or swap.state != SwapState.ASKED or swap.lapses_at <= clock.now():
        is_done = is_in and is_yes and swap is not None and swap.state == SwapState.DONE
        db.session.rollback()
        return Done() if is_done else Over()
    if not is_yes:
        return _end(swap, SwapState.WITHDRAWN if person_id == swap.by_id else SwapState.DECLINED, but=person_id)
    if not still_stands(swap):
        return _end(swap, SwapState.OVERTAKEN)
    return _say_yes(swap, person_id)


def _say_yes(swap: Swap, person_id: str) -> Answer:
    """Note one of the two's yes; with both, go on."""
    now = clock.now()
    if person_id == swap.person_id:
        swap.person_agreed_at = swap.person_agreed_at or now
    else:
        swap.other_agreed_at = swap.other_agreed_at or now
    if swap.person_agreed_at is None or swap.other_agreed_at is None:
        db.session.commit()
        return Done("Thank you. Now the other person has to say yes too.")
    wanted = _wanted(swap)
    standing = _standing(wanted)
    return _end(swap, SwapState.OVERTAKEN) if standing is None else _agreed(swap, wanted, standing, None)


def decide_swap(swap_id: str, by_id: str, *, is_yes: bool) -> Answer:
    """Take a coordinator's yes or no to a swap both people want."""
    hold_roster()
    swap = db.session.get(Swap, swap_id, populate_existing=True)
    if swap is None or swap.state != SwapState.AGREED:
        db.session.rollback()
        return Done() if swap is not None and is_yes and swap.state == SwapState.DONE else Over()
    if not is_yes:
        return _end(swap, SwapState.DECLINED)
    wanted = _wanted(swap)
    standing = _standing(wanted)
    if standing is None or not still_stands(swap):
        return _end(swap, SwapState.OVERTAKEN)
    swap.approved_by_id = by_id
    return _carry_out(swap, wanted, standing)


def withdraw_swap(swap_id: str, person_id: str) -> Answer:
    """Take a swap back that is not done yet; either of the two may."""
    hold_roster()
    swap = db.session.get(Swap, swap_id, populate_existing=True)
    if swap is None or swap.state not in SWAP_PENDING or person_id not in {swap.person_id, swap.other_person_id}:
        db.session.rollback()
        return Over()
    return _end(swap, SwapState.WITHDRAWN, but=person_id)


def still_stands(swap: Swap) -> bool:
    """Whether both are still here and on the shifts they would change, and those are when and where they were."""
    pairs = [(swap.person_id, swap.shift_id)]
    if swap.other_shift_id is not None:
        pairs.append((swap.other_person_id, swap.other_shift_id))
    there = sum(
        db.session.scalar(
            sa.select(sa.func.count())
            .select_from(Assignment)
            .join(Shift, Shift.id == Assignment.shift_id)
            .where(Assignment.person_id == person, Assignment.shift_id == shift, Shift.cancelled_at.is_(None))
        )
        or 0
        for person, shift in pairs
    )
    here = sa.select(sa.func.count()).where(Person.id.in_([swap.person_id, swap.other_person_id]), Person.is_active)
    return (
        there == len(pairs)
        and db.session.scalar(here) == len({swap.person_id, swap.other_person_id})
        and queries.is_as_planned(swap.plan, swap.shift_id, swap.other_shift_id)
    )


def stops_of(standing: Standing, wanted: Wanted, reader: str | None = None) -> tuple[str, ...]:
    """Why the rules (or the roster) stand against a swap, in words; nothing when it could be made.

    One of the two who reads it learns of the other no more than that it would not fit for them.
    """
    people = standing.facts.names.people
    two = (wanted.person, wanted.other_person)
    if not all(each in standing.problem.worker and people[each].is_active for each in two):
        return ("One of you works here no more.",)
    here = Pair(wanted.person, wanted.shift)
    there = None if wanted.other_shift is None else Pair(wanted.other_person, wanted.other_shift)
    live = standing.facts.live
    if here not in live or (there is not None and there not in live):
        return ("One of these shifts has changed hands meanwhile.",)
    if any(pair in live for pair in wanted.move.add):
        return ("One of you is on both shifts already.",)
    if standing.begun & {(wanted.person, wanted.shift), (wanted.other_person, wanted.other_shift)}:
        return (BEGUN,)
    done = effect(standing.problem, live, wanted.move)
    broken = [each for each in done.broken if each.is_forbidden]
    if reader not in two:
        return told(broken, standing.facts.names)
    own = [each for each in broken if set(each.workers) <= {reader}]
    return (*told(own, standing.facts.names, reader), *([NOT_FOR_THEM] if len(own) < len(broken) else []))


def _standing(wanted: Wanted) -> Standing | None:
    """The published roster around both shifts; None when one has begun, is called off or not published."""
    found = [queries.shift_with_names(each) for each in (wanted.shift, wanted.other_shift) if each is not None]
    now = clock.now()
    shifts = [each[0] for each in found if each is not None]
    if len(shifts) != len(found) or any(each.starts_at <= now or each.cancelled_at is not None for each in shifts):
        return None
    standing = standing_around(max(shifts, key=lambda each: each.starts_at))
    if any(each.id not in standing.came_up for each in shifts):
        return None
    return standing


def _wanted(swap: Swap) -> Wanted:
    return Wanted(swap.person_id, swap.shift_id, swap.other_person_id, swap.other_shift_id)


def _agreed(swap: Swap, wanted: Wanted, standing: Standing, by_id: str | None) -> Answer:
    """Both said yes: carry it out, or wait for a coordinator where a site asks for one."""
    sites = {standing.problem.shift[each].site for each in (wanted.shift, wanted.other_shift) if each is not None}
    needs = any(standing.terms.get(site, terms.Terms()).needs_coordinator for site in sites)
    if needs and by_id in {None, swap.person_id, swap.other_person_id}:
        swap.state = SwapState.AGREED
        db.session.commit()
        return Done("You both said yes. Now a coordinator has to.")
    return _carry_out(swap, wanted, standing)


def _carry_out(swap: Swap, wanted: Wanted, standing: Standing) -> Answer:
    """Change the places, checked by the rules once more; each row only if nobody touched it meanwhile."""
    if stops_of(standing, wanted):
        return _end(swap, SwapState.OVERTAKEN)
    now = clock.now()
    pairs = [(wanted.person, wanted.shift, wanted.other_person)]
    if wanted.other_shift is not None:
        pairs.append((wanted.other_person, wanted.other_shift, wanted.person))
    for old, shift_id, new in sorted(pairs, key=lambda each: each[1]):
        shift = db.session.get_one(Shift, shift_id)
        done = db.session.execute(
            sa.update(Assignment)
            .where(Assignment.shift_id == shift_id, Assignment.person_id == old)
            .values(
                person_id=new,
                version=Assignment.version + 1,
                assigned_at=now,
                accepted_at=now,
                declined_at=None,
                is_taken_late=False,  # who changes with somebody wants to: no premium
                **as_told(shift),
            )
            .execution_options(synchronize_session=False)
        )
        if done.rowcount != 1:  # type: ignore[attr-defined]
            db.session.rollback()
            return Over()
        hand_over(old, new, shift_id)
    swap.state, swap.ended_at = SwapState.DONE, now
    for person in (swap.person_id, swap.other_person_id):
        _mail(swap, person, END_SUBJECT, "done")
    record(db.session, "swap shifts", "swap", swap.id)
    db.session.commit()
    return Done("Done. You have changed shifts.")


def _end(swap: Swap, state: SwapState, but: str | None = None) -> Answer:
    """End a swap without a change, with a word to everyone in it but the one who ended it."""
    end(swap, state, but)
    db.session.commit()
    if state == SwapState.OVERTAKEN:
        return Over(
            "This cannot be done any more: the plan has changed. Nothing was changed, and both of you are told."
        )
    return Done("That is off. Nothing was changed.")


def end(swap: Swap, state: SwapState, but: str | None = None) -> None:
    """End a swap in the caller's transaction, with a word to everyone in it but one."""
    swap.state, swap.ended_at = state, clock.now()
    for person in {swap.person_id, swap.other_person_id} - {but}:
        _mail(swap, person, END_SUBJECT, state)
    record(db.session, "end swap", "swap", swap.id, state=str(state))


def _mail(swap: Swap, person_id: str, subject: str, what: str) -> None:
    """Put a word about a swap into the outbox: weekday and times, no place, no work, nobody's name."""
    person = db.session.get_one(Person, person_id)
    if person.email is None:
        return
    gives, gets = swap.shift_id, swap.other_shift_id
    if person_id == swap.other_person_id:
        gives, gets = gets or "", swap.shift_id
    body = render_template(
        "mail/swap.txt",
        name=person.name,
        what=str(what),
        gives=_span(gives),
        gets=_span(gets),
        until=swap.lapses_at,
        link=link_to("exchange.swap", swap_id=swap.id),
    )
    post(db.session, key=f"swap-{swap.id}-{person_id}-{what}", to=person.email, subject=subject, body=body)


def _span(shift_id: str | None) -> str | None:
    shift = db.session.get(Shift, shift_id) if shift_id else None
    return None if shift is None else span_words(shift.starts_at, shift.ends_at)

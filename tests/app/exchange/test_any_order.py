"""Whatever people do in whatever order: no rule broken, no place taken twice, nobody where they did not agree to be."""

from __future__ import annotations

import os
from datetime import UTC, datetime

import sqlalchemy as sa
from hypothesis import given, settings
from hypothesis import strategies as st

from app import clock as app_clock
from app.database import db
from app.exchange import answers, claims, clockwork, covers, queries, swaps
from app.exchange.models import Ask, Cover, Draw, Swap, Wait
from app.people.models import Person
from app.roster.facts import read_span
from app.roster.models import Assignment, Shift
from scheduling import check
from tests.app.exchange.town import FIRST, LAST

SOAK = os.environ.get("EVENHAND_SOAK") == "1"
PROGRAMS, STEPS = (500, 50) if SOAK else (8, 30)
TIMES = (
    "2026-11-24 09:00",
    "2026-11-24 16:00",
    "2026-11-25 22:00",
    "2026-11-26 05:00",
    "2026-12-01 09:00",
    "2026-12-01 10:00",
)
NAMES = ("ana", "bo", "cy", "di")
ACTS = (*["claim"] * 6, "put", "put", "cannot", "cannot", "swap", "swap", "give", "answer", "answer", "say", "say")
ACTS = (*ACTS, "wait", "stop", "back", "off", "leave", "turn", "day")


class Model:
    """What must be true, kept beside the program: who agreed to be where."""

    def __init__(self, town, clock):
        self.town, self.clock = town, clock
        self.agreed: set[tuple[str, str]] = set()
        for table in (Ask, Cover, Swap, Wait, Draw, Assignment, Shift):
            db.session.execute(sa.delete(table))
        db.session.execute(sa.update(Person).values(is_active=True))
        db.session.commit()
        clock.set(datetime(2026, 11, 23, 18, 0, tzinfo=UTC))
        self.shifts = [town.shift(start, 6, target=1 + number % 2) for number, start in enumerate(TIMES)]
        self.people = [getattr(town, name) for name in NAMES]

    def do(self, act, one, two, number):
        """Take one step."""
        person, other = self.people[one], self.people[two]
        shift, another = self.shifts[number % len(self.shifts)], self.shifts[(number // 7) % len(self.shifts)]
        getattr(self, f"do_{act}")(person, other, shift, another, bool(number % 3))
        db.session.rollback()

    def do_claim(self, person, other, shift, another, yes):
        if isinstance(claims.claim_shift(person, shift), answers.Done):
            self.agreed.add((person, shift))

    def do_put(self, person, other, shift, another, yes):
        if isinstance(claims.put_on(person, shift), answers.Done):
            self.agreed.add((person, shift))

    def do_cannot(self, person, other, shift, another, yes):
        covers.cannot_come(person, shift, person)

    def do_back(self, person, other, shift, another, yes):
        if isinstance(covers.come_after_all(person, shift), answers.Done):
            self.agreed.add((person, shift))

    def do_swap(self, person, other, shift, another, yes):
        if person != other:
            swaps.ask_swap(swaps.Wanted(person, shift, other, another), person, have_agreed=frozenset({person}))

    def do_give(self, person, other, shift, another, yes):
        if person != other:
            swaps.ask_swap(swaps.Wanted(person, shift, other, None), person, have_agreed=frozenset({person}))

    def do_answer(self, person, other, shift, another, yes):
        """Answer a swap: with both yeses both agreed to what they get."""
        for found in queries.swaps_of(person):
            swap = found.swap
            pairs = {(swap.other_person_id, swap.shift_id), (swap.person_id, swap.other_shift_id)}
            if found.waits_for(person):
                swaps.answer_swap(swap.id, person, is_yes=yes)
                if yes:
                    self.agreed |= pairs
                return

    def do_say(self, person, other, shift, another, yes):
        for question in queries.questions_for(person):
            if yes:
                self.agreed.add((person, question.ask.shift_id))
            claims.answer_question(question.ask.id, person, is_yes=yes)
            return

    def do_wait(self, person, other, shift, another, yes):
        claims.wait_for(person, shift)

    def do_stop(self, person, other, shift, another, yes):
        claims.stop_waiting(person, shift)

    def do_off(self, person, other, shift, another, yes):
        """A coordinator calls a shift off."""
        if yes:
            return
        db.session.execute(sa.update(Shift).where(Shift.id == shift).values(cancelled_at=app_clock.now()))
        db.session.commit()

    def do_leave(self, person, other, shift, another, yes):
        """A person is no longer active, or is again."""
        db.session.execute(sa.update(Person).where(Person.id == other).values(is_active=yes))
        db.session.commit()

    def do_turn(self, person, other, shift, another, yes):
        clockwork.turn(None)

    def do_day(self, person, other, shift, another, yes):
        self.clock.move(hours=7)
        clockwork.turn(None)

    def hold(self):
        """Every law that may never be broken."""
        rows = set(db.session.execute(sa.select(Assignment.person_id, Assignment.shift_id)).all())
        assert {tuple(row) for row in rows} <= self.agreed
        facts = read_span(FIRST, LAST)
        active = {person for person, label in facts.names.people.items() if label.is_active}
        broken = [
            each for each in check(facts.problem, facts.live) if each.is_forbidden and set(each.workers) <= active
        ]
        assert broken == []
        for shift in facts.problem.shifts:
            assert len(facts.live.workers_on(shift.id)) <= shift.target
        for swap in db.session.scalars(sa.select(Swap).where(Swap.ended_at.is_(None))):
            assert swap.lapses_at <= db.session.get_one(Shift, swap.shift_id).starts_at
        db.session.rollback()


step = st.tuples(
    st.sampled_from(ACTS), st.integers(0, len(NAMES) - 1), st.integers(0, len(NAMES) - 1), st.integers(0, 200)
)


@settings(max_examples=PROGRAMS)
@given(program=st.lists(step, min_size=STEPS, max_size=STEPS))
def test_any_program_of_acts_keeps_every_law(town, clock, program):
    model = Model(town, clock)
    for act, one, two, number in program:
        model.do(act, one, two, number)
        model.hold()

"""Whatever people do in whatever order: no rule broken, no place taken twice, nobody where they did not agree to be."""

from __future__ import annotations

import os
from datetime import UTC, datetime, timedelta

import sqlalchemy as sa
from hypothesis import given, settings
from hypothesis import strategies as st

from app import clock as app_clock
from app.attendance import services as attendance
from app.attendance.models import Attendance, AttendanceCorrection, NotedVia
from app.database import db
from app.exchange import answers, claims, clockwork, covers, queries, rounds, several, swaps
from app.exchange.models import Ask, Cover, CoverState, Draw, Round, Swap, Trade, TradeWish, TradeWishShift, Wait
from app.exchange.places import NEVER_SAFE, missing
from app.people.models import Person, PersonSkill, Skill
from app.review.changes import plan_of
from app.review.models import DraftMove
from app.review.publishing import Done as Published
from app.review.publishing import publish_roster
from app.review.queries import review_of
from app.roster import drafts
from app.roster.facts import read_span
from app.roster.models import (
    Assignment,
    ChangeKind,
    Draft,
    DraftAssignment,
    Publication,
    PublicationChange,
    Shift,
    ShiftDemand,
)
from app.shifts import services as change_services
from app.shifts.queries import own_shift
from scheduling import check, rule_named
from tests.app.exchange.town import FIRST, LAST

SOAK = os.environ.get("EVENHAND_SOAK") == "1"
PROGRAMS, STEPS = (500, 50) if SOAK else (4, 30)
HOUR = timedelta(hours=1)
TIMES = (
    "2026-11-24 09:00",
    "2026-11-24 16:00",
    "2026-11-25 22:00",
    "2026-11-26 05:00",
    "2026-12-01 09:00",
    "2026-12-01 10:00",
)
NAMES = ("ana", "bo", "cy", "di")
ACTS = (
    *"claim claim claim claim claim claim put put cannot cannot swap swap give answer answer say say wait stop".split(),
    *"waver waver back back decide decide off leave turn day publish publish reply reply edit absent hours".split(),
    *"wish wish wish match match agree agree agree unwish".split(),
)
TABLES = (Trade, Round, TradeWishShift, TradeWish, Ask, Cover, Swap, Wait, Draw, AttendanceCorrection, Attendance)
TABLES = (*TABLES, DraftMove, DraftAssignment, Assignment, PublicationChange, Publication, Draft, ShiftDemand, Shift)


def checking(person):
    """A skill that this one person has, the same in every program."""
    found = db.session.scalar(sa.select(Skill.id).where(Skill.code == "drug"))
    if found is None:
        skill = Skill(code="drug", name="Drug checking")
        db.session.add(skill)
        db.session.flush()
        found = skill.id
        db.session.add(PersonSkill(person_id=person, skill_id=found))
    return found


class Model:
    """What must be true, kept beside the program: who agreed to be where, and who gave it back since."""

    def __init__(self, town, clock, terms):
        self.town, self.clock = town, clock
        self.agreed: set[tuple[str, str]] = set()
        self.gave_back: set[tuple[str, str]] = set()
        self.asked: set[tuple[str, str]] = set()
        for table in TABLES:
            db.session.execute(sa.delete(table))
        db.session.execute(sa.update(Person).values(is_active=True))
        db.session.commit()
        clock.set(datetime(2026, 11, 23, 18, 0, tzinfo=UTC))
        town.agree(**terms)
        self.shifts = [
            town.shift(start, 6, target=1 + number % 2, minimum=min(number % 3, 1 + number % 2))
            for number, start in enumerate(TIMES)
        ]
        db.session.execute(sa.update(Shift).values(trainee_seats=1))
        skill = checking(town.cy)
        for shift in self.shifts[1::2]:
            db.session.add(ShiftDemand(shift_id=shift, position=1, skill_id=skill, minimum=1, target=1))
        db.session.commit()
        self.people = [getattr(town, name) for name in NAMES]
        level = sa.case((Person.id == town.di, "trainee"), else_="peer")  # the last of them is in training
        db.session.execute(sa.update(Person).where(Person.id.in_(self.people)).values(level=level))
        db.session.commit()

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
        """Give a place back: whoever does is off it, or stands there only until somebody takes it."""
        if isinstance(covers.cannot_come(person, shift, person), answers.Done):
            self.agreed.discard((person, shift))
            self.gave_back.add((person, shift))

    def do_waver(self, person, other, shift, another, yes):
        """Give a place back, take it again, and give it back."""
        self.do_cannot(person, other, shift, another, yes)
        self.do_claim(person, other, shift, another, yes)
        self.do_cannot(person, other, shift, another, yes)

    def do_back(self, person, other, shift, another, yes):
        if isinstance(covers.come_after_all(person, shift), answers.Done):
            assert person in self.town.people_on(shift)
            self.agreed.add((person, shift))

    def do_decide(self, person, other, shift, another, yes):
        """A coordinator says yes or no to what waits for one."""
        for found in queries.swaps_to_decide()[:1]:
            swaps.decide_swap(found.swap.id, self.town.robin, is_yes=yes)
        for facts in several.rounds_to_decide()[:1]:
            rounds.decide_round(facts.row.id, self.town.robin, is_yes=yes)

    def do_swap(self, person, other, shift, another, yes):
        """Ask for a swap: who asks agrees to what they would get."""
        if person != other:
            wanted = swaps.Wanted(person, shift, other, another)
            if isinstance(swaps.ask_swap(wanted, person, have_agreed=frozenset({person})), answers.Done):
                self.agreed.add((person, another))

    def do_give(self, person, other, shift, another, yes):
        if person != other:
            swaps.ask_swap(swaps.Wanted(person, shift, other, None), person, have_agreed=frozenset({person}))

    def do_answer(self, person, other, shift, another, yes):
        """Answer a swap: who says yes agrees to the shift they get."""
        for found in queries.swaps_of(person):
            swap = found.swap
            gets = swap.shift_id if person == swap.other_person_id else swap.other_shift_id
            if found.waits_for(person):
                if yes:
                    self.agreed.add((person, gets))
                swaps.answer_swap(swap.id, person, is_yes=yes)
                return

    def do_say(self, person, other, shift, another, yes):
        """Answer a question: whoever says no is not on that shift, or is told that they are."""
        for question in queries.questions_for(person):
            pair = person, question.ask.shift_id
            if yes:
                self.agreed.add(pair)
            answer = claims.answer_question(question.ask.id, person, is_yes=yes)
            if not yes and isinstance(answer, answers.Done):
                self.agreed.discard(pair)
                self.asked.discard(pair)
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
        """A person is no longer active, or is again; the clock's next turn opens the places of one who left."""
        db.session.execute(sa.update(Person).where(Person.id == other).values(is_active=yes))
        db.session.commit()
        clockwork.turn(None)

    def do_publish(self, person, other, shift, another, yes):
        """A coordinator publishes a draft in which one person stands on one shift, late: they have to say yes to it.

        They put nobody on what is full, which they might.
        """
        has_room = len(self.town.people_on(shift)) < db.session.get_one(Shift, shift).demands[0].target
        draft = drafts.begin_draft(self.town.period, drafts.Source.PUBLISHED).id
        drafted = DraftAssignment(draft_id=draft, shift_id=shift, person_id=person)
        if yes and has_room and db.session.get(DraftAssignment, (draft, shift, person)) is None:
            db.session.add(drafted)
        elif not yes:
            kept = DraftAssignment.draft_id == draft, DraftAssignment.shift_id == shift
            db.session.execute(sa.delete(DraftAssignment).where(*kept))
        db.session.commit()
        review = review_of(draft)
        plan, version = plan_of(review), review.period.version
        db.session.rollback()
        done = publish_roster(draft, 1, version, plan.fingerprint, self.town.robin)
        if isinstance(done, Published):
            self.asked |= {(each.person, each.shift.id) for each in plan.changes if each.kind != ChangeKind.REMOVED}
        db.session.rollback()

    def do_reply(self, person, other, shift, another, yes):
        """A person says yes or no to a late change."""
        for shift_id in self.shifts:
            found = own_shift(person, shift_id)
            if found is not None and found.is_awaited(app_clock.now()):
                answer = change_services.answer_change(person, shift_id, found.sequence, is_yes=yes)
                if isinstance(answer, change_services.TooLate):
                    assert not yes  # who has come does not give the place away
                    return
                assert isinstance(answer, change_services.Answered)
                (self.agreed.add if yes else self.agreed.discard)((person, shift_id))
                return

    def do_edit(self, person, other, shift, another, yes):
        """A coordinator moves a shift by an hour, where no rule forbids that to those who are on it.

        Whoever is not on it and had said yes to it (in a swap, a change among several) had not said yes to that.
        """
        row = db.session.get_one(Shift, shift)
        row.starts_at, row.ends_at = row.starts_at + HOUR, row.ends_at + HOUR
        db.session.flush()
        if self.broken():
            return
        db.session.commit()
        on = self.town.people_on(shift)
        self.agreed = {(who, where) for who, where in self.agreed if where != shift or who in on}

    def do_absent(self, person, other, shift, another, yes):
        attendance.note_absent(shift, person, attendance.Noting(self.town.robin, NotedVia.COORDINATOR, 0))

    def do_hours(self, person, other, shift, another, yes):
        attendance.arrive(shift, person, attendance.Noting(person, NotedVia.PHONE, 0))

    def do_wish(self, person, other, shift, another, yes):
        rounds.make_wish(person, self.shifts, self.shifts)

    def do_unwish(self, person, other, shift, another, yes):
        rounds.withdraw_wish(person)

    def do_match(self, person, other, shift, another, yes):
        rounds.propose_rounds()

    def do_agree(self, person, other, shift, another, yes):
        """Answer a change among several; who said yes agreed to the shift they get."""
        for facts in several.rounds_of(person):
            if facts.waits_for(person):
                if yes:
                    self.agreed.add((person, facts.of(person).gets.id))
                rounds.answer_round(facts.row.id, person, is_yes=yes)
                return

    def do_turn(self, person, other, shift, another, yes):
        """Let the clock turn: then nobody stands, until somebody takes their place, on a shift that misses nobody."""
        clockwork.turn(None)
        standing = queries.standing_between(FIRST, LAST)
        for shift_id in standing.covers:
            assert missing(standing.problem, standing.roster, standing.problem.shift[shift_id]) > 0

    def do_day(self, person, other, shift, another, yes):
        self.clock.move(hours=7)
        clockwork.turn(None)

    def broken(self):
        """What the rules forbid of the roster as it is, but for those who left and what others can still mend."""
        facts = read_span(FIRST, LAST)
        active = {person for person, label in facts.names.people.items() if label.is_active}
        found = [each for each in check(facts.problem, facts.live) if set(each.workers) <= active]
        return [
            each
            for each in found
            if each.is_forbidden
            and each.code not in rule_named(each.rule).unready
            and (each.rule, each.code) not in NEVER_SAFE
        ]

    def hold(self):
        """Every law that may never be broken."""
        stays = sa.select(Cover.person_id, Cover.shift_id).where(Cover.is_listed)
        stays = stays.where(Cover.state.in_([CoverState.OPEN, CoverState.LAPSED]))
        looking = self.gave_back & {(person, shift) for person, shift in db.session.execute(stays)}
        for person, shift, yes_at in db.session.execute(
            sa.select(Assignment.person_id, Assignment.shift_id, Assignment.accepted_at)
        ):
            assert (person, shift) in (self.asked if yes_at is None else self.agreed | looking)
        assert self.broken() == []
        facts = read_span(FIRST, LAST)
        for shift in facts.problem.shifts:
            there = [facts.problem.worker[each].is_trainee for each in facts.live.workers_on(shift.id)]
            assert there.count(False) <= sum(line.target for line in shift.demands)
            assert there.count(True) <= shift.trainee_seats
        for swap in db.session.scalars(sa.select(Swap).where(Swap.ended_at.is_(None))):
            assert swap.lapses_at <= db.session.get_one(Shift, swap.shift_id).starts_at
        for row in db.session.scalars(sa.select(Round).where(Round.ended_at.is_(None))):
            assert all(row.lapses_at <= db.session.get_one(Shift, each.gives_id).starts_at for each in row.trades)
        db.session.rollback()


step = st.tuples(
    st.sampled_from(ACTS), st.integers(0, len(NAMES) - 1), st.integers(0, len(NAMES) - 1), st.integers(0, 200)
)


terms = st.fixed_dictionaries(
    {
        "first_hours": st.sampled_from([0, 24]),
        "has_draw": st.booleans(),
        "week_quota": st.sampled_from([None, 2]),
        "asks_all": st.booleans(),
        "stays_listed": st.booleans(),
        "needs_coordinator": st.booleans(),
    }
)
"""What a site agreed, for one whole program."""


@settings(max_examples=PROGRAMS)
@given(terms=terms, program=st.lists(step, min_size=STEPS, max_size=STEPS))
def test_any_program_of_acts_keeps_every_law(town, clock, terms, program):
    model = Model(town, clock, terms)
    for act, one, two, number in program:
        model.do(act, one, two, number)
        model.hold()

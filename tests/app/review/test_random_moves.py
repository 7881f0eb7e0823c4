"""Whatever a coordinator does by hand, no draft breaks a rule that forbids without a waiver; undo brings all back."""

from __future__ import annotations

import hypothesis
from hypothesis import strategies as st

from app.database import db
from app.people.models import Person, Wish, WishKind
from app.review import services
from app.review.moves import Kind, Wanted
from app.review.queries import review_of
from tests.app.review.hands import REASON, allow_few_hours, away, rows_of, version_of
from tests.app.review.town import WORKERS

UNREADY = {("company", "alone"), ("trainee", "alone")}
"""More people would mend these: they are told, and publishing waits for them."""
DAYS = (30, 1, 2, 3, 4, 5, 7, 8, 9)

steps = st.lists(
    st.tuples(
        st.sampled_from([*Kind, Kind.ASSIGN, Kind.ASSIGN, "undo"]),
        st.sampled_from(WORKERS),
        st.sampled_from(DAYS),
        st.sampled_from(WORKERS),
        st.sampled_from(DAYS),
        st.sampled_from(["", "", REASON]),
    ),
    min_size=5,
    max_size=25,
)


def forbidden(draft_id):
    found = {(each.rule, each.code) for each in review_of(draft_id).violations if each.is_forbidden}
    db.session.rollback()
    return found


def test_no_sequence_of_moves_breaks_a_rule_and_undo_brings_back_what_was(town, draft, on):
    away(town.ana, 7)
    away(town.cy, 2)
    allow_few_hours(week=360)
    db.session.add(Wish(person_id=town.bo, kind=WishKind.NOT_WITH, other_person_id=town.di))
    db.session.get_one(Person, town.eli).level = "trainee"
    db.session.get_one(Person, town.di).maximum_minutes = 480
    db.session.commit()
    shift = {day: on(day) for day in DAYS}
    seen = {"done": 0, "refused": 0, "waived": 0, "undone": 0}
    trail = []

    def take_back():
        was = trail.pop()
        assert isinstance(services.undo(draft, version_of(draft)), services.Done)
        assert rows_of(draft) == was
        seen["undone"] += 1

    @hypothesis.settings(max_examples=max(6, hypothesis.settings().max_examples // 8))
    @hypothesis.example([(Kind.ASSIGN, "Bo", 7, "Bo", 7, ""), (Kind.ASSIGN, "Bo", 9, "Bo", 9, REASON)])
    @hypothesis.given(steps)
    def run(acts):
        for kind, one, day, other, other_day, reason in acts:
            before = rows_of(draft)
            if kind == "undo":
                if trail:
                    take_back()
                continue
            people = {"to_person": getattr(town, other.lower()), "to_shift": shift[other_day]}
            wanted = Wanted(version_of(draft), kind, getattr(town, one.lower()), shift[day], reason=reason, **people)
            answer = services.make_move(draft, wanted, town.robin)
            if isinstance(answer, services.Done):
                trail.append(before)
                seen["done"] += 1
                seen["waived"] += rows_of(draft)[1] > before[1]
            else:
                assert rows_of(draft) == before
                seen["refused"] += 1
            assert forbidden(draft) <= UNREADY
        while trail:
            take_back()
        assert rows_of(draft) == (set(), set())

    run()
    assert all(seen.values()), seen

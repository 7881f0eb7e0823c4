"""Figures of groups: nobody is found by putting together all that was ever published."""

from __future__ import annotations

from itertools import product

import pytest
from hypothesis import given
from hypothesis import strategies as st

from wellbeing.aggregate import FUNDER_K, Group, Why, publish
from wellbeing.flags import Level

PEOPLE = [f"p{number:02}" for number in range(24)]
MIXED = [10, 60, 30, 80, 20, 70, 40, 90]


def group(name, who, scores=None, members=None):
    who = sorted(who)
    scores = scores or MIXED * 4
    return Group(name, frozenset(members or who), dict(zip(who, scores, strict=False)))


def everything_made_of(sets):
    """All that can be made of sets of people by joining, overlapping and subtracting, until nothing new comes."""
    found = set(sets)
    while True:
        new = {made for a, b in product(found, repeat=2) for made in (a | b, a & b, a - b)} - found
        if not new:
            return found - {frozenset()}
        found |= new


def test_a_group_of_five_is_shown_in_steps_and_round_numbers():
    (figure,) = publish([group("all", PEOPLE[:9])], [])
    assert (figure.level, figure.about, figure.why) == (Level.MIXED, 5, None)


def test_no_answer_and_nearly_enough_look_the_same():
    shown = {publish([group("all", PEOPLE[:count], members=PEOPLE)], [])[0] for count in range(5)}
    assert len(shown) == 1
    assert shown.pop().why is Why.FEW


def test_the_rest_of_a_parent_is_protected_too():
    figures = publish([group("all", PEOPLE[:11]), group("peers", PEOPLE[:7])], [])
    assert [each.why for each in figures] == [None, Why.FEW]
    figures = publish([group("all", PEOPLE[:12]), group("peers", PEOPLE[:7])], [])
    assert [each.why for each in figures] == [None, None]


def test_an_overlap_of_few_is_protected():
    figures = publish([group("north", PEOPLE[:8]), group("south", PEOPLE[6:14])], [])
    assert [each.why for each in figures] == [None, Why.FEW]


def test_one_joiner_or_leaver_shows_no_new_figure_and_five_do():
    before = [frozenset(PEOPLE[:12])]
    for members, why in [(PEOPLE[:13], Why.CHANGED), (PEOPLE[:11], Why.CHANGED), (PEOPLE[:17], None),
                         (PEOPLE[:12], None), (PEOPLE[:7], None)]:  # fmt: skip
        assert publish([group("all", members[:7], members=members)], before)[0].why is why, len(members)


def test_people_who_leave_and_come_back_do_not_open_a_gap():
    # Five left, then four of them came back with one other: each step is five, the two ends differ by one.
    first, second = frozenset(PEOPLE[:15]), frozenset(PEOPLE[:10])
    third = [*PEOPLE[:14], PEOPLE[20]]
    assert publish([group("all", PEOPLE[:10], members=second)], [first])[0].why is None
    assert publish([group("all", third)], [first, second])[0].why is Why.CHANGED


def test_a_group_that_is_all_alike_is_not_shown():
    assert publish([group("all", PEOPLE[:12], [80] * 12)], [])[0].why is Why.ALIKE
    assert publish([group("all", PEOPLE[:12], [80] * 10 + [10, 10])], [])[0].why is None


def test_funders_need_ten():
    assert publish([group("all", PEOPLE[:9])], [], FUNDER_K)[0].why is Why.FEW
    assert publish([group("all", PEOPLE[:10])], [], FUNDER_K)[0].why is None


def test_someone_outside_cannot_have_answered():
    with pytest.raises(ValueError):
        Group("all", frozenset({"a"}), {"b": 10.0})


@given(st.data())
def test_nothing_that_can_be_made_of_all_that_is_published_is_fewer_than_k(data):
    subsets = st.frozensets(st.sampled_from(PEOPLE), min_size=3)
    earlier, answered, belonged = [], [], []
    for _ in range(data.draw(st.integers(1, 3), label="windows")):
        sets = [frozenset(PEOPLE), *data.draw(st.lists(subsets, max_size=2))]
        groups = []
        for number, members in enumerate(sets):
            who = data.draw(st.frozensets(st.sampled_from(sorted(members)))) if number else members
            scores = {each: data.draw(st.sampled_from([10, 30, 60, 80])) for each in sorted(who)}
            groups.append(Group(f"g{number}", members, scores))
        published = {each.group for each in publish(groups, earlier) if each.level is not None}
        answered.append([frozenset(each.scores) for each in groups if each.name in published])
        belonged += [each.members for each in groups if each.name in published]
        earlier = list(belonged)
    for sets in [*answered, list(dict.fromkeys(belonged))]:
        if sets:
            assert min(len(each) for each in everything_made_of(sets)) >= 5

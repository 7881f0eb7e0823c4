"""Scoring keys against worked examples, and what every questionnaire must keep to."""

from __future__ import annotations

from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from wellbeing.instrument import Method, Refusal, Wording
from wellbeing.instruments import instrument, instruments, refusals
from wellbeing.scoring import is_real_change, least_change, reliable_change, scores

ALL = list(instruments().values())


def numbered(stem, answers):
    return {f"{stem}{number}": answer for number, answer in enumerate(answers, 1)}


def test_the_pulse_is_the_mean_times_25():
    pulse = instruments()["pulse"]
    assert scores(pulse, {"energy": 0, "load": 0, "rest": 0})["pulse"].value == 0
    assert scores(pulse, {"energy": 4, "load": 4, "rest": 4})["pulse"].value == 100
    assert scores(pulse, {"energy": 2, "load": 3, "rest": None})["pulse"].value == Fraction(125, 2)
    assert scores(pulse, {"energy": 2, "load": None, "rest": None}) == {}


def test_copenhagen_scores_as_published():
    # "Always, often, sometimes, seldom, never, never" is 100, 75, 50, 25, 0, 0: 41.7 on average.
    cbi = instruments()["cbi"]
    found = scores(cbi, numbered("personal", [4, 3, 2, 1, 0, 0]))
    assert found["personal"].value == Fraction(250, 6)
    assert found["personal"].band == "under 50"
    assert set(found) == {"personal"}


def test_the_last_work_item_of_copenhagen_counts_the_other_way_round():
    cbi = instruments()["cbi"]
    worst = numbered("work", [4, 4, 4, 4, 4, 4, 0])
    assert scores(cbi, worst)["work"].value == 100
    assert scores(cbi, worst | {"work7": 4})["work"].value == Fraction(600, 7)


def test_a_scale_of_copenhagen_with_fewer_than_half_answered_is_dropped():
    cbi = instruments()["cbi"]
    assert scores(cbi, numbered("work", [4, 4, 4])) == {}
    assert scores(cbi, numbered("work", [4, 4, 4, 4]))["work"].answered == 4
    assert scores(cbi, numbered("client", [4, 4])) == {}
    assert scores(cbi, numbered("client", [2, 2, 2]))["client"].band == "50 and over"


@pytest.mark.parametrize(
    ("answers", "value", "band"),
    [([5] * 5, 100, "over 50"), ([3, 3, 2, 2, 3], 52, "over 50"), ([3, 3, 2, 2, 2], 48, "29 to 50"),
     ([2, 2, 1, 1, 1], 28, "28 or less"), ([2, 2, 2, 1, 1], 32, "29 to 50"), ([0] * 5, 0, "28 or less")],
)  # fmt: skip
def test_who_5_is_the_sum_times_4(answers, value, band):
    found = scores(instruments()["who5"], numbered("item", answers))["wellbeing"]
    assert (found.value, found.band) == (value, band)


def test_who_5_with_an_item_missing_is_no_score():
    assert scores(instruments()["who5"], numbered("item", [5, 5, 5, 5])) == {}


@pytest.mark.parametrize(("answer", "band"), [(1, "1 or 2"), (2, "1 or 2"), (3, "3 and over"), (5, "3 and over")])
def test_the_single_question_speaks_from_three_on(answer, band):
    assert scores(instruments()["single-item"], {"item1": answer})["burnout"].band == band


def test_proqol_sums_ten_items_a_scale_and_turns_five_round():
    proqol = instruments()["proqol"]
    all_ones = scores(proqol, numbered("item", [1] * 30))
    # Five of the ten burnout items are turned round: five times 5 and five times 1.
    assert {name: each.value for name, each in all_ones.items()} == {"satisfaction": 10, "burnout": 30, "trauma": 10}
    all_threes = scores(proqol, numbered("item", [3] * 30))
    assert {each.value for each in all_threes.values()} == {30}
    assert {each.band for each in all_threes.values()} == {"23 to 41"}
    assert {name for scale in proqol.scales for name in scale.items} == {each.name for each in proqol.items}
    assert sum(len(scale.items) for scale in proqol.scales) == 30


def test_the_smallest_real_changes_are_those_of_the_facts():
    cbi = {each.name: least_change(each) for each in instruments()["cbi"].scales}
    assert cbi == {"personal": 17, "work": 18, "client": 19}
    assert least_change(instruments()["who5"].scales[0]) == 21
    assert least_change(instruments()["single-item"].scales[0]) == 2
    assert least_change(instruments()["pulse"].scales[0]) is None
    assert reliable_change(40, 56.5, 16.5, 0.87) == pytest.approx(1.961, abs=0.001)
    who5 = instruments()["who5"].scales[0]
    assert not is_real_change(who5, Fraction(60), Fraction(40))  # the usual "10 points", twice, is still chance
    assert is_real_change(who5, Fraction(60), Fraction(36))


@pytest.mark.parametrize("key", ["mbi", "bat", "pss", "phq"])
def test_what_must_not_be_used_is_refused_with_its_reason(key):
    refused = instrument(key)
    assert isinstance(refused, Refusal)
    assert len(refused.reason.split()) > 8
    assert key not in instruments()


def test_nobody_heard_of_others():
    assert instrument("horoscope") is None
    assert set(refusals()) == {"mbi", "bat", "pss", "phq"}


def test_only_our_own_words_are_ours():
    assert [each.key for each in ALL if each.wording is Wording.OURS] == ["pulse"]
    assert all(each.source and each.licence for each in ALL)


@given(st.data())
def test_any_answers_score_within_the_scale_and_worse_answers_never_better(data):
    chosen = data.draw(st.sampled_from(ALL))
    answers = {
        each.name: data.draw(st.none() | st.integers(each.least, each.most), label=each.name) for each in chosen.items
    }
    found = scores(chosen, answers)
    for scale in chosen.scales:
        given_ = [name for name in scale.items if answers[name] is not None]
        assert (scale.name in found) == (len(given_) >= scale.fewest)
        if scale.name not in found:
            continue
        items = [chosen.item(name) for name in given_]
        many = len(items) if scale.method is Method.SUM else 1
        assert min(i.least for i in items) * many * scale.factor <= found[scale.name].value
        assert found[scale.name].value <= max(i.most for i in items) * many * scale.factor
        raised = next((i for i in items if i.least < answers[i.name] < i.most), None)
        if raised is not None:
            higher = answers | {raised.name: answers[raised.name] + (-1 if raised.is_reversed else 1)}
            assert scores(chosen, higher)[scale.name].value > found[scale.name].value


@pytest.mark.parametrize("answers", [{"energy": 5}, {"energy": -1}, {"mood": 2}])
def test_an_answer_that_cannot_be_chosen_is_an_error(answers):
    with pytest.raises(ValueError):
        scores(instruments()["pulse"], answers)

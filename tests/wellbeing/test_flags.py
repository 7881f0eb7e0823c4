"""A flag holds what its sender chose and not a word more."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from wellbeing.flags import LEVEL_WORDS, Flag, Level, Sharing, flag_for, level_of

CHECK_INS = {"score": st.none() | st.floats(0, 100), "hard": st.booleans(), "needs": st.booleans()}


@given(**CHECK_INS)
def test_who_shares_with_nobody_sends_nothing(score, hard, needs):
    assert flag_for("r", Sharing.NOBODY, score, something_hard=hard, daily_needs=needs) is None


@given(**CHECK_INS)
def test_who_only_asks_for_contact_says_the_same_whatever_they_answered(score, hard, needs):
    assert flag_for("r", Sharing.CONTACT, score, something_hard=hard, daily_needs=needs) == Flag("r")
    assert Flag("r").lines("Ana") == ["Ana asks you to get in touch."]


@given(**CHECK_INS)
def test_the_level_is_a_step_and_never_a_number(score, hard, needs):
    flag = flag_for("r", Sharing.LEVEL, score, something_hard=hard, daily_needs=needs)
    told = " ".join(flag.lines("Ana"))
    assert not any(letter.isdigit() for letter in told)
    assert (flag.level is None) == (score is None)
    assert ("hard happened" in told, "housing" in told) == (hard, needs)


def test_levels_rise_with_the_score():
    steps = [level_of(score) for score in (0, 24.9, 25, 49.9, 50, 74.9, 75, 100)]
    assert steps == sorted(steps, key=list(Level).index)
    assert set(steps) == set(Level) == set(LEVEL_WORDS)

"""One test for every law, present and future: what the solver is told and what people are told is the same."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from scheduling import all_rules
from tests.scheduling.conftest import LAW, SOAK
from tests.scheduling.problems import cases, disagreement


@pytest.mark.parametrize("kind", all_rules(), ids=lambda kind: kind.name)
def test_solver_and_people_agree_on_each_law_alone(kind):
    @settings(LAW)
    @given(cases([kind]))
    def agree(case):
        problem, roster = case
        assert disagreement(problem, problem, roster) is None

    agree()


@settings(LAW, max_examples=300 if SOAK else 30)
@given(cases())
def test_solver_and_people_agree_on_all_laws_together(case):
    problem, roster = case
    assert disagreement(problem, problem, roster) is None


@settings(LAW, max_examples=300 if SOAK else 30)
@given(st.data())
def test_solver_and_people_agree_on_any_few_laws(data):
    kinds = data.draw(st.lists(st.sampled_from(all_rules()), min_size=2, max_size=4, unique=True))
    problem, roster = data.draw(cases(kinds))
    assert disagreement(problem, problem, roster) is None

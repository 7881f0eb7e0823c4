"""Every law says what a person finds on paper: a mistake that both halves of a rule share is seen here."""

from __future__ import annotations

import pytest
from hypothesis import given, settings

from scheduling import all_rules
from tests.scheduling.conftest import LAW, SOAK
from tests.scheduling.paper import LAWS, on_paper
from tests.scheduling.problems import cases, people_say


def test_every_law_is_worked_out_on_paper():
    assert set(LAWS) == {rule.name for rule in all_rules()}


@pytest.mark.parametrize("kind", all_rules(), ids=lambda kind: kind.name)
def test_a_law_says_what_a_person_finds_on_paper(kind):
    @settings(LAW, max_examples=250 if SOAK else 20)
    @given(cases([kind]))
    def agree(case):
        problem, roster = case
        assert people_say(problem, roster) == on_paper(problem, roster)

    agree()

"""The two measurements of money still run and find what they should; how long they take is for them to say."""

from __future__ import annotations

import pytest

from bench import ledger, payouts
from bench.served import KINDS
from tests.conftest import SOAK

KILLS = 60 if SOAK else 1


@pytest.mark.parametrize("kind", KINDS)
def test_a_process_that_is_killed_while_it_pays_pays_everybody_once(kind):
    found = payouts.measure(kind, kills=KILLS)
    whole = {"kills": KILLS, "paid_twice": 0, "unpaid": 0, "half_written": 0, "ledger_sum": 0, "ledger": "whole"}
    assert {name: found[name] for name in whole} == whole
    assert found["box_agrees"]


@pytest.mark.parametrize("kind", KINDS)
def test_as_many_postings_as_were_asked_for_are_written_and_verified(kind):
    found = ledger.measure(kind, 2_000)
    assert (found["postings"], found["ledger"]) == (2_000, "whole")

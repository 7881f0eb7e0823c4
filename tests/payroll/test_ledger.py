"""The ledger as values: sums, reversals, and a chain on which nothing can be changed unseen."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from payroll.ledger import FIRST, Entry, Link, Posting, balances, reversal, seal, transfer, verify
from payroll.money import Money

DAY = dt.date(2026, 3, 3)
KEY = b"a key for the tests"
accounts = st.sampled_from(["payable:ana", "payable:bo", "float:night", "bank", "fund:city"])
moves = st.tuples(accounts, accounts, st.integers(1, 10**6)).map(
    lambda each: transfer("payout", DAY, each[0], each[1], Money(each[2], "CAD"))
)


def test_an_entry_that_does_not_sum_to_zero_cannot_be():
    with pytest.raises(ValueError, match="sum to zero"):
        Entry("payout", DAY, (Posting("bank", Money(1, "CAD")), Posting("float", Money(-2, "CAD"))))
    with pytest.raises(ValueError, match="sum to zero"):
        Entry("payout", DAY, (Posting("bank", Money(1, "CAD")), Posting("float", Money(-1, "USD"))))
    with pytest.raises(ValueError, match="two postings"):
        Entry("payout", DAY, ())


@given(st.lists(moves, max_size=20), st.data())
def test_reversing_everything_in_any_order_leaves_nothing(entries, data):
    undone = [reversal(each, DAY, "it was a mistake") for each in data.draw(st.permutations(entries))]
    assert not any(balances([*entries, *undone]).values())
    assert sum(balances(entries).values()) == 0


def test_a_reversal_without_a_reason_is_refused():
    with pytest.raises(ValueError, match="reason"):
        reversal(transfer("payout", DAY, "a", "b", Money(1, "CAD")), DAY, " ")


def chain(length: int) -> list[Link]:
    links, before = [], FIRST
    for number in range(1, length + 1):
        says, postings = ("payout", "2026-03-03", None), (("a", number, "CAD"), ("b", -number, "CAD"))
        before = seal(KEY, before, number, says, postings)
        links.append(Link(number, says, postings, before))
    return links


def test_a_whole_chain_holds_and_tells_its_head():
    links = chain(5)
    found = verify(KEY, iter(links), (3, links[2].seal))
    assert (found.problem, found.entries, found.postings, found.head) == (None, 5, 10, links[-1].seal)


@given(st.integers(0, 4), st.sampled_from(["says", "amount", "seal", "left out", "swapped"]))
def test_any_change_to_any_entry_is_seen(place, how):
    links = chain(6)
    link = links[place]
    if how == "says":
        links[place] = replace(link, says=("payout", "2026-03-04", None))
    elif how == "amount":
        links[place] = replace(link, postings=(("a", 7777, "CAD"), ("b", -7777, "CAD")))
    elif how == "seal":
        links[place] = replace(link, seal="0" * 64)
    elif how == "left out":
        del links[place]
    else:
        links[place], links[place + 1] = links[place + 1], links[place]
    assert verify(KEY, iter(links)).problem


def test_entries_cut_off_at_the_end_are_seen_by_the_head_written_down():
    links = chain(6)
    assert verify(KEY, iter(links[:4])).problem is None
    assert verify(KEY, iter(links[:4]), (6, links[5].seal)).problem


def test_whoever_has_no_key_cannot_forge_a_chain():
    assert verify(b"another key", iter(chain(1))).problem

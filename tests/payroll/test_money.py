"""Money: whole minor units, splits that lose nothing, notes that make the amount."""

from __future__ import annotations

from itertools import product

import pytest
from hypothesis import given
from hypothesis import strategies as st

from payroll.money import (
    PIECES,
    Money,
    decimal_text,
    in_words,
    minor_in,
    most_payable,
    notes_for,
    pieces_of,
    worth,
)

amounts = st.integers(-(10**8), 10**8).map(lambda minor: Money(minor, "CAD"))
weights = st.lists(st.integers(0, 1000), min_size=1, max_size=12).filter(any)
stocks = st.dictionaries(st.sampled_from(pieces_of("CAD")), st.integers(0, 4), max_size=4)


@given(amounts, weights)
def test_a_split_loses_no_cent_and_is_fair_to_one(amount, weights):
    parts = amount.split(weights)
    assert sum(part.minor for part in parts) == amount.minor
    for part, weight in zip(parts, weights, strict=True):
        assert abs(part.minor * sum(weights) - amount.minor * weight) < sum(weights)
        assert weight or not part


@given(amounts, st.sampled_from(["CAD", "JPY", "KWD"]))
def test_what_is_written_is_read_back(amount, currency):
    amount = Money(abs(amount.minor), currency)
    assert minor_in(decimal_text(amount), currency) == amount.minor
    assert minor_in(in_words(amount), currency) == amount.minor


@pytest.mark.parametrize("text", ["", " ", ".", "-3", "1.234", "1.", "one", "1e3", "٣", "9999999999", "1,2,3.4.5"])
def test_what_is_no_amount_is_none(text):
    assert minor_in(text, "CAD") is None


@pytest.mark.parametrize(("text", "minor"), [("12", 1200), ("12.5", 1250), ("$1,200.50", 120050), ("12,50", 1250)])
def test_amounts_are_read_as_people_type_them(text, minor):
    assert minor_in(text, "CAD") == minor


def test_two_currencies_are_never_added():
    with pytest.raises(ValueError, match="USD cannot be reckoned with CAD"):
        Money(1, "CAD") + Money(1, "USD")
    with pytest.raises(TypeError):
        Money(0.5, "CAD")  # type: ignore[arg-type]


def test_no_note_is_over_twenty():
    assert all(max(pieces) == 2000 for pieces in PIECES.values())


@given(stocks, st.integers(0, 9000))
def test_notes_make_exactly_the_amount_with_the_fewest_pieces(stock, amount):
    ways = [
        dict(zip(stock, numbers, strict=True)) for numbers in product(*(range(number + 1) for number in stock.values()))
    ]
    fitting = [way for way in ways if worth(way) == amount]
    found = notes_for(amount, stock)
    assert (found is None) == (not fitting)
    if found is not None:
        assert worth(found) == amount
        assert all(number <= stock[piece] for piece, number in found.items())
        assert sum(found.values()) == min(sum(way.values()) for way in fitting)
    assert most_payable(amount, stock) == max(worth(way) for way in ways if worth(way) <= amount)


def test_a_large_payment_from_a_full_float_is_counted_out():
    stock = dict.fromkeys(pieces_of("CAD"), 200)
    assert notes_for(187_35, stock) == {2000: 9, 500: 1, 200: 1, 25: 1, 10: 1}

"""When a yearly slip is due."""

from __future__ import annotations

import pytest

from payroll.slips import SLIPS, slip_of_year


@pytest.mark.parametrize(
    ("currency", "year", "minor", "is_due"),
    [
        ("USD", 2026, 200_000, True),
        ("USD", 2026, 199_999, False),
        ("USD", 2025, 60_000, True),
        ("CAD", 2026, 50_000, False),
        ("CAD", 2026, 50_001, True),
    ],
)
def test_a_slip_is_due_from_its_sum_on_or_above_it_as_its_rule_says(currency, year, minor, is_due):
    assert slip_of_year(year, currency).is_due(minor) is is_due


def test_each_rule_has_its_source_and_no_rule_is_made_up():
    assert all(each.source and each.checked_on.year == 2026 for each in SLIPS)
    assert slip_of_year(2026, "JPY") is None

"""From which sum a year on a slip for the tax office is due, by the days on which people were paid."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Slip:
    """A yearly slip from a year on: due above `minor` or, where `is_from`, at that sum already.

    `source` says who made the rule, `checked_on` when we last looked.
    """

    name: str
    currency: str
    first_year: int
    minor: int
    is_from: bool
    source: str
    checked_on: dt.date

    def is_due(self, received: int) -> bool:
        """Whether it is due for so much received in the year (minor units)."""
        return received >= self.minor if self.is_from else received > self.minor


_CHECKED = dt.date(2026, 11, 20)
_CA = "Canada Revenue Agency, T4A guide: more than $500 in the year"
_US = "United States Internal Revenue Service, instructions for forms 1099-MISC and 1099-NEC: this sum or more"

SLIPS: tuple[Slip, ...] = (
    Slip("T4A", "CAD", 2000, 50_000, is_from=False, source=_CA, checked_on=_CHECKED),
    Slip("1099-NEC", "USD", 2000, 60_000, is_from=True, source=_US, checked_on=_CHECKED),
    Slip("1099-NEC", "USD", 2026, 200_000, is_from=True, source=_US, checked_on=_CHECKED),  # indexed from 2027 on
)


def slip_of_year(year: int, currency: str) -> Slip | None:
    """The slip of a currency and year, None when we know of none."""
    found = [each for each in SLIPS if each.currency == currency and each.first_year <= year]
    return max(found, key=lambda each: each.first_year, default=None)

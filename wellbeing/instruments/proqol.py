"""ProQOL 5: thirty items from 1 to 5 in three scales of ten, each a sum from 10 to 50."""

from __future__ import annotations

from fractions import Fraction

from wellbeing.instrument import Band, Instrument, Item, Method, Scale, Wording

SATISFACTION = (3, 6, 12, 16, 18, 20, 22, 24, 27, 30)
BURNOUT = (1, 4, 8, 10, 15, 17, 19, 21, 26, 29)
TRAUMA = (2, 5, 7, 9, 11, 13, 14, 23, 25, 28)
REVERSED = frozenset({1, 4, 15, 17, 29})
BANDS = (Band(Fraction(10), "22 or less"), Band(Fraction(23), "23 to 41"), Band(Fraction(42), "42 and over"))


def _names(numbers: tuple[int, ...]) -> tuple[str, ...]:
    return tuple(f"item{number}" for number in numbers)


PROQOL = Instrument(
    key="proqol",
    title="Professional Quality of Life (ProQOL 5)",
    items=tuple(Item(f"item{number}", 1, 5, is_reversed=number in REVERSED) for number in range(1, 31)),
    scales=(
        Scale("satisfaction", _names(SATISFACTION), Method.SUM, Fraction(1), 10, worse=-1, bands=BANDS),
        Scale("burnout", _names(BURNOUT), Method.SUM, Fraction(1), 10, bands=BANDS),
        Scale("trauma", _names(TRAUMA), Method.SUM, Fraction(1), 10, bands=BANDS),
    ),
    wording=Wording.LOADED,
    source="Stamm 2010, The Concise ProQOL Manual",
    licence="free with the author credited, unchanged and not sold: load it as published",
)

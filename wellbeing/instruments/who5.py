"""WHO-5 Well-Being Index: five items from 0 to 5, the sum times 4."""

from __future__ import annotations

from fractions import Fraction

from wellbeing.instrument import Band, Instrument, Item, Method, Scale, Wording

ITEMS = tuple(f"item{number}" for number in range(1, 6))
# The published lines are "28 or less" and "50 or less"; scores are multiples of 4.
BANDS = (Band(Fraction(0), "28 or less"), Band(Fraction(29), "29 to 50"), Band(Fraction(51), "over 50"))

WHO5 = Instrument(
    key="who5",
    title="WHO-5 Well-Being Index",
    items=tuple(Item(name, 0, 5) for name in ITEMS),
    scales=(Scale("wellbeing", ITEMS, Method.SUM, Fraction(4), 5, worse=-1, bands=BANDS, least_change=21),),
    wording=Wording.LOADED,
    source="World Health Organization 1998; Topp and others 2015",
    licence="free to use unchanged, with its notice: load it as published",
    about="100 is the best there is. Less than 21 points of difference in one person may be chance.",
)

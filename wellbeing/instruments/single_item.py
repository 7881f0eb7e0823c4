"""The single question about burnout: one answer from 1 to 5."""

from __future__ import annotations

from fractions import Fraction

from wellbeing.instrument import Band, Instrument, Item, Method, Scale, Wording

BANDS = (Band(Fraction(1), "1 or 2"), Band(Fraction(3), "3 and over"))

SINGLE_ITEM = Instrument(
    key="single-item",
    title="Single question",
    items=(Item("item1", 1, 5),),
    scales=(Scale("burnout", ("item1",), Method.SUM, Fraction(1), 1, bands=BANDS, least_change=2),),
    wording=Wording.LOADED,
    source="Dolan and others 2015; compared with longer ones in PMID 38424346",
    licence="load the words you may use",
    about="Good for many people at once, weak for one: only a difference of two steps says something.",
)

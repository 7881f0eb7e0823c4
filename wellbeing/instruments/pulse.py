"""Our own weekly pulse: three questions of ours, not a medical test."""

from __future__ import annotations

from fractions import Fraction

from wellbeing.instrument import Instrument, Item, Method, Scale, Wording

ITEMS = ("energy", "load", "rest")

PULSE = Instrument(
    key="pulse",
    title="Weekly check-in",
    items=tuple(Item(name, 0, 4) for name in ITEMS),
    scales=(Scale("pulse", ITEMS, Method.MEAN, Fraction(25), fewest=2),),
    wording=Wording.OURS,
    source="our own",
    licence="MIT, as the rest of this project",
    about="Not a medical test. 0 is fine, 100 is as bad as it gets. It is read against a person's own weeks only.",
)

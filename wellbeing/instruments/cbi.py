"""Copenhagen Burnout Inventory: three scales, each a mean of items from 100 (always) down to 0 (never)."""

from __future__ import annotations

from fractions import Fraction

from wellbeing.instrument import Band, Instrument, Item, Method, Scale, Wording

PERSONAL = tuple(f"personal{number}" for number in range(1, 7))
WORK = tuple(f"work{number}" for number in range(1, 8))
CLIENT = tuple(f"client{number}" for number in range(1, 7))
LINE = (Band(Fraction(0), "under 50"), Band(Fraction(50), "50 and over"))

# Answers run from 0 (never, or to a very low degree) to 4 (always, or to a very high degree): times 25 is 0 to 100.
CBI = Instrument(
    key="cbi",
    title="Copenhagen Burnout Inventory",
    items=tuple(Item(name, 0, 4, is_reversed=name == "work7") for name in (*PERSONAL, *WORK, *CLIENT)),
    scales=(
        Scale("personal", PERSONAL, Method.MEAN, Fraction(25), 3, bands=LINE, sd=16.5, reliability=0.87),
        Scale("work", WORK, Method.MEAN, Fraction(25), 4, bands=LINE, sd=17.7, reliability=0.87),
        Scale("client", CLIENT, Method.MEAN, Fraction(25), 3, bands=LINE, sd=17.6, reliability=0.85),
    ),
    wording=Wording.LOADED,
    source="Kristensen and others 2005, Work & Stress 19(3); item 7 of the work scale counts the other way round",
    licence="the words are the authors': load those you may use",
    about="There is no official limit. A scale with fewer than half of its items answered does not count.",
)

"""Scores of a questionnaire from its answers, and whether a change is more than chance."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from math import ceil, sqrt
from typing import TYPE_CHECKING

from wellbeing.instrument import Method

if TYPE_CHECKING:
    from collections.abc import Mapping

    from wellbeing.instrument import Instrument, Scale

CERTAIN = 1.96
"""How many standard errors a change must exceed to be real in 95 of 100 cases."""


@dataclass(frozen=True)
class Score:
    """One scale's number, what its band is called (empty when it has none) and how many items were answered."""

    scale: str
    value: Fraction
    band: str
    answered: int


def scores(instrument: Instrument, answers: Mapping[str, int | None]) -> dict[str, Score]:
    """The scores of the scales of which enough was answered; raises ValueError for an answer that cannot be chosen."""
    known = {each.name for each in instrument.items}
    unknown = sorted(set(answers) - known)
    if unknown:
        raise ValueError(f"{instrument.key} has no item {unknown[0]!r}")
    values = {name: instrument.item(name).value(answer) for name, answer in answers.items() if answer is not None}
    found = (_score(scale, values) for scale in instrument.scales)
    return {each.scale: each for each in found if each is not None}


def _score(scale: Scale, values: Mapping[str, int]) -> Score | None:
    counted = [values[name] for name in scale.items if name in values]
    if len(counted) < scale.fewest:
        return None
    total = Fraction(sum(counted))
    value = (total / len(counted) if scale.method is Method.MEAN else total) * scale.factor
    band = next((each.words for each in reversed(scale.bands) if value >= each.least), "")
    return Score(scale.name, value, band, len(counted))


def reliable_change(before: float, after: float, sd: float, reliability: float) -> float:
    """A change in standard errors of a difference (Jacobson and Truax 1991)."""
    return (after - before) / (sd * sqrt(2) * sqrt(1 - reliability))


def least_change(scale: Scale) -> int | None:
    """The fewest points by which one person must change for it to be more than chance; None when nobody knows."""
    if scale.least_change is not None:
        return scale.least_change
    if scale.sd is None or scale.reliability is None:
        return None
    return ceil(CERTAIN * scale.sd * sqrt(2) * sqrt(1 - scale.reliability))


def is_real_change(scale: Scale, before: Fraction, after: Fraction) -> bool:
    """Whether one person's change on a scale is more than chance."""
    least = least_change(scale)
    return least is not None and abs(after - before) >= least

"""A person's own weeks: whether two in a row, or the whole of late, are worse than is usual for them.

Two rules look at answered weeks only; a week without an answer is never a signal. The first compares two
answers in a row with the median of all before them. The second is an exponentially weighted moving average
against the first weeks (Roberts 1959; limits with a learnt baseline).
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from math import sqrt
from statistics import fmean, median
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence


@dataclass(frozen=True)
class Reading:
    """One answered week: its number (any count of weeks that only rises) and its score, 0 fine to 100 worst."""

    week: int
    score: float


class Signal(StrEnum):
    """What of late stands out."""

    NOTHING = "nothing"
    TWO_IN_A_ROW = "two_in_a_row"
    DRIFT = "drift"  # the average of late, sure enough to tell the person
    FIRM_DRIFT = "firm_drift"  # the same, sure enough for their choice of sharing to apply


@dataclass(frozen=True)
class TwoInARow:
    """The first rule: two answers in a row at `rise` or more above one's own median, or at `high` or more."""

    rise: float = 25
    high: float = 75
    fewest: int = 4

    def holds(self, scores: Sequence[float]) -> bool:
        """Whether the last two scores fulfil the rule; `fewest` answers must lie before the last."""
        if len(scores) <= self.fewest:
            return False
        line = min(self.high, median(scores[:-2]) + self.rise)
        return min(scores[-2:]) >= line


@dataclass(frozen=True)
class Drift:
    """The second rule: a moving average above a limit learnt from the first `baseline` answers.

    The spread of those is drawn towards `usual_sd` as if `pseudo` more weeks had shown it, and is never under
    `floor`. `width` is how many standard errors the limit lies above the baseline's mean.
    """

    width: float = 2.0
    baseline: int = 6
    weight: float = 0.3
    usual_sd: float = 12
    pseudo: int = 6
    floor: float = 8

    def holds(self, scores: Sequence[float]) -> bool:
        """Whether the moving average stands at or above its limit after the last score."""
        late = scores[self.baseline :]
        if not late:
            return False
        first = scores[: self.baseline]
        middle = fmean(first)
        average = middle
        for score in late:
            average = self.weight * score + (1 - self.weight) * average
        return average >= middle + self.width * self._sd(first) * self._spread(len(late))

    def _sd(self, first: Sequence[float]) -> float:
        middle = fmean(first)
        squares = self.pseudo * self.usual_sd**2 + sum((each - middle) ** 2 for each in first)
        return max(self.floor, sqrt(squares / (self.pseudo + self.baseline - 1)))

    def _spread(self, count: int) -> float:
        settled = self.weight / (2 - self.weight) * (1 - (1 - self.weight) ** (2 * count))
        return sqrt(settled + 1 / self.baseline)


@dataclass(frozen=True)
class Rules:
    """Both rules and the gap, in weeks, after which everything starts anew."""

    first: TwoInARow = TwoInARow()
    nudge: Drift = Drift(width=2.0)
    firm: Drift = Drift(width=2.5)
    gap: int = 6


USUAL = Rules()


def current_run(readings: Sequence[Reading], rules: Rules = USUAL) -> list[Reading]:
    """The readings since the last gap of more than `gap` weeks, by week; of two in one week the later counts."""
    by_week = {each.week: each for each in readings}
    found: list[Reading] = []
    for week in sorted(by_week):
        if found and week - found[-1].week > rules.gap:
            found = []
        found.append(by_week[week])
    return found


def signal(readings: Sequence[Reading], rules: Rules = USUAL) -> Signal:
    """What the latest answer shows, the surest first."""
    scores = [each.score for each in current_run(readings, rules)]
    if rules.first.holds(scores):
        return Signal.TWO_IN_A_ROW
    if rules.firm.holds(scores):
        return Signal.FIRM_DRIFT
    return Signal.DRIFT if rules.nudge.holds(scores) else Signal.NOTHING


def may_share(found: Signal) -> bool:
    """Whether a signal is sure enough for the person's own choice of sharing to be offered with it."""
    return found in {Signal.TWO_IN_A_ROW, Signal.FIRM_DRIFT}


def usual_level(readings: Sequence[Reading], rules: Rules = USUAL) -> float | None:
    """A person's own median since the last gap; None before there are enough answers to have one."""
    scores = [each.score for each in current_run(readings, rules)]
    return median(scores) if len(scores) >= rules.first.fewest else None

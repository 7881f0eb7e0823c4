"""How often the rules of the trend are wrong and how soon they are right, on made-up people: `python -m bench.trend`.

A made-up person has a level of their own (normal, mean 40, SD 15, within 0 to 100) and weeks around it (SD 12, each
week carrying over 0.3 of the last), rounded to what three answers of 0 to 4 can say. False alarms are counted
over 26 weeks in which nothing changed; a change begins right after the baseline and is caught when a rule
speaks within so many weeks of it.
"""

from __future__ import annotations

import random
import sys
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from math import sqrt

from wellbeing.trend import USUAL, Drift, TwoInARow

LEVEL, LEVEL_SD, WITHIN_SD, CARRY = 40.0, 15.0, 12.0, 0.3
STEPS = 12
"""Three answers of 0 to 4 add up to 0 to 12."""
WATCHED = 26
Rule = TwoInARow | Drift


@dataclass(frozen=True)
class Figure:
    """One figure of the design's facts, with what the simulation gives: both are shares of people."""

    what: str
    stated: float
    found: float
    people: int

    @property
    def error(self) -> float:
        """Two standard errors of the simulation and the half per cent to which the stated figure was rounded."""
        return 2 * sqrt(self.found * (1 - self.found) / self.people) + 0.005


def weeks(chance: random.Random, count: int, change_at: int = 0, change: float = 0.0) -> list[float]:
    """Scores of one made-up person, changed by `change` points from week `change_at` on."""
    level = min(100.0, max(0.0, chance.gauss(LEVEL, LEVEL_SD)))
    around, scores = chance.gauss(0, WITHIN_SD), []
    for week in range(count):
        if week:
            around = CARRY * around + chance.gauss(0, WITHIN_SD * sqrt(1 - CARRY**2))
        raw = level + around + (change if week >= change_at else 0)
        scores.append(round(min(100.0, max(0.0, raw)) * STEPS / 100) * 100 / STEPS)
    return scores


def first_alarm(rule: Rule, scores: Sequence[float]) -> int | None:
    """The week after which the rule speaks for the first time."""
    return next((week for week in range(len(scores)) if rule.holds(scores[: week + 1])), None)


def share(people: int, seed: int, of_person: Callable[[random.Random], bool]) -> float:
    """The share of made-up people of whom something is true."""
    chance = random.Random(seed)
    return sum(of_person(chance) for _ in range(people)) / people


def false_alarms(rule: Rule, before: int, people: int, seed: int) -> float:
    """The share of people with an alarm in 26 watched weeks though nothing changed."""
    return share(people, seed, lambda chance: first_alarm(rule, weeks(chance, before + WATCHED)) is not None)


def caught(rule: Rule, change: float, within: int, people: int, seed: int) -> float:
    """The share of people whose change right after the baseline is noticed within so many weeks."""
    before = USUAL.nudge.baseline

    def is_caught(chance: random.Random) -> bool:
        return first_alarm(rule, weeks(chance, before + within, before, change)) is not None

    return share(people, seed, is_caught)


def figures(people: int = 4_000, seed: int = 2026) -> Iterator[Figure]:
    """Every figure the facts of the design state about the rules."""
    first, nudge, firm = USUAL.first, USUAL.nudge, USUAL.firm
    baseline = nudge.baseline

    def figure(what: str, stated: float, found: float) -> Figure:
        return Figure(what, stated, found, people)

    yield figure("two in a row: false alarm in 26 weeks", 0.24, false_alarms(first, 0, people, seed))
    for change, stated in ((18, 0.46), (30, 0.82)):
        found = caught(first, change, 4, people, seed + change)
        yield figure(f"two in a row: +{change} points caught by week 4", stated, found)
    for rule, name, false, late in ((nudge, "L 2.0", 0.30, (0.57, 0.72)), (firm, "L 2.5", 0.17, (0.39, 0.55))):
        yield figure(f"EWMA {name}: false alarm in 26 weeks", false, false_alarms(rule, baseline, people, seed + 1))
        for within, stated in zip((4, 6), late, strict=True):
            found = caught(rule, 18, within, people, seed + within)
            yield figure(f"EWMA {name}: +18 points caught by week {within}", stated, found)


def main() -> None:
    """Print stated and found figures side by side; exit 1 when one lies outside its sampling error."""
    off = 0
    print(f"{'what':48} {'stated':>7} {'found':>7} {'error':>7}")
    for each in figures(20_000):
        is_off = abs(each.found - each.stated) > each.error
        off += is_off
        print(f"{each.what:48} {each.stated:7.2f} {each.found:7.3f} {each.error:7.3f}{'  OFF' if is_off else ''}")
    sys.exit(1 if off else 0)


if __name__ == "__main__":
    main()

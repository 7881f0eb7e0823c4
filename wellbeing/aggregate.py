"""Figures of whole groups that lead to nobody: what may be published of a closed window, and what may not.

Everything ever published is looked at together. Whatever can be made of the published sets of people by adding,
subtracting and overlapping them is either nobody or at least `k` people: a set is published only while every part
into which the sets cut one another (every atom) keeps to that.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from statistics import median
from typing import TYPE_CHECKING

from wellbeing.flags import Level, level_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

TEAM_K = 5
FUNDER_K = 10
ROUND_TO = 5
ALIKE = 0.9
"""A group is alike when more than this share of it stands on one step: its figure would tell of each."""
MIDDLES = {Level.FINE: 12.5, Level.MIXED: 37.5, Level.HARD: 62.5, Level.VERY_HARD: 87.5}
"""A step as a score again, where only the step is known."""


class Why(StrEnum):
    """Why a group sees no figure. The same words for no answer and for nearly enough."""

    FEW = "few"
    ALIKE = "alike"
    CHANGED = "changed"


WHY_WORDS = {
    Why.FEW: "Too few people to show anything without pointing at someone.",
    Why.ALIKE: "Answers are too much alike: a figure would tell of each person.",
    Why.CHANGED: "Too few people joined or left since the last figures: a new one would point at them.",
}


@dataclass(frozen=True)
class Group:
    """A fixed group in one window: its members, and the score of each who answered."""

    name: str
    members: frozenset[str]
    scores: Mapping[str, float]

    def __post_init__(self) -> None:
        if not self.members >= set(self.scores):
            raise ValueError(f"someone outside {self.name!r} answered in it")


@dataclass(frozen=True)
class Figure:
    """What is published of one group: the step of its middle and about how many answered, or why nothing."""

    group: str
    level: Level | None
    about: int
    why: Why | None


def publish(groups: Sequence[Group], earlier: Iterable[frozenset[str]], k: int = TEAM_K) -> list[Figure]:
    """The figures of one closed window, in the order of the groups: name the largest first.

    `earlier` are the members of every group of every window published before. What is published here is frozen by
    the caller: it is never worked out again.
    """
    answered: list[frozenset[str]] = []
    members = list(dict.fromkeys(earlier))
    found = []
    for group in groups:
        who = frozenset(group.scores)
        why = _why_not(group, who, answered, members, k)
        if why is None:
            answered.append(who)
            members.append(group.members)
            about = len(who) // ROUND_TO * ROUND_TO
            found.append(Figure(group.name, level_of(median(group.scores.values())), about, None))
        else:
            found.append(Figure(group.name, None, 0, why))
    return found


def publish_to_funders(
    groups: Sequence[Group], shown: Iterable[Figure], earlier: Iterable[frozenset[str]]
) -> list[Figure]:
    """The same for eyes outside, with twice the people: of the groups that are shown inside, and of no others.

    So what goes outside adds no new set of people to those that are published inside.
    """
    names = {each.group for each in shown if each.level is not None}
    return publish([each for each in groups if each.name in names], earlier, FUNDER_K)


def _why_not(
    group: Group, who: frozenset[str], answered: list[frozenset[str]], members: list[frozenset[str]], k: int
) -> Why | None:
    if len(who) < k or not _is_safe([*answered, who], k):
        return Why.FEW
    if not _is_safe([*members, group.members], k):
        return Why.CHANGED
    steps = [level_of(score) for score in group.scores.values()]
    if max(steps.count(step) for step in set(steps)) > ALIKE * len(steps):
        return Why.ALIKE
    return None


def _is_safe(sets: Sequence[frozenset[str]], k: int) -> bool:
    """Whether every part into which these sets cut one another is nobody or at least `k` people."""
    sizes: dict[tuple[bool, ...], int] = {}
    for person in frozenset().union(*sets):
        part = tuple(person in each for each in sets)
        sizes[part] = sizes.get(part, 0) + 1
    return all(size >= k for size in sizes.values())

"""What a questionnaire is: items with their least and most, scales with their scoring, and where the key is from."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from fractions import Fraction


class Method(StrEnum):
    """How a scale comes from its items."""

    MEAN = "mean"
    SUM = "sum"


class Wording(StrEnum):
    """Whose words are shown: ours, or those that an organisation loads and has the right to use."""

    OURS = "ours"
    LOADED = "loaded"


@dataclass(frozen=True)
class Item:
    """One question, by name, answered with a whole number; a reversed one counts from its other end."""

    name: str
    least: int
    most: int
    is_reversed: bool = False

    def __post_init__(self) -> None:
        if self.least >= self.most:
            raise ValueError(f"item {self.name!r} has nothing to choose from")

    def value(self, answer: int) -> int:
        """The answer as it counts; raises ValueError for one that cannot be chosen."""
        if not self.least <= answer <= self.most:
            raise ValueError(f"item {self.name!r} is answered with {self.least} to {self.most}, not {answer}")
        return self.least + self.most - answer if self.is_reversed else answer


@dataclass(frozen=True)
class Band:
    """What a score from `least` upwards is called; a band says nothing about what someone has."""

    least: Fraction
    words: str


@dataclass(frozen=True)
class Scale:
    """One number that comes of some items: their mean or sum, times `factor`.

    `fewest` is how many must be answered for the scale to count. `sd` and `reliability` are those of the norm,
    where there are any; `least_change` is the smallest change of one person that is more than chance, where a
    source gives one. `worse` says which way is worse: +1 when a higher score is, -1 when a lower one is.
    """

    name: str
    items: tuple[str, ...]
    method: Method
    factor: Fraction
    fewest: int
    worse: int = 1
    bands: tuple[Band, ...] = ()
    sd: float | None = None
    reliability: float | None = None
    least_change: int | None = None

    def __post_init__(self) -> None:
        if not 1 <= self.fewest <= len(self.items):
            raise ValueError(f"scale {self.name!r} needs from 1 to {len(self.items)} answers")
        if self.method is Method.SUM and self.fewest != len(self.items):
            raise ValueError(f"scale {self.name!r} is a sum: every item must be answered")
        if self.worse not in {1, -1}:
            raise ValueError(f"scale {self.name!r} must say which way is worse")
        if [each.least for each in self.bands] != sorted({each.least for each in self.bands}):
            raise ValueError(f"scale {self.name!r} has bands out of order")


@dataclass(frozen=True)
class Instrument:
    """A questionnaire that may be used, with its source and the licence of its words."""

    key: str
    title: str
    items: tuple[Item, ...]
    scales: tuple[Scale, ...]
    wording: Wording
    source: str
    licence: str
    about: str = ""

    def __post_init__(self) -> None:
        names = [each.name for each in self.items]
        if len(names) != len(set(names)):
            raise ValueError(f"instrument {self.key!r} has two items of one name")
        unknown = {name for scale in self.scales for name in scale.items} - set(names)
        if unknown:
            raise ValueError(f"instrument {self.key!r} scores items it does not have: {sorted(unknown)}")

    def item(self, name: str) -> Item:
        """An item by name; raises KeyError when there is none."""
        for each in self.items:
            if each.name == name:
                return each
        raise KeyError(name)


@dataclass(frozen=True)
class Refusal:
    """A questionnaire that is not used here, and why."""

    key: str
    title: str
    reason: str

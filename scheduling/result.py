"""What a solve tells while it runs and when it ends."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

    from scheduling.roster import Roster


class Status(StrEnum):
    """How a solve ended: proved best, ran out of time, was stopped, or fell back on plain construction."""

    OPTIMAL = "optimal"
    FEASIBLE = "feasible"
    STOPPED = "stopped"
    BUILT = "built"


@dataclass(frozen=True)
class Progress:
    """Where a solve stands: places filled of places wanted, price, bound, seconds since it began, the best so far."""

    filled: int
    wanted: int
    price: int
    bound: int
    seconds: float
    roster: Roster

    @property
    def gap(self) -> float:
        """At most this share of the price could still be saved (0 to 1)."""
        return gap(self.price, self.bound)


@dataclass(frozen=True)
class ModelSize:
    """How large the model was: eligible pairs, variables and constraints, and seconds to build it."""

    pairs: int
    variables: int
    constraints: int
    seconds: float


@dataclass(frozen=True)
class Result:
    """A roster, its price, how far at most it is from the best, and all that is needed to make it again.

    `shares` tells how the work was shared out between building models, bounding and search (0 to 1).
    """

    status: Status
    roster: Roster
    price: int
    prices: Mapping[str, int]
    forbidden: int
    bound: int
    filled: int
    wanted: int
    seconds: float
    seed: int
    workers: int
    is_repeatable: bool
    versions: Mapping[str, str]
    size: ModelSize
    shares: Mapping[str, float] = field(default_factory=dict)

    @property
    def gap(self) -> float:
        """At most this share of the price could still be saved (0 to 1)."""
        return gap(self.price, self.bound)


def gap(price: int, bound: int) -> float:
    """Return the share of a price that lies above a proved bound, 0 when there is nothing to save."""
    return max(0.0, (price - bound) / price) if price > 0 else 0.0

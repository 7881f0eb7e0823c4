"""How shifts of a site change hands: declared as a rule declares its numbers, so that one page can edit them."""

from __future__ import annotations

import dataclasses
import hashlib
import secrets
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

NEAR = timedelta(hours=48)
"""Inside this time before a shift, people are asked at once when somebody cannot come."""


@dataclass(frozen=True)
class Terms:
    """What a group agreed for one site. Hours count from when a place came up; a quota counts shifts in 7 days."""

    first_hours: int = 48
    open_hours: int = 72
    has_draw: bool = False
    week_quota: int | None = None
    asks_all: bool = False
    ask_minutes: int = 30
    stays_listed: bool = False
    needs_coordinator: bool = False

    @classmethod
    def names(cls) -> tuple[str, ...]:
        """The names of the settings."""
        return tuple(each.name for each in dataclasses.fields(cls))


def opens_for_all_at(terms: Terms, came_up_at: datetime, starts_at: datetime) -> datetime:
    """When a place is open to everybody: after the first hours, and always for the last hours before the shift."""
    return min(came_up_at + timedelta(hours=terms.first_hours), starts_at - timedelta(hours=terms.open_hours))


def opens_for_me_at(terms: Terms, came_up_at: datetime, starts_at: datetime, *, has_had_less: bool) -> datetime:
    """When a place is open to one person: at once to those who had less than their fair share."""
    return came_up_at if has_had_less and not terms.has_draw else opens_for_all_at(terms, came_up_at, starts_at)


def lot_order(seed: str, entries: Iterable[str]) -> list[str]:
    """The order in which a draw asks people: by a hash of the seed and the entry, so that anybody can check it."""
    return sorted(entries, key=lambda each: hashlib.sha256(f"{seed}:{each}".encode()).hexdigest())


def new_seed() -> str:
    """A seed that nobody can guess (64 bits)."""
    return secrets.token_hex(8)


def seed_hash(seed: str) -> str:
    """What is shown of a seed before the draw."""
    return hashlib.sha256(seed.encode()).hexdigest()


def swap_lapses_at(now: datetime, first_starts_at: datetime) -> datetime:
    """A swap waits three days, and never into the last two hours before a shift (one hour's notice at least)."""
    return max(
        min(now + timedelta(days=3), first_starts_at - timedelta(hours=2)),
        min(now + timedelta(hours=1), first_starts_at),
    )


def ask_lapses_at(terms: Terms, now: datetime, starts_at: datetime, *, is_urgent: bool) -> datetime:
    """A person asked has so many minutes when it is urgent, else half of the time left and a day at most."""
    left = starts_at - now
    wait = timedelta(minutes=terms.ask_minutes) if is_urgent else min(timedelta(hours=24), left / 2)
    return min(now + wait, starts_at)

"""Short names for a board on which there is little room."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from app.roster.words import ShiftLabel


def short_hours(shift: ShiftLabel) -> str:
    """A shift's hours as short as can be, as in 9-16:30."""
    return f"{_short(shift.starts_at)}-{_short(shift.ends_at)}"


def _short(at: datetime) -> str:
    return f"{at.hour}:{at:%M}" if at.minute else str(at.hour)


def short_names(names: Mapping[str, str]) -> dict[str, str]:
    """A short name of two letters or more for each name, no two alike (initials, else more letters)."""
    taken: set[str] = set()
    found: dict[str, str] = {}
    for key, name in sorted(names.items(), key=lambda item: item[1]):
        words = [word for word in name.split() if word.lower() != "the"] or [name]
        tries = ["".join(word[0] for word in words[:2])] if len(words) > 1 else []
        tries += [words[0][:length] for length in range(2, len(words[0]) + 1)]
        tries += [f"{words[0][:2]}{number}" for number in range(2, len(names) + 3)]
        found[key] = next(each for each in tries if each not in taken)
        taken.add(found[key])
    return found

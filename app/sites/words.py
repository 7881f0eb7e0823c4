"""Plain words for sites, kinds of service and patterns."""

from __future__ import annotations

from app.fields import day_words
from app.sites.calendar import NTH_WORDS, WEEKDAYS, Recurring, is_overnight
from app.sites.models import Cycle, Pattern

DEMANDING_WORDS = {0: "Light", 1: "A little demanding", 2: "Demanding", 3: "Very demanding"}
EVERY_WORDS = {1: "Every", 2: "Every second", 3: "Every third", 4: "Every fourth"}


def listed(words: list[str], last: str = "and") -> str:
    """Words as a list people read: "a, b and c"."""
    return words[0] if len(words) == 1 else f"{', '.join(words[:-1])} {last} {words[-1]}"


def days_words(pattern: Recurring) -> str:
    """On which days a pattern comes round: "Every second Monday and Friday", "First Monday of the month"."""
    digits = sorted(map(int, pattern.weekdays))
    names = listed([WEEKDAYS[day] for day in digits]) if digits else "no day"
    if pattern.cycle == Cycle.MONTHLY:
        return f"{NTH_WORDS[pattern.nth or 1].capitalize()} {names} of the month"
    if pattern.every_weeks == 1:
        short = {"0123456": "Every day", "01234": "Monday to Friday", "56": "Saturday and Sunday"}
        return short.get("".join(map(str, digits)), f"Every {names}")
    return f"{EVERY_WORDS.get(pattern.every_weeks, f'Every {pattern.every_weeks} weeks on')} {names}"


def times_words(pattern: Pattern) -> str:
    """When a pattern's shifts begin and end: "22:00 to 06:00 next day"."""
    overnight = " next day" if is_overnight(pattern.starts_at, pattern.ends_at) else ""
    return f"{pattern.starts_at:%H:%M} to {pattern.ends_at:%H:%M}{overnight}"


def bounds_words(pattern: Pattern) -> str:
    """From when until when a pattern runs."""
    until = f" until {day_words(pattern.ends_on)}" if pattern.ends_on else ""
    return f"from {day_words(pattern.starts_on)}{until}"


def demand_words(minimum: int, target: int, maximum: int | None) -> str:
    """How many people: "2 to run, 3 wanted, 4 at most"."""
    parts = [f"{minimum} to run", f"{target} wanted"] if minimum != target else [f"{target}"]
    if maximum is not None and maximum != target:
        parts.append(f"{maximum} at most")
    return ", ".join(parts)

"""Violations in plain words, for a person who is tired."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING

from scheduling.roster import PlainNames
from scheduling.rules import rule_named

if TYPE_CHECKING:
    from collections.abc import Iterable

    from scheduling.roster import Fact, Names, Violation


class Number(int):
    """A number that can be told with its noun: `{value:person/people}` is "1 person" or "3 people"."""

    __slots__ = ()

    def __format__(self, nouns: str) -> str:
        one, _, many = nouns.partition("/")
        return f"{int(self)} {one if self == 1 else many}" if nouns else str(int(self))


class Subject(str):
    """Who a sentence is about, told with its verb: `{worker:is/are}` is "Sam is", or "You are" to Sam."""

    __slots__ = ()

    def __format__(self, verbs: str) -> str:
        one, _, many = verbs.partition("/")
        return f"{self!s} {many if self == YOU else one}" if verbs else str(self)


YOU = "You"


def words(violation: Violation, names: Names | None = None, reader: str | None = None) -> str:
    """Return one or two short sentences that say what is wrong; the `reader` (a worker) is called "you"."""
    return _told(rule_named(violation.rule).says[violation.code], violation, names or PlainNames(), reader)


def is_private(violation: Violation) -> bool:
    """Say whether nobody but the person concerned may read of it."""
    return rule_named(violation.rule).is_private


def is_untold(violation: Violation) -> bool:
    """Say whether others read only that someone is not available: of all that is private, and of being away."""
    return is_private(violation) or violation.code in rule_named(violation.rule).alike_codes


NOT_AVAILABLE = "Not available for this shift."
NOT_AVAILABLE_FIX = "Ask whether that has changed. If it has, note it with their times and hours, and try again."


def untold_first(violations: Iterable[Violation]) -> list[Violation]:
    """Put first what others only read as "not available": its place in the order of rules would tell which it is."""
    return sorted(violations, key=lambda each: not is_untold(each))


def words_for_others(violation: Violation, names: Names | None = None) -> str:
    """Return what others may read of it; the same of all that is private and of being away, so that none is told."""
    return NOT_AVAILABLE if is_untold(violation) else words(violation, names)


def fix_for_others(violation: Violation, names: Names | None = None) -> str:
    """Return what others may read of what would help."""
    return NOT_AVAILABLE_FIX if is_untold(violation) else fix(violation, names)


def fix(violation: Violation, names: Names | None = None) -> str:
    """Return one short sentence that says what would help, or an empty text."""
    return _told(rule_named(violation.rule).fixes.get(violation.code, ""), violation, names or PlainNames())


def _told(sentence: str, violation: Violation, names: Names, reader: str | None = None) -> str:
    """Fill a sentence with names and facts."""
    workers = [YOU if each == reader else names.worker(each) for each in violation.workers]
    shifts = [names.shift(each) for each in violation.shifts]
    facts = {key: _fact(key, value, names) for key, value in violation.facts}
    return sentence.format(
        worker=Subject(workers[0] if workers else "Nobody"),
        They="You" if violation.workers[:1] == (reader,) else "They",
        workers=_listed(workers),
        shift=shifts[0] if shifts else "no shift",
        shifts=_listed(shifts),
        **facts,
    )


def _fact(key: str, value: Fact, names: Names) -> str | Number:
    """Return a fact as people read it."""
    if key == "skill":
        return names.skill(str(value))
    if type(value) is int:
        return Number(value)
    return names.day(value) if isinstance(value, dt.date) else str(value)


def _listed(things: list[str]) -> str:
    """Return "a, b and c"."""
    if not things:
        return "none"
    return things[0] if len(things) == 1 else f"{', '.join(things[:-1])} and {things[-1]}"

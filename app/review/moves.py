"""Moves by hand on a roster, and what the rules say to them. Nothing here reads or writes a row."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum

from scheduling import Assignment, Problem, Roster, Violation, fix, rule_named, words
from scheduling.exchange import Move as Exchange
from scheduling.exchange import effect
from scheduling.roster import Names

NEUTRAL = "It would not fit."
NEVER_WAIVED = frozenset({"overlap"})  # nobody can be in two places at once


class Kind(StrEnum):
    """The moves there are."""

    ASSIGN = "assign"
    REMOVE = "remove"
    MOVE = "move"  # a person goes to another shift
    GIVE = "give"  # a shift goes to another person
    SWAP = "swap"  # two people change places
    PIN = "pin"
    UNPIN = "unpin"


@dataclass(frozen=True, slots=True)
class Move:
    """What a move takes away and puts in its place; pins change nobody's place."""

    kind: Kind
    take: tuple[Assignment, ...] = ()
    put: tuple[Assignment, ...] = ()
    pin: tuple[Assignment, ...] = ()

    @property
    def workers(self) -> tuple[str, ...]:
        """Everyone concerned."""
        return tuple(dict.fromkeys(each.worker for each in (*self.put, *self.take, *self.pin)))

    @property
    def shifts(self) -> tuple[str, ...]:
        """Every shift concerned."""
        return tuple(dict.fromkeys(each.shift for each in (*self.put, *self.take, *self.pin)))


@dataclass(frozen=True, slots=True)
class Verdict:
    """What the rules say to a move: what stops it, what of that a coordinator may set aside, what it brings."""

    stops: tuple[Violation, ...]
    notices: tuple[Violation, ...]

    @property
    def is_allowed(self) -> bool:
        """Whether nothing stops it."""
        return not self.stops

    @property
    def may_waive(self) -> bool:
        """Whether a coordinator may do it anyway, by name and with a reason."""
        return all(is_waivable(each) for each in self.stops)


@dataclass(frozen=True, slots=True)
class Wanted:
    """A move as a form asks for it; `version` is the draft's version the person was looking at."""

    version: int
    kind: Kind
    person: str
    shift: str
    to_person: str = ""
    to_shift: str = ""
    reason: str = ""


def make(problem: Problem, roster: Roster, wanted: Wanted) -> Move | str:
    """Make a move of what a form asks for, or say in plain words why there is no such move."""
    if wanted.person not in problem.worker or wanted.shift not in problem.shift:
        return "That person or shift is no longer part of this roster."
    kind, here = wanted.kind, Assignment(wanted.person, wanted.shift)
    if (here in roster) is (kind is Kind.ASSIGN):
        return "This person is on that shift already." if here in roster else "This person is no longer on that shift."
    if kind is Kind.MOVE:
        return _moved(problem, roster, here, Assignment(here.worker, wanted.to_shift))
    if kind is Kind.GIVE:
        return _moved(problem, roster, here, Assignment(wanted.to_person, here.shift))
    if kind is Kind.SWAP:
        return _swapped(roster, here, Assignment(wanted.to_person, wanted.to_shift))
    part = {Kind.ASSIGN: "put", Kind.REMOVE: "take"}.get(kind, "pin")
    return Move(kind, **{part: (here,)})


def _moved(problem: Problem, roster: Roster, here: Assignment, there: Assignment) -> Move | str:
    if there.worker not in problem.worker or there.shift not in problem.shift:
        return "Say where to."
    if there in roster:
        return "That person is on that shift already."
    return Move(Kind.MOVE if there.worker == here.worker else Kind.GIVE, take=(here,), put=(there,))


def _swapped(roster: Roster, here: Assignment, there: Assignment) -> Move | str:
    if there not in roster:
        return "Say with whom: they are not on that shift."
    mine, theirs = Assignment(here.worker, there.shift), Assignment(there.worker, here.shift)
    if here.worker == there.worker or here.shift == there.shift or mine in roster or theirs in roster:
        return "These two cannot change places: one of them is on both shifts."
    return Move(Kind.SWAP, take=(here, there), put=(mine, theirs))


def judge(problem: Problem, roster: Roster, move: Move) -> Verdict:
    """Say what a move newly breaks. Wanting more people never stops, nor does taking someone off."""
    done = effect(problem, roster, Exchange(move.put, move.take))
    stops = done.refusals if move.put else ()
    return Verdict(stops, tuple(each for each in done.broken if each not in stops))


def is_private(violation: Violation) -> bool:
    """Whether only the person concerned may read of it."""
    return rule_named(violation.rule).is_private


def is_waivable(violation: Violation) -> bool:
    """Whether a coordinator may set the rule aside here: never a person's private wish, never being in two places."""
    return not is_private(violation) and violation.rule not in NEVER_WAIVED


def told(violations: Iterable[Violation], names: Names) -> list[str]:
    """Plain sentences, each once; a private rule says no more than that it would not fit."""
    found = dict.fromkeys(NEUTRAL if is_private(each) else words(each, names) for each in violations)
    return list(found)


def fixes(violations: Iterable[Violation], names: Names) -> list[str]:
    """What would help, each once, without the private ones."""
    found = dict.fromkeys(fix(each, names) for each in violations if not is_private(each))
    return [each for each in found if each]


def sentence(move: Move, names: Names) -> str:
    """Say in plain words what a move did."""
    if move.kind is Kind.SWAP:
        first, second = move.put
        return (
            f"{names.worker(first.worker)} is now on {names.shift(first.shift)}, "
            f"and {names.worker(second.worker)} on {names.shift(second.shift)}."
        )
    if move.kind is Kind.GIVE:
        new, old = move.put[0], move.take[0]
        return f"{names.worker(new.worker)} has {names.shift(new.shift)} in place of {names.worker(old.worker)}."
    if move.put:
        return f"{names.worker(move.put[0].worker)} is now on {names.shift(move.put[0].shift)}."
    if move.take:
        return f"{names.worker(move.take[0].worker)} is no longer on {names.shift(move.take[0].shift)}."
    pair = move.pin[0]
    what = "stays on" if move.kind is Kind.PIN else "need not stay on"
    return f"{names.worker(pair.worker)} {what} {names.shift(pair.shift)} when the roster is generated again."

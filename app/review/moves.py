"""Moves by hand on a roster, and what the rules say to them. Nothing here reads or writes a row."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Any

from scheduling import (
    Assignment,
    Problem,
    Roster,
    Violation,
    Waiver,
    fix_for_others,
    is_private,
    is_untold,
    untold_first,
    words_for_others,
)
from scheduling.exchange import Move as Exchange
from scheduling.exchange import effect
from scheduling.roster import Names

MOST_TOLD = 2
"""Of what a move makes dearer only the dearest is told: a person who moves ten people does not read twenty lines."""
NEVER_WAIVED = frozenset({"overlap", "availability"})  # nobody can be in two places at once, or come when they cannot


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
    """What the rules say to a move: what stops it, and what else it brings."""

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


def noted(kind: str, before: Mapping[str, Any]) -> Move:
    """Make a move anew of what was written down of it, with whom it put where and whom it took off."""
    part = {
        name: tuple(Assignment(worker, shift) for shift, worker, _ in before[key])
        for name, key in (("put", "put"), ("take", "taken"), ("pin", "pins"))
    }
    return Move(Kind(kind), **part)


def judge(problem: Problem, roster: Roster, move: Move) -> Verdict:
    """Say what a move newly breaks. Wanting more people never stops, nor does taking someone off."""
    done = effect(problem, roster, Exchange(move.put, move.take))
    stops = done.refusals if move.put else ()
    notices = [each for each in done.broken if each not in stops]
    unready = [each for each in notices if each.is_forbidden]
    dear = [each for each in notices if not each.is_forbidden and not is_private(each)]
    return Verdict(stops, (*unready, *dear[:MOST_TOLD]))


def waivers_for(problem: Problem, roster: Roster, move: Move, verdict: Verdict) -> tuple[Waiver, ...] | None:
    """Return what a coordinator has to set aside so that nothing stops a move; None when that cannot be."""
    if verdict.is_allowed:
        return ()
    if not verdict.may_waive:
        return None
    wanted = dict.fromkeys(
        Waiver(stop.rule, put.shift, put.worker)
        for stop in verdict.stops
        for put in move.put
        if put.worker in stop.workers
    )
    lenient = replace(problem, waivers=(*problem.waivers, *wanted))
    return tuple(wanted) if wanted and judge(lenient, roster, move).is_allowed else None


def is_waivable(violation: Violation) -> bool:
    """Whether a coordinator may set the rule aside here: never that someone is not available, or two places at once."""
    return not is_untold(violation) and violation.rule not in NEVER_WAIVED


def told(violations: Iterable[Violation], names: Names) -> list[str]:
    """Plain sentences, each once; of a private wish no more than of being away, and nothing of its price."""
    found = dict.fromkeys(
        words_for_others(each, names) for each in untold_first(violations) if each.is_forbidden or not is_private(each)
    )
    return list(found)


def fixes(violations: Iterable[Violation], names: Names) -> list[str]:
    """What would help, each once; the same of what is private and of being away."""
    found = dict.fromkeys(fix_for_others(each, names) for each in untold_first(violations))
    return [each for each in found if each]


def proposal(move: Move, names: Names) -> str:
    """Say in plain words what a move is to do, as in "Put Ana on Tue 24 Nov 9:00-15:00"."""
    put = [(names.worker(each.worker), names.shift(each.shift)) for each in move.put]
    taken = [(names.worker(each.worker), names.shift(each.shift)) for each in move.take]
    if move.kind is Kind.SWAP:
        return f"Let {taken[0][0]} ({taken[0][1]}) and {taken[1][0]} ({taken[1][1]}) change places"
    if move.kind is Kind.GIVE:
        return f"Give {put[0][1]} to {put[0][0]} in place of {taken[0][0]}"
    if move.kind is Kind.MOVE:
        return f"Move {put[0][0]} from {taken[0][1]} to {put[0][1]}"
    if put:
        return f"Put {put[0][0]} on {put[0][1]}"
    if taken:
        return f"Take {taken[0][0]} off {taken[0][1]}"
    pair = move.pin[0]
    return f"{'Pin' if move.kind is Kind.PIN else 'Unpin'} {names.worker(pair.worker)} on {names.shift(pair.shift)}"


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

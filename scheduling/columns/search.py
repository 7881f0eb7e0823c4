"""Search by columns: a first roster, a proved bound, a dive to a whole roster, and then team after team."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

from scheduling.columns.compiler import TooManyStatesError
from scheduling.columns.desks import Desk, StoppedError
from scheduling.columns.generation import Closing, Generation
from scheduling.columns.master import NoMixtureError
from scheduling.construction import build
from scheduling.rule import Scope

if TYPE_CHECKING:
    from collections.abc import Callable

    from scheduling.problem import Problem
    from scheduling.roster import Roster
    from scheduling.search import Control, Incumbent

LEAST_TEAM = 3
FIRST_TEAM = 12.0
GROWN = 1.1
SHRUNK = 0.95
LONG = 6.0
"""Seconds after which even a team that is proved to be at its best does not make teams grow."""
BOUNDING = 0.35
"""Share of the time that goes into the bound before anything else, and beside teams where it is not yet found."""

DOUBTING = 0.25
FAR = 0.5
"""After such a share of the time the bound should be nearer to the value than this (as a share of it)."""


class TooFarError(Exception):
    """The bound does not close in: columns are no good for this problem."""


TRIED = 3
"""So many people, those who could be on most shifts, are looked at to see whether columns are of any use."""

KEPT = 0.5
"""Of what rules count of a person such a share must fit into the pricing of their whole rosters."""


def is_fit(problem: Problem) -> bool:
    """Say whether columns are of use: people's whole rosters are priced by most of what rules count of them.

    Where there is more to count than can be kept, columns find less than parts of the whole model do.
    """
    possible = problem.possible
    most = sorted(problem.workers, key=lambda each: -len(possible.shifts_of(each.id)))[:TRIED]
    desk = Desk(problem)
    try:
        pricers = [desk.pricer(each.id) for each in most]
    except TooManyStatesError:
        return False
    return sum(len(each.used) for each in pricers) >= KEPT * sum(len(each.machine.counts) for each in pricers)


def generate(
    incumbent: Incumbent, control: Control, seed: int, helpers: int, on_bound: Callable[[float], None]
) -> None:
    """Improve the incumbent and its bound until the end, or until nothing is left to find.

    While it prices all workers it wants every core for itself and its `helpers`; then others may search, too. Raises
    TooManyStatesError and TooFarError where columns are of no use.
    """
    if not incumbent.problem.possible.assignments:
        return
    work = Generation(incumbent.problem, lambda: control.should_end, seed, helpers)
    try:
        _Search(work, incumbent, control, on_bound).run()
    except (StoppedError, NoMixtureError):
        pass
    finally:
        control.let_others_search()
        work.end()


class _Search:
    """One search by columns."""

    def __init__(
        self, work: Generation, incumbent: Incumbent, control: Control, on_bound: Callable[[float], None]
    ) -> None:
        self.work, self.incumbent, self.control, self._on_bound = work, incumbent, control, on_bound
        self._left = control.left

    def run(self) -> None:
        """Construct, bound, dive, and then go from team to team."""
        ledger, work = self.control.ledger, self.work
        with ledger.on("building"):
            work.desks.open()
        with ledger.on("search"):
            self.incumbent.replace(work.construct())
            if not self.incumbent.now[1]:
                self.incumbent.replace(build(self.incumbent.problem, lambda: self.control.should_end))
        with ledger.on("building"):
            work.open()
            work.know(self.incumbent.now[1])
            closing = work.whole()
        while not closing.is_done(self.incumbent.now[0]) and self.control.left > (1 - BOUNDING) * self._left:
            self._bound(closing)
            if self.control.left < (1 - DOUBTING) * self._left and not closing.is_near(FAR):
                raise TooFarError
        if not closing.is_above(self.incumbent.now[0]):
            self._dive(closing)
        self.control.let_others_search()
        self._teams(closing)

    def _dive(self, closing: Closing) -> None:
        """Look for a whole roster; the bound may rise on the way."""
        try:
            with self.control.ledger.on("search"):
                found = self.work.dive(closing, self.incumbent.now[0], lambda: self.control.left).chosen
        finally:
            self._on_bound(closing.bound)
        if found is not None:
            self.incumbent.replace(self.work.roster_of(found))

    def _bound(self, closing: Closing) -> float:
        """Take one more step towards the bound; return the seconds it took."""
        began = time.monotonic()
        with self.control.ledger.on("bounding"):
            closing.step()
        self._on_bound(closing.bound)
        self.work.center = closing.prices
        return time.monotonic() - began

    def _teams(self, closing: Closing) -> None:
        """Solve team after team again, and go on with the bound in between where it is not yet found."""
        teams = _Teams(self.work, self.incumbent)
        bounding = searching = 0.0
        while not closing.is_above(self.incumbent.now[0]):
            if not closing.is_done() and bounding < searching:
                bounding += self._bound(closing)
                continue
            began = time.monotonic()
            with self.control.ledger.on("search"):
                teams.step(lambda: self.control.left)
            searching += time.monotonic() - began


class _Teams:
    """Chooses who is to be solved again, and how many."""

    def __init__(self, work: Generation, incumbent: Incumbent) -> None:
        self.work, self.incumbent = work, incumbent
        self.random = work.random
        self.size = FIRST_TEAM
        self._paid: tuple[Roster, list[tuple[int, tuple[str, ...], tuple[str, ...]]]] | None = None

    def step(self, seconds: Callable[[], float]) -> None:
        """Solve one team again; where that proves that it is at its best, the next team is larger."""
        price, roster = self.incumbent.now
        chosen = self.work.know(roster)
        team = self._team(roster)
        began = time.monotonic()
        found = self.work.again(team, chosen, price, seconds)
        if found.chosen is not None:
            after = self.work.roster_of(found.chosen)
            self.incumbent.change(after.assignments - roster.assignments, roster.assignments - after.assignments)
            factor = 1.0
        else:
            factor = GROWN if found.is_proved and time.monotonic() - began < LONG else SHRUNK
        self.size = min(float(len(self.work.workers)), max(float(LEAST_TEAM), self.size * factor))

    def _team(self, roster: Roster) -> set[str]:
        """Return some workers: at random, or those who could mend something that is paid for."""
        workers, size = self.work.workers, min(len(self.work.workers), round(self.size))
        paid = self._what_is_paid(roster)
        if not paid or self.random.random() < 0.3:  # noqa: PLR2004 - three times out of ten
            return set(self.random.sample(workers, size))
        _, who, where = self.random.choices(paid, [each[0] ** 0.5 for each in paid])[0]
        team = {each for each in who if each in self.work.pool.place}
        able = sorted({each for shift in where for each in self.work.problem.possible.workers_on(shift)} - team)
        self.random.shuffle(able)
        team |= set(able[: max(1, size - len(team))]) if len(team) < size else set()
        rest = [each for each in workers if each not in team]
        self.random.shuffle(rest)
        return team | set(rest[: max(0, size - len(team))])

    def _what_is_paid(self, roster: Roster) -> list[tuple[int, tuple[str, ...], tuple[str, ...]]]:
        """Return what a roster pays for: price, workers (where it is not who is on a shift) and shifts."""
        if self._paid is None or self._paid[0] is not roster:
            problem = self.work.problem
            self._paid = (
                roster,
                [
                    (each.price, () if rule.scope is Scope.SHIFT else each.workers, each.shifts)
                    for rule in problem.rules
                    for each in rule.check(problem, roster)
                    if each.price
                ],
            )
        return self._paid[1]

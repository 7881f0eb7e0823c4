"""Pricers in processes of their own, so that workers are priced on all cores at once.

A helper is a plain Python process that is sent a problem and the names of workers, and then answers questions about
them until its input ends. It ends by itself when the one who asks is gone.
"""

from __future__ import annotations

import math
import pickle
import select
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

from scheduling.columns.compiler import TooManyStatesError, machine_of
from scheduling.columns.pricing import Pricer

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence

    from scheduling.columns.pricing import Priced
    from scheduling.problem import Problem

ROOT = Path(__file__).resolve().parents[2]
BEAT = 0.1
"""Seconds between two looks at whether to stop."""


class StoppedError(Exception):
    """The search was told to end while it waited for something."""


class Desk:
    """The pricers of some workers, made when they are first asked for."""

    def __init__(self, problem: Problem, should_stop: Callable[[], bool] = lambda: False) -> None:
        self._problem, self._should_stop = problem, should_stop
        self._pricers: dict[str, Pricer] = {}

    def pricer(self, worker: str) -> Pricer:
        """Return a worker's pricer; raises TooManyStatesError, and StoppedError when it is time to end."""
        if self._should_stop():
            raise StoppedError
        if worker not in self._pricers:
            self._pricers[worker] = Pricer(machine_of(self._problem, worker))
        return self._pricers[worker]

    def price(
        self, costs: Mapping[str, Mapping[str, float]], wanted: int, below: Mapping[str, float] | None = None
    ) -> dict[str, Priced]:
        """Price workers, each at what shifts cost them; rosters that cost `below` or more are not told."""
        limits = below or {}
        return {
            worker: self.pricer(worker).price(cost, wanted, limits.get(worker, math.inf))
            for worker, cost in costs.items()
        }

    def read(self, worker: str, shifts: Iterable[str]) -> int | None:
        """Return what worker-wise rules ask for a worker's shifts, None where they forbid them."""
        return self.pricer(worker).machine.read(shifts)


class _Helper:
    """One process and the pipe to it."""

    def __init__(self, problem: Problem, workers: Sequence[str], should_stop: Callable[[], bool]) -> None:
        self._should_stop = should_stop
        code = f"import sys; sys.path.insert(0, {str(ROOT)!r}); from scheduling.columns.desks import serve; serve()"
        self._process = subprocess.Popen(  # noqa: S603 - this same program
            [sys.executable, "-c", code], stdin=subprocess.PIPE, stdout=subprocess.PIPE, bufsize=1 << 20
        )
        self.ask("open", problem, tuple(workers))

    def ask(self, *question: Any) -> None:
        """Send a question; `answer` waits for what comes back."""
        if self._process.stdin is None:
            raise AssertionError("a helper has a pipe")
        pickle.dump(question, self._process.stdin, pickle.HIGHEST_PROTOCOL)
        self._process.stdin.flush()

    def answer(self) -> Any:
        """Return the answer to the question asked last; what went wrong there is raised here."""
        pipe = self._process.stdout
        if pipe is None:
            raise AssertionError("a helper has a pipe")
        while not select.select([pipe], [], [], BEAT)[0]:
            if self._should_stop():
                raise StoppedError
        is_good, told = pickle.load(pipe)  # noqa: S301 - our own process
        if not is_good:
            raise TooManyStatesError(told)
        return told

    def end(self) -> None:
        """End the process."""
        self._process.kill()
        self._process.wait()
        for pipe in (self._process.stdin, self._process.stdout):
            if pipe is not None:
                pipe.close()


class Desks:
    """All workers' pricers: some here, the others with helpers. Everything may raise StoppedError."""

    def __init__(
        self,
        problem: Problem,
        workers: Sequence[str],
        helpers: int,
        should_stop: Callable[[], bool] = lambda: False,
    ) -> None:
        self._here = Desk(problem, should_stop)
        self._mine = [*workers[:: helpers + 1]]
        self._helpers: list[_Helper] = []
        self._helper_of: dict[str, _Helper] = {}
        for number in range(helpers):
            theirs = workers[number + 1 :: helpers + 1]
            helper = _Helper(problem, theirs, should_stop)
            self._helpers.append(helper)
            self._helper_of.update((worker, helper) for worker in theirs)
        self._is_open = not helpers

    def open(self) -> None:
        """Make all pricers, here and there at once."""
        for worker in self._mine:
            self._here.pricer(worker)
        self._wait()

    def _wait(self) -> None:
        if not self._is_open:
            for helper in self._helpers:
                helper.answer()
            self._is_open = True

    def price(
        self, costs: Mapping[str, Mapping[str, float]], wanted: int, below: Mapping[str, float] | None = None
    ) -> dict[str, Priced]:
        """Price workers, each at what shifts cost them, everywhere at once."""
        self._wait()
        shares: dict[_Helper, dict[str, Mapping[str, float]]] = {}
        mine = {}
        for worker, cost in costs.items():
            helper = self._helper_of.get(worker)
            if helper is None:
                mine[worker] = cost
            else:
                shares.setdefault(helper, {})[worker] = cost
        for helper, share in shares.items():
            helper.ask("price", share, wanted, below)
        found = self._here.price(mine, wanted, below)
        for helper in shares:
            found.update(helper.answer())
        return found

    def read(self, worker: str, shifts: Iterable[str]) -> int | None:
        """Return what worker-wise rules ask for a worker's shifts, None where they forbid them."""
        helper = self._helper_of.get(worker)
        if helper is None:
            return self._here.read(worker, shifts)
        self._wait()
        helper.ask("read", worker, tuple(shifts))
        told: int | None = helper.answer()
        return told

    def end(self) -> None:
        """End all helpers."""
        for helper in self._helpers:
            helper.end()


def serve() -> None:
    """Answer questions on the standard input until it ends."""
    source, target = sys.stdin.buffer, sys.stdout.buffer
    desk: Desk | None = None
    while True:
        try:
            what, *told = pickle.load(source)  # noqa: S301 - from the process that started this one
        except EOFError:
            return
        answer: tuple[bool, Any] = (True, None)
        try:
            if what == "open":
                problem, workers = told
                desk = Desk(problem)
                for worker in workers:
                    desk.pricer(worker)
            elif desk is not None:
                answer = (True, getattr(desk, what)(*told))
        except TooManyStatesError as error:
            answer = (False, str(error))
        pickle.dump(answer, target, pickle.HIGHEST_PROTOCOL)
        target.flush()


__all__ = ["Desk", "Desks", "StoppedError", "serve"]

"""What a rule is: one law in one file, told to the solver and to people in the same sentences."""

from __future__ import annotations

import dataclasses
from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING, Any, ClassVar

from scheduling.clauses import Together, find, on, post

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from scheduling.clauses import Clause, Facts
    from scheduling.problem import Problem, Shift, Worker
    from scheduling.roster import Roster, Violation
    from scheduling.variables import Variables


class Scope(StrEnum):
    """What a rule's sentences couple: one worker's own shifts, one shift's people, or several workers."""

    WORKER = "worker"
    SHIFT = "shift"
    PAIR = "pair"


@dataclass(frozen=True)
class Parameter:
    """A number of a rule that a coordinator can see and change, with the source of its default.

    `may_forbid` marks a price that may be None: then the rule forbids instead of pricing.
    """

    name: str
    label: str
    unit: str
    default: int | bool | None
    minimum: int
    maximum: int
    source: str
    may_forbid: bool


@dataclass(frozen=True)
class Verdict:
    """What a rule says of one person on one shift: forbidden (price None) or allowed at a price."""

    code: str
    price: int | None = None
    facts: Facts = ()


def parameter(  # noqa: PLR0913 - each is a column of the page on which a coordinator edits it
    default: int | bool | None,  # noqa: FBT001 - a default may be a yes or no
    label: str,
    *,
    unit: str = "points",
    minimum: int = 0,
    maximum: int = 1_000_000,
    source: str = "our choice",
    may_forbid: bool = False,
) -> Any:
    """Declare a rule's parameter as a dataclass field with what a settings page needs to show it."""
    told = {
        "label": label,
        "unit": unit,
        "minimum": minimum,
        "maximum": maximum,
        "source": source,
        "may_forbid": may_forbid,
    }
    return dataclasses.field(default=default, metadata=told)


def cost(default: int | None, label: str, *, source: str = "our choice", may_forbid: bool = True) -> Any:
    """Declare a rule's price in points; None forbids, where the rule may forbid at all."""
    return parameter(default, label, source=source, may_forbid=may_forbid)


@dataclass(frozen=True)
class Rule:
    """One law. A subclass names it, declares its parameters as fields and speaks it in `clauses`.

    `says` has a plain sentence for each code, `fixes` what would help. `is_private` marks a rule whose sentences
    nobody but the person concerned may read; `alike_codes` are sentences of other rules that others must not tell from
    those. `unready` are codes that say "not ready yet": more people would mend
    them, so they are no reason to refuse one more. `is_firm` rules forbid whatever their parameters. `is_early`
    rules are posted first, because they tell which shifts exclude one another.
    """

    name: ClassVar[str] = ""
    title: ClassVar[str] = ""
    about: ClassVar[str] = ""
    scope: ClassVar[Scope] = Scope.WORKER
    is_private: ClassVar[bool] = False
    alike_codes: ClassVar[frozenset[str]] = frozenset()
    is_early: ClassVar[bool] = False
    is_default: ClassVar[bool] = True
    is_firm: ClassVar[bool] = False
    unready: ClassVar[frozenset[str]] = frozenset()
    says: ClassVar[Mapping[str, str]] = {}
    fixes: ClassVar[Mapping[str, str]] = {}

    def __post_init__(self) -> None:
        for each in self.parameters():
            value = getattr(self, each.name)
            if value is None:
                if not each.may_forbid and each.default is not None:
                    raise ValueError(f"{self.name}: {each.name} must be a number")
            elif not each.minimum <= value <= each.maximum:
                raise ValueError(f"{self.name}: {each.name} must lie from {each.minimum} to {each.maximum}")

    @property
    def can_forbid(self) -> bool:
        """Say whether anything this rule finds can be forbidden, rather than priced."""
        return self.is_firm or any(each.may_forbid and getattr(self, each.name) is None for each in self.parameters())

    @classmethod
    def parameters(cls) -> tuple[Parameter, ...]:
        """Return what a coordinator can set, in the order of the file."""
        return tuple(
            Parameter(name=field.name, default=field.default, **field.metadata)  # type: ignore[arg-type]
            for field in dataclasses.fields(cls)
            if "label" in field.metadata
        )

    def clauses(
        self,
        problem: Problem,
        roster: Roster,
        workers: Iterable[str] | None = None,
        shifts: Iterable[str] | None = None,
    ) -> Iterator[Clause]:
        """Yield the law's sentences about the pairs in a roster.

        For people the roster is the real one; for the solver it is the roster of every possible pair.
        A pair that is not in it counts as not made. `workers` and `shifts` narrow what is spoken about.
        """
        raise NotImplementedError

    def bars(self, problem: Problem, worker: Worker, shift: Shift) -> bool:
        """Say whether this rule forbids a person on a shift whatever else is rostered (waivers aside)."""
        del problem, worker, shift
        return False

    def post(
        self,
        model: Any,
        x: Variables,
        problem: Problem,
        workers: Iterable[str] | None = None,
        shifts: Iterable[str] | None = None,
    ) -> Any:
        """Tell a solver model the law and return the linear expression of its price."""
        return post(model, x, self.clauses(problem, problem.possible, workers, shifts))

    def check(
        self,
        problem: Problem,
        roster: Roster,
        workers: Iterable[str] | None = None,
        shifts: Iterable[str] | None = None,
    ) -> Iterator[Violation]:
        """Yield what a roster breaks of this law, narrowed to some workers and shifts when asked."""
        return find(self.name, self.clauses(problem, roster, workers, shifts), roster)


class WorkerRule(Rule):
    """A law about one worker's own shifts: it never couples two people."""

    scope: ClassVar[Scope] = Scope.WORKER

    def clauses(
        self,
        problem: Problem,
        roster: Roster,
        workers: Iterable[str] | None = None,
        shifts: Iterable[str] | None = None,
    ) -> Iterator[Clause]:
        """Yield the sentences about each worker (of those asked for)."""
        del shifts
        for worker in problem.workers if workers is None else (problem.worker[each] for each in workers):
            yield from self.of_worker(problem, worker, problem.shifts_for(self.name, worker.id, roster))

    def of_worker(self, problem: Problem, worker: Worker, shifts: tuple[Shift, ...]) -> Iterator[Clause]:
        """Yield the sentences about one worker, given the shifts they have or could have, by start."""
        raise NotImplementedError


class AssignmentRule(WorkerRule):
    """A law about one worker on one shift, whatever else is rostered."""

    def judge(self, problem: Problem, worker: Worker, shift: Shift) -> Verdict | None:
        """Return what the law has against this person on this shift, or None."""
        raise NotImplementedError

    def bars(self, problem: Problem, worker: Worker, shift: Shift) -> bool:
        """Say whether the verdict forbids."""
        verdict = self.judge(problem, worker, shift)
        return verdict is not None and verdict.price is None

    def of_worker(self, problem: Problem, worker: Worker, shifts: tuple[Shift, ...]) -> Iterator[Clause]:
        """Yield one sentence for each shift the law has something against."""
        for shift in shifts:
            verdict = self.judge(problem, worker, shift)
            if verdict is not None:
                yield Together(verdict.code, (on(worker.id, shift.id),), verdict.price, verdict.facts)


class ShiftRule(Rule):
    """A law about the people on one shift: it never couples two shifts."""

    scope: ClassVar[Scope] = Scope.SHIFT

    def clauses(
        self,
        problem: Problem,
        roster: Roster,
        workers: Iterable[str] | None = None,
        shifts: Iterable[str] | None = None,
    ) -> Iterator[Clause]:
        """Yield the sentences about each shift (asked for, or with an asked-for worker on it)."""
        if workers is not None or shifts is not None:
            asked = set(shifts or ()).union(*(roster.shifts_of(each) for each in workers or ()))
            chosen = [each for each in problem.shifts if each.id in asked]
        else:
            chosen = list(problem.shifts)
        for shift in chosen:
            if not problem.is_waived(self.name, None, shift.id):
                yield from self.of_shift(problem, shift, problem.workers_for(self.name, shift.id, roster))

    def of_shift(self, problem: Problem, shift: Shift, workers: tuple[Worker, ...]) -> Iterator[Clause]:
        """Yield the sentences about one shift, given the workers who are or could be on it."""
        raise NotImplementedError

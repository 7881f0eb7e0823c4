"""How fair a draft is: hours, nights, weekends and demanding work of each person, and what each rule costs."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass

from app.review.board import hours_of
from app.review.queries import Review
from scheduling import Problem, Worker, is_private, rule_named
from scheduling.shares import LOADS, hour_shares, load_shares

PRIVATE = "Wishes that are private"


@dataclass(frozen=True, slots=True)
class LoadShare:
    """What a person has of one load in this draft, what they had before, and a fair share of both together."""

    got: int
    before: int
    share: int | None

    @property
    def is_over(self) -> bool:
        """Whether both together are more than a fair share."""
        return self.share is not None and self.got > 0 and self.got + self.before > self.share


@dataclass(frozen=True, slots=True)
class Share:
    """One person's part: minutes wanted, fair, got and carried over; loads by name."""

    person: str
    name: str
    wanted: int
    fair: int | None
    got: int
    carried: int
    carried_wanted: int
    loads: dict[str, LoadShare]

    @property
    def difference(self) -> int:
        """Minutes above a fair share (below: negative)."""
        return 0 if self.fair is None else self.got - self.fair


@dataclass(frozen=True, slots=True)
class RulePrice:
    """What one rule costs a draft: points, and how many times it is bent or (forbidden) broken."""

    title: str
    points: int
    times: int
    forbidden: int


def shares_of(review: Review) -> list[Share]:
    """Everybody's part, those furthest below their fair share first."""
    found = [
        _share(review, worker)
        for worker in review.problem.workers
        if worker.contract.wanted_minutes or review.roster.shifts_of(worker.id)
    ]
    return sorted(found, key=lambda each: (each.difference, each.name))


def share_of(review: Review, person: str) -> Share:
    """One person's part."""
    return _share(review, review.problem.worker[person])


def _share(review: Review, worker: Worker) -> Share:
    problem = review.problem
    got, wanted = hours_of(review, worker)
    return Share(
        person=worker.id,
        name=review.names.worker(worker.id),
        wanted=wanted,
        fair=hour_shares(problem).get(worker.id),
        got=got,
        carried=worker.carried.minutes,
        carried_wanted=worker.carried.wanted_minutes,
        loads={load: _load(problem, review, worker, load) for load in LOADS},
    )


def _load(problem: Problem, review: Review, worker: Worker, load: str) -> LoadShare:
    measure = LOADS[load]
    got = sum(measure.of_shift(problem, problem.shift[each]) for each in review.roster.shifts_of(worker.id))
    return LoadShare(got, measure.before(problem, worker), load_shares(problem, load).get(worker.id))


def prices_of(review: Review) -> list[RulePrice]:
    """What each rule costs, the dearest first; private rules are one line together."""
    points: dict[str, int] = defaultdict(int)
    times: dict[str, int] = defaultdict(int)
    forbidden: dict[str, int] = defaultdict(int)
    for each in review.violations:
        title = PRIVATE if is_private(each) else rule_named(each.rule).title
        points[title] += each.price or 0
        times[title] += 1
        forbidden[title] += each.is_forbidden
    found = [RulePrice(title, points[title], times[title], forbidden[title]) for title in points]
    return sorted(found, key=lambda each: (-each.forbidden, -each.points, each.title))

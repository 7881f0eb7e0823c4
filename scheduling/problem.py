"""What is given: the horizon, the shifts, the workers, their past, and the rules that hold.

Times are whole minutes of *elapsed* time since the horizon's first local midnight, so a day in which
clocks change has 1380 or 1500 minutes and every duration is true. Days are numbered from 0 by the
local date; days before and after the horizon carry negative and larger numbers.
"""

from __future__ import annotations

import datetime as dt
from bisect import bisect_right
from dataclasses import dataclass, field
from enum import IntEnum
from functools import cached_property
from typing import TYPE_CHECKING, Any

from scheduling.roster import Assignment, Roster

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from zoneinfo import ZoneInfo

    from scheduling.rule import Rule

DAY = 24 * 60
"""Minutes of a day on which no clock changes."""

SATURDAY = 5


def _require(claim: object, message: str) -> None:
    """Raise ValueError with the message unless the claim holds."""
    if not claim:
        raise ValueError(message)


def _require_unique(ids: Iterable[str], what: str) -> None:
    """Raise ValueError naming the first id that stands twice."""
    seen: set[str] = set()
    for each in ids:
        _require(each, f"a {what} has an empty id")
        _require(each not in seen, f"{what} {each!r} stands twice")
        seen.add(each)


class Grade(IntEnum):
    """How welcome work is at a time, best first; the larger of two grades is the one that counts."""

    PREFERRED = 0
    AVAILABLE = 1
    UNWANTED = 2
    UNAVAILABLE = 3


@dataclass(frozen=True)
class Horizon:
    """The days a roster is made for: the first local date and the minute at which each day begins.

    `edges` has one entry more than there are days, begins with 0 and ends with the horizon's last minute.
    """

    start_on: dt.date
    edges: tuple[int, ...]

    def __post_init__(self) -> None:
        _require(self.edges and self.edges[0] == 0, "a horizon begins at minute 0")
        _require(
            all(a < b for a, b in zip(self.edges, self.edges[1:], strict=False)),
            "days must follow one another",
        )

    @classmethod
    def plain(cls, start_on: dt.date, days: int) -> Horizon:
        """Make a horizon in which no clock changes, so every day has 1440 minutes."""
        return cls(start_on, tuple(day * DAY for day in range(days + 1)))

    @classmethod
    def local(cls, start_on: dt.date, days: int, zone: ZoneInfo) -> Horizon:
        """Make a horizon of local days in a zone, with the short and long days of clock changes."""
        midnights = [
            dt.datetime.combine(start_on + dt.timedelta(days=day), dt.time(), zone).astimezone(dt.UTC)
            for day in range(days + 1)
        ]
        return cls(start_on, tuple(int((each - midnights[0]).total_seconds() // 60) for each in midnights))

    @property
    def days(self) -> int:
        """Number of days."""
        return len(self.edges) - 1

    @property
    def end(self) -> int:
        """The minute at which the last day ends."""
        return self.edges[-1]

    def date(self, day: int) -> dt.date:
        """Return the local date of a day, which may lie outside the horizon."""
        return self.start_on + dt.timedelta(days=day)

    def weekday(self, day: int) -> int:
        """Return 0 for Monday to 6 for Sunday."""
        return (self.start_on.weekday() + day) % 7

    def edge(self, day: int) -> int:
        """Return the minute at which a day begins; outside the horizon every day counts 1440 minutes."""
        if day < 0:
            return day * DAY
        if day > self.days:
            return self.end + (day - self.days) * DAY
        return self.edges[day]

    def day_at(self, minute: int) -> int:
        """Return the day in which a minute lies."""
        if minute < 0:
            return minute // DAY
        if minute >= self.end:
            return self.days + (minute - self.end) // DAY
        return bisect_right(self.edges, minute) - 1

    def week(self, day: int) -> int:
        """Return the number of the calendar week (Monday to Sunday) of a day; week 0 holds day 0."""
        return (self.start_on.weekday() + day) // 7

    def week_start(self, week: int) -> int:
        """Return the day on which a calendar week begins; it may be negative for week 0."""
        return week * 7 - self.start_on.weekday()

    @cached_property
    def weeks(self) -> range:
        """The numbers of the calendar weeks that the horizon touches."""
        return range(self.week(self.days - 1) + 1) if self.days else range(0)

    def is_weekend(self, day: int) -> bool:
        """Say whether a day is a Saturday or a Sunday."""
        return self.weekday(day) >= SATURDAY


@dataclass(frozen=True)
class Demand:
    """One line of what a shift needs: how many people, or how many of them with a skill.

    Without a skill the line counts everyone on the shift; with one it means "of whom". Trainees never
    count. The weights, where given, replace the prices of the rule for one person missing from the
    target or beyond it.
    """

    target: int
    minimum: int = 0
    maximum: int | None = None
    skill: str | None = None
    weight_under: int | None = None
    weight_over: int | None = None

    def __post_init__(self) -> None:
        _require(0 <= self.minimum <= self.target, "a demand needs 0 <= minimum <= target")
        _require(self.maximum is None or self.maximum >= self.target, "a demand's maximum is below its target")
        _require(min(self.weight_under or 0, self.weight_over or 0) >= 0, "a weight is never negative")


@dataclass(frozen=True)
class Shift:
    """One piece of work at one place, from minute `start` to `end`, told by the local day it begins on.

    `needs` are skills that each person on it must hold on the day (trainees excepted). With
    `min_company` 2 nobody is ever alone, with `max_company` 3 nobody is intimidated. `demanding` is a
    weight of exposure, 0 for none. `pay` is what it pays one person, by their level of pay, in the smallest
    unit of money; `funds` are those that bear it, with their weights: none that may when empty, not asked when None.
    """

    id: str
    start: int
    end: int
    day: int
    site: str = ""
    kind: str = ""
    demands: tuple[Demand, ...] = (Demand(1),)
    needs: frozenset[str] = frozenset()
    trainee_seats: int = 0
    is_night: bool = False
    demanding: int = 0
    min_company: int = 0
    max_company: int | None = None
    pay: tuple[tuple[str, int], ...] = ()
    funds: tuple[tuple[str, int], ...] | None = None

    def __post_init__(self) -> None:
        _require(self.start < self.end, f"shift {self.id!r} ends before it begins")
        _require(self.trainee_seats >= 0, f"shift {self.id!r} has fewer than no trainee seats")
        _require(self.demanding >= 0, f"shift {self.id!r} has a negative weight of exposure")
        _require(self.min_company >= 0, f"shift {self.id!r} has a negative company")
        _require(
            self.max_company is None or self.max_company >= max(1, self.min_company),
            f"shift {self.id!r} wants more company than it allows",
        )
        _require(all(amount >= 0 for _, amount in self.pay), f"shift {self.id!r} pays less than nothing")
        _require(all(weight > 0 for _, weight in self.funds or ()), f"shift {self.id!r} has a fund without weight")
        skills = [line.skill for line in self.demands]
        _require(len(skills) == len(set(skills)), f"shift {self.id!r} has two demand lines for the same skill")

    @property
    def minutes(self) -> int:
        """Length in minutes."""
        return self.end - self.start

    @property
    def target(self) -> int:
        """Number of people wanted in all."""
        return next((line.target for line in self.demands if line.skill is None), 0)


@dataclass(frozen=True)
class Holding:
    """A skill or certificate a person holds, with the first and last date on which it is valid."""

    skill: str
    from_on: dt.date | None = None
    until_on: dt.date | None = None

    def is_valid(self, on: dt.date) -> bool:
        """Say whether it holds on a date, both ends included."""
        return (self.from_on is None or self.from_on <= on) and (self.until_on is None or on <= self.until_on)


@dataclass(frozen=True)
class Availability:
    """A span of minutes with the grade a person gave it."""

    start: int
    end: int
    grade: Grade

    def __post_init__(self) -> None:
        _require(self.start < self.end, "a span of availability ends before it begins")


@dataclass(frozen=True)
class Request:
    """A person's wish to be on a shift, or off it; `weight` says how much it matters."""

    shift: str
    is_on: bool = True
    weight: int = 1

    def __post_init__(self) -> None:
        _require(self.weight >= 0, "a request's weight is never negative")


@dataclass(frozen=True)
class Spell:
    """Days (both included) in which a person takes on less: at most so many minutes and shifts in a calendar week.

    Of the weeks in which it begins and ends only its own days count.
    """

    first_day: int
    last_day: int
    max_minutes_week: int | None = None
    max_shifts_week: int | None = None

    def __post_init__(self) -> None:
        _require(self.first_day <= self.last_day, "a spell ends before it begins")
        _require(min(self.max_minutes_week or 0, self.max_shifts_week or 0) >= 0, "a spell holds no negative numbers")


@dataclass(frozen=True)
class EarningsCap:
    """Days (both included) in which a person wants to earn no more than `most`, in the smallest unit of money."""

    first_day: int
    last_day: int
    most: int

    def __post_init__(self) -> None:
        _require(self.first_day <= self.last_day, "an earnings cap ends before it begins")
        _require(self.most >= 0, "an earnings cap is never negative")


@dataclass(frozen=True)
class Budget:
    """What a fund has left for the roster, in the smallest unit of money; below nothing when it is overspent."""

    fund: str
    left: int


@dataclass(frozen=True)
class Contract:
    """What was agreed with one person; whatever is None follows the rule's own parameter, or is not limited.

    Minutes without "week" are for the whole horizon. `max_of_kind` pairs a kind of shift with the most
    of them in the horizon.
    """

    wanted_minutes: int | None = None
    min_minutes: int | None = None
    max_minutes: int | None = None
    max_minutes_week: int | None = None
    max_days_in_row: int | None = None
    min_days_in_row: int | None = None
    min_days_off: int | None = None
    max_weekends: int | None = None
    max_of_kind: tuple[tuple[str, int], ...] = ()
    spells: tuple[Spell, ...] = ()

    def __post_init__(self) -> None:
        numbers = [
            self.wanted_minutes,
            self.min_minutes,
            self.max_minutes,
            self.max_minutes_week,
            self.max_days_in_row,
            self.min_days_in_row,
            self.min_days_off,
            self.max_weekends,
            *(most for _, most in self.max_of_kind),
        ]
        _require(all(each is None or each >= 0 for each in numbers), "a contract holds no negative numbers")


@dataclass(frozen=True)
class Worked:
    """A span of work that is fixed and no part of this problem.

    It lies before the horizon, after it, or inside it at a site that another roster covers; rest,
    hours and runs count it.
    """

    start: int
    end: int
    day: int
    kind: str = ""
    is_night: bool = False
    demanding: int = 0

    def __post_init__(self) -> None:
        _require(self.start < self.end, "a worked span ends before it begins")

    @property
    def minutes(self) -> int:
        """Length in minutes."""
        return self.end - self.start


@dataclass(frozen=True)
class Carried:
    """What a person did, and had wanted, over the months before the horizon that fair shares look back on.

    `nights` and `weekends` count shifts (a weekend shift is one on a Saturday or Sunday), `demanding` adds
    up the shifts' weights of exposure.
    """

    minutes: int = 0
    wanted_minutes: int = 0
    nights: int = 0
    weekends: int = 0
    demanding: int = 0

    def __post_init__(self) -> None:
        least = min(self.minutes, self.wanted_minutes, self.nights, self.weekends, self.demanding)
        _require(least >= 0, "nothing carried over is negative")


@dataclass(frozen=True)
class Worker:
    """A person as the law of rosters sees them: an opaque id and the facts that rules ask for.

    `unavailable_for` are shifts that they are not available for, whatever the time: that is theirs alone to know.
    `pay_level` names what a shift pays them (None: nothing).
    """

    id: str
    skills: tuple[Holding, ...] = ()
    is_trainee: bool = False
    contract: Contract = Contract()
    availability: tuple[Availability, ...] = ()
    default_grade: Grade = Grade.AVAILABLE
    unavailable_for: frozenset[str] = frozenset()
    requests: tuple[Request, ...] = ()
    not_with: frozenset[str] = frozenset()
    not_at: frozenset[str] = frozenset()
    partner: str | None = None
    pay_level: str | None = None
    earnings_caps: tuple[EarningsCap, ...] = ()
    history: tuple[Worked, ...] = ()
    carried: Carried = Carried()

    def __post_init__(self) -> None:
        _require(self.id not in self.not_with, f"worker {self.id!r} cannot avoid themselves")
        _require(self.partner != self.id, f"worker {self.id!r} cannot be their own partner")
        shifts = [each.shift for each in self.requests]
        _require(len(shifts) == len(set(shifts)), f"worker {self.id!r} asks twice about one shift")

    def holds(self, skill: str, on: dt.date) -> bool:
        """Say whether the person holds a skill that is valid on a date."""
        return any(each.skill == skill and each.is_valid(on) for each in self.skills)

    def pay_for(self, shift: Shift) -> int:
        """Return what a shift pays this person, in the smallest unit of money."""
        return next((amount for level, amount in shift.pay if level == self.pay_level), 0)

    def grade(self, shift: Shift) -> Grade:
        """Return how well a shift suits a person, by its time and by what it is."""
        return Grade.UNAVAILABLE if shift.id in self.unavailable_for else self.time_grade(shift)

    def time_grade(self, shift: Shift) -> Grade:
        """Return the worst grade that any minute of a shift has; the default where no span says anything."""
        worst = -1
        covered: list[tuple[int, int]] = []
        for span in self.availability:
            if span.start < shift.end and shift.start < span.end:
                worst = max(worst, span.grade)
                covered.append((span.start, span.end))
        reached = shift.start
        for start, end in sorted(covered):
            if start > reached:
                break
            reached = max(reached, end)
        if reached < shift.end:
            worst = max(worst, self.default_grade)
        return Grade(worst)


@dataclass(frozen=True)
class Pin:
    """A coordinator's word that a person is on a shift, or is not."""

    worker: str
    shift: str
    is_on: bool = True


@dataclass(frozen=True)
class Waiver:
    """A coordinator's word that one rule does not look at a shift: for one worker, or (None) at all."""

    rule: str
    shift: str
    worker: str | None = None


@dataclass(frozen=True)
class Problem:
    """Everything that one roster is made from; it never changes once made.

    Raises ValueError when a fact contradicts another or names something that is not there.
    """

    horizon: Horizon
    shifts: tuple[Shift, ...]
    workers: tuple[Worker, ...]
    rules: tuple[Rule, ...] = ()
    pins: tuple[Pin, ...] = ()
    waivers: tuple[Waiver, ...] = ()
    published: frozenset[Assignment] = field(default_factory=frozenset)
    budgets: tuple[Budget, ...] = ()

    def __post_init__(self) -> None:
        _require_unique((each.id for each in self.shifts), "shift")
        _require_unique((each.id for each in self.workers), "worker")
        _require_unique((each.name for each in self.rules), "rule")
        _require_unique((each.fund for each in self.budgets), "fund")
        for shift in self.shifts:
            _require(0 <= shift.day < self.horizon.days, f"shift {shift.id!r} lies outside the horizon")
            _require(self.horizon.day_at(shift.start) == shift.day, f"shift {shift.id!r} does not begin on its day")
        for worker in self.workers:
            for request in worker.requests:
                _require(
                    request.shift in self.shift,
                    f"worker {worker.id!r} asks for unknown shift {request.shift!r}",
                )
        for pin in self.pins:
            _require(pin.worker in self.worker, f"a pin names unknown worker {pin.worker!r}")
            _require(pin.shift in self.shift, f"a pin names unknown shift {pin.shift!r}")
        pinned = [(pin.worker, pin.shift) for pin in self.pins]
        _require(len(pinned) == len(set(pinned)), "a worker is pinned twice on one shift")
        for waiver in self.waivers:
            _require(waiver.shift in self.shift, f"a waiver names unknown shift {waiver.shift!r}")
            _require(
                waiver.worker is None or waiver.worker in self.worker,
                f"a waiver names unknown worker {waiver.worker!r}",
            )
        for worker_id, shift_id in self.published:
            _require(worker_id in self.worker, f"the published roster names unknown worker {worker_id!r}")
            _require(shift_id in self.shift, f"the published roster names unknown shift {shift_id!r}")

    @cached_property
    def shift(self) -> Mapping[str, Shift]:
        """Shifts by id."""
        return {each.id: each for each in self.shifts}

    @cached_property
    def worker(self) -> Mapping[str, Worker]:
        """Workers by id."""
        return {each.id: each for each in self.workers}

    @cached_property
    def rule(self) -> Mapping[str, Rule]:
        """Rules by name."""
        return {each.name: each for each in self.rules}

    @cached_property
    def shift_order(self) -> Mapping[str, int]:
        """Place of each shift when they are sorted by start, end and id."""
        ordered = sorted(self.shifts, key=lambda each: (each.start, each.end, each.id))
        return {each.id: place for place, each in enumerate(ordered)}

    @cached_property
    def worker_order(self) -> Mapping[str, int]:
        """Place of each worker in the order given."""
        return {each.id: place for place, each in enumerate(self.workers)}

    @cached_property
    def waived(self) -> Mapping[str, frozenset[tuple[str | None, str]]]:
        """By rule name: the (worker or None, shift) that the rule does not look at."""
        found: dict[str, set[tuple[str | None, str]]] = {}
        for waiver in self.waivers:
            found.setdefault(waiver.rule, set()).add((waiver.worker, waiver.shift))
        return {name: frozenset(each) for name, each in found.items()}

    @cached_property
    def published_roster(self) -> Roster:
        """The published assignments as a roster."""
        return Roster(self.published)

    def grade(self, worker: Worker, shift: Shift) -> Grade:
        """Return a worker's grade for a shift, worked out once."""
        known: dict[tuple[str, str], Grade] = self.memo.setdefault("grades", {})
        key = (worker.id, shift.id)
        if key not in known:
            known[key] = worker.grade(shift)
        return known[key]

    def is_waived(self, rule: str, worker: str | None, shift: str) -> bool:
        """Say whether a rule does not look at a worker's shift (worker None: at the shift at all)."""
        waived = self.waived.get(rule)
        return waived is not None and ((worker, shift) in waived or (None, shift) in waived)

    def bars(self, worker: Worker, shift: Shift) -> bool:
        """Say whether some rule forbids this person on this shift whatever else is rostered."""
        return any(
            rule.bars(self, worker, shift) and not self.is_waived(rule.name, worker.id, shift.id) for rule in self.rules
        )

    @cached_property
    def memo(self) -> dict[str, Any]:
        """Kept by rules: what was worked out once about the whole problem, by a key of the rule's own."""
        return {}

    @cached_property
    def possible(self) -> Roster:
        """Every pair of worker and shift that no rule bars by itself, as one (impossible) roster."""
        return Roster(
            Assignment(worker.id, shift.id)
            for worker in self.workers
            for shift in self.shifts
            if not self.bars(worker, shift)
        )

    def shifts_for(self, rule: str, worker: str, roster: Roster) -> tuple[Shift, ...]:
        """Return a worker's shifts in a roster as one rule sees them: by start, without what is waived."""
        ids = roster.shifts_of(worker)
        if rule in self.waived:
            ids = frozenset(each for each in ids if not self.is_waived(rule, worker, each))
        return tuple(self.shift[each] for each in sorted(ids, key=self.shift_order.__getitem__))

    def workers_for(self, rule: str, shift: str, roster: Roster) -> tuple[Worker, ...]:
        """Return the workers on a shift in a roster as one rule sees them: in order, waived ones left out."""
        ids = roster.workers_on(shift)
        if rule in self.waived:
            ids = frozenset(each for each in ids if not self.is_waived(rule, each, shift))
        return tuple(self.worker[each] for each in sorted(ids, key=self.worker_order.__getitem__))

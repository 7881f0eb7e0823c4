"""The nurse rostering format of T. Curtois and R. Qu (2014): read it, judge a roster by it, put it in our words.

`judge` reads the format by itself and knows nothing of our rules, so it can hold them to account.
"""

from __future__ import annotations

import datetime as dt
from collections import Counter
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, TypeAlias

from scheduling import (
    Availability,
    Contract,
    Demand,
    Grade,
    Horizon,
    Problem,
    Request,
    Roster,
    Shift,
    Worker,
    rule_named,
)

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from scheduling import Rule

FIRST_DAY = dt.date(2024, 1, 1)
"""Some Monday: the format counts days from one."""

SATURDAY = 5
WEEK = 7
PROMISED = 10_000
"""Points for each hour below the least minutes, which the format forbids and our law can only price."""

Row: TypeAlias = tuple[str, int, str]
"""Employee, day, kind of shift: one row of a roster file."""


class BadFileError(ValueError):
    """The file is not in the format; the message names the line."""


@dataclass(frozen=True)
class Kind:
    """A kind of shift: its length in minutes and the kinds that may not be worked on the next day."""

    id: str
    minutes: int
    never_before: tuple[str, ...]


@dataclass(frozen=True)
class Employee:
    """What holds for one employee; lengths are in days, `most_of` is by kind."""

    id: str
    most_of: dict[str, int]
    most_minutes: int
    least_minutes: int
    most_in_row: int
    least_in_row: int
    least_off: int
    most_weekends: int


@dataclass(frozen=True)
class CoverLine:
    """How many are wanted on a day and kind, and what each one missing or too many costs."""

    day: int
    kind: str
    wanted: int
    under: int
    over: int


@dataclass
class Instance:
    """One file: what was read, section by section."""

    days: int = 0
    kinds: dict[str, Kind] = field(default_factory=dict)
    staff: dict[str, Employee] = field(default_factory=dict)
    days_off: set[tuple[str, int]] = field(default_factory=set)
    wishes_on: Counter[Row] = field(default_factory=Counter)
    wishes_off: Counter[Row] = field(default_factory=Counter)
    cover: list[CoverLine] = field(default_factory=list)


def read(text: str) -> Instance:
    """Return the instance that a file's text tells; raises BadFileError."""
    found = Instance()
    section = ""
    for number, line in enumerate(text.lstrip("\ufeff").splitlines(), 1):
        told = line.split("#", 1)[0].strip()
        if not told:
            continue
        if told.startswith("SECTION_"):
            section = told
            continue
        try:
            _take(found, section, [each.strip() for each in told.split(",")])
        except (ValueError, IndexError, KeyError) as error:
            raise BadFileError(f"line {number}: {line.strip()!r} is no row of {section or 'any section'}") from error
    if not found.days or not found.kinds:
        raise BadFileError("the file names no days or no shifts")
    return found


def _take(found: Instance, section: str, row: list[str]) -> None:
    """Add one row to the instance."""
    if section == "SECTION_HORIZON":
        found.days = int(row[0])
    elif section == "SECTION_SHIFTS":
        after = tuple(each for each in (row[2] if len(row) > 2 else "").split("|") if each)
        found.kinds[row[0]] = Kind(row[0], int(row[1]), after)
    elif section == "SECTION_STAFF":
        most_of = {kind: int(most) for kind, most in (each.split("=") for each in row[1].split("|") if each)}
        found.staff[row[0]] = Employee(row[0], most_of, *(int(each) for each in row[2:8]))
    elif section == "SECTION_DAYS_OFF":
        found.days_off.update((row[0], int(day)) for day in row[1:] if day)
    elif section == "SECTION_SHIFT_ON_REQUESTS":
        found.wishes_on[row[0], int(row[1]), row[2]] += int(row[3])
    elif section == "SECTION_SHIFT_OFF_REQUESTS":
        found.wishes_off[row[0], int(row[1]), row[2]] += int(row[3])
    elif section == "SECTION_COVER":
        found.cover.append(CoverLine(int(row[0]), row[1], int(row[2]), int(row[3]), int(row[4])))
    else:
        raise ValueError(section)


def judge(instance: Instance, rows: Iterable[Row]) -> tuple[int, list[str]]:
    """Return what a roster costs by the format alone, and a sentence for each thing that makes it invalid."""
    rows = list(rows)
    faults = [f"{each} stands twice" for each, times in Counter(rows).items() if times > 1]
    for who, day, kind in rows:
        if who not in instance.staff or kind not in instance.kinds or not 0 <= day < instance.days:
            faults.append(f"{who},{day},{kind} is not in the file")
    if faults:
        return 0, faults
    worked: dict[str, dict[int, str]] = {each: {} for each in instance.staff}
    for who, day, kind in rows:
        if day in worked[who]:
            faults.append(f"{who} has two shifts on day {day}")
        worked[who][day] = kind
    for who, days in worked.items():
        faults.extend(f"{who}: {each}" for each in _faults_of(instance, instance.staff[who], days))
    made = set(rows)
    there = Counter((day, kind) for _, day, kind in rows)
    cost = sum(weight for wish, weight in instance.wishes_on.items() if wish not in made)
    cost += sum(weight for wish, weight in instance.wishes_off.items() if wish in made)
    for line in instance.cover:
        missing = line.wanted - there[line.day, line.kind]
        cost += missing * line.under if missing > 0 else -missing * line.over
    return cost, faults


def _faults_of(instance: Instance, who: Employee, days: dict[int, str]) -> Iterator[str]:
    """Yield what one employee's shifts by day do against the format."""
    yield from (f"day {day} is a day off" for day in days if (who.id, day) in instance.days_off)
    for day, kind in days.items():
        if days.get(day + 1) in instance.kinds[kind].never_before:
            yield f"{days[day + 1]} follows {kind} on day {day + 1}"
    minutes = sum(instance.kinds[each].minutes for each in days.values())
    if not who.least_minutes <= minutes <= who.most_minutes:
        yield f"{minutes} minutes"
    counts = Counter(days.values())
    yield from (f"{counts[kind]} of {kind}" for kind, most in who.most_of.items() if counts[kind] > most)
    weekends = len({day // WEEK for day in days if day % WEEK >= SATURDAY})
    if weekends > who.most_weekends:
        yield f"{weekends} weekends"
    line = "".join("w" if day in days else "." for day in range(instance.days))
    for is_work, first, length in _stretches(line):
        is_inner = first > 0 and first + length < instance.days
        if is_work and length > who.most_in_row:
            yield f"{length} days in a row from day {first}"
        if is_inner and length < (who.least_in_row if is_work else who.least_off):
            yield f"{length} days {'on' if is_work else 'off'} from day {first}"


def _stretches(line: str) -> Iterator[tuple[bool, int, int]]:
    """Yield each stretch of equal letters: whether it is work, its first day and its length."""
    first = 0
    for day in range(1, len(line) + 1):
        if day == len(line) or line[day] != line[first]:
            yield line[first] == "w", first, day - first
            first = day


def rules_of(instance: Instance) -> tuple[Rule, ...]:
    """Return our laws with the parameters that the format fixes."""
    never = tuple((each.id, each.never_before) for each in instance.kinds.values() if each.never_before)
    chosen: dict[str, dict[str, object]] = {
        "one_a_day": {},
        "availability": {"price_not_preferred": 0},
        "succession": {"never": never},
        "kinds": {},
        "hours": {"most_week": 10080, "most_average": 10080},
        "wanted": {"price_fewer": 0, "price_more": 0, "price_promised": PROMISED},
        "days_in_row": {"most": 31, "soft": 31, "price_soft": 0},
        "short_run": {"price_work": None, "price_off": None},
        "weekend": {"enough": 4, "price": 0},
        "request": {"price": 1},
        "cover": {"price_minimum": 0, "price_under": 0, "price_over": 0},
    }
    return tuple(rule_named(name)(**told) for name, told in chosen.items())


def shift_id(day: int, kind: str) -> str:
    """Return what we call a kind on a day."""
    return f"{day}/{kind}"


def problem_of(instance: Instance) -> tuple[Problem, int]:
    """Return the same problem in our words, and points that every roster pays (wishes against one another)."""
    horizon = Horizon.plain(FIRST_DAY, instance.days)
    demands: dict[tuple[int, str], Demand] = {}
    for line in instance.cover:
        if (line.day, line.kind) in demands:
            raise BadFileError(f"day {line.day}, {line.kind}: two lines of cover")
        demands[line.day, line.kind] = Demand(line.wanted, weight_under=line.under, weight_over=line.over)
    shifts = tuple(
        Shift(
            shift_id(day, kind.id),
            horizon.edge(day),
            horizon.edge(day) + kind.minutes,
            day,
            kind=kind.id,
            demands=(demands[day, kind.id],) if (day, kind.id) in demands else (),
        )
        for day in range(instance.days)
        for kind in instance.kinds.values()
    )
    wishes, always = _wishes(instance)
    workers = tuple(
        Worker(
            each.id,
            contract=Contract(
                min_minutes=each.least_minutes,
                max_minutes=each.most_minutes,
                max_days_in_row=each.most_in_row,
                min_days_in_row=each.least_in_row,
                min_days_off=each.least_off,
                max_weekends=each.most_weekends,
                max_of_kind=tuple(each.most_of.items()),
            ),
            availability=tuple(
                Availability(horizon.edge(day), horizon.edge(day + 1), Grade.UNAVAILABLE)
                for who, day in sorted(instance.days_off)
                if who == each.id
            ),
            requests=wishes.get(each.id, ()),
        )
        for each in instance.staff.values()
    )
    return Problem(horizon, shifts, workers, rules_of(instance)), always


def _wishes(instance: Instance) -> tuple[dict[str, tuple[Request, ...]], int]:
    """Return each employee's wishes, at most one for a shift, and what two against one another cost anyway."""
    found: dict[str, tuple[Request, ...]] = {}
    always = 0
    for who, day, kind in sorted(instance.wishes_on.keys() | instance.wishes_off.keys()):
        for_it, against = instance.wishes_on[who, day, kind], instance.wishes_off[who, day, kind]
        always += min(for_it, against)
        wish = Request(shift_id(day, kind), is_on=for_it > against, weight=abs(for_it - against))
        found[who] = (*found.get(who, ()), wish)
    return found, always


def rows_of(roster: Roster) -> list[Row]:
    """Return a roster as rows of the format."""
    rows = ((pair.worker, *pair.shift.split("/", 1)) for pair in roster)
    return sorted((who, int(day), kind) for who, day, kind in rows)

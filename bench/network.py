"""Roster a made-up network of peer workers: `python -m bench.network --people 40 --shifts 300 --weeks 4 --seconds 10`.

Sites, skills, availability, wishes, avoidances, work just before the horizon and what was carried over months are drawn
with a fixed seed, under the rules that a group begins with. Several sizes (`--people 40,200 --shifts 300,1500`) print
the curve. Each line of the table: what was found, the proved gap, when the first complete roster stood, and the share
of the time that went into building models, into bounding and into search.
"""

from __future__ import annotations

import argparse
import datetime as dt
import json
import random
import resource
import sys
import time
from dataclasses import dataclass
from typing import TYPE_CHECKING

from scheduling import (
    Availability,
    Carried,
    Contract,
    Demand,
    Grade,
    Holding,
    Horizon,
    Problem,
    Request,
    Shift,
    Worked,
    Worker,
    default_rules,
    solve,
)

if TYPE_CHECKING:
    from collections.abc import Sequence

    from scheduling import Progress

FIRST_DAY = dt.date(2026, 6, 1)
DAY = 1440
HOUR = 60
KIBIBYTES = 1024


@dataclass(frozen=True)
class Pattern:
    """A kind of shift: its name, when it begins and ends (minutes of the day), people wanted, how it is done."""

    kind: str
    start: int
    end: int
    target: int
    is_night: bool = False
    demanding: int = 0
    min_company: int = 0
    max_company: int | None = None
    lead: bool = False


PATTERNS = (
    Pattern("morning", 8 * HOUR, 13 * HOUR, 2, lead=True),
    Pattern("afternoon", 13 * HOUR, 18 * HOUR, 2, lead=True),
    Pattern("evening", 18 * HOUR, 23 * HOUR, 2, demanding=1),
    Pattern("outreach", 19 * HOUR, 23 * HOUR, 2, demanding=1, min_company=2, max_company=3),
    Pattern("night", 22 * HOUR, 30 * HOUR, 1, is_night=True, demanding=2),
    Pattern("delivery", 10 * HOUR, 14 * HOUR, 1),
)
OFTEN = (5, 5, 4, 3, 1, 3)
"""How often each pattern is drawn beside the others."""


def network(people: int, shifts: int, weeks: int, *, sites: int | None = None, seed: int = 1) -> Problem:
    """Return a made-up network: the same one for the same numbers."""
    draw = random.Random(f"{people} {shifts} {weeks} {sites} {seed}")
    count = sites or max(1, round(0.45 * people**0.71))
    names = [f"site{number}" for number in range(count)]
    made = _shifts(draw, names, shifts, weeks)
    hours = sum(each.target * each.minutes for each in made)
    workers = tuple(
        _worker(draw, f"p{number}", number * count // people, names, weeks=weeks, usual=hours // people)
        for number in range(people)
    )
    return Problem(Horizon.plain(FIRST_DAY, 7 * weeks), made, _with_wishes(draw, workers, made), default_rules())


def _shifts(draw: random.Random, sites: Sequence[str], count: int, weeks: int) -> tuple[Shift, ...]:
    """Return shifts that repeat week after week at each site."""
    places = sorted((site, day, number) for site in sites for day in range(7) for number in range(len(PATTERNS)))
    weighted: list[tuple[float, tuple[str, int, int]]] = []
    for place in places:
        less = 0.5 if place[1] >= 5 else 1.0
        weighted.append((draw.random() ** (1 / (OFTEN[place[2]] * less)), place))
    weekly = [place for _, place in sorted(weighted, reverse=True)]
    found: dict[str, Shift] = {}
    turn = 0
    while len(found) < count:
        site, weekday, number = weekly[turn // weeks % len(weekly)]
        again = turn // weeks // len(weekly)
        day = weekday + 7 * (turn % weeks)
        pattern = PATTERNS[number]
        name = f"{site}/{day}/{pattern.kind}" + (f"/{again}" if again else "")
        found[name] = Shift(
            name,
            day * DAY + pattern.start,
            day * DAY + pattern.end,
            day,
            site,
            pattern.kind,
            (Demand(pattern.target, 1), *((Demand(1, 1, skill="lead"),) if pattern.lead else ())),
            needs=frozenset({"naloxone"}) if pattern.kind in {"evening", "outreach", "night"} else frozenset(),
            trainee_seats=int(pattern.kind == "afternoon"),
            is_night=pattern.is_night,
            demanding=pattern.demanding,
            min_company=pattern.min_company,
            max_company=pattern.max_company,
        )
        turn += 1
    return tuple(sorted(found.values(), key=lambda each: (each.start, each.id)))


def _worker(  # noqa: PLR0913 - what a person is drawn from
    draw: random.Random, name: str, home: int, sites: Sequence[str], *, weeks: int, usual: int
) -> Worker:
    """Return one person; sites far from home are avoided, so about three remain."""
    near = {sites[(home + step) % len(sites)] for step in (0, 1, draw.choice((2, len(sites) - 1)))}
    spans = []
    busy = {(draw.randrange(7), draw.randrange(3)) for _ in range(draw.randrange(3, 9))}
    liked = {(draw.randrange(7), draw.randrange(3)) for _ in range(draw.randrange(5))} - busy
    for day in range(7 * weeks + 1):
        for part, (start, end) in enumerate(((0, 13), (13, 18), (18, 24))):
            place = (day % 7, part)
            if place in busy or place in liked:
                grade = Grade.PREFERRED if place in liked else draw.choice((Grade.UNAVAILABLE, Grade.UNWANTED))
                spans.append(Availability(day * DAY + start * HOUR, day * DAY + end * HOUR, grade))
    if draw.random() < 0.2:
        away = draw.randrange(7 * weeks)
        spans.append(Availability(away * DAY, (away + draw.randrange(2, 8)) * DAY, Grade.UNAVAILABLE))
    skills = [Holding("lead")] if draw.random() < 0.45 else []
    skills += [Holding("naloxone")] if draw.random() < 0.85 else []
    wanted = max(4 * HOUR * weeks, round(usual * draw.uniform(0.5, 1.7) / HOUR) * HOUR)
    before = draw.randrange(-4, 0)
    start = before * DAY + draw.choice((9, 13, 18)) * HOUR
    past = Worked(start, start + 5 * HOUR, before, "past")
    share = draw.uniform(0.7, 1.2)
    return Worker(
        name,
        skills=tuple(skills),
        is_trainee=draw.random() < 0.05,
        contract=Contract(
            wanted_minutes=wanted,
            max_minutes_week=draw.choice((None, None, 20 * HOUR, 30 * HOUR)),
            max_days_in_row=draw.choice((None, None, None, 3)),
        ),
        availability=tuple(spans),
        not_at=frozenset(sites) - near,
        history=(past,) if draw.random() < 0.5 else (),
        carried=Carried(round(3 * wanted * share), 3 * wanted, draw.randrange(4), draw.randrange(6), draw.randrange(8)),
    )


def _with_wishes(draw: random.Random, workers: tuple[Worker, ...], shifts: tuple[Shift, ...]) -> tuple[Worker, ...]:
    """Return the workers with wishes for shifts, and some who avoid or like to work with another."""
    at: dict[str, list[Shift]] = {}
    for shift in shifts:
        at.setdefault(shift.site, []).append(shift)
    found = []
    for number, worker in enumerate(workers):
        could = [shift for site in sorted(at.keys() - worker.not_at) for shift in at[site]]
        wishes = draw.sample(could, min(len(could), draw.randrange(4)))
        other = workers[(number + draw.randrange(1, 4)) % len(workers)].id
        found.append(
            Worker(
                worker.id,
                worker.skills,
                is_trainee=worker.is_trainee,
                contract=worker.contract,
                availability=worker.availability,
                requests=tuple(Request(shift.id, is_on=draw.random() < 0.5) for shift in wishes),
                not_with=frozenset({other} if draw.random() < 0.1 and other != worker.id else ()),
                not_at=worker.not_at,
                partner=other if draw.random() < 0.05 and other != worker.id else None,
                history=worker.history,
                carried=worker.carried,
            )
        )
    return tuple(found)


def run(problem: Problem, *, seconds: float, workers: int, seed: int) -> dict[str, object]:
    """Roster a network; return what came of it."""
    whole: list[float] = []

    def hear(progress: Progress) -> None:
        if progress.filled and not whole and progress.price < 10 * max(1, progress.bound):
            whole.append(progress.seconds)

    began = time.monotonic()
    result = solve(problem, seconds=seconds, workers=workers, seed=seed, on_progress=hear)
    return {
        "people": len(problem.workers),
        "shifts": len(problem.shifts),
        "sites": len({each.site for each in problem.shifts}),
        "pairs": len(problem.possible),
        "status": str(result.status),
        "objective": result.price,
        "bound": result.bound,
        "gap_percent": round(100 * result.gap, 2),
        "filled": result.filled,
        "places": result.wanted,
        "first_seconds": round(whole[0], 1) if whole else None,
        "seconds": round(time.monotonic() - began, 1),
        "shares": {name: round(share, 2) for name, share in result.shares.items()},
        "peak_memory_mib": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // KIBIBYTES,
    }


def main(arguments: Sequence[str] | None = None) -> int:
    """Draw, solve, tell."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--people", type=_numbers, default=[40], help="how many people; several with commas (40)")
    parser.add_argument("--shifts", type=_numbers, default=[300], help="how many shifts, one number for each (300)")
    parser.add_argument("--weeks", type=int, default=4, help="length of the horizon (4)")
    parser.add_argument("--sites", type=int, help="how many sites (by the number of people)")
    parser.add_argument("--seconds", type=_numbers, default=[10], help="the longest each solve may take (10)")
    parser.add_argument("--workers", type=int, default=2, help="cores (2)")
    parser.add_argument("--seed", type=int, default=1, help="what chance begins with (1)")
    asked = parser.parse_args(arguments)
    for number, (people, shifts) in enumerate(zip(asked.people, asked.shifts, strict=True)):
        problem = network(people, shifts, asked.weeks, sites=asked.sites, seed=asked.seed)
        seconds = asked.seconds[min(number, len(asked.seconds) - 1)]
        print(json.dumps(run(problem, seconds=seconds, workers=asked.workers, seed=asked.seed)), flush=True)
    return 0


def _numbers(told: str) -> list[int]:
    """Read whole numbers with commas between them."""
    return [int(each) for each in told.split(",")]


if __name__ == "__main__":
    sys.exit(main())

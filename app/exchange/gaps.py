"""Open places as coordinators see them: who is on, who could come, who was asked."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from app.exchange import places, queries
from app.exchange.claims import standing_around, told, why_not
from app.exchange.models import Ask
from app.exchange.openings import Opening, openings_within
from app.roster.words import ShiftLabel
from scheduling import why_open

CHANGE = "stability"  # whoever fills an open place is new on it: that needs no saying


@dataclass(frozen=True, slots=True)
class Somebody:
    """A person as an answer to an open place; `words` say what it would bring, or what stops them."""

    id: str
    name: str
    is_relief: bool
    words: tuple[str, ...]
    is_asked: bool = False
    gave_back: bool = False


@dataclass(frozen=True, slots=True)
class OnShift:
    """A person on the shift; one who looks for cover stands on it until somebody takes their place."""

    id: str
    name: str
    looks_for_cover: bool


@dataclass(frozen=True)
class GapFacts:
    """Everything the page of one open shift shows a coordinator."""

    shift_id: str
    label: ShiftLabel
    starts_at: datetime
    missing: int
    is_near: bool
    on: tuple[OnShift, ...]
    could: tuple[Somebody, ...]
    cannot: tuple[Somebody, ...]
    asks: list[tuple[Ask, str]]


def gaps_within(ahead: timedelta) -> list[Opening]:
    """Published shifts with open places, those that cannot run first, then by time."""
    return sorted(openings_within(ahead), key=lambda each: (not each.cannot_run, each.starts_at))


def gap_facts(shift_id: str) -> GapFacts | None:
    """One upcoming published shift; None when there is no such shift."""
    found = queries.shift_with_names(shift_id)
    if found is None or found[0].cancelled_at is not None:
        return None
    standing = standing_around(found[0])
    if shift_id not in standing.came_up or standing.starts[shift_id] <= standing.now:
        return None
    work, names = standing.problem.shift[shift_id], standing.facts.names
    relief, asks, gave_back = queries.relief_pool(), queries.asks_of(shift_id), queries.who_gave_back(shift_id)
    asked = {ask.person_id for ask, _ in asks if ask.state == "asked"}
    listed = standing.covers.get(shift_id, [])
    could: list[Somebody] = []
    cannot: list[Somebody] = []
    for each in why_open(standing.problem, standing.roster, shift_id):
        worker = standing.problem.worker[each.worker]
        if each.worker in listed or worker.is_trainee or not standing.facts.names.people[each.worker].is_active:
            continue
        violations = [cost for cost in each.costs if cost.rule != CHANGE] if each.could else each.stops
        fits = each.could and places.missing_for(standing.problem, standing.roster, worker, work) > 0
        place = places.place_for(standing, worker, work) if each.could and not fits else None
        person = Somebody(
            each.worker,
            names.worker(each.worker),
            each.worker in relief,
            told(violations, names) if place is None else why_not(place, names),
            each.worker in asked,
            each.worker in gave_back,
        )
        (could if fits else cannot).append(person)
    return GapFacts(
        shift_id=shift_id,
        label=names.shifts[shift_id],
        starts_at=standing.starts[shift_id],
        missing=max(0, places.missing(standing.problem, standing.roster, work)),
        is_near=standing.is_near(work),
        on=tuple(
            OnShift(each, names.worker(each), each in listed)
            for each in sorted(standing.facts.live.workers_on(shift_id), key=names.worker)
        ),
        could=tuple(sorted(could, key=lambda each: (each.gave_back, not each.is_relief))),
        cannot=tuple(cannot),
        asks=asks,
    )

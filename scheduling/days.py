"""Days worked and spans of time, as the literals and groups that several laws are told in."""

from __future__ import annotations

from typing import TYPE_CHECKING

from scheduling.clauses import Literal, Together, Total, on

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from scheduling.clauses import Facts, Limit
    from scheduling.problem import Shift, Worker

SURE = Literal(is_sure=True)
"""True whatever is rostered: the past, or another roster, made it so."""


def worked_days(worker: Worker, shifts: Iterable[Shift], *, nights: bool = False) -> dict[int, Literal]:
    """Return by day the literal "works that day" (or that night) for days that are worked or could be."""
    found: dict[int, list[str]] = {}
    for shift in shifts:
        if shift.is_night or not nights:
            found.setdefault(shift.day, []).append(shift.id)
    days = {day: on(worker.id, *ids) for day, ids in found.items()}
    days.update({past.day: SURE for past in worker.history if past.is_night or not nights})
    return days


def minutes_total(worker: Worker, shifts: tuple[Shift, ...], days: range, limits: Sequence[Limit]) -> Total:
    """Return the total of minutes that begin on some days."""
    terms = tuple((on(worker.id, each.id), each.minutes) for each in shifts if each.day in days)
    base = sum(past.minutes for past in worker.history if past.day in days)
    return Total(terms, tuple(limits), base, workers=(worker.id,), is_time=True)


def runs(  # noqa: PLR0913 - a run is told by these
    code: str,
    days: Mapping[int, Literal],
    most: int,
    price: int | None,
    *,
    last_day: int,
    facts: Facts = (),
) -> Iterator[Together]:
    """Yield a sentence against each stretch of more than `most` days in a row that touches the horizon."""
    length = 0
    for last in range(-most, last_day + most + 1):
        length = length + 1 if last in days else 0
        if length > most:
            literals = tuple(days[day] for day in range(last - most, last + 1))
            if not all(each.is_sure for each in literals):
                yield Together(code, literals, price, facts)


def groups_too_close(shifts: Sequence[Shift], least: int) -> Iterator[tuple[str, ...]]:
    """Yield the largest groups of shifts in which any two have less than `least` minutes between them.

    Shifts come sorted by start. These are the maximal cliques of the spans [start, end + least).
    """
    running: list[Shift] = []
    has_grown = False
    for shift in shifts:
        still = [each for each in running if shift.start < each.end + least]
        if has_grown and len(still) < len(running):
            if len(running) > 1:
                yield tuple(each.id for each in running)
            has_grown = False
        running = [*still, shift]
        has_grown = True
    if has_grown and len(running) > 1:
        yield tuple(each.id for each in running)


def pairs_too_close(shifts: Sequence[Shift], least: int) -> Iterator[tuple[Shift, Shift]]:
    """Yield each two shifts, sorted by start, with less than `least` minutes between them."""
    for place, first in enumerate(shifts):
        for second in shifts[place + 1 :]:
            if second.start >= first.end + least:
                break
            yield first, second

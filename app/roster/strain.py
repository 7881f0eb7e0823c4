"""What wears in a person's shifts: named reasons with their sources, from the roster alone and never from check-ins."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta

import sqlalchemy as sa

from app import clock
from app.database import db
from app.roster.models import Assignment, Shift
from app.rules.queries import roster_settings, strain_points
from scheduling import Problem
from wellbeing.strain import Reason, Stint, is_evening, reasons, total

BEFORE = 7
AHEAD = timedelta(days=28)
MINUTE = timedelta(minutes=1)
ORIGIN = datetime(2020, 1, 1, tzinfo=UTC)

LOWERS = {
    "quick_return": "Eleven hours between two shifts.",
    "quick_returns": "Fewer quick returns in the month.",
    "night": "Fewer nights, or another one who takes one.",
    "second_night": "Another one who takes a night between.",
    "third_night": "Another one who takes a night between.",
    "fourth_night": "Another one who takes a night between.",
    "after_nights": "Two free days after the last night.",
    "evening": "An earlier shift.",
    "ten_hours": "A shorter shift, or a second one who shares it.",
    "twelve_hours": "A shorter shift, or a second one who shares it.",
    "week_60": "Fewer hours in that week.",
    "week_74": "Fewer hours in that week.",
    "week_84": "Fewer hours in that week.",
    "second_day": "A free day between.",
    "third_day": "A free day between.",
    "fourth_day": "A free day between.",
    "weekend": "",
}
"""What lowers each reason, in words."""


@dataclass(frozen=True, slots=True)
class ReasonShown:
    """One reason: what, when, what a source says of it, its points here, and what lowers it."""

    title: str
    days: list[date]
    effect: str
    source: str
    points: int
    lowers: str


@dataclass(frozen=True, slots=True)
class Strain:
    """What wears in one person's shifts, the heaviest first; `points` rank rosters and are no chance of anything."""

    points: int
    reasons: list[ReasonShown]


def strain_in(
    problem: Problem, worker_id: str, shift_ids: Iterable[str], points: dict[str, int] | None = None
) -> Strain:
    """The strain of one person's shifts in a roster, with what they worked in the week before it."""
    horizon, first = problem.horizon, problem.horizon.start_on.toordinal()
    edges = horizon.edges
    stints = [
        Stint(
            shift.start,
            shift.end,
            first + shift.day,
            shift.is_night,
            not shift.is_night and is_evening(shift.start - edges[shift.day], shift.minutes),
        )
        for shift in (problem.shift[each] for each in shift_ids)
    ]
    stints += [
        Stint(each.start, each.end, first + each.day, each.is_night)
        for each in problem.worker[worker_id].history
        if each.day >= -BEFORE
    ]
    return _strain(stints, first, strain_points() if points is None else points)


def own_strain(person_id: str) -> Strain:
    """The strain of a person's published shifts from now on for four weeks, with the week before."""
    now, settings, zone = clock.now(), roster_settings(), clock.zone()
    rows = db.session.execute(
        sa.select(Shift.starts_at, Shift.ends_at, Shift.day_on)
        .join(Assignment, Assignment.shift_id == Shift.id)
        .where(
            Assignment.person_id == person_id,
            Assignment.declined_at.is_(None),
            Shift.cancelled_at.is_(None),
            Shift.starts_at > now - timedelta(days=BEFORE),
            Shift.starts_at < now + AHEAD,
        )
    )
    stints = []
    for starts_at, ends_at, day_on in rows:
        begins, length = clock.local(starts_at), (ends_at - starts_at) // MINUTE
        is_night = settings.is_night(starts_at, ends_at, zone)
        late = not is_night and is_evening(begins.hour * 60 + begins.minute, length)
        start = (starts_at - ORIGIN) // MINUTE
        stints.append(Stint(start, start + length, day_on.toordinal(), is_night, late))
    return _strain(stints, clock.today().toordinal(), strain_points())


def _strain(stints: list[Stint], first: int, points: dict[str, int]) -> Strain:
    """Reasons of the days from the first on: what lies before it only tells where rest was short."""
    found = [each for each in reasons(stints, points, since=first) if each.points or not each.factor.points]
    return Strain(total(found), [_shown(each) for each in found])


def _shown(reason: Reason) -> ReasonShown:
    factor = reason.factor
    days = [date.fromordinal(each) for each in reason.days]
    return ReasonShown(factor.title, days, factor.effect, factor.source, reason.points, LOWERS[factor.name])

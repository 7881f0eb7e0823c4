"""Numbers of rostering that belong to no single rule, declared as a rule declares its own."""

from __future__ import annotations

import dataclasses
from dataclasses import dataclass
from datetime import datetime, time, timedelta, tzinfo
from typing import Any

from app.walltime import span_of
from scheduling.rule import Parameter, parameter
from wellbeing import strain

NAME = "roster"
DAY_NAME = "day"
STRAIN_NAME = "strain"
MOST_POINTS = 300
DAY = timedelta(days=1)


@dataclass(frozen=True)
class RosterSettings:
    """What the group agreed about rosters as a whole."""

    notice_days: int = parameter(
        14,
        "A published change needs the person's yes when the shift is nearer than",
        unit="days",
        maximum=90,
        source="US fair-workweek laws: 14 days",
    )
    look_back_days: int = parameter(
        91, "Fair shares look back over", unit="days", maximum=366, source="our choice: three months"
    )
    night_from: int = parameter(
        23, "The night begins at", unit="o'clock", maximum=23, source="Directive 2003/88/EC, article 2: by national law"
    )
    night_until: int = parameter(
        6, "The night ends at", unit="o'clock", maximum=23, source="Directive 2003/88/EC, article 2: by national law"
    )
    night_least: int = parameter(
        180,
        "A shift is a night shift when it lies in the night for at least",
        unit="minutes",
        minimum=1,
        maximum=720,
        source="Directive 2003/88/EC, article 2: three hours",
    )

    def __post_init__(self) -> None:
        _check(self)

    def is_night(self, starts_at: datetime, ends_at: datetime, zone: tzinfo) -> bool:
        """Whether a shift (aware instants) lies in the night long enough to count as a night shift."""
        starts, ends = starts_at.astimezone(zone), ends_at.astimezone(zone)
        if starts.date() == ends.date() and self._is_in_day(starts.time(), ends.time()):
            return False
        day, last = starts.date() - DAY, ends.date()
        longest = timedelta()
        while day <= last:
            dusk, dawn = span_of(day, time(self.night_from), time(self.night_until), zone)
            longest = max(longest, min(dawn, ends_at) - max(dusk, starts_at))
            day += DAY
        return longest >= timedelta(minutes=self.night_least)

    def _is_in_day(self, starts_at: time, ends_at: time) -> bool:
        """Whether wall times of one day lie between one night and the next."""
        dusk, dawn = time(self.night_from), time(self.night_until)
        return starts_at >= dawn and (dusk < dawn or ends_at <= dusk)


@dataclass(frozen=True)
class DaySettings:
    """What the group agreed about the days before a shift, and the day itself."""

    ask_days: int = parameter(
        6, "People are first asked whether they come", unit="days before", minimum=1, maximum=21, source="our choice"
    )
    ask_again_days: int = parameter(
        1, "Who has not answered is asked again", unit="days before", maximum=5, source="our choice"
    )
    raise_hours: int = parameter(
        20, "Coordinators hear of who has still not answered", unit="hours before", maximum=72, source="our choice"
    )
    arrive_minutes: int = parameter(
        60, "People can note that they are there before the start", unit="min", maximum=240, source="our choice"
    )
    close_minutes: int = parameter(
        120,
        "When nobody noted the leaving, the planned end is taken after",
        unit="min",
        minimum=30,
        maximum=720,
        source="our choice",
    )
    overdue_minutes: int = parameter(
        15,
        "The contact of people who are out is mailed when they are overdue by",
        unit="min",
        maximum=120,
        source="our choice",
    )

    def __post_init__(self) -> None:
        _check(self)


def _check(settings: object) -> None:
    name = next(each.name for each in GROUPS.values() if isinstance(settings, each.kind))
    for each in setting_parameters(name):
        if not each.minimum <= getattr(settings, each.name) <= each.maximum:
            raise ValueError(f"{each.name} must lie from {each.minimum} to {each.maximum}")


def _points(factor: strain.Factor) -> Any:
    label = f"{factor.title} ({factor.effect})"
    return parameter(factor.points, label, unit="points", maximum=MOST_POINTS, source=factor.source)


StrainSettings = dataclasses.make_dataclass(
    "StrainSettings",
    [(each.name, int, _points(each)) for each in strain.FACTORS],
    namespace={"__doc__": "What each reason of strain is worth here.", "__post_init__": _check},
    frozen=True,
)


@dataclass(frozen=True)
class SettingsGroup:
    """Numbers that are set on one page: its name, title, words and the class that holds them."""

    name: str
    title: str
    about: str
    kind: type[Any]


GROUPS = {
    each.name: each
    for each in (
        SettingsGroup(
            NAME, "Rosters as a whole", "What the group agreed that belongs to no single rule.", RosterSettings
        ),
        SettingsGroup(
            DAY_NAME, "Before and on the day", "When people are asked, and how the day is noted.", DaySettings
        ),
        SettingsGroup(
            STRAIN_NAME,
            "What wears people down",
            "Points of each known reason in a person's shifts: 100 times the logarithm of the relative risk. They rank "
            f"one roster against another and are no chance of anything. {strain.CAVEAT} 0 switches a reason off.",
            StrainSettings,
        ),
    )
}


def setting_parameters(name: str = NAME) -> tuple[Parameter, ...]:
    """What a coordinator can set in one group of settings, in the order of its class."""
    return tuple(
        Parameter(name=field.name, default=field.default, **field.metadata)  # type: ignore[arg-type]
        for field in dataclasses.fields(GROUPS[name].kind)
    )

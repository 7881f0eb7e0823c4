"""Numbers of rostering that belong to no single rule, declared as a rule declares its own."""

from __future__ import annotations

import dataclasses
from dataclasses import dataclass
from datetime import datetime, time, timedelta, tzinfo

from app.walltime import span_of
from scheduling.rule import Parameter, parameter

NAME = "roster"
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
        for each in setting_parameters():
            if not each.minimum <= getattr(self, each.name) <= each.maximum:
                raise ValueError(f"{each.name} must lie from {each.minimum} to {each.maximum}")

    def is_night(self, starts_at: datetime, ends_at: datetime, zone: tzinfo) -> bool:
        """Whether a shift (aware instants) lies in the night long enough to count as a night shift."""
        day, last = starts_at.astimezone(zone).date() - DAY, ends_at.astimezone(zone).date()
        longest = timedelta()
        while day <= last:
            dusk, dawn = span_of(day, time(self.night_from), time(self.night_until), zone)
            longest = max(longest, min(dawn, ends_at) - max(dusk, starts_at))
            day += DAY
        return longest >= timedelta(minutes=self.night_least)


def setting_parameters() -> tuple[Parameter, ...]:
    """What a coordinator can set, in the order of the class."""
    return tuple(
        Parameter(name=field.name, default=field.default, **field.metadata)  # type: ignore[arg-type]
        for field in dataclasses.fields(RosterSettings)
    )

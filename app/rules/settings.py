"""Numbers of rostering that belong to no single rule, declared as a rule declares its own."""

from __future__ import annotations

import dataclasses
from dataclasses import dataclass

from scheduling.rule import Parameter, parameter

NAME = "roster"


@dataclass(frozen=True)
class RosterSettings:
    """What the group agreed about rosters as a whole."""

    notice_days: int = parameter(
        14,
        "A change later than this before a shift needs the person's yes",
        unit="days",
        maximum=60,
        source="US fair-workweek laws: 14 days",
    )
    look_back_days: int = parameter(
        91, "Fair shares look back over", unit="days", maximum=366, source="our choice: three months"
    )
    night_starts: int = parameter(
        0, "The night begins at, hours after midnight", unit="minutes", maximum=1439, source="Directive 2003/88/EC"
    )


def setting_parameters() -> tuple[Parameter, ...]:
    """What a coordinator can set, in the order of the class."""
    return tuple(
        Parameter(name=field.name, default=field.default, **field.metadata)  # type: ignore[arg-type]
        for field in dataclasses.fields(RosterSettings)
    )

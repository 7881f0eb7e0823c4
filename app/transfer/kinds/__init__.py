"""The kinds of file, in the order in which they build on one another.

To add a column, add it to the `columns` of its kind; to add a kind, write its class and name it here.
"""

from __future__ import annotations

from app.transfer.kinds.kind import Bad, Kind, Line, Rights
from app.transfer.kinds.people import Availabilities, Certificates, People, Skills, Wishes
from app.transfer.kinds.roster import Assignments, Periods, Shifts
from app.transfer.kinds.sites import Patterns, Services, Sites

KINDS: tuple[Kind, ...] = (
    Skills(),
    Sites(),
    Services(),
    People(),
    Certificates(),
    Patterns(),
    Periods(),
    Shifts(),
    Availabilities(),
    Assignments(),
    Wishes(),
)
BY_NAME = {kind.name: kind for kind in KINDS}

__all__ = ["BY_NAME", "KINDS", "Bad", "Kind", "Line", "Rights"]

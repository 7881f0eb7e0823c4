"""Which hours count: what was noted at the door, read beside the plan. Plain arithmetic, no database and no clock."""

from __future__ import annotations

from datetime import datetime, timedelta

GRACE = timedelta(minutes=10)
"""So many minutes either side of the plan count as the plan: nobody loses pay to a queue at the tablet."""

Span = tuple[datetime, datetime]


def worked_span(
    arrived_at: datetime,
    left_at: datetime,
    plan: Span | None = None,
    *,
    is_exact: bool = False,
    grace: timedelta = GRACE,
) -> Span | None:
    """The time that counts as worked, None when none does.

    Within `grace` of the plan the plan counts. Who comes earlier starts with the plan, who comes later starts then;
    who leaves earlier or stays longer than the grace is counted as they left. Exact times, and times without a plan,
    count as they are.
    """
    starts_at, ends_at = arrived_at, left_at
    if plan is not None and not is_exact:
        if arrived_at <= plan[0] + grace:
            starts_at = plan[0]
        if abs(left_at - plan[1]) <= grace:
            ends_at = plan[1]
    return (starts_at, ends_at) if starts_at < ends_at else None

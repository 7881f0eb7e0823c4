"""The days of the period in these tests, and a pattern for it."""

from __future__ import annotations

from datetime import date

from app.database import db
from app.sites.models import Pattern, PatternDemand

FIRST, LAST = date(2026, 11, 30), date(2026, 12, 13)


def pattern(town, code, weekdays, starts_at, ends_at, **more):
    """Add a pattern that asks for one or two people; its id."""
    row = Pattern(
        code=code,
        site_id=town.site,
        service_id=town.service,
        weekdays=weekdays,
        starts_at=starts_at,
        ends_at=ends_at,
        starts_on=date(2026, 1, 5),
        demands=[PatternDemand(position=0, minimum=1, target=2)],
        **more,
    )
    db.session.add(row)
    db.session.commit()
    return row.id

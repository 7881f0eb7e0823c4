"""Which tablet this is, who stands at it, and the tablets of the group."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

import sqlalchemy as sa

from app import clock
from app.auth.queries import digest
from app.database import db
from app.kiosk.models import Kiosk, KioskVisit
from app.people.models import Person
from app.sites.models import Site

IDLE = timedelta(seconds=60)
IDLE_SECONDS = 60


@dataclass(frozen=True, slots=True)
class Tablet:
    """A tablet that is enrolled: its site."""

    id: str
    site_id: str
    site: str


@dataclass(frozen=True, slots=True)
class Visitor:
    """Who stands at a tablet just now."""

    visit_id: str
    person_id: str
    name: str


@dataclass(frozen=True, slots=True)
class KioskRow:
    """One tablet in the list of them."""

    id: str
    name: str
    site: str
    made_at: datetime
    code_until: datetime
    enrolled_at: datetime | None
    ended_at: datetime | None

    @property
    def state(self) -> str:
        """Where it stands: in use, waiting for its code, or gone."""
        if self.ended_at is not None:
            return "removed"
        if self.enrolled_at is not None:
            return "in use"
        return "waits for its code" if clock.now() < self.code_until else "the code ran out"


def tablet_of(token: str | None) -> Tablet | None:
    """The enrolled tablet that carries this token; None when it was removed or never was one."""
    if not token:
        return None
    row = db.session.execute(
        sa.select(Kiosk.id, Kiosk.site_id, Site.name)
        .join(Site, Site.id == Kiosk.site_id)
        .where(Kiosk.token_hash == digest(token), Kiosk.ended_at.is_(None))
    ).one_or_none()
    return None if row is None else Tablet(*row)


def visitor_of(token: str | None, tablet: Tablet) -> Visitor | None:
    """Who signed in at this tablet and touched it within the last minute."""
    if not token:
        return None
    row = db.session.execute(
        sa.select(KioskVisit.id, Person.id, Person.name)
        .join(Person, Person.id == KioskVisit.person_id)
        .where(
            KioskVisit.id == digest(token),
            KioskVisit.kiosk_id == tablet.id,
            KioskVisit.ended_at.is_(None),
            KioskVisit.seen_at > clock.now() - IDLE,
            Person.is_active,
        )
    ).one_or_none()
    return None if row is None else Visitor(*row)


def kiosks() -> list[KioskRow]:
    """Every tablet, those in use first."""
    rows = db.session.execute(
        sa.select(Kiosk.id, Kiosk.name, Site.name, Kiosk.made_at, Kiosk.code_until, Kiosk.enrolled_at, Kiosk.ended_at)
        .join(Site, Site.id == Kiosk.site_id)
        .where(sa.or_(Kiosk.ended_at.is_(None), Kiosk.ended_at > clock.now() - timedelta(days=30)))
        .order_by(Kiosk.ended_at.is_not(None), sa.func.lower(Site.name), Kiosk.made_at)
    )
    return [KioskRow(*row) for row in rows]


def site_choices() -> list[tuple[str, str]]:
    """(id, name) of the sites in use."""
    rows = db.session.execute(sa.select(Site.id, Site.name).where(Site.is_active).order_by(sa.func.lower(Site.name)))
    return [(row.id, row.name) for row in rows]

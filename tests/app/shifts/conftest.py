"""Two sites, some people, and shifts with people on them, as if published."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from types import SimpleNamespace

import pytest

from app import clock
from app.access import Role
from app.database import db
from app.people.models import Skill
from app.roster.models import Assignment, ChangeKind, Period, Publication, PublicationChange, Shift, as_told
from app.sites.models import Service, Site
from tests.support.people import add_person


class Town:
    """Robin coordinates; Ana, Bo and Cy work at Harbour House, where outreach needs a lead."""

    def __init__(self) -> None:
        self.robin = add_person("Robin", Role.COORDINATOR, email="robin@example.org")
        self.ana = add_person("Ana", email="ana@example.org")
        self.bo = add_person("Bo", pronouns="he", phone="604 555 0100")
        self.cy = add_person("Cy", level="trainee")
        lead = Skill(code="lead", name="Shift lead")
        site = Site(code="house", name="Harbour House", address="12 Wharf Road", directions="Ring twice.")
        db.session.add_all([lead, site])
        db.session.flush()
        service = Service(code="out", name="Outreach", lead_skill_id=lead.id, hazards="On foot at night.")
        db.session.add(service)
        db.session.flush()
        self.lead, self.site, self.service = lead.id, site.id, service.id
        db.session.commit()

    def shift(self, start: datetime | str, hours: float, *people: str, **facts) -> str:
        """Add a shift with these people on it; a start without a zone is on the group's wall clock."""
        starts_at = datetime.fromisoformat(start) if isinstance(start, str) else start
        starts_at = (starts_at if starts_at.tzinfo else starts_at.replace(tzinfo=clock.zone())).astimezone(UTC)
        shift = Shift(
            site_id=self.site,
            service_id=self.service,
            day_on=clock.local(starts_at).date(),
            starts_at=starts_at,
            ends_at=starts_at + timedelta(hours=hours),
            **facts,
        )
        db.session.add(shift)
        db.session.flush()
        now = clock.now()
        for person in people:
            place = {"shift_id": shift.id, "person_id": person, "assigned_at": now, "accepted_at": now}
            db.session.add(Assignment(**place, **as_told(shift)))
        shift_id = shift.id
        db.session.commit()
        return shift_id

    def publish(self, person: str, shift: str, kind: ChangeKind, *, is_late: bool = False) -> str:
        """Note that a publication changed this for someone; a late change awaits their yes. The change's id."""
        period = db.session.query(Period).first()
        if period is None:
            day = clock.today()
            period = Period(name="Now", starts_on=day, ends_on=day + timedelta(days=27), created_at=clock.now())
            period.published_at = clock.now()
            db.session.add(period)
            db.session.flush()
        number = db.session.query(Publication).count() + 1
        publication = Publication(period_id=period.id, number=number, at=clock.now())
        db.session.add(publication)
        db.session.flush()
        change = PublicationChange(
            publication_id=publication.id, person_id=person, shift_id=shift, kind=kind, is_late=is_late
        )
        db.session.add(change)
        if is_late:
            self.assignment(person, shift).accepted_at = None
        db.session.flush()
        change_id = change.id
        db.session.commit()
        return change_id

    @staticmethod
    def assignment(person: str, shift: str) -> Assignment:
        """The row of a person on a shift, read anew."""
        db.session.expire_all()
        return db.session.query(Assignment).filter_by(person_id=person, shift_id=shift).one()


@pytest.fixture
def town(app) -> Town:
    return Town()


@pytest.fixture
def tonight(town) -> SimpleNamespace:
    """Ana and Bo are on tonight from 22:00 to 06:00."""
    return SimpleNamespace(id=town.shift("2026-11-23 22:00", 8, town.ana, town.bo))

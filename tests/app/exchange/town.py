"""A published month at one site: everybody in it can work, places are free."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from types import SimpleNamespace

import sqlalchemy as sa

from app import clock
from app.access import Role
from app.database import db
from app.exchange.services import set_terms
from app.exchange.terms import Terms
from app.review.changes import plan_of
from app.review.publishing import Done as Published
from app.review.publishing import publish_roster
from app.review.queries import review_of
from app.roster import drafts
from app.roster.models import Assignment, DraftAssignment, Period, Shift, ShiftDemand, as_told
from app.sites.models import Service, Site
from tests.support.people import add_person

FIRST, LAST = date(2026, 11, 23), date(2026, 12, 20)


class Town(SimpleNamespace):
    """Robin coordinates, Ana, Bo, Cy and Di work; a site, a service, and a published period of four weeks."""

    def shift(self, start: str, hours: float, *people: str, target: int = 2, minimum: int = 0) -> str:
        """Add a published shift with these people on it; the start is on the group's wall clock."""
        starts_at = datetime.fromisoformat(start).replace(tzinfo=clock.zone()).astimezone(UTC)
        row = Shift(
            site_id=self.site,
            service_id=self.service,
            day_on=clock.local(starts_at).date(),
            starts_at=starts_at,
            ends_at=starts_at + timedelta(hours=hours),
            demands=[ShiftDemand(position=0, minimum=minimum, target=target)],
        )
        db.session.add(row)
        db.session.flush()
        for person in people:
            said = {"assigned_at": clock.now(), "accepted_at": clock.now()} | as_told(row)
            db.session.add(Assignment(shift_id=row.id, person_id=person, **said))
        shift_id = row.id
        db.session.commit()
        return shift_id

    def people_on(self, shift: str) -> set[str]:
        """Who is on a shift."""
        found = set(db.session.scalars(sa.select(Assignment.person_id).where(Assignment.shift_id == shift)))
        db.session.rollback()
        return found

    def publish(self, *, add=(), drop=()) -> None:
        """Publish a draft of the roster as it is, with these (person, shift) added and dropped."""
        draft = drafts.begin_draft(self.period, drafts.Source.PUBLISHED).id
        for person, shift in drop:
            db.session.delete(db.session.get_one(DraftAssignment, (draft, shift, person)))
        db.session.add_all(DraftAssignment(draft_id=draft, shift_id=shift, person_id=person) for person, shift in add)
        db.session.commit()
        review = review_of(draft)
        plan, version = plan_of(review), review.period.version
        db.session.rollback()
        assert isinstance(publish_roster(draft, 1, version, plan.fingerprint, self.robin), Published)
        db.session.rollback()

    def agree(self, **terms) -> None:
        """Set the terms of the site."""
        from app.exchange.queries import terms_and_version

        _, version = terms_and_version(self.site)
        set_terms(self.site, Terms(**({"first_hours": 0} | terms)), version)


def moved_in() -> Town:
    """Places are open to everybody at once, so that a test says so where they are not."""
    town = Town(robin=add_person("Robin", Role.COORDINATOR, email="robin@example.org"))
    for name in ("Ana", "Bo", "Cy", "Di"):
        person = add_person(name, wanted_minutes=1200, email=f"{name.lower()}@example.org")
        setattr(town, name.lower(), person)
    site = Site(code="house", name="Harbour House")
    service = Service(code="kit", name="Supplies", hazards="Gloves on.")
    period = Period(
        name="Four weeks", starts_on=FIRST, ends_on=LAST, published_at=clock.now(), created_at=clock.now(), version=1
    )
    db.session.add_all([site, service, period])
    db.session.flush()
    town.site, town.service, town.period = site.id, service.id, period.id
    db.session.commit()
    town.agree()
    return town

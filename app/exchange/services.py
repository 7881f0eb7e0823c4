"""Setting how shifts of a site change hands, and having changes among several looked for."""

from __future__ import annotations

from app import jobs
from app.audit.services import record
from app.database import db
from app.editing import Outcome, kept, outdated
from app.exchange.models import SiteTerms
from app.exchange.terms import Terms


def set_terms(site_id: str, terms: Terms, version: int) -> Outcome:
    """Keep the terms of a site; `version` is the one the person looked at, 0 for the defaults."""
    row = db.session.get(SiteTerms, site_id, with_for_update=True, populate_existing=True)
    if (row.version if row else 0) != version:
        return outdated(row.version if row else 0)
    if row is None:
        row = SiteTerms(site_id=site_id)
        db.session.add(row)
    for name in Terms.names():
        setattr(row, name, getattr(terms, name))
    record(db.session, "set terms", "site", site_id)
    return kept(site_id)


def look_for_changes() -> None:
    """Have a worker look now what can be made of the wishes to change shifts, as it does every night."""
    jobs.enqueue(db.session, "exchange-match-now", key="exchange-match-now")
    db.session.commit()

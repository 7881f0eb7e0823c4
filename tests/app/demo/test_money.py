"""The money of the made-up group looks as if it had been kept all along."""

from __future__ import annotations

from datetime import date

import pytest
import sqlalchemy as sa

from app.database import db
from app.pay import ledger, reports
from app.pay.models import LedgerEntry, Payout

pytestmark = pytest.mark.settled


@pytest.fixture
def database() -> str:
    """The same steps on both."""
    return "sqlite"


def test_the_report_for_funders_shows_the_months_that_are_over(app):
    spent = reports.spending()
    months = reports.months_over(spent)
    assert months[-2:] == [date(2026, 9, 1), date(2026, 10, 1)]
    found = reports.report(spent, months[0], months[-1])
    assert [(each.name, each.is_hidden) for each in found] == [("City health grant", False), ("Orchard Trust", False)]
    shown = {month for fund in found for cell in fund.cells for month in cell.months}
    assert shown >= set(months[-2:])


def test_what_was_worked_and_paid_is_written_down_in_its_order(app, clock):
    entries = db.session.scalars(sa.select(LedgerEntry).order_by(LedgerEntry.number)).all()
    assert [each.at for each in entries] == sorted(each.at for each in entries)
    assert all(each.happened_on <= each.at.date() for each in entries)
    assert entries[-1].at <= clock()
    assert len({row.settled_at.date() for row in db.session.scalars(sa.select(Payout)) if row.settled_at}) >= 4
    assert ledger.verify_ledger().problem is None

"""The town, its period, and an empty draft."""

from __future__ import annotations

import pytest

from app.roster import drafts, planning
from tests.app.review.town import build_town, shift_on
from tests.app.roster.planned import FIRST, LAST


@pytest.fixture
def town(app):
    """The people and patterns of the town."""
    assert app
    return build_town()


@pytest.fixture
def period(town):
    """Two weeks with the shifts of all patterns."""
    return planning.add_period(None, FIRST, LAST, [town.day, town.night, town.walk]).id


@pytest.fixture
def draft(period):
    """A draft with nobody on any shift."""
    return drafts.begin_draft(period, drafts.Source.EMPTY).id


@pytest.fixture
def on(period):
    """The id of the shift on a day."""
    assert period
    return shift_on

"""A small group with rates, a cash box and people who have worked."""

from __future__ import annotations

import pytest

from tests.app.pay.purse import Purse


@pytest.fixture
def purse(app, clock):
    """Toni and Tess are treasurers, Robin coordinates, Kim supervises; Ana, Bo and Cy work, Vi is a volunteer."""
    return Purse(clock)

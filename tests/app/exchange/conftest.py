"""The town, on both databases."""

from __future__ import annotations

import pytest

from tests.app.exchange.town import Town, moved_in


@pytest.fixture
def town(app) -> Town:
    """Robin coordinates, Ana, Bo, Cy and Di work."""
    return moved_in()

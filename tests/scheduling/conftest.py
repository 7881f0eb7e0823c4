"""How many examples the properties of the law are tried with: EVENHAND_SOAK=1 raises the counts."""

from __future__ import annotations

import os

from hypothesis import HealthCheck, settings

SOAK = os.environ.get("EVENHAND_SOAK") == "1"

settings.register_profile(
    "scheduling",
    deadline=None,
    max_examples=250 if SOAK else 25,
    derandomize=not SOAK,
    database=None,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large, HealthCheck.filter_too_much],
)
LAW = settings.get_profile("scheduling")

"""Forms that come twice: the same one gets the same answer, another behind a used key is told so."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from typing import Any

SENT_BEFORE = "This page was sent before with something else on it. If you mean this as well, send it again."


def request_hash(*says: Any) -> str:
    """A hash over all that a form said: the same key with another is no repetition."""
    return hashlib.sha256(json.dumps(says, default=_plain).encode()).hexdigest()


def _plain(value: Any) -> Any:
    return sorted(value.items()) if isinstance(value, Mapping) else str(value)

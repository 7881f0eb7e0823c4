"""Moments that are past: what a made-up group did before today."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime

from app import clock


@contextmanager
def as_of(at: datetime) -> Iterator[None]:
    """Let the block happen at a moment that is past."""
    gap = at - clock.now()
    clock.shift(gap)
    try:
        yield
    finally:
        clock.shift(-gap)

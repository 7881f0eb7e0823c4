"""The clock: the one place that knows what time it is, replaced by tests."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

from flask import Flask, current_app

KEY = "evenhand_now"
GAP = "evenhand_clock_gap"


def init_app(app: Flask, now: Callable[[], datetime] | None = None) -> None:
    """Give the application its clock; `now` returns an aware instant."""
    app.extensions[KEY] = now or (lambda: datetime.now(UTC))
    app.extensions[GAP] = timedelta()


def now() -> datetime:
    """The present instant, aware, in UTC."""
    read: Callable[[], datetime] = current_app.extensions[KEY]
    gap: timedelta = current_app.extensions[GAP]
    return read().astimezone(UTC) + gap


def hour() -> datetime:
    """The last full hour: what is asked by it can be kept while nothing changes, and told from `now` afterwards."""
    return now().replace(minute=0, second=0, microsecond=0)


def shift(gap: timedelta) -> None:
    """Put this application's clock forward by a gap (back by a negative one)."""
    current_app.extensions[GAP] += gap


def zone() -> ZoneInfo:
    """The organisation's time zone."""
    found: ZoneInfo = current_app.config["EVENHAND"].zone
    return found


def today() -> date:
    """The present day in the organisation's time zone."""
    return local(now()).date()


def local(instant: datetime) -> datetime:
    """The same instant on the organisation's wall clock."""
    return instant.astimezone(zone())

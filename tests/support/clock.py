"""A clock that stands still until a test moves it."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta


class Clock:
    """The present instant as the application under test sees it."""

    def __init__(self, now: datetime) -> None:
        self.set(now)

    def __call__(self) -> datetime:
        return self._now

    def set(self, now: datetime) -> datetime:
        """Put the clock to an aware instant."""
        assert now.tzinfo is not None, "the clock needs a time zone"
        self._now = now.astimezone(UTC)
        return self._now

    def move(self, **step: float) -> datetime:
        """Move the clock by a step (`days=1, minutes=-5`) and return the new instant."""
        return self.set(self._now + timedelta(**step))


class RunningClock(Clock):
    """The machine's own clock, put forward or back by what a test moves it."""

    def __init__(self) -> None:
        self._moved = timedelta()

    def __call__(self) -> datetime:
        return datetime.now(UTC) + self._moved

    def set(self, now: datetime) -> datetime:
        self._moved += now - self()
        return self()

    def move(self, **step: float) -> datetime:
        self._moved += timedelta(**step)
        return self()

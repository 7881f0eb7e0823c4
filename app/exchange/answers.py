"""What an act answers when it is asked for; each is shown to a person in plain words."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True)
class Done:
    """It is as the person wanted (now, or already); `words` say what they should know."""

    words: str = ""


@dataclass(frozen=True, slots=True)
class Stopped:
    """Rules stop it: why, in words the person may read."""

    reasons: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Taken:
    """Somebody was quicker, or the place is gone."""


@dataclass(frozen=True, slots=True)
class Moved:
    """The shift is at another time or place than the person saw; nothing was done."""


@dataclass(frozen=True, slots=True)
class NotYet:
    """The place opens for this person later."""

    opens_at: datetime


@dataclass(frozen=True, slots=True)
class Over:
    """Too late: the shift has begun, or what was asked has ended."""

    words: str = "This has ended meanwhile. Nothing was changed."


Answer = Done | Stopped | Taken | Moved | NotYet | Over

"""Plain words for what is kept about people."""

from __future__ import annotations

import unicodedata
from datetime import date

from app.access import Role
from app.people.models import Dial, Grade, Level, WishKind

LEVEL_WORDS = {
    Level.OBSERVER: "Observer",
    Level.TRAINEE: "Trainee",
    Level.PEER: "Peer",
    Level.LEAD: "Lead",
    Level.MENTOR: "Mentor",
}
LEVEL_MEANINGS = {
    Level.OBSERVER: "looks on; takes a trainee seat and never counts as cover",
    Level.TRAINEE: "learns; takes a trainee seat and never counts as cover",
    Level.PEER: "works shifts and counts as cover",
    Level.LEAD: "counts as cover; leads with the right skill",
    Level.MENTOR: "counts as cover; teaches others",
}
ROLE_SHORT = {
    Role.PEER: "Peer",
    Role.COORDINATOR: "Coordinator",
    Role.SUPERVISOR: "Supervisor",
    Role.TREASURER: "Treasurer",
    Role.ADMIN: "Admin",
}
DIAL_WORDS = {Dial.FEWER: "Fewer hours", Dial.SAME: "About as many", Dial.MORE: "More hours"}
DIAL_MEANINGS = {
    Dial.FEWER: "about a quarter fewer than wanted",
    Dial.SAME: "the hours wanted",
    Dial.MORE: "about a quarter more, within the most",
}
GRADE_WORDS = {
    Grade.PREFERRED: "Gladly",
    Grade.AVAILABLE: "Can come",
    Grade.UNWANTED: "Only if needed",
    Grade.UNAVAILABLE: "Cannot come",
}
GRADE_MEANINGS = {
    Grade.PREFERRED: "the best times",
    Grade.AVAILABLE: "fine",
    Grade.UNWANTED: "only when nobody else can",
    Grade.UNAVAILABLE: "never; nobody asks why",
}
GRADE_BADGES = {
    Grade.PREFERRED: "good",
    Grade.AVAILABLE: "note",
    Grade.UNWANTED: "warn",
    Grade.UNAVAILABLE: "bad",
}
WISH_WORDS = {
    WishKind.NOT_WITH: "Not with",
    WishKind.NOT_AT: "Not at",
    WishKind.PARTNER: "Gladly with",
    WishKind.LIKES_SERVICE: "Likes",
    WishKind.DISLIKES_SERVICE: "Does not like",
}
WARN_DAYS = ((7, "bad"), (30, "warn"), (60, "note"))
"""A certificate that runs out within so many days is shown so."""


STROKES = str.maketrans({"ł": "l", "ø": "o", "đ": "d", "ħ": "h", "æ": "ae", "œ": "oe"})
"""Letters that do not come apart into a plain one and a mark."""


def plain(text: str) -> str:
    """A name as it is looked up and sorted, whatever the database: without capitals and marks on letters."""
    apart = unicodedata.normalize("NFKD", text.casefold())
    return "".join(each for each in apart if not unicodedata.combining(each)).translate(STROKES)


def expiry_badge(expires_on: date | None, today: date) -> tuple[str, str] | None:
    """Words and colour for a certificate that has run out or soon will; None when there is nothing to say."""
    if expires_on is None:
        return None
    left = (expires_on - today).days
    if left < 0:
        return "expired", "bad"
    kind = next((kind for days, kind in WARN_DAYS if left <= days), None)
    if kind is None:
        return None
    return ("runs out today" if left == 0 else f"runs out in {left} day{'' if left == 1 else 's'}"), kind

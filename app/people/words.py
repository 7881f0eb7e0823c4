"""Plain words for what is kept about people."""

from __future__ import annotations

from datetime import date

from app.access import Role
from app.people.models import Grade, Level, WishKind

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
WARN_DAYS = 60
"""A certificate that runs out within so many days is shown with a warning (first of 60, 30, 7)."""


def expiry_badge(expires_on: date | None, today: date) -> tuple[str, str] | None:
    """Words and colour for a certificate that has run out or soon will; None when there is nothing to say."""
    if expires_on is None:
        return None
    left = (expires_on - today).days
    if left < 0:
        return "expired", "bad"
    if left > WARN_DAYS:
        return None
    return ("runs out today" if left == 0 else f"runs out in {left} day{'' if left == 1 else 's'}"), "warn"

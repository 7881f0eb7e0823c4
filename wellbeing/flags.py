"""What a listener gets when a person asks for contact, and what the person sees before sending: one and the same."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class Sharing(StrEnum):
    """A person's standing choice of what a listener may get."""

    NOBODY = "nobody"
    CONTACT = "contact"
    LEVEL = "level"


class Level(StrEnum):
    """How a week is, in four steps."""

    FINE = "fine"
    MIXED = "mixed"
    HARD = "hard"
    VERY_HARD = "very_hard"


LEVEL_WORDS = {
    Level.FINE: "fine",
    Level.MIXED: "so-so",
    Level.HARD: "hard",
    Level.VERY_HARD: "very hard",
}
LINES = ((75, Level.VERY_HARD), (50, Level.HARD), (25, Level.MIXED), (0, Level.FINE))


class Act(StrEnum):
    """What closes a flag: something that was done."""

    TALKED = "talked"
    LIGHTER = "lighter"
    SWAP = "swap"
    RECOVERY = "recovery"
    ELSEWHERE = "elsewhere"


ACT_WORDS = {
    Act.TALKED: "We talked",
    Act.LIGHTER: "Lighter weeks agreed",
    Act.SWAP: "A shift was swapped or covered",
    Act.RECOVERY: "Paid quiet work was given",
    Act.ELSEWHERE: "Someone else helps now",
}


def level_of(score: float) -> Level:
    """The step of a pulse, 0 fine to 100 worst."""
    return next(level for least, level in LINES if score >= least)


@dataclass(frozen=True)
class Flag:
    """A respondent's own ask to be contacted. `level` and what happened are in it only by their choice."""

    respondent: str
    level: Level | None = None
    something_hard: bool = False
    daily_needs: bool = False

    def lines(self, who: str) -> list[str]:
        """The card, line by line; nothing else of a check-in reaches a listener."""
        found = [f"{who} asks you to get in touch."]
        if self.level is not None:
            found.append(f"This week is {LEVEL_WORDS[self.level]} for {who}.")
        if self.something_hard:
            found.append("Something hard happened.")
        if self.daily_needs:
            found.append("It is also about pay, food or housing.")
        return found


def flag_for(
    respondent: str, sharing: Sharing, score: float | None, *, something_hard: bool, daily_needs: bool
) -> Flag | None:
    """The flag that a choice of sharing makes of a check-in; None when nobody is to get anything."""
    if sharing is Sharing.NOBODY:
        return None
    if sharing is Sharing.CONTACT:
        return Flag(respondent)
    return Flag(respondent, None if score is None else level_of(score), something_hard, daily_needs)

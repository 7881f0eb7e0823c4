"""The fixed cast and places of the made-up group that serves the demo, the documentation and the tests."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import time

PASSPHRASE = "warm tea by the quiet river"  # noqa: S105 - everybody may know it, the people are made up

PRIVATE_WORDS = "small boats under a pale moon"
"""What opens the weeks of Sam, and what people sent to Kim and Jo."""


@dataclass(frozen=True, slots=True)
class Member:
    """One person of the cast: weekly hours wanted, the certificates they hold, when they can come.

    `holds` maps a skill's code to how many days from today it still runs (None: for good; negative: it ran out).
    `free` is one of the keys of `WEEKS`.
    """

    name: str
    level: str
    hours: int
    free: str
    holds: dict[str, int | None] = field(default_factory=dict)
    roles: tuple[str, ...] = ("peer",)
    is_volunteer: bool = False
    is_relief: bool = False
    pronouns: str | None = None

    @property
    def code(self) -> str:
        """The short name that tells people apart in files."""
        return self.name.lower()


SKILLS = (
    # code, name, is a certificate, valid for months
    ("lead", "Shift lead", False, None),
    ("response", "Overdose response", True, 24),
    ("cpr", "First aid and CPR", True, 24),
    ("checking", "Drug checking", True, 24),
    ("driver", "Van driver", False, None),
)

SERVICES = (
    # code, name, demanding 0-3, at least together, at most together, lead's skill, hazards
    ("nsp", "Needle and syringe programme", 0, 1, None, None, "Used equipment is handled."),
    ("naloxone", "Naloxone distribution", 0, 1, None, None, None),
    ("checking", "Drug checking", 1, 2, None, None, "Samples of unknown strength."),
    ("consumption", "Supervised consumption", 2, 2, None, "lead", "Overdoses happen here."),
    ("outreach", "Outreach", 2, 2, 3, "lead", "On foot at night, in all weathers."),
    ("support", "Peer support", 1, 1, None, None, None),
)

SITES = (
    ("harbour", "Harbour House", "12 Wharf Road"),
    ("maple", "Maple Street", "87 Maple Street"),
    ("van", "The Van", "Starts at Harbour House"),
    ("lab", "The Window", "3 Station Yard"),
    ("kitchen", "The Kitchen", "41 Orchard Lane"),
)

ALL = "0123456"
WORKDAYS = "01234"


@dataclass(frozen=True, slots=True)
class Weekly:
    """One pattern of the group. `demands` are (skill code or None for everyone, minimum, target, maximum)."""

    code: str
    site: str
    service: str
    weekdays: str
    starts_at: time
    ends_at: time
    demands: tuple[tuple[str | None, int, int, int | None], ...]
    trainee_seats: int = 0
    every_weeks: int = 1
    nth: int | None = None


PATTERNS = (
    Weekly(
        "harbour-day", "harbour", "nsp", WORKDAYS, time(10), time(15), ((None, 2, 2, 3), ("response", 1, 1, None)), 1
    ),
    Weekly("harbour-late", "harbour", "nsp", ALL, time(15), time(20), ((None, 2, 3, 3), ("response", 1, 1, None))),
    Weekly(
        "harbour-kits", "harbour", "naloxone", "135", time(12), time(16), ((None, 1, 2, 2), ("response", 1, 1, None)), 1
    ),
    Weekly(
        "maple-day",
        "maple",
        "consumption",
        ALL,
        time(9),
        time(16),
        ((None, 3, 4, 4), ("lead", 1, 1, None), ("response", 2, 2, None), ("cpr", 1, 1, None)),
        1,
    ),
    Weekly(
        "maple-late",
        "maple",
        "consumption",
        ALL,
        time(16),
        time(23),
        ((None, 3, 3, 4), ("lead", 1, 1, None), ("response", 2, 2, None), ("cpr", 1, 1, None)),
        1,
    ),
    Weekly(
        "van-night",
        "van",
        "outreach",
        "3456",
        time(22),
        time(4),
        ((None, 2, 3, 3), ("lead", 1, 1, None), ("response", 1, 1, None), ("driver", 1, 1, None)),
    ),
    Weekly(
        "van-day",
        "van",
        "outreach",
        "13",
        time(13),
        time(18),
        ((None, 2, 2, 3), ("lead", 1, 1, None), ("driver", 1, 1, None)),
        1,
    ),
    Weekly("lab-open", "lab", "checking", "24", time(13), time(19), ((None, 2, 2, 3), ("checking", 1, 1, None)), 1),
    Weekly(
        "lab-saturday", "lab", "checking", "5", time(12), time(18), ((None, 2, 2, 3), ("checking", 1, 1, None)), 0, 2
    ),
    Weekly("kitchen-table", "kitchen", "support", "024", time(17), time(20), ((None, 1, 2, 3),), 1),
    Weekly("kitchen-monthly", "kitchen", "support", "0", time(9), time(13), ((None, 2, 3, 4),), 2, 1, 1),
)

WEEKS: dict[str, tuple[tuple[str, str, time, time], ...]] = {
    # grade, weekdays, from, until; what is not said is the person's default, "available"
    "any": (),
    "days": (("unavailable", ALL, time(20), time(8)), ("preferred", WORKDAYS, time(9), time(16))),
    "evenings": (("unavailable", WORKDAYS, time(6), time(14, 30)), ("preferred", ALL, time(15), time(23))),
    "nights": (("preferred", ALL, time(21), time(6)), ("unwanted", ALL, time(6), time(13))),
    "weekend": (("unavailable", "0123", time(0), time(0)), ("preferred", "56", time(8), time(23))),
    "school": (("unavailable", ALL, time(18), time(8, 30)), ("unwanted", "56", time(8, 30), time(18))),
}

LEAD: dict[str, int | None] = {"lead": None, "response": 400, "cpr": 300}
PEER: dict[str, int | None] = {"response": 500}

CAST = (
    Member("Robin", "mentor", 8, "days", LEAD, ("coordinator", "peer")),
    Member("Ada", "lead", 0, "days", {}, ("admin",)),
    Member("Kim", "lead", 6, "days", LEAD | {"cpr": 45}, ("supervisor", "peer")),
    Member("Toni", "peer", 0, "days", {}, ("treasurer",)),
    Member("Noor", "lead", 12, "any", LEAD | {"driver": None}, ("coordinator", "peer")),
    Member("Sam", "peer", 20, "evenings", PEER | {"driver": None}),
    Member("Alex", "lead", 24, "any", LEAD | {"driver": None}, pronouns="they"),
    Member("Jo", "lead", 24, "evenings", LEAD, pronouns="she"),
    Member("Casey", "lead", 22, "nights", LEAD | {"driver": None}),
    Member("Dev", "lead", 24, "nights", LEAD | {"response": 55}),
    Member("Mika", "lead", 20, "days", LEAD),
    Member("Lou", "lead", 22, "any", LEAD),
    Member("Frankie", "lead", 24, "evenings", LEAD | {"cpr": -12}),
    Member("Sol", "peer", 24, "any", PEER | {"cpr": 200, "driver": None}),
    Member("Ren", "peer", 20, "evenings", PEER | {"cpr": 90}, pronouns="he"),
    Member("Ash", "peer", 22, "nights", PEER | {"driver": None}, pronouns="they"),
    Member("Billie", "peer", 14, "days", PEER | {"cpr": 6}),
    Member("Charlie", "peer", 24, "any", PEER | {"cpr": 340}),
    Member("Dana", "peer", 20, "school", PEER | {"checking": 210}),
    Member("Eli", "peer", 24, "evenings", PEER),
    Member("Finley", "peer", 16, "weekend", PEER | {"cpr": 100}),
    Member("Gus", "peer", 22, "any", {"response": -30, "driver": None}),
    Member("Harper", "peer", 20, "days", PEER | {"checking": 350}),
    Member("Indi", "peer", 14, "any", PEER | {"checking": 25}),
    Member("Jamie", "peer", 24, "evenings", PEER),
    Member("Kit", "peer", 20, "nights", PEER),
    Member("Lee", "peer", 12, "weekend", PEER),
    Member("Morgan", "peer", 24, "any", PEER | {"cpr": 410}),
    Member("Nico", "peer", 20, "days", PEER),
    Member("Oak", "peer", 16, "school", PEER | {"checking": 120}),
    Member("Pat", "peer", 22, "any", PEER | {"driver": None}),
    Member("Quinn", "peer", 20, "evenings", PEER | {"cpr": 150}),
    Member("River", "peer", 24, "any", PEER),
    Member("Sky", "peer", 14, "weekend", PEER | {"cpr": 77}, is_relief=True),
    Member("Taylor", "peer", 20, "days", PEER),
    Member("Uli", "peer", 8, "evenings", {}, is_volunteer=True),
    Member("Val", "peer", 6, "weekend", PEER, is_volunteer=True),
    Member("Wren", "peer", 12, "any", PEER | {"cpr": 280}, is_relief=True),
    Member("Yuri", "trainee", 8, "any", {}),
    Member("Zia", "trainee", 10, "days", {"response": 700}),
    Member("Bo", "trainee", 8, "evenings", {}),
    Member("Max", "observer", 4, "any", {}),
)

WISHES = (
    # who, what, whom or which
    ("Sam", "partner", "Ren"),
    ("Eli", "not_with", "Gus"),
    ("Taylor", "not_with", "Frankie"),
    ("Jamie", "not_at", "maple"),
    ("Indi", "likes_service", "checking"),
    ("Kit", "likes_service", "outreach"),
    ("Nico", "dislikes_service", "consumption"),
    ("Quinn", "partner", "Jo"),
)

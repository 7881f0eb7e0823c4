"""What someone holds who takes the whole server: read off the tables themselves, so that it cannot be forgotten.

The page and `python -m bench.seizure` say the same, from here.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import sqlalchemy as sa

from app import migrate
from app.migrate import Place
from app.vault import Sealed

WITH_KEY = "readable with the server's key, which a seized server holds"
PLAIN = "readable"
ONE_WAY = "a fingerprint only: it can be compared, not read"
CLOSED = "closed: only private words that nobody keeps here open it"
ORDER = (CLOSED, ONE_WAY, WITH_KEY, PLAIN)
ONE_WAY_ENDINGS = ("_hash", "_index")
KEYS_OF_OWNERS = frozenset({"public_key", "salt", "recovery_salt"})
"""Of no use without the owner's words."""


@dataclass(frozen=True, slots=True)
class Held:
    """One table: what it is called, and its columns by how far they can be read."""

    name: str
    columns: dict[str, list[str]]


@dataclass(frozen=True, slots=True)
class Part:
    """One database and its tables."""

    title: str
    about: str
    tables: list[Held]


IN_SHORT = (
    (
        "Your answers, your notes and what you ask for: nobody can read them, not even with the whole computer and "
        "every key on it. Only your private words open them."
    ),
    (
        "That you have a private history, in which months you used it, on which of the last seven days, and what you "
        "chose to share with whom: whoever takes the computer can read that. If they take it just after you opened "
        "your own page, that too."
    ),
    (
        "Who listens can be read. That something is on its way to one of them can be read until it is there; from "
        "whom, never."
    ),
    (
        "What is deleted is gone from the computer at once and from every copy after seven days. Copies hold no asks: "
        "when the computer breaks, asks that nobody has read yet are lost, and so is what you were told of others. "
        "Then ask once more."
    ),
    (
        "Whoever runs the computer could put another key in the place of yours, or change the program, and read what "
        "you send from then on, never what you sent before. So could someone who signs in as you by your passphrase "
        "or your mail. You would see it: a mail tells you that there is something, the day is told on your page, and "
        "your own words open nothing any more."
    ),
    (
        "If you have only a card, no mail can tell you. Who makes cards could make one in your name and, after a "
        "week, another key. You would see it: your own card stops. A passphrase or an address closes this way."
    ),
)
READABLE = {
    "that someone has a private history, and since which day": ("key_pair.owner", "key_pair.made_on"),
    "in which months they used it": ("check_in.owner", "check_in.month_on"),
    "on which of the last seven days someone sent a check-in": ("check_in.owner",),
    "what they chose to share with whom": ("choice.owner", "choice.kept"),
    "for an hour or two who opened their own page, and when, to ten minutes": ("opened.owner", "opened.ends_at"),
    "for an hour or two who tried to open theirs with other words, how often, and when, to ten minutes": (
        "own_try.owner",
        "own_try.tries",
        "own_try.ends_at",
    ),
    "who listens, and who of them counts for the group": (
        "listener.person_id",
        "listener.words",
        "listener.is_active",
        "team_half.holder_id",
        "team_half.partner_id",
        "team_half.is_handed",
    ),
    "for an hour at most to which listener something is on its way": ("waiting_parcel.address",),
    "a mail to a listener, or to someone who made a key, until it is sent (at most three days)": (),
    "who sent a check-in in these four weeks (whether it counts for the group or not)": ("ballot.voter",),
    "how many forms were sent on each of the last fourteen days, not by whom": ("sent_form.day_on",),
    "how many parcels came on each day of twelve weeks, most of them empty, not from or for whom": ("parcel.day_on",),
    "the figures of the groups that were published, and who is in which group": (
        "team_window.groups",
        "team_figure.audience",
        "team_figure.group_name",
        "team_figure.level",
        "team_figure.about",
        "team_figure.members",
    ),
}
"""What someone with the whole server can read of check-ins, and in which columns; `bench.seizure` measures each."""
ABOUT_CHECK_INS = (
    "No answer, no private note, no ask for contact and no slip for the count of the group can be read. What can be "
    f"read: {'; '.join(READABLE)}. "
    "Copies of the last seven days, held one against the other, tell those days. They hold what was deleted since, "
    "as locked as before; asks, whatever came back, slips for the count and who opened their own page, or tried to, "
    "are in none of them, so that no two copies tell who asked. After a restore asks that nobody has read yet are "
    "lost, and so are what the asker was told and the slips of these four weeks. With PostgreSQL a dump that holds "
    "them is refused; one that is kept in another way would tell. "
    "With PostgreSQL the log of the database server tells, as long as it is kept, which rows were written together, "
    "and so which check-in an ask went out with, but never to whom: see that it is not archived. The embedded form "
    "empties its log after each sending."
)
ABOUT_THE_REST = (
    "People, shifts and the log can be read. Contact fields are sealed with a key that lies on the same server: "
    "they are safe in a lost backup, not on a seized machine."
)
TITLES = {migrate.CHECK_INS: ("Check-ins", ABOUT_CHECK_INS), migrate.MAIN: ("Everything else", ABOUT_THE_REST)}


def surrendered() -> list[Part]:
    """Both databases, the check-ins first."""
    return [
        Part(*TITLES[place], tables=[_held(place, table) for table in place.metadata().sorted_tables])
        for place in (migrate.CHECK_INS, migrate.MAIN)
    ]


def _held(place: Place, table: sa.Table) -> Held:
    columns: dict[str, list[str]] = {}
    for column in table.columns:
        columns.setdefault(reach(place, column), []).append(column.name.replace("_", " "))
    return Held(table.name.replace("_", " "), {each: columns[each] for each in ORDER if each in columns})


def reach(place: Place, column: sa.Column[object]) -> str:
    """How far someone with the whole server can read a column."""
    if isinstance(column.type, Sealed):
        return WITH_KEY
    if place is migrate.CHECK_INS and isinstance(column.type, sa.LargeBinary):
        return PLAIN if column.name in KEYS_OF_OWNERS else CLOSED
    return ONE_WAY if column.name.endswith(ONE_WAY_ENDINGS) else PLAIN


def lines() -> Iterator[str]:
    """The same as plain text, line by line."""
    yield from IN_SHORT
    for part in surrendered():
        yield part.title
        yield part.about
        for table in part.tables:
            for words, columns in table.columns.items():
                yield f"{table.name}: {', '.join(columns)}: {words}"

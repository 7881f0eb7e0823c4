"""Sealed ballots: one word a person lets count for the whole group, until four weeks are over.

A window's key opens its ballots and lies nowhere whole: it is cut in two, once for each pair of listeners, and each
half is sealed to one of them. No running figure is ever kept, so that no copy of the database tells who moved it.
"""

from __future__ import annotations

import os
from collections.abc import Iterable
from datetime import date, datetime, time, timedelta
from itertools import combinations

import sqlalchemy as sa

from app import clock
from app.access import Role
from app.attendance.queries import workers_before
from app.checkins import sealing
from app.checkins.models import Ballot, TeamHalf, TeamWindow
from app.checkins.queries import key_of, listeners, owner_of
from app.database import db, insert_if_absent
from app.people.models import Level, Person
from app.vault import vault

WINDOW = timedelta(weeks=4)
FIRST = date(2024, 1, 1)
"""A Monday: windows of four weeks follow one another from here, for every group alike."""
MOST_HOLDERS = 6
EVERYONE = "everyone"
GROUPS = {EVERYONE: "Everyone", "peers": "Peers and trainees", "leads": "Leads and mentors", "volunteers": "Volunteers"}
"""The groups there are, the largest first; no others can be made."""
SETTLED_AFTER = timedelta(weeks=8)
"""So long before the four weeks someone must have been added to count: nobody is made up just to stand beside one."""
LEADING = frozenset({Level.LEAD, Level.MENTOR})


def window_of(day: date) -> tuple[date, date]:
    """The first and last day of the four weeks a day lies in."""
    starts_on = FIRST + (day - FIRST) // WINDOW * WINDOW
    return starts_on, starts_on + WINDOW - timedelta(days=1)


def half_info(starts_on: date, holder_id: str) -> bytes:
    """What a half is bound to."""
    return f"half:v1:{starts_on}:{holder_id}".encode()


def ballot_info(starts_on: date, voter: str) -> bytes:
    """What a ballot is bound to."""
    return f"ballot:v1:{starts_on}:{voter}".encode()


def voter_of(starts_on: date, owner: str) -> str:
    """The keyed hash under which an owner's ballot of one window is kept."""
    return vault().index(f"{starts_on}:{owner}", "private.voter")


def fixed_groups(starts_on: date) -> dict[str, list[str]]:
    """Who belongs to each fixed group now, as owners: people who were here, and had worked, well before these weeks."""
    begins = datetime.combine(starts_on, time(), clock.zone())
    since_long = sa.select(Person).where(Person.is_active, Person.created_at <= begins - SETTLED_AFTER)
    workers = workers_before(begins)
    return grouped(person for person in db.session.scalars(since_long) if person.id in workers)


def grouped(people: Iterable[Person]) -> dict[str, list[str]]:
    """The owners of some people by fixed group."""
    found: dict[str, list[str]] = {name: [] for name in GROUPS}
    for person in people:
        owner = owner_of(person.id)
        found[EVERYONE].append(owner)
        if Role.PEER in person.roles:
            found["leads" if person.level in LEADING else "peers"].append(owner)
        if person.is_volunteer:
            found["volunteers"].append(owner)
    return {name: sorted(owners) for name, owners in found.items()}


def open_window() -> TeamWindow | None:
    """The window of these weeks, opened when it is not there yet; None while fewer than two could count it."""
    starts_on, ends_on = window_of(clock.today())
    found = db.session.get(TeamWindow, starts_on)
    if found is None:
        holders = [each.person_id for each in listeners()][:MOST_HOLDERS]
        if len(holders) > 1:
            _make_window(starts_on, ends_on, holders)
            found = db.session.get(TeamWindow, starts_on)
    return found


def _make_window(starts_on: date, ends_on: date, holders: Iterable[str]) -> None:
    pair = sealing.new_pair()
    values = {"starts_on": starts_on, "ends_on": ends_on, "public_key": pair.public, "groups": fixed_groups(starts_on)}
    if not insert_if_absent(db.session, TeamWindow, values):
        return  # another check-in opened it at this very moment, with another key
    for one, other in combinations(holders, 2):
        half = os.urandom(len(pair.private))
        for holder, partner, part in ((one, other, half), (other, one, _other_half(pair.private, half))):
            db.session.add(sealed_half(starts_on, holder, partner, part, is_handed=False))


def _other_half(key: bytes, half: bytes) -> bytes:
    return bytes(a ^ b for a, b in zip(key, half, strict=True))


def joined(half: bytes, other: bytes) -> bytes:
    """The key that two halves make."""
    return _other_half(half, other)


def sealed_half(starts_on: date, holder_id: str, partner_id: str, half: bytes, *, is_handed: bool) -> TeamHalf:
    """A half sealed to its holder; raises LookupError when they have no key any more."""
    key = key_of(holder_id)
    if key is None:
        raise LookupError("a holder without a key")
    told = {"half": half.hex()}
    sealed = sealing.seal(told, key.public_key, half_info(starts_on, holder_id), sealing.HALF_BYTES)
    return TeamHalf(starts_on=starts_on, holder_id=holder_id, partner_id=partner_id, is_handed=is_handed, sealed=sealed)


def cast(person_id: str, word: str | None) -> None:
    """Leave a ballot with one word, or an empty one that looks the same; it takes the place of an earlier one."""
    window = open_window()
    if window is None:
        return
    voter = voter_of(window.starts_on, owner_of(person_id))
    info = ballot_info(window.starts_on, voter)
    sealed = sealing.seal({"word": word or ""}, window.public_key, info, sealing.BALLOT_BYTES)
    if not insert_if_absent(db.session, Ballot, {"voter": voter, "starts_on": window.starts_on, "sealed": sealed}):
        db.session.execute(sa.update(Ballot).where(Ballot.voter == voter).values(sealed=sealed))


def take_back(person_id: str) -> None:
    """Take a person's ballots out of every window that is not counted yet, in the caller's transaction."""
    owner = owner_of(person_id)
    voters = [voter_of(each, owner) for each in db.session.scalars(sa.select(TeamWindow.starts_on))]
    db.session.execute(sa.delete(Ballot).where(Ballot.voter.in_(voters)))


def tidy_windows(here: Iterable[str]) -> None:
    """Throw away ballots of people who left, and whole windows that nobody counted in time."""
    late = clock.today() - WINDOW
    for starts_on, ends_on in db.session.execute(sa.select(TeamWindow.starts_on, TeamWindow.ends_on)).all():
        if ends_on < late:
            close_window(starts_on)
            continue
        voters = {voter_of(starts_on, owner) for owner in here}
        there = set(db.session.scalars(sa.select(Ballot.voter).where(Ballot.starts_on == starts_on)))
        db.session.execute(sa.delete(Ballot).where(Ballot.voter.in_(there - voters)))


def close_window(starts_on: date) -> None:
    """Throw away a window's ballots and every half of its key, in the caller's transaction."""
    for model in (Ballot, TeamHalf, TeamWindow):
        db.session.execute(sa.delete(model).where(model.starts_on == starts_on))

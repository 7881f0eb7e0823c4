"""Counting four weeks that are over: two listeners, each with their own words, then nothing is left but figures."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from enum import StrEnum

import sqlalchemy as sa

from app import clock
from app.audit.services import record
from app.checkins import ballots, sealing, shredding
from app.checkins.ballots import ballot_info, half_info, joined, voter_of
from app.checkins.models import Ballot, TeamFigure, TeamHalf, TeamWindow
from app.checkins.queries import key_of
from app.database import db
from app.editing import Outcome, Saved, refuse
from app.people.models import Person
from wellbeing.aggregate import MIDDLES, TEAM_K, Figure, Group, publish, publish_to_funders
from wellbeing.flags import Level


class Audience(StrEnum):
    """For whose eyes a figure is."""

    TEAM = "team"
    FUNDER = "funder"


class Step(StrEnum):
    """What one listener can do about a window that is over."""

    GIVE = "give"
    WAIT = "wait"
    COUNT = "count"


@dataclass(frozen=True, slots=True)
class Countable:
    """A window that is over and not counted: what this listener can do, and who else is needed."""

    starts_on: date
    ends_on: date
    step: Step
    others: list[str]


def countable(listener_id: str) -> Countable | None:
    """The oldest window that waits to be counted and of which this listener holds halves."""
    window = _waiting()
    if window is None:
        return None
    rows = _halves(window.starts_on)
    partners = {each.partner_id for each in rows if each.holder_id == listener_id and not each.is_handed}
    if not partners:
        return None
    if any(each.is_handed and each.holder_id == listener_id for each in rows):
        step = Step.COUNT
    elif any(each.is_handed and each.partner_id == listener_id for each in rows):
        step = Step.WAIT
    else:
        step = Step.GIVE
    asked = sa.select(Person.name).where(Person.id.in_(partners), Person.is_active).order_by(Person.name)
    return Countable(window.starts_on, window.ends_on, step, list(db.session.scalars(asked)))


def _waiting(*, is_locked: bool = False) -> TeamWindow | None:
    over = sa.select(TeamWindow).where(TeamWindow.ends_on < clock.today()).order_by(TeamWindow.starts_on).limit(1)
    return db.session.scalars(over.with_for_update() if is_locked else over).first()


def _halves(starts_on: date) -> list[TeamHalf]:
    return list(db.session.scalars(sa.select(TeamHalf).where(TeamHalf.starts_on == starts_on)))


def count_weeks(listener_id: str, private: bytes) -> Outcome:
    """Do a listener's part for the window that waits: count it when a partner's half is here, else hand one over."""
    window = _waiting(is_locked=True)  # two who press at once count one after the other
    if window is None:
        return refuse(form="There is nothing to count.")
    halves = _opened(window.starts_on, listener_id, private)
    handed = [partner for partner, is_handed in halves if is_handed and (partner, False) in halves]
    if handed:
        key = joined(halves[handed[0], True], halves[handed[0], False])
        return _count(window, key)
    given = [_hand_over(window.starts_on, listener_id, partner, half) for (partner, _), half in halves.items()]
    if not any(given):
        return refuse(form="Your half does not open any more: it belongs to words that are lost. Two others can count.")
    db.session.commit()
    return Saved("given")


def _opened(starts_on: date, listener_id: str, private: bytes) -> dict[tuple[str, bool], bytes]:
    """The halves this listener can open, by partner and whether they were handed over by them."""
    info, found = half_info(starts_on, listener_id), {}
    for row in _halves(starts_on):
        told = sealing.unseal(row.sealed, private, info) if row.holder_id == listener_id else None
        if told is not None:
            found[row.partner_id, row.is_handed] = bytes.fromhex(told["half"])
    return found


def _hand_over(starts_on: date, listener_id: str, partner_id: str, half: bytes) -> bool:
    """Seal one's half to the partner; once, and only to a partner who has a key."""
    if key_of(partner_id) is None:
        return False
    there = sa.select(TeamHalf.id).where(
        TeamHalf.starts_on == starts_on,
        TeamHalf.holder_id == partner_id,
        TeamHalf.partner_id == listener_id,
        TeamHalf.is_handed,
    )
    if db.session.scalar(there) is None:
        db.session.add(ballots.sealed_half(starts_on, partner_id, listener_id, half, is_handed=True))
    return True


def _count(window: TeamWindow, key: bytes) -> Outcome:
    """Open the ballots in memory, publish what may be published, and throw ballots and key away."""
    starts_on, ends_on = window.starts_on, window.ends_on
    groups = [_group(window, name, _words(starts_on, key)) for name in ballots.GROUPS]
    shown = publish(groups, _earlier(Audience.TEAM), TEAM_K)
    outside = publish_to_funders(groups, shown, _earlier(Audience.FUNDER))
    members = {each.name: sorted(each.members) for each in groups}
    for audience, figures in ((Audience.TEAM, shown), (Audience.FUNDER, outside)):
        db.session.add_all(_row(starts_on, ends_on, audience, each, members[each.group]) for each in figures)
    ballots.close_window(starts_on)
    record(db.session, "count weeks")
    db.session.commit()
    shredding.shred()
    return Saved("counted")


def _words(starts_on: date, key: bytes) -> dict[str, Level]:
    """What each voter said, empty ballots left out."""
    found = {}
    for row in db.session.scalars(sa.select(Ballot).where(Ballot.starts_on == starts_on)):
        told = sealing.unseal(row.sealed, key, ballot_info(starts_on, row.voter))
        if told is not None and told["word"]:
            found[row.voter] = Level(told["word"])
    return found


def _group(window: TeamWindow, name: str, words: dict[str, Level]) -> Group:
    members = frozenset(window.groups.get(name, []))
    voters = {owner: voter_of(window.starts_on, owner) for owner in members}
    return Group(name, members, {owner: MIDDLES[words[each]] for owner, each in voters.items() if each in words})


def _earlier(audience: Audience) -> list[frozenset[str]]:
    """The members of every group that was ever shown to these eyes."""
    asked = sa.select(TeamFigure.members).where(TeamFigure.audience == audience, TeamFigure.level.is_not(None))
    return [frozenset(each) for each in db.session.scalars(asked)]


def _row(starts_on: date, ends_on: date, audience: Audience, figure: Figure, members: list[str]) -> TeamFigure:
    return TeamFigure(
        starts_on=starts_on,
        ends_on=ends_on,
        audience=audience,
        group=figure.group,
        level=figure.level,
        about=figure.about,
        members=members if figure.level is not None else [],
    )

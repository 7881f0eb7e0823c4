"""Reading what is kept of check-ins, with the person's own key where it is sealed."""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

import sqlalchemy as sa
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey
from flask import session

from app import clock
from app.auth.wordlist import WORDS
from app.checkins import sealing
from app.checkins.models import CheckIn, Choice, HelpLine, KeyPair, Listener, Opened, Pack, Parcel
from app.database import db
from app.people.models import Person
from app.vault import vault
from wellbeing.flags import Sharing
from wellbeing.instruments import instruments
from wellbeing.instruments.pulse import PULSE
from wellbeing.scoring import Score, is_real_change, scores
from wellbeing.trend import Reading, Signal, signal, usual_level

COOKIE = "opened"
WEEK = 7
PARCEL_INFO = b"parcel:v1"
NOTE = "note"
"""The kind of parcel in which a person's note of an ask stays when its week is deleted."""
SHOW_NEW_KEYS = timedelta(weeks=4)
ASKS_SHOWN = timedelta(weeks=12)
"""As long as what was sent is kept, and what came back: after that nobody can tell whether it was answered."""
ASKS_WAIT = timedelta(weeks=8)
"""After these it is said of an ask that nothing was done about it, while that can still be told and done."""


def owner_of(person_id: str) -> str:
    """The keyed hash under which a person's check-ins are kept."""
    return vault().index(person_id, "private.owner")


def monday_of(day: date) -> date:
    """The Monday of a day's week."""
    return day - timedelta(days=day.weekday())


def check_in_info(owner: str, row_id: str) -> bytes:
    """What a sealed check-in is bound to: a row moved elsewhere does not open."""
    return f"checkin:v1:{owner}:{row_id}".encode()


def key_of(person_id: str) -> KeyPair | None:
    """A person's key pair, None before they set one up."""
    return db.session.get(KeyPair, owner_of(person_id))


def mark_of_key(pair: KeyPair) -> str:
    """A public key in short, to tell whether it is still the same."""
    return pair.public_key.hex()[:16]


def has_key(person_id: str) -> bool:
    """Whether a person has set up a private history."""
    return key_of(person_id) is not None


def made_of_late(person_id: str) -> date | None:
    """The day a person's key was made, for some weeks: whoever did not make it themselves is to see that it was."""
    pair = key_of(person_id)
    return pair.made_on if pair is not None and pair.made_on > clock.today() - SHOW_NEW_KEYS else None


@dataclass(frozen=True, slots=True)
class StandingChoice:
    """What a person shares when they share: how much and with whom; and whether their weeks count for the group."""

    sharing: Sharing = Sharing.NOBODY
    listener_id: str | None = None
    counts: bool = False


def choice_of(person_id: str) -> StandingChoice:
    """A person's standing choice: nobody, until they chose otherwise."""
    row = db.session.get(Choice, owner_of(person_id))
    if row is None:
        return StandingChoice()
    kept: dict[str, str] = json.loads(row.kept)
    return StandingChoice(Sharing(kept["sharing"].strip()), kept["listener"].strip() or None, kept.get("counts") == "y")


@dataclass(frozen=True, slots=True)
class ListenerShown:
    """Someone who can be chosen: who they are, what they are to people, their key in words, and when it was made."""

    person_id: str
    name: str
    words: str
    fingerprint: str
    key_made_on: date

    @property
    def is_new(self) -> bool:
        """Whether the key was made of late, so that the group should know of it."""
        return self.key_made_on > clock.today() - SHOW_NEW_KEYS


def listeners(person_id: str | None = None) -> list[ListenerShown]:
    """Those who may be chosen by a person (anyone but themselves), by name; only who has a key can get something."""
    rows = {row.person_id: row for row in db.session.scalars(sa.select(Listener).where(Listener.is_active))}
    named = db.session.execute(sa.select(Person.id, Person.name).where(Person.id.in_(rows), Person.is_active))
    owners = {row_id: owner_of(row_id) for row_id in rows}
    keys = {row.owner: row for row in db.session.scalars(sa.select(KeyPair).where(KeyPair.owner.in_(owners.values())))}
    found = []
    for each in named:
        key = keys.get(owners[each.id])
        if each.id != person_id and key is not None:
            words = sealing.fingerprint(key.public_key, WORDS)
            found.append(ListenerShown(each.id, each.name, rows[each.id].words, words, key.made_on))
    return sorted(found, key=lambda each: each.name.lower())


@dataclass(frozen=True, slots=True)
class ListenerRow:
    """Someone whom the group named as a listener, as the page of the group's settings shows them."""

    person_id: str
    name: str
    words: str
    is_ready: bool


def named_listeners() -> list[ListenerRow]:
    """Everyone named as a listener, ready or not."""
    rows = {row.person_id: row for row in db.session.scalars(sa.select(Listener).where(Listener.is_active))}
    named = db.session.execute(sa.select(Person.id, Person.name).where(Person.id.in_(rows)).order_by(Person.name))
    return [ListenerRow(each.id, each.name, rows[each.id].words, has_key(each.id)) for each in named]


def is_listener(person_id: str) -> bool:
    """Whether others may choose this person."""
    row = db.session.get(Listener, person_id)
    return row is not None and row.is_active


def has_listened(person_id: str) -> bool:
    """Whether others may choose this person, or could once: what they sent may still wait."""
    return db.session.get(Listener, person_id) is not None


def has_longer() -> bool:
    """Whether the words of a longer questionnaire are loaded."""
    return db.session.scalar(sa.select(Pack.key).limit(1)) is not None


def help_lines() -> list[HelpLine]:
    """Whom people can call, in the group's order."""
    return list(db.session.scalars(sa.select(HelpLine).order_by(HelpLine.position, HelpLine.id)))


def opened_key(person_id: str) -> bytes | None:
    """The private key of a history that this browser opened a short while ago; None when it is closed."""
    token = session.get(COOKIE)
    if not token:
        return None
    row = db.session.get(Opened, hashlib.sha256(token.encode()).hexdigest())
    if row is None or row.ends_at <= clock.now():
        return None
    private, pair = sealing.unlock_with_token(row.sealed, token), key_of(person_id)
    if private is None or pair is None or public_of(private) != pair.public_key:
        return None
    return private


def public_of(private: bytes) -> bytes:
    """The public half of a private key, raw."""
    return X25519PrivateKey.from_private_bytes(private).public_key().public_bytes_raw()


@dataclass(frozen=True, slots=True)
class Entry:
    """One check-in of a person, opened. `score` is None when too little was answered.

    `at` orders those of one week: the moment it was sent, empty for those kept before it was sealed with them.
    """

    id: str
    week_on: date
    at: str
    answers: dict[str, int | None]
    score: float | None
    something_hard: bool
    daily_needs: bool
    note: str


@dataclass(frozen=True, slots=True)
class LongEntry:
    """The answers to a longer questionnaire, scored: (scale, number, band, is the change since the last one real)."""

    id: str
    title: str
    week_on: date
    scores: list[tuple[str, float, str, bool]]


@dataclass(frozen=True, slots=True)
class LookedAt:
    """Something that a listener did with a person's ask: `what` is "read" or one of `wellbeing.flags.Act`."""

    by: str
    what: str
    day_on: date


@dataclass(frozen=True, slots=True)
class Unread:
    """An ask that was sent and not looked at yet; `is_lost` when the key it was sealed to is there no more.

    `id` is what holds it: the check-in it went out with, or its note. `is_overdue`: nothing was
    done about it for too long, whether somebody looked at it or not; its listener still has it.
    """

    id: str
    of: str
    day_on: date
    is_lost: bool
    is_overdue: bool


@dataclass(frozen=True, slots=True)
class History:
    """A person's own weeks, the latest first, and what they show. `locked` counts those of a key that is lost."""

    entries: list[Entry]
    locked: int
    found: Signal
    usual: float | None
    replies: list[LookedAt]
    unread: list[Unread]
    longer: list[LongEntry]


def history(person_id: str, private: bytes) -> History:
    """Open a person's own check-ins, and work out their trend, here and now and nowhere else."""
    owner = owner_of(person_id)
    entries, longer, asked, locked = [], [], [], 0
    for row in db.session.scalars(sa.select(CheckIn).where(CheckIn.owner == owner)):
        told = sealing.unseal(row.sealed, private, check_in_info(owner, row.id))
        if told is None:
            locked += 1
        elif "pack" in told:
            longer.append((row.id, told))
        elif "answers" in told:
            entries.append(_entry(row.id, told))
        if told is not None and told.get("asked"):
            asked.append((row.id, told["asked"]))
    entries.sort(key=lambda each: (each.week_on, each.at, each.id))
    readings = [Reading(each.week_on.toordinal() // WEEK, each.score) for each in entries if each.score is not None]
    own = own_parcels(private, "reply", NOTE)
    told_back = [told for _, told in own if told["kind"] == "reply"]
    asked += [(row.id, told["asked"]) for row, told in own if told["kind"] == NOTE]
    return History(
        entries[::-1],
        locked,
        signal(readings),
        usual_level(readings),
        _replies(told_back),
        _unread(asked, told_back),
        _longer(longer),
    )


def _entry(row_id: str, told: dict[str, Any]) -> Entry:
    answers = {item.name: told["answers"].get(item.name) for item in PULSE.items}
    score = scores(PULSE, answers).get("pulse")
    return Entry(
        id=row_id,
        week_on=date.fromisoformat(told["week"]),
        at=told.get("at", ""),
        answers=answers,
        score=None if score is None else float(score.value),
        something_hard=told["hard"],
        daily_needs=told["needs"],
        note=told["note"],
    )


def _longer(rows: list[tuple[str, dict[str, Any]]]) -> list[LongEntry]:
    """Longer questionnaires, the latest first, each scale held against the time before."""
    found, before = [], dict[tuple[str, str], Score]()
    for row_id, told in sorted(rows, key=lambda each: (each[1]["week"], each[1].get("at", ""), each[0])):
        form = instruments().get(told["pack"])
        if form is None:
            continue
        lines = []
        for scale in form.scales:
            score, last = scores(form, told["answers"]).get(scale.name), before.get((form.key, scale.name))
            if score is not None:
                is_real = last is not None and is_real_change(scale, last.value, score.value)
                lines.append((scale.name, float(score.value), score.band, is_real))
                before[form.key, scale.name] = score
        found.append(LongEntry(row_id, form.title, date.fromisoformat(told["week"]), lines))
    return found[::-1]


def own_parcels(private: bytes, *kinds: str) -> list[tuple[Parcel, dict[str, Any]]]:
    """The delivered parcels of some kinds that this key opens: nothing but trying tells which these are."""
    opened = []
    for row in db.session.scalars(sa.select(Parcel)):
        told = sealing.unseal(row.sealed, private, PARCEL_INFO)
        if told is not None and told["kind"] in kinds:
            opened.append((row, told))
    return opened


def _names(ids: set[str]) -> dict[str, str]:
    return {row.id: row.name for row in db.session.execute(sa.select(Person.id, Person.name).where(Person.id.in_(ids)))}


def waits(asked: dict[str, str], told: list[dict[str, Any]]) -> bool:
    """Whether nothing came back to an ask of the last weeks; to an old one it is nothing that it was read."""
    since, old = _since(ASKS_SHOWN), _since(ASKS_WAIT)
    back = {each.get("ref") for each in told if each["what"] != "read" or asked["day"] > old}
    return asked["day"] >= since and asked["ref"] not in back


def _since(span: timedelta) -> str:
    return (clock.today() - span).isoformat()


def _unread(asked: list[tuple[str, dict[str, str]]], told: list[dict[str, Any]]) -> list[Unread]:
    """The asks that still wait, the latest first."""
    left = [(row_id, each) for row_id, each in asked if waits(each, told)]
    names, found = _names({each["of"] for _, each in left}), []
    for row_id, each in left:
        pair, day = key_of(each["of"]), each["day"]
        is_lost = pair is None or mark_of_key(pair) != each["key"]
        name = names.get(each["of"], "Someone")
        found.append(Unread(row_id, name, date.fromisoformat(day), is_lost, day <= _since(ASKS_WAIT)))
    return sorted(found, key=lambda each: each.day_on, reverse=True)


def _replies(told: list[dict[str, Any]]) -> list[LookedAt]:
    names = _names({each["by"] for each in told})
    found = [LookedAt(names.get(each["by"], "Someone"), each["what"], date.fromisoformat(each["day"])) for each in told]
    return sorted(found, key=lambda each: each.day_on, reverse=True)

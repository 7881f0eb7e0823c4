"""Sending a check-in, choosing what is shared, and answering those who asked to be contacted."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

import sqlalchemy as sa

from app import clock
from app.audit.services import record
from app.checkins import ballots, parcels, sealing
from app.checkins.models import CheckIn, Choice, HelpLine, Listener, Parcel
from app.checkins.once import is_first
from app.checkins.queries import (
    PARCEL_INFO,
    check_in_info,
    choice_of,
    key_of,
    listeners,
    monday_of,
    owner_of,
    public_of,
)
from app.checkins.shredding import emptied, empty_private_log
from app.database import db
from app.editing import Outcome, Outdated, Saved, refuse
from app.people.models import Person
from app.vault import vault
from wellbeing.flags import Act, Flag, Sharing, flag_for, level_of
from wellbeing.instruments.pulse import PULSE
from wellbeing.scoring import scores

LONGEST_NOTE = 240
BEFORE = "This was sent before. It counts once."


@dataclass(frozen=True, slots=True)
class Given:
    """What a person answered this week; nothing of it has to be."""

    answers: Mapping[str, int | None]
    something_hard: bool = False
    daily_needs: bool = False
    note: str = ""

    @property
    def score(self) -> float | None:
        """This week's pulse, None when too little was answered."""
        found = scores(PULSE, dict(self.answers)).get("pulse")
        return None if found is None else float(found.value)

    @property
    def is_empty(self) -> bool:
        """Whether nothing at all was answered."""
        answered = any(each is not None for each in self.answers.values())
        return not (answered or self.something_hard or self.daily_needs or self.note)


@dataclass(frozen=True, slots=True)
class Page:
    """What the page carried that was sent: its key, by which it counts once, and the mark of the card it showed."""

    key: str
    card: str


def mark_of(card: Flag, listener_id: str) -> str:
    """A card and who gets it as one short mark: when either is another by now, the person looks again first."""
    return vault().index(f"{card}:{listener_id}", "private.card")


def card_for(person_id: str, given: Given, *, as_chosen: bool = True) -> Flag:
    """Exactly what a listener would get of this check-in, after the person's standing choice of how much.

    Without `as_chosen` never the level: where somebody else could stand, the choice itself stays unseen.
    """
    sharing = choice_of(person_id).sharing if as_chosen else Sharing.CONTACT
    chosen = Sharing.LEVEL if sharing is Sharing.LEVEL else Sharing.CONTACT
    found = flag_for(person_id, chosen, given.score, something_hard=given.something_hard, daily_needs=given.daily_needs)
    return found or Flag(person_id)


def send_check_in(  # noqa: PLR0913 - what was answered, and what is to come of it
    person_id: str,
    given: Given,
    listener_id: str | None = None,
    *,
    counts: bool = False,
    page: Page | None = None,
    as_chosen: bool = True,
) -> Outcome:
    """Seal a check-in to its owner's key, with or without an ask to be contacted. Needs no secret.

    Either way one parcel of one size goes out with it, and one ballot, empty unless the person lets it count.
    Without a key of one's own nothing is kept, and no word counts. `Outdated`: the card is another than the page
    showed; nothing is sent.
    """
    card = card_for(person_id, given, as_chosen=as_chosen)
    problem = None if listener_id is None else _not_as_shown(person_id, card, listener_id, page)
    if problem is not None:
        return problem
    pair = key_of(person_id)
    if page is not None and not is_first(page.key):
        db.session.rollback()
        return Saved("" if pair is None else "kept", BEFORE)
    asked = None if listener_id is None else parcels.send_flag(card, listener_id)
    if asked is None:
        parcels.send_nothing()
    if pair is not None and not (given.is_empty and asked is None):
        db.session.add(_sealed_row(owner_of(person_id), pair.public_key, given, asked))
    score = given.score if counts and pair is not None else None
    ballots.cast(person_id, None if score is None else level_of(score))
    db.session.commit()
    empty_private_log()
    return Saved("" if pair is None else "kept")


def _not_as_shown(person_id: str, card: Flag, listener_id: str, page: Page | None) -> Outcome | None:
    """Why a card cannot go out as the person saw it, None when it can."""
    if listener_id not in {each.person_id for each in listeners(person_id)}:
        return refuse(listener="This person cannot be chosen any more. Please choose again.")
    return None if page is None or page.card == mark_of(card, listener_id) else Outdated(0)


def _sealed_row(owner: str, public: bytes, given: Given, asked: Mapping[str, str] | None) -> CheckIn:
    """A check-in as it is kept; with the ask that went out with it, so that its owner can follow that."""
    row_id, today = sealing.new_row_id(), clock.today()
    told: dict[str, Any] = {"week": monday_of(today).isoformat(), "at": clock.now().isoformat(), "asked": asked}
    if not given.is_empty:
        told |= {
            "answers": dict(given.answers),
            "hard": given.something_hard,
            "needs": given.daily_needs,
            "note": given.note[:LONGEST_NOTE],
        }
    sealed = sealing.seal(told, public, check_in_info(owner, row_id), sealing.CHECK_IN_BYTES)
    return CheckIn(id=row_id, owner=owner, sealed=sealed, month_on=_month(today))


def _month(day: date) -> date:
    return day.replace(day=1)


def ask_for_contact(person_id: str, flag: Flag, listener_id: str, page: Page | None = None) -> Outcome:
    """Send a flag by itself, as a person does when their own history gives them cause."""
    problem = _not_as_shown(person_id, flag, listener_id, page)
    if problem is not None:
        return problem
    if page is not None and not is_first(page.key):
        db.session.rollback()
        return Saved("", BEFORE)
    asked, pair = parcels.send_flag(flag, listener_id), key_of(person_id)
    if pair is not None:
        db.session.add(_sealed_row(owner_of(person_id), pair.public_key, Given({}), asked))
    db.session.commit()
    empty_private_log()
    return Saved("")


def choose_sharing(person_id: str, sharing: Sharing, listener_id: str | None, *, counts: bool = False) -> Outcome:
    """Keep a person's standing choice."""
    if sharing is Sharing.NOBODY:
        listener_id = None
    elif listener_id not in {each.person_id for each in listeners(person_id)}:
        return refuse(listener="Choose who it is.")
    kept = _kept_choice(sharing, listener_id, counts=counts)
    row = db.session.get(Choice, owner_of(person_id))
    if row is None:
        db.session.add(Choice(owner=owner_of(person_id), kept=kept))
    else:
        row.kept = kept
    db.session.commit()
    return Saved("")


def _kept_choice(sharing: Sharing, listener_id: str | None, *, counts: bool) -> str:
    """A standing choice as it is kept: always of one length."""
    return json.dumps(
        {"sharing": sharing.ljust(8), "listener": (listener_id or "").ljust(12), "counts": "y" if counts else "n"}
    )


def read_flag(listener_id: str, private: bytes, parcel_id: str) -> Outcome:
    """Note that a listener looked at a flag; the person hears of it."""
    found = _flag(private, parcel_id)
    if found is None:
        return refuse(form="This is not there any more.")
    row, told = found
    if "read" not in told:
        sealed = told | {"read": clock.today().isoformat()}
        row.sealed = sealing.seal(sealed, public_of(private), PARCEL_INFO, sealing.PARCEL_BYTES)
        parcels.send_reply(told, listener_id, "read")
    db.session.commit()
    empty_private_log()
    return Saved(parcel_id)


def close_flag(listener_id: str, private: bytes, parcel_id: str, act: Act) -> Outcome:
    """Close a flag with what was done; the person hears of it, and nothing of the flag is left.

    An empty parcel stays in its place: a day with fewer parcels than check-ins would tell that one asked.
    """
    found = _flag(private, parcel_id)
    if found is None:
        return refuse(form="This is not there any more.")
    row, told = found
    row.sealed = emptied()
    parcels.send_reply(told, listener_id, act)
    db.session.commit()
    empty_private_log()
    return Saved("")


def _flag(private: bytes, parcel_id: str) -> tuple[Parcel, dict[str, object]] | None:
    row = db.session.get(Parcel, parcel_id)
    told = None if row is None else sealing.unseal(row.sealed, private, PARCEL_INFO)
    if row is None or told is None or told["kind"] != "flag":
        return None
    return row, told


def name_listener(person_id: str, words: str) -> Outcome:
    """Let others choose this person; they need a private history of their own before anything can reach them."""
    person = db.session.get(Person, person_id)
    if person is None or not person.is_active:
        return refuse(person="Choose someone.")
    row = db.session.get(Listener, person_id)
    if row is None:
        db.session.add(Listener(person_id=person_id, words=words))
    else:
        row.words, row.is_active = words, True
    record(db.session, "name listener", "person", person_id)
    db.session.commit()
    return Saved(person_id)


def retire_listener(person_id: str) -> None:
    """Let nobody choose this person any more."""
    row = db.session.get(Listener, person_id)
    if row is not None:
        row.is_active = False
        record(db.session, "retire listener", "person", person_id)
    db.session.commit()


def add_help_line(name: str, phone: str, words: str) -> None:
    """Add someone whom people can call, at the end."""
    last = db.session.scalar(sa.select(sa.func.max(HelpLine.position))) or 0
    line = HelpLine(position=last + 1, name=name, phone=phone, words=words)
    db.session.add(line)
    record(db.session, "add help line", name=name)
    db.session.commit()


def remove_help_line(line_id: str) -> None:
    """Take someone off the list of those whom people can call."""
    db.session.execute(sa.delete(HelpLine).where(HelpLine.id == line_id))
    record(db.session, "remove help line")
    db.session.commit()

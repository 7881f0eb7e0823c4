"""Parcels: what one person seals to another. Every check-in leaves one, so that an ask for help does not stand out."""

from __future__ import annotations

import secrets
from collections.abc import Mapping
from typing import Any

import sqlalchemy as sa

from app import clock, jobs
from app.checkins import sealing
from app.checkins.models import Parcel, WaitingParcel
from app.checkins.queries import PARCEL_INFO, key_of, mark_of_key
from app.checkins.shredding import forget_closed, forget_what_waited
from app.database import db, new_id
from app.mail.services import post_fleeting
from app.people.models import Person
from wellbeing.flags import Flag, Level

DELIVER = "deliver-parcels"
ADDRESS_LENGTH = 32
SUBJECT = "Something for you in Evenhand"
BODY = "Hello,\n\nthere is something for you in Evenhand. Sign in to see it.\n"
FORMER_BODY = (
    "Hello,\n\nyour account in Evenhand uses another address now, and something was set up there. "
    "If that was not you, tell someone there whom you trust.\n"
)


def send_flag(flag: Flag, listener_id: str) -> dict[str, str] | None:
    """Put a flag on its way to a listener, in the caller's transaction; None when they have no key.

    What comes back is for the sender to seal to themselves: by its random mark they know the answer again, and by
    the listener's key whether it can still be opened.
    """
    listener, sender = key_of(listener_id), key_of(flag.respondent)
    if listener is None:
        return None
    ref, day = new_id(), clock.today().isoformat()
    told = {
        "kind": "flag",
        "from": flag.respondent,
        "level": flag.level,
        "hard": flag.something_hard,
        "needs": flag.daily_needs,
        "day": day,
        "ref": ref,
        "answer_to": None if sender is None else sender.public_key.hex(),
    }
    _put(told, listener.public_key, listener_id)
    return {"of": listener_id, "key": mark_of_key(listener), "ref": ref, "day": day}


def send_reply(asked: Mapping[str, Any], by: str, what: str) -> None:
    """Tell a person what became of their ask, in the caller's transaction; who has no key hears it in person only."""
    if asked["answer_to"] is None:
        send_nothing()
    else:
        told = {"kind": "reply", "by": by, "what": what, "day": clock.today().isoformat(), "ref": asked.get("ref")}
        _put(told, bytes.fromhex(asked["answer_to"]), "")


def send_nothing() -> None:
    """Put an empty parcel on its way, sealed to a key that nobody has: it looks like any other."""
    _put({"kind": "nothing"}, sealing.new_pair().public, "")


def _put(told: Mapping[str, Any], public: bytes, address: str) -> None:
    sealed = sealing.seal(told, public, PARCEL_INFO, sealing.PARCEL_BYTES)
    db.session.add(WaitingParcel(sealed=sealed, address=address.ljust(ADDRESS_LENGTH)))


def flag_in(told: Mapping[str, Any]) -> Flag:
    """The flag that a parcel holds."""
    return Flag(told["from"], Level(told["level"]) if told["level"] else None, told["hard"], told["needs"])


def deliver(task: jobs.Task) -> None:
    """Deliver what waits, all at once and in no order, and tell listeners that there is something, once each.

    What is left of histories that were opened since the last time goes on the way.
    """
    del task
    forget_closed()
    waiting = list(db.session.scalars(sa.select(WaitingParcel).with_for_update()))
    secrets.SystemRandom().shuffle(waiting)
    today, told = clock.today(), {each.address.strip() for each in waiting} - {""}
    for each in waiting:
        db.session.add(Parcel(sealed=each.sealed, day_on=today))
        db.session.delete(each)
    for person_id in db.session.scalars(sa.select(Person.id).where(Person.id.in_(told), Person.is_active)):
        tell(person_id)
    db.session.commit()
    forget_what_waited()


def tell_of_key(person_id: str) -> None:
    """The same for a key that was made, and to the addresses before: whoever changed one may have made the key."""
    tell(person_id)
    person = db.session.get(Person, person_id)
    former = (person.former_emails or "").split() if person is not None else []
    for address in former:
        post_fleeting(db.session, to=address, subject=SUBJECT, body=FORMER_BODY)


def tell(person_id: str) -> None:
    """Mail a person in the caller's transaction that there is something for them, and nothing more."""
    person = db.session.get(Person, person_id)
    if person is not None and person.email:
        post_fleeting(db.session, to=person.email, subject=SUBJECT, body=BODY)

"""Enrolling tablets, and letting people in at one for a minute at a time."""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from datetime import timedelta

import sqlalchemy as sa

from app import clock
from app.audit.services import record
from app.auth.devices import Caller
from app.auth.doors import Answer, choose_pin, prove_card
from app.auth.passphrases import new_code, plain
from app.auth.queries import digest
from app.auth.services import sign_out
from app.auth.throttle import KIOSK_ADDRESS, Gate, forgive, reserve
from app.database import db, new_id, writing
from app.kiosk.models import Kiosk, KioskVisit
from app.kiosk.queries import Tablet
from app.vault import vault

CODE_LIFE = timedelta(minutes=30)
KEEP_VISITS = timedelta(days=1)
TIDY = "tidy-kiosks"
TIDY_EVERY = timedelta(hours=6)
TOO_OFTEN = "That was tried too often. Please wait a quarter of an hour."
NO_SUCH_CODE = "That code does not fit, or it is too old. A coordinator can make a new one."


@dataclass(frozen=True, slots=True)
class Token:
    """A random token for a cookie; only its hash is kept."""

    text: str


def add_kiosk(site_id: str, name: str, by_id: str) -> str:
    """Make a tablet that waits for its code, and the code: 8 letters and digits, shown this once."""
    code, now = new_code(), clock.now()
    kiosk = Kiosk(id=new_id(), site_id=site_id, name=name, code_hash=_code_hash(code), code_until=now + CODE_LIFE)
    kiosk.made_by_id, kiosk.made_at = by_id, now
    db.session.add(kiosk)
    record(db.session, "add kiosk", "kiosk", kiosk.id, actor_id=by_id)
    db.session.commit()
    return code


def end_kiosk(kiosk_id: str) -> None:
    """Remove a tablet: its cookie opens nothing from now on, and whoever stands at it is signed out."""
    now = clock.now()
    db.session.execute(
        sa.update(Kiosk).where(Kiosk.id == kiosk_id, Kiosk.ended_at.is_(None)).values(ended_at=now, code_hash=None)
    )
    db.session.execute(
        sa.update(KioskVisit).where(KioskVisit.kiosk_id == kiosk_id, KioskVisit.ended_at.is_(None)).values(ended_at=now)
    )
    record(db.session, "remove kiosk", "kiosk", kiosk_id)
    db.session.commit()


def enrol(code: str, caller: Caller) -> Token | str:
    """Make the device at hand the tablet of this code; a code works once. Else why not, in words.

    Whoever was signed in on it is signed out: from then on it opens the pages of a tablet and nothing else.
    """
    address = (KIOSK_ADDRESS, caller.network)
    if reserve(db.session, address) is not Gate.OPEN:
        db.session.commit()
        return TOO_OFTEN
    token = secrets.token_urlsafe(32)
    found = db.session.execute(
        sa.update(Kiosk)
        .where(Kiosk.code_hash == _code_hash(code), Kiosk.code_until > clock.now(), Kiosk.ended_at.is_(None))
        .values(code_hash=None, token_hash=digest(token), enrolled_at=clock.now())
        .returning(Kiosk.id)
        .execution_options(synchronize_session=False)
    ).scalar_one_or_none()
    if found is None:
        db.session.commit()
        return NO_SUCH_CODE
    forgive(db.session, address)
    record(db.session, "enrol kiosk", "kiosk", found)
    sign_out()
    db.session.commit()
    return Token(token)


def let_in(tablet: Tablet, card: str, pin: str, caller: Caller) -> Token | Answer:
    """Let someone in at a tablet by card and PIN; wrong PINs count like at every other door."""
    return _let_in(tablet, prove_card(card, pin, caller))


def let_in_first(tablet: Tablet, card: str, code: str, pin: str, caller: Caller) -> Token | Answer:
    """Let someone in whose card is new: they choose its PIN here, proven by the code told with the card."""
    return _let_in(tablet, choose_pin(card, code, pin, caller))


def _let_in(tablet: Tablet, proven: str | Answer) -> Token | Answer:
    if isinstance(proven, Answer):
        return proven
    token, now = secrets.token_urlsafe(32), clock.now()
    db.session.execute(
        sa.update(KioskVisit)
        .where(KioskVisit.kiosk_id == tablet.id, KioskVisit.ended_at.is_(None))
        .values(ended_at=now)
    )
    db.session.add(
        KioskVisit(id=digest(token), kiosk_id=tablet.id, person_id=proven, began_at=now, seen_at=now, ended_at=None)
    )
    record(db.session, "sign in at kiosk", "person", proven, actor_id=proven)
    db.session.commit()
    return Token(token)


def stay(visit_id: str) -> None:
    """Note that someone touched the tablet, in a short transaction of its own: their minute starts anew."""
    db.session.rollback()
    with writing() as own:
        own.execute(
            sa.update(KioskVisit)
            .where(KioskVisit.id == visit_id, KioskVisit.ended_at.is_(None))
            .values(seen_at=clock.now())
        )


def leave_kiosk(visit_id: str) -> None:
    """End a visit: its cookie opens nothing any more."""
    db.session.execute(sa.update(KioskVisit).where(KioskVisit.id == visit_id).values(ended_at=clock.now()))
    db.session.commit()


def tidy(task: object) -> None:
    """Forget who stood at which tablet when."""
    del task
    db.session.execute(sa.delete(KioskVisit).where(KioskVisit.began_at < clock.now() - KEEP_VISITS))
    db.session.commit()


def _code_hash(code: str) -> str:
    return vault().index(plain(code), "kiosk code")

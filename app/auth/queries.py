"""Finding out who is signed in, where, and what opens the doors for whom."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any

import sqlalchemy as sa
from flask import g, session

from app import clock
from app.access import STAFF, Role
from app.auth.models import Credential, RecoveryCode, SignIn, SignInToken
from app.database import Instant, db, rows, writing
from app.people.models import Person, PersonRole
from app.vault import vault

SEEN_EVERY = timedelta(minutes=2)
PEER_IDLE = timedelta(days=14)
STAFF_IDLE = timedelta(hours=12)
SHARED_IDLE = timedelta(minutes=20)
LONGEST_SESSION = timedelta(days=60)
FRESH = timedelta(minutes=15)
SETTLING = timedelta(days=7)
CARD_TRIES = 5


class Door(StrEnum):
    """How a person came in."""

    PASSPHRASE = "passphrase"  # noqa: S105 - the name of a door
    LINK = "link"
    CODE = "code"
    CARD = "card"
    SETUP = "setup"


BY_MAIL = frozenset({Door.LINK, Door.SETUP})
"""The doors to which a mail leads."""
DOOR_WORDS = {
    Door.PASSPHRASE: "with your passphrase",
    Door.LINK: "with a link from a mail",
    Door.CODE: "with a code from a coordinator",
    Door.CARD: "with your card",
    Door.SETUP: "with an invitation",
}


# Asked with every request, so made once and for plain columns: a row for each role of the person.
_WHO = (
    sa.select(
        SignIn.id,
        SignIn.person_id,
        SignIn.door,
        SignIn.is_shared,
        SignIn.created_at,
        SignIn.seen_at,
        Person.name,
        Person.code,
        PersonRole.role,
    )
    .join(Person, Person.id == SignIn.person_id)
    .outerjoin(PersonRole, PersonRole.person_id == Person.id)
    .where(
        SignIn.id == sa.bindparam("session"),
        SignIn.ended_at.is_(None),
        SignIn.expires_at > sa.bindparam("now", type_=Instant),
        Person.is_active,
    )
)


class SignedIn:
    """The person behind the present request, as Flask-Login wants them."""

    is_authenticated = True
    is_active = True
    is_anonymous = False

    def __init__(self, row: Any, roles: frozenset[Role]) -> None:
        self.id: str = row.person_id
        self.name: str = row.name
        self.code: str = row.code
        self.roles = roles
        self.sign_in_id: str = row.id
        self.door: str = row.door
        self.since: datetime = row.created_at

    @property
    def is_staff(self) -> bool:
        """Whether the person has a role beyond their own shifts."""
        return not STAFF.isdisjoint(self.roles)

    def get_id(self) -> str:
        """The token of the session, never the person's id: a session that ended opens nothing."""
        return str(session["_user_id"])


def digest(token: str) -> str:
    """What is kept of a random token: its SHA-256, 64 hex digits."""
    return hashlib.sha256(token.encode()).hexdigest()


def idle_time(roles: frozenset[Role], *, is_shared: bool) -> timedelta:
    """How long a session may lie unused: least on a device that others use too, less for staff."""
    if is_shared:
        return SHARED_IDLE
    return PEER_IDLE if STAFF.isdisjoint(roles) else STAFF_IDLE


def person_of_session(token: str) -> SignedIn | None:
    """The person whose live session this token opens, None when it ended, ran out or they left the group."""
    now = clock.now()
    found = rows(_WHO, session=digest(token), now=now)
    if not found:
        return None
    row, roles = found[0], frozenset(Role(row.role) for row in found if row.role is not None)
    if now - row.seen_at > SEEN_EVERY:
        idle = idle_time(roles, is_shared=row.is_shared)
        g.session_seen = (row.id, min(now + idle, row.created_at + LONGEST_SESSION))
    return SignedIn(row, roles)


def keep_alive() -> None:
    """Note that a session is in use, in a short transaction of its own, at most every two minutes."""
    seen = g.pop("session_seen", None)
    if seen is not None:
        sign_in_id, expires_at = seen
        db.session.rollback()
        with writing() as own:
            own.execute(
                sa.update(SignIn)
                .where(SignIn.id == sign_in_id, SignIn.ended_at.is_(None))
                .values(seen_at=clock.now(), expires_at=expires_at)
            )


def person_by_email(address: str) -> Person | None:
    """The active person with this address, however it is capitalised."""
    index = vault().index(address.strip().lower(), "person.email")
    return db.session.scalar(sa.select(Person).where(Person.email_index == index, Person.is_active))


def person_by_code(code: str) -> Person | None:
    """The active person with this name-code, however it is capitalised."""
    return db.session.scalar(
        sa.select(Person).where(sa.func.lower(Person.code) == code.strip().lower(), Person.is_active).limit(1)
    )


def person_of_card(token: str) -> Person | None:
    """The active person whose printed card this is."""
    return db.session.scalar(
        sa.select(Person)
        .join(Credential, Credential.person_id == Person.id)
        .where(Credential.card_hash == digest(token), Person.is_active)
    )


def person_named(person_id: str) -> Person | None:
    """A person by their id, whether active or not."""
    return db.session.get(Person, person_id)


def credential_of(person_id: str) -> Credential | None:
    """What opens the doors for a person."""
    return db.session.get(Credential, person_id)


def live_token(token: str, kind: str) -> SignInToken | None:
    """The unused token of an active person that is still good."""
    return db.session.scalar(
        sa.select(SignInToken)
        .join(Person, Person.id == SignInToken.person_id)
        .where(
            SignInToken.token_hash == digest(token),
            SignInToken.kind == kind,
            SignInToken.used_at.is_(None),
            SignInToken.expires_at > clock.now(),
            Person.is_active,
        )
    )


class LinkState(StrEnum):
    """What the page behind a magic link can say before it is used."""

    GOOD = "good"
    OTHER_BROWSER = "other_browser"
    GONE = "gone"


def link_state(token: str, browser: str | None) -> LinkState:
    """Whether a magic link works here; looking changes nothing, so mail scanners may look."""
    row = live_token(token, "link")
    if row is None:
        return LinkState.GONE
    return LinkState.GOOD if browser and row.browser_hash == digest(browser) else LinkState.OTHER_BROWSER


def is_new_card(token: str) -> bool:
    """Whether a card waits for its PIN to be chosen."""
    return (
        db.session.scalar(
            sa.select(sa.true()).where(
                sa.exists().where(Credential.card_hash == digest(token), Credential.pin_hash.is_(None))
            )
        )
        or False
    )


@dataclass(frozen=True, slots=True)
class Place:
    """One place a person is signed in."""

    id: str
    device: str
    door: str
    is_shared: bool
    is_here: bool
    since: datetime
    seen_at: datetime


def places_of(person_id: str, here: str | None = None) -> list[Place]:
    """Where a person is signed in, the present place first, then the last used."""
    rows = db.session.scalars(
        sa.select(SignIn)
        .where(SignIn.person_id == person_id, SignIn.ended_at.is_(None), SignIn.expires_at > clock.now())
        .order_by(SignIn.seen_at.desc())
    )
    places = [
        Place(
            id=row.id,
            device=row.device,
            door=DOOR_WORDS.get(Door(row.door), row.door) if row.door in list(Door) else row.door,
            is_shared=row.is_shared,
            is_here=row.id == here,
            since=row.created_at,
            seen_at=row.seen_at,
        )
        for row in rows
    ]
    return sorted(places, key=lambda place: not place.is_here)


@dataclass(frozen=True, slots=True)
class Doors:
    """Which doors a person has, told without any secret."""

    has_passphrase: bool
    has_second_step: bool
    has_card: bool
    has_pin: bool
    is_card_blocked: bool
    recovery_codes: int


def doors_of(person_id: str) -> Doors:
    """Which doors a person has."""
    credential = credential_of(person_id)
    left = db.session.scalar(
        sa.select(sa.func.count()).where(RecoveryCode.person_id == person_id, RecoveryCode.used_at.is_(None))
    )
    if credential is None:
        return Doors(
            has_passphrase=False,
            has_second_step=False,
            has_card=False,
            has_pin=False,
            is_card_blocked=False,
            recovery_codes=0,
        )
    return Doors(
        has_passphrase=credential.passphrase_hash is not None,
        has_second_step=credential.totp_confirmed_at is not None,
        has_card=credential.card_hash is not None,
        has_pin=credential.pin_hash is not None,
        is_card_blocked=credential.card_hash is not None and credential.pin_failures >= CARD_TRIES,
        recovery_codes=left or 0,
    )


def may_skip_passphrase(person: SignedIn) -> bool:
    """Whether a new passphrase may be set without the old: just signed in by a door that proves who they are.

    A card proves it only where there is no passphrase yet: a found card with a seen PIN must not replace one.
    """
    if clock.now() - person.since > FRESH:
        return False
    return person.door in {Door.LINK, Door.CODE, Door.SETUP} or not doors_of(person.id).has_passphrase


def came_in_alone(person: SignedIn) -> bool:
    """Whether this session was opened by what only the person has, not by a code that somebody else made for them.

    Whoever makes a code or a card could use it in their place and nobody would notice. A card counts for those who
    have neither passphrase nor address: it is their only way, and when it is renewed the old one stops.
    """
    if person.door == Door.CARD:
        own = db.session.get(Person, person.id)
        return not doors_of(person.id).has_passphrase and (own is None or not own.email)
    return person.door in {Door.PASSPHRASE, Door.LINK, Door.SETUP}


def settles_at(person: SignedIn) -> datetime | None:
    """When a passphrase or card that was made or changed of late may undo things for good; None: it may now.

    With a code somebody else can put another passphrase in its place. Until then the person has found out: their own
    stopped, or a mail told them. A link or an invitation goes to the address that the group knows, which somebody
    else can change as well, or take away so that a card is enough: the address before is told.
    """
    credential = None if person.door in BY_MAIL else credential_of(person.id)
    own = None if person.door == Door.PASSPHRASE else db.session.get(Person, person.id)
    made = [credential.changed_at if credential else None, own.address_changed_at if own else None]
    at = max((each + SETTLING for each in made if each is not None), default=None)
    return at if at is not None and at > clock.now() else None


def may_manage(actor: SignedIn, person_id: str) -> bool:
    """Whether one person may renew another's doors: admins everyone's, coordinators those of people without duties."""
    if Role.ADMIN in actor.roles:
        return True
    roles = set(db.session.scalars(sa.select(PersonRole.role).where(PersonRole.person_id == person_id)))
    return Role.COORDINATOR in actor.roles and STAFF.isdisjoint(roles)


def needs_second_step(person: SignedIn) -> bool:
    """Whether a member of staff has still to set up the second step."""
    return person.is_staff and not doors_of(person.id).has_second_step

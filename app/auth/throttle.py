"""Throttles: how often a door may be tried, kept in the database so that every process and restart knows."""

from __future__ import annotations

import ipaddress
from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum

import sqlalchemy as sa
from sqlalchemy.orm import Session

from app import clock
from app.auth.models import Throttle
from app.database import insert_if_absent
from app.vault import vault

QUARTER = timedelta(minutes=15)
KNOWN_FOR = timedelta(days=30)


@dataclass(frozen=True, slots=True)
class Limit:
    """At most `most` tries in a `window`; the next one closes the door to this key for as long as `block`."""

    name: str
    most: int
    window: timedelta = QUARTER
    block: timedelta = QUARTER


# One stranger at one address is stopped first (pair). A whole account is only ever slowed, for a quarter of an
# hour and at one door; and where its owner came in lately only the pair counts, so that whoever guesses from
# many places, or spends what a shared address may try, cannot keep the owner out.
PASSPHRASE_PAIR = Limit("passphrase pair", 5)
PASSPHRASE_ACCOUNT = Limit("passphrase account", 40)
PASSPHRASE_ADDRESS = Limit("passphrase address", 60)
CODE_PAIR = Limit("code pair", 5)
CODE_ACCOUNT = Limit("code account", 40)
CODE_ADDRESS = Limit("code address", 60)
LINK_PAIR = Limit("link pair", 3)
LINK_ACCOUNT = Limit("link account", 10)
LINK_ADDRESS = Limit("link address", 30)
CARD_ADDRESS = Limit("card address", 60)
SETUP_ADDRESS = Limit("setup address", 60)
KIOSK_ADDRESS = Limit("kiosk address", 20)
# Only someone who opened the first door gets to these.
SECOND_STEP = Limit("second step", 8)
OWN_PASSPHRASE = Limit("own passphrase", 8)

Try = tuple[Limit, str]


class Gate(StrEnum):
    """Whether a try may be made; `CLOSING` when this very one was one too many."""

    OPEN = "open"
    CLOSING = "closing"
    CLOSED = "closed"


def network(address: str | None) -> str:
    """The part of an internet address that one household or tower shares: IPv4 whole, IPv6 its first 64 bits."""
    try:
        parsed = ipaddress.ip_address(address or "")
    except ValueError:
        return "unknown"
    if isinstance(parsed, ipaddress.IPv6Address):
        if parsed.ipv4_mapped is not None:
            return str(parsed.ipv4_mapped)
        return str(ipaddress.ip_network((parsed, 64), strict=False))
    return str(parsed)


def reserve(session: Session, *tries: Try) -> Gate:
    """Count a try at every key before it is made, in the caller's transaction.

    Counting first makes parallel guesses count like guesses in a row.
    """
    now = clock.now()
    limits = {_key(limit, who): limit for limit, who in tries}
    rows = []
    for key in sorted(limits):  # always in one order: two requests never wait for each other
        insert_if_absent(session, Throttle, {"key": key, "failures": 0, "window_started_at": now})
        rows.append(
            session.scalars(
                sa.select(Throttle)
                .where(Throttle.key == key)
                .with_for_update()
                .execution_options(populate_existing=True)
            ).one()
        )
    if any(row.blocked_until is not None and row.blocked_until > now for row in rows):
        return Gate.CLOSED
    gate = Gate.OPEN
    for row in rows:
        limit = limits[row.key]
        if now - row.window_started_at >= limit.window:
            row.failures, row.window_started_at, row.blocked_until = 0, now, None
        row.failures += 1
        if row.failures > limit.most:
            row.failures, row.blocked_until = 0, now + limit.block
            gate = Gate.CLOSING
    return gate


def fitting(session: Session, person_id: str | None, where: str, *tries: Try) -> tuple[Try, ...]:
    """Of the tries at a door those that count for this person here: only the first (pair) at a network they know."""
    known = session.get(Throttle, _known_key(person_id or "-", where))
    is_known = known is not None and known.blocked_until is not None and known.blocked_until > clock.now()
    return tries[:1] if is_known else tries


def remember(session: Session, person_id: str, where: str) -> None:
    """Keep for a month that this person came in from this network; of both only a keyed hash."""
    now = clock.now()
    key = _known_key(person_id, where)
    insert_if_absent(session, Throttle, {"key": key, "failures": 0, "window_started_at": now})
    session.execute(
        sa.update(Throttle)
        .where(Throttle.key == key)
        .values(blocked_until=now + KNOWN_FOR)
        .execution_options(synchronize_session=False)
    )


def forgive(session: Session, *tries: Try) -> None:
    """Take back the count after a success: whole for a person's own keys, by one for a shared address."""
    for limit, who in tries:
        is_shared = limit.name.endswith("address")
        left = sa.case((Throttle.failures > 0, Throttle.failures - 1), else_=0) if is_shared else 0
        session.execute(
            sa.update(Throttle)
            .where(Throttle.key == _key(limit, who))
            .values(failures=left)
            .execution_options(synchronize_session=False)
        )


def _key(limit: Limit, who: str) -> str:
    return vault().index(f"{limit.name}:{who}", "throttle")


def _known_key(person_id: str, where: str) -> str:
    return vault().index(f"{person_id} {where}", "known network")

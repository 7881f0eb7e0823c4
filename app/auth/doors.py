"""The doors: passphrase, magic link, code, card and invitation. Known and unknown people are answered alike."""

from __future__ import annotations

import base64
import secrets
from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum

import sqlalchemy as sa
from flask import render_template, session

from app import clock, jobs
from app.audit.services import record
from app.auth import throttle
from app.auth.devices import Caller
from app.auth.models import Credential, SignInToken
from app.auth.passphrases import passphrase_problem, pin_problem, plain
from app.auth.queries import (
    CARD_TRIES,
    Door,
    credential_of,
    digest,
    live_token,
    person_by_code,
    person_by_email,
    person_of_card,
)
from app.auth.services import (
    NO_MORE_TRIES,
    add_token,
    hash_secret,
    is_secret,
    open_session,
    public_address,
    set_passphrase,
    tell,
)
from app.auth.throttle import Gate
from app.database import db
from app.mail.services import post
from app.people.models import Person
from app.vault import vault

LINK_JOB = "mail-sign-in-link"
LINK_LIFE = timedelta(minutes=10)
HALF_LIFE = timedelta(minutes=5)
SEALED_ADDRESS = "job.sign_in_address"


class Outcome(StrEnum):
    """What a door answers."""

    IN = "in"
    SECOND_STEP = "second_step"
    NO = "no"


@dataclass(frozen=True, slots=True)
class Answer:
    """A door's answer, with words to show when it stayed shut."""

    outcome: Outcome
    words: str = ""


def _no(words: str) -> Answer:
    return Answer(Outcome.NO, words)


WAIT = _no(f"{NO_MORE_TRIES} Another way to sign in may still work.")
WRONG_PASSPHRASE = _no("That address and passphrase do not go together. Please try again.")
WRONG_CODE = _no("That name and code do not go together, or the code is too old. A coordinator can give you a new one.")
WRONG_CARD = _no("That card and PIN do not go together. Please try again.")
BLOCKED_CARD = _no(
    "That card and PIN do not go together. After five tries a card stops working; a coordinator can renew it."
)
GONE_LINK = _no("This link was used before or is too old. Please ask for a new one.")


def sign_in_by_passphrase(address: str, passphrase: str, caller: Caller) -> Answer:
    """Try an e-mail address and passphrase."""
    who = address.strip().lower()
    tries: tuple[throttle.Try, ...] = (
        (throttle.PASSPHRASE_PAIR, f"{who} {caller.network}"),
        (throttle.PASSPHRASE_ACCOUNT, who),
        (throttle.PASSPHRASE_ADDRESS, caller.network),
    )
    person = person_by_email(address)
    person_id = person.id if person else None
    tries = throttle.fitting(db.session, person_id, caller.network, *tries)
    gate = throttle.reserve(db.session, *tries)
    credential = credential_of(person_id or "-")
    hashed = credential.passphrase_hash if credential else None
    if gate is Gate.CLOSING:
        record(db.session, "refuse sign-in for a while", "person", person_id, door=Door.PASSPHRASE)
    db.session.commit()  # hashing takes long: no transaction waits for it
    if gate is not Gate.OPEN:
        return WAIT
    if not is_secret(hashed, passphrase) or person_id is None:
        return WRONG_PASSPHRASE
    throttle.forgive(db.session, *tries)
    return _enter(person_id, Door.PASSPHRASE, caller)


def ask_for_link(address: str, caller: Caller) -> Answer:
    """Ask for a magic link: whoever is or is not behind the address, a job is queued and the page says the same."""
    who = address.strip().lower()
    tries: tuple[throttle.Try, ...] = (
        (throttle.LINK_PAIR, f"{who} {caller.network}"),
        (throttle.LINK_ACCOUNT, who),
        (throttle.LINK_ADDRESS, caller.network),
    )
    person = person_by_email(address)
    tries = throttle.fitting(db.session, person.id if person else None, caller.network, *tries)
    if throttle.reserve(db.session, *tries) is not Gate.OPEN:
        db.session.commit()
        return WAIT
    browser = session.get("browser") or secrets.token_urlsafe(16)
    sealed = base64.b64encode(vault().seal(who, SEALED_ADDRESS)).decode()
    jobs.enqueue(db.session, LINK_JOB, {"address": sealed, "browser": digest(browser)})
    db.session.commit()
    session["browser"] = browser
    session["shared"] = caller.is_shared
    session.permanent = True  # a phone may forget the tab while its owner reads the mail
    return Answer(Outcome.IN)


def mail_link(task: jobs.Task) -> None:
    """Send the magic link that was asked for, if anyone of ours has that address."""
    address = vault().open(base64.b64decode(task.payload["address"]), SEALED_ADDRESS)
    person = person_by_email(address)
    if person is None or not person.email:
        db.session.rollback()
        return
    token = secrets.token_urlsafe(24)
    add_token(person.id, "link", digest(token), LINK_LIFE, task.payload["browser"])
    post(
        db.session,
        key=f"link:{task.job_id}",
        to=person.email,
        subject="Your link",
        body=render_template("mail/sign_in_link.txt", address=public_address("auth.link", token=token)),
    )
    db.session.commit()


def sign_in_by_link(token: str, caller: Caller) -> Answer:
    """Use a magic link, in the browser that asked for it only."""
    browser = session.get("browser")
    row = live_token(token, "link")
    if row is None or not browser or row.browser_hash != digest(browser) or not use_token(row.token_hash):
        db.session.rollback()
        return GONE_LINK
    return _enter(row.person_id, Door.LINK, caller)


def sign_in_by_code(name: str, code: str, caller: Caller) -> Answer:
    """Try a one-time code together with the name-code it was made for."""
    who = name.strip().lower()
    tries: tuple[throttle.Try, ...] = (
        (throttle.CODE_PAIR, f"{who} {caller.network}"),
        (throttle.CODE_ACCOUNT, who),
        (throttle.CODE_ADDRESS, caller.network),
    )
    person = person_by_code(name)
    person_id = person.id if person else "-"
    tries = throttle.fitting(db.session, person_id, caller.network, *tries)
    gate = throttle.reserve(db.session, *tries)
    if gate is Gate.CLOSING:
        record(db.session, "refuse sign-in for a while", "person", person.id if person else None, door=Door.CODE)
    if gate is not Gate.OPEN:
        db.session.commit()
        return WAIT
    if not use_token(_code_hash(person_id, code)):
        db.session.commit()
        return WRONG_CODE
    throttle.forgive(db.session, *tries)
    return _enter(person_id, Door.CODE, caller)


def sign_in_by_card(token: str, pin: str, caller: Caller) -> Answer:
    """Try the PIN of a printed card; five wrong ones in a row and the card is dead until it is renewed."""
    proven = prove_card(token, pin, caller)
    return proven if isinstance(proven, Answer) else _enter(proven, Door.CARD, caller)


def prove_card(token: str, pin: str, caller: Caller) -> str | Answer:
    """Whose card and PIN these are, or why that is not said; a try that fails is committed, a success left to do so.

    Only made-up cards count against the network: whoever makes some up locks nobody out who holds a real one.
    """
    person = person_of_card(token)
    person_id = person.id if person else None
    if person is None and throttle.reserve(db.session, (throttle.CARD_ADDRESS, caller.network)) is not Gate.OPEN:
        db.session.commit()
        return WAIT
    credential = credential_of(person_id) if person_id else None
    hashed = credential.pin_hash if credential else None
    # The try is counted before it is made: guesses sent at once count like guesses in a row.
    counted = db.session.execute(
        sa.update(Credential)
        .where(Credential.person_id == (person_id or "-"), Credential.pin_failures < CARD_TRIES)
        .values(pin_failures=Credential.pin_failures + 1)
        .returning(Credential.pin_failures)
        .execution_options(synchronize_session=False)
    ).scalar_one_or_none()
    if counted == CARD_TRIES:
        record(db.session, "block card", "person", person_id)
    db.session.commit()
    is_right = is_secret(hashed, pin)
    if person_id is None or hashed is None:
        return WRONG_CARD
    if counted is None:
        return BLOCKED_CARD
    if not is_right:
        return BLOCKED_CARD if counted >= CARD_TRIES else WRONG_CARD
    db.session.execute(sa.update(Credential).where(Credential.person_id == person_id).values(pin_failures=0))
    return person_id


def begin_card(token: str, code: str, pin: str, caller: Caller) -> Answer:
    """Choose the PIN of a new card, proven by the code the coordinator told with it, and come in."""
    proven = choose_pin(token, code, pin, caller)
    return proven if isinstance(proven, Answer) else _enter(proven, Door.CARD, caller)


def choose_pin(token: str, code: str, pin: str, caller: Caller) -> str | Answer:
    """Whose new card has this PIN from now on, or why not; as with `prove_card`, a success is left to be committed."""
    problem = pin_problem(pin)
    if problem:
        return _no(problem)
    pair = (throttle.CODE_PAIR, f"card {digest(token)} {caller.network}")
    gate = throttle.reserve(db.session, pair)
    db.session.commit()
    if gate is not Gate.OPEN:
        return WAIT
    hashed = hash_secret(pin)
    person = person_of_card(token)
    person_id = person.id if person else "-"
    if not use_token(_code_hash(person_id, code)):
        db.session.commit()
        return WRONG_CODE
    done = db.session.execute(
        sa.update(Credential)
        .where(Credential.person_id == person_id, Credential.pin_hash.is_(None))
        .values(pin_hash=hashed, pin_failures=0, changed_at=clock.now())
    )
    if not done.rowcount:  # type: ignore[attr-defined]
        db.session.rollback()
        return WRONG_CODE
    record(db.session, "choose PIN", "person", person_id, actor_id=person_id)
    throttle.forgive(db.session, pair)
    return person_id


def set_up(token: str, passphrase: str, caller: Caller) -> Answer:
    """Use an invitation: choose a passphrase and come in."""
    row = live_token(token, "setup")
    gate = throttle.reserve(db.session, (throttle.SETUP_ADDRESS, caller.network))
    if row is None or gate is not Gate.OPEN:
        db.session.commit()
        return GONE_LINK if gate is Gate.OPEN else WAIT
    person = db.session.get_one(Person, row.person_id)
    problem = passphrase_problem(passphrase, person.name, person.code)
    person_id, token_hash = person.id, row.token_hash
    db.session.commit()
    if problem:
        return _no(problem)
    hashed = hash_secret(passphrase)
    if not use_token(token_hash):
        db.session.rollback()
        return GONE_LINK
    set_passphrase(person_id, passphrase, hashed)
    record(db.session, "set passphrase", "person", person_id, actor_id=person_id)
    tell(person_id, "passphrase", "A passphrase was chosen for your sign-in.")
    return _enter(person_id, Door.SETUP, caller)


def _code_hash(person_id: str, code: str) -> str:
    return vault().index(f"{person_id}:{plain(code)}", "code")


def use_token(token_hash: str) -> bool:
    """Use a token up, races included; whether it was good."""
    now = clock.now()
    done = db.session.execute(
        sa.update(SignInToken)
        .where(SignInToken.token_hash == token_hash, SignInToken.used_at.is_(None), SignInToken.expires_at > now)
        .values(used_at=now)
        .execution_options(synchronize_session=False)
    )
    return bool(done.rowcount == 1)  # type: ignore[attr-defined]


def _enter(person_id: str, door: Door, caller: Caller) -> Answer:
    """Let a person in, or to the second step when they have one; commits."""
    person = db.session.get(Person, person_id, populate_existing=True)
    if person is None or not person.is_active:
        db.session.rollback()
        return GONE_LINK
    credential = credential_of(person_id)
    if credential is not None and credential.totp_confirmed_at is not None:
        token = secrets.token_urlsafe(24)
        add_token(person_id, "half", digest(token), HALF_LIFE)
        db.session.commit()
        after = session.get("after")
        session.clear()
        session["half"] = {"token": token, "door": door, "shared": caller.is_shared}
        if after:
            session["after"] = after
        return Answer(Outcome.SECOND_STEP)
    let_in(person_id, door, caller)
    return Answer(Outcome.IN)


def let_in(person_id: str, door: str, caller: Caller) -> None:
    """Open the session of a person who passed every step; commits."""
    open_session(person_id, door, caller.device, is_shared=caller.is_shared)
    throttle.remember(db.session, person_id, caller.network)
    record(db.session, "sign in", "person", person_id, actor_id=person_id, door=door)
    db.session.commit()

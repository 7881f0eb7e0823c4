"""The second step of staff: time-based codes from an app, and recovery codes for a lost phone."""

from __future__ import annotations

import hmac
from dataclasses import dataclass, replace

import pyotp
import segno
import sqlalchemy as sa
from flask import session
from flask_login import current_user

from app import clock
from app.audit.services import record
from app.auth import doors, throttle
from app.auth.devices import Caller
from app.auth.models import Credential, RecoveryCode
from app.auth.passphrases import RECOVERY_LENGTH, new_code, plain, spaced
from app.auth.queries import Door, credential_of, digest, live_token
from app.auth.services import tell
from app.database import db
from app.vault import vault

STEP_SECONDS = 30
RECOVERY_CODES = 8
WRONG = "That code is not right. Wait for the next one in your app and try again."


@dataclass(frozen=True, slots=True)
class Setup:
    """What a person needs to set up the second step: the secret in groups of four, and a picture of it as SVG."""

    secret: str
    picture: str


def pending_setup(person_id: str, name: str) -> Setup | None:
    """The secret that waits to be confirmed, None when none was begun or it is confirmed."""
    credential = credential_of(person_id)
    if credential is None or credential.totp_secret is None or credential.totp_confirmed_at is not None:
        return None
    address = pyotp.TOTP(credential.totp_secret).provisioning_uri(name=name, issuer_name="Evenhand")
    picture = segno.make(address, error="m").svg_inline(
        scale=5, border=4, dark="#000", light="#fff", svgclass=None, lineclass=None
    )
    return Setup(spaced(credential.totp_secret), picture)


def begin() -> None:
    """Make a new secret for the signed-in person; it counts only once a code from it was typed."""
    row = credential_of(current_user.id)
    if row is None:
        row = Credential(person_id=current_user.id, changed_at=clock.now(), pin_failures=0)
        db.session.add(row)
    if row.totp_confirmed_at is None:
        row.totp_secret, row.totp_last_step = pyotp.random_base32(), None
    db.session.commit()


def confirm(code: str) -> list[str] | None:
    """Switch the second step on with a first code; gives the recovery codes, the only time they are known."""
    person_id = current_user.id
    gate = throttle.reserve(db.session, (throttle.SECOND_STEP, person_id))
    if gate is not throttle.Gate.OPEN or not _use_code(person_id, code, is_confirmed=False):
        db.session.commit()
        return None
    row = db.session.get_one(Credential, person_id, populate_existing=True)
    row.totp_confirmed_at = clock.now()
    codes = _new_recovery_codes(person_id)
    record(db.session, "set up second step", "person", person_id)
    tell(person_id, "second-step", "A second step was added to your sign-in.")
    throttle.forgive(db.session, (throttle.SECOND_STEP, person_id))
    db.session.commit()
    return codes


def renew_recovery_codes(code: str) -> list[str] | None:
    """New recovery codes instead of the old, against a code from the app; None when it is wrong."""
    person_id = current_user.id
    gate = throttle.reserve(db.session, (throttle.SECOND_STEP, person_id))
    if gate is not throttle.Gate.OPEN or not _use_code(person_id, code):
        db.session.commit()
        return None
    codes = _new_recovery_codes(person_id)
    record(db.session, "renew recovery codes", "person", person_id)
    throttle.forgive(db.session, (throttle.SECOND_STEP, person_id))
    db.session.commit()
    return codes


def is_half_in() -> bool:
    """Whether this browser has opened a first door and now stands before the second."""
    half = session.get("half") or {}
    return live_token(half.get("token", ""), "half") is not None


def pass_second_step(code: str, caller: Caller) -> doors.Answer:
    """Try the second step with a code from the app or a recovery code."""
    half = session.get("half") or {}
    row = live_token(half.get("token", ""), "half")
    if row is None:
        db.session.rollback()
        return doors.Answer(doors.Outcome.NO, "That took too long. Please start again.")
    person_id = row.person_id
    gate = throttle.reserve(db.session, (throttle.SECOND_STEP, person_id))
    if gate is not throttle.Gate.OPEN:
        if gate is throttle.Gate.CLOSING:
            record(db.session, "refuse second step for a while", "person", person_id)
        db.session.commit()
        return doors.WAIT
    is_recovery = len(plain(code)) == RECOVERY_LENGTH
    is_right = _use_recovery(person_id, code) if is_recovery else _use_code(person_id, code)
    if not is_right:
        db.session.commit()
        return doors.Answer(doors.Outcome.NO, WRONG)
    if not doors.use_token(digest(half["token"])):
        db.session.rollback()
        return doors.Answer(doors.Outcome.NO, "That took too long. Please start again.")
    if is_recovery:
        record(db.session, "use recovery code", "person", person_id, actor_id=person_id)
        tell(person_id, "recovery", "A recovery code was used to sign in as you.")
    throttle.forgive(db.session, (throttle.SECOND_STEP, person_id))
    doors.let_in(person_id, Door(half["door"]), replace(caller, is_shared=bool(half["shared"])))
    return doors.Answer(doors.Outcome.IN)


def _use_code(person_id: str, code: str, *, is_confirmed: bool = True) -> bool:
    """Whether a code is right now or a step beside now; each step counts once, races included."""
    row = credential_of(person_id)
    typed = plain(code)
    if row is None or row.totp_secret is None or (row.totp_confirmed_at is not None) != is_confirmed:
        return False
    totp = pyotp.TOTP(row.totp_secret, interval=STEP_SECONDS)
    present = int(clock.now().timestamp()) // STEP_SECONDS
    steps = [
        step
        for step in (present - 1, present, present + 1)
        if hmac.compare_digest(totp.at(step * STEP_SECONDS).encode(), typed.encode())
    ]
    if not steps:
        return False
    done = db.session.execute(
        sa.update(Credential)
        .where(
            Credential.person_id == person_id,
            sa.or_(Credential.totp_last_step.is_(None), Credential.totp_last_step < steps[0]),
        )
        .values(totp_last_step=steps[0])
        .execution_options(synchronize_session=False)
    )
    return bool(done.rowcount == 1)  # type: ignore[attr-defined]


def _use_recovery(person_id: str, code: str) -> bool:
    done = db.session.execute(
        sa.update(RecoveryCode)
        .where(
            RecoveryCode.person_id == person_id,
            RecoveryCode.code_hash == _recovery_hash(person_id, code),
            RecoveryCode.used_at.is_(None),
        )
        .values(used_at=clock.now())
        .execution_options(synchronize_session=False)
    )
    return bool(done.rowcount == 1)  # type: ignore[attr-defined]


def _new_recovery_codes(person_id: str) -> list[str]:
    codes = [new_code(RECOVERY_LENGTH) for _ in range(RECOVERY_CODES)]
    db.session.execute(sa.delete(RecoveryCode).where(RecoveryCode.person_id == person_id))
    db.session.add_all(
        RecoveryCode(person_id=person_id, code_hash=_recovery_hash(person_id, code), created_at=clock.now())
        for code in codes
    )
    return [spaced(code) for code in codes]


def _recovery_hash(person_id: str, code: str) -> str:
    return vault().index(f"{person_id}:{plain(code)}", "recovery")

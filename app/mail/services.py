"""Mail: put into the outbox by acts, sent by the worker, never inside a request."""

from __future__ import annotations

import logging
import smtplib
import ssl
from datetime import datetime, timedelta
from email.message import EmailMessage
from email.utils import formatdate
from typing import Any

import sqlalchemy as sa
from flask import current_app
from sqlalchemy.orm import Session

from app import clock, jobs
from app.config import MailConfig
from app.database import db, empty_log, insert_if_absent, new_id, reading
from app.mail.models import OutgoingMail

DELIVER = "deliver-mail"
GIVE_UP_AFTER = timedelta(days=3)
KEEP_SENT = timedelta(days=30)  # as long as the same act might ask for the same mail again
LEASE = timedelta(minutes=2)
FLEETING = "fleeting:"
STEPS = 8  # of the conversation about one mail that may each take as long as the time-out
BATCH = 20

log = logging.getLogger("evenhand.mail")


def post(session: Session, *, key: str, to: str, subject: str, body: str) -> None:
    """Put a mail into the outbox in the caller's transaction. `key` names the mail: the same key is one mail.

    Subjects are neutral: no name, place, role or word of the work.
    """
    if any(mark in subject for mark in "\r\n"):
        raise ValueError("a subject is one line")
    now = clock.now()
    values = {"id": new_id(), "key": key, "recipient": to, "subject": subject, "body": body, "state": "waiting"}
    insert_if_absent(session, OutgoingMail, values | {"attempts": 0, "next_at": now, "created_at": now})
    jobs.enqueue(session, DELIVER, key=f"{DELIVER}:now")


def post_fleeting(session: Session, *, to: str, subject: str, body: str) -> None:
    """The same for a mail of which no row is left once it is sent: that it was sent at all tells something.

    Its key is random, and it is never given up for later: what could not be sent in time is forgotten.
    """
    post(session, key=f"{FLEETING}{new_id()}", to=to, subject=subject, body=body)


def link_to(endpoint: str, **values: str) -> str:
    """The public address of a page, for mails; it believes the setting, never a request's Host header."""
    address: str = current_app.config["EVENHAND"].public_url
    return address + current_app.url_map.bind("").build(endpoint, values)


def deliver(task: jobs.Task) -> None:
    """Send what is due, one connection for a batch; what fails waits longer each time and is never dropped early.

    What is days old goes out no more: its links are dead, and a group that sets mail up late should not flood people.
    """
    _let_go()
    config: MailConfig | None = current_app.config["EVENHAND"].mail
    if config is None:
        return
    while not task.should_stop():
        batch = _due()
        if not batch:
            return
        _send_batch(config, batch, task)


def retry_given_up(*, drop: bool = False) -> int:
    """Send the mails that were given up after all, as if they were written now, or forget them; how many."""
    now = clock.now()
    again = sa.update(OutgoingMail).values(state="waiting", attempts=0, next_at=now, created_at=now)
    done = db.session.execute((sa.delete(OutgoingMail) if drop else again).where(OutgoingMail.state == "failed"))
    jobs.enqueue(db.session, DELIVER, key=f"{DELIVER}:now")
    db.session.commit()
    return int(done.rowcount)  # type: ignore[attr-defined]


def _is_due(now: datetime) -> sa.ColumnElement[bool]:
    free = sa.or_(OutgoingMail.lease_until.is_(None), OutgoingMail.lease_until < now)
    return sa.and_(OutgoingMail.state == "waiting", OutgoingMail.next_at <= now, free)


def _due() -> list[str]:
    with reading():
        pick = sa.select(OutgoingMail.id).where(_is_due(clock.now())).order_by(OutgoingMail.next_at).limit(BATCH)
        ids = list(db.session.scalars(pick))
        db.session.rollback()
    return ids


def _take(mail_id: str, config: MailConfig) -> bool:
    """Take one mail right before it is sent, for longer than any server may keep us waiting; False when another did."""
    now = clock.now()
    lease = max(LEASE, timedelta(seconds=STEPS * config.timeout))
    taken = sa.update(OutgoingMail).where(OutgoingMail.id == mail_id, _is_due(now)).values(lease_until=now + lease)
    done = db.session.execute(taken.execution_options(synchronize_session=False))
    db.session.commit()
    return bool(done.rowcount == 1)  # type: ignore[attr-defined]


def _send_batch(config: MailConfig, ids: list[str], task: jobs.Task) -> None:
    try:
        server = connect(config)
    except (OSError, smtplib.SMTPException) as error:
        for mail_id in ids:
            if _take(mail_id, config):
                _postpone(mail_id, error)
        return
    try:
        for mail_id in ids:
            if not task.should_stop() and _take(mail_id, config):
                _send_one(server, config, mail_id)
    finally:
        try:
            server.quit()
        except (OSError, smtplib.SMTPException):
            server.close()


def _send_one(server: smtplib.SMTP, config: MailConfig, mail_id: str) -> None:
    try:
        message = _message(config, mail_id)
        server.send_message(message)
    except Exception as error:  # noqa: BLE001 - one mail that cannot be sent, or even read, keeps no other back
        _postpone(mail_id, error)
        return
    _change(mail_id, state="sent", sent_at=clock.now(), error=None, body="")  # what was said is kept nowhere
    _forget_fleeting(OutgoingMail.id == mail_id)


def _forget_fleeting(which: sa.ColumnElement[bool]) -> None:
    """Leave no row of fleeting mails, nor what lay of them in the log of the database."""
    gone = sa.delete(OutgoingMail).where(which, OutgoingMail.key.startswith(FLEETING, autoescape=True))
    done = db.session.execute(gone.execution_options(synchronize_session=False))
    db.session.commit()
    if done.rowcount:  # type: ignore[attr-defined]
        empty_log(db.engine)


def _message(config: MailConfig, mail_id: str) -> EmailMessage:
    mail = db.session.get_one(OutgoingMail, mail_id, populate_existing=True)
    message = EmailMessage()
    message["From"] = config.sender
    message["To"] = mail.recipient
    message["Subject"] = mail.subject
    message["Date"] = formatdate(clock.now().timestamp())
    # The same id at every try: a mail server that got it twice can tell.
    message["Message-ID"] = f"<{mail.id}@{config.sender.rpartition('@')[2]}>"
    message["Auto-Submitted"] = "auto-generated"
    message.set_content(mail.body)
    db.session.rollback()  # no transaction is held while the network is waited for
    return message


def _postpone(mail_id: str, error: Exception) -> None:
    db.session.rollback()
    tried = db.session.scalar(sa.select(OutgoingMail.attempts).where(OutgoingMail.id == mail_id)) or 0
    wait = timedelta(seconds=min(30 * 2 ** min(tried + 1, 10), 3600))
    log.warning("mail waits", extra={"error": type(error).__name__, "attempt": tried + 1})
    _change(mail_id, next_at=clock.now() + wait, error=type(error).__name__[:60])


def _change(mail_id: str, **values: Any) -> None:
    """Note how a try to send ended. A mail is never read for this: it may be one that cannot be."""
    ending = sa.update(OutgoingMail).where(OutgoingMail.id == mail_id, OutgoingMail.state == "waiting")
    values |= {"attempts": OutgoingMail.attempts + 1, "lease_until": None}
    db.session.execute(ending.values(**values).execution_options(synchronize_session=False))
    db.session.commit()


def _let_go() -> None:
    """Give up what waited for days, and forget what was sent long ago."""
    now = clock.now()
    old = sa.and_(OutgoingMail.state == "waiting", OutgoingMail.created_at < now - GIVE_UP_AFTER)
    unheld = sa.or_(OutgoingMail.lease_until.is_(None), OutgoingMail.lease_until < now)
    db.session.execute(
        sa.update(OutgoingMail).where(old, unheld).values(state="failed").execution_options(synchronize_session=False)
    )
    db.session.execute(sa.delete(OutgoingMail).where(OutgoingMail.sent_at < now - KEEP_SENT))
    db.session.commit()
    _forget_fleeting(OutgoingMail.state == "failed")


def connect(config: MailConfig) -> smtplib.SMTP:
    """Open a connection to the mail server: certificate verified, with a timeout, signed in when asked for."""
    context = ssl.create_default_context(cafile=str(config.ca_file) if config.ca_file else None)
    server: smtplib.SMTP
    if config.security == "tls":
        server = smtplib.SMTP_SSL(config.host, config.port, timeout=config.timeout, context=context)
    else:
        server = smtplib.SMTP(config.host, config.port, timeout=config.timeout)
    try:
        if config.security == "starttls":
            server.starttls(context=context)
        if config.username is not None:
            server.login(config.username, config.password or "")
    except BaseException:
        server.close()
        raise
    return server

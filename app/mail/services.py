"""Mail: put into the outbox by acts, sent by the worker, never inside a request."""

from __future__ import annotations

import logging
import smtplib
import ssl
from datetime import timedelta
from email.message import EmailMessage
from email.utils import formatdate

import sqlalchemy as sa
from flask import current_app
from sqlalchemy.orm import Session

from app import clock, jobs
from app.config import MailConfig
from app.database import db, insert_if_absent, new_id
from app.mail.models import OutgoingMail

DELIVER = "deliver-mail"
GIVE_UP_AFTER = timedelta(days=3)
LEASE = timedelta(minutes=2)
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


def link_to(endpoint: str, **values: str) -> str:
    """The public address of a page, for mails; it believes the setting, never a request's Host header."""
    address: str = current_app.config["EVENHAND"].public_url
    return address + current_app.url_map.bind("").build(endpoint, values)


def deliver(task: jobs.Task) -> None:
    """Send what is due, one connection for a batch; what fails waits longer each time and is never dropped early."""
    config: MailConfig | None = current_app.config["EVENHAND"].mail
    if config is None:
        return
    while not task.should_stop():
        batch = _lease_batch()
        if not batch:
            return
        _send_batch(config, batch)


def _lease_batch() -> list[str]:
    now = clock.now()
    due = sa.and_(
        OutgoingMail.state == "waiting",
        OutgoingMail.next_at <= now,
        sa.or_(OutgoingMail.lease_until.is_(None), OutgoingMail.lease_until < now),
    )
    pick = sa.select(OutgoingMail.id).where(due).order_by(OutgoingMail.next_at).limit(BATCH)
    if db.engine.dialect.name == "postgresql":
        pick = pick.with_for_update(skip_locked=True)
    ids = list(db.session.scalars(pick))
    db.session.execute(sa.update(OutgoingMail).where(OutgoingMail.id.in_(ids)).values(lease_until=now + LEASE))
    db.session.commit()
    return ids


def _send_batch(config: MailConfig, ids: list[str]) -> None:
    try:
        server = connect(config)
    except (OSError, smtplib.SMTPException) as error:
        for mail_id in ids:
            _postpone(mail_id, error)
        return
    try:
        for mail_id in ids:
            _send_one(server, config, mail_id)
    finally:
        try:
            server.quit()
        except (OSError, smtplib.SMTPException):
            server.close()


def _send_one(server: smtplib.SMTP, config: MailConfig, mail_id: str) -> None:
    mail = db.session.get_one(OutgoingMail, mail_id)
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
    try:
        server.send_message(message)
    except (OSError, smtplib.SMTPException) as error:
        _postpone(mail_id, error)
        return
    db.session.execute(
        sa.update(OutgoingMail)
        .where(OutgoingMail.id == mail_id)
        .values(state="sent", sent_at=clock.now(), lease_until=None, error=None, attempts=OutgoingMail.attempts + 1)
    )
    db.session.commit()


def _postpone(mail_id: str, error: Exception) -> None:
    db.session.rollback()
    mail = db.session.get_one(OutgoingMail, mail_id)
    now = clock.now()
    mail.attempts += 1
    mail.error = type(error).__name__[:60]
    mail.lease_until = None
    mail.next_at = now + timedelta(seconds=min(30 * 2**mail.attempts, 3600))
    if now - mail.created_at > GIVE_UP_AFTER:
        mail.state = "failed"
    log.warning("mail waits", extra={"error": mail.error, "attempt": mail.attempts})
    db.session.commit()


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

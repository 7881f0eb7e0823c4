"""Mail waits in the outbox until a real server has taken it, once."""

import socket
import threading
import time
from dataclasses import replace

import pytest
import sqlalchemy as sa

from app import jobs
from app.database import db
from app.mail.models import OutgoingMail
from app.mail.services import _due, _send_batch, _take, link_to, post, post_fleeting
from tests.support.mailbox import _certificates


@pytest.fixture
def extra_settings(smtp):
    return smtp.environ


def put(key="k", to="sam@example.org", subject="A note", body="Hello"):
    post(db.session, key=key, to=to, subject=subject, body=body)
    db.session.commit()


def change_mail(app, **changes):
    config = app.config["EVENHAND"]
    app.config["EVENHAND"] = replace(config, mail=replace(config.mail, **changes))


def states():
    db.session.rollback()
    return db.session.scalars(sa.select(OutgoingMail.state).order_by(OutgoingMail.key)).all()


def test_a_mail_arrives_as_written(app, smtp):
    put(body="Snow ☃ tomorrow")
    jobs.run_due()
    (message,) = smtp.to("sam@example.org")
    assert message["Subject"] == "A note"
    assert message.get_content().strip() == "Snow ☃ tomorrow"
    assert states() == ["sent"]


@pytest.mark.parametrize("database", ["sqlite"], indirect=True)
def test_of_a_fleeting_mail_no_row_is_left_once_it_is_sent_nor_a_byte_in_the_log(app, smtp):
    post_fleeting(db.session, to="sam@example.org", subject="A note", body="Hello")
    put()
    (row,) = db.session.scalars(sa.select(OutgoingMail).where(OutgoingMail.key != "k"))
    key = row.key.encode()
    db.session.rollback()
    jobs.run_due()
    assert len(smtp.to("sam@example.org")) == 2
    assert states() == ["sent"]
    db.session.rollback()
    files = app.config["EVENHAND"].data.glob("evenhand.sqlite*")
    assert all(key not in path.read_bytes() for path in files)


def test_a_fleeting_mail_that_nobody_takes_is_forgotten_after_days(app, smtp, clock):
    smtp.refusals = 10_000
    post_fleeting(db.session, to="sam@example.org", subject="A note", body="Hello")
    db.session.commit()
    jobs.ensure_recurring()
    for _ in range(25):
        jobs.run_due()
        clock.move(hours=4)
    assert states() == []


def test_the_same_mail_asked_for_twice_is_one_mail(app, smtp):
    put()
    put()
    jobs.run_due()
    jobs.run_due()
    assert len(smtp.messages) == 1


def test_a_mail_of_an_act_that_failed_is_never_sent(app, smtp):
    post(db.session, key="k", to="sam@example.org", subject="A note", body="x")
    db.session.rollback()
    jobs.run_due()
    assert not smtp.messages


def test_a_refused_mail_is_tried_again_until_taken(app, smtp, clock):
    smtp.refusals = 2
    put()
    for _ in range(6):
        jobs.run_due()
        clock.move(minutes=5)
        jobs.ensure_recurring()
    assert smtp.refused == 2
    assert len(smtp.messages) == 1


def test_a_mail_that_nobody_takes_is_kept_and_shown_as_given_up_after_days(app, smtp, clock):
    smtp.refusals = 10_000
    put()
    jobs.ensure_recurring()
    for _ in range(25):
        jobs.run_due()
        clock.move(hours=4)
    assert states() == ["failed"]


def test_one_mail_that_cannot_even_be_read_keeps_no_other_back(app, smtp):
    put(key="a")
    db.session.execute(sa.text("UPDATE outgoing_mail SET body = :junk"), {"junk": b"sealed with another key"})
    db.session.commit()
    put(key="b", to="kim@example.org")
    jobs.run_due()
    assert len(smtp.to("kim@example.org")) == 1
    assert states() == ["waiting", "sent"]


def test_two_workers_with_the_same_mails_in_hand_send_each_once(bare_app, make_app, smtp):
    with bare_app.app_context():
        for number in range(6):
            post(db.session, key=f"k{number}", to=f"p{number}@example.org", subject="A note", body="x")
        db.session.commit()
        in_hand = _due()
    together = threading.Barrier(2)

    def work(app):
        with app.app_context():
            together.wait(10)
            _send_batch(app.config["EVENHAND"].mail, in_hand, jobs.Task("t", {}, 1))

    threads = [threading.Thread(target=work, args=(app,)) for app in (bare_app, make_app())]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(to for (to,) in smtp.recipients) == [f"p{number}@example.org" for number in range(6)]


def test_a_mail_whose_worker_was_killed_is_sent_by_another_under_the_same_name(app, smtp, clock):
    put()
    (mail_id,) = _due()
    assert _take(mail_id, app.config["EVENHAND"].mail)
    jobs.run_due()
    assert not smtp.messages
    clock.move(minutes=3)
    jobs.ensure_recurring()
    jobs.run_due()
    (message,) = smtp.messages
    assert message["Message-ID"] == f"<{mail_id}@example.org>"


def test_what_was_said_is_kept_no_longer_than_needed(app, smtp, clock):
    put()
    jobs.run_due()
    assert db.session.scalar(sa.select(OutgoingMail.body)) == ""
    db.session.rollback()
    clock.move(days=31)
    jobs.ensure_recurring()
    jobs.run_due()
    assert states() == []


def test_old_mails_do_not_flood_people_when_mail_is_set_up_late(app, smtp, clock):
    config = app.config["EVENHAND"]
    app.config["EVENHAND"] = replace(config, mail=None)
    put()
    clock.move(days=10)
    app.config["EVENHAND"] = config
    put(key="new", to="kim@example.org")
    jobs.ensure_recurring()
    jobs.run_due()
    assert [to for (to,) in smtp.recipients] == ["kim@example.org"]
    assert states() == ["failed", "sent"]


def test_a_server_with_another_certificate_gets_no_mail(app, smtp, tmp_path_factory):
    other_authority, _ = _certificates(tmp_path_factory.mktemp("other"))
    change_mail(app, ca_file=other_authority)
    put()
    jobs.run_due()
    assert not smtp.messages
    assert db.session.scalar(sa.select(OutgoingMail.error)) == "SSLCertVerificationError"


def test_a_server_that_never_answers_holds_the_worker_only_so_long(app):
    with socket.create_server(("127.0.0.1", 0)) as deaf:
        change_mail(app, port=deaf.getsockname()[1], timeout=0.5)
        put()
        started = time.monotonic()
        jobs.run_due()
        assert time.monotonic() - started < 10
    assert states() == ["waiting"]


def test_neither_address_nor_text_lies_in_the_database_in_clear(app):
    put(to="canary@example.org", body="canary text")
    row = db.session.execute(sa.text("SELECT recipient, body FROM outgoing_mail")).one()
    assert b"canary" not in bytes(row.recipient) + bytes(row.body)


def test_a_subject_with_a_line_break_is_refused(app):
    with pytest.raises(ValueError, match="one line"):
        put(subject="a\nBcc: x@example.org")


def test_links_in_mails_lead_to_the_configured_address_whatever_host_was_asked(app):
    with app.test_request_context("/", headers={"Host": "evil.example.org"}):
        assert link_to("home.index") == "http://localhost/"

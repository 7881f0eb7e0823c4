"""Asking who comes: at the right time, once, gently, and without a word of the work."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta

import pytest
import sqlalchemy as sa

from app.attendance import coming, day
from app.attendance.models import Confirmation
from app.database import db
from app.editing import Refused, Saved
from app.exchange import covers
from app.exchange.queries import covers_of
from app.exchange.services import set_terms
from app.exchange.terms import Terms
from app.mail.models import OutgoingMail
from app.roster.models import Assignment, Period, Publication, Shift, ShiftDemand
from app.shifts.queries import own_shift
from app.shifts.services import answer_change
from tests.app.attendance.conftest import shift
from tests.support.pages import Page, end_transaction

FRIDAY = date(2026, 12, 4)


@pytest.fixture
def friday(town, clock):
    """A shift on Friday in a week and a half, published long ago."""
    long_ago = clock() - timedelta(days=20)
    period = Period(name="P", starts_on=FRIDAY, ends_on=FRIDAY, created_at=long_ago)
    db.session.add(period)
    db.session.flush()
    publication = Publication(period_id=period.id, number=1, at=long_ago)
    db.session.add(publication)
    db.session.flush()
    found = shift(town, FRIDAY, time(22), time(4), town.ana, assigned_at=long_ago)
    db.session.execute(sa.update(Assignment).where(Assignment.shift_id == found).values(publication_id=publication.id))
    db.session.execute(sa.delete(Assignment).where(Assignment.shift_id != found))
    db.session.commit()
    return found


def at(clock, day_on, hour=10, minute=0):
    clock.set(datetime.combine(day_on, time(hour, minute), day.clock.zone()))


def ask():
    end_transaction()
    coming.ask_coming(None)
    end_transaction()
    return sorted(db.session.scalars(sa.select(OutgoingMail)), key=lambda mail: (mail.created_at, mail.recipient))


def test_people_are_asked_six_days_before_once_and_by_day(friday, clock):
    at(clock, FRIDAY - timedelta(days=7))
    assert ask() == []
    at(clock, FRIDAY - timedelta(days=6), 3)
    assert ask() == []
    at(clock, FRIDAY - timedelta(days=6), 9)
    ask()
    (mail,) = ask()
    assert mail.subject == "Are you coming on Friday 4 December?"
    assert "22:00 to 04:00" in mail.body
    text = (mail.subject + mail.body).lower()
    assert not any(word in text for word in ("house", "supplies", "shift", "harbour"))


def test_silence_is_asked_again_the_day_before_then_told_to_coordinators(town, friday, clock):
    at(clock, FRIDAY - timedelta(days=6))
    ask()
    at(clock, FRIDAY - timedelta(days=2))
    assert len(ask()) == 1
    at(clock, FRIDAY - timedelta(days=1))
    assert len(ask()) == 2
    at(clock, FRIDAY, 1, 59)
    assert len(ask()) == 2
    at(clock, FRIDAY, 2, 1)
    ask()
    mails = ask()
    assert [mail.recipient for mail in mails] == ["ana@example.org"] * 2 + ["robin@example.org"]
    assert "Friday 4 December: 1" in mails[-1].body
    assert "Ana" not in mails[-1].body


def test_whoever_said_yes_gets_one_kind_reminder(town, friday, clock):
    at(clock, FRIDAY - timedelta(days=6))
    ask()
    assert isinstance(coming.say_coming(friday, town.ana), Saved)
    at(clock, FRIDAY - timedelta(days=1))
    ask()
    mails = ask()
    assert [mail.subject for mail in mails] == ["Are you coming on Friday 4 December?", "Friday 4 December"]
    at(clock, FRIDAY, 21)
    assert len(ask()) == 2


def test_a_shift_that_moved_is_asked_about_anew(town, friday, clock):
    at(clock, FRIDAY - timedelta(days=6))
    ask()
    coming.say_coming(friday, town.ana)
    row = db.session.get_one(Shift, friday)
    row.starts_at += timedelta(hours=1)
    row.ends_at += timedelta(hours=1)
    db.session.commit()
    assert len(ask()) == 2
    assert db.session.scalars(sa.select(Confirmation.answered_at)).all() == [None]


def test_whoever_took_the_shift_this_week_has_said_yes_by_that(town, friday, clock):
    at(clock, FRIDAY - timedelta(days=5))
    now = clock()
    db.session.execute(sa.update(Assignment).values(publication_id=None, assigned_at=now, accepted_at=now))
    db.session.commit()
    assert ask() == []
    at(clock, FRIDAY - timedelta(days=1))
    assert [mail.subject for mail in ask()] == ["Friday 4 December"]


def change_late(friday):
    """Let the plan of Friday be one that Ana was told of and has not said yes to."""
    row = db.session.get_one(Shift, friday)
    told = {"told_starts_at": row.starts_at, "told_ends_at": row.ends_at, "told_site_id": row.site_id}
    db.session.execute(sa.update(Assignment).values(accepted_at=None, **told))
    db.session.commit()


def test_a_late_change_asks_by_itself_then_one_reminder_and_a_word_to_coordinators(town, friday, clock):
    at(clock, FRIDAY - timedelta(days=3))
    change_late(friday)
    ask()
    assert ask() == []
    assert [each.person_id for each in coming.silent_people()] == [town.ana]
    at(clock, FRIDAY - timedelta(days=1))
    ask()
    assert [mail.subject for mail in ask()] == ["Are you coming on Friday 4 December?"]
    at(clock, FRIDAY, 2, 1)
    ask()
    assert [mail.recipient for mail in ask()] == ["ana@example.org", "robin@example.org"]


@pytest.mark.parametrize("how", ["coming", "change"])
def test_a_yes_to_either_answers_both_questions(town, friday, clock, how):
    at(clock, FRIDAY - timedelta(days=3))
    change_late(friday)
    ask()
    if how == "coming":
        assert isinstance(coming.say_coming(friday, town.ana), Saved)
    else:
        answer_change(town.ana, friday, own_shift(town.ana, friday).sequence, is_yes=True)
    assert not own_shift(town.ana, friday).is_awaited(clock())
    assert coming.silent_people() == []
    at(clock, FRIDAY, 2, 1)
    assert [mail.recipient for mail in ask() if mail.recipient == "robin@example.org"] == []


def test_a_yes_from_before_a_late_change_is_none_to_it(town, friday, clock):
    at(clock, FRIDAY - timedelta(days=3))
    coming.say_coming(friday, town.ana)
    change_late(friday)
    assert ask() == []
    assert [each.person_id for each in coming.silent_people()] == [town.ana]


def test_who_was_told_of_another_time_says_no_yes_to_the_change_by_coming(town, friday, clock):
    at(clock, FRIDAY - timedelta(days=3))
    change_late(friday)
    db.session.get_one(Shift, friday).ends_at += timedelta(hours=1)
    db.session.commit()
    coming.say_coming(friday, town.ana)
    assert db.session.scalar(sa.select(Assignment.accepted_at)) is None


def test_a_shift_called_off_asks_nothing(town, friday, clock):
    at(clock, FRIDAY - timedelta(days=5))
    db.session.execute(sa.update(Shift).values(cancelled_at=clock()))
    db.session.commit()
    assert ask() == []
    assert isinstance(coming.say_coming(friday, town.ana), Refused)


def test_the_days_are_settings(app, town, friday, clock):
    from app.rules.services import set_rule

    assert isinstance(set_rule("day", {"ask_days": 3}, 0), Saved)
    at(clock, FRIDAY - timedelta(days=4))
    assert ask() == []
    at(clock, FRIDAY - timedelta(days=3))
    assert len(ask()) == 1


def test_one_tap_says_yes_and_a_second_changes_nothing(as_, town, friday, clock):
    at(clock, FRIDAY - timedelta(days=3))
    ask()
    client = as_(town.ana)
    form = Page(client.get("/attendance/coming").text).form()
    for _ in range(2):
        end_transaction()
        assert client.post(form.action, data=form.filled()).status_code == 303
    assert "You said yes" in Page(client.get("/attendance/coming").text).body_text
    assert "Everyone has answered" in Page(as_(town.robin).get("/attendance/silent").text).body_text


def test_asking_starts_again_where_a_killed_run_stopped(town, friday, clock, monkeypatch):
    at(clock, FRIDAY - timedelta(days=3))

    def killed(*_args, **_more):
        raise KeyboardInterrupt

    with monkeypatch.context() as broken:
        broken.setattr(coming, "_raise", killed)
        with pytest.raises(KeyboardInterrupt):
            coming.ask_coming(None)
    assert len(ask()) == 1


@pytest.fixture
def given_back(town, friday, clock):
    """Ana was asked, cannot come on Friday, and stands on it until somebody takes it."""
    at(clock, FRIDAY - timedelta(days=6))
    ask()
    set_terms(town.site, Terms(stays_listed=True), 0)
    db.session.add(ShiftDemand(shift_id=friday, position=0, minimum=0, target=1))
    db.session.commit()
    at(clock, FRIDAY, 9)
    covers.cannot_come(town.ana, friday, town.ana)
    return friday


def test_whoever_gave_a_shift_back_is_asked_and_reminded_no_more(town, given_back):
    assert [mail.subject for mail in ask() if mail.recipient == "ana@example.org"] == [
        "Are you coming on Friday 4 December?"
    ]
    assert coming.coming_of(town.ana) == coming.silent_people() == []


def test_whoever_says_after_all_that_they_come_keeps_the_place(town, given_back):
    assert isinstance(coming.say_coming(given_back, town.ana), Saved)
    assert covers_of(town.ana) == {}
    assert [each.shift_id for each in coming.coming_of(town.ana)] == [given_back]

"""Check-ins are written without a secret, read with one, and lead nobody anywhere else."""

from __future__ import annotations

import base64
from datetime import date
from pathlib import Path

import pytest
import sqlalchemy as sa

from app import copies, jobs, migrate
from app.auth.models import Throttle
from app.checkins import inbox, keys, packs, parcels, queries, seizure, services, shredding
from app.checkins.models import CheckIn, Choice, KeyPair, Opened, OwnTry, Parcel, WaitingParcel
from app.clock import now as clock_now
from app.database import PRIVATE, copy_to, db, is_sqlite
from app.editing import Refused, Saved
from app.mail.models import OutgoingMail
from app.people.models import Person
from app.vault import vault
from bench import seizure as bench
from tests.app.checkins.conftest import OTHER_WORDS, WORDS
from tests.support.databases import MASTER_KEY
from tests.support.people import add_person
from wellbeing.flags import Act, Flag, Sharing
from wellbeing.instruments import instruments
from wellbeing.trend import Signal

TASK = jobs.Task("job", {}, 1)


def count(model):
    found = db.session.scalar(sa.select(sa.func.count()).select_from(model))
    db.session.rollback()
    return found


def asking(app):
    return app.test_request_context("/", method="POST")


def test_a_check_in_is_kept_and_read_by_its_owner_alone(ana, kim, opened, check_in):
    assert check_in(ana, 4, 3, 2, something_hard=True, note="the long night") == Saved("kept")
    (entry,) = queries.history(ana, opened(ana)).entries
    assert entry.answers == {"energy": 4, "load": 3, "rest": 2}
    assert (entry.score, entry.something_hard, entry.note) == (75, True, "the long night")
    assert entry.week_on == date(2026, 11, 23)
    assert queries.history(ana, opened(kim)).locked == 1
    assert queries.history(kim, opened(kim)).entries == []


def test_a_row_moved_to_another_owner_does_not_open(app, ana, kim, opened, check_in):
    check_in(ana)
    db.session.execute(sa.update(CheckIn).values(owner=queries.owner_of(kim)))
    db.session.commit()
    assert queries.history(kim, opened(ana)).locked == 1


def test_without_private_words_nothing_is_kept_and_a_parcel_goes_out_all_the_same(app, check_in):
    sam = add_person("Sam")
    assert check_in(sam, 4, 4, 4) == Saved("")
    assert (count(CheckIn), count(WaitingParcel)) == (0, 1)


def test_who_asks_for_help_leaves_the_same_trace_as_who_does_not(app, ana, kim, check_in):
    check_in(ana, 0, 0, 0)
    check_in(ana, 4, 4, 4, something_hard=True, daily_needs=True, note="x" * 240, to=kim)
    check_in(ana, None, None, None, note="quiet")
    rows = db.session.execute(sa.text("SELECT * FROM check_in"), bind_arguments={"bind": db.get_engine(PRIVATE)}).all()
    assert len({tuple(len(cell) if isinstance(cell, str | bytes) else cell for cell in row) for row in rows}) == 1
    waiting = db.session.execute(
        sa.text("SELECT * FROM waiting_parcel"), bind_arguments={"bind": db.get_engine(PRIVATE)}
    ).all()
    assert len(waiting) == 3
    assert len({tuple(len(cell) for cell in row) for row in waiting}) == 1


def test_a_flag_reaches_its_listener_and_the_person_sees_what_was_done(app, ana, kim, opened, check_in):
    check_in(ana, 4, 4, 4, to=kim)
    parcels.deliver(TASK)
    app.extensions["evenhand_now"].move(days=2)
    (flag,) = inbox.flags_for(opened(kim))
    assert (flag.is_read, flag.name, flag.lines, flag.days) == (False, "", [], 2)
    with asking(app):
        services.read_flag(kim, opened(kim), flag.id)
        services.read_flag(kim, opened(kim), flag.id)
    (flag,) = inbox.flags_for(opened(kim))
    assert flag.lines == ["Ana asks you to get in touch."]
    assert (flag.phone, flag.email) == ("604 555 0100", "ana@example.org")
    with asking(app):
        services.close_flag(kim, opened(kim), flag.id, Act.TALKED)
    assert inbox.flags_for(opened(kim)) == []
    parcels.deliver(TASK)
    replies = queries.history(ana, opened(ana)).replies
    assert {(each.by, each.what) for each in replies} == {("Kim", "read"), ("Kim", "talked")}
    assert inbox.flags_for(opened(ana)) == []


def test_what_a_listener_gets_is_what_was_chosen(app, ana, kim, opened, check_in):
    with asking(app):
        services.choose_sharing(ana, Sharing.LEVEL, kim)
    check_in(ana, 4, 4, 4, something_hard=True, to=kim)
    (row,) = db.session.scalars(sa.select(WaitingParcel))
    told = queries.sealing.unseal(row.sealed, opened(kim), queries.PARCEL_INFO)
    shown = services.card_for(ana, services.Given({"energy": 4, "load": 4, "rest": 4}, something_hard=True))
    assert parcels.flag_in(told) == shown == Flag(ana, "very_hard", something_hard=True)
    assert "note" not in told


def test_a_listener_is_told_once_that_there_is_something_and_nothing_more(app, ana, kim, check_in):
    sam = add_person("Sam")
    for person in (ana, sam):
        check_in(person, to=kim)
    check_in(ana)
    db.session.execute(sa.delete(OutgoingMail))  # those that told of new keys
    db.session.commit()
    parcels.deliver(TASK)
    (mail,) = db.session.scalars(sa.select(OutgoingMail))
    assert (mail.recipient, mail.subject) == ("kim@example.org", "Something for you in Evenhand")
    assert kim not in mail.key
    assert not {"ana", "sam", "contact", "check", "help"} & set(mail.body.lower().split())
    assert (count(WaitingParcel), count(Parcel)) == (0, 3)
    parcels.deliver(TASK)
    assert count(OutgoingMail) == 1


def test_a_listener_without_a_key_or_taken_off_cannot_be_chosen(app, ana, kim, check_in):
    bo = add_person("Bo")
    with asking(app):
        services.name_listener(bo, "another peer")
    assert isinstance(check_in(ana, to=bo), Refused)
    with asking(app):
        services.retire_listener(kim)
    assert isinstance(check_in(ana, to=kim), Refused)
    assert count(CheckIn) == 0


def test_a_listener_who_is_taken_off_still_opens_what_waits(ana, kim, check_in, as_):
    check_in(ana, to=kim)
    parcels.deliver(TASK)
    services.retire_listener(kim)
    client = as_(kim)
    assert client.page("/own/").all("button", value="box")
    page = client.submit("/own/box", "", passphrase=OTHER_WORDS)
    assert "Someone asked for you" in page.text
    assert "still opens here" in page.text
    for path in ("/own/renew", "/own/clear"):
        assert "What people sent you is lost too" in client.page(path).text
        assert "What people sent you" not in as_(ana).page(path).text


def test_who_asked_sees_that_it_is_not_read_yet(ana, kim, opened, check_in, clock):
    check_in(ana, 4, 4, 4, note="\U0001f9e1" * services.LONGEST_NOTE, to=kim)
    services.ask_for_contact(ana, Flag(ana), kim)
    parcels.deliver(TASK)
    found = queries.history(ana, opened(ana))
    assert [(each.of, each.is_lost) for each in found.unread] == [("Kim", False)] * 2
    assert len(found.entries) == 1
    services.read_flag(kim, opened(kim), inbox.flags_for(opened(kim))[0].id)
    parcels.deliver(TASK)
    assert len(queries.history(ana, opened(ana)).unread) == 1
    clock.move(weeks=13)
    assert queries.history(ana, opened(ana)).unread == []


def test_to_delete_a_week_leaves_the_ask_that_waits_until_that_is_deleted_too(ana, kim, opened, check_in, as_):
    check_in(ana, 4, 4, 4, note="canary", to=kim)
    (row,) = db.session.scalars(sa.select(CheckIn.id))
    client = as_(ana)
    client.submit("/own/past", "", passphrase=WORDS)
    page = client.submit("/own/past", f"/own/past/{row}/clear")
    assert "No weeks yet" in page.text
    assert "not read yet" in page.text
    assert "stays with them until they have dealt with it, twelve weeks at most" in page.text
    assert open_row(ana, opened) == []
    (note,) = queries.history(ana, opened(ana)).unread
    client.submit("/own/past", f"/own/past/{note.id}/clear")
    assert "not read yet" not in client.page("/own/past").text
    assert open_row(ana, opened) == []


def test_a_week_whose_ask_was_looked_at_is_deleted_whole(ana, kim, opened, check_in, next_day):
    check_in(ana, to=kim)
    next_day()
    parcels.deliver(TASK)
    (entry,) = queries.history(ana, opened(ana)).entries
    shredding.forget_one(ana, opened(ana), entry.id)
    assert open_row(ana, opened) == []


def open_row(person_id, opened):
    """What the only row holds."""
    row = db.session.scalars(sa.select(CheckIn).execution_options(populate_existing=True)).one()
    return list(queries.sealing.unseal(row.sealed, opened(person_id), queries.check_in_info(row.owner, row.id)))


def test_who_asked_sees_that_the_listener_lost_what_opens_it(ana, kim, check_in, as_):
    check_in(ana, to=kim)
    keys.make_key(kim, WORDS)
    assert "lost the words that open it" in as_(ana).submit("/own/past", "", passphrase=WORDS).text


def test_nobody_chooses_themselves(app, kim, check_in):
    assert isinstance(check_in(kim, to=kim), Refused)


def test_weeks_worse_than_usual_are_found_when_the_owner_opens_them(app, ana, opened, check_in, clock):
    for level in (1, 1, 2, 1, 3, 3):
        check_in(ana, level, level, level)
        clock.move(weeks=1)
    assert queries.history(ana, opened(ana)).found is Signal.TWO_IN_A_ROW


def test_the_later_of_two_in_one_week_counts(ana, opened, check_in, clock, monkeypatch):
    ids = iter(f"{number:032}" for number in range(99, 0, -1))  # the later a row, the earlier it lies
    monkeypatch.setattr(services.sealing, "new_row_id", lambda: next(ids))
    for level in (1, 1, 1, 1, 1, 4):
        check_in(ana, 0, 0, 0)
        clock.move(minutes=1)
        check_in(ana, level, level, level)
        clock.move(weeks=1)
    found = queries.history(ana, opened(ana))
    assert [each.score for each in found.entries[:4]] == [100, 0, 25, 0]
    check_in(ana, 4, 4, 4)
    assert queries.history(ana, opened(ana)).found is Signal.TWO_IN_A_ROW


def test_the_later_of_two_longer_ones_in_a_week_stands_first(ana, opened, monkeypatch, clock):
    form = instruments()["who5"]
    ids = iter("ba")
    monkeypatch.setattr(packs.sealing, "new_row_id", lambda: next(ids) * 32)
    for most in (True, False):
        packs.keep_answers(ana, form.key, {each.name: each.most if most else each.least for each in form.items})
        clock.move(minutes=1)
    assert [each.scores[0][1] for each in queries.history(ana, opened(ana)).longer] == [0, 100]


def test_with_the_whole_server_nothing_opens(app, ana, kim, opened, check_in):
    bo = add_person("Bo")
    opened(bo, "copper lantern under the stairs")
    with asking(app):
        services.name_listener(bo, "another peer")
    check_in(ana, 4, 4, 4, note="canary", to=kim)
    parcels.deliver(TASK)
    check_in(ana, 2, 2, 2, to=kim)
    copies.copy_daily(TASK)
    found = list(bench.loot(base64.b64decode(MASTER_KEY)))
    there = {"check_in.sealed": 2, "parcel.sealed": 1, "waiting_parcel.sealed": 1, "ballot.sealed": 1}
    there |= {"team_half.sealed": 2, "key_pair.wrapped": 3, "key_pair.recovery_wrapped": 3, "opened.sealed": 3}
    left = {each: 0 if each.partition(".")[0] in copies.LEFT_OUT else count for each, count in there.items()}
    in_copies = {f"in a copy: {each}": count for each, count in left.items()} if is_sqlite() else {}
    others = {"rows in the log": 4, "mails that name a listener": 3}  # two of them tell of new keys
    others["rows told apart by comparing copies"] = 5 if is_sqlite() else 3
    assert {each.kind: each.there for each in found} == there | in_copies | others
    assert [each for each in found if each.opened] == []


def test_what_the_page_says_can_be_read_is_what_can_be_read(app, ana, kim, opened, check_in):
    bo = add_person("Bo")
    opened(bo, "copper lantern under the stairs")
    with asking(app):
        services.name_listener(bo, "another peer")
        services.choose_sharing(ana, Sharing.LEVEL, kim)
        page = services.Page("k", services.mark_of(services.card_for(ana, services.Given({})), kim))
        services.send_check_in(ana, services.Given({"energy": 4}), kim, page=page)
    parcels.deliver(TASK)
    copies.copy_daily(TASK)
    check_in(ana, to=kim)
    with asking(app):
        keys.open_history(ana, "wrong words here")
    in_copies = 1 if is_sqlite() else 0
    assert list(bench.readable().values()) == [3, 1, in_copies, 1, 3, 1, 2, 1, 3, 1, 1, 1, 0]
    assert all(each in seizure.ABOUT_CHECK_INS for each in bench.readable())


def test_every_column_that_can_be_read_is_in_a_line_of_the_page():
    told = {column for columns in seizure.READABLE.values() for column in columns}
    of_nobody = {"id", "salt", "recovery_salt", "public_key", "starts_on", "ends_on"}
    there = {
        str(column)
        for table in migrate.CHECK_INS.metadata().sorted_tables
        for column in table.columns
        if seizure.reach(migrate.CHECK_INS, column) != seizure.CLOSED and column.name not in of_nobody
    }
    assert {each for each in there if not each.startswith(("help_line.", "pack."))} == told


def test_when_a_history_was_opened_is_known_to_ten_minutes_and_soon_not_at_all(app, ana, clock):
    clock.move(minutes=3, seconds=7, microseconds=11)
    with asking(app):
        keys.open_history(ana, WORDS)
    db.session.rollback()
    ends = db.session.scalars(sa.select(Opened.ends_at).order_by(Opened.ends_at)).all()
    assert all((each.minute % 10, each.second, each.microsecond) == (0, 0, 0) for each in ends)
    clock.move(minutes=20)
    parcels.deliver(TASK)
    assert count(Opened) == 0


@pytest.mark.parametrize("database", ["sqlite"], indirect=True)
def test_the_main_database_and_its_copies_tell_of_nobodys_history(app, ana, opened, tmp_path):
    with asking(app):
        keys.open_history(ana, "wrong words here")
    copy_to(tmp_path / "copy")
    main = Path(db.engine.url.database)
    held = b"".join(path.read_bytes() for path in (main, Path(f"{main}-wal"), tmp_path / "copy"))
    marks = [queries.owner_of(ana), vault().index(f"own history:{ana}", "throttle")]
    assert [each for each in marks if each.encode() in held] == []
    assert (count(Throttle), count(OwnTry)) == (0, 1)


def test_that_words_were_wrong_is_forgotten_when_they_are_right_and_else_within_half_an_hour(app, ana, clock):
    clock.move(minutes=3, seconds=7, microseconds=11)
    with asking(app):
        keys.open_history(ana, "wrong words here")
        ends = db.session.scalar(sa.select(OwnTry.ends_at))
        assert (ends.minute % 10, ends.second, ends.microsecond) == (0, 0, 0)
        keys.open_history(ana, WORDS)
        assert count(OwnTry) == 0
        for _ in range(9):
            keys.open_history(ana, "wrong words here")
        clock.move(minutes=30)
        assert isinstance(keys.open_history(ana, WORDS), Saved)


@pytest.fixture
def next_day(app, kim, opened, clock):
    """The night's delivery and copy, then what the listener does with what came: look, or close it."""

    def next_day(act=None):
        private = opened(kim)
        parcels.deliver(TASK)
        copies.copy_daily(TASK)
        clock.move(days=1)
        with asking(app):
            for flag in inbox.flags_for(private):
                if act is None:
                    services.read_flag(kim, private, flag.id)
                else:
                    services.close_flag(kim, private, flag.id, act)

    return next_day


def told_apart():
    return next(each for each in bench.loot(base64.b64decode(MASTER_KEY)) if each.kind.startswith("rows told")).opened


@pytest.mark.parametrize("database", ["sqlite"], indirect=True)
@pytest.mark.parametrize("is_left_out", [True, False])
def test_no_copies_side_by_side_tell_who_asked(ana, kim, check_in, next_day, monkeypatch, is_left_out):  # noqa: PLR0913, PLR0917 - fixtures
    monkeypatch.setattr(copies, "LEFT_OUT", copies.LEFT_OUT if is_left_out else ())
    check_in(ana)
    check_in(ana, to=kim)
    next_day()
    next_day(Act.TALKED)
    assert told_apart() == (0 if is_left_out else 2)


@pytest.mark.parametrize("database", ["sqlite"], indirect=True)
def test_no_copies_side_by_side_tell_who_deleted_an_ask_after_its_week(ana, kim, opened, check_in, clock):
    sam = add_person("Sam")
    opened(sam)
    check_in(ana, to=kim)
    check_in(sam)
    for _ in range(2):
        copies.copy_daily(TASK)
        clock.move(days=1)
        for person in (ana, sam):
            found = queries.history(person, opened(person))
            for each in [*found.entries, *found.unread][:1]:
                assert isinstance(shredding.forget_one(person, opened(person), each.id), Saved)
    copies.copy_daily(TASK)
    assert queries.history(ana, opened(ana)).unread == []
    assert (count(Parcel), told_apart()) == (2, 0)


@pytest.mark.parametrize("database", ["sqlite"], indirect=True)
def test_the_try_would_notice_a_check_in_that_changes_twice(ana, check_in, clock):
    check_in(ana)
    for byte in range(2):
        copies.copy_daily(TASK)
        clock.move(days=1)
        db.session.execute(sa.update(CheckIn).values(sealed=bytes([byte]) * 9))
        db.session.commit()
    assert told_apart() == 1


def test_an_ask_that_was_answered_leaves_as_many_parcels_as_there_were(ana, kim, opened, check_in, next_day):
    check_in(ana, to=kim)
    next_day(Act.TALKED)
    assert (count(Parcel), inbox.flags_for(opened(kim))) == (1, [])


def test_every_closed_column_is_tried():
    held = seizure.surrendered()[0].tables
    closed = {f"{each.name}.{name}".replace(" ", "_") for each in held for name in each.columns.get(seizure.CLOSED, [])}
    assert closed == set(bench.TRIES)


def test_the_try_at_a_seizure_would_notice_a_key_left_on_the_server(app, ana, opened, check_in):
    check_in(ana)
    private = opened(ana)
    pair = queries.key_of(ana)
    pair.wrapped = private  # as if it had been stored bare
    db.session.commit()
    assert next(bench.loot(base64.b64decode(MASTER_KEY))).opened == 1


@pytest.mark.parametrize("database", ["sqlite"], indirect=True)
def test_the_try_would_notice_what_lies_in_the_log_and_a_listener_in_a_mail(app, ana, kim, check_in, monkeypatch):
    monkeypatch.setattr(services, "empty_private_log", lambda: None)
    check_in(ana)
    mail = {
        "recipient": "a@example.org",
        "subject": "s",
        "body": "b",
        "next_at": clock_now(),
        "created_at": clock_now(),
    }
    db.session.add(OutgoingMail(key=f"inbox:{kim}", **mail))
    db.session.commit()
    found = {each.kind: each.opened for each in bench.loot(base64.b64decode(MASTER_KEY))}
    assert (found["rows in the log"], found["mails that name a listener"]) == (2, 1)


def test_a_lost_phrase_is_mended_by_the_code_and_the_old_one_is_dead(app, opened, check_in):
    sam = add_person("Sam")
    with asking(app):
        made = keys.make_key(sam, WORDS)
    check_in(sam, 3, 3, 3)
    with asking(app):
        assert isinstance(keys.recover(sam, "AAAA" * 9, OTHER_WORDS), Refused)
        again = keys.recover(sam, made.code.lower(), OTHER_WORDS)
        assert isinstance(again, keys.Made)
        assert again.code != made.code
        assert isinstance(keys.open_history(sam, WORDS), Refused)
        assert isinstance(keys.open_history(sam, OTHER_WORDS), Saved)
        assert len(queries.history(sam, queries.opened_key(sam)).entries) == 1
        assert isinstance(keys.recover(sam, made.code, WORDS), Refused)


def test_without_the_code_the_past_is_locked_and_said_so(app, ana, opened, check_in):
    check_in(ana)
    with asking(app):
        keys.make_key(ana, OTHER_WORDS)
        keys.open_history(ana, OTHER_WORDS)
        found = queries.history(ana, queries.opened_key(ana))
    assert (found.entries, found.locked) == ([], 1)


def test_words_are_not_guessed_at_without_end(app, ana):
    with asking(app):
        said = {keys.open_history(ana, "wrong words here").problems["passphrase"] for _ in range(10)}
    assert said == {keys.WRONG, keys.TOO_OFTEN}


def test_an_open_history_closes_by_itself(app, ana, clock):
    with asking(app):
        keys.open_history(ana, WORDS)
        assert queries.opened_key(ana) is not None
        clock.move(minutes=10, seconds=1)
        assert queries.opened_key(ana) is None


def test_an_open_history_is_no_use_to_someone_else_at_the_same_browser(app, ana, kim):
    with asking(app):
        keys.open_history(ana, WORDS)
        assert queries.opened_key(kim) is None


def test_when_all_is_deleted_or_words_change_every_browser_closes(app, ana):
    for change in (
        lambda _: shredding.forget_everything(ana),
        lambda _: keys.make_key(ana, OTHER_WORDS),
        lambda made: keys.recover(ana, made.code, OTHER_WORDS),
        lambda _: keys.change_passphrase(ana, queries.opened_key(ana), OTHER_WORDS),
    ):
        with asking(app):
            made = keys.make_key(ana, WORDS)
            keys.open_history(ana, WORDS)
            change(made)
            assert (queries.opened_key(ana), count(Opened)) == (None, 0)


@pytest.mark.parametrize("database", ["sqlite"], indirect=True)
def test_the_log_never_tells_what_was_written_together(app, ana, kim, opened, check_in):
    log = app.config["EVENHAND"].data / "private.sqlite-wal"

    def act():
        db.session.rollback()
        return log.stat().st_size

    check_in(ana, to=kim)
    assert act() == 0
    parcels.deliver(TASK)
    assert act() == 0
    (flag,) = inbox.flags_for(opened(kim))
    with asking(app):
        services.read_flag(kim, opened(kim), flag.id)
        assert act() == 0
        services.close_flag(kim, opened(kim), flag.id, Act.TALKED)
        assert act() == 0
        services.ask_for_contact(ana, Flag(ana), kim)
        assert act() == 0
        keys.make_key(ana, OTHER_WORDS)
        assert act() == 0


def bytes_on_disk(app):
    """Everything that the private database's files hold."""
    db.session.rollback()
    folder = app.config["EVENHAND"].data
    return b"".join(path.read_bytes() for path in sorted(folder.glob("private.sqlite*")))


@pytest.mark.parametrize("database", ["sqlite"], indirect=True)
def test_deleting_leaves_no_byte_in_file_or_log(app, ana, kim, check_in):
    check_in(ana, note="canary", to=kim)
    check_in(kim)
    pair = queries.key_of(ana)
    traces = [pair.wrapped, pair.recovery_wrapped, pair.owner.encode()]
    (sealed,) = db.session.scalars(sa.select(CheckIn.sealed).where(CheckIn.owner == pair.owner))
    traces += [sealed[:200], sealed[-200:]]  # long rows lie in two places
    assert all(trace in bytes_on_disk(app) for trace in traces)
    with asking(app):
        shredding.forget_everything(ana)
    left = bytes_on_disk(app)
    assert [trace for trace in traces if trace in left] == []
    assert (count(CheckIn), count(KeyPair)) == (1, 1)


@pytest.mark.parametrize("database", ["sqlite"], indirect=True)
def test_when_someone_is_reading_the_shredding_is_done_later(app, make_app, ana, check_in, monkeypatch):
    monkeypatch.setattr("app.database.PAUSE", 0)
    check_in(ana)
    wrapped = queries.key_of(ana).wrapped
    db.session.rollback()
    reader = make_app()
    with reader.app_context(), reader.test_request_context("/", method="GET"):
        db.session.scalars(sa.select(KeyPair)).all()
        db.session.connection(bind_arguments={"bind": db.get_engine(PRIVATE)})
        with db.get_engine(PRIVATE).connect() as connection:
            connection.exec_driver_sql("SELECT * FROM key_pair").fetchone()
            with app.app_context(), asking(app):
                shredding.forget_everything(ana)
                left = db.session.scalars(sa.select(jobs.Job.kind).where(jobs.Job.kind == shredding.SHRED)).all()
                db.session.rollback()
        db.session.rollback()
    assert left == [shredding.SHRED]
    shredding.shred_again(TASK)
    assert wrapped not in bytes_on_disk(app)


def test_one_week_is_deleted_by_its_owner_only(app, ana, kim, opened, check_in):
    check_in(ana)
    (entry,) = queries.history(ana, opened(ana)).entries
    sealed = db.session.scalars(sa.select(CheckIn.sealed)).one()
    with asking(app):
        assert isinstance(shredding.forget_one(kim, opened(kim), entry.id), Refused)
        assert isinstance(shredding.forget_one(ana, opened(ana), entry.id), Saved)
        assert isinstance(shredding.forget_one(ana, opened(ana), entry.id), Refused)
    assert open_row(ana, opened) == []
    assert not is_sqlite() or sealed not in bytes_on_disk(app)


def test_nothing_gets_older_than_twelve_months(app, ana, check_in, clock):
    check_in(ana)
    clock.move(days=330)
    shredding.tidy(TASK)
    assert count(CheckIn) == 1
    clock.move(days=35)
    shredding.tidy(TASK)
    assert (count(CheckIn), count(KeyPair)) == (0, 1)


def test_who_leaves_leaves_nothing_behind(app, ana, kim, check_in):
    check_in(ana)
    with asking(app):
        services.choose_sharing(ana, Sharing.CONTACT, kim)
    db.session.get_one(Person, ana).is_active = False
    db.session.commit()
    shredding.tidy(TASK)
    assert (count(CheckIn), count(KeyPair), count(Choice)) == (0, 1, 0)


def test_open_histories_that_are_over_are_thrown_away(app, ana, clock):
    assert count(Opened) == 1
    clock.move(hours=1)
    shredding.tidy(TASK)
    assert count(Opened) == 0


def test_the_text_of_the_bench_is_the_text_of_the_page(app, ana, as_):
    page = as_(ana).page("/own/about").text
    for line in (*seizure.IN_SHORT, *seizure.READABLE):
        assert line in page
    for part in seizure.surrendered():
        assert part.about in page
        for table in part.tables:
            for words, columns in table.columns.items():
                assert f"{words} : {', '.join(columns)}" in page
                assert f"{table.name}: {', '.join(columns)}: {words}" in set(seizure.lines())
    closed = {
        f"{table.name}.{each}"
        for table in seizure.surrendered()[0].tables
        for each in table.columns.get(seizure.CLOSED, [])
    }
    assert closed == {"check in.sealed", "key pair.wrapped", "key pair.recovery wrapped", "opened.sealed",
                      "parcel.sealed", "waiting parcel.sealed", "ballot.sealed", "team half.sealed"}  # fmt: skip

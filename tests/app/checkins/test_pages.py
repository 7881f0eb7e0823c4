"""The pages: what is shown before sending, what is left on a lent phone, and where a canary is not found."""

from __future__ import annotations

import io
import logging
import re
import zipfile
from datetime import timedelta

import pytest
import sqlalchemy as sa

from app import clock, jobs, migrate
from app.access import Role
from app.auth import services as doors
from app.auth import tidy
from app.auth.models import Credential
from app.checkins import OF_REST, keys, packs, parcels, queries, services
from app.checkins.models import CheckIn, WaitingParcel
from app.database import db
from app.editing import Saved
from app.incidents import services as incidents
from app.incidents.models import Kind
from app.kiosk import services as kiosks
from app.logs import Formatter
from app.mail.models import OutgoingMail
from app.people.models import Person
from app.sites.models import Site
from tests.app.checkins.conftest import OTHER_WORDS, WORDS
from tests.support.pages import Page
from tests.support.people import add_person
from tests.support.walk import forms_of
from wellbeing.flags import Flag, Level, Sharing
from wellbeing.instruments.who5 import ITEMS

TASK = jobs.Task("job", {}, 1)
CANARY = "kettle on the blue stove"
FACES = {"energy": "4", "load": "3", "rest": "4"}


def send(client, act, **answers):
    """Answer, look at what would be seen, and press one of the buttons there."""
    review = client.submit("/own/", "", **answers)
    form = review.form("")
    return review, client.post("/own/", data=form.filled() | {"send": act}, follow_redirects=True)


def count(model):
    found = db.session.scalar(sa.select(sa.func.count()).select_from(model))
    db.session.rollback()
    return found


def leading_to(page, end):
    """Where the first form leads whose address ends so."""
    return next(form.leads_to for form in forms_of(page) if form.leads_to.endswith(end))


def open_past(client, words=WORDS, path="/own/past"):
    return client.submit(path, "", passphrase=words)


def test_before_sending_the_exact_card_is_shown_and_that_is_what_arrives(ana, kim, as_, app):
    with app.test_request_context("/", method="POST"):
        services.choose_sharing(ana, Sharing.LEVEL, kim)
    client = as_(ana)
    review, _ = send(client, "with", **FACES, hard=True, listener=kim, note=CANARY)
    shown = ["Ana asks you to get in touch.", "This week is very hard for Ana.", "Something hard happened."]
    assert all(line in review.text for line in shown)
    assert "pay, food" not in review.text
    parcels.deliver(TASK)
    listener = as_(kim)
    page = open_past(listener, OTHER_WORDS, "/own/box")
    assert "Someone asked for you" in page.text
    assert "Ana" not in page.text
    look = leading_to(page, "/read")
    page = listener.submit("/own/box", look)
    assert all(line in page.text for line in shown)
    assert "604 555 0100" in page.text
    assert CANARY not in page.text
    assert page.all("a", href=f"/attendance/extra?person={ana}")
    assert not page.all("a", href="/people/me/pace")
    done = leading_to(page, "/done")
    assert "Nobody is waiting" in listener.submit("/own/box", done, act="talked").text
    parcels.deliver(TASK)
    past = open_past(client)
    assert "Kim read it" in past.text
    assert "Kim: we talked" in past.text


def test_a_form_sent_twice_counts_once(ana, kim, as_):
    client = as_(ana)
    form = client.submit("/own/", "", **FACES, listener=kim).form("").filled() | {"send": "with"}
    assert "It is on its way" in client.post("/own/", data=form, follow_redirects=True).text
    assert "It counts once" in client.post("/own/", data=form, follow_redirects=True).text
    assert (count(CheckIn), count(WaitingParcel)) == (1, 1)


def test_when_the_choice_changes_after_the_card_was_shown_nothing_goes_out(app, ana, kim, as_):
    client = as_(ana)
    review = client.submit("/own/", "", **FACES, listener=kim, hard=True)
    assert "Something hard" not in review.text
    with app.test_request_context("/", method="POST"):
        services.choose_sharing(ana, Sharing.LEVEL, kim)
    page = client.post("/own/", data=review.form("").filled() | {"send": "with"})
    assert (page.status_code, count(CheckIn), count(WaitingParcel)) == (409, 0, 0)
    assert "nothing was sent" in page.text
    assert "Something hard happened." in page.text
    client.post("/own/", data=Page(page.text).form("").filled() | {"send": "with"})
    assert count(WaitingParcel) == 1


def test_what_was_not_sent_or_kept_is_not_said_to_be(ana, kim, as_):
    answers = FACES | {"csrf_token": (client := as_(ana)).token()}
    page = client.post("/own/", data=answers | {"send": "with"}, follow_redirects=True)
    assert "on its way" not in page.text
    assert (count(CheckIn), count(WaitingParcel)) == (0, 0)
    sam = as_(add_person("Sam"))
    page = sam.post("/own/", data={"csrf_token": sam.token(), "send": "without"}, follow_redirects=True)
    assert "kept for you alone" not in page.text


def test_deleting_one_week_says_what_else_goes(ana, check_in, as_):
    check_in(ana)
    client = as_(ana)
    page = open_past(client)
    assert "after eleven to twelve months" in page.text
    assert "takes your slip" in page.text


@pytest.mark.parametrize(("act", "left"), [("without", (1, 1)), ("nothing", (0, 0)), ("with", (1, 1))])
def test_send_keep_or_throw_away(ana, kim, as_, act, left):
    send(as_(ana), act, **FACES, listener=kim)
    assert (count(CheckIn), count(WaitingParcel)) == left


def test_who_shares_nothing_is_told_that_nobody_gets_anything(ana, kim, as_):
    review, after = send(as_(ana), "without", **FACES)
    assert "Nobody gets anything." in review.text
    assert "It is kept for you alone" in after.text


def test_a_hard_week_is_offered_to_the_chosen_listener_but_not_sent(ana, kim, as_, app):
    with app.test_request_context("/", method="POST"):
        services.choose_sharing(ana, Sharing.CONTACT, kim)
    review, _ = send(as_(ana), "without", energy="4", load="4", rest="4")
    assert "Ana asks you to get in touch." in review.text
    assert "very hard" not in review.text.split("get in touch.")[1]
    parcels.deliver(TASK)
    assert "Nobody is waiting" in open_past(as_(kim), OTHER_WORDS, "/own/box").text


def test_every_question_may_be_left_out(ana, as_):
    assert send(as_(ana), "without", energy="2")[1].status_code == 200
    assert count(CheckIn) == 1
    send(as_(ana), "without")
    assert count(CheckIn) == 1


def test_nonsense_is_refused_and_nothing_is_lost(ana, as_):
    client = as_(ana)
    token = client.token()
    page = client.post("/own/", data={"csrf_token": token, "energy": "9", "note": "hello"})
    assert page.status_code == 422
    assert "Choose one of the five" in page.text
    assert "hello" in page.text
    assert client.post("/own/", data={"csrf_token": token, "note": "x" * 241}).status_code == 422


def test_without_private_words_the_page_says_that_nothing_is_kept(as_):
    page = as_(add_person("Sam")).page("/own/")
    assert "nothing you answer is kept" in page.text
    assert not page.all("input", name="energy")


def test_setting_up_shows_the_code_once_and_the_loss_beforehand(as_):
    client = as_(add_person("Sam"))
    before = client.page("/own/words").text
    assert "can never be opened again" in before
    page = client.submit("/own/words", "", passphrase=WORDS, again=WORDS)
    code = re.search(r"((?:[A-Z2-9]{4} ){8}[A-Z2-9]{4})", page.text)[1]
    assert code not in client.page("/own/").text
    assert "Those" not in client.page("/own/past").text
    page = client.submit("/own/code", "", code=code, passphrase=OTHER_WORDS, again=OTHER_WORDS)
    assert "shown only now" in page.text
    assert "Only you see this page" in open_past(client, OTHER_WORDS).text


def test_wrong_words_open_nothing_and_beginning_anew_says_what_is_locked(ana, check_in, as_):
    check_in(ana, 3, 3, 3)
    client = as_(ana)
    assert keys.WRONG in open_past(client, "wrong words entirely").text
    client.submit("/own/renew", "", passphrase=OTHER_WORDS, again=OTHER_WORDS)
    assert "1 older week is locked" in open_past(client, OTHER_WORDS).text


def test_a_worse_month_is_told_to_the_person_who_may_send_it_on(ana, kim, check_in, as_, app):
    with app.test_request_context("/", method="POST"):
        services.choose_sharing(ana, Sharing.LEVEL, kim)
    for level in (1, 1, 1, 1, 4, 4):
        check_in(ana, level, level, level)
        app.extensions["evenhand_now"].move(days=7)
    parcels.deliver(TASK)
    assert "Nobody is waiting" in open_past(as_(kim), OTHER_WORDS, "/own/box").text
    client = as_(ana)
    page = open_past(client)
    assert "harder than is usual for you" in page.text
    assert "This week is very hard for Ana." in page.text
    asking = page.form("/own/past/send").filled()
    with app.test_request_context("/", method="POST"):
        services.choose_sharing(ana, Sharing.CONTACT, kim)
    assert "nothing was sent" in client.post("/own/past/send", data=asking, follow_redirects=True).text
    assert count(WaitingParcel) == 0
    asking = client.page("/own/past").form("/own/past/send").filled()
    for _ in range(2):
        client.post("/own/past/send", data=asking)
    assert count(WaitingParcel) == 1
    parcels.deliver(TASK)
    assert "Someone asked for you" in open_past(as_(kim), OTHER_WORDS, "/own/box").text


def test_of_an_ask_that_waits_for_weeks_it_is_said_that_its_listener_still_has_it(ana, kim, as_, app):
    send(as_(ana), "with", **FACES, listener=kim)
    parcels.deliver(TASK)
    app.extensions["evenhand_now"].move(days=55)
    client = as_(ana)
    assert "sent to Kim, not read yet" in open_past(client).text
    listener = as_(kim)
    page = open_past(listener, OTHER_WORDS, "/own/box")
    look = leading_to(page, "/read")
    listener.submit("/own/box", look)
    parcels.deliver(TASK)
    app.extensions["evenhand_now"].move(days=1)
    page = open_past(client).text
    assert "Kim read it" in page
    assert "sent to Kim, nobody dealt with this in eight weeks. They can still see it" in page
    page = open_past(listener, OTHER_WORDS, "/own/box")
    done = leading_to(page, "/done")
    listener.submit("/own/box", done, act="talked")
    parcels.deliver(TASK)
    assert "nobody dealt with" not in client.page("/own/past").text


def test_deleting_asks_first_and_then_nothing_is_left(ana, check_in, as_):
    check_in(ana)
    client = as_(ana)
    assert "after seven days" in client.page("/own/clear").text
    assert "Type the word delete" in client.submit("/own/clear", "", sure="yes").text
    assert queries.has_key(ana)
    client.submit("/own/clear", "", sure="Delete ")
    assert (count(CheckIn), queries.has_key(ana)) == (0, False)


def test_who_came_in_by_a_code_of_somebody_else_changes_nothing_private(ana, kim, by_code):
    public = queries.key_of(ana).public_key
    client = by_code(ana)
    token = {"csrf_token": client.token()}
    words = {"passphrase": OTHER_WORDS, "again": OTHER_WORDS, "sure": "yes"}
    sharing = {"sharing": "level", "listener": kim}
    for path, data in (("renew", words), ("choices", sharing), ("clear", {"sure": "delete"})):
        assert client.post(f"/own/{path}", data=token | data).status_code in {409, 422}
    assert "Come in by your own way first" in client.page("/own/renew").text
    assert (queries.key_of(ana).public_key, queries.choice_of(ana)) == (public, queries.StandingChoice())
    sam = by_code(add_person("Sam"))
    assert sam.post("/own/words", data={"csrf_token": sam.token()} | words).status_code == 409
    assert "Come in by your own way first" in sam.page("/own/words").text


@pytest.mark.parametrize("door", ["passphrase", "setup", "card"])
def test_no_first_key_is_made_by_what_somebody_else_could_have_made_this_week(by_code, app, door):
    sam = add_person("Sam", address_changed_at=clock.now())
    db.session.add(Credential(person_id=sam, pin_failures=0, changed_at=clock.now()))
    db.session.commit()
    client = by_code(sam, door)
    words = {"csrf_token": client.token(), "passphrase": WORDS, "again": WORDS}
    assert client.post("/own/words", data=words).status_code == 409
    assert "this opens on" in client.page("/own/words").text
    app.extensions["evenhand_now"].move(days=7)
    page = by_code(sam, door).page("/own/words").text
    assert "can never be opened again" in page
    assert ("You have only a card" in page) is (door == "card")


@pytest.mark.parametrize("is_tablet", [False, True])
def test_where_somebody_else_could_stand_nothing_that_was_chosen_before_shows(app, ana, kim, by_code, is_tablet):
    with app.test_request_context("/", method="POST"):
        services.choose_sharing(ana, Sharing.LEVEL, kim, counts=True)
    client, path = (at_a_tablet(app, ana), "/own/tablet") if is_tablet else (by_code(ana), "/own/")
    hard = dict.fromkeys(("energy", "load", "rest"), "4")
    assert "Nobody gets anything." in client.submit(path, "", **hard).text
    review = client.submit(path, "", **hard, listener=kim)
    assert "Ana asks you to get in touch." in review.text
    assert "very hard for Ana" not in review.text
    client.post(path, data=review.form("").filled() | {"send": "with"})
    assert count(WaitingParcel) == 1


def test_with_the_private_words_a_code_is_no_hindrance(ana, by_code):
    client = by_code(ana)
    page = client.submit("/own/clear", "", sure="delete", passphrase="not the words at all")
    assert keys.WRONG in page.text
    client.submit("/own/clear", "", sure="delete", passphrase=WORDS)
    assert not queries.has_key(ana)


def test_a_passphrase_made_by_a_code_replaces_no_key_for_a_week(ana, as_, by_code, app):
    page = by_code(ana).submit("/account/passphrase", "", passphrase=OTHER_WORDS, again=OTHER_WORDS)
    assert queries.has_key(ana)
    client = as_(ana)
    page = client.page("/own/renew").text
    assert "this opens on Monday 30 November" in page
    assert "Come in by your own way first" in page
    assert client.page("/own/clear").all("input", name="passphrase")
    assert "Some new words" in by_code(ana, "link").page("/own/renew").text
    app.extensions["evenhand_now"].move(days=7)
    assert "Some new words" in as_(ana).page("/own/renew").text
    assert not as_(ana).page("/own/clear").all("input", name="passphrase")


def test_a_link_to_an_address_that_was_changed_opens_nothing_for_a_week_and_the_one_before_is_told(
    ana, as_, by_code, app
):
    robin = as_(add_person("Robin", Role.COORDINATOR))
    robin.submit(f"/people/{ana}/edit", "", email="robin@example.org")
    client = by_code(ana, "link")
    for page in (client.page("/own/renew"), by_code(ana, "setup").page("/own/renew")):
        assert "this opens on Monday 30 November" in page.text
    app.extensions["evenhand_now"].move(days=8)
    db.session.execute(sa.delete(OutgoingMail))
    db.session.commit()
    by_code(ana, "link").submit("/own/renew", "", passphrase=OTHER_WORDS, again=OTHER_WORDS)
    told = set(db.session.scalars(sa.select(OutgoingMail.recipient)))
    assert told == {"ana@example.org", "robin@example.org"}
    app.extensions["evenhand_now"].move(weeks=4)
    tidy.tidy(TASK)
    assert db.session.get_one(Person, ana).former_emails is None


@pytest.mark.parametrize(("door", "facts", "is_own"), [
    ("passphrase", {}, True), ("link", {}, True), ("setup", {}, True), ("code", {}, False),
    ("card", {}, True), ("card", {"email": "sam@example.org"}, False),
])  # fmt: skip
def test_a_card_is_ones_own_where_there_is_no_other_way(by_code, door, facts, is_own):
    page = by_code(add_person("Sam", **facts), door).page("/own/words").text
    assert ("Come in by your own way first" not in page) is is_own


def test_a_key_made_anew_is_told_by_mail_and_on_the_pages_for_some_weeks(ana, kim, as_, app):
    app.extensions["evenhand_now"].move(weeks=5)
    assert "Your private key was made" not in as_(ana).page("/own/").text
    with app.test_request_context("/", method="POST"):
        keys.make_key(ana, OTHER_WORDS)
    mails = [(mail.recipient, mail.subject) for mail in db.session.scalars(sa.select(OutgoingMail))]
    assert mails.count(("ana@example.org", parcels.SUBJECT)) == 2  # the first key too
    client = as_(ana)
    for page in (client.page("/own/"), client.submit("/own/", "", **FACES), client.page("/own/choices")):
        assert "Your private key was made on Monday 28 December" in page.text
        assert page.all("details", open="")
    bo = as_(add_person("Bo"))
    assert "key of Kim was made" not in bo.submit("/own/", "", listener=kim).text
    with app.test_request_context("/", method="POST"):
        keys.make_key(kim, WORDS)
    assert "key of Kim was made" in bo.submit("/own/", "", listener=kim).text


def test_before_sending_it_says_how_an_answer_would_be_seen(ana, kim, as_):
    seen = "You will see when Kim reads it"
    assert seen in as_(ana).submit("/own/", "", **FACES, listener=kim).text
    page = as_(add_person("Sam")).submit("/own/", "", listener=kim).text
    assert seen not in page
    assert "You hear of it from Kim only" in page


def test_one_address_and_a_neutral_title_are_all_a_lent_phone_keeps(ana, kim, as_):
    client = as_(ana)
    answers = {"csrf_token": client.token()} | FACES
    for response in (client.get("/own/"), client.post("/own/", data=answers)):
        assert response.headers["Cache-Control"] == "no-store"
        assert re.search(r"<title>(.*?)</title>", response.text)[1] == "For me · Evenhand"
        assert "data-leave" in response.text
    kept = client.post("/own/", data=answers | {"send": "without"})
    assert (kept.status_code, kept.location) == (303, "/own/")


def test_no_address_of_a_private_page_tells_what_it_is_for(app):
    """The history of a lent phone holds the addresses of all of them."""
    telling = set(
        "anew ask asked asks check checkin checkins crisis death delete easy erase exhausted feel feeling forget "
        "happened hard health help incident incidents listener listeners longer lost mood overdose pain private relief "
        "seized settle share sharing sick stop stress support talk threat tired trouble undo wellbeing".split()
    )
    private = [
        rule.rule
        for rule in app.url_map.iter_rules()
        if rule.endpoint.split(".")[0] in {"checkins", "incidents"} or rule.endpoint in OF_REST
    ]
    assert len(private) > 40
    assert {rule for rule in private if telling & set(re.findall("[a-z]+", re.sub("<.*?>", "", rule)))} == set()


def test_help_the_exit_and_one_neutral_title_stand_on_every_page(ana, kim, as_, app):
    with app.test_request_context("/", method="POST"):
        services.add_help_line("Crisis line", "1 800 555 0100", "day and night")
    incident = incidents.tell_incident(ana, Kind.DEATH).id
    client, listener = as_(ana), as_(kim)
    sam = as_(add_person("Sam"))
    pages = [sam.page(path) for path in ("/own/words", "/own/past")]
    pages += [client.page(path) for path in ("/own/past", "/own/code", "/entry/", f"/entry/{incident}")]
    pages += [client.submit("/own/", "", **FACES), open_past(client), listener.page("/own/box")]
    pages += [open_past(listener, OTHER_WORDS, "/own/box")]
    pages += [client.page(f"/own/{name}") for name in ("", "words", "choices", "about", "clear", "renew", "more")]
    for page in pages:
        assert page.title == "For me · Evenhand"
        assert "1 800 555 0100" in page.text
        assert [form for form in page.all("form") if "data-leave" in form.attributes]
    code = client.submit("/own/renew", "", passphrase=OTHER_WORDS, again=OTHER_WORDS)
    assert (code.title, "1 800 555 0100" in code.text) == ("For me · Evenhand", True)


def test_numbers_stand_on_the_pages_of_rest_and_of_the_group_too(app, as_, ana, kim):
    with app.test_request_context("/", method="POST"):
        services.add_help_line("Crisis line", "1 800 555 0100", "day and night")
    pages = [as_(ana).page(path) for path in ("/own/team", "/people/me/pace", "/shifts/rest")]
    assert all("1 800 555 0100" in page.text for page in [*pages, as_(kim).page("/own/monday")])
    assert pages[1].title == "For me · Evenhand"


def test_coordinators_name_listeners_and_numbers(app, as_):
    robin, bo = as_(add_person("Robin", Role.COORDINATOR)), add_person("Bo")
    page = robin.submit("/own/people", "/own/people", person=bo, words="another peer")
    assert "Has no private words yet" in page.text
    page = robin.submit("/own/people", "/own/lines/add", **{"line-name": "Warm line", "line-phone": "604 555 0111"})
    assert "Warm line" in page.text
    remove = leading_to(page, "/remove")
    assert "604 555" not in robin.submit("/own/people", remove).text
    assert "Nobody yet" in robin.submit("/own/people", f"/own/people/{bo}/retire").text
    assert as_(bo).get("/own/people").status_code == 403


def everything_kept():
    """Every cell of every table of both databases, as text and as bytes."""
    found = []
    for place in migrate.PLACES:
        with db.get_engine(place.engine).connect() as connection:
            for table in place.metadata().sorted_tables:
                for row in connection.execute(sa.text(f'SELECT * FROM "{table.name}"')):
                    found += [
                        bytes(cell) if isinstance(cell, bytes | memoryview) else str(cell).encode() for cell in row
                    ]
    return b"\n".join(found)


def sent_by_every_path(app, client, ana, kim):
    """A note of its own by each path a check-in takes: with an ask, without, and at a tablet; a pack's, an ask's."""
    with app.test_request_context("/", method="POST"):
        services.choose_sharing(ana, Sharing.LEVEL, kim, counts=True)
    _, sent = send(client, "with", **FACES, hard=True, needs=True, listener=kim, note=CANARY)
    _, kept = send(client, "without", **FACES, note=f"{CANARY} kept")
    assert CANARY not in sent.text + kept.text
    tablet = at_a_tablet(app, ana)
    review = tablet.submit("/own/tablet", "", **FACES, listener=kim, note=f"{CANARY} at the tablet")
    tablet.post("/own/tablet", data=review.form("").filled() | {"send": "with"})
    assert packs.keep_answers(ana, "who5", dict.fromkeys(ITEMS, 5)) == Saved("who5")
    services.ask_for_contact(ana, Flag(ana, Level.VERY_HARD, something_hard=True), kim)
    return [CANARY, f"{CANARY} kept", f"{CANARY} at the tablet"]


def at_a_tablet(app, person_id):
    """A tablet at which a person stands, who came by card and PIN."""
    site = Site(code="house", name="House")
    db.session.add(site)
    db.session.commit()
    tablet = app.test_client()
    made = kiosks.add_kiosk(site.id, "By the door", person_id)
    tablet.submit("/kiosk/", code=made)
    with app.test_request_context("/", method="POST"):
        card, code = doors.renew_card(person_id)
    tablet.get(f"/kiosk/card/{card}")
    tablet.submit("/kiosk/pin", code=code, pin="194739", again="194739")
    return tablet


def test_a_canary_is_found_nowhere(app, ana, kim, as_, tmp_path):
    lines: list[str] = []
    handler = logging.Handler()
    handler.emit = lambda record: lines.append(Formatter("text").format(record))
    logging.getLogger("evenhand").addHandler(handler)
    admin, robin = add_person("Adi", Role.ADMIN), add_person("Robin", Role.COORDINATOR)
    client = as_(ana)
    canaries = sent_by_every_path(app, client, ana, kim)
    past = open_past(client).text
    assert all(each in past for each in canaries)
    parcels.deliver(TASK)
    jobs.run_due()
    as_(robin).get("/people/")
    db.session.rollback()
    for command in ("copy-database", "copy-check-ins"):
        app.test_cli_runner().invoke(args=[command, str(tmp_path / command)], input=b"a dump")
    logging.getLogger("evenhand").removeHandler(handler)
    secrets = [*canaries, WORDS, OTHER_WORDS]
    kept = everything_kept()
    files = b"".join(path.read_bytes() for path in tmp_path.rglob("*") if path.is_file())
    told = "\n".join(lines)
    for secret in secrets:
        assert secret.encode() not in kept
        assert secret.encode() not in files
        assert secret not in told
    assert "/own" not in told
    assert "checkins" not in told
    assert b"Ana" in kept  # what is looked through does hold what is not secret
    assert b"Ana" in files or app.config["EVENHAND"].database_url.startswith("postgresql")
    assert "people.index" in told
    others = [add_person("Tess", Role.TREASURER), add_person("Bo")]
    for person in (admin, robin, kim, *others):
        other = as_(person)
        for path in ("/", "/people/", f"/people/{ana}", "/people/me", "/audit/", "/own/", "/own/past", "/own/box",
                     "/own/people", "/own/team", "/own/monday", "/own/packs", "/entry/", "/transfer/",
                     "/transfer/everything.zip", "/rosters/"):  # fmt: skip
            answer = other.get(path, follow_redirects=True)
            assert not [each for each in canaries if each.encode() in unpacked(answer.data)], path


def unpacked(data):
    """An answer as it would be read: what is in an archive, file by file."""
    if not data.startswith(b"PK"):
        return data
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        return b"".join(archive.read(name) for name in archive.namelist())


def test_what_people_answered_leaves_no_trace_in_the_main_database(app, ana, kim, as_):
    def rows():
        with db.engine.connect() as connection:
            return {
                table.name: connection.execute(sa.text(f'SELECT count(*) FROM "{table.name}"')).scalar()
                for table in migrate.metadata().sorted_tables
            }

    client = as_(ana)
    client.get("/own/")
    db.session.rollback()
    before = rows()
    send(client, "with", **FACES, listener=kim)
    assert rows() == before


def test_an_expired_page_asks_again(ana, as_, app):
    client = as_(ana)
    open_past(client)
    app.extensions["evenhand_now"].move(minutes=11)
    assert "They open with your private words" in client.page("/own/past").text
    assert timedelta(minutes=11) > keys.OPEN_FOR

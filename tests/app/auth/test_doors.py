"""Each door opens to whom it should, tells nobody who is known, and bears being guessed at."""

import re
import threading

import pyotp
import pytest
import sqlalchemy as sa

from app import jobs
from app.access import Role
from app.auth import services
from app.auth.models import Credential
from app.database import db
from app.jobs import Job
from tests.app.auth.conftest import ADDRESS, PASSPHRASE
from tests.support.people import add_person

HERE, THERE = "192.0.2.1", "198.51.100.7"


def alike(answer):
    """An answer without what differs between any two: tokens."""
    return answer.status_code, re.sub(r'value="[^"]*"', "", answer.get_data(as_text=True))


class TestLink:
    def test_it_opens_once_in_the_browser_that_asked(self, ana, browser, knock, mailed_link):
        client = browser()
        knock(client, "/sign-in/link", email=ADDRESS.upper())
        link = mailed_link()
        for _ in range(3):  # scanners of mail look at links
            assert browser().get(link).status_code == 403
            assert client.get(link).status_code == 200
        assert client.send(link).status_code == 303
        assert client.get("/account").status_code == 200
        assert client.get(link).status_code == 410

    def test_it_does_not_open_another_browser(self, ana, browser, knock, mailed_link):
        client, other = browser(), browser()
        knock(client, "/sign-in/link", email=ADDRESS)
        link = mailed_link()
        knock(other, "/sign-in/link", email="nobody@example.org")
        assert other.post(link, data={"csrf_token": other.token()}).status_code == 410
        assert other.get("/account").status_code == 302
        assert client.send(link).status_code == 303

    def test_it_dies_after_ten_minutes(self, ana, browser, knock, mailed_link, clock):
        client = browser()
        knock(client, "/sign-in/link", email=ADDRESS)
        link = mailed_link()
        clock.move(minutes=9, seconds=59)
        assert client.get(link).status_code == 200
        clock.move(seconds=1)
        assert client.get(link).status_code == 410

    def test_used_twice_at_once_it_opens_once(self, ana, app, browser, knock, mailed_link):
        client = browser()
        knock(client, "/sign-in/link", email=ADDRESS)
        link = mailed_link()
        data = client.page(link).form().filled()
        cookie, answers = client.get_cookie("evenhand").value, []
        together = threading.Barrier(4)

        def use():
            mine = app.test_client()
            mine.set_cookie("evenhand", cookie)
            together.wait(10)
            answers.append(mine.post(link, data=data).status_code)

        db.session.rollback()
        threads = [threading.Thread(target=use) for _ in range(4)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert sorted(answers) == [303, 410, 410, 410]

    def test_whoever_asks_is_answered_alike_and_only_the_known_are_mailed(self, ana, browser, knock, smtp):
        known = knock(browser(), "/sign-in/link", email=ADDRESS)
        unknown = knock(browser(), "/sign-in/link", email="nobody@example.org")
        assert alike(known) == alike(unknown)
        assert db.session.scalar(sa.select(sa.func.count()).where(Job.kind == "mail-sign-in-link")) == 2
        assert ADDRESS not in str(db.session.execute(sa.text("SELECT * FROM job")).all())
        jobs.run_due()
        assert [to for (to,) in smtp.recipients] == [ADDRESS]


class TestPassphrase:
    def test_known_and_unknown_people_are_answered_alike(self, ana, browser, knock):
        wrong = knock(browser(), "/sign-in", email=ADDRESS, passphrase="not the passphrase")
        unknown = knock(browser(), "/sign-in", email="nobody@example.org", passphrase="not the passphrase")
        assert wrong.status_code == 422
        assert re.sub("ana|nobody", "", str(alike(wrong))) == re.sub("ana|nobody", "", str(alike(unknown)))
        # What a stranger's passphrase is checked against costs as much as a real one.
        assert not services.HASHER.check_needs_rehash(services.STRANGER)

    def test_after_a_few_wrong_tries_even_the_right_one_waits_at_every_process(self, ana, make_app, knock, clock):
        first, restarted = make_app().test_client(), make_app().test_client()
        for _ in range(5):
            assert knock(first, "/sign-in", email=ADDRESS, passphrase="wrong").status_code == 422
        assert knock(restarted, "/sign-in", email=ADDRESS, passphrase=PASSPHRASE).status_code == 429
        clock.move(minutes=16)
        assert knock(restarted, "/sign-in", email=ADDRESS, passphrase=PASSPHRASE).status_code == 303

    def test_guessing_from_many_places_keeps_nobody_out_where_they_came_in_lately(
        self, guess, ana, enter, knock, browser
    ):
        enter(HERE)
        wrong = {"email": ADDRESS, "passphrase": "wrong"}
        guess("/sign-in", ({"at": f"203.0.113.{number}"} | wrong for number in range(50)))
        assert knock(browser(), "/sign-in", THERE, email=ADDRESS, passphrase=PASSPHRASE).status_code == 429
        enter(HERE)

    def test_guessing_at_a_shared_address_keeps_nobody_out_who_came_in_there(self, guess, ana, enter, knock, browser):
        enter(HERE)
        guess("/sign-in", ({"email": f"x{number}@example.org", "passphrase": "wrong"} for number in range(62)))
        assert knock(browser(), "/sign-in", HERE, email="new@example.org", passphrase="x").status_code == 429
        enter(HERE)

    def test_a_known_place_is_guessed_at_no_more_often(self, guess, ana, enter):
        enter(HERE)
        answers = guess("/sign-in", ({"email": ADDRESS, "passphrase": "wrong"} for _ in range(7)))
        assert answers == [422] * 5 + [429] * 2


class TestCode:
    def test_it_opens_once_within_a_quarter_of_an_hour_to_the_one_it_was_made_for(self, ana, browser, knock, clock):
        add_person("Kim")
        code = services.give_code(ana)
        assert knock(browser(), "/sign-in/code", name="kim", code=code).status_code == 422
        spaced = f"{code[:4].lower()} {code[4:]}"
        assert knock(browser(), "/sign-in/code", name="ANA", code=spaced).status_code == 303
        assert knock(browser(), "/sign-in/code", name="ana", code=code).status_code == 422
        late = services.give_code(ana)
        clock.move(minutes=15)
        assert knock(browser(), "/sign-in/code", name="ana", code=late).status_code == 422

    def test_known_and_unknown_names_are_answered_alike(self, ana, browser, knock):
        answers = [knock(browser(), "/sign-in/code", name=name, code="AAAA2222") for name in ("ana", "nob")]
        assert alike(answers[0]) == alike(answers[1])


class TestCard:
    @pytest.fixture
    def card(self, guess, ana, browser, knock):
        token, code = services.renew_card(ana)
        answer = knock(browser(), f"/card/{token}", code=code, pin="246813", again="246813")
        assert answer.status_code == 303
        return f"/card/{token}"

    def test_five_wrong_pins_stop_a_card_for_good(self, guess, card):
        assert guess(card, ({"pin": "135791"} for _ in range(5))) == [422] * 5
        assert guess(card, [{"pin": "246813"}]) == [422]

    def test_whoever_makes_up_cards_locks_out_nobody_who_holds_one(self, guess, card, browser, knock):
        guess("/card/made-up", ({"to": f"/card/made-up-{number}", "pin": "135791"} for number in range(62)))
        assert "too often" in knock(browser(), "/card/made-up", pin="135791").get_data(as_text=True)
        assert knock(browser(), card, pin="246813").status_code == 303


class TestSecondStep:
    @pytest.fixture
    def secret(self, app, clock):
        """Kim, a coordinator with a second step."""
        kim, secret = add_person("Kim", Role.COORDINATOR, email="kim@example.org"), pyotp.random_base32()
        services.set_passphrase(kim, PASSPHRASE)
        row = db.session.get_one(Credential, kim)
        row.totp_secret, row.totp_confirmed_at = secret, clock()
        db.session.commit()
        return secret

    def test_half_a_sign_in_opens_nothing_and_each_code_counts_once(self, secret, browser, knock, clock):
        code = pyotp.TOTP(secret).at(clock())
        for expected in (303, 422):
            client = browser()
            knock(client, "/sign-in", email="kim@example.org", passphrase=PASSPHRASE)
            assert client.get("/account").status_code == 302
            assert knock(client, "/sign-in/second-step", code=code).status_code == expected
            assert client.get("/account").status_code == (200 if expected == 303 else 302)

    def test_codes_cannot_be_guessed_in_a_row(self, secret, browser, knock, clock):
        client = browser()
        knock(client, "/sign-in", email="kim@example.org", passphrase=PASSPHRASE)
        form = client.page("/sign-in/second-step").form()
        for _ in range(9):
            client.post("/sign-in/second-step", data=form.filled(code="000000"))
        last = client.post("/sign-in/second-step", data=form.filled(code=pyotp.TOTP(secret).at(clock())))
        assert "too often" in last.get_data(as_text=True)
        assert client.get("/account").status_code == 302

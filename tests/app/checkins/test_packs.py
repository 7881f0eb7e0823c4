"""Longer questionnaires: words loaded by the group, answers sealed as any check-in, scores as worked out by hand."""

from __future__ import annotations

import io

import pytest
import sqlalchemy as sa

from app.access import Role
from app.checkins import packs, queries
from app.checkins.models import CheckIn, Pack
from app.database import PRIVATE, db
from app.editing import Refused
from tests.app.checkins.conftest import WORDS
from tests.support.people import add_person
from wellbeing.instruments import instruments

FIVE = "answers: never | seldom | sometimes | often | always | all the time"


def who5_words():
    return "\n".join(["notice: made up for a test", FIVE, *(f"item{n}: I felt {n}" for n in range(1, 6))])


@pytest.fixture
def robin(app, as_):
    """A coordinator's browser."""
    return as_(add_person("Robin", Role.COORDINATOR))


@pytest.fixture
def who5(robin):
    """The words of one are loaded."""
    return robin.submit("/own/packs", "", pack="who5", words=who5_words())


def test_words_are_loaded_by_pasting_or_from_a_file_and_removed(robin, who5):
    assert "Loaded" in who5.text
    form = robin.page("/own/packs").form("").filled(pack="single-item")
    file = (io.BytesIO("answers: a | b | c | d | e\nitem1: Wie müde?".encode()), "words.txt")
    assert "People find it" in robin.post("/own/packs", data=form | {"file": file}, follow_redirects=True).text
    assert packs.words_of("single-item").questions[0].text == "Wie müde?"
    robin.submit("/own/packs", "/own/packs/who5/remove")
    assert packs.words_of("who5") is None


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("item1: words", "Line 1: item1 needs 6 answers before it, there are 0."),
        (f"{FIVE}\nitem9: words", "Line 2: this questionnaire has no item item9."),
        (f"{FIVE}\nitem1: a\nitem1: b", "Line 3: item1 was there before."),
        (f"{FIVE}\nitem1: a", "These have no words: item2, item3, item4, item5."),
        ("just words", "Line 1: write a name, a colon and the words."),
    ],
)
def test_a_faulty_file_of_words_is_refused_with_its_line_and_nothing_is_lost(robin, text, said):
    page = robin.post("/own/packs", data=robin.page("/own/packs").form("").filled(pack="who5", words=text))
    assert page.status_code == 422
    assert said in page.text
    assert "item1" in page.text
    assert packs.words_of("who5") is None


@pytest.mark.parametrize("key", ["mbi", "bat", "pss", "phq"])
def test_what_is_not_used_here_is_refused_with_the_reason(robin, key):
    page = robin.post("/own/packs", data=robin.page("/own/packs").form("").filled() | {"pack": key, "words": "x: y"})
    assert page.status_code == 422
    assert "is not used here" in page.text
    assert db.session.get(Pack, key) is None


@pytest.mark.usefixtures("who5")
def test_answers_are_sealed_like_any_check_in_and_scored_for_their_owner_alone(ana, as_, check_in, clock):
    client = as_(ana)
    shown = client.submit("/own/more", "/own/more", pack="who5")
    assert "I felt 3" in shown.text
    assert "made up for a test" in shown.text
    for answers in ([3, 3, 2, 2, 2], [1, 1, 1, 1, 1], [1, 1, 1, 1, 2]):
        given = {f"item{number}": str(answer) for number, answer in enumerate(answers, 1)}
        data = {"csrf_token": client.token(), "pack": "who5", "send": "keep"} | given
        answer = client.post("/own/more", data=data)
        assert (answer.status_code, answer.location) == (303, "/own/")
        clock.move(weeks=1)
    check_in(ana)
    asked = sa.text("SELECT DISTINCT length(sealed) FROM check_in")
    with db.get_engine(PRIVATE).connect() as connection:
        assert len(connection.execute(asked).all()) == 1
    page = client.submit("/own/past", "", passphrase=WORDS).text
    # By hand: 12 x 4 = 48; 5 x 4 = 20, 28 points fewer and so real; 6 x 4 = 24, 4 points more and so chance.
    assert [value in page for value in ("48", "29 to 50", "20", "24", "28 or less")] == [True] * 5
    assert page.count("Changed for real") == 1


@pytest.mark.usefixtures("who5")
def test_all_may_be_left_out_and_nothing_is_kept_then(ana, as_):
    client = as_(ana)
    data = {"csrf_token": client.token(), "pack": "who5", "send": "keep", "item1": "9"}
    assert client.post("/own/more", data=data).status_code == 422
    assert db.session.scalar(sa.select(sa.func.count()).select_from(CheckIn)) == 0


def test_the_longest_one_fits_into_the_form_of_a_check_in(app, ana, opened):
    for form in instruments().values():
        with app.test_request_context("/", method="POST"):
            outcome = packs.keep_answers(ana, form.key, {each.name: each.most for each in form.items})
        assert not isinstance(outcome, Refused)
    assert len(queries.history(ana, opened(ana)).longer) == len(instruments())


@pytest.mark.parametrize("key", sorted(each.key for each in packs.instruments().values() if each.key != "pulse"))
def test_the_empty_form_asks_for_what_is_needed_and_nothing_else(key):
    form = instruments()[key]
    filled = "\n".join(f"{line}words" if line.endswith(": ") else line for line in packs.skeleton(form).splitlines())
    read = packs.read_words(form, filled)
    assert read.problems == ()
    assert len(read.questions) == len(form.items)

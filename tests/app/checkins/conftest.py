"""A person with private words, a listener, and ways to open what they hold."""

from __future__ import annotations

import pytest
import sqlalchemy as sa

from app.access import Role
from app.auth.models import SignIn
from app.checkins import keys, queries, sealing, services
from app.database import db
from tests.support.people import add_person

WORDS = "otter lamp cedar quiet train"
OTHER_WORDS = "velvet onion river sixty gate"


@pytest.fixture(autouse=True)
def quick_words(monkeypatch):
    """Stretch passphrases little: nobody guesses at those of a test."""
    monkeypatch.setattr(sealing, "MEMORY_KIB", 64)


@pytest.fixture
def opened(app):
    """Give a person private words (once), and their private key."""
    made = {}

    def opened(person_id, words=WORDS):
        if person_id not in made:
            with app.test_request_context("/", method="POST"):
                assert isinstance(keys.make_key(person_id, words), keys.Made)
                keys.open_history(person_id, words)
                made[person_id] = queries.opened_key(person_id)
                db.session.rollback()
        return made[person_id]

    return opened


@pytest.fixture
def ana(app, opened):
    """A peer with private words."""
    person_id = add_person("Ana", email="ana@example.org", phone="604 555 0100")
    opened(person_id)
    return person_id


@pytest.fixture
def kim(app, opened):
    """A supervisor whom others may choose."""
    person_id = add_person("Kim", Role.SUPERVISOR, email="kim@example.org")
    opened(person_id, OTHER_WORDS)
    with app.test_request_context("/", method="POST"):
        services.name_listener(person_id, "your supervisor")
    return person_id


@pytest.fixture
def check_in(app):
    """Send a check-in of a person as a shared tablet would: with no secret at hand."""

    def sent(person_id, energy=1, load=1, rest=1, *, to=None, **more):
        given = services.Given({"energy": energy, "load": load, "rest": rest}, **more)
        with app.test_request_context("/", method="POST"):
            return services.send_check_in(person_id, given, to)

    return sent


@pytest.fixture
def by_code(as_):
    """A client that came in by a code that a coordinator made."""

    def came(person_id, door="code"):
        client = as_(person_id)
        db.session.execute(sa.update(SignIn).where(SignIn.person_id == person_id).values(door=door))
        db.session.commit()
        return client

    return came

"""What the vault seals only the right key opens, in the right place."""

import stat
from concurrent.futures import ThreadPoolExecutor

import pytest
import sqlalchemy as sa
from cryptography.exceptions import InvalidTag
from hypothesis import given
from hypothesis import strategies as st

from app.config import Config, ConfigError
from app.database import db
from app.people.models import Person
from app.vault import Vault, read_master_key
from tests.support.people import add_person

KEY = b"k" * 32


@given(st.text())
def test_what_is_sealed_opens_again(text):
    assert Vault(KEY).open(Vault(KEY).seal(text, "here"), "here") == text


def test_another_key_or_another_place_opens_nothing():
    sealed = Vault(KEY).seal("secret", "person.email")
    with pytest.raises(InvalidTag):
        Vault(b"x" * 32).open(sealed, "person.email")
    with pytest.raises(InvalidTag):
        Vault(KEY).open(sealed, "person.phone")


def test_an_address_is_nowhere_in_the_database_in_clear(app):
    person_id = add_person("Sam", email="canary-address@example.org")
    raw = db.session.execute(sa.text("SELECT email, email_index FROM person")).one()
    assert b"canary" not in bytes(raw.email)
    assert "canary" not in raw.email_index
    assert db.session.get_one(Person, person_id).email == "canary-address@example.org"


def test_the_key_file_is_made_once_for_its_owner_only(tmp_path):
    config = Config.read({"EVENHAND_DATA": str(tmp_path / "data")})
    with ThreadPoolExecutor(8) as pool:
        keys = set(pool.map(lambda _: read_master_key(config), range(8)))
    assert len(keys) == 1
    assert stat.S_IMODE((config.keys / "master.key").stat().st_mode) == 0o600
    assert [path.name for path in config.keys.iterdir()] == ["master.key"]


def test_many_machines_must_be_given_one_key(tmp_path):
    config = Config.read({"DATABASE_URL": "postgresql://db/e", "EVENHAND_KEYS": str(tmp_path)})
    with pytest.raises(ConfigError, match="EVENHAND_MASTER_KEY"):
        read_master_key(config)


@pytest.mark.parametrize("text", ["short", "AAAA", "!!!"])
def test_a_damaged_key_is_refused(text):
    with pytest.raises(ConfigError, match="EVENHAND_MASTER_KEY"):
        read_master_key(Config.read({"EVENHAND_MASTER_KEY": text}))

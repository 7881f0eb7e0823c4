"""Configuration refuses nonsense and says which setting is wrong."""

import os
import stat
from pathlib import Path

import pytest

from app import create_app
from app.config import Config, ConfigError
from app.database import make_private_folder
from app.vault import read_master_key

MAIL = {"EVENHAND_MAIL_URL": "smtps://mail.example.org", "EVENHAND_MAIL_FROM": "a@example.org"}


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("EVENHAND_DATTA", "/tmp/x"),
        ("EVENHAND_DATA", ""),
        ("EVENHAND_DATA", "/etc/hostname"),
        ("EVENHAND_KEYS", " "),
        ("EVENHAND_KEYS", "/etc/hostname"),
        ("EVENHAND_ZONE", "Mars/Olympus"),
        ("EVENHAND_ZONE", "../../etc/localtime"),
        ("EVENHAND_PROXIES", "many"),
        ("EVENHAND_PROXIES", "-1"),
        ("EVENHAND_SOLVER_WORKERS", "0"),
        ("EVENHAND_SOLVER_SECONDS", "1e9"),
        ("EVENHAND_DEMO", "yes"),
        ("EVENHAND_PUBLIC_URL", ""),
        ("EVENHAND_PUBLIC_URL", "http://shifts.example.org"),
        ("EVENHAND_PUBLIC_URL", "shifts.example.org"),
        ("EVENHAND_PUBLIC_URL", "https://shifts.example.org/evenhand"),
        ("EVENHAND_PUBLIC_URL", "https://shifts.example.org?x=1"),
        ("EVENHAND_PUBLIC_URL", "https://ana:secret@shifts.example.org"),
        ("EVENHAND_PUBLIC_URL", "https://shifts example.org"),
        ("EVENHAND_PUBLIC_URL", "http://127.0.0.1:port"),
        ("EVENHAND_PUBLIC_URL", "http://[::1"),
        ("EVENHAND_LOG", "xml"),
        ("DATABASE_URL", "mysql://root@localhost/x"),
        ("DATABASE_URL", "postgresql+psycopg://u:p@db:port/e"),
        ("DATABASE_URL", "postgresql+psycopg:/u@db/e"),
        ("EVENHAND_MAIL_URL", "smtp://mail.example.org:25"),
        ("EVENHAND_MAIL_URL", "mail.example.org"),
        ("EVENHAND_MAIL_URL", "smtps://mail.example.org:port"),
        ("EVENHAND_MAIL_FROM", ""),
        ("EVENHAND_MAIL_FROM", "shifts"),
        ("EVENHAND_MAIL_FROM", "Shifts <a@example.org>"),
        ("EVENHAND_MAIL_FROM", "a@example.org\nBcc: b@example.org"),
        ("EVENHAND_MAIL_TIMEOUT", "0"),
        ("EVENHAND_MAIL_CA", "/nowhere.pem"),
        ("EVENHAND_MAIL_CA", "/etc/hostname"),
    ],
)
def test_a_wrong_setting_stops_the_start_and_is_named(name, value):
    with pytest.raises(ConfigError, match=name):
        Config.read(MAIL | {name: value})


@pytest.mark.parametrize("name", ["DATABASE_URL", "EVENHAND_MAIL_URL"])
def test_a_refusal_does_not_repeat_a_passphrase(name):
    with pytest.raises(ConfigError) as refusal:
        Config.read({name: "postgresql+psycopg://u:canary@host:port/e"})
    assert "canary" not in str(refusal.value)


def test_keys_live_outside_the_data_folder_by_default():
    config = Config.read({"EVENHAND_DATA": "/srv/evenhand"})
    assert not config.keys.is_relative_to(config.data)


def test_without_a_database_address_everything_is_sqlite_under_the_data_folder():
    config = Config.read({"EVENHAND_DATA": "/srv/evenhand"})
    assert config.is_embedded
    assert config.database_url == f"sqlite:///{Path('/srv/evenhand/evenhand.sqlite')}"


@pytest.mark.parametrize("scheme", ["postgres", "postgresql", "postgresql+psycopg"])
def test_any_usual_spelling_of_a_postgresql_address_uses_psycopg(scheme):
    assert Config.read({"DATABASE_URL": f"{scheme}://u@db/e"}).database_url == "postgresql+psycopg://u@db/e"


def test_a_mail_address_with_starttls_is_taken_apart():
    mail = Config.read(
        {
            "EVENHAND_MAIL_URL": "smtp+starttls://u%40example.org:p%2F%3A@mail.example.org",
            "EVENHAND_MAIL_FROM": "a@example.org",
        }
    ).mail
    assert mail is not None
    assert (mail.host, mail.port, mail.security) == ("mail.example.org", 587, "starttls")
    assert (mail.username, mail.password) == ("u@example.org", "p/:")


@pytest.mark.parametrize("key", ["abc", "A" * 43 + "=", "MTIzNDU2Nzg5MDEyMzQ1Njc4OTAxMjM0NTY3ODkwMTI="])
def test_a_master_key_that_is_none_or_plainly_not_random_is_refused(key):
    with pytest.raises(ConfigError, match="EVENHAND_MASTER_KEY"):
        read_master_key(Config.read({"EVENHAND_MASTER_KEY": key}))


def test_a_folder_that_holds_other_things_is_left_as_it_is(tmp_path):
    tmp_path.chmod(0o755)
    (tmp_path / "letter.txt").touch()
    with pytest.raises(ConfigError, match="of its own"):
        create_app({"EVENHAND_DATA": str(tmp_path), "EVENHAND_KEYS": str(tmp_path / "keys")})
    assert stat.S_IMODE(tmp_path.stat().st_mode) == 0o755


def test_a_folder_that_cannot_be_made_is_said_in_words():
    with pytest.raises(ConfigError, match="cannot be used"):
        make_private_folder(Path("/proc/evenhand"))


@pytest.mark.skipif(os.getuid() == 0, reason="everything belongs to root")
def test_a_folder_of_someone_else_is_refused():
    with pytest.raises(ConfigError, match="belongs to someone else"):
        make_private_folder(Path("/etc"))


def test_a_request_for_another_host_is_refused(client):
    assert client.get("/sign-in", headers={"Host": "evil.example.org"}).status_code == 400
    assert client.get("/sign-in", headers={"Host": "localhost:8123"}).status_code == 200

"""Configuration refuses nonsense and says which setting is wrong."""

from pathlib import Path

import pytest

from app.config import Config, ConfigError


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("EVENHAND_DATTA", "/tmp/x"),
        ("EVENHAND_ZONE", "Mars/Olympus"),
        ("EVENHAND_PROXIES", "many"),
        ("EVENHAND_PROXIES", "-1"),
        ("EVENHAND_SOLVER_WORKERS", "0"),
        ("EVENHAND_PUBLIC_URL", "http://shifts.example.org"),
        ("EVENHAND_PUBLIC_URL", "shifts.example.org"),
        ("EVENHAND_LOG", "xml"),
        ("DATABASE_URL", "mysql://root@localhost/x"),
        ("EVENHAND_MAIL_URL", "smtp://mail.example.org:25"),
        ("EVENHAND_MAIL_URL", "mail.example.org"),
    ],
)
def test_a_wrong_setting_stops_the_start_and_is_named(name, value):
    with pytest.raises(ConfigError, match=name):
        Config.read({name: value})


def test_mail_needs_a_sender():
    with pytest.raises(ConfigError, match="EVENHAND_MAIL_FROM"):
        Config.read({"EVENHAND_MAIL_URL": "smtps://mail.example.org"})


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
        {"EVENHAND_MAIL_URL": "smtp+starttls://u:p@mail.example.org", "EVENHAND_MAIL_FROM": "a@example.org"}
    ).mail
    assert mail is not None
    assert (mail.host, mail.port, mail.security, mail.username) == ("mail.example.org", 587, "starttls", "u")


def test_a_request_for_another_host_is_refused(client):
    assert client.get("/sign-in", headers={"Host": "evil.example.org"}).status_code == 400
    assert client.get("/sign-in", headers={"Host": "localhost:8123"}).status_code == 200

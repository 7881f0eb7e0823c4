"""Configuration: frozen, strict, read once from a mapping (the environment)."""

from __future__ import annotations

import ipaddress
import os
import ssl
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import SplitResult, unquote, urlsplit
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError, reset_tzpath

import click
import sqlalchemy as sa
from email_validator import EmailNotValidError, validate_email

KNOWN = frozenset(
    {
        "EVENHAND_DATA",
        "EVENHAND_KEYS",
        "EVENHAND_MASTER_KEY",
        "EVENHAND_PRIVATE_URL",
        "EVENHAND_PUBLIC_URL",
        "EVENHAND_PROXIES",
        "EVENHAND_ZONE",
        "EVENHAND_CURRENCY",
        "EVENHAND_MAIL_URL",
        "EVENHAND_MAIL_FROM",
        "EVENHAND_MAIL_CA",
        "EVENHAND_MAIL_TIMEOUT",
        "EVENHAND_SOLVER_WORKERS",
        "EVENHAND_SOLVER_SECONDS",
        "EVENHAND_LOG",
        "EVENHAND_DEMO",
        "EVENHAND_SOAK",  # read by the tests only
    }
)


class ConfigError(click.ClickException):
    """The configuration is nonsense; the message, all that a command prints, names the variable and the remedy."""


@dataclass(frozen=True, slots=True)
class MailConfig:
    """Where mail goes: host, port, security (`starttls`, `tls`, `none` on loopback only), sign-in, sender.

    `timeout` is in seconds; `ca_file` adds a certificate authority to the system's.
    """

    host: str
    port: int
    security: str
    username: str | None
    password: str | None
    sender: str
    ca_file: Path | None
    timeout: float


@dataclass(frozen=True, slots=True)
class Config:
    """All settings of one process.

    `private_url` is where check-ins are kept, apart from the rest. `solver_seconds` is the longest one generation
    may run; `proxies` is the exact number of reverse proxies in front whose forwarding headers are believed.
    """

    data: Path
    keys: Path
    master_key: str | None
    database_url: str
    private_url: str
    public_url: str
    proxies: int
    zone: ZoneInfo
    currency: str
    mail: MailConfig | None
    solver_workers: int
    solver_seconds: int
    log: str
    is_demo: bool

    @property
    def is_embedded(self) -> bool:
        """Whether everything lives in SQLite files under the data folder."""
        return self.database_url.startswith("sqlite")

    @property
    def is_https(self) -> bool:
        """Whether people reach the application over TLS."""
        return self.public_url.startswith("https://")

    @property
    def hosts(self) -> list[str]:
        """The names under which this installation answers; a request for any other is refused."""
        host = urlsplit(self.public_url).hostname or ""
        return [host] if self.is_https else [host, "localhost", "127.0.0.1", "[::1]"]

    @classmethod
    def read(cls, environ: Mapping[str, str]) -> Config:
        """Read and check every setting; raise `ConfigError` naming the first that is wrong."""
        unknown = sorted(name for name in environ if name.startswith("EVENHAND_") and name not in KNOWN)
        if unknown:
            raise ConfigError(f"{unknown[0]} is not a setting of Evenhand. Known: {', '.join(sorted(KNOWN))}.")
        data = _folder(environ, "EVENHAND_DATA", "data")
        keys = _folder(environ, "EVENHAND_KEYS", f"{data}.keys")
        database_url = _database_url(environ.get("DATABASE_URL", ""), data)
        return cls(
            data=data,
            keys=keys,
            master_key=environ.get("EVENHAND_MASTER_KEY") or None,
            database_url=database_url,
            private_url=_private_url(environ.get("EVENHAND_PRIVATE_URL", ""), database_url, data),
            public_url=_public_url(environ.get("EVENHAND_PUBLIC_URL", "http://127.0.0.1:5000")),
            proxies=_whole(environ, "EVENHAND_PROXIES", 0, 0, 5),
            zone=_zone(environ.get("EVENHAND_ZONE", "America/Vancouver")),
            currency=_currency(environ.get("EVENHAND_CURRENCY", "CAD")),
            mail=_mail(environ),
            solver_workers=_whole(environ, "EVENHAND_SOLVER_WORKERS", min(2, os.cpu_count() or 1), 1, 64),
            solver_seconds=_whole(environ, "EVENHAND_SOLVER_SECONDS", 60, 1, 86_400),
            log=_one_of(environ, "EVENHAND_LOG", "text", ("text", "json")),
            is_demo=_one_of(environ, "EVENHAND_DEMO", "0", ("0", "1")) == "1",
        )


def _currency(text: str) -> str:
    code = text.strip()
    if len(code) != 3 or not code.isascii() or not code.isalpha() or not code.isupper():  # noqa: PLR2004
        raise ConfigError(f"EVENHAND_CURRENCY must be a code of three letters like CAD, USD, GBP or EUR, not {text!r}.")
    return code


def _whole(environ: Mapping[str, str], name: str, default: int, low: int, high: int) -> int:
    text = environ.get(name, str(default)).strip()
    if not text.isdecimal() or not low <= int(text) <= high:
        raise ConfigError(f"{name} must be a whole number from {low} to {high}, not {text!r}.")
    return int(text)


def _one_of(environ: Mapping[str, str], name: str, default: str, choices: tuple[str, ...]) -> str:
    text = environ.get(name, default)
    if text not in choices:
        raise ConfigError(f"{name} must be one of {', '.join(choices)}, not {text!r}.")
    return text


def _zone(name: str) -> ZoneInfo:
    if "PYTHONTZPATH" not in os.environ:
        reset_tzpath(())  # the pinned `tzdata`: every machine must put a shift at the same instant
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError) as error:
        raise ConfigError(f"EVENHAND_ZONE must be a time zone such as America/Vancouver, not {name!r}.") from error


def _folder(environ: Mapping[str, str], name: str, default: str) -> Path:
    text = environ.get(name, default).strip()
    if not text:
        raise ConfigError(f"{name} is empty: name a folder, or leave the setting out.")
    folder = Path(text).expanduser().resolve()
    if folder.exists() and not folder.is_dir():
        raise ConfigError(f"{name} must be a folder, and {folder} is not one.")
    return folder


def _database_url(url: str, data: Path) -> str:
    if not url:
        return f"sqlite:///{data / 'evenhand.sqlite'}"
    if url.startswith(("postgres://", "postgresql://")):
        url = "postgresql+psycopg://" + url.split("://", 1)[1]
    try:
        sa.make_url(url)
    except (sa.exc.ArgumentError, ValueError):
        url = ""  # it may hold a passphrase: the message does not repeat it
    if not url.startswith(("postgresql+psycopg://", "sqlite:////")):
        raise ConfigError(
            "DATABASE_URL must look like postgresql+psycopg://user:passphrase@host/name (or be left out: then "
            "Evenhand keeps SQLite files under EVENHAND_DATA). In a passphrase "
            "write %40 for @, %2F for /, %3A for :."
        )
    return url


def _split(url: str) -> SplitResult | None:
    """The parts of an address, None when it is none: white space, a port that is no number, half a bracket."""
    try:
        parts = urlsplit(url)
        is_sound = (parts.port is None or parts.port > 0) and bool(parts.hostname) and not any(map(str.isspace, url))
    except ValueError:
        return None
    return parts if is_sound else None


def _private_url(url: str, database_url: str, data: Path) -> str:
    if not url:
        return f"sqlite:///{data / 'private.sqlite'}" if database_url.startswith("sqlite") else database_url
    if url.startswith(("postgres://", "postgresql://")):
        url = "postgresql+psycopg://" + url.split("://", 1)[1]
    if database_url.startswith("sqlite") or not url.startswith("postgresql+psycopg://"):
        raise ConfigError(
            "EVENHAND_PRIVATE_URL goes with a DATABASE_URL on PostgreSQL and must start with postgresql+psycopg://."
        )
    return url


def _public_url(url: str) -> str:
    parts = _split(url)
    if (
        parts is None
        or parts.scheme not in {"http", "https"}
        or parts.path.strip("/")
        or parts.query
        or parts.fragment
        or "@" in parts.netloc
    ):
        raise ConfigError(f"EVENHAND_PUBLIC_URL must look like https://shifts.example.org, not {url!r}.")
    if parts.scheme == "http" and not _is_loopback(parts.hostname or ""):
        raise ConfigError(
            "EVENHAND_PUBLIC_URL must start with https:// unless it is this machine itself: "
            "over plain http anyone on the way could read and take over sessions."
        )
    return url.rstrip("/")


def _is_loopback(host: str) -> bool:
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


def _mail(environ: Mapping[str, str]) -> MailConfig | None:
    timeout = float(_whole(environ, "EVENHAND_MAIL_TIMEOUT", 10, 1, 60))
    ca_file = _mail_ca(environ.get("EVENHAND_MAIL_CA", ""))
    url = environ.get("EVENHAND_MAIL_URL", "")
    if not url:
        return None
    parts = _split(url)
    security = {"smtp+starttls": "starttls", "smtps": "tls", "smtp": "none"}.get(parts.scheme) if parts else None
    if parts is None or security is None or parts.path.strip("/") or parts.query:
        raise ConfigError(  # it may hold a passphrase: the message does not repeat it
            "EVENHAND_MAIL_URL must look like smtp+starttls://user:password@mail.example.org:587 or "
            "smtps://user:password@mail.example.org:465. In user and password write %40 for @, %2F for /, %3A for :."
        )
    host = parts.hostname or ""
    if security == "none" and not _is_loopback(host):
        raise ConfigError("EVENHAND_MAIL_URL may use plain smtp:// only for a mail server on this machine.")
    default_port = {"starttls": 587, "tls": 465, "none": 25}[security]
    return MailConfig(
        host=host,
        port=parts.port or default_port,
        security=security,
        username=unquote(parts.username) if parts.username else None,
        password=unquote(parts.password) if parts.password else None,
        sender=_sender(environ.get("EVENHAND_MAIL_FROM", "")),
        ca_file=ca_file,
        timeout=timeout,
    )


def _sender(address: str) -> str:
    try:
        return validate_email(address, check_deliverability=False, test_environment=True).normalized
    except EmailNotValidError as error:
        raise ConfigError(
            "EVENHAND_MAIL_FROM must be the bare address mail is sent from (shifts@example.org) "
            f"when EVENHAND_MAIL_URL is set, not {address!r}."
        ) from error


def _mail_ca(name: str) -> Path | None:
    if not name:
        return None
    try:
        ssl.create_default_context(cafile=name)
    except OSError as error:  # no such file, not ours to read, no certificate in it
        raise ConfigError(
            f"EVENHAND_MAIL_CA must be the path of a certificate file (PEM), and {name!r} is not one."
        ) from error
    return Path(name)

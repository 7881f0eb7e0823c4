"""Sealing of contact and secret fields: AES-256-GCM under keys that live outside the data folder and its backups."""

from __future__ import annotations

import base64
import hashlib
import hmac
import os
import secrets
from typing import TYPE_CHECKING

import sqlalchemy as sa
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from flask import Flask, current_app
from sqlalchemy.types import TypeDecorator

from app.config import Config, ConfigError
from app.database import make_private_folder

if TYPE_CHECKING:
    from pathlib import Path

KEY = "evenhand_vault"
PURPOSES = ("fields:v1", "index:v1", "cookie:v1", "ledger:v1", "pepper:v1")
KEY_BYTES = 32
NONCE_BYTES = 12
FEWEST_BYTES = 12  # different ones in a key: a random key has about 30, one that was typed by hand few


class Vault:
    """Keys derived from one master key: to seal fields, to find them again, for cookies, for the ledger.

    `pepper` goes into what wraps people's own keys: a copy of the database without it cannot even be guessed at.
    """

    def __init__(self, master: bytes) -> None:
        if len(master) != KEY_BYTES:
            raise ConfigError(f"the master key must be {KEY_BYTES} bytes")
        keys = derived_keys(master)
        self._aead = AESGCM(keys["fields:v1"])
        self._index_key = keys["index:v1"]
        self.cookie_key = keys["cookie:v1"]
        self.ledger_key = keys["ledger:v1"]
        self.pepper = keys["pepper:v1"]

    def seal(self, text: str, context: str) -> bytes:
        """Encrypt `text`, bound to the `context` (table and column) it belongs to."""
        nonce = os.urandom(NONCE_BYTES)
        return nonce + self._aead.encrypt(nonce, text.encode(), context.encode())

    def open(self, sealed: bytes, context: str) -> str:
        """Decrypt; raises `cryptography.exceptions.InvalidTag` for another key, context or altered bytes."""
        return self._aead.decrypt(sealed[:NONCE_BYTES], sealed[NONCE_BYTES:], context.encode()).decode()

    def index(self, text: str, context: str) -> str:
        """A keyed hash (64 hex digits) by which a sealed value is found again."""
        return hmac.new(self._index_key, f"{context}:{text}".encode(), hashlib.sha256).hexdigest()


class Sealed(TypeDecorator[str]):
    """A text column whose value is sealed in the database, bound to its table and column."""

    impl = sa.LargeBinary
    cache_ok = True

    def __init__(self, context: str) -> None:
        super().__init__()
        self.context = context

    def process_bind_param(self, value: str | None, dialect: sa.Dialect) -> bytes | None:
        """Seal on the way in."""
        del dialect
        return None if value is None else vault().seal(value, self.context)

    def process_result_value(self, value: bytes | None, dialect: sa.Dialect) -> str | None:
        """Open on the way out."""
        del dialect
        return None if value is None else vault().open(bytes(value), self.context)


def vault() -> Vault:
    """The vault of the present application."""
    found: Vault = current_app.extensions[KEY]
    return found


def init_app(app: Flask, config: Config) -> None:
    """Read the master key (made at the first start of an embedded form) and give the application its vault."""
    app.extensions[KEY] = made = Vault(read_master_key(config))
    app.config["SECRET_KEY"] = made.cookie_key


def read_master_key(config: Config) -> bytes:
    """The master key from EVENHAND_MASTER_KEY (base64 of 32 bytes) or the key file; raises `ConfigError`."""
    if config.master_key is not None:
        try:
            return _checked(base64.b64decode(config.master_key, validate=True))
        except ValueError as error:
            raise ConfigError(
                "EVENHAND_MASTER_KEY must be base64 of 32 random bytes (openssl rand -base64 32)."
            ) from error
    path = config.keys / "master.key"
    if not path.exists():
        if not config.is_embedded:
            raise ConfigError(
                "With DATABASE_URL set, every process needs the same master key: set EVENHAND_MASTER_KEY "
                "(make one with: openssl rand -base64 32) or put master.key into EVENHAND_KEYS."
            )
        _make_key_file(path)
    try:
        return _checked(base64.b64decode(path.read_text().strip(), validate=True))
    except OSError as error:
        raise ConfigError(f"{path.name} in EVENHAND_KEYS cannot be read: {error.strerror}.") from error
    except ValueError as error:
        raise ConfigError(f"{path.name} in EVENHAND_KEYS is damaged: it must be base64 of 32 random bytes.") from error


def _make_key_file(path: Path) -> None:
    make_private_folder(path.parent)
    draft = path.with_suffix(f".{secrets.token_hex(4)}")
    with os.fdopen(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
        file.write(base64.b64encode(secrets.token_bytes(KEY_BYTES)).decode() + "\n")
    try:
        os.link(draft, path)  # the first of two processes that start at once wins, both read the same key
    except FileExistsError:
        pass
    finally:
        draft.unlink()


def _checked(key: bytes) -> bytes:
    if len(key) != KEY_BYTES or len(set(key)) < FEWEST_BYTES:
        raise ValueError("wrong length, or plainly not random")
    return key


def derived_keys(master: bytes) -> dict[str, bytes]:
    """Every key that is made of the master key, by what it is for."""
    return {purpose: _derive(master, purpose) for purpose in PURPOSES}


def _derive(master: bytes, purpose: str) -> bytes:
    return HKDF(algorithm=hashes.SHA256(), length=KEY_BYTES, salt=None, info=purpose.encode()).derive(master)

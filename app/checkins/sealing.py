"""Sealing to a person's own key (HPKE: X25519, HKDF-SHA256, AES-256-GCM) and wrapping that key.

What is sealed can be opened with the private key only; sealing needs no secret. The private key itself is wrapped
under Argon2id of a passphrase and a pepper that lies outside the database and its backups. All sealed things of
one kind have one length.
"""

from __future__ import annotations

import json
import os
import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey, X25519PublicKey
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hpke import AEAD, KDF, KEM, Suite
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from app.stretching import stretched

SUITE = Suite(KEM.X25519, KDF.HKDF_SHA256, AEAD.AES_256_GCM)
FIRST_SUITE = b"\x01"
CHECK_IN_BYTES = 1536  # the longest note in letters of four bytes, and what goes with it
PARCEL_BYTES = 512
HALF_BYTES = 128
BALLOT_BYTES = 64
SALT_BYTES = 16
KEY_BYTES = 32
NONCE_BYTES = 12
MEMORY_KIB = 65_536
PASSES = 3


class TooLongError(ValueError):
    """What is to be sealed does not fit its padding."""


@dataclass(frozen=True, slots=True)
class Pair:
    """A new key pair, raw."""

    public: bytes
    private: bytes


@dataclass(frozen=True, slots=True)
class Wrap:
    """A private key wrapped under a secret, and the salt that belongs to it."""

    salt: bytes
    wrapped: bytes


def new_row_id() -> str:
    """A random id for what is sealed; rows lie in the order of these, so that nothing tells when they were written."""
    return secrets.token_hex(16)


def new_pair() -> Pair:
    """A fresh key pair."""
    private = X25519PrivateKey.generate()
    return Pair(private.public_key().public_bytes_raw(), private.private_bytes_raw())


def seal(told: Mapping[str, Any], public: bytes, info: bytes, size: int) -> bytes:
    """Seal something to a public key, bound to `info`; raises `TooLongError` when it does not fit into `size` bytes."""
    sealed = SUITE.encrypt(_padded(told, size), X25519PublicKey.from_public_bytes(public), info)
    return FIRST_SUITE + bytes(sealed)


def unseal(sealed: bytes, private: bytes, info: bytes) -> dict[str, Any] | None:
    """Open what was sealed; None when it was sealed to another key, bound to something else, or altered."""
    if not sealed.startswith(FIRST_SUITE):
        return None
    try:
        padded = SUITE.decrypt(sealed[1:], X25519PrivateKey.from_private_bytes(private), info)
    except (InvalidTag, ValueError):
        return None
    found: dict[str, Any] = json.loads(bytes(padded).rstrip(b"\0"))
    return found


def _padded(told: Mapping[str, Any], size: int) -> bytes:
    plain = json.dumps(told, separators=(",", ":"), ensure_ascii=False).encode()
    if len(plain) > size:
        raise TooLongError(f"{len(plain)} bytes do not fit into {size}")
    return plain.ljust(size, b"\0")


def wrap(private: bytes, passphrase: str, pepper: bytes) -> Wrap:
    """Wrap a private key under a passphrase; takes a fifth of a second and 64 MiB."""
    salt = os.urandom(SALT_BYTES)
    return Wrap(salt, _lock(private, _stretched(passphrase, salt, pepper)))


def unwrap(kept: Wrap, passphrase: str, pepper: bytes) -> bytes | None:
    """The private key, None for another passphrase or pepper; takes as long as wrapping."""
    return _unlock(kept.wrapped, _stretched(passphrase, kept.salt, pepper))


def wrap_with_code(private: bytes, code: str, pepper: bytes) -> Wrap:
    """Wrap a private key under a recovery code, which is long enough not to need stretching."""
    salt = os.urandom(SALT_BYTES)
    return Wrap(salt, _lock(private, _derived(code.encode() + salt, pepper, b"recovery:v1")))


def unwrap_with_code(kept: Wrap, code: str, pepper: bytes) -> bytes | None:
    """The private key, None for another code or pepper."""
    return _unlock(kept.wrapped, _derived(code.encode() + kept.salt, pepper, b"recovery:v1"))


def lock_with_token(private: bytes, token: str) -> bytes:
    """Seal a private key under a random token that is kept elsewhere."""
    return _lock(private, _derived(token.encode(), None, b"opened:v1"))


def unlock_with_token(sealed: bytes, token: str) -> bytes | None:
    """The private key again, None for another token."""
    return _unlock(sealed, _derived(token.encode(), None, b"opened:v1"))


def fingerprint(public: bytes, words: tuple[str, ...], count: int = 4) -> str:
    """A public key in a few words that two people can compare by reading aloud."""
    number = int.from_bytes(_derived(public, None, b"fingerprint:v1"))
    found = []
    for _ in range(count):
        number, place = divmod(number, len(words))
        found.append(words[place])
    return " ".join(found)


def _stretched(passphrase: str, salt: bytes, pepper: bytes) -> bytes:
    key = stretched(passphrase.encode(), salt, passes=PASSES, memory_kib=MEMORY_KIB, length=KEY_BYTES)
    return _derived(key, pepper, b"kek:v1")


def _derived(secret: bytes, salt: bytes | None, info: bytes) -> bytes:
    return HKDF(algorithm=hashes.SHA256(), length=KEY_BYTES, salt=salt, info=info).derive(secret)


def _lock(private: bytes, key: bytes) -> bytes:
    nonce = os.urandom(NONCE_BYTES)
    return nonce + AESGCM(key).encrypt(nonce, private, None)


def _unlock(locked: bytes, key: bytes) -> bytes | None:
    try:
        return AESGCM(key).decrypt(locked[:NONCE_BYTES], locked[NONCE_BYTES:], None)
    except InvalidTag:
        return None

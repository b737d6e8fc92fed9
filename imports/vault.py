"""Sealing of API tokens: AES-256-GCM under the keys of TOKEN_KEYS, bound to one customer.

A sealed token is `version (1 byte) | key id (8) | nonce (12) | ciphertext and tag`. Version,
purpose, customer id and key id are authenticated, so a sealed token that is copied to another
customer does not open. The first of TOKEN_KEYS seals, all of them open: see `reseal_tokens`.

Fingerprints tell whether two tokens are the same without opening either (two customers with one
key share its quota). Like the seal they hang on a key, and the first one writes them; look a token
up by all of `fingerprints`, so that it is found again while keys are being changed.
"""

import hashlib
import hmac
import os
from dataclasses import dataclass
from functools import lru_cache

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from django.conf import settings

from imports.errors import VaultError

VERSION = b"\x01"
PURPOSE = b"mega-api-token"
KEY_ID_BYTES = 8
NONCE_BYTES = 12
MIN_KEY_LENGTH = 32  # characters of an entry of TOKEN_KEYS
_HEAD = len(VERSION) + KEY_ID_BYTES + NONCE_BYTES


@dataclass(frozen=True)
class _Key:
    """What is derived from one entry of TOKEN_KEYS. Never shown, not even in a traceback."""

    id: bytes
    seal: bytes
    print: bytes

    def __repr__(self) -> str:
        return "<key>"


def seal(token: str, customer_id: int) -> bytes:
    """Seal a token for one customer under the first key."""
    key = _keys()[0]
    nonce = os.urandom(NONCE_BYTES)
    bound = _bound(customer_id, key.id)
    return VERSION + key.id + nonce + AESGCM(key.seal).encrypt(nonce, token.encode(), bound)


def unseal(sealed: bytes | memoryview, customer_id: int) -> str:
    """Open a token that was sealed for this customer. Raises VaultError, in words."""
    sealed = bytes(sealed)
    if sealed[:1] != VERSION or len(sealed) <= _HEAD:
        raise VaultError("The stored token is damaged. Enter it anew on the customer's page.")
    key_id = key_id_of(sealed)
    key = next((key for key in _keys() if key.id == key_id), None)
    if key is None:
        raise VaultError(
            "The stored token was sealed with a key that is no longer in TOKEN_KEYS. Put that key "
            "back behind the current one, or enter the token anew on the customer's page."
        )
    nonce = sealed[_HEAD - NONCE_BYTES : _HEAD]
    try:
        opened = AESGCM(key.seal).decrypt(nonce, sealed[_HEAD:], _bound(customer_id, key.id))
    except InvalidTag:
        raise VaultError(
            "The stored token does not open: it was changed, or sealed for another customer. "
            "Enter it anew on the customer's page."
        ) from None
    return opened.decode()


def key_id_of(sealed: bytes | memoryview) -> bytes:
    """Which key a token was sealed with."""
    return bytes(sealed)[1 : 1 + KEY_ID_BYTES]


def is_current(sealed: bytes | memoryview) -> bool:
    """Whether a token was sealed with the first key."""
    return key_id_of(sealed) == _keys()[0].id


def fingerprint(token: str) -> str:
    """32 hex digits that tell this token from others and do not lead back to it."""
    return fingerprints(token)[0]


def fingerprints(token: str) -> list[str]:
    """The token's fingerprint under each key, the one that is written today first."""
    return [hmac.new(key.print, token.encode(), hashlib.sha256).hexdigest()[:32] for key in _keys()]


def _bound(customer_id: int, key_id: bytes) -> bytes:
    return b"|".join([VERSION, PURPOSE, str(customer_id).encode(), key_id])


def _keys() -> list[_Key]:
    if not settings.TOKEN_KEYS:
        raise VaultError("TOKEN_KEYS is empty: set it to at least one key of 64 hex digits.")
    return [_derived(entry) for entry in settings.TOKEN_KEYS]


@lru_cache(maxsize=16)
def _derived(entry: str) -> _Key:
    def derive(info: bytes, length: int) -> bytes:
        return HKDF(algorithm=SHA256(), length=length, salt=None, info=info).derive(entry.encode())

    return _Key(
        id=derive(b"token key id", KEY_ID_BYTES),
        seal=derive(b"token seal aes-256-gcm", 32),
        print=derive(b"token fingerprint hmac-sha256", 32),
    )

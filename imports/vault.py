"""Sealing of secrets: AES-256-GCM under the keys of TOKEN_KEYS, bound to purpose and owner.

API tokens belong to one customer, a webhook's address and secret to one team, the key of the
do-not-import lists to the site. What is sealed is `version (1 byte) | key id (8) | nonce (12) |
ciphertext and tag`. Version, purpose, owner's id and key id are authenticated, so a sealed token
that is copied to another customer does not open. The first of TOKEN_KEYS seals, all of them open:
see `reseal_tokens`.

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
KEY_ID_BYTES = 8
NONCE_BYTES = 12
MIN_KEY_LENGTH = 32  # characters of an entry of TOKEN_KEYS
_HEAD = len(VERSION) + KEY_ID_BYTES + NONCE_BYTES


@dataclass(frozen=True)
class Purpose:
    """What a secret is for: `code` is authenticated with it, the words are for errors."""

    code: bytes
    name: str
    owner: str
    cure: str


TOKEN = Purpose(b"mega-api-token", "token", "customer", "enter it again on the customer's page.")
WEBHOOK_URL = Purpose(b"webhook-url", "webhook", "team", "enter it again on the team's page.")
WEBHOOK_SECRET = Purpose(b"webhook-secret", "secret", "team", "enter it again on the team's page.")
LIST_KEY = Purpose(
    b"do-not-import-key",
    "key of the do-not-import lists",
    "site",
    "have it restored from the backup that the lists were restored from.",
)


@dataclass(frozen=True)
class _Key:
    """What is derived from one entry of TOKEN_KEYS. Never shown, not even in a traceback."""

    id: bytes
    seal: bytes
    print: bytes

    def __repr__(self) -> str:
        return "<key>"


def seal(secret: str, owner_id: int, purpose: Purpose = TOKEN) -> bytes:
    """Seal a secret for one owner (a token's customer) under the first key."""
    key = _keys()[0]
    nonce = os.urandom(NONCE_BYTES)
    bound = _bound(purpose, owner_id, key.id)
    return VERSION + key.id + nonce + AESGCM(key.seal).encrypt(nonce, secret.encode(), bound)


def unseal(sealed: bytes | memoryview, owner_id: int, purpose: Purpose = TOKEN) -> str:
    """Open what was sealed for this owner and purpose. Raises VaultError, in words."""
    sealed = bytes(sealed)
    name, cure = purpose.name, purpose.cure
    if sealed[:1] != VERSION or len(sealed) <= _HEAD:
        raise VaultError(f"The stored {name} is damaged: {cure}")
    key_id = key_id_of(sealed)
    key = next((key for key in _keys() if key.id == key_id), None)
    if key is None:
        raise VaultError(
            f"The stored {name} was sealed with a key that is no longer in TOKEN_KEYS. Put that "
            f"key back behind the current one, or {cure}"
        )
    nonce = sealed[_HEAD - NONCE_BYTES : _HEAD]
    bound = _bound(purpose, owner_id, key.id)
    try:
        opened = AESGCM(key.seal).decrypt(nonce, sealed[_HEAD:], bound)
    except InvalidTag:
        raise VaultError(
            f"The stored {name} does not open: it was changed, or sealed for another "
            f"{purpose.owner}; {cure}"
        ) from None
    return opened.decode()


def key_id_of(sealed: bytes | memoryview) -> bytes:
    """Which key a secret was sealed with."""
    return bytes(sealed)[1 : 1 + KEY_ID_BYTES]


def is_current(sealed: bytes | memoryview) -> bool:
    """Whether a secret was sealed with the first key."""
    return key_id_of(sealed) == _keys()[0].id


def fingerprint(token: str) -> str:
    """32 hex digits that tell this token from others and do not lead back to it."""
    return fingerprints(token)[0]


def fingerprints(token: str) -> list[str]:
    """The token's fingerprint under each key, the one that is written today first."""
    return [hmac.new(key.print, token.encode(), hashlib.sha256).hexdigest()[:32] for key in _keys()]


def _bound(purpose: Purpose, owner_id: int, key_id: bytes) -> bytes:
    return b"|".join([VERSION, purpose.code, str(owner_id).encode(), key_id])


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

"""How entries are kept: HMAC-SHA256 of the kind and what MEGA matches by, under a key of its own.

The key is random, made with the first entry, and stored sealed under TOKEN_KEYS. Derived from them
instead, no entry would be found any more once they change: nobody knows the values to hash anew.
"""

import hmac
import os
from collections.abc import Iterator

from imports import vault
from imports.models import ListEntry, ListKey

Digest = tuple[str, bytes]  # a kind and a hash
_ONLY = 1
_EMAIL, _PHONE, _DOMAIN = (
    f"{kind.value}|".encode()
    for kind in (ListEntry.Kind.EMAIL, ListEntry.Kind.PHONE, ListEntry.Kind.DOMAIN)
)


class Hasher:
    """Hashes under the opened key. Raises VaultError when it does not open."""

    __slots__ = ("_domains", "_key")

    def __init__(self) -> None:
        self._key = _opened()
        self._domains: dict[str, list[bytes]] = {}

    def of(self, kind: str, value: str) -> bytes:
        """The hash of an entry: an `email_key`, a `phone_key`, or a domain in lower case."""
        return hmac.digest(self._key, f"{kind}|{value}".encode(), "sha256")

    def email(self, key: str) -> bytes:
        return hmac.digest(self._key, _EMAIL + key.encode(), "sha256")

    def phone(self, key: str) -> bytes:
        return hmac.digest(self._key, _PHONE + key.encode(), "sha256")

    def domains(self, email_key: str) -> list[bytes]:
        """The hashes of the address's domain and of all domains that it is below."""
        domain = email_key.partition("@")[2]
        known = self._domains.get(domain)
        if known is None:
            known = [hmac.digest(self._key, _DOMAIN + one.encode(), "sha256")
                     for one in _with_parents(domain)]  # fmt: skip
            self._domains[domain] = known
        return known


def _with_parents(domain: str) -> Iterator[str]:
    while "." in domain:
        yield domain
        domain = domain.partition(".")[2]


def make_key() -> None:
    """Make the key unless there is one."""
    if ListKey.objects.filter(pk=_ONLY).exists():
        return
    sealed = vault.seal(os.urandom(32).hex(), _ONLY, vault.LIST_KEY)
    ListKey.objects.get_or_create(pk=_ONLY, defaults={"sealed": sealed})


def reseal() -> bool:
    """Seal the key anew under the first of TOKEN_KEYS; False when it is, or when there is none.

    Raises VaultError when it does not open.
    """
    kept = ListKey.objects.select_for_update().filter(pk=_ONLY).first()
    if kept is None or vault.is_current(kept.sealed):
        return False
    kept.sealed = vault.seal(_unsealed(kept), _ONLY, vault.LIST_KEY)
    kept.save(update_fields=["sealed"])
    return True


def _opened() -> bytes:
    return bytes.fromhex(_unsealed(ListKey.objects.get(pk=_ONLY)))


def _unsealed(kept: ListKey) -> str:
    return vault.unseal(kept.sealed, _ONLY, vault.LIST_KEY)

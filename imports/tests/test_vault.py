"""Tokens are sealed for one customer, and open with every key that is configured."""

import pytest

from imports import vault
from imports.errors import VaultError

TOKEN = "mega_" + "0a" * 32
OLD, NEW = "1" * 64, "2" * 64


def test_a_token_comes_back_for_its_customer():
    sealed = vault.seal(TOKEN, 7)

    assert vault.unseal(sealed, 7) == TOKEN
    assert TOKEN.encode() not in sealed


def test_the_same_token_never_looks_the_same_twice():
    assert vault.seal(TOKEN, 7) != vault.seal(TOKEN, 7)


def test_a_token_copied_to_another_customer_does_not_open():
    sealed = vault.seal(TOKEN, 7)

    with pytest.raises(VaultError, match="sealed for another customer"):
        vault.unseal(sealed, 8)


@pytest.mark.parametrize("position", [0, 3, 12, 30, -1])
def test_a_changed_byte_anywhere_is_noticed(position):
    sealed = bytearray(vault.seal(TOKEN, 7))
    sealed[position] ^= 1

    with pytest.raises(VaultError) as refusal:
        vault.unseal(bytes(sealed), 7)
    assert "mega_" not in str(refusal.value)


def test_a_token_cut_short_is_called_damaged():
    with pytest.raises(VaultError, match="damaged"):
        vault.unseal(vault.seal(TOKEN, 7)[:20], 7)


def test_keys_are_changed_without_a_pause(settings):
    settings.TOKEN_KEYS = [OLD]
    before = vault.seal(TOKEN, 7)

    settings.TOKEN_KEYS = [NEW, OLD]
    assert vault.unseal(before, 7) == TOKEN
    assert not vault.is_current(before)
    after = vault.seal(TOKEN, 7)
    assert vault.is_current(after)

    settings.TOKEN_KEYS = [NEW]
    assert vault.unseal(after, 7) == TOKEN
    with pytest.raises(VaultError, match="no longer in TOKEN_KEYS"):
        vault.unseal(before, 7)


def test_fingerprints_tell_tokens_apart_and_hang_on_the_key(settings):
    settings.TOKEN_KEYS = [OLD]
    old = vault.fingerprint(TOKEN)
    assert len(old) == 32
    assert old == vault.fingerprint(TOKEN)
    assert old != vault.fingerprint(TOKEN[:-1] + "b")

    settings.TOKEN_KEYS = [NEW, OLD]
    assert vault.fingerprint(TOKEN) != old
    assert old in vault.fingerprints(TOKEN)


def test_without_keys_it_says_so(settings):
    settings.TOKEN_KEYS = []

    with pytest.raises(VaultError, match="TOKEN_KEYS is empty"):
        vault.seal(TOKEN, 7)


def test_a_key_shows_nothing_of_itself(settings):
    settings.TOKEN_KEYS = [OLD]

    assert "1111" not in repr(vault._keys())

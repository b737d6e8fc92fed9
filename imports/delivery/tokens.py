"""A customer's API token: goes in once, is sealed at once, and never comes out as text again."""

import re

from django.db import transaction
from django.utils import timezone

from imports import vault
from imports.audit import acts, trail
from imports.delivery import checks
from imports.errors import BadInput
from imports.models import Customer, ImportState, Quota, Token
from portal.models import User

_TOKEN = re.compile(r"mega_[0-9a-fA-F]{64}")


def set_token(customer: Customer, raw_token: str, user: User | None) -> Token:
    """Make this the customer's token. Raises BadInput, which never repeats what was typed.

    1. The shape is checked: `mega_` and 64 hex digits, white space around it forgiven.
    2. The customer's row is locked, so that two people come one after the other.
    3. The quota is that of the same key elsewhere, or a new one with an empty window.
    4. The old token retires; the new one is stored sealed.
    5. The event. 6. Where imports are blocked, a check: they go on when MEGA accepts the token.
    Elsewhere the first request is its trial, and costs none of its own.
    """
    raw = raw_token.strip()
    if not _TOKEN.fullmatch(raw):
        raise BadInput(_shape(raw))
    with transaction.atomic():
        Customer.objects.select_for_update().get(pk=customer.pk)
        customer.tokens.filter(retired_at=None).update(retired_at=timezone.now())
        token = Token.objects.create(
            customer=customer,
            quota=_quota_of(raw),
            sealed=vault.seal(raw, customer.pk),
            last_four=raw[-4:],
            set_by=user,
        )
        trail.record(
            acts.TOKEN_SET,
            actor=user,
            customer=customer,
            facts={"token": token.pk, "quota": token.quota_id},
        )
        if customer.imports.filter(state=ImportState.BLOCKED).exists():
            checks.start_check(customer, user)
    return token


def reseal(token: Token) -> bool:
    """Seal one token anew under the first of TOKEN_KEYS; False when it already is.

    Its quota gets the fingerprint under that key as well, so that the key can be found again when
    the old entry of TOKEN_KEYS is gone. Raises VaultError when the token cannot be opened.
    """
    raw = vault.unseal(token.sealed, token.customer_id)
    is_sealed = vault.is_current(token.sealed)
    if not is_sealed:
        Token.objects.filter(pk=token.pk).update(sealed=vault.seal(raw, token.customer_id))
    print_ = vault.fingerprint(raw)
    quotas = Quota.objects.filter(pk=token.quota_id).exclude(fingerprint=print_)
    return bool(quotas.update(fingerprint=print_)) or not is_sealed


def _quota_of(raw: str) -> Quota:
    known = Quota.objects.filter(fingerprint__in=vault.fingerprints(raw)).first()
    return known or Quota.objects.get_or_create(fingerprint=vault.fingerprint(raw))[0]


def _shape(raw: str) -> str:
    """What is wrong with the shape, without a character of it."""
    expected = "A MEGA token is mega_ followed by 64 hex digits, 69 characters in all"
    if not raw:
        return f"No token was given. {expected}; copy it from the message that MEGA sent."
    if not raw.startswith("mega_"):
        return f"This does not begin with mega_. {expected}; copy it again as a whole."
    if len(raw) != 69:
        return f"This token has {len(raw)} characters. {expected}; copy it again as a whole."
    return f"This token holds a character that is not a hex digit. {expected}; copy it again."

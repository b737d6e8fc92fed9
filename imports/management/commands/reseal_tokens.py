"""`manage.py reseal_tokens`: the second step of changing TOKEN_KEYS."""

from typing import Any

from django.db import transaction

from imports.audit import acts, trail
from imports.delivery import tokens
from imports.do_not_import import hashes
from imports.errors import VaultError
from imports.management.base import PortalCommand, Problem
from imports.models import Token, Webhook
from imports.notices import webhooks


class Command(PortalCommand):
    help = (
        "Seal every token, webhook and the key of the do-not-import lists anew under the first of "
        "TOKEN_KEYS. To change keys: put the "
        "new one first, restart everything, run this, then take the old one out."
    )

    def handle(self, *_args: Any, **_options: Any) -> None:
        resealed = 0
        closed: list[str] = []
        with transaction.atomic():
            for token in Token.objects.select_for_update().order_by("pk"):
                try:
                    resealed += tokens.reseal(token)
                except VaultError:
                    closed.append(f"{token.pk}")
            for webhook in (
                Webhook.objects.select_for_update().filter(retired_at=None).order_by("pk")
            ):
                try:
                    resealed += webhooks.reseal(webhook)
                except VaultError:
                    closed.append(f"webhook {webhook.pk}")
            try:
                resealed += hashes.reseal()
            except VaultError:
                closed.append("key of the do-not-import lists")
            trail.record(
                acts.TOKENS_RESEALED,
                actor=None,
                facts={"resealed": resealed, "closed": len(closed)},
            )
        if closed:
            raise Problem(
                f"Sealed anew: {resealed}. Cannot be opened with any of TOKEN_KEYS: {len(closed)} "
                f"(numbers {', '.join(closed)}). Put their key back into TOKEN_KEYS and "
                f"run this again, or enter them anew.",
                returncode=1,
            )
        self.stdout.write(f"Sealed anew: {resealed}. Every token opens with the first key.")

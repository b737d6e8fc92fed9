"""`manage.py reseal_tokens`: the second step of changing TOKEN_KEYS."""

from typing import Any

from django.db import transaction

from imports.audit import acts, trail
from imports.delivery import tokens
from imports.errors import VaultError
from imports.management.base import PortalCommand, Problem
from imports.models import Token


class Command(PortalCommand):
    help = (
        "Seal every token anew under the first of TOKEN_KEYS. To change keys: put the new one "
        "first, restart everything, run this, then take the old one out."
    )

    def handle(self, *_args: Any, **_options: Any) -> None:
        resealed = 0
        closed: list[int] = []
        with transaction.atomic():
            for token in Token.objects.select_for_update().order_by("pk"):
                try:
                    resealed += tokens.reseal(token)
                except VaultError:
                    closed.append(token.pk)
            trail.record(
                acts.TOKENS_RESEALED,
                actor=None,
                facts={"resealed": resealed, "closed": len(closed)},
            )
        if closed:
            raise Problem(
                f"Sealed anew: {resealed}. Cannot be opened with any of TOKEN_KEYS: {len(closed)} "
                f"(numbers {', '.join(map(str, closed))}). Put their key back into TOKEN_KEYS and "
                f"run this again, or enter them anew.",
                returncode=1,
            )
        self.stdout.write(f"Sealed anew: {resealed}. Every token opens with the first key.")

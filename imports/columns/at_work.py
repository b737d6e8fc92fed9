"""Who has an import's columns open, so that two people at the same mapping know of each other.

A page says so every few seconds. Only the cache knows it, for less than a minute: when it forgets,
nobody is told, and still nothing is overwritten (`meanwhile`).
"""

from dataclasses import dataclass
from datetime import datetime
from typing import Final

from django.core.cache import cache
from django.utils import timezone

from imports.models import Import
from portal.models import Role, User

SECONDS: Final = 40  # after which somebody who is not heard of has left; hidden tabs ask every 30


@dataclass(frozen=True, slots=True)
class Colleague:
    """Somebody who has the page open, and since when."""

    user: User
    since: datetime


def note(lead_import: Import, user: User) -> None:
    """The user has the columns open now."""
    key = _key(lead_import, user.pk)
    since = cache.get(key) or timezone.now()
    cache.set(key, since, SECONDS)


def others(lead_import: Import, user: User) -> list[Colleague]:
    """Who else that may change the columns has them open, the first who came first."""
    enough = [role for role in Role if role.rank >= Role.IMPORTER.rank]
    members = User.objects.filter(
        is_active=True,
        memberships__team=lead_import.customer.team_id,
        memberships__role__in=enough,
    ).exclude(pk=user.pk)
    known = {_key(lead_import, one.pk): one for one in members}
    seen = cache.get_many(list(known)) if known else {}
    found = [Colleague(known[key], since) for key, since in seen.items()]
    return sorted(found, key=lambda one: (one.since, one.user.pk))


def _key(lead_import: Import, user_pk: int) -> str:
    return f"columns:{lead_import.pk}:{user_pk}"

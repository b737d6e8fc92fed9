"""What this customer got by earlier imports: which imports, and which of their leads may matter."""

from typing import Any

from django.db import connection

from imports.models import Import
from imports.review.scope import Scope

_KEYS = """
    SELECT array_agg(email_key) FILTER (WHERE email_key IS NOT NULL),
           array_agg(phone_key) FILTER (WHERE phone_key IS NOT NULL)
    FROM imports_lead WHERE import_id = %(import)s AND mapping_id = %(mapping)s AND {among}
"""
KNOWN = "(p.email_key = ANY(%(emails)s) OR p.phone_key = ANY(%(phones)s))"  # by their indexes
"""Which leads of theirs, named `p`, have a key of `keys`."""


def imports_of(lead_import: Import) -> dict[str, list[int]]:
    """Return the customer's other imports of which something was sent, and their mappings."""
    same_account = Import.objects.filter(
        customer=lead_import.customer_id, mega_id=lead_import.mega_id, started_at__isnull=False
    )
    ids = list(same_account.exclude(pk=lead_import.pk).values_list("pk", "mapping_id"))
    return {"imports": [one for one, _ in ids], "mappings": [one for _, one in ids if one]}


def keys(scope: Scope) -> dict[str, Any]:
    """Return the e-mails and phones of the scope's leads, as parameters of KNOWN."""
    with connection.cursor() as cursor:
        cursor.execute(_KEYS.format(among=scope.among()), scope.parameters)
        emails, phones = cursor.fetchone()
    return {"emails": emails or [], "phones": phones or []}

"""Leads of the mappings that an import had before: nobody asks for them, so they go at leisure.

To drop a million of them takes seconds, for which neither a page nor the checking waits. Once the
import is planned everything of it is frozen, and those that are left by then stay.
"""

from typing import Final

from django.db import connection, transaction

from imports.models import Import, Kind, MappingVersion

SLICE: Final = 20_000
"""Leads that are dropped in one transaction, which holds the import's row."""

_DROP = """
    DELETE FROM imports_lead WHERE ctid = ANY(ARRAY(
        SELECT ctid FROM imports_lead
        WHERE import_id = %(import)s AND mapping_id = ANY(%(former)s) LIMIT %(most)s))
"""


def drop(import_id: int) -> None:
    """Drop what was checked under former mappings; a mapping that is former stays so."""
    while _drop_some(import_id):
        pass


@transaction.atomic
def _drop_some(import_id: int) -> bool:
    locked = Import.objects.select_for_update(no_key=True).get(pk=import_id)
    if locked.planned_at is not None or locked.batches.filter(kind=Kind.SEND).exists():
        return False
    versions = MappingVersion.objects.filter(lead_import=locked).values_list("pk", flat=True)
    former = [one for one in versions if one != locked.mapping_id]
    if not former:
        return False
    with connection.cursor() as cursor:
        cursor.execute(_DROP, {"import": locked.pk, "former": former, "most": SLICE})
        return int(cursor.rowcount) == SLICE

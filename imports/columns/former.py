"""Leads of the mappings that an import had before: nobody asks for them, so they go at leisure.

To drop a million of them takes seconds, for which neither a page nor the checking waits.
"""

from imports.models import Import, Lead, MappingVersion


def drop(import_id: int) -> None:
    """Drop what was checked under former mappings; a mapping that is former stays so."""
    current = Import.objects.values_list("mapping_id", flat=True).get(pk=import_id)
    versions = MappingVersion.objects.filter(lead_import=import_id).exclude(pk=current)
    if former := list(versions.values_list("pk", flat=True)):
        Lead.objects.filter(lead_import=import_id, mapping__in=former).delete()

"""An import's number on each of its leads, in a custom field by which they are found in the CRM.

It is put in when a request is made, never into the leads: these are compared with what was sent
before and with what a preview asked about, and the number is another one each time.
"""

from collections.abc import Mapping
from typing import Any

from imports.models import DryRun, Import


def field_of(lead_import: Import, dry_run: DryRun | None) -> str:
    """Return the field's slug, "" for none: as it stood when the word to send was given."""
    return lead_import.customer.import_field if dry_run else lead_import.import_field


def body(lead_import: Import, slug: str, lead: Mapping[str, Any]) -> dict[str, Any]:
    """Return the lead with the import's number; what the sheet itself says there stays."""
    if not slug:
        return {**lead}
    return {**lead, "custom_fields": {slug: str(lead_import.pk), **lead.get("custom_fields", {})}}

"""Whether the phones of a sheet are those of another country than they are read as."""

from typing import Any

from imports.columns import changes, countries, derive
from imports.columns.mapping import Mapping
from imports.intake.read import first_rows
from imports.models import Import


def of(lead_import: Import, current: Mapping) -> dict[str, Any] | None:
    """What a page says of it; None where the region fits, or a column tells each row's country."""
    column = next((c for c in current.columns if c.target == "contact_phone"), None)
    if column is None or current.country is not None or not lead_import.is_editable:
        return None
    region = region_of(lead_import, current)
    change = changes.made(column.changes) or str
    rows = first_rows(lead_import, derive.SAMPLE)
    cells = (change(row[column.index]) for row in rows if len(row) > column.index)
    fit = countries.better(cells, region)
    if fit is None:
        return None
    named = {"country": countries.name(fit.region), "present": countries.name(region)}
    return fit._asdict() | named | {"index": column.index}


def region_of(lead_import: Import, current: Mapping) -> str:
    """Where phones without a country code are read as being from, under its current mapping."""
    version = lead_import.mapping
    return current.region or (version and version.region) or lead_import.customer.region

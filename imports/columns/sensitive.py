"""The sensitive columns of an import, under the names by which people know them."""

from dataclasses import dataclass

from imports.columns import headers
from imports.intake.sensitive.find import Finding
from imports.models import Import


@dataclass(frozen=True, slots=True)
class SensitiveColumn:
    """A column that was found to be sensitive; `is_kept` when a manager chose to keep it."""

    column: int
    name: str
    label: str
    is_kept: bool


def of(lead_import: Import) -> list[SensitiveColumn]:
    """Return them in the order of the sheet."""
    names = headers.names(lead_import.headers)
    found = map(Finding.from_json, lead_import.sensitive)
    return [
        SensitiveColumn(each.column, names[each.column], each.label, each.kept)
        for each in found
        if each.column < len(names)
    ]


def masked_sentence(lead_import: Import) -> str:
    """Say which columns are masked and who can change it, "" when none is."""
    masked = [f"'{each.name}' ({each.label})" for each in of(lead_import) if not each.is_kept]
    if not masked:
        return ""
    return (
        f"Masked and not imported: {', '.join(masked)}. Only the original file has these values; a "
        "manager of the team can keep a column, on the file's page of the import."
    )

"""The sensitive columns of an import, under the names by which people know them."""

from collections.abc import Iterable
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
    found = map(Finding.from_json, lead_import.found_sensitive)
    return [
        SensitiveColumn(each.column, names[each.column], each.label, each.kept)
        for each in found
        if each.column < len(names)
    ]


def masked_sentence(lead_import: Import) -> str:
    """Say which columns are masked and who can change it, "" when none is."""
    masked = [each for each in of(lead_import) if not each.is_kept]
    if not masked:
        return ""
    return (
        f"Masked and not imported: {_listed(masked)}. Only the original file has these values; a "
        "manager of the team can keep a column, on the file's page of the import."
    )


def lost_sentence(lead_import: Import, lost: Iterable[Finding]) -> str:
    """Say which masked columns a reading would not find again, and who may read it so; else ""."""
    gone = [
        SensitiveColumn(
            each.column,
            headers.tidy(each.heading) or f"Column {headers.letter(each.column)}",
            each.label,
            each.kept,
        )
        for each in lost
    ]
    if not gone:
        return ""
    return (
        "When the file is read this way, these masked columns are not found again: "
        f"{_listed(gone)}. Their cells would stand open, so only a manager of "
        f"{lead_import.customer.team.name} can read it this way."
    )


def _listed(columns: Iterable[SensitiveColumn]) -> str:
    return ", ".join(f"'{each.name}' ({each.label})" for each in columns)

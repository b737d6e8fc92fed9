"""Reading cells with a remark on values that MEGA refused before."""

from collections.abc import Callable, Mapping
from typing import Final

from imports.columns.clean import Cleaned, Note

_CODES: Final = {"stage_slug": "stage_refused", "owner_id": "owner_refused"}
Reader = Callable[[str], Cleaned]


def noting(read: Reader, target: str, refused: Mapping[str, str] | None) -> Reader:
    """The reader of cells that also says which values MEGA refused, each with its import."""
    if not refused:
        return read
    notes = {value: (Note(_CODES[target], where),) for value, where in refused.items()}

    def noted(cell: str) -> Cleaned:
        found = read(cell)
        if found.value is None or found.value not in notes:
            return found
        return Cleaned(found.value, (*found.notes, *notes[found.value]))

    return noted

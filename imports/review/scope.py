"""Of which leads a judgement is made anew: of all, or of some rows and their neighbours."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from imports.models import Import


@dataclass(frozen=True, slots=True)
class Scope:
    """Leads of the import's current mapping; all of them, or those with these numbers.

    Where there are numbers, everybody who shares a person with one of them is among them, however
    many others that takes in turn: no judgement within depends on a row without.
    """

    lead_import: Import
    numbers: Sequence[int] | None = None

    def among(self, alias: str = "") -> str:
        """Return the SQL condition on a row's number; `parameters` go with it."""
        if self.numbers is None:
            return "true"
        return f"{alias}{'.' if alias else ''}number = ANY(%(among)s)"

    @property
    def parameters(self) -> dict[str, Any]:
        """Return the ids of the import and its mapping, and the numbers, for SQL."""
        numbers = None if self.numbers is None else list(self.numbers)
        return {
            "import": self.lead_import.pk,
            "mapping": self.lead_import.mapping_id,
            "among": numbers,
        }

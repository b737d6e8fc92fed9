"""What a person must answer before anything of an import may be sent."""

from collections.abc import Callable
from typing import Final

from imports.errors import WrongState
from imports.models import Import
from imports.review import gates_of_rows, guard, origins
from imports.review.gate import Gate


def _wrong_customer(lead_import: Import) -> Gate | None:
    asked = guard.question(lead_import)
    if asked is None:
        return None
    return Gate(guard.ABOUT, asked.sentence, "parts/review/wrong_customer.html", asked.odd)


GATES: Final[tuple[Callable[[Import], Gate | None], ...]] = (
    _wrong_customer,
    gates_of_rows.rules_changed,
    gates_of_rows.consent,
    gates_of_rows.missing_column,
    origins.gate,
)
"""Each says whether its question is open. They are asked in this order."""


def open_gates(lead_import: Import) -> list[Gate]:
    """Return the questions of an import in review that nobody has answered yet."""
    return [gate for ask in GATES if (gate := ask(lead_import)) is not None]


def refuse_open(locked: Import) -> None:
    """Raise WrongState with the first open question. The caller holds the import's row."""
    for gate in open_gates(locked):
        raise WrongState(gate.sentence, code=gate.code)

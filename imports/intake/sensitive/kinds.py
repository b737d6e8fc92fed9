"""What a sensitive column can hold, in words."""

from typing import Final, Literal, get_args

Kind = Literal["card", "code", "bank", "id", "health", "belief"]
KINDS: Final = get_args(Kind)

LABELS: Final[dict[str, str]] = {
    "card": "card numbers",
    "code": "card security codes",
    "bank": "bank account numbers",
    "id": "national ids",
    "health": "health",
    "belief": "beliefs or origin",
}
DOTS = "•••"


def label(kind: str) -> str:
    """The kind in words; the code itself for one that a later release wrote."""
    return LABELS.get(kind, kind)

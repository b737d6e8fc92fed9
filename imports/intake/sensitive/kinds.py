"""What a sensitive column can hold, in words and in what is left of its cells."""

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


def masked(kind: str, cell: str) -> str:
    """What is kept of a cell: enough to recognise a card or an account, else that there was one.

    Blank stays blank, and what is masked already stays as it is.
    """
    text = cell.strip()
    if not text:
        return cell
    if kind == "card":
        digits = "".join(c for c in text if c.isdecimal())
        is_masked = text.startswith(DOTS) and len(digits) == 4
        return f"•••• {digits[-4:]}" if is_masked or len(digits) >= 13 else DOTS
    if kind == "bank":
        plain = "".join(c for c in text if c.isalnum()).upper()
        country, last = plain[:2], plain[-2:]
        if country.isalpha() and country.isascii() and (len(plain) >= 15 or "••••" in text):
            return f"{country} •••• {last}"
    return DOTS

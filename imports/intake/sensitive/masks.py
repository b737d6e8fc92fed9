"""What is left of a masked cell."""

from imports.intake.sensitive import numbers
from imports.intake.sensitive.kinds import DOTS


def masked(kind: str, cell: str) -> str:
    """What is kept of a cell: enough to recognise a card or an account, else that there was one.

    Only what the check digits prove is kept, since beside a card its date or code may stand. Blank
    stays blank, and what is masked already stays as it is.
    """
    if not cell.strip():
        return cell
    text = numbers.plain(cell)
    if kind in {"card", "bank"} and text != DOTS:
        if mask := numbers.mask_in(kind, text):
            return mask
        if number := _number(kind, text):
            return f"•••• {number[-4:]}" if kind == "card" else f"{number[:2]} •••• {number[-2:]}"
    return DOTS


def _number(kind: str, text: str) -> str:
    found = (check.number(text) for check in numbers.CHECKS if check.kind == kind)
    return next(filter(None, found), "")

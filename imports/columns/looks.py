"""Whether a column's sample cells look like what its header promises."""

import re
from collections.abc import Iterable, Sequence

from imports.columns import choices, clean, fields, headers

_FLAGS = (
    {
        "yes",
        "no",
        "y",
        "n",
        "true",
        "false",
        "0",
        "1",
        "x",
        "valid",
        "invalid",
        "verified",
        "unverified",
    }
    | {"ja", "nein", "oui", "non", "si", "nao", "nee", "sim", "opted-in", "opted-out"}
    | {"subscribed", "unsubscribed"}
)
_SLUG = re.compile(r"[a-z0-9]+(?:[_-][a-z0-9]+)*")
_FEWEST_DIGITS = 6


def doubt(target: str, cells: Sequence[str]) -> str | None:
    """Why the cells (none blank) make a header's promise uncertain; None when they agree."""
    if not cells:
        return None
    if target == "contact_email" and not any("@" in cell for cell in cells):
        return "no sample holds an @"
    if target == "contact_phone" and not any(_digits(c) >= _FEWEST_DIGITS for c in cells):
        return "no sample has enough digits"
    if field_is_choice(target) and 2 * len(_recognised(target, cells)) < len(cells):
        return "few samples are values that MEGA knows"
    return "the samples look like slugs" if target == "stage_slug" else None


def veto(target: str, cells: Sequence[str]) -> str | None:
    """Why the cells (none blank) cannot be the field that the header promises, or None."""
    field = fields.find(target)
    if field is None:
        return None
    if not field.can_be_constant:
        return _contact_veto(field.kind, cells)
    return _other_veto(field, cells) if cells else "its first rows are empty"


def _other_veto(field: fields.Field, cells: Sequence[str]) -> str | None:
    if field.kind == "uuid" and not any(clean.read_uuid(cell).value for cell in cells):
        return "MEGA needs an owner's UUID, and no sample is one"
    if field.kind == "choice" and not _recognised(field.name, cells):
        return "no sample is a value that MEGA knows"
    if field.kind == "stage" and not all(_SLUG.fullmatch(cell) for cell in cells):
        return "MEGA needs a stage's slug, and the samples are none"
    return None


def agree(part: Sequence[str], whole: Sequence[str]) -> bool | None:
    """Whether most of the whole names hold the part of their row; None without any pair."""
    pairs = [
        (headers.fold(p), headers.fold(w)) for p, w in zip(part, whole, strict=True) if p and w
    ]
    if not pairs:
        return None
    return 2 * sum(p in w for p, w in pairs) >= len(pairs)


def field_is_choice(target: str) -> bool:
    """Whether the target takes one of MEGA's fixed values."""
    field = fields.find(target)
    return field is not None and field.kind == "choice"


def _contact_veto(kind: str, cells: Sequence[str]) -> str | None:
    if cells and all(headers.fold(cell) in _FLAGS for cell in cells):
        return "its samples only say yes or no"
    if kind != "email" and _most("@" in cell for cell in cells):
        return "its samples are e-mail addresses"
    if kind == "name" and _most(not any(map(str.isalpha, cell)) for cell in cells):
        return "its samples have no letters"
    return None


def _recognised(target: str, cells: Sequence[str]) -> list[str]:
    return [cell for cell in cells if choices.recognise(target, cell)]


def _digits(cell: str) -> int:
    return sum(map(str.isdigit, cell))


def _most(votes: Iterable[bool]) -> bool:
    counted = list(votes)
    return 2 * sum(counted) > len(counted)

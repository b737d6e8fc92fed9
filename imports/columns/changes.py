"""What may be done to the cells of a column before they are read: a short list of plain changes.

Nothing here knows patterns: what is looked for is taken literally.
"""

import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Final, Literal, get_args

from imports.columns import clean
from portal import characters

Kind = Literal["tidy", "upper", "lower", "capitals", "digits", "prefix", "replace", "turn"]

WORDS: Final[dict[Kind, str]] = {
    "tidy": "single spaces",
    "upper": "ALL CAPITALS",
    "lower": "all small letters",
    "capitals": "First Letters As Capitals",
    "digits": "digits only",
    "prefix": "without what it begins with",
    "replace": "find and replace",
    "turn": "“Last, First” turned to “First Last”",
}
ASK_WHAT: Final = ("prefix", "replace")
MOST: Final = 6  # changes of one column
LONGEST_TEXT: Final = 200  # characters of what is looked for, and of what stands there instead
LONGEST: Final = 32_767
"""Characters of what comes out: as many as a spreadsheet's cell can hold."""

_FEWEST_TURNED = 2
_COMPANIES = ("inc", "llc", "ltd", "llp", "lp", "co", "corp", "plc", "gmbh", "ag", "kg", "sa", "bv")
_TITLES = (
    "jr",
    "sr",
    "ii",
    "iii",
    "iv",
    "md",
    "phd",
    "dds",
    "dmd",
    "esq",
    "cpa",
    "rn",
    "mba",
    "pe",
)
_AFTER_A_NAME = frozenset((*_COMPANIES, *_TITLES))
_WORD = re.compile(r"[^\W\d_]+(?:['’][^\W\d_]+)*")
_APOSTROPHE = re.compile(r"(['’])([^\W\d_]{2,})")
_TURNED = re.compile(r"\s*([^,]*[^\W\d_][^,]*?)\s*,\s*([^,]*[^\W\d_][^,]*?)\s*")


@dataclass(frozen=True, slots=True)
class Change:
    """One change; "prefix" and "replace" say `what` they look for, "replace" also `into` what."""

    kind: Kind
    what: str = ""
    into: str = ""

    def to_json(self) -> list[str]:
        """For jsonb; `Change(*stored)` reads it back."""
        parts = [self.kind, self.what, self.into]
        while not parts[-1]:
            parts.pop()
        return parts


def defect(change: Change) -> str:
    """Why the change cannot be made, "" when it can."""
    if change.kind not in get_args(Kind):
        return f"there is no change '{change.kind}'; use one of {', '.join(WORDS)}."
    if change.kind in ASK_WHAT and not change.what:
        return f"“{WORDS[change.kind]}” needs the text to look for."
    if max(len(change.what), len(change.into)) > LONGEST_TEXT:
        return f"a text to look for, or to put there, has at most {LONGEST_TEXT} characters."
    return ""


def made(changes: Sequence[Change]) -> Callable[[str], str] | None:
    """A function that makes the changes one after another; None when there are none."""
    steps = [_step(change) for change in changes]
    if not steps:
        return None

    def change_all(cell: str) -> str:
        for step in steps:
            cell = step(cell)
            if len(cell) > LONGEST:
                return cell  # told as too long; doubling it again and again would fill the memory
        return cell

    return change_all


def is_turned(cell: str) -> bool:
    """Whether a cell has the form "Schmidt, Anna"; "Acme, Inc." and "Anna Schmidt, MD" have not."""
    found = _TURNED.fullmatch(cell) if "," in cell and len(cell) <= LONGEST_TEXT else None
    return found is not None and found[2].replace(".", "").casefold() not in _AFTER_A_NAME


def most_are_turned(cells: Iterable[str]) -> bool:
    """Whether names stand so in most of a column's cells, of which there are enough to tell."""
    bare = [characters.bare(cell) for cell in cells if cell.strip()]
    turned = sum(map(is_turned, bare))
    return turned >= _FEWEST_TURNED and turned * 2 > len(bare)


def _step(change: Change) -> Callable[[str], str]:
    plain: dict[str, Callable[[str], str]] = {
        "tidy": clean.one_line,
        "upper": str.upper,
        "lower": str.lower,
        "capitals": _capitals,
        "digits": _digits,
        "turn": _turn,
    }
    if change.kind == "prefix":
        return lambda cell: _without_prefix(cell, change.what)
    if change.kind == "replace":
        return lambda cell: cell.replace(change.what, change.into)
    return plain[change.kind]


def _capitals(cell: str) -> str:
    """ "ANNA o'NEILL-smith" becomes "Anna O'Neill-Smith", and "anna's" stays "Anna's"."""
    return _WORD.sub(_capital, cell)


def _capital(found: re.Match[str]) -> str:
    word = found[0][:1].upper() + found[0][1:].lower()
    return _APOSTROPHE.sub(lambda one: one[1] + one[2][:1].upper() + one[2][1:], word)


def _digits(cell: str) -> str:
    return "".join(filter(str.isdigit, cell))


def _without_prefix(cell: str, prefix: str) -> str:
    text = cell.lstrip()
    begins = text[: len(prefix)].casefold() == prefix.casefold()
    return text[len(prefix) :].lstrip() if begins else cell


def _turn(cell: str) -> str:
    found = _TURNED.fullmatch(cell) if is_turned(characters.bare(cell)) else None
    return f"{found[2]} {found[1]}" if found else cell

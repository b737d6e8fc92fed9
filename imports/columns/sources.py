"""Where a lead field's text comes from when it is not simply a cell: parts of one, several joined.

A join is a text with column names in braces, "{First name} {Last name}", read by the parser here
and nothing more powerful: no format, no attribute, no index can be asked for.
"""

import re
from collections.abc import Callable, Container, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final, NamedTuple, Self

from rapidfuzz import process

from imports.columns import clean
from imports.columns.changes import LONGEST
from imports.columns.headers import squash
from imports.errors import BadMapping

Take = Callable[[Sequence[str]], str]

WAYS: Final = {
    "first": "at spaces, from the front",
    "last": "at spaces, from the back",
    ",": "at each comma",
    ";": "at each semicolon",
    "/": "at each slash",
    "-": "at each hyphen",
    "|": "at each vertical bar",
    "line": "at each line break",
}
MOST_PARTS: Final = 4
MOST_JOINS: Final = 20
LONGEST_TEMPLATE: Final = 1_000  # characters

_UNSTORED = re.compile(r"[\x00\ud800-\udfff]")
_PIECES = re.compile(r"\{\{|\}\}|\{([^{}]*)\}|[{}]|[^{}]+")


@dataclass(frozen=True, slots=True)
class Split:
    """A column whose cells are cut: `by` one of WAYS, and the field of each part from the second.

    The column's own target is the first part's. The last part holds all that is left.
    """

    by: str
    targets: tuple[str | None, ...]

    @property
    def parts(self) -> int:
        """Into how many parts a cell is cut at most."""
        return 1 + len(self.targets)

    def to_json(self) -> dict[str, Any]:
        """For jsonb; `from_json` reads it back."""
        return {"by": self.by, "targets": list(self.targets)}

    @classmethod
    def from_json(cls, stored: dict[str, Any]) -> Self:
        """What `to_json` wrote; KeyError or TypeError when it did not."""
        return cls(stored["by"], tuple(stored["targets"]))


class _Piece(NamedTuple):
    """A text, or the place of a column."""

    text: str
    place: int | None = None


def ways() -> str:
    """The ways to split, for a sentence."""
    return ", ".join(f"'{by}' ({words})" for by, words in WAYS.items())


def parse(template: str, names: Sequence[str]) -> tuple[_Piece, ...]:
    """The pieces of a template; `names` are the columns' unique names, in order.

    "{{" and "}}" are braces. BadMapping says what is wrong with it, beginning with a small letter.
    """
    if len(template) > LONGEST_TEMPLATE:
        raise BadMapping(f"the template has over {LONGEST_TEMPLATE:,} characters.")
    if found := _UNSTORED.search(template):
        code = ord(found[0])
        raise BadMapping(f"the template holds the character U+{code:04X}, which cannot be stored.")
    pieces: list[_Piece] = []
    for found in _PIECES.finditer(template):
        if found[1] is not None:
            pieces.append(_Piece("", _place(found[1], names)))
        elif found[0] in ("{", "}"):
            raise BadMapping(
                f"at character {found.start() + 1} the brace {found[0]} stands alone; write a"
                " column as {Its heading}, and a brace twice."
            )
        else:
            pieces.append(_Piece({"{{": "{", "}}": "}"}.get(found[0], found[0])))
    if all(piece.place is None for piece in pieces):
        raise BadMapping("the template names no column; write one as {Its heading}.")
    return tuple(pieces)


def places(pieces: Sequence[_Piece]) -> list[int]:
    """The columns that the pieces name."""
    return [piece.place for piece in pieces if piece.place is not None]


def _place(name: str, names: Sequence[str]) -> int:
    if name in names:
        return names.index(name)
    alike = [place for place, one in enumerate(names) if squash(one) == squash(name)]
    if len(alike) == 1:
        return alike[0]
    if alike:
        calls = " or ".join(f"{{{names[place]}}}" for place in alike)
        raise BadMapping(f"there are several columns {{{name}}}: say {calls}.")
    near = process.extractOne(name, names, score_cutoff=60)
    advice = f"did you mean {{{near[0]}}}?" if near else "take a heading of the sheet."
    raise BadMapping(f"the sheet has no column {{{name}}}; {advice}")


def joined(
    pieces: Sequence[_Piece], takes: Mapping[int, Take], nothing: Container[str] = ()
) -> Take:
    """A function that fills the template with a row's cells, each as `takes` gives it.

    What says `nothing` (words in small letters) is as good as a blank cell. A text between two
    columns stands only where something stands before it and something follows, so that "{City},
    {State}" leaves no comma behind; of several texts the last one stands. What is before the first
    column and after the last one stands wherever any of them is filled.
    """
    places_at = [at for at, piece in enumerate(pieces) if piece.place is not None]
    first, last = places_at[0], places_at[-1]
    before = "".join(piece.text for piece in pieces[:first])
    after = "".join(piece.text for piece in pieces[last + 1 :])

    def take(cells: Sequence[str]) -> str:
        text, between = "", ""
        for words, place in pieces[first : last + 1]:
            if place is None:
                between += words
                continue
            cell = clean.visible(takes[place](cells))
            if cell and cell.lower() not in nothing:
                text = f"{text}{between}{cell}" if text else cell
            between = ""
            if len(text) > LONGEST:
                return text  # told as too long; a template may name a column a hundred times
        return f"{before}{text}{after}" if text else ""

    return take


def whole(place: int, change: Callable[[str], str] | None) -> Take:
    """A function that gives the cell at a place, changed; a blank one stays so."""

    def take(cells: Sequence[str]) -> str:
        cell = cells[place] if place < len(cells) else ""
        return change(cell) if change and clean.visible(cell) else cell

    return take


def part(cell_of: Take, split: Split, number: int) -> Take:
    """A function that gives the part with this number (from 0) of a cell."""

    def take(cells: Sequence[str]) -> str:
        parts = cut(cell_of(cells), split.by, split.parts)
        return parts[number] if number < len(parts) else ""

    return take


def cut(cell: str, by: str, count: int) -> list[str]:
    """The parts of a cell, at most `count`, trimmed.

    At the last space a name of one word is its first part, as it is at the first space.
    """
    text = cell.strip()
    if by == "first":
        return text.split(maxsplit=count - 1)
    if by == "last":
        return text.rsplit(maxsplit=count - 1)
    return [piece.strip() for piece in text.split("\n" if by == "line" else by, count - 1)]

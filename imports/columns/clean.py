"""From a cell to the value that MEGA gets: text, UUIDs and stages (and what all cells share).

Every reader takes the cell as it was read and answers `Cleaned`: a value or None, and what there is
to say about it. A blank cell answers BLANK; a value is never empty; no reader raises.
"""

import re
import uuid
from typing import NamedTuple

from imports.columns import headers
from portal import characters


class Note(NamedTuple):
    """Something to tell about a cell: a code of the problems table, and a word for its sentence."""

    code: str
    detail: str = ""


class Cleaned(NamedTuple):
    """`value` is None when nothing is sent for the cell; without notes it was blank."""

    value: str | None
    notes: tuple[Note, ...] = ()


BLANK = Cleaned(None)

_TEXT_FORMULA = re.compile(r'="(.*)"', re.DOTALL)
_CELL_ERROR = re.compile(r"#(?:N/A|REF!|VALUE!|NAME\?|DIV/0!|NULL!|NUM!|SPILL!|CALC!|ERROR!)")
_NOTHING = {
    "n/a",
    "na",
    "-",
    "--",
    "---",
    "–",
    "—",
    ".",
    "null",
    "none",
    "nil",
    "nan",
    "undefined",
} | {"(blank)", "(none)", "(null)", "<null>", "[null]"}
_NO_NAME = _NOTHING - {"na", "null", "none", "nil", "nan"}  # people are called so
_UUID = re.compile(
    r"\{?([0-9a-f]{8})-?([0-9a-f]{4})-?([0-9a-f]{4})-?([0-9a-f]{4})-?([0-9a-f]{12})\}?",
    re.IGNORECASE,
)
_STAGE = re.compile(r"[a-z0-9][a-z0-9_-]*")


def visible(cell: str) -> str:
    """The cell without stray invisible characters, trimmed; `="0123"`, a CSV habit, gives 0123."""
    if not (cell.isascii() and cell.isprintable()):  # asked here as well, since calls cost
        cell = characters.clean(cell)
    cell = cell.strip()
    if cell.startswith('="'):
        formula = _TEXT_FORMULA.fullmatch(cell)
        return formula[1].strip() if formula else cell
    return cell


def one_line(cell: str) -> str:
    """`visible`, on one line with single spaces."""
    return " ".join(visible(cell).split())


def is_nothing(text: str) -> bool:
    """Whether people and programs write this for an empty cell: "N/A", "-", "null"."""
    return len(text) < 12 and text.lower() in _NOTHING


def error_note(text: str) -> Note | None:
    """The note of a cell that holds an error of the spreadsheet program, such as #REF!."""
    if text.startswith("#") and _CELL_ERROR.fullmatch(text.upper()):
        return Note("cell_error")
    return None


def left_out(code: str, detail: str = "") -> Cleaned:
    """Nothing is sent for the cell, and why."""
    return Cleaned(None, (Note(code, detail),))


def read_name(cell: str) -> Cleaned:
    """A person's name on one line; one without any letter or digit is no name."""
    text = one_line(cell)
    if not text or text.lower() in _NO_NAME:
        return BLANK
    if error := error_note(text):
        return Cleaned(None, (error,))
    if not any(map(str.isalnum, text)):
        return left_out("name_unreadable")
    return Cleaned(text)


def read_text(cell: str) -> Cleaned:
    """A custom field: the text as it stands, line breaks kept, trimmed."""
    text = visible(cell)
    if not text:
        return BLANK
    if error := error_note(text):
        return Cleaned(None, (error,))
    return Cleaned(text.replace("\r\n", "\n").replace("\r", "\n") if "\r" in text else text)


def read_uuid(cell: str) -> Cleaned:
    """A UUID in lower case with hyphens; braces and missing hyphens are forgiven."""
    text = one_line(cell)
    if not text or is_nothing(text):
        return BLANK
    found = _UUID.fullmatch(text) if text.isascii() else None
    if found is None:
        return Cleaned(None, (error_note(text) or Note("owner_not_uuid"),))
    return Cleaned(str(uuid.UUID("".join(found.groups()))))


def read_stage(cell: str) -> Cleaned:
    """A stage's slug in lower case; "New Lead" becomes new_lead, as MEGA writes its own slugs."""
    text = one_line(cell).lower()
    if not text or is_nothing(text):
        return BLANK
    if error := error_note(text):
        return Cleaned(None, (error,))
    if _STAGE.fullmatch(text):
        return Cleaned(text)
    words = headers.fold(text).encode("ascii", "ignore").decode()
    slug = "_".join(re.findall(r"[a-z0-9]+", words))
    return Cleaned(slug, (Note("stage_reshaped", slug),)) if slug else left_out("stage_unreadable")

"""From a cell to the value that MEGA gets: text, UUIDs and stages (and what all cells share).

Every reader takes the cell as it was read and answers `Cleaned`: a value or None, and what there is
to say about it. A blank cell answers BLANK; a value is never empty; no reader raises.
"""

import re
import uuid
from collections.abc import Callable, Iterable
from typing import NamedTuple

import msgspec

from imports.columns import headers, placeholders
from portal import characters


class Note(NamedTuple):
    """Something to tell about a cell: a code of the problems table, and a word for its sentence.

    `others` are the phones or e-mails of the cell that are not sent, or not as the contact;
    `dropped` are those of them that are not worth keeping either.
    """

    code: str
    detail: str = ""
    others: tuple[str, ...] = ()
    dropped: tuple[str, ...] = ()


class Cleaned(msgspec.Struct, frozen=True):
    """`value` is None when nothing is sent for the cell; without notes it was blank.

    A Struct, as one is made for each cell, in a quarter of the time that a NamedTuple takes.
    """

    value: str | None
    notes: tuple[Note, ...] = ()


BLANK = Cleaned(None)
PLACEHOLDER = Cleaned(None, (Note("placeholder"),))
"""A contact that says nothing: as good as a blank one, but counted."""

MOST_NAMED = 3  # of the phones or e-mails that stay behind

_TEXT_FORMULA = re.compile(r'="(.*)"', re.DOTALL)
_CELL_ERROR = re.compile(r"#(?:N/A|REF!|VALUE!|NAME\?|DIV/0!|NULL!|NUM!|SPILL!|CALC!|ERROR!)")
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
    text = visible(cell)
    if text.isprintable() and "  " not in text:
        return text  # no other space can be printed
    return " ".join(text.split())


def is_nothing(text: str) -> bool:
    """Whether people and programs write this for an empty cell: "N/A", "-", "null"."""
    return len(text) <= placeholders.LONGEST and text.lower() in placeholders.NOTHING


def word(cell: str) -> str:
    """The form in which a whole cell is compared with the words that are read as blank."""
    return one_line(cell).lower()


def error_note(text: str) -> Note | None:
    """The note of a cell that holds an error of the spreadsheet program, such as #REF!."""
    if text.startswith("#") and _CELL_ERROR.fullmatch(text.upper()):
        return Note("cell_error")
    return None


def left_out(code: str, detail: str = "") -> Cleaned:
    """Nothing is sent for the cell, and why."""
    return Cleaned(None, (Note(code, detail),))


def instead(sent: str, others: Iterable[str]) -> str:
    """What is sent of several, and what is not: "+12065550123 (not 206 555 0124)"."""
    listed = [*others]
    more = f" and {len(listed) - MOST_NAMED} more" if len(listed) > MOST_NAMED else ""
    return f"{sent} (not {', '.join(listed[:MOST_NAMED])}{more})" if listed else sent


def name_reader(nobody: frozenset[str]) -> Callable[[str], Cleaned]:
    """The reader of a person's name on one line; `nobody` are words in small letters that are none.

    One without any letter or digit is no name either.
    """

    def read(cell: str) -> Cleaned:
        text = one_line(cell)
        if not text:
            return BLANK
        if text.lower() in nobody:
            return PLACEHOLDER
        if text[0].isalpha():
            return Cleaned(text)
        if error := error_note(text):
            return Cleaned(None, (error,))
        if not any(map(str.isalnum, text)):
            return left_out("name_unreadable")
        return Cleaned(text)

    return read


read_name = name_reader(placeholders.NAME)


def read_text(cell: str) -> Cleaned:
    """A custom field: the text as it stands, line breaks kept, trimmed."""
    text = visible(cell)
    if not text:
        return BLANK
    if text[0] == "#" and (error := error_note(text)):
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

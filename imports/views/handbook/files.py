"""Files that cannot be used: each reason that intake gives, found again by its words.

An import keeps the reason as a sentence and no code, so an entry names what its sentences say.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from django.utils.text import slugify

from imports.intake import detect
from imports.models import Import
from imports.views.handbook.entry import Entry

SECTION: Final = "files"
_READS: Final = "The portal reads workbooks of Excel and OpenDocument, and CSV."


@dataclass(frozen=True, slots=True)
class Trouble:
    """One trouble with files; `said` are words of the sentences that it explains."""

    slug: str
    title: str
    said: tuple[str, ...]
    means: str
    repair: str


TROUBLES: Final = (
    Trouble(
        "password", "The file has a password", ("has a password",),
        "What is locked by a password cannot be read, and the portal asks for none.",
        "Open it, take the password off (in Excel: File, Info, Protect), save it and upload that.",
    ),
    Trouble(
        "damaged", "The file is damaged",
        (" is damaged", "its SHA-256 differs", "The stored file is missing"),
        "Something of it is missing or changed, mostly since a download or upload broke off.",
        "Upload it once more. If that does not help, open it in Excel and save it as a new XLSX.",
    ),
    Trouble(
        "empty", "The file holds no rows",
        ("The file is empty", "nothing but blank rows", "but no rows below them",
         "none of its sheets holds anything", "The ZIP archive is empty"),
        "There is no row under a row of headings, so there is no lead.",
        "Check that it is the right file and the right sheet, and that it was saved.",
    ),
    Trouble(
        "sheet", "The sheet is not there",
        ("There is no sheet “", "” is empty. Choose another", "has only hidden sheets"),
        "A workbook can have several sheets. The one that was asked for is empty, hidden or gone.",
        "Choose another sheet on the file's page, or unhide it in Excel and upload it again.",
    ),
    Trouble(
        "headings", "The row of headings is blank", ("which was chosen for the headings",),
        "Headings were expected in the row that somebody chose, and nothing stands there.",
        "Choose the row with the headings on the file's page, by the number that the sheet shows.",
    ),
    Trouble(
        "large", "The file is too large",
        (" rows. Split it into several", " MB that can be read", "The file is larger than",
         "columns that can be read", " cells, more than the ", " MB. Split the spreadsheet"),
        "It has more bytes, rows or columns than one import takes.",
        "Split it into several files, each with the row of headings, or remove what is not needed.",
    ),
    Trouble(
        "heavy", "The workbook cannot be opened here",
        ("too large to be opened", "takes too long to be opened", "so far from the rest",
         " times its size", " MB. Remove what is not needed", "parts, more than the",
         "is made of more than", "is repeated ", "no table of leads has"),
        "It is small as a file, but huge once it is opened: formats, formulas or a stray cell far "
        "below or to the right.",
        "Save the sheet with the leads as CSV and upload that.",
    ),
    Trouble(
        "cell", "A cell or line is too long",
        (" characters, or more than ", "has a line of more than"),
        "No lead needs so much text: something else was pasted, or it is not a table.",
        "Shorten the cell that is named, or save the spreadsheet as CSV again, and upload that.",
    ),
    Trouble(
        "error-cell", "A cell with an error stops the reading", ("shows the error ",),
        "This kind of workbook cannot be read past a cell like #N/A or #SPILL!.",
        "Repair or clear the cell in Excel, or save the sheet as CSV, and upload that.",
    ),
    Trouble(
        "quote", "A quote is never closed", ("he quote that opens in ", "a quote opens there"),
        "In a CSV a quote begins a cell. Without its end nobody can tell where that row ends.",
        "Close or remove the quote in the row that is named, or save the file as XLSX.",
    ),
    Trouble(
        "archive", "The archive is not one spreadsheet",
        ("holds another archive", "exactly one spreadsheet is expected", "packed in a way"),
        "A ZIP or GZIP may hold one spreadsheet and nothing else.",
        "Unpack it and upload the spreadsheets themselves; several at once are an import each.",
    ),
    Trouble(
        "choice", "The way of reading does not exist",
        ("Columns cannot be separated by that", "the double or the single quote",
         "Only a backslash can escape", "is not an encoding that can be read"),
        "It was to be read with an encoding, separator or quote that the portal does not know.",
        "Choose from the lists on the file's page.",
    ),
    Trouble(
        "stopped", "Reading stopped the portal's reader", ("stopped the portal's reader",),
        "The file ended the reading process three times, so it was set aside. Nothing was sent.",
        "Save it again as CSV and upload that. Tell your administrator if it comes again.",
    ),
    Trouble(
        "store", "The file could not be kept",
        ("could not be stored", "could not be unpacked", "store of uploads does not"),
        "The portal had no room or no connection to keep the file. Nothing was imported.",
        "Upload it again in some minutes, and tell your administrator if it goes on.",
    ),
    Trouble(
        "mapping", "The mapping file does not fit the sheet",
        ("mapping", "The sheet has no column"),
        "A mapping file came with the upload, and names a column or field that is not there.",
        "Correct the mapping file, or upload the spreadsheet without it and map on the page.",
    ),
)  # fmt: skip


def kind_slug(found: str) -> str:
    """The anchor of a refused kind of file: "a PDF" is "file-is-a-pdf"."""
    return f"file-is-{slugify(found)}"


def troubles() -> Iterator[Entry]:
    """Every trouble with a file."""
    for one in TROUBLES:
        yield Entry(f"file-{one.slug}", one.title, one.means, one.repair)


def kinds() -> Iterator[Entry]:
    """The kinds of files that are told and refused."""
    for found, advice in detect.refused_kinds():
        yield Entry(kind_slug(found), f"This is {found}", _READS, advice)


def anchor_of(sentence: str) -> str:
    """The entry that explains why a file could not be used; the whole section if none does."""
    for found, _ in detect.refused_kinds():
        if f"This is {found}." in sentence:
            return kind_slug(found)
    for one in TROUBLES:
        if any(words in sentence for words in one.said):
            return f"file-{one.slug}"
    return SECTION


def of_import(failed: Import) -> str:
    """The same for an import that failed."""
    anchor = anchor_of(failed.reason)
    return "file-mapping" if anchor == SECTION and failed.mapping_choice else anchor

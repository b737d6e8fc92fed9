"""What the tour says on each step of an import, and where it goes on."""

from dataclasses import dataclass, replace
from typing import Final

from django.urls import reverse

from imports.models import Import, ImportState

MOST = 5


@dataclass(frozen=True, slots=True)
class Note:
    """One step of the tour. Without `url` the next one is not there yet, and `waits` says why."""

    number: int
    title: str
    text: str
    waits: str = ""
    url: str = ""

    @property
    def is_last(self) -> bool:
        return self.number == MOST


_FILE = Note(
    1,
    "The file",
    "This is what the portal read. It left out the title above the headings and saw the blank "
    "row. Under “What we found in this file” stands what a plain upload would have imported. "
    "Had it been read with a wrong sheet or strange letters, you would correct that here.",
)
_COLUMNS = Note(
    2,
    "The columns",
    "Each column of the sheet beside the field of MEGA that it becomes, with its first values. "
    "What is sure, what is guessed and what is not imported stand apart. A wrong guess is "
    "corrected in the list; nothing else has to be done.",
    waits="It goes on here as soon as every row is checked.",
)
_REVIEW = Note(
    3,
    "The review",
    "What will happen, before anything happens: how many leads go, which rows are left out and "
    "why, and how long it takes. Problems stand together by what repairs them. Open one to see "
    "its rows.",
    waits="It goes on here as soon as every row is checked.",
)
_BEFORE = Note(
    4,
    "Sending",
    "Only the button “Send” on this page sends, and for ten seconds it can be undone. Then the "
    "page tells how far it is; it can be paused, and the tab closed. The tour itself sends "
    "nothing.",
)
_SEND = Note(
    4,
    "Sending",
    "What went out, what came back and how long it still takes. A first small request goes "
    "ahead. It can be paused, resumed and cancelled; the tab may be closed.",
)
_REPORT = Note(
    5,
    "The report",
    "What became of every single row, to look at or to download. Rows that failed come back in "
    "the sheet's own columns with the reason, to be repaired and uploaded again. It stays here "
    "for good.",
)
_BY_PAGE: Final = {
    "import_file": _FILE,
    "import_columns": _COLUMNS,
    "import_review": _REVIEW,
    "import_send": _SEND,
    "import_report": _REPORT,
}
_UNCHECKED: Final = (ImportState.UPLOADED, ImportState.READING, ImportState.CHECKING)
_TO_MAP: Final = (
    "Choose the column with the name, phone or e-mail, or say how dates or numbers are written, "
    "whichever is asked; then it goes on."
)


def note(page: str, lead_import: Import, *, asks_send: bool = False) -> Note | None:
    """The note on a page of the import; on the review `asks_send` shows the next one there.

    An import that nobody sent has no page of sending, so that step is told on the review.
    """
    found = _BY_PAGE.get(page)
    if page == "import_review" and asks_send and not lead_import.sent_by_id:
        found = _BEFORE
    if found is None:
        return None
    waits = _TO_MAP if lead_import.state == ImportState.MAPPING else found.waits
    return replace(found, url=_next(found, lead_import), waits=waits)


def _next(shown: Note, lead_import: Import) -> str:
    pk = [lead_import.pk]
    if shown is _FILE:
        return reverse("import_columns", args=pk)
    if shown in (_COLUMNS, _REVIEW) and lead_import.state in _UNCHECKED:
        return ""
    if shown is _COLUMNS:
        return "" if lead_import.state == ImportState.MAPPING else reverse("import_review", args=pk)
    if shown is _REVIEW and not lead_import.sent_by_id:
        return reverse("import_review", args=pk) + "?tour=send#tour"
    return reverse("import_send" if shown is _REVIEW else "import_report", args=pk)

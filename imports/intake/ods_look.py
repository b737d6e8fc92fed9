"""A look at how often the cells and rows of an OpenDocument say that they are repeated.

`number-rows-repeated="1000000000"` takes a few bytes and would be as many rows. Programs write it
for blank rows down to the end of the sheet, which costs nothing, and for rows that are alike.
"""

import re

from imports.errors import UnreadableFile
from imports.intake.dialect import Limits

ROW_END = b"</table:table-row>"
TABLE_END = b"</table:table>"
ROW = re.compile(rb"<table:table-row\s[^>]*?number-rows-repeated=[\"'](\d{1,18})[\"'][^>]*>")
CELL = re.compile(
    rb"<table:(?:covered-)?table-cell\s[^>]*?number-columns-repeated=[\"'](\d{1,18})[\"'][^>]*>"
)
FILLED = re.compile(rb"(?<![\w-])(?:office|calcext):value-type=|<text:p[\s>/]")


class WholeRows:
    """Cuts pieces behind the last row or sheet that ends; each byte is searched once.

    waiting  how many bytes wait for their row's end
    """

    def __init__(self) -> None:
        self.waiting = 0
        self._pieces: list[bytes] = []
        self._tail = b""  # where an end may have begun

    def cut(self, piece: bytes) -> bytes:
        """Give what is whole now, which may be nothing, and keep the rest."""
        seam = self._tail + piece
        end = max(behind(seam, ROW_END), behind(seam, TABLE_END)) - len(self._tail)
        whole = b""
        if end > 0:
            whole = b"".join((*self._pieces, piece[:end]))
            piece = seam = piece[end:]
            self._pieces, self.waiting = [], 0
        self._pieces.append(piece)
        self.waiting += len(piece)
        self._tail = seam[1 - len(ROW_END) :]
        return whole


def behind(window: bytes, mark: bytes) -> int:
    """Where the last of these marks ends; 0 for none."""
    at = window.rfind(mark)
    return at + len(mark) if at >= 0 else 0


class Repeats:
    """Reads the content piece by piece, in whole rows; `feed` raises UnreadableFile for a bomb."""

    def __init__(self, limits: Limits) -> None:
        self._limits = limits
        self._whole = WholeRows()
        self._rows = 0  # that repetition adds to the sheet
        self._far = 0  # how often a blank row was repeated beyond the end of any sheet

    def feed(self, piece: bytes) -> None:
        """Look at the rows that end in this piece."""
        window = self._whole.cut(piece)
        if self._whole.waiting > self._limits.row_chars:
            raise UnreadableFile(
                f"A row of the workbook has more than {self._limits.row_chars:,} characters,"
                " which no table of leads has. Save the sheet as CSV and upload that.",
                code="hostile",
            )
        *ended, begun = window.split(TABLE_END)
        for sheet in ended:
            self._inspect(sheet)
            self._rows = self._far = 0
        self._inspect(begun)

    def _inspect(self, rows: bytes) -> None:
        if b"-repeated=" not in rows and not self._far:
            return
        for cell in CELL.finditer(rows):
            if int(cell[1]) <= self._limits.columns:
                continue
            # Also a blank one, if it is not the last of its row: the parser would drop the others.
            end = rows.find(ROW_END, cell.end())
            if FILLED.search(cell[0]) or FILLED.search(rows, cell.end(), max(end, cell.end())):
                raise _repeated("cell", int(cell[1]), self._limits.columns)
        at = 0
        for row in ROW.finditer(rows):
            self._refuse_after_the_end(rows[at : row.start()])
            at = row.end()
            end = row.end() if row[0].endswith(b"/>") else rows.find(ROW_END, at)
            count = int(row[1])
            if FILLED.search(rows, at, max(end, at)):
                self._rows += count
                if self._rows > self._limits.rows:
                    raise _repeated("row", count, self._limits.rows)
            elif count > self._limits.rows:
                self._far = count
        self._refuse_after_the_end(rows[at:])

    def _refuse_after_the_end(self, rows: bytes) -> None:
        if self._far and FILLED.search(rows):
            raise _repeated("row", self._far, self._limits.rows)


def _repeated(what: str, count: int, most: int) -> UnreadableFile:
    return UnreadableFile(
        f"The workbook says that a {what} is repeated {count:,} times, more than the {most:,}"
        f" {what}s that a sheet may have. Save the sheet as CSV and upload that.",
        code="hostile",
    )

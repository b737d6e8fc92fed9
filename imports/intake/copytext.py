"""Rows as the text that COPY reads, made for thousands of them at once.

Each escape is one replacement over the text of all rows, which costs a fraction of what handing
over row by row does.
"""

from collections.abc import Sequence

from imports.intake.batches import Even, SheetRow
from imports.intake.returned import Returned

COLUMNS = "import_id, number, cells, note"
RETURNED = f"{COLUMNS}, repairs"
# Lone surrogates stand in no text that was ever decoded, but make a plain text twice as large.
WHITESPACE = (("\n", "\\n"), ("\r", "\\r"), ("\t", "\\t"))
SEPARATORS = (("\x1f", "\x1e"), ("\ud800", "\ud801"))


def lines(import_id: int, rows: Sequence[SheetRow]) -> str:
    """Give rows as lines of COLUMNS; cells are an array literal, in which each is quoted."""
    arrays = _arrays([row.cells for row in rows])
    return "".join(
        [
            f'{import_id}\t{number}\t{{"{array}"}}\t{escaped(note) if note else ""}\n'
            if cells
            else f"{import_id}\t{number}\t{{}}\t{escaped(note)}\n"
            for (number, cells, note), array in zip(rows, arrays, strict=True)
        ]
    )


def returned_lines(import_id: int, rows: Returned) -> str:
    """Give rows of a file that came back as lines of RETURNED."""
    written = lines(import_id, rows).split("\n")  # one a row: a line end in a cell is escaped
    numbers = ["\\N" if number is None else str(number) for number in rows.repairs]
    return "".join([f"{line}\t{number}\n" for line, number in zip(written, numbers, strict=False)])


def even_lines(import_id: int, batch: Even) -> str:
    """Give rows as `lines` does, without dividing them into cells."""
    text = _quoted(batch.text)
    for character, escape in WHITESPACE:
        if character not in (batch.delimiter, batch.end):
            text = text.replace(character, escape)
    rows = text.replace(batch.delimiter, '","').split(batch.end)
    numbered = enumerate(rows, start=batch.first)
    return "".join([f'{import_id}\t{number}\t{{"{line}"}}\t\n' for number, line in numbered])


def _arrays(rows: list[list[str]]) -> list[str]:
    marks = sum(map(len, rows)) - sum(map(bool, rows))
    for cell, row in SEPARATORS:
        joined = row.join(map(cell.join, rows))
        if joined.count(cell) == marks and joined.count(row) == len(rows) - 1:
            break
    return _escaped_whitespace(_quoted(joined)).replace(cell, '","').split(row)


def _quoted(cells: str) -> str:
    """A backslash means something to the array and then to COPY, so it is written four times."""
    return cells.replace("\\", "\\\\\\\\").replace('"', '\\\\"')


def escaped(text: str) -> str:
    """Give the text as COPY reads it in a column."""
    return _escaped_whitespace(text.replace("\\", "\\\\"))


def _escaped_whitespace(text: str) -> str:
    for character, escape in WHITESPACE:
        text = text.replace(character, escape)
    return text

"""Reading of delimited text: its delimiter found, its records streamed."""

import csv
import io
import re
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

from imports.errors import UnreadableFile
from imports.intake import encoding
from imports.intake.dialect import DELIMITERS, QUOTES, Dialect, Limits

SAMPLE_CHARS = 256 * 1024
SAMPLE_RECORDS = 200
TITLES = 3  # more rows above the headings count no further against a delimiter
LONG_CELL_LINES = 50
SEP_LINE = re.compile(r'"?sep=([^\r\n"])"?[\r\n]*', re.IGNORECASE)


class Delimited:
    """A CSV file, as records of text numbered from 1 in the order that Excel shows them."""

    sheets: tuple[str, ...] = ()
    hidden: tuple[str, ...] = ()
    label = "The file"

    def __init__(self, path: Path, choice: Dialect, limits: Limits) -> None:
        self._path = path
        self._limits = limits
        # One setting for the process; what csv allows by itself is an eighth of it.
        csv.field_size_limit(limits.cell_chars)
        self._encoding = encoding.find(path, choice.encoding)
        self.doubts = list(self._encoding.doubts)
        self.may_hold_nul = self._encoding.holds_nul
        quote = choice.quote or '"'
        if quote not in QUOTES or (choice.delimiter and choice.delimiter not in DELIMITERS):
            raise UnreadableFile("Choose comma, semicolon, tab or pipe, and one of the two quotes.")
        self._named = self._find_sep_line()
        delimiter = choice.delimiter or self._find_delimiter(quote)
        self.dialect = Dialect(
            kind="csv", encoding=self._encoding.name, delimiter=delimiter, quote=quote
        )

    def records(self) -> Iterator[tuple[list[str], str]]:
        """Stream (cells, note); a blank line is a record without cells.

        Raises UnreadableFile at a quote that is never closed and at a cell that is too long.
        """
        with self._open() as text:
            skipped = 1 if self._named and text.readline() else 0
            lines = _Lines(text)
            reader = csv.reader(
                lines, delimiter=self.dialect.delimiter, quotechar=self.dialect.quote
            )
            number, line = 0, skipped
            try:
                for number, cells in enumerate(reader, start=1):
                    if lines.ended:
                        raise UnreadableFile(_unclosed(number, line + 1), code="quote")
                    spanned = reader.line_num + skipped - line
                    line += spanned
                    yield cells, "" if spanned < LONG_CELL_LINES else _long(spanned)
            except csv.Error as problem:
                raise UnreadableFile(
                    _too_long(number + 1, line + 1, self._limits.cell_chars), code="quote"
                ) from problem

    def close(self) -> None:
        """Nothing is held between two readings."""

    def _open(self) -> io.TextIOWrapper:
        file = self._path.open("rb")
        file.seek(self._encoding.bom)
        return io.TextIOWrapper(
            file, encoding=self._encoding.codec, errors=self._encoding.errors, newline=""
        )

    def _find_sep_line(self) -> str:
        """Read the delimiter from Excel's `sep=;`, a first line that is not shown as a row."""
        with self._open() as text:
            found = SEP_LINE.fullmatch(text.readline(16))
        return found[1] if found else ""

    def _find_delimiter(self, quote: str) -> str:
        if self._named in DELIMITERS:
            return self._named
        with self._open() as text:
            sample = text.read(SAMPLE_CHARS)
        cut = len(sample) == SAMPLE_CHARS
        scores = {mark: _score(sample, mark, quote, cut=cut) for mark in DELIMITERS}
        return max(DELIMITERS, key=lambda mark: scores[mark])


class _Lines:
    """The lines of a text, and whether a record was still open when they ended."""

    def __init__(self, text: io.TextIOWrapper) -> None:
        self._text = text
        self.ended = False

    def __iter__(self) -> Iterator[str]:
        yield from self._text
        self.ended = True


def _score(sample: str, delimiter: str, quote: str, *, cut: bool) -> float:
    """Tell, up to 1, how evenly a delimiter divides the records into columns."""
    reader = csv.reader(io.StringIO(sample, newline=""), delimiter=delimiter, quotechar=quote)
    records: list[list[str]] = []
    try:
        for record in reader:
            records.append(record)
            if len(records) > SAMPLE_RECORDS:
                break
    except csv.Error:  # a cell that is too long is reported with its row when it is read
        pass
    if cut and len(records) <= SAMPLE_RECORDS:
        records = records[:-1]
    records = [record for record in records if any(record)]
    widths = Counter(len(record) for record in records if len(record) > 1)
    if not widths:
        return 0.0
    width, agreeing = max(widths.items(), key=lambda item: item[1] * (1 - 1 / item[0]))
    above = next(place for place, record in enumerate(records) if len(record) == width)
    if above and _is_prose(record for record in records if len(record) == width):
        return -1.0  # less than a delimiter that does not occur at all
    return agreeing / len(records) * (1 - 1 / width) * 0.5 ** min(above, TITLES)


def _is_prose(records: Iterator[list[str]]) -> bool:
    """“Smith, John” under the one heading “Name” is a column of text, not two columns."""
    return all(cell.startswith(" ") for record in records for cell in record[1:])


def _unclosed(row: int, line: int) -> str:
    return (
        f"The quote that opens in row {row:,} (line {line:,} of the file) is never closed, so"
        " nobody can tell where that row ends. Close or remove the quote and upload the file again."
    )


def _too_long(row: int, line: int, most: int) -> str:
    return (
        f"Row {row:,} (line {line:,} of the file) has a cell of more than {most:,} characters:"
        " most likely a quote opens there and is never closed. Close or remove it and upload the"
        " file again."
    )


def _long(lines: int) -> str:
    return f"runs over {lines:,} lines: a quote may be missing"

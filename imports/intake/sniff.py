"""How a delimited text is written: its delimiter, its quote, and whether backslashes escape."""

import csv
import io
import re
from collections import Counter
from collections.abc import Iterator
from itertools import product
from typing import Any, NamedTuple

from imports.intake.dialect import DELIMITERS, QUOTES, Dialect

SAMPLE_RECORDS = 200
TITLES = 3  # more rows above the headings count no further against a delimiter
BETTER = 1.001  # what is usual is kept unless another way is better
SEP_LINE = re.compile(r'"?sep=([^\r\n"])"?[\r\n]*', re.IGNORECASE)
_BETWEEN = ",;\t|^\x1f\r\n"
NULL = re.compile(rf"(?<![^{_BETWEEN}])\\N(?![^{_BETWEEN}])")
FEWEST_NULLS = 3


class Style(NamedTuple):
    """Delimiter, quote and escape; in a choice "" is what is to be found."""

    delimiter: str
    quote: str
    escape: str


def named_delimiter(first_line: str) -> str:
    """Read the delimiter from Excel's `sep=;`, a first line that is not shown as a row."""
    found = SEP_LINE.fullmatch(first_line)
    return found[1] if found else ""


def find(sample: str, choice: Dialect, named: str, *, is_cut: bool) -> Style:
    """Choose the style that divides the sample most evenly; `is_cut` where more text follows."""
    delimiters = [choice.delimiter or named] if choice.delimiter or named else list(DELIMITERS)
    quotes = [choice.quote] if choice.quote else _likely_quotes(sample)
    best, best_score = Style(delimiters[0], quotes[0], choice.escape_mark), -2.0
    for delimiter, quote in product(delimiters, quotes):
        escape = choice.escape_mark if choice.escape else _escape(sample, delimiter, quote)
        style = Style(delimiter, quote, escape)
        score = _score(sample, style, is_cut=is_cut)
        if score > best_score * BETTER if best_score > 0 else score > best_score:
            best, best_score = style, score
    return best


def _likely_quotes(sample: str) -> list[str]:
    """Single quotes where each line has a cell within them, or the headings are, and no other are.

    Where only some cells are, the more even division decides: somebody may have typed them.
    """
    counts = {quote: len(re.findall(_quoted(quote), sample)) for quote in QUOTES}
    if counts["'"] < 2 or counts['"']:
        return ['"']
    head, *below = [line for line in sample.splitlines() if line.strip()]
    is_usual = re.search(_quoted("'"), head) or counts["'"] >= len(below)
    return ["'"] if is_usual else ['"', "'"]


def _quoted(quote: str) -> str:
    """A cell within quotes; delimiters alone are none, but stand between two cells of a quote."""
    within = rf"(?:|[^{quote}\r\n]*[^{quote}{_BETWEEN}][^{quote}\r\n]*)"
    return rf"(?<![^{_BETWEEN}]){quote}{within}{quote}(?![^{_BETWEEN}])"


def _escape(sample: str, delimiter: str, quote: str) -> str:
    """A backslash escapes where quotes pair up further so, or where cells are MySQL's NULL."""
    if "\\" not in sample:
        return ""
    with_it = _lines_that_pair_up(sample, Style(delimiter, quote, "\\"))
    without = _lines_that_pair_up(sample, Style(delimiter, quote, ""))
    is_null = with_it == without and len(NULL.findall(sample)) >= FEWEST_NULLS
    return "\\" if with_it > without or is_null else ""


def _lines_that_pair_up(sample: str, style: Style) -> int:
    reader = _reader(sample, style, strict=True)
    try:
        for _ in reader:
            pass
    except csv.Error:
        pass
    return int(reader.line_num)


def _score(sample: str, style: Style, *, is_cut: bool) -> float:
    """Tell, up to 1, how evenly a style divides the records into columns."""
    records = _records(sample, style, is_cut=is_cut)
    widths = Counter(len(record) for record in records if len(record) > 1)
    if not widths:
        return 0.0
    width, agreeing = max(widths.items(), key=lambda item: item[1] * (1 - 1 / item[0]))
    above = next(place for place, record in enumerate(records) if len(record) == width)
    if above and _is_prose(record for record in records if len(record) == width):
        return -1.0  # less than a delimiter that does not occur at all
    return agreeing / len(records) * (1 - 1 / width) * 0.5 ** min(above, TITLES)


def _records(sample: str, style: Style, *, is_cut: bool) -> list[list[str]]:
    reader = _reader(sample, style, strict=False)
    records: list[list[str]] = []
    try:
        for record in reader:
            records.append(record)
            if len(records) > SAMPLE_RECORDS:
                break
    except csv.Error:  # a cell that is too long is reported with its row when it is read
        pass
    if is_cut and len(records) <= SAMPLE_RECORDS:
        records = records[:-1]
    return [record for record in records if any(record)]


def _reader(sample: str, style: Style, *, strict: bool) -> Any:
    return csv.reader(
        io.StringIO(sample, newline=""),
        delimiter=style.delimiter,
        quotechar=style.quote,
        escapechar=style.escape or None,
        strict=strict,
    )


def _is_prose(records: Iterator[list[str]]) -> bool:
    """“Smith, John” under the one heading “Name” is a column of text, not two columns."""
    return all(cell.startswith(" ") for record in records for cell in record[1:])

"""Delimited text as a source of records: encoding and style found, blocks of records streamed."""

import csv
import io
from collections.abc import Iterator
from dataclasses import replace
from itertools import chain, islice
from pathlib import Path

from imports.errors import UnreadableFile
from imports.intake import encoding, lines, returned, sniff
from imports.intake.dialect import DELIMITERS, ESCAPES, QUOTES, Dialect, Limits
from imports.intake.parse import Parser, Plain, Record

SAMPLE_BLOCKS = 3  # some 270 KB


class Delimited:
    """A CSV file, as records of text numbered from 1 in the order that Excel shows them.

    `thorough` looks at the whole file for its encoding, not at a sample.
    """

    sheets: tuple[str, ...] = ()
    hidden: tuple[str, ...] = ()
    label = "The file"

    def __init__(
        self, path: Path, choice: Dialect, limits: Limits, *, thorough: bool = False
    ) -> None:
        self._path = path
        self._limits = limits
        # One setting for the process; what csv allows by itself is an eighth of it.
        csv.field_size_limit(limits.cell_chars)
        _refuse_unknown(choice)
        self._encoding = encoding.find(path, choice.encoding, thorough=thorough)
        self.doubts = list(self._encoding.doubts)
        head = lines.beginning(path, self._encoding)
        # A file of ours says by our heading how it is divided, whatever stands in its cells.
        ours = returned.style_of(head, choice)
        is_divided = ours is None or ours.delimiter == lines.UNIT
        self._records = is_divided and lines.has_records(head)
        if self._records:
            choice = replace(choice, delimiter=choice.delimiter or lines.UNIT)
        sample, is_cut = self._sample()
        first_line = io.StringIO(sample[:16], newline="").readline()
        named = sniff.named_delimiter(first_line)
        self._has_sep_line = bool(named)
        known = named if named in DELIMITERS else ""
        text = sample[len(first_line) if named else 0 :]
        style = returned.style_of(text, choice) or sniff.find(text, choice, known, is_cut=is_cut)
        self.dialect = Dialect(
            kind="csv",
            encoding=self._encoding.name,
            delimiter=style.delimiter,
            quote=style.quote,
            escape=style.escape or choice.escape,  # also that there is none was chosen
        )

    def blocks(self) -> Iterator[Plain | list[Record]]:
        """Stream the records in blocks; a blank line is a record without cells.

        Raises UnreadableFile at a quote that is never closed, at a cell that is too long, and where
        the text is not in the encoding (`encoding.Disproved` where nobody has chosen it).
        """
        texts = self._texts()
        skipped = int(self._has_sep_line)
        if skipped:
            texts = _without_first_line(texts)
        parser = Parser(self.dialect, self._limits, lines_above=skipped)
        for text in texts:
            block = parser.parse(text)
            has_ends = self._records and lines.SWAPPED.search(text) is not None
            yield _with_line_ends(block) if has_ends else block
        if rest := parser.finish():
            yield _with_line_ends(rest) if self._records else rest

    def close(self) -> None:
        """Nothing is held between two readings."""

    def _texts(self) -> Iterator[str]:
        return lines.blocks(self._path, self._encoding, records=self._records)

    def _sample(self) -> tuple[str, bool]:
        texts = list(islice(self._texts(), SAMPLE_BLOCKS + 1))
        return "".join(texts[:SAMPLE_BLOCKS]), len(texts) > SAMPLE_BLOCKS


def _refuse_unknown(choice: Dialect) -> None:
    if choice.delimiter and choice.delimiter not in DELIMITERS:
        words = ", ".join(word.split("  ")[0] for word in DELIMITERS.values())
        raise UnreadableFile(f"Columns cannot be separated by that: choose one of {words}.")
    if choice.quote and choice.quote not in QUOTES:
        raise UnreadableFile("Choose the double or the single quote.")
    if choice.escape and choice.escape not in ESCAPES:
        raise UnreadableFile("Only a backslash can escape a quote.")


def _with_line_ends(block: Plain | list[Record]) -> list[Record]:
    records = block.records() if isinstance(block, Plain) else block
    return [(lines.in_cells(cells), note) for cells, note in records]


def _without_first_line(texts: Iterator[str]) -> Iterator[str]:
    first = next(texts, "")
    end = next((n for n, c in enumerate(first) if c in "\r\n"), len(first))
    end += 2 if first[end : end + 2] == "\r\n" else 1
    return chain([first[end:]] if first[end:] else [], texts)

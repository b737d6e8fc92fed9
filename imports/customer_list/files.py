"""The files around a list of customers: one to fill in, and the lines that are to be repaired."""

import csv
from collections.abc import Iterable
from io import StringIO

from imports.customer_list import columns
from imports.customer_list.judge import Line
from imports.reports.harmless import escaped
from imports.reports.lists import BOM


def template() -> bytes:
    """The headings, and nothing below them: examples would become customers."""
    return _csv([list(columns.LABELS.values())])


def to_repair(lines: Iterable[Line]) -> bytes:
    """Lines under the numbers and with the cells of their sheet, and what is wrong with each.

    Cells that a spreadsheet program would run are made harmless; reading it again undoes that. A
    cell in which a token stood is empty.
    """
    head = ["Row", *columns.LABELS.values(), columns.REASON]
    body = [
        [str(line.number), *(line.raw.cells.get(name, "") for name in columns.LABELS), line.reasons]
        for line in lines
    ]
    return _csv([head, *body])


def _csv(lines: Iterable[list[str]]) -> bytes:
    buffer = StringIO()
    writer = csv.writer(buffer, lineterminator="\r\n")
    for line in lines:
        writer.writerow([escaped(cell) for cell in line])
    return (BOM + buffer.getvalue()).encode(errors="replace")

"""The process that parses one sheet of a workbook and prints its rows; run by `workbook`.

It reads one JSON object from standard input and writes frames (`frames.py`): first what was found
({"sheets", "hidden", "sheet", "merged"}), then lists of rows from row 1 on, or one {"refused",
"code"}.
A sheet is parsed as a whole, so the process confines itself before it opens the file.
"""

import contextlib
import ctypes
import json
import os
import resource
import signal
import sys
from collections.abc import Iterator
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING, Any
from xml.etree import ElementTree

from imports.errors import UnreadableFile
from imports.intake import frames, sheets
from imports.intake.celltext import text
from imports.intake.dialect import Limits
from imports.intake.shown import NOTHING, Shown
from imports.intake.workbook_look import DAMAGED, SEALED, look

if TYPE_CHECKING:
    from python_calamine import CalamineSheet

PR_SET_PDEATHSIG = 1
OUT_OF_MEMORY = 3
CELLS_IN_FRAME = 5_000
ROWS_IN_FRAME = 1_000
LAST_HEADER_ROW = 1_000
MOST_MERGED = 5_000
STDERR_BYTES = 64 * 1024


def main() -> None:
    """1. Confine the process. 2. Look. 3. Parse the sheet. 4. Print it."""
    request = json.loads(sys.stdin.buffer.read())
    limits = Limits(**request["limits"])
    _confine(limits, request["parent"])
    try:
        for frame in _frames(request, limits):
            _print(frame)
    except UnreadableFile as problem:
        _print({"refused": problem.sentence, "code": problem.code})
    except MemoryError:
        os._exit(OUT_OF_MEMORY)


def _print(frame: frames.Frame) -> None:
    sys.stdout.buffer.write(frames.packed(frame))
    sys.stdout.buffer.flush()


def _confine(limits: Limits, parent: int) -> None:
    """Bound memory, CPU and output, and die with the parent, however that dies."""
    memory, cpu = limits.memory_bytes, limits.cpu_seconds
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    resource.setrlimit(resource.RLIMIT_CPU, (cpu, cpu + 5))
    resource.setrlimit(resource.RLIMIT_FSIZE, (STDERR_BYTES, STDERR_BYTES))
    with contextlib.suppress(ValueError, OSError):  # macOS knows no limit of the address space
        resource.setrlimit(resource.RLIMIT_AS, (memory, memory))
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGKILL)
    if os.getppid() != parent:  # it died before the line above
        os._exit(1)


def _frames(request: dict[str, Any], limits: Limits) -> Iterator[frames.Frame]:
    from python_calamine import (  # noqa: PLC0415 under the limits only
        CalamineError,
        PasswordError,
        load_workbook,
    )

    path, kind = Path(request["path"]), request["kind"]
    parts = look(path, kind, limits)
    try:
        workbook = load_workbook(str(path))
        found = sheets.find(path, kind, workbook, parts)
        name, sheet = found.choose(request["sheet"])
        yield {
            "sheets": found.names,
            "hidden": found.hidden,
            "sheet": name,
            "merged": _merged(sheet),
        }
        yield from _rows(sheet, found.overlay(name), limits)
    except PasswordError as problem:
        raise UnreadableFile(SEALED) from problem
    except (CalamineError, ElementTree.ParseError, OSError) as problem:
        raise UnreadableFile(DAMAGED, code="damaged") from problem


def _merged(sheet: "CalamineSheet") -> list[tuple[int, ...]]:
    """Give merged cells where headings may be; only XLSX and XLS tell them."""
    ranges = sheet.merged_cell_ranges or []
    near = ((*first, *last) for first, last in ranges if first[0] < LAST_HEADER_ROW)
    return list(islice(near, MOST_MERGED))


def _rows(
    sheet: "CalamineSheet", overlay: Iterator[Shown], limits: Limits
) -> Iterator[list[list[str]]]:
    """Pack rows into frames of some thousand cells; blank cells at the end of a row are left."""
    left = [""] * (sheet.start or (0, 0))[1]
    rows: list[list[str]] = []
    cells = 0
    first = 0
    shown = next(overlay, NOTHING)
    for number, values in enumerate(sheet.iter_rows()):
        row = [value if type(value) is str else text(value) for value in values]
        row = left + row if left else row
        while shown.row <= number:
            if shown.row == number and shown.column < len(row):
                row[shown.column] = shown.text
            shown = next(overlay, NOTHING)
        while row and not row[-1]:
            row.pop()
        rows.append(row)
        cells += len(row)
        if cells > CELLS_IN_FRAME or len(rows) >= ROWS_IN_FRAME:
            yield _no_giants(rows, first, limits)
            rows, cells, first = [], 0, number + 1
    yield _no_giants(rows, first, limits)


def _no_giants(rows: list[list[str]], number: int, limits: Limits) -> list[list[str]]:
    """Refuse a cell or row that is far too long; `number` is that of the first row, from 0."""
    if max(map(len, map("".join, rows)), default=0) <= limits.cell_chars:
        return rows
    for at, row in enumerate(rows, start=number + 1):
        if sum(map(len, row)) > limits.row_chars or max(map(len, row)) > limits.cell_chars:
            raise UnreadableFile(
                f"Row {at:,} has a cell of more than {limits.cell_chars:,} characters, or more than"
                f" {limits.row_chars:,} in all. Shorten it and upload the file again."
            )
    return rows


if __name__ == "__main__":
    main()

"""The process that parses one sheet of a workbook and prints its rows; run by `workbook`.

It reads one JSON object from standard input and writes frames (`frames.py`): first what was found
({"sheets", "hidden", "sheet", "merged", "unsolved"}), then lists of rows from row 1 on, or one
{"refused", "code"}.
A sheet is parsed as a whole, so the process confines itself before it opens the file.
"""

import contextlib
import ctypes
import json
import os
import re
import resource
import signal
import sys
from collections.abc import Iterator
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING, Any

from imports.errors import UnreadableFile
from imports.intake import frames, sheets
from imports.intake.celltext import CellValue
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
UNKNOWN_ERROR = re.compile(r"Unsupported cell error value '(#[A-Z_/]{2,20}[!?]?)'")


def main() -> None:
    """1. Wait for a request. 2. Confine the process. 3. Look. 4. Parse the sheet. 5. Print it."""
    asked = sys.stdin.buffer.read()
    if not asked:  # whoever kept this process waiting has ended
        return
    request = json.loads(asked)
    limits = Limits(**request["limits"])
    _confine(limits, request["parent"])
    try:
        for frame in _frames(request, limits):
            _print(frame)
    except UnreadableFile as problem:
        _print({"refused": problem.sentence, "code": problem.code})
    except MemoryError:
        os._exit(OUT_OF_MEMORY)


def _print(frame: dict[str, Any] | bytes) -> None:
    sys.stdout.buffer.write(frame if isinstance(frame, bytes) else frames.packed(frame))
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


def _frames(request: dict[str, Any], limits: Limits) -> Iterator[dict[str, Any] | bytes]:
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
            "unsolved": found.unsolved(name),
        }
        yield from _rows(sheet, found.overlay(name), limits)
    except PasswordError as problem:
        raise UnreadableFile(SEALED) from problem
    except (CalamineError, OSError) as problem:
        raise _refusal(str(problem)) from problem


def _refusal(said: str) -> UnreadableFile:
    """The parser gives up a whole workbook for an error of newer programs in a single cell."""
    if not (error := UNKNOWN_ERROR.search(said)):
        return UnreadableFile(DAMAGED, code="damaged")
    return UnreadableFile(
        f"A cell of the sheet shows the error {error[1]}, which cannot be read. Find it in Excel, "
        "repair or clear it, or save the sheet as CSV, and upload that."
    )


def _merged(sheet: "CalamineSheet") -> list[tuple[int, ...]]:
    """Give merged cells where headings may be; only XLSX and XLS tell them."""
    ranges = sheet.merged_cell_ranges or []
    near = ((*first, *last) for first, last in ranges if first[0] < LAST_HEADER_ROW)
    return list(islice(near, MOST_MERGED))


def _rows(sheet: "CalamineSheet", overlay: Iterator[Shown], limits: Limits) -> Iterator[bytes]:
    """Pack rows into frames of some thousand cells."""
    left = [""] * (sheet.start or (0, 0))[1]
    most = max(1, min(ROWS_IN_FRAME, CELLS_IN_FRAME // max(1, sheet.width)))
    values = sheet.iter_rows()
    first = 0
    shown = next(overlay, NOTHING)
    while rows := list(islice(values, most)):
        rows = [left + row for row in rows] if left else rows
        while shown.row < first + len(rows):
            if first <= shown.row and shown.column < len(rows[shown.row - first]):
                rows[shown.row - first][shown.column] = shown.text
            shown = next(overlay, NOTHING)
        frame = frames.packed_rows(rows)
        if len(frame) > limits.cell_chars:
            _refuse_giants(rows, first, limits)
        yield frame
        first += len(rows)


def _refuse_giants(rows: list[list[CellValue]], first: int, limits: Limits) -> None:
    """Refuse a cell or row that is far too long; `first` is the number of the first row, from 0."""
    for number, row in enumerate(rows, start=first + 1):
        lengths = [len(value) for value in row if isinstance(value, str)]
        if sum(lengths) > limits.row_chars or max(lengths, default=0) > limits.cell_chars:
            raise UnreadableFile(
                f"Row {number:,} has a cell of more than {limits.cell_chars:,} characters, or more"
                f" than {limits.row_chars:,} in all. Shorten it and upload the file again."
            )


if __name__ == "__main__":
    main()

"""The process that parses one sheet of an XLSX and prints its rows; run by `workbook`.

It reads one JSON object from standard input and writes lines of JSON: first what was found
({"sheets", "hidden", "sheet"}), then lists of rows from row 1 on, or one {"refused", "code"}.
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
from pathlib import Path
from typing import TYPE_CHECKING, Any
from xml.etree import ElementTree
from zipfile import ZipFile

from imports.errors import UnreadableFile
from imports.intake.celltext import text
from imports.intake.dialect import Limits
from imports.intake.workbook_look import DAMAGED, Part, error_cells, look

if TYPE_CHECKING:
    from python_calamine import CalamineSheet, CalamineWorkbook

PR_SET_PDEATHSIG = 1
OUT_OF_MEMORY = 3
CELLS_IN_LINE = 5_000
ROWS_IN_LINE = 1_000
STDERR_BYTES = 64 * 1024
RELATION = "{http://schemas.openxmlformats.org/officeDocument/2006/relationships}id"

Frame = dict[str, Any] | list[list[str]]


def main() -> None:
    """1. Confine the process. 2. Look. 3. Parse the sheet. 4. Print it."""
    request = json.loads(sys.stdin.buffer.read())
    limits = Limits(**request["limits"])
    _confine(limits, request["parent"])
    try:
        for frame in _frames(Path(request["path"]), request["sheet"], limits):
            _print(frame)
    except UnreadableFile as problem:
        _print({"refused": problem.sentence, "code": problem.code})
    except MemoryError:
        os._exit(OUT_OF_MEMORY)


def _print(frame: Frame) -> None:
    sys.stdout.buffer.write(json.dumps(frame, ensure_ascii=False).encode() + b"\n")
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


def _frames(path: Path, wanted: str, limits: Limits) -> Iterator[Frame]:
    from python_calamine import CalamineError, load_workbook  # noqa: PLC0415 under the limits only

    parts = look(path, limits)
    try:
        workbook = load_workbook(str(path))
        sheets, hidden, part_of = _sheets(path, workbook, parts)
        name, sheet = _choose(workbook, wanted, sheets, hidden)
        yield {"sheets": sheets, "hidden": hidden, "sheet": name}
        part = part_of.get(name, "")
        errors = error_cells(path, part) if part in parts and parts[part].errors else {}
        yield from _lines(sheet, errors, limits)
    except (CalamineError, ElementTree.ParseError, OSError) as problem:
        raise UnreadableFile(DAMAGED, code="damaged") from problem


def _sheets(
    path: Path, workbook: "CalamineWorkbook", parts: dict[str, Part]
) -> tuple[list[str], list[str], dict[str, str]]:
    """Give the sheets that hold something, the hidden ones among them, and each one's entry."""
    part_of = _parts_of_sheets(path, parts)
    sheets, hidden = [], []
    for sheet in workbook.sheets_metadata:
        part = parts.get(part_of.get(sheet.name, ""))
        # Where the entry is not known the sheet counts as full: parsing will tell.
        if str(sheet.typ).endswith("WorkSheet") and (part is None or part.content):
            sheets.append(sheet.name)
            if not str(sheet.visible).endswith(".Visible"):
                hidden.append(sheet.name)
    return sheets, hidden, part_of


def _parts_of_sheets(path: Path, parts: dict[str, Part]) -> dict[str, str]:
    """Give the archive's entry of each sheet, as far as the workbook is laid out as usual."""
    if not {"xl/workbook.xml", "xl/_rels/workbook.xml.rels"} <= parts.keys():
        return {}
    with ZipFile(path) as archive:
        real = {entry.replace("\\", "/").lower(): entry for entry in archive.namelist()}
        workbook = ElementTree.fromstring(archive.read(real["xl/workbook.xml"]))  # noqa: S314 expat bounds expansion, this process the rest
        relations = ElementTree.fromstring(archive.read(real["xl/_rels/workbook.xml.rels"]))  # noqa: S314 likewise
    targets = {each.get("Id"): each.get("Target", "").lower() for each in relations}
    found = {}
    for sheet in workbook.findall(".//{*}sheet"):
        target = targets.get(sheet.get(RELATION), "")
        found[sheet.get("name", "")] = (
            target.lstrip("/") if target.startswith("/") else f"xl/{target}"
        )
    return found


def _choose(
    workbook: "CalamineWorkbook", wanted: str, sheets: list[str], hidden: list[str]
) -> tuple[str, "CalamineSheet"]:
    """Parse the wanted sheet, else the first visible one with something in it."""
    listed = ", ".join(f"“{name}”" for name in sheets)
    if wanted:
        if wanted not in workbook.sheet_names:
            raise UnreadableFile(
                f"There is no sheet “{wanted}” in the workbook. Choose one of these: {listed}."
            )
        sheet = workbook.get_sheet_by_name(wanted)
        if sheet.start is None:
            raise UnreadableFile(f"The sheet “{wanted}” is empty. Choose another: {listed}.")
        return wanted, sheet
    for name in [name for name in sheets if name not in hidden]:
        sheet = workbook.get_sheet_by_name(name)
        if sheet.start is not None:
            return name, sheet
        sheets.remove(name)
    raise UnreadableFile(
        f"The workbook has only hidden sheets with something in them: {listed}. Unhide the sheet"
        " with the leads, or choose it."
        if hidden
        else "The workbook is empty: none of its sheets holds anything. Check that it is the right"
        " file and save it again."
    )


def _lines(
    sheet: "CalamineSheet", errors: dict[tuple[int, int], str], limits: Limits
) -> Iterator[list[list[str]]]:
    """Pack rows into lines of a few thousand cells; blank cells at the end of a row are left."""
    left = [""] * (sheet.start or (0, 0))[1]
    rows: list[list[str]] = []
    cells = 0
    error_rows = {row for row, _ in errors}
    for number, values in enumerate(sheet.iter_rows()):
        row = [value if type(value) is str else text(value) for value in values]
        row = left + row if left else row
        if number in error_rows:
            _put_errors(row, number, errors)
        while row and not row[-1]:
            row.pop()
        _refuse_giant(row, number + 1, limits)
        rows.append(row)
        cells += len(row)
        if cells > CELLS_IN_LINE or len(rows) >= ROWS_IN_LINE:
            yield rows
            rows, cells = [], 0
    yield rows


def _put_errors(row: list[str], number: int, errors: dict[tuple[int, int], str]) -> None:
    for place in range(len(row)):
        row[place] = row[place] or errors.get((number, place), "")


def _refuse_giant(row: list[str], number: int, limits: Limits) -> None:
    size = sum(map(len, row))
    if size > limits.cell_chars and (
        size > limits.row_chars or max(map(len, row)) > limits.cell_chars
    ):
        raise UnreadableFile(
            f"Row {number:,} has a cell of more than {limits.cell_chars:,} characters, or more than"
            f" {limits.row_chars:,} in all. Shorten it and upload the file again."
        )


if __name__ == "__main__":
    main()

"""Which sheets of a workbook hold something, which are hidden, and which one is read."""

import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from imports.errors import UnreadableFile
from imports.intake import shown_xlsx
from imports.intake.dialect import FileKind
from imports.intake.shown import Shown
from imports.intake.workbook_look import Part, xml_of

if TYPE_CHECKING:
    from python_calamine import CalamineSheet, CalamineWorkbook

WORKBOOK, RELATIONS = "xl/workbook.xml", "xl/_rels/workbook.xml.rels"
MOST_LINES_EACH, LINES_ABOVE = 4, 10  # of a sheet that lists the others
PARSE_SECONDS = 2.0  # to find out which sheets are empty; the rest counts as full


@dataclass(slots=True)
class Sheets:
    """The sheets that hold something, in order; `hidden` are those that the program hides."""

    path: Path
    kind: FileKind
    workbook: "CalamineWorkbook"
    parts: dict[str, Part]
    names: list[str] = field(default_factory=list)
    hidden: list[str] = field(default_factory=list)
    part_of: dict[str, str] = field(default_factory=dict)  # entries of the archive, as far as known

    def choose(self, wanted: str) -> "tuple[str, CalamineSheet]":
        """Parse the wanted sheet, else the first visible one with something in it."""
        listed = ", ".join(f"“{name}”" for name in self.names)
        if wanted:
            if wanted not in self.workbook.sheet_names:
                raise UnreadableFile(
                    f"There is no sheet “{wanted}” in the workbook. Choose one of these: {listed}."
                )
            sheet = self.workbook.get_sheet_by_name(wanted)
            if sheet.start is None:
                raise UnreadableFile(f"The sheet “{wanted}” is empty. Choose another: {listed}.")
            return wanted, sheet
        visible = [name for name in self.names if name not in self.hidden]
        for name in visible:
            sheet = self.workbook.get_sheet_by_name(name)
            if sheet.start is None:
                self.names.remove(name)
            elif not _lists_the_others(sheet, visible):
                return name, sheet
        raise UnreadableFile(
            f"The workbook has only hidden sheets with something in them: {listed}. Unhide the"
            " sheet with the leads, or choose it."
            if self.hidden
            else "The workbook is empty: none of its sheets holds anything. Check that it is the"
            " right file and save it again."
        )

    def unsolved(self, name: str) -> str:
        """Name the first cell of a sheet that holds a formula but no result, "" for none."""
        part = self.parts.get(self.part_of.get(name, ""))
        return part.unsolved if part else ""

    def overlay(self, name: str) -> Iterator[Shown]:
        """Give the cells of a sheet that a person sees otherwise than the parser."""
        # Each is loaded for its own kind only: a process is started for every workbook.
        if self.kind == "xls":
            from imports.intake import shown_xls  # noqa: PLC0415 see above

            sheets = [sheet.name for sheet in self.workbook.sheets_metadata]
            return shown_xls.cells(self.path, sheets.index(name))
        if self.kind == "xlsb":
            from imports.intake import shown_xlsb  # noqa: PLC0415 see above

            return shown_xlsb.cells(self.path, name, self.parts)
        if self.kind == "ods":
            from imports.intake import shown_ods  # noqa: PLC0415 see above

            return shown_ods.cells(self.path, name, self.parts)
        entry = self.part_of.get(name, "")
        known = entry in self.parts
        return shown_xlsx.cells(self.path, entry, self.parts) if known else iter(())


def find(
    path: Path, kind: FileKind, workbook: "CalamineWorkbook", parts: dict[str, Part]
) -> Sheets:
    """List the sheets of an opened workbook."""
    found = Sheets(path, kind, workbook, parts)
    if kind == "xlsx":
        found.part_of = _parts_of_sheets(path, parts)
    deadline = time.monotonic() + PARSE_SECONDS
    for sheet in workbook.sheets_metadata:
        if not str(sheet.typ).endswith("WorkSheet"):
            continue
        if kind == "xlsx":
            part = parts.get(found.part_of.get(sheet.name, ""))
            # Where the entry is not known the sheet counts as full: parsing will tell.
            is_full = part is None or part.content
        else:
            is_full = (
                time.monotonic() > deadline
                or workbook.get_sheet_by_name(sheet.name).start is not None
            )
        if is_full:
            found.names.append(sheet.name)
            if not str(sheet.visible).endswith(".Visible"):
                found.hidden.append(sheet.name)
    return found


def _lists_the_others(sheet: "CalamineSheet", names: list[str]) -> bool:
    """Tell whether a short sheet only names all others, as the first one of a Numbers export."""
    others = set(names) - {sheet.name}
    if not others or sheet.total_height > MOST_LINES_EACH * len(others) + LINES_ABOVE:
        return False
    found = {cell for row in sheet.iter_rows() for cell in row if isinstance(cell, str)}
    return others <= found


def _parts_of_sheets(path: Path, parts: dict[str, Part]) -> dict[str, str]:
    """Give the archive's entry of each sheet, as far as the workbook is laid out as usual."""
    if not {WORKBOOK, RELATIONS} <= parts.keys():
        return {}
    workbook, relations = xml_of(path, WORKBOOK), xml_of(path, RELATIONS)
    targets = {each.get("Id"): each.get("Target", "").lower() for each in relations}
    found = {}
    for sheet in workbook.findall(".//{*}sheet"):
        relation = next((value for name, value in sheet.items() if name.endswith("}id")), "")
        target = targets.get(relation, "")
        found[sheet.get("name", "")] = (
            target.lstrip("/") if target.startswith("/") else f"xl/{target}"
        )
    return found

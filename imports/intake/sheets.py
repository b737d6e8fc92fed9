"""Which sheets of a workbook hold something, which are hidden, and which one is read."""

import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING
from xml.etree import ElementTree
from zipfile import ZipFile

from imports.errors import UnreadableFile
from imports.intake import shown
from imports.intake.dialect import FileKind
from imports.intake.workbook_look import Part

if TYPE_CHECKING:
    from python_calamine import CalamineSheet, CalamineWorkbook

WORKBOOK, RELATIONS = "xl/workbook.xml", "xl/_rels/workbook.xml.rels"
PARSE_SECONDS = 2.0  # to find out which sheets are empty; the rest counts as full


@dataclass(slots=True)
class Sheets:
    """The sheets that hold something, in order; `hidden` are those that the program hides."""

    path: Path
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
        for name in [name for name in self.names if name not in self.hidden]:
            sheet = self.workbook.get_sheet_by_name(name)
            if sheet.start is not None:
                return name, sheet
            self.names.remove(name)
        raise UnreadableFile(
            f"The workbook has only hidden sheets with something in them: {listed}. Unhide the"
            " sheet with the leads, or choose it."
            if self.hidden
            else "The workbook is empty: none of its sheets holds anything. Check that it is the"
            " right file and save it again."
        )

    def overlay(self, name: str) -> Iterator[shown.Shown]:
        """Give the cells of a sheet that a person sees otherwise than the parser (XLSX only)."""
        entry = self.part_of.get(name, "")
        if entry not in self.parts:
            return iter(())
        return shown.cells(self.path, entry, self.parts)


def find(
    path: Path, kind: FileKind, workbook: "CalamineWorkbook", parts: dict[str, Part]
) -> Sheets:
    """List the sheets of an opened workbook."""
    found = Sheets(path, workbook, parts)
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


def _parts_of_sheets(path: Path, parts: dict[str, Part]) -> dict[str, str]:
    """Give the archive's entry of each sheet, as far as the workbook is laid out as usual."""
    if not {WORKBOOK, RELATIONS} <= parts.keys():
        return {}
    with ZipFile(path) as archive:
        real = {entry.replace("\\", "/").lower(): entry for entry in archive.namelist()}
        workbook = ElementTree.fromstring(archive.read(real[WORKBOOK]))  # noqa: S314 expat bounds expansion, this process the rest
        relations = ElementTree.fromstring(archive.read(real[RELATIONS]))  # noqa: S314 likewise
    targets = {each.get("Id"): each.get("Target", "").lower() for each in relations}
    found = {}
    for sheet in workbook.findall(".//{*}sheet"):
        relation = next((value for name, value in sheet.items() if name.endswith("}id")), "")
        target = targets.get(relation, "")
        found[sheet.get("name", "")] = (
            target.lstrip("/") if target.startswith("/") else f"xl/{target}"
        )
    return found
